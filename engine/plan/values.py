"""Two values of one field compared as what they mean, whatever form either came in.

By the target's shape: decimals by value, dates in any wire form, texts in their canonical form, ids as
text. Nothing, null and empty text are one: a system that has nothing answers with any of them. Before:
`map`, which gives exact values, and the systems, which give wire forms. After: `compare`, `match`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.compile.frame import remembered
from engine.spec.model import Member
from engine.vocabulary.functions import rounded
from engine.vocabulary.transforms import canonical
from engine.vocabulary.wire import DECODE, BadValue


def is_nothing(value: Any) -> bool:
    """Whether a value says nothing: missing, null, empty."""
    return value is None or (value.__class__ is str and not value.strip()) or value in ([], {})


def exact(value: Any, member: Member) -> Any:
    """A value in the one form in which it is compared; what cannot be decoded stays as it is."""
    if is_nothing(value):
        return None
    try:
        value = DECODE[member.kind](value)
    except (BadValue, KeyError):
        return value
    if member.kind == "decimal" and member.scale is not None:
        return rounded(value, member.scale)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    if value.__class__ is str:
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        return canonical(text, member.canonical) or None if member.canonical else text
    return value


def equal(one: Any, other: Any, member: Member) -> bool:
    """Whether two values of a field mean the same; of objects and lists, all that the first one names."""
    if isinstance(one, Mapping):
        return isinstance(other, Mapping) and all(
            equal(value, other.get(name), inner)
            for name, value in one.items()
            if (inner := member.members.get(name)) is not None and is_compared(inner)
        )
    if one.__class__ is list and member.item is not None and member.item.members:
        return _same_rows(one, other or [], member)
    return bool(exact(one, member) == exact(other, member))


def _same_rows(one: list[Any], other: Any, member: Member) -> bool:
    assert member.item is not None
    if other.__class__ is not list or len(one) != len(other):
        return False
    left = list(other)
    for row in one:
        found = next((i for i, row2 in enumerate(left) if equal(row, row2, member.item)), None)
        if found is None:
            return False
        del left[found]
    return True


def is_compared(member: Member) -> bool:
    """Whether a difference in a member means anything: not in what nobody can write."""
    return not (member.read_only or member.computed or member.write == "never")


def sendable(value: Any, member: Member | None, keep: str = "") -> Any:
    """What is there, cut down to what may be sent back; ids of rows stay."""
    if member is None:
        return value
    if isinstance(value, Mapping):
        return {
            name: sendable(inner, own)
            for name, inner in value.items()
            if (own := member.members.get(name)) is not None
            and inner is not None
            and (is_compared(own) or name in member.identity or name == keep)
        }
    if value.__class__ is list and member.item is not None:
        return [sendable(row, member.item, keep) for row in value]
    return value


def member_of(root: Member, dotted: str) -> Member | None:
    """The member at a dotted path of a shape; through keyed lists by the key."""
    member: Member | None = root
    for name in dotted.split("."):
        if member is None:
            return None
        if member.kind == "list":
            if not member.keyed_by:
                return None
            member = member.item
            continue
        member = member.members.get(name)
    return member


def value_at(record: Any, root: Member, dotted: str) -> Any:
    """The value at a dotted path of a record; through keyed lists by the key; written flat too."""
    flat = remembered(record, dotted) if isinstance(record, Mapping) else None
    if flat is not None:
        return flat
    place, member = record, root
    for name in dotted.split("."):
        if isinstance(place, list):
            place = next((row for row in place if row.get(member.keyed_by) == name), None)
            member = member.item or member
            continue
        own = member.members.get(name) if member is not None else None
        if not isinstance(place, Mapping) or own is None:
            return None
        if own.joins:
            parts = [str(text) for part in own.joins if not is_nothing(text := place.get(part))]
            return {"newline": "\n", "space": " ", "comma": ", "}.get(own.join_by, "\n").join(parts) or None
        place, member = place.get(name), own
    return place


_BLANKS = re.compile(r"\s+")


def folded(value: Any, ignore: tuple[str, ...] = ("case", "space", "accents")) -> str:
    """A name without what people do not see as a difference."""
    text = _BLANKS.sub(" ", str(value)).strip()
    if "space" in ignore:
        text = text.replace(" ", "") if "all_space" in ignore else text
    if "accents" in ignore:
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.casefold() if "case" in ignore else text
