"""Purchase orders: a number once and never again, lines by id, nothing to change once billed."""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero import documents
from sandbox.xero.books import Books
from sandbox.xero.documents import Kind
from sandbox.xero.forms import Invalid, bad_query

UNIQUE = "Order number must be unique"


def view(books: Books, record: Record, whole: bool) -> Record:
    """An order as answers give it."""
    shown = {**record, "Contact": books.contact_shown(record.get("Contact")), "HasAttachments": False}
    return {**shown, "LineItems": documents.shown_lines(books, record, whole, places=4)}


KIND = Kind(
    title="Purchase Order",
    collection="PurchaseOrders",
    key="PurchaseOrderID",
    number="PurchaseOrderNumber",
    shape="xero.purchase_order",
    view=view,
    graph={
        "DRAFT": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
        "SUBMITTED": {"SUBMITTED", "AUTHORISED", "DELETED"},
        "AUTHORISED": {"AUTHORISED", "DELETED"},
    },
    first={"DRAFT", "SUBMITTED", "AUTHORISED"},
)


def several(call: Call) -> Answer:
    """`GET /PurchaseOrders`: by status and dates; there is no `where`."""
    if call.first("where") is not None:
        raise bad_query("PurchaseOrders cannot be filtered by where")

    def fits(_: Books, record: Record) -> bool:
        status, start, end = (call.first(name) for name in ("Status", "DateFrom", "DateTo"))
        day = record.get("Date", "")
        return (
            status in (None, "", record["Status"]) and (not start or day >= start) and (not end or day <= end)
        )

    return documents.several(call, KIND, fits, paged=True)


def one(call: Call) -> Answer:
    """`GET /PurchaseOrders/{id or number}`: deleted ones too."""
    return documents.one(call, KIND)


def create(call: Call) -> Answer:
    """`PUT /PurchaseOrders`: new ones only."""
    return documents.create(call, KIND, _keep)


def change(call: Call) -> Answer:
    """`POST /PurchaseOrders`: by id, else by number, else new."""
    return documents.change(call, KIND, _keep)


def change_one(call: Call) -> Answer:
    """`POST /PurchaseOrders/{id}`."""
    return documents.change_one(call, KIND, _keep)


def _keep(books: Books, sent: Record, updates: bool) -> Record:
    old = None
    if KIND.key in sent:
        old = books.of(KIND.collection).get(sent[KIND.key])
        if old is None or not updates:
            raise Invalid("The purchase order does not exist" if old is None else UNIQUE)
    twin = documents.by_number(books, KIND, sent.get(KIND.number))
    if twin is not None and updates and old is None:
        old = twin
    elif twin is not None and (old is None or twin[KIND.key] != old[KIND.key]):
        raise Invalid(UNIQUE)
    status = documents.status_of(KIND, old, sent)
    if status == "DELETED" and old is not None:
        return documents.kept(books, KIND, {**old, "Status": status})
    terms = documents.terms_of(books, old, sent, places=4)
    record = {**documents.written(books, KIND, old, sent, terms), "Status": status}
    if status == "AUTHORISED":
        books.refuse_locked(record["Date"])
    if not record.get(KIND.number):
        record[KIND.number] = _next_number(books)
    return documents.kept(books, KIND, {"SentToContact": False, "CurrencyRate": 1, **record})


def _next_number(books: Books) -> str:
    number = len(books.of(KIND.collection)) + 1
    while documents.by_number(books, KIND, f"PO-{number:04}"):
        number += 1
    return f"PO-{number:04}"
