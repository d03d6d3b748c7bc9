"""Requests to reset: Procore's staff puts records back to unsynced, whatever they were.

Nobody asks whether it may be, so our links follow. A project takes its commitments and change orders along;
invoices keep their bills, since a bill made twice is paid twice. A payment keeps its link for the same
reason: nobody has to accept payments, and the next run would make it again. Before: `tool`. After: `undoing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from engine.approve import states
from engine.ledger import links, mirror
from engine.live.erp.tool import Tool, Wish, text
from engine.live.erp.unlinking import CHANGE, COMMITMENT, INVOICE, Form
from engine.live.undoing import Busy, forgotten

OF_A_PROJECT = ("change_orders", "commitments")
KEPT = "its payment in Xero is not made in Procore again; delete it there by hand if it is wrong"


def _resets(form: Form) -> Callable[[Tool, Wish], None]:
    def handle(tool: Tool, wish: Wish) -> None:
        own = tool.own(form.mapping, wish.get(form.id))
        _reset(tool, wish, [(form.mapping, own)], text(wish.get(form.origin)))

    return handle


def _job(tool: Tool, wish: Wish) -> None:
    """The project, and what was made on it."""
    number = text(wish.get("project", "id") or wish.get("project_id"))
    records = [(mapping, own) for mapping in OF_A_PROJECT for own in _of_project(tool, mapping, number)]
    _reset(tool, wish, [*records, ("projects", tool.own("projects", number))], "")


def _of_project(tool: Tool, mapping: str, project: str) -> list[str]:
    """The linked records of a mapping that stand under a project."""
    route, found = tool.route(mapping), set[str]()
    with tool.ledger.look() as tx:
        for source in route.sources:
            name = f"{route.source_port.system.name}.{source.name}"
            found |= {key for key, scope, _ in mirror.rows(tool.ledger, tx, name) if scope == project}
    return sorted(own for own in (tool.own(mapping, number) for number in found) if own)


def _reset(tool: Tool, wish: Wish, records: list[tuple[str, str]], origin: str) -> None:
    try:
        with tool.ledger.begin() as tx:
            done = [one for one in records if _is_meant(tool, tx, wish, *one, origin)]
            for mapping, own in done:
                forgotten(tool.connection, tx, tool.desk(mapping), own, (), tool.sync.run, OF_A_PROJECT)
                tool.note(tx, states.RESET, mapping, own, "", wish)
            tool.end(tx, wish.ids)
    except Busy:
        return  # it is asked again with the next run


def _is_meant(tool: Tool, tx: sa.Connection, wish: Wish, mapping: str, own: str, origin: str) -> bool:
    """Whether a record is linked, to what the request names, and nothing later was done with it."""
    desk = tool.desk(mapping)
    targets = {desk.ground.links[one].target_id for one in desk.ids_of(own)}
    if origin and origin.partition(":")[0] not in targets:
        return False
    return tool.linked(tx, mapping, own) and not tool.overtaken(tx, mapping, own, wish)


def _payment(tool: Tool, wish: Wish) -> None:
    with tool.ledger.begin() as tx:
        target = text(wish.get("payment_id"))
        known = [o for o in links.all_of(tool.ledger, tx, ["payments"]) if o.target_id == target]
        for one in known:
            if not tool.overtaken(tx, "payments", one.source_id, wish):
                tool.note(tx, states.RESET, "payments", one.source_id, KEPT, wish)
                tool.told.append(f"payment {target} was reset in Procore: {KEPT}")
        tool.end(tx, wish.ids)


TABLE: Mapping[str, Callable[[Tool, Wish], None]] = {
    "reset_job": _job,
    "reset_commitment": _resets(COMMITMENT),
    "reset_commitment_change_order": _resets(CHANGE),
    "reset_requisition": _resets(INVOICE),
    "reset_payment": _payment,
}
