"""The retainage roll-forward: invoices of each commitment in the order of dates, and what Xero has of them.

A document that somebody typed into Xero stands with the commitment of its company in that project, if there
is only one. Before: `invoiced`, `costs`. After: `report/retainage`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.live.connect import Connection
from engine.live.reports.books import Books
from engine.live.reports.costs import NOUGHT, Cost, costs_of
from engine.live.reports.invoiced import Exported, exported
from engine.plan.actions import CREATE
from engine.report import retainage as report
from engine.report.retainage import Account, Step
from engine.report.sheet import Sheet

CONTRACTS = ("procore.work_order_contract", "procore.purchase_order_contract")


def sheet(connection: Connection, project: str = "") -> Sheet:
    """Every commitment that holds or held retainage, of one project or of all."""
    books = Books(connection)
    costs = costs_of(books)
    contracts = {key: row for stream in CONTRACTS for key, row in books.rows(stream).items()}
    invoices = exported(books, costs)
    found = []
    for one in books.chosen(project):
        mine = [each for each in invoices if each.invoice.project == one.id]
        typed = dict(_typed(books, costs, contracts, mine, one.id))
        keys = dict.fromkeys([*(each.invoice.commitment for each in mine), *typed.values()])
        for key in sorted(keys, key=lambda key: str((contracts.get(key) or {}).get("number", "~"))):
            own = [each for each in mine if each.invoice.commitment == key]
            steps = [_step(each) for each in own if each.invoice.held or each.invoice.released]
            steps += [_typed_step(cost, one.id) for cost in costs if typed.get(cost.id) == key]
            steps.sort(key=lambda step: (step.date, step.held is None))
            opening = next((each.invoice.before for each in own), None) or NOUGHT
            found.append(Account(f"{one.name}: {_title(contracts.get(key))}", tuple(steps), opening))
    return report.sheet(found, books.head())


def _title(contract: Any) -> str:
    if contract is None:
        return "no commitment"
    vendor = (contract.get("vendor") or {}).get("company") or ""
    name = " ".join(str(contract[key]) for key in ("number", "title") if contract.get(key))
    return f"{name} ({vendor})" if vendor else name


def _step(one: Exported) -> Step:
    invoice, cost = one.invoice, one.cost
    there = cost.retained.get(invoice.project, NOUGHT) if cost is not None and cost.is_approved else None
    return Step(
        document=invoice.number,
        date=invoice.date,
        held=invoice.held,
        released=invoice.released,
        work=sum(invoice.work.values(), NOUGHT),
        in_xero=there,
        why="" if there is not None else _why(one),
    )


def _why(one: Exported) -> str:
    """Why nothing of an invoice counts in Xero."""
    if one.cost is not None:
        return f"{one.cost.kind} {one.cost.number} is {one.cost.status} in Xero."
    if one.link is not None:
        return "its bill is no longer found in Xero."
    action = one.action
    return "it goes with the next sync." if action is None or action.kind == CREATE else action.reason


def _typed_step(cost: Cost, project: str) -> Step:
    return Step(f"{cost.kind} {cost.number}", cost.date, in_xero=cost.retained.get(project, NOUGHT))


def _typed(
    books: Books, costs: list[Cost], contracts: dict[str, Any], invoices: list[Exported], project: str
) -> Iterator[tuple[str, str]]:
    """Documents with retainage that no invoice stands behind, each with the commitment it belongs to."""
    vendors = {link.target_id: link.source_id for link in books.links_of("companies").values()}
    for cost in costs:
        if cost.id in books.bills or not cost.is_approved or not cost.retained.get(project):
            continue
        vendor = vendors.get(cost.contact, "")
        held = {one.invoice.commitment for one in invoices if one.invoice.held or one.invoice.released}
        mine = [
            key
            for key in sorted(held)
            if str(((contracts.get(key) or {}).get("vendor") or {}).get("id", "")) == vendor
        ]
        yield cost.id, mine[0] if len(mine) == 1 else ""
