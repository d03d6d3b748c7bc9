"""What stands by itself: the organisation, what it may do, accounts, tax rates, currencies, notes."""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero import queries
from sandbox.xero.books import Books
from sandbox.xero.forms import Invalid, failed, instant, missing, validation
from sandbox.xero.writing import elements, only

ACTIONS = (
    "CreateDraftInvoice CreateApprovedInvoice CreateApprovedBill CreateDraftBill CreateDraftPurchaseOrder "
    "CreateApprovedPurchaseOrder UseMulticurrency TrackingCategories CreateContact"
)
LONGEST_NOTE = 2_500
NOTED = {
    "PurchaseOrders": "PurchaseOrders",
    "Invoices": "Invoices",
    "CreditNotes": "CreditNotes",
    "Contacts": "Contacts",
    "Items": "Items",
    "BankTransactions": "BankTransactions",
    "Payments": "Payments",
}


def organisation(call: Call) -> Answer:
    """`GET /Organisation`."""
    books = Books.opened(call)
    return books.envelope("Organisations", [books.organisation()])


def actions(call: Call) -> Answer:
    """`GET /Organisation/Actions`: what its plan allows; `forbidden_actions` switches some off."""
    books = Books.opened(call)
    forbidden = books.world.switches.get("forbidden_actions", ())
    found = [{"Name": n, "Status": "NOT-ALLOWED" if n in forbidden else "ALLOWED"} for n in ACTIONS.split()]
    return books.envelope("Actions", found)


def accounts(call: Call) -> Answer:
    """`GET /Accounts`."""
    return _list(call, "Accounts")


def account(call: Call) -> Answer:
    """`GET /Accounts/{id}`."""
    books = Books.opened(call)
    found = books.of("Accounts").get(call.parameters["id"])
    if found is None:
        raise missing()
    return books.envelope("Accounts", [found])


def tax_rates(call: Call) -> Answer:
    """`GET /TaxRates`."""
    return _list(call, "TaxRates")


def currencies(call: Call) -> Answer:
    """`GET /Currencies`."""
    return _list(call, "Currencies")


def _list(call: Call, collection: str) -> Answer:
    books = Books.opened(call)
    test = queries.where(call.first("where"))
    moment = queries.since(call) if collection == "Accounts" else None
    records = queries.changed(list(books.of(collection).values()), moment)
    return books.envelope(collection, queries.ordered(call, [each for each in records if test(each)]))


def notes(call: Call) -> Answer:
    """`GET /{Resource}/{id}/History`."""
    books = Books.opened(call)
    _noted(books, call)
    found: Record = books.of("_history").get(call.parameters["id"], {"records": []})
    return books.envelope("HistoryRecords", found["records"])


def note(call: Call) -> Answer:
    """`PUT /{Resource}/{id}/History`: a note that nobody can take back."""
    books = Books.opened(call)
    _noted(books, call)
    sent = elements(call, "HistoryRecords")
    for each in sent:
        only(each, "Details", "A history record")
        text = str(each.get("Details") or "")
        if not 0 < len(text) <= LONGEST_NOTE:
            told = Invalid(f"Details must have 1 to {LONGEST_NOTE} characters")
            raise validation([failed(each, "HistoryRecordID", told.messages)])
    now = instant(books.world.clock.now())
    made = [
        {"Details": e["Details"], "Changes": "Note", "User": "System Generated", "DateUTC": now} for e in sent
    ]
    there: Record = books.of("_history").get(call.parameters["id"], {"records": []})
    books.of("_history")[call.parameters["id"]] = {"records": [*there["records"], *made]}
    return books.envelope("HistoryRecords", made)


def _noted(books: Books, call: Call) -> None:
    collection = NOTED.get(call.parameters["resource"])
    if collection is None or call.parameters["id"] not in books.of(collection):
        raise missing()
