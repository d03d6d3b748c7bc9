"""One result for each element sent, from a good answer or a refusal of the whole batch.

A 200 can hold failures on both sides, so results are read element by element, and found by what an element is
known by: its id, its natural key, its origin id. Only where nothing of that is answered does its place in
the list tell. What an answer says nothing of is `missing`: nobody knows what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from engine.system.answers import words
from engine.system.model import Call, Object, System
from engine.system.places import dig
from engine.system.port import DONE, UNKNOWN, Answer, Element

SAYS_NOTHING = "the answer does not say what became of it"
NOT_ALONE = "nothing of this batch was done, since another part of it was refused"
Keys = list[tuple[str, ...]]


def elements(system: System, call: Call, answer: Answer, sent: Sequence[Any]) -> list[Element]:
    """One result per element sent, in their order."""
    keys = _keys(system, call)
    rows = _listed(answer.body, "Elements") if answer.meaning != DONE else None
    if answer.meaning != DONE and (rows is None or answer.meaning == UNKNOWN):
        return [Element(False, None, answer.reason, missing=answer.meaning == UNKNOWN) for _ in sent]
    if rows is not None:
        return [_refused(row, answer.reason) for row in _matched(rows, sent, keys)]
    if call.results == "entities":
        return _of_entities(answer.body, sent, keys)
    if call.results == "elements":
        rows = _listed(answer.body, call.wrap) or []
        return [_of_status(row) for row in _matched(rows, sent, keys)]
    record = single(call, answer.body)
    if isinstance(record, dict):
        return [_of_status(record) for _ in sent]
    return [Element(True) if call.method == "DELETE" else _of_status(None) for _ in sent]


def single(call: Call, body: Any) -> Any:
    """The one record of an answer: out of its envelope, and out of a list of one."""
    for name in (call.unwrap, call.rows):
        if name and isinstance(body, dict) and name in body:
            body = body[name]
    return body[0] if isinstance(body, list) and len(body) == 1 else body


# ---- the forms of results ----------------------------------------------------------------------------


def _of_status(row: Any) -> Element:
    """Xero: a status at each element, and its messages."""
    if row is None:
        return Element(False, None, SAYS_NOTHING, missing=True)
    errors = _messages(row, "ValidationErrors")
    warnings = tuple(_messages(row, "Warnings"))
    bad = row.get("StatusAttributeString") == "ERROR" or row.get("HasErrors") is True
    if bad or errors or row.get("HasValidationErrors") is True:
        return Element(False, row, "; ".join(errors) or "refused without a reason", warnings)
    return Element(True, row, warnings=warnings)


def _refused(row: Any, whole: str) -> Element:
    """An element of a batch that was refused whole: its own reason, or that it was not alone."""
    errors = _messages(row, "ValidationErrors") if isinstance(row, dict) else []
    if errors:
        return Element(False, row, "; ".join(errors), tuple(_messages(row, "Warnings")))
    return Element(False, row, NOT_ALONE if row is not None else whole)


def _of_entities(body: Any, sent: Sequence[Any], keys: Keys) -> list[Element]:
    """Procore: those done in `entities`, those refused in `errors`, each with what was sent."""
    done, refused = _listed(body, "entities"), _listed(body, "errors")
    if done is None and refused is None:
        return [Element(False, None, SAYS_NOTHING, missing=True) for _ in sent]
    wrong = _matched(refused or [], sent, keys, by_place=False)
    unmatched = len(refused or []) - sum(row is not None for row in wrong)
    if unmatched and len(refused or []) == len(sent):
        wrong, unmatched = list(refused or []), 0
    good = [each for each, row in zip(sent, wrong, strict=True) if row is None]
    found = iter(_matched(done or [], good, keys))
    return [_entity(row, None if row is not None else next(found), done, unmatched) for row in wrong]


def _entity(error: Any, record: Any, done: list[Any] | None, unmatched: int) -> Element:
    if error is not None:
        return Element(False, error, _why(error))
    if record is not None:
        return Element(True, record)
    if done or unmatched:  # others are answered and this one is not
        return Element(False, None, SAYS_NOTHING, missing=True)
    return Element(True)  # totals are answered with two empty lists


def _why(error: Any) -> str:
    if isinstance(error, dict):
        told = next((error[name] for name in ("errors", "error", "message") if error.get(name)), None)
        return words(told) or "refused without a reason"
    return words(error) or "refused without a reason"


def _messages(row: Any, name: str) -> list[str]:
    """The messages of an element; those of its lines belong to it, too."""
    if not isinstance(row, dict):
        return []
    told = [words(each.get("Message") if isinstance(each, dict) else each) for each in row.get(name) or []]
    for inner in ("LineItems", "Contact"):
        below = row.get(inner)
        for each in below if isinstance(below, list) else [below]:
            told += _messages(each, name)
    return list(dict.fromkeys(filter(None, told)))


# ---- whose result ------------------------------------------------------------------------------------


def _keys(system: System, call: Call) -> Keys:
    """What an element may be known by, the surest first."""
    if call.known_by:
        return [call.known_by]
    parts = call.name.split(".")
    thing: Object | None = system.objects.get(parts[1]) if len(parts) > 2 else None
    if thing is None:
        return [("id",), ("origin_id",)]
    return [(thing.id,), *([thing.natural] if thing.natural else []), ("origin_id",)]


def _matched(rows: Sequence[Any], sent: Sequence[Any], keys: Keys, by_place: bool = True) -> list[Any]:
    """For each element sent, its row; None where no row is its own."""
    found: list[Any] = [None] * len(sent)
    free = set(range(len(rows)))
    for names in keys:
        places: dict[tuple[str, ...], list[int]] = {}
        for at in sorted(free):
            key = _key(rows[at], names)
            if key is not None:
                places.setdefault(key, []).append(at)
        for n, each in enumerate(sent):
            key = _key(each, names)
            mine = places.get(key) if found[n] is None and key is not None else None
            if mine:
                at = n if n in mine else mine[0]
                mine.remove(at)
                free.discard(at)
                found[n] = rows[at]
    if by_place and len(rows) == len(sent):
        for n, each in enumerate(sent):
            if found[n] is None and n in free and not _contradicts(rows[n], each, keys):
                found[n] = rows[n]
    return found


def _key(row: Any, names: tuple[str, ...]) -> tuple[str, ...] | None:
    if not isinstance(row, dict):
        return None
    parts = [dig(row, name) for name in names]
    if any(part is None or part == "" or isinstance(part, dict | list) for part in parts):
        return None
    return tuple(_text(part) for part in parts)


def _text(part: Any) -> str:
    return format(part.normalize(), "f") if isinstance(part, Decimal) else str(part).strip()


def _contradicts(row: Any, each: Any, keys: Keys) -> bool:
    """Whether a row says itself that it is another element's."""
    both = ((_key(row, names), _key(each, names)) for names in keys)
    return any(mine is not None and theirs is not None and mine != theirs for theirs, mine in both)


def _listed(body: Any, name: str) -> list[Any] | None:
    found = body.get(name) if isinstance(body, dict) and name else body
    return found if isinstance(found, list) else None
