"""From the actions of a plan to ops: what is owed, in one transaction, in the order it will be done.

Documents of one call go together, as many as one body takes. Links that need no call are made here.
Before: `plan`. After: `worker`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.ledger import links, ops, refused
from engine.ledger.exact import text_of
from engine.ledger.ledger import Ledger
from engine.ledger.links import Link
from engine.ledger.ops import Member
from engine.map.encode import encode
from engine.plan.actions import APPEND, CREATE, DELETE, HOLD, LINK, OVERWRITTEN, UPDATE, WRITES, Action
from engine.system import places
from engine.system.body import encoded
from engine.system.model import Call
from engine.write.follow import CLOSE, lines_of, mark, sign
from engine.write.places import places_of, wanted
from engine.write.route import Route

VERBS = {CREATE: "create", UPDATE: "update", APPEND: "append", DELETE: "delete"}

Record = tuple[str, str]  # mapping, source id
Details = Mapping[str, Iterable[Record]]  # a request's details, each with all records that it waits for


@dataclass(slots=True)
class Owed:
    """What was put into the ledger, and what was not because it failed before in just this form."""

    ops: int = 0
    effects: int = 0
    linked: int = 0
    failed_before: list[tuple[Action, str]] = field(default_factory=list)

    def not_again(self) -> list[str]:
        """What was planned and not sent, since it failed before in just this form: one line for all."""
        if not self.failed_before:
            return []
        (action, reason), *others = self.failed_before
        more = f" ({len(others):,} more like it)" if others else ""
        name = f"{action.mapping} {action.label or action.source_id}"
        told = f"{name}{more} failed before and is not sent again as it is: {reason}"
        return [f"{told}. Change it, or sync --retry"]


@dataclass(slots=True)
class _Batch:
    """Effects that go out in one call, and the bytes they take."""

    call: Call
    filled: dict[str, Any]
    members: list[Member] = field(default_factory=list)
    size: int = 0


Batches = dict[tuple[str, str], _Batch]


def enqueue(
    ledger: Ledger,
    tx: sa.Connection,
    actions: Iterable[Action],
    routes: Mapping[str, Route],
    sources: Mapping[tuple[str, str], Any],
    run: str,
    retry: bool = False,
    asked: Mapping[Record, Details] | None = None,
) -> Owed:
    """Plans everything these actions owe. `sources` are source records by (route, source id), for marks;
    `asked` the details of requests that are closed when a record is done: who asks again wants it tried.
    """
    owed = Owed()
    batches: Batches = {}
    mapping = ""
    for action in actions:
        route = routes[f"{action.mapping}<" if action.back else action.mapping]
        if route.name != mapping:
            _flush(ledger, tx, batches, owed, run)
            mapping = route.name
        source = sources.get((route.name, action.source_id))
        details = (asked or {}).get((route.name, action.source_id), {})
        if action.kind == LINK:
            _link(ledger, tx, action, route, source, details, run)
            owed.linked += 1
        elif action.kind in WRITES:
            _owe(ledger, tx, action, route, source, details, batches, owed, run, retry)
        elif action.kind != HOLD:  # nothing of what is held back was written or found to agree
            _remember(ledger, tx, action, route)
            if any(action.rows.values()) and not route.back:  # rows of which no answer told
                mark(
                    ledger,
                    tx,
                    route,
                    action.source_id,
                    action.target_id,
                    _extra(action, route, source, {}),
                    run,
                )
    _flush(ledger, tx, batches, owed, run)
    return owed


def _owe(
    ledger: Ledger,
    tx: sa.Connection,
    action: Action,
    route: Route,
    source: Any,
    details: Details,
    batches: Batches,
    owed: Owed,
    run: str,
    retry: bool,
) -> None:
    route = route.of(action.record or {})
    call: Call | None = getattr(route.target, VERBS[action.kind])
    if call is None:
        owed.failed_before.append((action, f"{route.port.system.title} has no call to {action.kind} it"))
        return
    draft = _draft(ledger, tx, action, route, call)
    member = Member(
        route.name,
        action.source_id,
        VERBS[action.kind],
        draft,
        action.target_id,
        _extra(action, route, source, details),
    )
    reason = "" if retry or details else _failed_before(ledger, tx, route, member)
    if reason:
        owed.failed_before.append((action, reason))
        return
    if ops.is_owed(ledger, tx, member):
        return
    filled = wanted(call, draft)
    key = (call.name, text_of(filled))
    size = len(encoded(draft)) + 1  # with a comma; ids that are not born yet count as their placeholders
    if key in batches and batches[key].size + size > call.most_bytes:
        _plan(ledger, tx, batches.pop(key), owed, run)
    batch = batches.setdefault(key, _Batch(call, filled))
    batch.members.append(member)
    batch.size += size
    owed.effects += 1
    if len(batch.members) >= call.batch:
        _plan(ledger, tx, batches.pop(key), owed, run)


def _failed_before(ledger: Ledger, tx: sa.Connection, route: Route, member: Member) -> str:
    """Why just this failed before; where nothing but lines would go, why just these lines did."""
    apart = lines_of(route, member, member.target_id) if member.target_id else None
    if apart is not None and route.target.lines is not None:
        told = {route.target.id, route.target.lines.member, *route.target.resend}
        if not set(member.draft) - told:
            return refused.failed_as(ledger, tx, apart)
    return refused.failed_as(ledger, tx, member)


def _flush(ledger: Ledger, tx: sa.Connection, batches: Batches, owed: Owed, run: str) -> None:
    for batch in batches.values():
        _plan(ledger, tx, batch, owed, run)
    batches.clear()


def _plan(ledger: Ledger, tx: sa.Connection, batch: _Batch, owed: Owed, run: str) -> None:
    ops.add(ledger, tx, batch.call.name, batch.filled, batch.members, run)
    owed.ops += 1


def _draft(ledger: Ledger, tx: sa.Connection, action: Action, route: Route, call: Call) -> dict[str, Any]:
    """What goes out, in wire form. Of what is deleted only where it is."""
    if action.kind == DELETE:
        written = links.last_written(ledger, tx, route.name, action.source_id)
        return {**places_of(written), route.target.id: action.target_id}
    body: dict[str, Any] = encode(route.out(action.body), route.shape.root, route.port.system.numbers)
    if action.kind in (UPDATE, APPEND):
        known = action.target_id if route.target.list is not None else body.get(route.target.id)
        body |= encode({route.target.id: known}, route.shape.root, route.port.system.numbers)
    own = {"source_id": action.source_id, "target_id": action.target_id, **places_of(body)}
    more = {name: places.value(text, own) for name, text in call.set.items() if name not in body}
    return {**body, **more}


def _extra(action: Action, route: Route, source: Any, details: Details) -> dict[str, Any]:
    """What the receipt needs: what counts as written, keys of rows, memory, and the source for marks."""
    written = action.written or action.record or {}
    record = encode(action.record or {}, route.shape.root, route.port.system.numbers)
    extra = {
        "written": written,
        "record": record,
        "keys": action.keys,
        "remember": action.remember,
        "label": action.label,
        **({CLOSE: details} if details else {}),
        **({"removed": action.removed} if action.removed else {}),
        **({OVERWRITTEN: action.overwritten} if action.overwritten else {}),
    }
    if route.away is not None:
        extra["at"] = route.away.object
    if isinstance(source, Mapping) and not route.back:
        extra["source"] = places_of(source)
        extra["rows"] = source_rows(source, action.keys)
    return extra


def source_rows(source: Mapping[str, Any], keys: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The source's rows behind what is written, for marks: id, kind, and the key of the written row.

    Several edits of one contract line are one row under the contract line's id; each of them is marked.
    """
    written = {key.partition(":")[2] or key: key for found in keys.values() for key in found}
    found = []
    for value in source.values():
        for row in value if isinstance(value, list) else ():
            if not isinstance(row, dict) or row.get("id") is None:
                continue
            said = [str(row["id"]), *(str(v) for n, v in row.items() if n.endswith("_id"))]
            key = next((written[one] for one in said if one in written), None)
            if key is not None:
                found.append({"id": row["id"], "item_type": row.get("item_type"), "key": key})
    return found


def _link(
    ledger: Ledger,
    tx: sa.Connection,
    action: Action,
    route: Route,
    source: Any,
    details: Details,
    run: str,
) -> None:
    """A twin that was found: linked without a call, and told to the source."""
    memory = {**action.remember, route.target.id: action.target_id}
    source_id, target_id = action.source_id, action.target_id
    if route.back:
        source_id, target_id = target_id, source_id
        memory = dict(action.remember)
    links.put(ledger, tx, [Link(route.mapping, source_id, target_id, memory, "", route.owns, links.MATCHED)])
    _remember(ledger, tx, action, route)
    ledger.note(tx, "sync", "linked", route.name, action.source_id, action.reason or action.target_id)
    if not route.back:
        mark(ledger, tx, route, source_id, target_id, _extra(action, route, source, details), run)
        sign(ledger, tx, route, source_id, target_id, action.label, run)


def _remember(ledger: Ledger, tx: sa.Connection, action: Action, route: Route) -> None:
    """What counts as written although nothing is sent: both sides were found to agree."""
    if action.written:
        links.write_down(ledger, tx, route.name, route.version, {action.source_id: action.written})
    rows = [
        Link(f"{route.mapping}.{name}", key, row_id, {}, action.source_id, route.owns, links.ADOPTED)
        for name, pairs in action.rows.items()
        for key, row_id in pairs.items()
    ]
    links.put(ledger, tx, rows)
