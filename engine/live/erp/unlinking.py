"""Requests to unlink: commitments, change orders, invoices, cost codes.

Procore asks first, and unlinks what is gone in the accounting system; what still stands there is named, and
nothing is undone. Where it opens no detail it has unlinked already: then our links follow, and the log says
what still stands. Before: `tool`. After: `undoing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.approve import states
from engine.ledger import events, ops
from engine.live.declined import Declined
from engine.live.erp.tool import Tool, Wish, text
from engine.live.undoing import Busy, called_there, forgotten, standing_there
from engine.write.follow import unmark
from engine.write.places import places_of

STILL = "{0} is still in {1}. Please delete it there before retrying."


@dataclass(frozen=True, slots=True)
class Form:
    """Where a request names a record of a mapping, and the document it was marked with."""

    mapping: str
    id: str
    origin: str


COMMITMENT = Form("commitments", "procore_commitment_id", "commitment_origin_id")
CHANGE = Form("change_orders", "procore_commitment_change_order_id", "commitment_change_order_origin_id")
INVOICE = Form("invoices", "requisition_id", "requisition_origin_id")


def _unlinks(form: Form) -> Callable[[Tool, Wish], None]:
    def handle(tool: Tool, wish: Wish) -> None:
        own = tool.own(form.mapping, wish.get(form.id))
        unlinked(tool, wish, form.mapping, own, wish.get(form.origin), wish.ids)

    return handle


def _codes(tool: Tool, wish: Wish) -> None:
    """Standard cost codes, each by itself: an item for each of its cost types."""
    for row in wish.rows("standard_cost_codes") or wish.rows("cost_codes"):
        own = tool.own("cost_codes", row.get("id")) or text(row.get("sortable_code"))
        event = states.DELETE if wish.name.startswith("delete") else states.UNLINK
        unlinked(tool, wish, "cost_codes", own, None, wish.of(row), event)


def unlinked(
    tool: Tool,
    wish: Wish,
    mapping: str,
    own: str,
    origin: Any,
    details: list[str],
    event: str = states.UNLINK,
) -> None:
    """Unlinks a record, or says what stands against it."""
    desk = tool.seen_whole(mapping)
    still = standing_there(desk, own) or _named(tool, mapping, own, origin)
    title = tool.route(mapping).port.system.title
    try:
        with tool.ledger.begin() as tx:
            events.alone(tool.ledger, tx)
            if _is_another(tool, mapping, own, origin) or tool.overtaken(tx, mapping, own, wish):
                tool.end(tx, details)
            elif still and wish.may_fail:
                messages = [STILL.format(one, title) for one in still]
                tool.refuse(tx, mapping, own, "; ".join(messages), wish)
                tool.end(tx, details, messages)
            else:
                _forget(tool, tx, wish, mapping, own, origin, details, still, event)
    except Busy:
        return  # it is asked again with the next run
    except Declined as declined:
        with tool.ledger.begin() as tx:
            tool.refuse(tx, mapping, own, declined.text, wish)
            tool.end(tx, details, [f"{declined.text}: {declined.fix}."])


def _forget(
    tool: Tool,
    tx: sa.Connection,
    wish: Wish,
    mapping: str,
    own: str,
    origin: Any,
    details: list[str],
    still: tuple[str, ...],
    event: str,
) -> None:
    desk, why = tool.desk(mapping), "; ".join(f"{one} is still there" for one in still)
    had = tool.linked(tx, mapping, own)
    marks = forgotten(tool.connection, tx, desk, own, details, tool.sync.run)
    if had:
        tool.note(tx, states.UNLINK, mapping, own, why, wish)
    elif (mapping, own) not in ops.under_way(tool.ledger, tx):
        _taken_off(tool, tx, mapping, own, origin)
    if event == states.DELETE:
        tool.note(tx, states.DELETE, mapping, own, why, wish)
    if not marks:
        tool.end(tx, details)


def _is_another(tool: Tool, mapping: str, own: str, origin: Any) -> bool:
    """Whether the document that is named was given up long ago, and the record has another one now."""
    desk = tool.desk(mapping)
    targets = {desk.ground.links[one].target_id for one in desk.ids_of(own)}
    return bool(targets) and bool(text(origin)) and _target(origin) not in targets


def _named(tool: Tool, mapping: str, own: str, origin: Any) -> tuple[str, ...]:
    """The document Procore names for a record that we have no link of, if it still stands."""
    desk, target_id = tool.desk(mapping), _target(origin)
    document = (desk.ground.there or {}).get(target_id)
    known = next(iter(desk.ids_of(own)), None)
    if document is None or known is not None or desk.flow.into is not None or desk.is_gone(document):
        return ()
    return (called_there(desk, target_id),)


def _taken_off(tool: Tool, tx: sa.Connection, mapping: str, own: str, origin: Any) -> None:
    """The mark of a record whose link is not known: Procore keeps it until somebody takes it away."""
    record = tool.desk(mapping).source(own)
    if isinstance(record, Mapping) and text(origin):
        extra = {"source": places_of(record)}
        unmark(tool.ledger, tx, tool.route(mapping), own, _target(origin), extra, tool.sync.run)


def _target(origin: Any) -> str:
    """The document of a mark; a change order's has its own id behind it."""
    return text(origin).partition(":")[0]


TABLE: Mapping[str, Callable[[Tool, Wish], None]] = {
    "unlink_commitment": _unlinks(COMMITMENT),
    "unlink_commitment_change_order": _unlinks(CHANGE),
    "unlink_requisition": _unlinks(INVOICE),
    "unlink_standard_cost_codes": _codes,
    "delete_standard_cost_codes": _codes,
}
