"""Every cost document of Xero, each counted alone by the mapping job_costs: what it adds where, what it
leaves out.

So the sum of the documents is what was sent, by the same rules and the customer's own overlays, and behind
every figure stand its documents. Before: `books`. After: `unsyncable`, `reconcile`, `retainage`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.compile.frame import Facts
from engine.live.reports.books import Books
from engine.map.outcome import Outcome, Remark
from engine.report.documents import number
from engine.vocabulary.wire import BadValue, date_of

NOUGHT = Decimal(0)
WAITING, GONE = ("DRAFT", "SUBMITTED"), ("VOIDED", "DELETED")
CREDIT = "ACCPAYCREDIT"
Place = tuple[str, str]  # project, budget code
PATHS = {
    "ACCPAY": "/AccountsPayable/Edit.aspx?InvoiceID=",
    CREDIT: "/AccountsPayable/ViewCreditNote.aspx?creditNoteID=",
}
BANK = "/Bank/ViewTransaction.aspx?bankTransactionID="
NAMES = {"ACCPAY": "Bill", CREDIT: "Credit note", "SPEND": "Spend money"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a document adds to job to date, and to commitment invoiced, by place."""

    job_to_date: Mapping[Place, Decimal] = field(default_factory=dict)
    invoiced: Mapping[Place, Decimal] = field(default_factory=dict)

    @property
    def direct(self) -> dict[Place, Decimal]:
        """The rest: direct costs."""
        return {place: one - self.invoiced.get(place, NOUGHT) for place, one in self.job_to_date.items()}


@dataclass(frozen=True, slots=True)
class Cost:
    """One document. `approved` is what it counts, or would count once it is approved."""

    id: str
    type: str
    number: str
    date: str
    status: str
    contact: str
    contact_name: str
    record: Mapping[str, Any]
    counted: Figures
    approved: Figures
    retained: Mapping[str, Decimal]  # by project: what its lines on the retainage item add to what is held
    remarks: tuple[Remark, ...]

    @property
    def kind(self) -> str:
        """What people call it."""
        return NAMES.get(self.type, self.type)

    @property
    def is_approved(self) -> bool:
        """Whether it counts at all."""
        return self.status in ("AUTHORISED", "PAID")


def costs_of(books: Books) -> list[Cost]:
    """Every cost document that was read."""
    ground = books.ground("job_costs")
    return [cost_of(books, record, ground.facts) for record in ground.records]


def cost_of(books: Books, record: Mapping[str, Any], facts: Facts) -> Cost:
    """One document, as these facts have it counted."""
    alone = replace(facts, wrote={})  # of one document nothing was written before

    def outcomes(record: Any) -> list[Outcome]:
        return list(books.ground("job_costs").mapper.run([record], alone))

    found, status = outcomes(record), str(record.get("Status", ""))
    counted = _figures(books, found)
    approved = _figures(books, outcomes({**record, "Status": "AUTHORISED"})) if status in WAITING else counted
    contact = record.get("Contact") or {}
    return Cost(
        id=str(record["id"]),
        type=str(record.get("Type", "")),
        number=str(record.get("number") or record.get("reference") or "").strip() or "without reference",
        date=day(record.get("Date")),
        status=status,
        contact=str(contact.get("ContactID") or ""),
        contact_name=str(contact.get("Name") or ""),
        record=record,
        counted=counted,
        approved=approved,
        retained=_retained(books, record),
        remarks=tuple(remark for one in found for remark in one.remarks),
    )


def _figures(books: Books, found: list[Outcome]) -> Figures:
    job_to_date: dict[Place, Decimal] = {}
    invoiced: dict[Place, Decimal] = {}
    for outcome in found:
        if (one := outcome.record) is not None:
            place = place_of(books, one)
            job_to_date[place] = job_to_date.get(place, NOUGHT) + one["job_to_date_cost"]
            invoiced[place] = invoiced.get(place, NOUGHT) + one["commitment_invoiced"]
    return Figures(job_to_date, invoiced)


def place_of(books: Books, total: Mapping[str, Any]) -> Place:
    """Where a total of job_costs stands: project and budget code."""
    option = str(total["job_origin_id"])
    return books.by_option.get(option, option), books.code(total["cost_code_id"], total["line_item_type_id"])


def _retained(books: Books, record: Mapping[str, Any]) -> dict[str, Decimal]:
    """What is held back on a bill is a negative line; on a credit note the signs are the other way."""
    found: dict[str, Decimal] = {}
    sign = 1 if record.get("Type") == CREDIT else -1
    for line in lines_of(record):
        item = books.settings.get("retainage_item")
        if item and line.get("ItemCode") == item:
            project = project_of(books, line)
            found[project] = found.get(project, NOUGHT) + sign * net(record, line)
    return found


def lines_of(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The lines of a document of Xero."""
    yield from (line for line in record.get("LineItems") or () if isinstance(line, Mapping))


def project_of(books: Books, line: Mapping[str, Any]) -> str:
    """The project a line is on; empty for none."""
    category = books.settings.get("tracking_category")
    options = [
        str(one.get("TrackingOptionID"))
        for one in line.get("Tracking") or ()
        if one.get("TrackingCategoryID") == category
    ]
    return next((books.by_option[option] for option in options if option in books.by_option), "")


def net(record: Mapping[str, Any], line: Mapping[str, Any]) -> Decimal:
    """What a line comes to before tax."""
    amount = number(line.get("LineAmount"))
    if amount is None:
        each = (number(line.get("Quantity")) or NOUGHT) * (number(line.get("UnitAmount")) or NOUGHT)
        amount = each.quantize(Decimal("0.01"))
    inside = record.get("LineAmountTypes") == "Inclusive"
    return amount - ((number(line.get("TaxAmount")) or NOUGHT) if inside else NOUGHT)


def day(value: Any) -> str:
    """The calendar day of a date in any wire form."""
    try:
        return str(date_of(value)) if value else ""
    except BadValue:
        return str(value)


def address_of(books: Books, cost: Cost) -> str:
    """Where the document is on Xero's screens."""
    return books.screen(f"{PATHS.get(cost.type, BANK)}{cost.id}")
