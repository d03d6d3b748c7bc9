"""Suppliers' credit notes and what they are allocated to."""

from __future__ import annotations

from decimal import Decimal

from sandbox.answers import Answer
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero import documents, invoices
from sandbox.xero.books import ZERO, Books
from sandbox.xero.documents import Kind
from sandbox.xero.forms import Invalid, missing
from sandbox.xero.writing import amount_of, batch, elements, only


def remaining(record: Record) -> Decimal:
    """What is left of a note's credit."""
    given = sum((Decimal(each["Amount"]) for each in record.get("Allocations", [])), ZERO)
    return Decimal(record["Total"]) - given


def view(books: Books, record: Record, whole: bool) -> Record:
    """A credit note as answers give it."""
    allocations = []
    for each in record.get("Allocations", []):
        invoice = books.of("Invoices").get(each["Invoice"]["InvoiceID"], {})
        names = ("InvoiceID", "InvoiceNumber")
        allocations.append({**each, "Invoice": {n: invoice[n] for n in names if n in invoice}})
    return {
        **record,
        "Contact": books.contact_shown(record.get("Contact")),
        "RemainingCredit": remaining(record),
        "Allocations": allocations,
        "LineItems": documents.shown_lines(books, record, whole),
    }


KIND = Kind(
    title="Credit note",
    collection="CreditNotes",
    key="CreditNoteID",
    number="CreditNoteNumber",
    shape="xero.credit_note",
    view=view,
    graph=invoices.KIND.graph,
    first=invoices.KIND.first,
)


def several(call: Call) -> Answer:
    """`GET /CreditNotes`."""
    return documents.several(call, KIND, lambda *_: True)


def one(call: Call) -> Answer:
    """`GET /CreditNotes/{id or number}`."""
    return documents.one(call, KIND)


def create(call: Call) -> Answer:
    """`PUT /CreditNotes`: new ones only."""
    return documents.create(call, KIND, _keep)


def change(call: Call) -> Answer:
    """`POST /CreditNotes`: by id, else new."""
    return documents.change(call, KIND, _keep)


def change_one(call: Call) -> Answer:
    """`POST /CreditNotes/{id}`."""
    return documents.change_one(call, KIND, _keep)


def _keep(books: Books, sent: Record, updates: bool) -> Record:
    old = books.of(KIND.collection).get(sent.get(KIND.key, ""))
    if KIND.key in sent and (old is None or not updates):
        raise Invalid("The credit note does not exist" if old is None else "The credit note exists already")
    if old is None and sent.get("Type") != "ACCPAYCREDIT":
        raise Invalid("The sandbox keeps suppliers' credit notes only: Type must be ACCPAYCREDIT")
    status = documents.status_of(KIND, old, sent)
    if old is not None and old.get("Allocations"):
        raise Invalid(invoices.ALLOCATED)
    if old is not None and status in {"DELETED", "VOIDED"}:
        books.refuse_locked(old["Date"] if status == "VOIDED" else None)
        return documents.kept(books, KIND, {**old, "Status": status})
    approved = status == "AUTHORISED"
    terms = documents.terms_of(books, old, sent, approved=approved)
    record = {**documents.written(books, KIND, old, sent, terms), "Status": status}
    if approved:
        books.refuse_locked(record["Date"])
    return documents.kept(books, KIND, {"CurrencyRate": 1, "Allocations": [], **record})


def allocate(call: Call) -> Answer:
    """`PUT /CreditNotes/{id}/Allocations`: to one bill or several."""
    books = Books.opened(call)
    if call.parameters["id"] not in books.of(KIND.collection):
        raise missing()
    sent = elements(call, "Allocations")
    for each in sent:
        only(each, "Amount Date Invoice", "An allocation")
    keep = lambda b, e: _allocated(b, call.parameters["id"], e)  # noqa: E731
    return batch(call, books, "Allocations", "AllocationID", sent, keep)


def _allocated(books: Books, note_id: str, sent: Record) -> Record:
    amount = amount_of(sent)
    note = books.of(KIND.collection)[note_id]
    invoice = books.of("Invoices").get((sent.get("Invoice") or {}).get("InvoiceID", ""))
    if invoice is None or invoice["Status"] != "AUTHORISED" or note["Status"] != "AUTHORISED":
        raise Invalid("Credit can only be allocated from an Authorised credit note to an Authorised invoice")
    if amount <= 0 or amount > remaining(note):
        raise Invalid("The amount allocated exceeds the remaining credit")
    if amount > books.open_amount(invoice):
        raise Invalid("The amount allocated exceeds the amount outstanding on this document")
    allocation = {
        "AllocationID": books.world.fresh_uuid(),
        "Amount": amount,
        "Date": sent.get("Date") or books.today().isoformat(),
        "Invoice": {"InvoiceID": invoice["InvoiceID"]},
    }
    note = {**note, "Allocations": [*note.get("Allocations", []), allocation]}
    if not remaining(note):
        note["Status"] = "PAID"
    books.put(KIND.collection, KIND.key, note)
    invoices.settle(books, invoice["InvoiceID"])
    return allocation


def release(call: Call) -> Answer:
    """`DELETE /CreditNotes/{id}/Allocations/{allocation}`."""
    books = Books.opened(call)
    note: Record = books.of(KIND.collection).get(call.parameters["id"], {})
    gone = [a for a in note.get("Allocations", []) if a["AllocationID"] == call.parameters["allocation"]]
    if not gone:
        raise missing()
    left = [each for each in note["Allocations"] if each not in gone]
    books.put(KIND.collection, KIND.key, {**note, "Allocations": left, "Status": "AUTHORISED"})
    invoices.settle(books, gone[0]["Invoice"]["InvoiceID"])
    return Answer(200, {"AllocationID": gone[0]["AllocationID"], "IsDeleted": True})
