"""Rows of a list brought together: the wanted one, the one there, the one written last.

By the id that the link remembers for the row's key, by the id in the row, by what the row says of its
origin, last by being equal to a row nobody has claimed (what a crash left behind). After: `compare`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.plan.values import equal, is_compared, is_nothing
from engine.spec.model import Member

KEY = "#key"  # beside a row's members, in what is remembered as written: its source key
Row = Mapping[str, Any]


@dataclass(slots=True)
class Pair:
    """One row from three sides. `index` is its place among the wanted rows."""

    wanted: dict[str, Any] | None
    there: Row | None
    base: Row | None
    key: str = ""
    row_id: str = ""
    index: int = 0
    ours: bool = True
    id_member: str = ""


def row_id_of(row: Row | None, id_member: str) -> str:
    """The id of a row, as text; empty if it has none."""
    value = row.get(id_member) if row is not None and id_member else None
    return "" if is_nothing(value) else str(value)


def paired(
    wanted: list[Any],
    keys: list[str],
    there: list[Any],
    base: list[Any] | None,
    known: Mapping[str, str],
    id_member: str,
    member: Member,
    origin: str = "",
) -> list[Pair]:
    """Every row of every side once: those there in their order, then the wanted ones that are not there."""
    olds = _Olds(base or [], keys, id_member, known)
    free: dict[int, Any] = dict(enumerate(there))
    pairs: dict[int, Pair] = {}
    new: list[Pair] = []
    waiting: list[Pair] = []
    for index, row in enumerate(wanted):
        key = keys[index] if index < len(keys) else ""
        row_id = row_id_of(row, id_member) or known.get(key, "")
        pair = Pair(row, None, olds.of(key, row_id, index), key, row_id, index, True, id_member)
        pair.row_id = pair.row_id or row_id_of(pair.base, id_member)
        place = _by_id(free, pair.row_id, id_member) if pair.row_id else _by_origin(free, row, origin)
        place = _by_id(free, key, KEY) if place is None and key else place
        if place is None:
            waiting.append(pair)
        else:
            pairs[place] = _with(pair, free.pop(place))
    ours = set(known.values()) | olds.ids
    for pair in waiting:
        place = None if pair.row_id else _by_content(free, pair, member, ours, id_member)
        if place is None:
            new.append(pair)
        else:
            pairs[place] = _with(pair, free.pop(place))
    for place, row in free.items():
        row_id = row_id_of(row, id_member)
        mine = row_id in ours if keys else False
        pairs[place] = Pair(None, row, olds.of("", row_id, -1), "", row_id, -1, mine, id_member)
    return [pairs[place] for place in sorted(pairs)] + new


def _with(pair: Pair, there: Any) -> Pair:
    pair.there = there
    pair.row_id = pair.row_id or row_id_of(there, pair.id_member)
    return pair


class _Olds:
    """Rows as they were written last, found by key, by id, else by place where the numbers agree."""

    def __init__(self, rows: list[Any], keys: list[str], id_member: str, known: Mapping[str, str]):
        self.by_key = {row[KEY]: row for row in rows if row.get(KEY)}
        self.by_id = {found: row for row in rows if (found := row_id_of(row, id_member))}
        self.by_id |= {known[key]: row for key, row in self.by_key.items() if key in known}
        bare = not self.by_key and not self.by_id
        self.by_place = dict(enumerate(rows)) if bare and len(rows) == len(keys) else {}
        self.ids = set(self.by_id)

    def of(self, key: str, row_id: str, index: int) -> Row | None:
        found = self.by_key.get(key) if key else None
        return found or self.by_id.get(row_id) or self.by_place.get(index)


def _by_id(free: dict[int, Any], row_id: str, id_member: str) -> int | None:
    return next((place for place, row in free.items() if row_id_of(row, id_member) == row_id), None)


def _by_origin(free: dict[int, Any], row: Row, origin: str) -> int | None:
    own = row_id_of(row, origin)
    return _by_id(free, own, origin) if own else None


def _by_content(
    free: dict[int, Any], pair: Pair, member: Member, ours: set[str], id_member: str
) -> int | None:
    """A row nobody has claimed that says the same: ours, whose id was lost on the way."""
    assert member.item is not None
    assert pair.wanted is not None
    plain = {
        name: value
        for name, value in pair.wanted.items()
        if (own := member.item.members.get(name)) is not None
        and is_compared(own)
        and not isinstance(value, (list, dict))
    }
    if not plain:
        return None
    for place, row in free.items():
        if row_id_of(row, id_member) not in ours and equal(plain, row, member.item):
            return place
    return None
