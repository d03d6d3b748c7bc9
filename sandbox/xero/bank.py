"""Spend money: bank transactions, which are authorised from the start."""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero import documents
from sandbox.xero.books import Books
from sandbox.xero.documents import Kind
from sandbox.xero.forms import Invalid


def view(books: Books, record: Record, whole: bool) -> Record:
    """A bank transaction as answers give it."""
    account = books.account(record.get("BankAccount"))
    shown = {**record, "HasAttachments": False}
    if account:
        shown["BankAccount"] = {name: account[name] for name in ("AccountID", "Code", "Name")}
    if "Contact" in record:
        shown["Contact"] = books.contact_shown(record["Contact"])
    return {**shown, "LineItems": documents.shown_lines(books, record, whole)}


KIND = Kind(
    title="Bank transaction",
    collection="BankTransactions",
    key="BankTransactionID",
    number="",
    shape="xero.spend_money",
    view=view,
    graph={"AUTHORISED": {"AUTHORISED", "DELETED", "VOIDED"}},
    first={"AUTHORISED"},
    standard="AUTHORISED",
)


def several(call: Call) -> Answer:
    """`GET /BankTransactions`."""
    return documents.several(call, KIND, lambda *_: True)


def one(call: Call) -> Answer:
    """`GET /BankTransactions/{id}`."""
    return documents.one(call, KIND)


def create(call: Call) -> Answer:
    """`PUT /BankTransactions`: new ones only."""
    return documents.create(call, KIND, _keep)


def change(call: Call) -> Answer:
    """`POST /BankTransactions`: by id, else new."""
    return documents.change(call, KIND, _keep)


def change_one(call: Call) -> Answer:
    """`POST /BankTransactions/{id}`."""
    return documents.change_one(call, KIND, _keep)


def _keep(books: Books, sent: Record, updates: bool) -> Record:
    old = books.of(KIND.collection).get(sent.get(KIND.key, ""))
    if KIND.key in sent and (old is None or not updates):
        raise Invalid("The bank transaction does not exist" if old is None else "It exists already")
    status = documents.status_of(KIND, old, sent)
    if old is not None and status in {"DELETED", "VOIDED"}:
        books.refuse_locked(old["Date"])
        return documents.kept(books, KIND, {**old, "Status": status})
    account = books.account(sent.get("BankAccount") or (old or {}).get("BankAccount"))
    if account is None or account["Type"] != "BANK":
        raise Invalid("Bank account must be valid")
    terms = documents.terms_of(books, old, sent, approved=True)
    record = {**documents.written(books, KIND, old, sent, terms), "Status": status}
    books.refuse_locked(record["Date"])
    record["BankAccount"] = {"AccountID": account["AccountID"]}
    return documents.kept(books, KIND, {"CurrencyRate": 1, "IsReconciled": False, **record})
