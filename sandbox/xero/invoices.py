"""Bills: numbers may repeat, lock dates hold, what is paid is nearly closed, and only payments pay."""

from __future__ import annotations

from decimal import Decimal

from sandbox.answers import Answer
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero import documents, queries
from sandbox.xero.books import ZERO, Books
from sandbox.xero.documents import NOT_EDITABLE, Kind
from sandbox.xero.forms import Invalid

ALLOCATED = "This document cannot be edited as it has a payment or credit note allocated to it."
PAID_TAKES = {"InvoiceID", "Type", "DueDate", "InvoiceNumber", "Url", "Contact", "PlannedPaymentDate"}
PAID_TAKES |= {"Status", "LineItems"}
PAID_LINE_TAKES = {"LineItemID", "Description", "AccountCode", "Tracking"}


def view(books: Books, record: Record, whole: bool) -> Record:
    """A bill as answers give it, with what has been paid."""
    payments, credits = books.settled(record["InvoiceID"])
    paid = sum((Decimal(each["Amount"]) for each in payments), ZERO)
    credited = sum((Decimal(each["AppliedAmount"]) for each in credits), ZERO)
    live = record["Status"] not in {"VOIDED", "DELETED"}
    shown = {
        **record,
        "Contact": books.contact_shown(record.get("Contact")),
        "AmountDue": record["Total"] - paid - credited if live else ZERO,
        "AmountPaid": paid,
        "AmountCredited": credited,
        "HasAttachments": False,
        "HasErrors": False,
        "LineItems": documents.shown_lines(books, record, whole),
    }
    if record["Status"] == "PAID":
        shown["FullyPaidOnDate"] = max(each["Date"] for each in [*payments, *credits] or [record])
    if whole or payments or credits:
        names = ("PaymentID", "Date", "Amount", "Reference", "CurrencyRate")
        shown["Payments"] = [{n: p[n] for n in names if n in p} for p in payments]
        shown["CreditNotes"] = credits
    return shown


KIND = Kind(
    title="Invoice",
    collection="Invoices",
    key="InvoiceID",
    number="InvoiceNumber",
    shape="xero.bill",
    view=view,
    graph={
        "DRAFT": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
        "SUBMITTED": {"SUBMITTED", "DRAFT", "AUTHORISED", "DELETED"},
        "AUTHORISED": {"AUTHORISED", "VOIDED"},
        "PAID": {"PAID"},
    },
    first={"DRAFT", "SUBMITTED", "AUTHORISED"},
)


def several(call: Call) -> Answer:
    """`GET /Invoices`."""
    ids, contacts, statuses = (queries.listed(call, n) for n in ("IDs", "ContactIDs", "Statuses"))
    numbers = queries.listed(call, "InvoiceNumbers")
    mine = call.first("createdByMyApp") == "true"

    def fits(books: Books, record: Record) -> bool:
        return (
            (not ids or record["InvoiceID"] in ids)
            and (not contacts or record["Contact"]["ContactID"] in contacts)
            and (not statuses or record["Status"].lower() in statuses)
            and (not numbers or str(record.get("InvoiceNumber", "")).lower() in numbers)
            and (not mine or record.get("_app") == books.app)
        )

    return documents.several(call, KIND, fits)


def one(call: Call) -> Answer:
    """`GET /Invoices/{id or number}`."""
    return documents.one(call, KIND)


def create(call: Call) -> Answer:
    """`PUT /Invoices`: new ones only."""
    return documents.create(call, KIND, _keep)


def change(call: Call) -> Answer:
    """`POST /Invoices`: by id, else new; a bill's number finds nothing, for it may repeat."""
    return documents.change(call, KIND, _keep)


def change_one(call: Call) -> Answer:
    """`POST /Invoices/{id}`."""
    return documents.change_one(call, KIND, _keep)


def _keep(books: Books, sent: Record, updates: bool) -> Record:
    old = None
    if KIND.key in sent:
        old = books.of(KIND.collection).get(sent[KIND.key])
        if old is None or not updates:
            raise Invalid("The invoice does not exist" if old is None else "The invoice exists already")
    if old is None and sent.get("Type") != "ACCPAY":
        raise Invalid("The sandbox keeps bills only: Type must be ACCPAY")
    status = documents.status_of(KIND, old, sent)
    if old is not None:
        refused = _of_a_settled_one(books, old, sent, status)
        if refused:
            raise Invalid(refused)
        if status in {"DELETED", "VOIDED"}:
            books.refuse_locked(old["Date"] if status == "VOIDED" else None)
            return documents.kept(books, KIND, {**old, "Status": status})
    if "xero" in str(sent.get("Url", "")).lower():
        raise Invalid("Url cannot contain the word 'xero'")
    approved = status in {"AUTHORISED", "PAID"}
    terms = documents.terms_of(books, old, sent, approved=approved)
    record = {**documents.written(books, KIND, old, sent, terms), "Status": status}
    if approved:
        if not record.get("DueDate"):
            raise Invalid("The document due date cannot be empty")
        if status == "AUTHORISED":
            books.refuse_locked(record["Date"])
        if not record["Total"]:
            record["Status"] = "PAID"  # nothing to pay
    return documents.kept(books, KIND, {"CurrencyRate": 1, **record})


def _of_a_settled_one(books: Books, old: Record, sent: Record, status: str) -> str | None:
    """Why a bill with payments or credit refuses a change, if it does."""
    payments, credits = books.settled(old["InvoiceID"])
    if not payments and not credits:
        return NOT_EDITABLE.format(KIND.title) if old["Status"] == "PAID" and status != "PAID" else None
    if status != old["Status"]:
        return ALLOCATED
    changed = {name for name, value in sent.items() if name not in PAID_TAKES and value != old.get(name)}
    ids = {line["LineItemID"]: line for line in old["LineItems"]}
    for line in sent.get("LineItems", []):
        known: Record = ids.pop(line.get("LineItemID"), {})
        changed |= {n for n, v in line.items() if n not in PAID_LINE_TAKES and v != known.get(n)}
    if "LineItems" in sent and ids:
        changed |= set(ids)
    return ALLOCATED if changed else None


def settle(books: Books, invoice: str) -> None:
    """After a payment or an allocation: PAID when nothing is left, AUTHORISED when something is."""
    record = books.of(KIND.collection)[invoice]
    if record["Status"] in {"AUTHORISED", "PAID"}:
        status = "PAID" if books.open_amount(record) <= 0 else "AUTHORISED"
        books.put(KIND.collection, KIND.key, {**record, "Status": status})
