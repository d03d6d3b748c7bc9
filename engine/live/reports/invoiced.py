"""Invoices of Procore and the documents in Xero they became, each as a trail of what was said on the way.

Procore's figures, what the mapping makes of them now, what was sent, what is in Xero, and what of that
counts. Before: `books`, `costs`. After: `reconcile`, `retainage`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.approve.admit import CODE as NOT_ACCEPTED
from engine.ledger.links import ADOPTED, MADE, Link
from engine.live.reports.books import Books
from engine.live.reports.costs import CREDIT, GONE, NOUGHT, WAITING, Cost, Place, lines_of, net, project_of
from engine.plan.actions import CREATE, HOLD, SKIP, Action
from engine.report.documents import Invoice, invoice_of
from engine.report.reconcile import INVOICED, REASONS, RETAINAGE, Stage, Trail

NOT_APPROVED, NEGATIVE = "not-approved", "negative-values"
NOTHING: dict[Place, Decimal] = {}
Lines = Callable[[Any], dict[Place, Decimal]]  # amounts by place of a document's lines


@dataclass(frozen=True, slots=True)
class Exported:
    """An invoice that Procore has approved, what would become of it, and what became of it."""

    invoice: Invoice
    action: Action | None
    link: Link | None
    cost: Cost | None
    sent: Mapping[str, Any] | None

    @property
    def by_hand(self) -> bool:
        """Whether a person said which document it is."""
        return self.link is not None and self.link.how not in (MADE, ADOPTED)


def exported(books: Books, costs: list[Cost]) -> list[Exported]:
    """Every invoice that is approved in Procore or linked, in the order of dates."""
    ground, actions = books.ground("invoices"), books.actions("invoices")
    known, by_id = books.links_of("invoices"), {cost.id: cost for cost in costs}
    found = []
    budget = str(books.settings.get("budget_code_delimiter") or ".")
    for record in ground.records:
        invoice = invoice_of(record, budget, books.delimiter)
        action, link = actions.get(invoice.id), known.get(invoice.id)
        if link is None and (action is None or action.code == NOT_APPROVED):
            continue
        cost = by_id.get(link.target_id) if link is not None else None
        found.append(Exported(invoice, action, link, cost, ground.wrote.get(invoice.id)))
    return sorted(found, key=lambda one: (one.invoice.date, one.invoice.number, one.invoice.id))


def trails(books: Books, one: Exported) -> list[Trail]:
    """The invoice in two trails: its work by budget code, and the retainage it moves."""
    item = str(books.settings.get("retainage_item") or "retainage")
    work = {(one.invoice.project, code): amount for code, amount in one.invoice.work.items()}
    held = {(one.invoice.project, item): one.invoice.withheld} if one.invoice.withheld else {}

    def on_work(record: Any) -> dict[Place, Decimal]:
        return _lines(books, record, lambda code: code != item)

    def on_held(record: Any) -> dict[Place, Decimal]:
        lines = _lines(books, record, lambda code: code == item)
        return {place: -amount for place, amount in lines.items()}

    cost = one.cost
    ours = (cost.approved.invoiced, cost.counted.invoiced) if cost else (NOTHING, NOTHING)
    kept = {(project, item): amount for project, amount in cost.retained.items()} if cost else NOTHING
    kept_now = kept if cost and cost.is_approved else NOTHING
    return [
        _trail(books, one, INVOICED, work, on_work, *ours),
        _trail(books, one, RETAINAGE, held, on_held, kept, kept_now),
    ]


def _trail(
    books: Books,
    one: Exported,
    part: str,
    said: Mapping[Place, Decimal],
    on: Lines,
    there: Mapping[Place, Decimal],
    counted: Mapping[Place, Decimal],
) -> Trail:
    stages = [Stage(said)]
    if one.link is None:
        stages.append(Stage(NOTHING, *_not_sent(one)))
    else:
        stages += [*_sent(books, one, on), *_in_xero(books, one, on, there, counted)]
    return Trail(part, one.invoice.number, one.invoice.date, tuple(stages))


def _not_sent(one: Exported) -> tuple[str, str]:
    """Why nothing was made of it."""
    action = one.action
    assert action is not None
    if action.code == NEGATIVE:
        return "negative", action.reason
    if action.code == NOT_ACCEPTED:
        return "waits", action.reason
    if action.kind == CREATE:
        return "not_sent", ""
    return ("held" if action.kind in (HOLD, SKIP) else "refused"), action.reason


def _sent(books: Books, one: Exported, on: Lines) -> list[Stage]:
    """What the mapping makes of it now, and what was sent: apart if it changed in Procore since."""
    if one.by_hand:
        return []
    record = one.action.record if one.action is not None else None
    whole = books.settings.get("invoice_line_money") == "scheduled_value"
    stages = [Stage(on(record), "scheduled_value" if whole else "")] if record is not None else []
    return stages + ([Stage(on(one.sent), "changed_in_procore")] if one.sent is not None else [])


def _in_xero(
    books: Books, one: Exported, on: Lines, there: Mapping[Place, Decimal], counted: Mapping[Place, Decimal]
) -> list[Stage]:
    """The document as it stands in Xero, what of it is a cost, and what of that counts already."""
    cost = one.cost
    if cost is None:
        return [Stage(NOTHING, "gone")]
    name = f"{cost.kind} {cost.number} of {cost.date}"
    if cost.status in GONE:
        return [Stage(NOTHING, "voided", f"{name} is {cost.status} in Xero")]
    changed = "opening" if one.by_hand else "changed_in_xero"
    waits = f"{name} is {cost.status} in Xero: it counts once it is approved there"
    return [
        Stage(on(cost.record), changed, f"{name}: {REASONS[changed]}"),
        Stage(there, *_left_out(books, cost)),
        Stage(counted, "draft" if cost.status in WAITING else "", waits if cost.status in WAITING else ""),
    ]


def _left_out(books: Books, cost: Cost) -> tuple[str, str]:
    """What the costs leave out of a document, in the mapping's own words."""
    told = [one.text for one in cost.remarks if one.kind in ("left_out", "skipped", "held") and not one.quiet]
    told += [one.text for one in cost.remarks if one.kind == "skipped" and one.quiet]
    if told and cost.status not in WAITING:
        return "not_counted", " ".join(told)
    return ("lost_tax" if books.settings.get("non_recoverable_tax_types") else ""), ""


def _lines(books: Books, record: Any, wanted: Callable[[str], bool]) -> dict[Place, Decimal]:
    """Amounts of a document's lines by place; a credit note's are positive and lower the cost."""
    found: dict[Place, Decimal] = {}
    sign = -1 if record.get("Type") == CREDIT else 1
    for line in lines_of(record):
        code = str(line.get("ItemCode") or "")
        if wanted(code):
            place = (project_of(books, line), code)
            found[place] = found.get(place, NOUGHT) + sign * net(record, line)
    return {place: amount for place, amount in found.items() if amount}
