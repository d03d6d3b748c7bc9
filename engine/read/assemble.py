"""One canonical record per object, put together from everything that was read about it.

The same record in several files is one; what an event says stands, a plain read fills what it leaves
open. A request that was kept is older than what is read now: it only adds what no plain read tells.
Then other collections (`x-read`) and rows kept apart (`x-merge`) complete it. A fact a record
has is never replaced, and null is no fact. What nobody told stays missing: the mapping holds the
record and names it. Pure; records from elsewhere are shared, never changed. Before: `recognise`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.read.canonical import NOT_THERE, dig
from engine.read.recognise import DONE, WAITING, Told
from engine.read.wanted import Catalog, Merge, Read
from engine.spec.model import Member

Record = dict[str, Any]


def completed(have: Record, more: Mapping[str, Any], member: Member | None, late: bool = False) -> Record:
    """A record with the facts of another beside its own; lists with an identity row by row.

    `late`: the other is older, so what is empty or not there any more stays so.
    """
    made = dict(have)
    for name, value in more.items():
        mine = made.get(name)
        if mine is None:
            if name not in made or (value is not None and not late):
                made[name] = value
            continue
        inner = member.members.get(name) if member is not None else None
        if mine.__class__ is dict and value.__class__ is dict:
            made[name] = completed(mine, value, inner, late)
        elif mine.__class__ is list and value.__class__ is list and inner is not None and inner.item:
            made[name] = rows_completed(mine, value, inner.item, not late, late)
    return made


def rows_completed(
    mine: list[Any], more: Iterable[Any], item: Member, add: bool = True, late: bool = False
) -> list[Any]:
    """Rows completed by rows of the same identity; with `add`, rows only the others have come after."""
    others: dict[str, Record] = {}
    for row in more:
        key = _key(row, item.identity)
        if key and key not in others:
            others[key] = row
    made = []
    for row in mine:
        found = others.pop(_key(row, item.identity), None)
        made.append(row if found is None else completed(row, found, item, late))
    return [*made, *others.values()] if add else made


def _key(record: Any, names: Iterable[str]) -> str:
    """The identity as a text, "" if any of it is missing."""
    if record.__class__ is not dict:
        return ""
    values = [record.get(name) for name in names]
    return "" if not values or any(v is None for v in values) else "\x1f".join(str(v) for v in values)


class Assembly:
    """Everything known beside the records themselves: other collections, rows to merge."""

    def __init__(
        self, catalog: Catalog, others: Mapping[str, list[Record]], rows: Mapping[str, list[tuple[str, Any]]]
    ):
        self.catalog = catalog
        self.others = others
        self.reads = [read for read in catalog.reads if self._useful(read)]
        self.indexes = {id(read): _index(others[read.shape], read.on) for read in self.reads}
        self.merges = [
            (merge, _by_owner(rows.get(merge.name, ()), merge)) for merge in catalog.merges.values()
        ]
        self.root = catalog.main.shape.root

    def _useful(self, read: Read) -> bool:
        """A shape that completes itself needs nothing here: the same record in two files is one."""
        return read.shape in self.others and (read.at != () or read.shape != self.catalog.main.shape.name)

    def record(self, record: Any) -> Any:
        """The record with everything that completes it."""
        if record.__class__ is not dict:
            return record
        for merge, rows in self.merges:
            record = self._merged(record, merge, rows)
        for read in self.reads:
            record = self._read(record, read, read.at)
        return record

    def _merged(self, record: Record, merge: Merge, rows: Mapping[tuple[str, str], list[Any]]) -> Record:
        name = merge.at[0]
        mine = record.get(name)
        more: list[Any] = []
        if record.get(merge.key).__class__ is list:
            more += record[merge.key]
        owner = _key(record, self.catalog.main.shape.identity)
        if rows and not isinstance(mine, list):
            more += rows.get((owner, ""), [])
        elif rows and mine is not None:
            ids = [_key(row, (merge.on,)) for row in mine]
            more += [row for one in ids if one for row in rows.get((owner, one)) or rows.get(("", one)) or ()]
        if not more:
            return record
        made = rows_completed(mine, more, merge.item, add=False) if isinstance(mine, list) else more
        return {**record, name: made}

    # ------------------------------------------------------------ other collections

    def _read(self, value: Any, read: Read, at: tuple[str, ...]) -> Any:
        """The value with what the other collection says at the end of the path; copies what it changes."""
        if not at:
            return self._object(value, read) if value.__class__ is dict else value
        name, rest = at[0], at[1:]
        if name == "[]":
            return [self._read(row, read, rest) for row in value] if value.__class__ is list else value
        if value.__class__ is not dict:
            return value
        if not rest and read.member.kind == "list":
            return self._list(value, read, name)
        inner = value.get(name)
        found = self._read(inner, read, rest)
        return value if found is inner else {**value, name: found}

    def _object(self, value: Record, read: Read) -> Record:
        found = self._matching(value, read)
        if not found:
            return value
        more = found[0] if not read.take else dig(found[0], tuple(read.take.split(".")))
        if more.__class__ is not dict:
            return value
        named = {name: more[name] for name in read.member.members if name in more}
        return completed(value, named, read.member)

    def _list(self, holder: Record, read: Read, name: str) -> Record:
        found = self._matching(holder, read) if read.on else self.others[read.shape]
        if read.take:
            lists = [dig(one, tuple(read.take.split("."))) for one in found]
            found = [row for rows in lists if rows is not NOT_THERE and rows for row in rows]
        item = read.member.item
        mine = holder.get(name)
        if item is not None and item.identity:
            return {**holder, name: rows_completed(mine if isinstance(mine, list) else [], found, item)}
        return holder if mine else {**holder, name: list(found)}

    def _matching(self, value: Record, read: Read) -> list[Record]:
        mine = [dig(value, tuple(own.split("."))) for _, own in read.on]
        if not mine or any(part is NOT_THERE or part is None for part in mine):
            return []
        return self.indexes[id(read)].get("\x1f".join(str(part) for part in mine), [])


def _index(records: Iterable[Record], on: tuple[tuple[str, str], ...]) -> dict[str, list[Record]]:
    index: dict[str, list[Record]] = {}
    for record in records:
        key = _key(record, [other for other, _ in on])
        if key:
            index.setdefault(key, []).append(record)
    return index


def _by_owner(rows: Iterable[tuple[str, Any]], merge: Merge) -> dict[tuple[str, str], list[Any]]:
    """Rows by owner and id, and by owner alone."""
    found: dict[tuple[str, str], list[Any]] = {}
    for owner, row in rows:
        found.setdefault((owner, _key(row, (merge.on,))), []).append(row)
        if owner:
            found.setdefault((owner, ""), []).append(row)
    return found


# ---------------------------------------------------------------- one record from several files


def united(portions: Iterable[Iterable[Told]], root: Member, identity: tuple[str, ...]) -> list[Any]:
    """Records of several portions, in the order first met; the same record in two of them is one.

    Within one portion nothing is united: two rows with one id are two records, and both are told.
    """
    slots: list[list[Told]] = []
    known: dict[str, list[int]] = {}
    for portion in portions:
        own: dict[str, list[int]] = {}
        for event, record in portion:
            key = _key(record, identity)
            if key and key in known:
                for slot in known[key]:
                    slots[slot].append((event, record))
                continue
            if key:
                own.setdefault(key, []).append(len(slots))
            slots.append([(event, record)])
        known |= own
    return [_one(slot, root) for slot in slots if any(told != DONE for told, _ in slot)]


def _one(slot: list[Told], root: Member) -> Any:
    """One record of what several say of it: events first, kept requests last, else in the order given."""
    (_, first), *rest = sorted(slot, key=lambda told: told[0])
    for told, more in rest:
        first = completed(first, more, root, late=told >= WAITING)
    return first
