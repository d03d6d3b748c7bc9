"""Payments of bills: made, deleted, never edited."""

from __future__ import annotations

from decimal import Decimal

from sandbox.answers import Answer
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero import invoices, queries
from sandbox.xero.books import Books
from sandbox.xero.forms import Invalid, missing
from sandbox.xero.writing import amount_of, batch, elements, only

COLLECTION, KEY = "Payments", "PaymentID"
TAKES = "Invoice Account Date Amount Reference CurrencyRate IsReconciled Status PaymentID"


def view(books: Books, record: Record) -> Record:
    """A payment as answers give it, with a little of its bill."""
    shown = {**record, "HasAccount": True, "HasValidationErrors": False}
    account = books.account(record.get("Account"))
    if account:
        shown["Account"] = {name: account[name] for name in ("AccountID", "Code", "Name")}
    invoice = books.of("Invoices").get((record.get("Invoice") or {}).get("InvoiceID", ""))
    if invoice:
        names = ("InvoiceID", "InvoiceNumber", "Type", "CurrencyCode")
        shown["Invoice"] = {name: invoice[name] for name in names if name in invoice}
        shown["Invoice"]["Contact"] = books.contact_shown(invoice.get("Contact"))
    return shown


def several(call: Call) -> Answer:
    """`GET /Payments`: deleted ones too."""
    books = Books.opened(call)
    test = queries.where(call.first("where"))
    records = queries.changed(list(books.of(COLLECTION).values()), queries.since(call))
    found = queries.ordered(call, [each for each in records if test(each)])
    part, pages = queries.page(call, found)
    return books.envelope(COLLECTION, [view(books, each) for each in part], pages)


def one(call: Call) -> Answer:
    """`GET /Payments/{id}`."""
    books = Books.opened(call)
    found = books.of(COLLECTION).get(call.parameters["id"])
    if found is None:
        raise missing()
    return books.envelope(COLLECTION, [view(books, found)])


def create(call: Call) -> Answer:
    """`PUT /Payments` (several) and `POST /Payments` (one)."""
    books = Books.opened(call)
    sent = elements(call, COLLECTION)
    for each in sent:
        only(each, TAKES, "A payment")
    return batch(call, books, COLLECTION, KEY, sent, _keep)


def _keep(books: Books, sent: Record) -> Record:
    amount = amount_of(sent)
    reference = sent.get("Invoice") or {}
    invoice = books.of("Invoices").get(reference.get("InvoiceID", ""))
    account = books.account(sent.get("Account"))
    if KEY in sent:
        raise Invalid("Payments cannot be changed")
    if amount <= 0:
        raise Invalid("Payment amounts must be positive amounts")
    if invoice is None or invoice["Status"] != "AUTHORISED":
        raise Invalid("Payments can only be made against Authorised documents")
    if account is None or account["Type"] != "BANK":
        raise Invalid("Account must be valid")
    if amount > books.open_amount(invoice):
        raise Invalid("Payment amount exceeds the amount outstanding on this document")
    day = sent.get("Date") or books.today().isoformat()
    books.refuse_locked(day)
    rate = Decimal(sent.get("CurrencyRate") or invoice.get("CurrencyRate") or 1)
    record = {
        KEY: books.world.fresh_uuid(),
        "PaymentType": "ACCPAYPAYMENT",
        "Status": "AUTHORISED",
        "Date": day,
        "Amount": amount,
        "BankAmount": (amount / rate).quantize(Decimal("0.01")),
        "CurrencyRate": rate,
        "Reference": sent.get("Reference"),
        "IsReconciled": bool(sent.get("IsReconciled")),
        "Invoice": {"InvoiceID": invoice["InvoiceID"]},
        "Account": {"AccountID": account["AccountID"]},
        "_app": books.app,
    }
    kept = books.put(COLLECTION, KEY, record)
    invoices.settle(books, invoice["InvoiceID"])
    return view(books, kept)


def delete(call: Call) -> Answer:
    """`POST /Payments/{id}` with `{"Status": "DELETED"}`: the only change there is."""
    books = Books.opened(call)
    found = books.of(COLLECTION).get(call.parameters["id"])
    if found is None:
        raise missing()
    return batch(call, books, COLLECTION, KEY, elements(call, COLLECTION), lambda b, e: _gone(b, found, e))


def _gone(books: Books, record: Record, sent: Record) -> Record:
    if sent.get("Status") != "DELETED" or set(sent) - {"Status", KEY}:
        raise Invalid("Payments cannot be changed, only deleted")
    if record["Status"] == "DELETED":
        raise Invalid("Payment has already been deleted")
    books.refuse_locked(record["Date"])
    kept = books.put(COLLECTION, KEY, {**record, "Status": "DELETED"})
    invoices.settle(books, record["Invoice"]["InvoiceID"])
    return view(books, kept)
