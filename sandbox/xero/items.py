"""Products and services: a code once, thirty characters at most."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sandbox.answers import Answer
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero import queries
from sandbox.xero.books import Books
from sandbox.xero.forms import Invalid, missing
from sandbox.xero.writing import batch, elements

COLLECTION, KEY, SHAPE = "Items", "ItemID", "xero.item"
DETAILS = ("PurchaseDetails", "SalesDetails")


def view(books: Books, record: Record) -> Record:
    """An item as answers give it; prices to two places unless four were asked for."""
    places = Decimal("0.0001") if books.exact else Decimal("0.01")
    shown = {"IsTrackedAsInventory": False, **record}
    for name in DETAILS:
        if "UnitPrice" in shown.get(name, {}):
            price = Decimal(shown[name]["UnitPrice"]).quantize(places, ROUND_HALF_UP)
            shown[name] = {**shown[name], "UnitPrice": price}
    return shown


def several(call: Call) -> Answer:
    """`GET /Items`: never paged."""
    books = Books.opened(call)
    test = queries.where(call.first("where"))
    records = queries.changed(list(books.of(COLLECTION).values()), queries.since(call))
    found = queries.ordered(call, [each for each in records if test(each)])
    return books.envelope(COLLECTION, [view(books, each) for each in found])


def one(call: Call) -> Answer:
    """`GET /Items/{id or code}`."""
    books = Books.opened(call)
    found = books.item(call.parameters["id"])
    if found is None:
        raise missing()
    return books.envelope(COLLECTION, [view(books, found)])


def create(call: Call) -> Answer:
    """`PUT /Items`: new ones only."""
    return _write(call, elements(call, COLLECTION), False)


def change(call: Call) -> Answer:
    """`POST /Items`: by id, else by code, else new."""
    return _write(call, elements(call, COLLECTION), True)


def change_one(call: Call) -> Answer:
    """`POST /Items/{id or code}`."""
    found = Books.opened(call).item(call.parameters["id"])
    if found is None:
        raise missing()
    return _write(call, elements(call, COLLECTION, {KEY: found[KEY]}), True)


def delete(call: Call) -> Answer:
    """`DELETE /Items/{id or code}`: not while a document uses it."""
    books = Books.opened(call)
    found = books.item(call.parameters["id"])
    if found is None:
        raise missing()
    documents = (d for name in ("PurchaseOrders", "Invoices", "CreditNotes") for d in books.of(name).values())
    if any(line.get("ItemCode") == found["Code"] for each in documents for line in each["LineItems"]):
        return Answer(400, "Item is used in a transaction and cannot be deleted")
    del books.of(COLLECTION)[found[KEY]]
    return Answer(204)


def _write(call: Call, sent: list[Record], updates: bool) -> Answer:
    books = Books.opened(call)
    return batch(call, books, COLLECTION, KEY, sent, lambda b, e: _keep(b, e, updates), SHAPE)


def _keep(books: Books, sent: Record, updates: bool) -> Record:
    code = str(sent.get("Code") or "").strip()
    twin = books.by(COLLECTION, "Code", code)
    old = books.of(COLLECTION).get(sent[KEY]) if KEY in sent else None
    if KEY in sent and old is None:
        raise Invalid("The item does not exist")
    if old is None and twin is not None and updates:
        old = twin
    elif twin is not None and (old is None or twin[KEY] != old[KEY]):
        raise Invalid(f"Price List Item with Code '{code}' already exists")
    if old is None and not code:
        raise Invalid("Price List Item Code must be supplied")
    record: Record = {**(old or {KEY: books.world.fresh_uuid(), "IsSold": True, "IsPurchased": True})}
    record |= {name: value for name, value in sent.items() if value is not None}
    if code:
        record["Code"] = code
    for name in DETAILS:
        account = sent.get(name, {}).get("AccountCode")
        if account and books.account(account) is None:
            raise Invalid(f"Account code '{account}' is not a valid account code")
        record[name] = {**(old or {}).get(name, {}), **sent.get(name, {})}
    return view(books, books.put(COLLECTION, KEY, record))
