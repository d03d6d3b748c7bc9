"""Wanted, there and written last, side by side: what becomes of every field and every row.

A field that only we changed is set; one that only they changed is drift, or, on a two-way line, theirs to
bring back; one that both changed is a conflict unless the line says who wins. A side that wins is the
master of its field: its value always stands. Before: `map`, `grounds`. After: `build`.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from engine.check.typed import Flow
from engine.map.outcome import Outcome
from engine.map.remarks import place_of
from engine.map.trace import Found, line_of
from engine.plan.actions import BOTH, SET, THEIRS, Change
from engine.plan.policy import KEEP, Policy, decided
from engine.plan.rows import KEY, Pair, paired, row_id_of
from engine.plan.values import equal, exact, is_compared, is_nothing, sendable
from engine.spec.model import Member

Record = Mapping[str, Any]


@dataclass(slots=True)
class Verdict:
    """What comparing gives: the changes, what of the record goes out, what is to be remembered as written.

    `rows`: for each list, row key -> id of the row there, where a row was found that no link knew. `removed`:
    ids of rows that go by calls of their own. `overwritten`: changes that undo what somebody did there.
    """

    changes: list[Change] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)
    written: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    overwritten: list[Change] = field(default_factory=list)

    def news(self, base: Record | None, root: Member) -> dict[str, Any]:
        """What is to be remembered as written; empty where that is what is remembered already."""
        old = base or {}
        known = equal(self.written, old, root) and equal(old, self.written, root)
        return {} if known else self.written

    def of(self, what: str) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.what == what]


class Comparison:
    """One outcome against its document there. `base` is what was written last, None if never."""

    def __init__(
        self,
        flow: Flow,
        outcome: Outcome,
        there: Record | None,
        base: Record | None,
        known_rows: Mapping[str, Mapping[str, str]],
        policy: Policy,
        linking: bool = False,
    ):
        self.flow = flow
        self.outcome = outcome
        self.readable = there is not None
        self.there: Record = there if there is not None else (base or {})
        self.base = base
        self.known_rows = known_rows
        self.policy = policy
        self.linking = linking  # nothing goes out with this, so only what is equal counts as written
        self.verdict = Verdict()

    def run(self) -> Verdict:
        """The whole record."""
        verdict, root = self.verdict, self.flow.target_root
        verdict.written = deepcopy(dict(self.base or {}))
        wanted = self.outcome.record or {}
        skipped = {name: value for name, value in wanted.items() if name not in root.identity}
        self._object(skipped, self.there, self.base, root, ("", ""), verdict.body, verdict.written)
        return verdict

    # ------------------------------------------------------------ objects and fields

    def _object(
        self,
        wanted: Record,
        there: Record,
        base: Record | None,
        root: Member,
        at: tuple[str, str],
        body: dict[str, Any],
        written: dict[str, Any],
    ) -> None:
        joined = {part: member for member in root.members.values() for part in member.joins}
        done: set[str] = set()
        for name, value in wanted.items():
            member = joined.get(name) or root.members.get(name)
            if member is None or member.name in done:
                continue
            if not is_compared(member):
                written[name] = value
                continue
            if member.joins:
                done.add(member.name)
                self._joined(member, wanted, there, base, at, body, written)
            elif member.write == "create" and self.base is not None:
                written.setdefault(name, value)
            elif value.__class__ is dict:
                inner: dict[str, Any] = {}
                kept = dict(written.get(name) or {})
                own = there.get(name) or {}
                old = None if base is None else (base.get(name) or {})
                self._object(value, own, old, member, _under(at, name), inner, kept)
                _keep(body, name, inner)
                _keep(written, name, kept)
            elif value.__class__ is list and member.item is not None and member.item.members:
                self._list(name, value, there, base, member, at, body, written)
            elif self._field(value, there.get(name), base, name, member, _under(at, name)):
                body[name] = written[name] = value
            elif equal(value, there.get(name), member):
                written[name] = value

    def _joined(
        self,
        member: Member,
        wanted: Record,
        there: Record,
        base: Record | None,
        at: tuple[str, str],
        body: dict[str, Any],
        written: dict[str, Any],
    ) -> None:
        """Members that are one text to people: all of them go, or none."""
        own = {name: wanted[name] for name in member.joins if name in wanted}
        texts = [_text(side, member) for side in (own, there)]
        old = {member.name: _text(base, member)} if base and any(name in base for name in own) else None
        if self._field(texts[0], texts[1], old, member.name, member, _under(at, member.name)):
            body |= own
            written |= own
        elif equal(texts[0], texts[1], member):
            written |= own

    def _field(
        self, wanted: Any, there: Any, base: Record | None, name: str, member: Member, at: tuple[str, str]
    ) -> bool:
        """Whether a field is to be set; notes the change, whatever becomes of it.

        A field we have never written has no base, whatever we wrote beside it.
        """
        if equal(wanted, there, member):
            return False
        wrote = base is not None and name in base
        before = base[name] if base is not None and wrote else None
        found = line_of(self.flow, self.outcome, at[1])
        what = decided(
            exact(wanted, member),
            exact(there, member),
            exact(before, member),
            wrote,
            self.policy.of(found.line if found is not None else None),
        )
        if what != KEEP:
            theirs = exact(there, member) != exact(before, member)
            self._note(at[0], what, before, there, wanted, found, theirs)
        return what == SET and not self.linking

    def _note(
        self, path: str, what: str, base: Any, there: Any, wanted: Any, found: Found | None, theirs: bool
    ) -> None:
        """A change; `theirs`: what stands there is somebody's doing since we wrote."""
        line, place = ("", "") if found is None else (found.line.address, place_of(found.line.span))
        seen = there if self.readable else None
        change = Change(path, what, base, seen, wanted, line, place)
        self.verdict.changes.append(change)
        if theirs and what == SET and self.readable and self.policy.overwrite:
            self.verdict.overwritten.append(change)

    # ------------------------------------------------------------ lists

    def _list(
        self,
        name: str,
        wanted: list[Any],
        there: Record,
        base: Record | None,
        member: Member,
        at: tuple[str, str],
        body: dict[str, Any],
        written: dict[str, Any],
    ) -> None:
        assert member.item is not None
        inside = _under(at, name)
        keys = self.outcome.keys.get(inside[0], []) if inside[0] == name else []
        known = self.known_rows.get(name, {}) if keys else {}
        id_member = self.policy.line_id(name, member)
        old = None if base is None else base.get(name) or []
        pairs = paired(wanted, keys, there.get(name) or [], old, known, id_member, member, self.policy.origin)
        rows: list[tuple[Pair, Any]] = []
        kept: list[Any] = []
        moved = False
        for pair in pairs:
            row, remembered, changed = self._row(pair, member.item, inside, id_member)
            moved = moved or changed
            if row is not None:
                rows.append((pair, row))
            if remembered is not None:
                kept.append(remembered)
            if keys and pair.key and pair.row_id and pair.key not in known:
                self.verdict.rows.setdefault(name, {})[pair.key] = pair.row_id
        if moved:
            body[name] = [row for pair, row in rows if pair.there is not None]
            body[name] += [row for pair, row in rows if pair.there is None]
        if kept or name in written:
            written[name] = kept

    def _row(self, pair: Pair, item: Member, at: tuple[str, str], id_member: str) -> tuple[Any, Any, bool]:
        """(the row as it goes out if the list does, the row as it will be written down, whether it moved)."""
        shown = f"{at[0]}[{_short(pair.key) or pair.row_id or pair.index}]"
        indexed = f"{at[1]}[{pair.index}]"
        if pair.wanted is None:
            return self._not_wanted(pair, item, shown, at)
        own = {name: value for name, value in pair.wanted.items() if name != id_member or item.keyed_by}
        if pair.there is None and pair.key:
            return self._not_there(pair, item, shown, indexed)
        changed: dict[str, Any] = {}
        remembered = {name: v for name, v in (pair.base or {}).items() if name != KEY}
        before = len(self.verdict.of(SET))
        there = pair.there or {}  # a row known by its kind may be missing: then its fields are
        self._object(own, there, pair.base, item, (shown, indexed), changed, remembered)
        moved = len(self.verdict.of(SET)) > before
        if pair.there is None and not moved:
            return None, pair.base, False
        if at[0] == self.policy.apart:
            row = self._alone(pair, own, changed, item) if moved else None
            return row, _keyed(remembered, pair.key), moved
        row = _merged(sendable(there, item, id_member), changed, item)
        if moved:  # figures that the system works out from what has changed
            for name, member in item.members.items():
                if member.money and name not in own:
                    row.pop(name, None)
        if pair.row_id:
            row[id_member] = pair.row_id
            if not pair.key:
                remembered[id_member] = pair.row_id
        return row, _keyed(remembered, pair.key), moved

    def _alone(self, pair: Pair, own: Record, changed: Record, item: Member) -> dict[str, Any]:
        """A row that goes by itself: what we want of it, without what somebody else's change is left of."""
        there, origin = pair.there or {}, self.policy.origin
        row = {
            name: value
            for name, value in own.items()
            if (member := item.members.get(name)) is not None
            and is_compared(member)
            and (name in changed or name == origin or equal(value, there.get(name), member))
        }
        return {**row, pair.id_member: pair.row_id} if pair.row_id else row

    def _not_wanted(self, pair: Pair, item: Member, shown: str, at: tuple[str, str]) -> tuple[Any, Any, bool]:
        """A row there that nothing asks for: not ours it stays; ours it goes, unless somebody changed it."""
        there = pair.there
        if there is None:
            return None, None, False
        apart = at[0] == self.policy.apart
        if not pair.ours and not apart:
            return sendable(there, item), None, False
        untouched = pair.base is None or all(
            equal(value, there.get(name), own)
            for name, value in pair.base.items()
            if (own := item.members.get(name)) is not None and is_compared(own)
        )
        found = line_of(self.flow, self.outcome, at[1])
        what = SET if (untouched and pair.ours) or self.policy.overwrite else BOTH if pair.ours else THEIRS
        self._note(shown, what, pair.base, there, None, found, not (untouched and pair.ours))
        if what == SET:
            self.verdict.removed += [pair.row_id] if apart else []
            return None, None, True
        return None if apart else sendable(there, item), pair.base, False

    def _not_there(self, pair: Pair, item: Member, shown: str, indexed: str) -> tuple[Any, Any, bool]:
        """A wanted row that is not there: new, or taken away by somebody."""
        assert pair.wanted is not None
        found = line_of(self.flow, self.outcome, indexed.rpartition("[")[0])
        gone = bool(pair.row_id) or pair.base is not None
        fresh = {
            name: value
            for name, value in pair.wanted.items()
            if (own := item.members.get(name)) is None or not own.computed
        }
        if gone and not self.policy.overwrite and self.readable:
            what = THEIRS if pair.base is None or _equal_row(pair.wanted, pair.base, item) else BOTH
            self._note(shown, what, pair.base, None, pair.wanted, found, True)
            return None, pair.base, False
        if gone and self.readable:
            fresh = {name: value for name, value in fresh.items() if name != pair.id_member}
        self._note(shown, SET, pair.base, None, pair.wanted, found, gone)
        if self.linking:
            return None, None, False
        return fresh, _keyed(dict(pair.wanted), pair.key), True


def _equal_row(wanted: Record, base: Record, item: Member) -> bool:
    return all(
        equal(value, base.get(name), own)
        for name, value in wanted.items()
        if (own := item.members.get(name)) is not None and is_compared(own)
    )


def _merged(there: dict[str, Any], changes: Record, item: Member) -> dict[str, Any]:
    """A row there with our changes in it; lists in changes are whole already."""
    merged = dict(there)
    for name, value in changes.items():
        old, member = merged.get(name), item.members.get(name)
        if isinstance(value, Mapping) and isinstance(old, Mapping) and member is not None:
            merged[name] = _merged(dict(old), value, member)
        else:
            merged[name] = value
    return merged


def _text(side: Record, member: Member) -> str:
    by = {"newline": "\n", "space": " ", "comma": ", "}.get(member.join_by, "\n")
    return by.join(str(text).strip() for name in member.joins if not is_nothing(text := side.get(name)))


def _keep(place: dict[str, Any], name: str, value: dict[str, Any]) -> None:
    if value:
        place[name] = value


def _keyed(row: dict[str, Any], key: str) -> dict[str, Any]:
    return {**row, KEY: key} if key else row


def _under(at: tuple[str, str], name: str) -> tuple[str, str]:
    return (f"{at[0]}.{name}", f"{at[1]}.{name}") if at[0] else (name, name)


def _short(key: str) -> str:
    part, _, own = key.partition(":")
    return own or part


def without_computed(record: Record, root: Member) -> dict[str, Any]:
    """What of a mapped record goes out when all of it does."""
    return {
        name: value
        for name, value in record.items()
        if (member := root.members.get(name)) is None or not member.computed
    }


def as_written(record: Record, keys: Mapping[str, list[str]]) -> dict[str, Any]:
    """A record that is written whole, as it is to be remembered: rows know their source keys."""
    found = dict(record)
    for name, own in keys.items():
        rows = found.get(name)
        if isinstance(rows, list) and len(rows) == len(own):
            found[name] = [_keyed(dict(row), key) for row, key in zip(rows, own, strict=True)]
    return found


__all__ = ["Comparison", "Verdict", "as_written", "row_id_of", "without_computed"]
