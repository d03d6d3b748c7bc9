"""What came from Xero into Procore, as trails: totals of direct costs, transactions, payments.

The first stage is what was sent to Procore last, the last one is what Xero has. Before: `books`, `costs`.
After: `reconcile`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.compile.frame import key_parts, key_text
from engine.live.reports.books import Books
from engine.live.reports.costs import NOUGHT, Cost, Place, day, place_of
from engine.plan.actions import BAD, HOLD, SKIP, Action
from engine.report.documents import number
from engine.report.reconcile import DIRECT, PAYMENTS, TRANSACTIONS, Stage, Trail

NOTHING: dict[Place, Decimal] = {}
OFF = "transactions_off"


def totals(books: Books, costs: Iterable[Cost]) -> Iterator[Trail]:
    """Direct costs as the totals say them: sent, as they would be sent now, and the documents' sum."""
    ground = books.ground("job_costs")
    now = [
        record
        for action in books.actions("job_costs").values()
        if (record := action.record or ground.wrote.get(action.source_id)) is not None
    ]
    held = [a.reason for a in books.actions("job_costs").values() if a.kind in (HOLD, BAD) and a.reason]
    counted: dict[Place, Decimal] = {}
    for cost in costs:
        for place, amount in cost.counted.direct.items():
            counted[place] = counted.get(place, NOUGHT) + amount
    yield Trail(
        DIRECT,
        "the totals",
        "",
        (
            Stage(_direct(books, ground.wrote.values())),
            Stage(_direct(books, now), "late"),
            Stage(counted, "held" if held else "", " ".join(held)),
        ),
    )


def _direct(books: Books, records: Iterable[Mapping[str, Any]]) -> dict[Place, Decimal]:
    found: dict[Place, Decimal] = {}
    for one in records:
        job_to_date, invoiced = number(one["job_to_date_cost"]), number(one["commitment_invoiced"])
        found[place_of(books, one)] = (job_to_date or NOUGHT) - (invoiced or NOUGHT)
    return {place: amount for place, amount in found.items() if amount}


# ---------------------------------------------------------------- transactions


def transactions(books: Books, costs: Iterable[Cost]) -> Iterator[Trail]:
    """Each document as a direct cost, for every project it touches whose transactions are on."""
    ground, actions = books.ground("job_cost_transactions"), books.actions("job_cost_transactions")
    whole = bool(books.settings.get("subcontractor_invoice_costs"))
    options = {project: option for option, project in books.by_option.items()}
    before: dict[str, set[str]] = {}
    for key in ground.wrote:
        document, option = key_parts(key)
        before.setdefault(document, set()).add(option)
    seen: set[str] = set()
    for cost in costs:
        figures = cost.counted.job_to_date if whole else cost.counted.direct
        now = {options[project] for project, _ in figures if project in options}
        for option in sorted(now | before.get(cost.id, set())):
            project, key = books.by_option.get(option, option), key_text([cost.id, option])
            sent, action = ground.wrote.get(key), actions.get(key) or actions.get(cost.id)
            seen.add(key)
            if sent is None and _is_off(action):
                continue
            there = {place: amount for place, amount in figures.items() if place[0] == project and amount}
            stages = (Stage(_costs(books, sent)), *_of_transaction(books, action, there))
            yield Trail(TRANSACTIONS, f"{cost.kind} {cost.number}", cost.date, stages)
    for key, sent in ground.wrote.items():
        if key not in seen:
            name = str(sent.get("invoice_number") or sent.get("description") or key_parts(key)[0])
            stages = (Stage(_costs(books, sent)), Stage(NOTHING, "gone"))
            yield Trail(TRANSACTIONS, name, day(sent.get("direct_cost_date")), stages)


def _is_off(action: Action | None) -> bool:
    """Whether the project wants no transactions: then there is nothing to compare."""
    return action is None or OFF in {action.code, *(remark.code for remark in action.remarks)}


def _of_transaction(books: Books, action: Action | None, there: Mapping[Place, Decimal]) -> tuple[Stage, ...]:
    if action is None:
        return (Stage(there, "gone"),)
    if action.record is not None:
        return Stage(_costs(books, action.record), "late"), Stage(there)
    return (Stage(there, "held" if action.kind in (HOLD, SKIP, BAD) else "late", action.reason),)


def _costs(books: Books, record: Mapping[str, Any] | None) -> dict[Place, Decimal]:
    found: dict[Place, Decimal] = {}
    for line in (record or {}).get("line_items") or ():
        assert record is not None
        place = (str(record["project_id"]), books.code(line["cost_code_id"], line["line_item_type_id"]))
        found[place] = found.get(place, NOUGHT) + (number(line.get("amount")) or NOUGHT)
    return {place: amount for place, amount in found.items() if amount}


# ---------------------------------------------------------------- payments


def payments(books: Books) -> Iterator[Trail]:
    """Each payment of a bill of ours: as posted in Procore, as it would be posted now, as paid in Xero."""
    ground, actions = books.ground("payments"), books.actions("payments")
    seen: set[str] = set()
    for record in ground.records:
        bill = books.bills.get(str((record.get("Invoice") or {}).get("InvoiceID") or ""))
        payment = str(record["PaymentID"])
        posted = ground.wrote.get(payment)
        seen.add(payment)
        if bill is None and posted is None:
            continue
        memory = bill.memory if bill is not None else {}
        project = str(memory.get("project_id") or memory.get("commitment.project.id") or "")
        if posted is not None:
            project = str(posted["project_id"])
        paid = NOUGHT if record.get("Status") == "DELETED" else number(record.get("Amount")) or NOUGHT
        invoice = str(memory.get("invoice_number") or (posted or {}).get("invoice_number") or payment)
        stages = (Stage(_one(project, posted)), *_paid(books, actions.get(payment), project, paid))
        yield Trail(PAYMENTS, invoice, day(record.get("Date")), stages)
    for payment, posted in ground.wrote.items():
        if payment not in seen:
            stages = (Stage(_one(str(posted["project_id"]), posted)), Stage(NOTHING, "gone"))
            yield Trail(
                PAYMENTS, str(posted.get("invoice_number") or payment), day(posted.get("date")), stages
            )


def _paid(books: Books, action: Action | None, project: str, paid: Decimal) -> tuple[Stage, ...]:
    there = {(project, ""): paid} if paid else NOTHING
    if action is not None and action.record is not None:
        tax = "tax" if books.settings.get("payments_tax") == "net" else ""
        return Stage(_one(project, action.record), "late"), Stage(there, tax)
    reason = action.reason if action is not None else ""
    return (Stage(there, "payment_not_sent" if paid else "late", reason),)


def _one(project: str, posted: Mapping[str, Any] | None) -> dict[Place, Decimal]:
    amount = number(posted.get("amount")) if posted is not None else None
    return {(project, ""): amount} if amount else {}
