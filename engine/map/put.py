"""Values into target fields: fitted to the field's kind and limits, put at its path.

The same checks serve both engines, so a limit has one meaning. A value that does not fit holds
the record (it is sound data the target will not take); it never goes out cut or rounded unless a
line says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

from engine.check.typed import Step
from engine.compile.frame import Stop
from engine.compile.places import short
from engine.spec.model import Member
from engine.vocabulary.functions import QUANTUM, rounded
from engine.vocabulary.transforms import as_text, canonical
from engine.vocabulary.wire import unwritable


def fitted(value: Any, member: Member, too_long: str) -> Any:
    """The value as the field takes it, or a Stop saying why it cannot be taken."""
    kind = member.kind
    if kind == "decimal":
        return _decimal(value, member)
    if kind in ("text", "id"):
        return _text(value, member, too_long)
    if kind == "list":
        for one in value:
            if one.__class__ is str:
                _written(one, member)
    if kind == "integer" and value.__class__ is not int:
        raise Stop("held", "wrong-kind", f"{short(value)} is not a whole number")
    if member.enum and value not in member.enum:
        raise _not_one_of(value, member)
    return value


def _decimal(value: Any, member: Member) -> Decimal:
    if value.__class__ is int:
        value = Decimal(value)
    places = member.scale
    if places is not None and value.as_tuple().exponent < -places and rounded(value, places) != value:
        raise Stop(
            "held",
            "too-precise",
            f"{value} has more than the {places} decimals that {member.label} keeps",
            value=value,
            fix=f"say `scale: {places}` on this line to round half-up",
        )
    if member.minimum is not None and value < member.minimum:
        raise Stop(
            "held",
            "too-small",
            f"{member.label} takes nothing below {member.minimum}, and this is {as_text(value)}",
            value=value,
        )
    if member.money and abs(value) >= QUANTUM[0].scaleb(13):
        raise Stop("held", "too-large", f"{value} is more than {member.label} can hold", value=value)
    return value  # type: ignore[no-any-return]


def _text(value: Any, member: Member, too_long: str) -> str:
    text = value if value.__class__ is str else as_text(value)
    if member.canonical:
        text = canonical(text, member.canonical)
    if member.max_length is not None and len(text) > member.max_length:
        if too_long != "truncate":
            raise Stop(
                "held",
                "too-long",
                f"{short(text)} has {len(text)} characters; {member.label} holds {member.max_length}",
                value=text,
                fix="shorten it in the source",
            )
        text = text[: member.max_length].rstrip()
    _written(text, member)
    if member.min_length and len(text) < member.min_length:
        raise Stop(
            "held", "too-short", f"{member.label} needs at least {member.min_length} character(s)", value=text
        )
    if member.pattern and not matches(member.pattern, text):
        raise Stop(
            "held",
            "wrong-form",
            f"{short(text)} is not what {member.label} takes",
            value=text,
            fix=member.because,
        )
    if member.enum and text not in member.enum:
        raise _not_one_of(text, member)
    return text


def _written(text: str, member: Member) -> None:
    """A Stop for a text with a character that neither system's wire can carry."""
    found = None if text.isprintable() else unwritable(text)
    if found is None:
        return
    code = f"U+{ord(found.group()):04X}"
    if "\ud800" <= found.group() <= "\udfff":
        said = f"{short(text)} holds half a character ({code} without its other half)"
        raise Stop("bad", "half-character", said, value=text)
    said = f"{short(text)} holds the control character {code}, which {member.label} cannot hold"
    raise Stop("held", "control-character", said, value=text, fix="take it out in the source")


def _not_one_of(value: Any, member: Member) -> Stop:
    known = ", ".join(str(e) for e in member.enum if e is not None)
    return Stop("held", "not-one-of", f"{member.label} takes {known}, not {short(value)}", value=value)


def matches(pattern: str, text: str) -> bool:
    """Whether a text has the form a shape asks for."""
    return _pattern(pattern).search(text) is not None


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def put(record: dict[str, Any], path: tuple[Step, ...], member: Member, value: Any) -> None:
    """Puts a value at a path, making the objects on the way."""
    place = owner_of(record, path)
    if member.joins and value is not None:
        _split(place, member, value)
    else:
        place[path[-1].name] = value


def owner_of(record: dict[str, Any], path: tuple[Step, ...]) -> dict[str, Any]:
    """The object that owns the last step, made if need be."""
    place: Any = record
    for step, after in pairwise(path):
        if step.key_member:
            place = _row_of(place, step)
        elif after.key_member:
            place = place.setdefault(step.name, [])
        else:
            place = place.setdefault(step.name, {})
    return place  # type: ignore[no-any-return]


def _row_of(rows: list[dict[str, Any]], step: Step) -> dict[str, Any]:
    for row in rows:
        if row.get(step.key_member) == step.name:
            return row
    row = {step.key_member: step.name}
    rows.append(row)
    return row


def _split(place: dict[str, Any], member: Member, text: str) -> None:
    """A joined text into its members, within their limits; what it does not fill is written empty."""
    parts = _parts(text, member)
    for part, own in zip(parts, member.joined, strict=False):
        _text(part, own, "error")
    for name, part in zip(member.joins, [*parts, *[""] * len(member.joins)], strict=False):
        place[name] = part


def _parts(text: str, member: Member) -> list[str]:
    """The parts of a joined text: by lines with the surplus in the last, or whole into one."""
    if member.join_into == "lines":
        parts = [part.strip() for part in re.split(r"\r\n|\r|\n", text) if part.strip()]
        room = len(member.joins)
        if len(parts) > room:
            parts[room - 1 :] = [", ".join(parts[room - 1 :])]
    else:
        parts = [text] if member.join_into == "first" else [*[""] * (len(member.joins) - 1), text]
    return parts


def put_into(existing: Mapping[str, Any], changes: Mapping[str, Any], root: Member) -> dict[str, Any]:
    """The existing target record with the changes in it; what no line names stays as it was.

    Lists keyed by a member (x-keyed-by) are merged by it, other lists are replaced whole, since
    both systems read a list that is sent as the whole list.
    """
    merged = dict(existing)
    for name, value in changes.items():
        member = root.members.get(name)
        old = existing.get(name)
        if member is not None and isinstance(value, Mapping) and isinstance(old, Mapping):
            merged[name] = put_into(old, value, member)
        elif member is not None and member.keyed_by and member.item is not None and isinstance(old, list):
            merged[name] = _merged_rows(old, value, member)
        else:
            merged[name] = value
    return merged


def _merged_rows(old: list[Any], new: list[Any], member: Member) -> list[Any]:
    assert member.item is not None
    key, changes = member.keyed_by, {row.get(member.keyed_by): row for row in new}
    rows = [
        put_into(row, changes.pop(row.get(key)), member.item) if row.get(key) in changes else row
        for row in old
    ]
    return rows + list(changes.values())
