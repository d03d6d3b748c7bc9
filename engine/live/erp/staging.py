"""Requests to bring in what is new on the other side: contacts and tracking options are staged in Procore.

What a plan offers waits there for an approver, who adds, links or archives it. Everything offered is staged
anew each time; a status is told only where we know better, so that what somebody archived there stays so.
What was staged and is offered no more is said to be invalid. Linked records follow in the same run. Before:
the plan. After: `write`, which sends a thousand a call and closes the request with the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from engine.approve import states
from engine.approve.standing import by_record, stands
from engine.ledger import links, mirror, ops
from engine.ledger.ops import Member
from engine.live import log
from engine.live.erp.tool import Tool, Wish
from engine.map.encode import encode
from engine.plan.actions import LINK, OFFER, Action, Plan
from engine.plan.compare import without_computed
from engine.write.follow import CLOSE

CALL, STAGED, STEP = "staged_records", "procore.staged_record", "stage"
ARCHIVED, INVALID = "archived", "invalid"


def _stages(mapping: str) -> Callable[[Tool, Wish, Plan], None]:
    def handle(tool: Tool, wish: Wish, plan: Plan) -> None:
        with tool.ledger.begin() as tx:
            elements = [*_offered(tool, tx, mapping, plan), *_withdrawn(tool, tx, mapping, plan)]
            _owe(tool, tx, wish, mapping, elements)
        if not elements:
            tool.sync.accepted.now |= dict.fromkeys(wish.ids, "")

    return handle


def _kind(tool: Tool, mapping: str) -> str:
    """What Procore calls a record of a mapping: vendor, project."""
    return tool.route(mapping).sources[0].marks[0].element["item_type"]


def _offers(mapping: str, plan: Plan) -> Iterator[Action]:
    """What is linked to nothing, and not about to be."""
    taken = {one.target_id for one in plan.actions if one.mapping == mapping and one.kind == LINK}
    for action in plan.actions:
        if (action.mapping, action.back, action.kind) == (mapping, True, OFFER):
            if action.source_id in taken:
                continue
            yield action


def _offered(tool: Tool, tx: sa.Connection, mapping: str, plan: Plan) -> list[dict[str, Any]]:
    route = tool.route(f"{mapping}{log.IMPORT}")
    entries = by_record(log.entries(tool.ledger, tx, route.name))
    found = []
    for action in _offers(mapping, plan):
        record = without_computed(action.record or {}, route.shape.root)
        data = encode(record, route.shape.root, route.port.system.numbers)
        element: dict[str, Any] = {"item_type": _kind(tool, mapping), "origin_id": action.source_id}
        element["data"] = {name: value for name, value in data.items() if name != route.target.id}
        standing = stands(entries.get((route.name, action.source_id), ()), imported=True)
        if standing.state == states.ARCHIVED:
            element["status"] = ARCHIVED
        found.append(element)
    return found


def _withdrawn(tool: Tool, tx: sa.Connection, mapping: str, plan: Plan) -> list[dict[str, Any]]:
    """What was staged before, is linked to nothing, and is offered no more; and keeps what is staged now."""
    kind, offered = _kind(tool, mapping), {action.source_id for action in _offers(mapping, plan)}
    linked = {one.target_id for one in links.all_of(tool.ledger, tx, [mapping]) if not one.parent}
    before = {key for key, _, _ in mirror.rows(tool.ledger, tx, STAGED, kind)}
    gone = sorted(before - offered)
    mirror.drop(tool.ledger, tx, STAGED, gone)
    mirror.keep(tool.ledger, tx, STAGED, {key: {} for key in offered}, dict.fromkeys(offered, kind))
    return [{"item_type": kind, "origin_id": key, "status": INVALID} for key in gone if key not in linked]


def _owe(tool: Tool, tx: sa.Connection, wish: Wish, mapping: str, elements: list[dict[str, Any]]) -> None:
    """Calls of as many records as one takes; the request is closed with the last of them."""
    port = tool.route(mapping).source_port
    call = port.system.calls[f"{port.system.name}.{CALL}"]
    parts = [elements[start : start + call.batch] for start in range(0, len(elements), call.batch)]
    names = [(mapping, f"{STEP} {wish.request} {place}") for place in range(len(parts))]
    asked = dict.fromkeys(wish.ids, names)
    for (_, name), part in zip(names, parts, strict=True):
        extra = {"label": f"{len(part):,} to be imported", CLOSE: asked}
        ops.add(tool.ledger, tx, call.name, {}, [Member(mapping, name, STEP, part, "", extra)], tool.sync.run)


TABLE: Mapping[str, Callable[[Tool, Wish, Plan], None]] = {
    "sync_vendors": _stages("companies"),
    "sync_jobs": _stages("projects"),
}
