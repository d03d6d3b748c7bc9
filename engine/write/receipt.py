"""What came back, written down in one transaction: results, links and their rows, what was written,
the record as it is now, and what is owed next (lines, marks).

Before: `worker`, which has the answer. After: nothing; when this is committed the effect is final.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.compile.frame import remembered
from engine.ledger import links, mirror, ops
from engine.ledger.exact import exact
from engine.ledger.ledger import Ledger
from engine.ledger.links import Link
from engine.ledger.ops import Member, Op
from engine.ledger.store import LedgerError
from engine.ledger.tables import DONE, FAILED, UNSURE
from engine.plan.actions import OVERWRITTEN
from engine.plan.values import member_of
from engine.read import requests
from engine.system.port import Element
from engine.write import close, seen
from engine.write.follow import follow_up
from engine.write.route import Route

CREATE, UPDATE, APPEND, DELETE, LINES, LINE, MARK, CLOSE = (
    "create", "update", "append", "delete", "lines", "line", "mark", "close",
)  # fmt: skip


class Receipts:
    """Writes down the results of ops."""

    def __init__(self, ledger: Ledger, routes: Mapping[str, Route], run: str):
        self.ledger = ledger
        self.routes = routes
        self.run = run

    def settle(
        self, tx: sa.Connection, op: Op, results: Mapping[int, Sequence[Element]], how: str = links.MADE
    ) -> None:
        """The results of members by position; a member with several elements fails if one does."""
        final: dict[int, tuple[str, str, str]] = {}
        now = ops.load(self.ledger, tx, op.id)  # as it was sent
        for member in now.open:
            if member.position not in results:
                continue
            found = results[member.position]
            if self._unanswered(member, found):
                continue
            bad = [element.reason for element in found if not element.ok] or self._unborn(member, found)
            if bad:
                final[member.position] = (FAILED, "", "; ".join(dict.fromkeys(bad)))
                continue
            try:
                with tx.begin_nested():  # one that cannot be linked leaves the others as they are
                    final[member.position] = (DONE, self._done(tx, member, found, how, now.body), "")
            except LedgerError as taken:
                final[member.position] = (UNSURE, "", f"{taken.text}; {taken.fix}")
        self.final(tx, now, final)

    def final(self, tx: sa.Connection, op: Op, results: Mapping[int, tuple[str, str, str]]) -> None:
        """Members that have their result, and the requests that waited for them."""
        ops.settle(self.ledger, tx, op, results)
        close.after(self.ledger, tx, self.routes, op, results, self.run)

    def _unanswered(self, member: Member, found: Sequence[Element]) -> bool:
        """Whether a good answer leaves open what became of a member: it says nothing of it."""
        target = (
            self.routes[member.mapping].at(member.extra.get("at") or "").target
            if member.step == CREATE
            else None
        )
        nothing = (
            target is not None and target.list is not None and [e.record for e in found if e.ok] == [None]
        )
        return nothing or any(element.missing for element in found)

    def _unborn(self, member: Member, found: Sequence[Element]) -> list[str]:
        """Why a create that was answered with yes made nothing: what is there has an id."""
        if member.step != CREATE:
            return []
        target = self.routes[member.mapping].at(member.extra.get("at") or "").target
        record = found[0].record if found and isinstance(found[0].record, dict) else {}
        if target.list is None or record.get(target.id):
            return []
        return ["it was accepted, but no id came back: nothing was made, mostly because the name is in use"]

    def _done(
        self,
        tx: sa.Connection,
        member: Member,
        found: Sequence[Element],
        how: str,
        body: bytes | None,
    ) -> str:
        if member.step == LINES:
            self._lines(tx, member, found)
        if member.step.startswith(f"{LINE} "):
            route = self.routes[member.mapping]
            links.remove_row(self.ledger, tx, route.mapping, member.source_id, member.target_id)
            name, gone = _mirrored(route), {member.target_id: None}
            seen.rows(self.ledger, tx, route.target, name, member.extra["of"], gone)
        if member.step == CLOSE:
            requests.closed(self.ledger, tx, member.source_id, str(member.draft["status"]))
        if member.step not in (CREATE, UPDATE, APPEND, DELETE):
            return member.target_id
        route = self.routes[member.mapping]
        if member.step == DELETE:
            links.remove(self.ledger, tx, route.mapping, member.source_id)
            mirror.drop(self.ledger, tx, _mirrored(route), [member.target_id])
            self.ledger.note(tx, "sync", "deleted", route.mapping, member.source_id, member.target_id)
            return member.target_id
        record = found[0].record if found and isinstance(found[0].record, dict) else {}
        at = route.at(member.extra.get("at") or "")
        target_id = _target_id(at, member, record)
        more_rows = self._link(tx, route, member, target_id, at.home(record), how, body)
        whole = how == links.MADE and at.target.list is not None  # what is adopted was read already
        if record and whole and at.target.id in record:
            seen.keep(self.ledger, tx, at.target, _mirrored(at), member, {target_id: record})
        follow_up(self.ledger, tx, route, member, target_id, self.run, more_rows)
        return target_id

    def _link(
        self,
        tx: sa.Connection,
        route: Route,
        member: Member,
        target_id: str,
        record: Any,
        how: str,
        body: bytes | None,
    ) -> bool:
        """The document and its rows; whether any row is new."""
        extra, more_rows = member.extra, False
        old = links.one(self.ledger, tx, route.mapping, member.source_id)
        memory = dict(old.memory) if old is not None else {}
        memory |= extra.get("remember") or {}
        memory |= kept(route.remembered, record)
        if not route.back and route.target.list is not None:
            memory[route.target.id] = target_id
        if not route.back or old is None:
            made = old.how if old is not None else how
            since = old.since if old is not None else ""
            pair = (member.source_id, target_id)
            if route.back and route.mapping in self.routes:  # links of both ways are by the way forward
                pair = (target_id, member.source_id)
            one = Link(route.mapping, *pair, memory, "", route.owns, made, since)
            links.put(self.ledger, tx, [one])
        for name, keys in (extra.get("keys") or {}).items():
            more_rows |= self._rows(tx, route, member, name, keys, record, how, body)
        written = {member.source_id: extra.get("written") or extra.get("record") or {}}
        links.write_down(self.ledger, tx, route.name, route.version, written)
        self.ledger.note(tx, "sync", member.step, route.name, member.source_id, target_id)
        if extra.get(OVERWRITTEN):
            told = "; ".join(extra[OVERWRITTEN])
            self.ledger.note(tx, "sync", OVERWRITTEN, route.name, member.source_id, told)
        return more_rows

    def _rows(
        self,
        tx: sa.Connection,
        route: Route,
        member: Member,
        name: str,
        keys: Sequence[str],
        record: Any,
        how: str,
        body: bytes | None,
    ) -> bool:
        """New rows in the order they were sent: those of the answer that were not sent with an id. What was
        sent is the op's own bytes; the mirror may have been read anew since.
        """
        line_id = route.target.line_id.get(name)
        if line_id is None or not keys:
            return False
        address = f"{route.mapping}.{name}"
        known = links.rows_of(self.ledger, tx, address, member.source_id)
        there = [str(row[line_id]) for row in record.get(name) or () if row.get(line_id)]
        old = links.rows_taken(self.ledger, tx, there)
        if how == links.MADE:  # rows of what is adopted are told by their content
            old |= _ids_in(exact(body) if body else None, line_id)
        fresh = [row_id for row_id in there if row_id not in old]
        new = [key for key in keys if key not in known]
        made = [
            Link(address, key, row_id, {}, member.source_id, route.owns)
            for key, row_id in zip(new, fresh, strict=False)
        ]
        links.put(self.ledger, tx, made)
        return bool(made)

    def _lines(self, tx: sa.Connection, member: Member, found: Sequence[Element]) -> None:
        """Rows with a call of their own: each by the origin we gave it."""
        route = self.routes[member.mapping]
        lines = route.target.lines
        assert lines is not None
        keys = member.extra.get("keys") or {}
        made = [
            Link(
                f"{route.mapping}.{lines.member}",
                str(keys.get(row[lines.origin], row[lines.origin])),
                str(element.record[lines.id]),
                {},
                member.source_id,
                route.owns,
            )
            for row, element in zip(member.draft, found, strict=False)
            if isinstance(element.record, dict) and lines.id in element.record and lines.origin in row
        ]
        links.put(self.ledger, tx, made)
        answers = [element.record for element in found if isinstance(element.record, dict)]
        rows = {str(row[lines.id]): row for row in answers if lines.id in row}
        seen.rows(self.ledger, tx, route.target, _mirrored(route), member.target_id, rows)


def _target_id(route: Route, member: Member, record: Mapping[str, Any]) -> str:
    """The document's id. What cannot be listed has none of its own (a total): it is its source's."""
    if route.target.list is None:
        return member.target_id or member.source_id
    return str(record.get(route.target.id) or member.target_id or member.source_id)


def _ids_in(value: Any, name: str) -> set[str]:
    """Every value of a member, at any depth of a body."""
    if isinstance(value, list):
        return {found for each in value for found in _ids_in(each, name)}
    if not isinstance(value, dict):
        return set()
    own = {str(value[name])} if value.get(name) else set()
    return own | {found for each in value.values() for found in _ids_in(each, name)}


def _mirrored(route: Route) -> str:
    return f"{route.port.system.name}.{route.target.name}"


def renewed(route: Route, memory: Mapping[str, Any], record: Any) -> dict[str, Any]:
    """A link's memory as its document is now: what was taken out there (terms of payment) is forgotten."""
    now = kept(route.remembered, record)
    theirs = {name for name in route.remembered if member_of(route.shape.root, name) is not None}
    return {name: value for name, value in memory.items() if name not in theirs} | now


def kept(names: Sequence[str], record: Any) -> dict[str, Any]:
    """The remembered members a record has, flat."""
    if not isinstance(record, dict):
        return {}
    found = {}
    for name in names:
        value = remembered(record, name)
        if value is not None and not isinstance(value, (dict, list)):
            found[name] = value
    return found
