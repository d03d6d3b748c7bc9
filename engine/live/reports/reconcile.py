"""The reconciliation: every document of both sides as a trail, and the open items named.

Before: `invoiced`, `imported`. After: `report/reconcile`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.live.connect import Connection
from engine.live.reports import imported
from engine.live.reports.books import Books
from engine.live.reports.costs import CREDIT, NOUGHT, Cost, costs_of
from engine.live.reports.invoiced import Exported, exported, trails
from engine.report import reconcile as report
from engine.report.reconcile import INVOICED, RETAINAGE, Stage, Trail
from engine.report.sheet import MONEY, Sheet, shown


def sheet(connection: Connection, project: str = "") -> Sheet:
    """One project, or every project one after another."""
    books = Books(connection)
    chosen = {one.id: one.name for one in books.chosen(project)}
    costs = costs_of(books)
    invoices = exported(books, costs)
    found = [
        *(trail for one in invoices for trail in trails(books, one)),
        *_typed(books, costs),
        *_corrections(books, costs),
        *imported.totals(books, costs),
        *imported.transactions(books, costs),
        *imported.payments(books),
    ]
    if not project:
        places = {place[0] for trail in found for stage in trail.stages for place in stage.amounts}
        chosen |= dict.fromkeys(sorted(places - set(chosen)), "No project of Procore")
    names = {**books.code_names, str(books.settings.get("retainage_item") or ""): "Retainage"}
    open_items = list(_credit_notes(books, costs, invoices, set(chosen)))
    return report.sheet(found, chosen, names, books.head(), open_items)


def _typed(books: Books, costs: list[Cost]) -> Iterator[Trail]:
    """Retainage on documents that no invoice of Procore stands behind."""
    item = str(books.settings.get("retainage_item") or "")
    for cost in costs:
        if cost.retained and cost.is_approved and cost.id not in books.bills:
            kept = {(project, item): amount for project, amount in cost.retained.items()}
            reason = "credit_note" if cost.type == CREDIT else "typed"
            reason = "correction" if cost.id in books.corrections else reason
            text = f"{cost.kind} {cost.number} of {cost.contact_name}: {report.REASONS[reason]}"
            yield Trail(RETAINAGE, cost.number, cost.date, (Stage({}), Stage(kept, reason, text)))


def _corrections(books: Books, costs: list[Cost]) -> Iterator[Trail]:
    """Credit notes that correct an invoice which has its bill: Procore still says the whole of it."""
    for cost in costs:
        if cost.id in books.corrections and cost.counted.invoiced:
            text = f"{cost.kind} {cost.number} of {cost.contact_name}: {report.REASONS['correction']}"
            stage = Stage(cost.counted.invoiced, "correction", text)
            yield Trail(INVOICED, cost.number, cost.date, (Stage({}), stage))


def _credit_notes(
    books: Books, costs: list[Cost], invoices: list[Exported], projects: set[str]
) -> Iterator[str]:
    """Credit notes typed by hand, and the invoice each may belong to: a person says so by linking them."""
    for cost in costs:
        places = {place[0] for place in cost.counted.job_to_date}
        if cost.type != CREDIT or not cost.is_approved or not places & projects:
            continue
        work = -sum(cost.counted.job_to_date.values(), NOUGHT)
        text = f"Credit note {cost.number} of {cost.date}, {cost.contact_name}, {shown(work, MONEY)} of work"
        if cost.id in books.bills or cost.id in books.corrections:
            yield f"{text}: linked to an invoice, so it lowers commitment invoiced."
            continue
        told = f"{text}: typed by hand and linked to no invoice, so it lowers direct costs."
        yield f"{told}{_link(books, cost, work, invoices)}"


def _link(books: Books, cost: Cost, work: Decimal, invoices: list[Exported]) -> str:
    """How to link it, where an open invoice comes to the very same."""
    twins = [
        one.invoice
        for one in invoices
        if one.link is None and sum(one.invoice.work.values(), NOUGHT) == -work
    ]
    if len(twins) != 1:
        return ""
    command = f"crosswalk erp credit {books.connection.name} {twins[0].id} {cost.id}"
    return f" It comes to the same as {twins[0].number}; if it corrects that invoice: {command}"
