"""Tracking categories and their options: written one by one, archived ones hidden."""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.bodies import check
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero.books import Books
from sandbox.xero.forms import Invalid, failed, missing, validation
from sandbox.xero.writing import elements, only, refuse_form

COLLECTION, KEY, OPTION = "TrackingCategories", "TrackingCategoryID", "TrackingOptionID"
LONGEST = 100


def several(call: Call) -> Answer:
    """`GET /TrackingCategories`: all of them; archived ones on request."""
    books = Books.opened(call)
    archived = call.first("includeArchived", "") in {"true", "True"}
    shown = [_shown(each, archived) for each in books.of(COLLECTION).values()]
    return books.envelope(COLLECTION, [each for each in shown if archived or each["Status"] == "ACTIVE"])


def one(call: Call) -> Answer:
    """`GET /TrackingCategories/{id}`."""
    books = Books.opened(call)
    archived = call.first("includeArchived", "") in {"true", "True"}
    return books.envelope(COLLECTION, [_shown(_category(books, call), archived)])


def create(call: Call) -> Answer:
    """`PUT /TrackingCategories`: one, and at most two active."""
    books = Books.opened(call)
    (sent,) = elements(call, COLLECTION)
    only(sent, "Name", "A tracking category")
    active = [each for each in books.of(COLLECTION).values() if each["Status"] == "ACTIVE"]
    if len(active) >= 2:
        _refuse(sent, KEY, "Only 2 active tracking categories are allowed")
    _check_name(books.of(COLLECTION), KEY, sent, "category")
    record = {KEY: books.world.fresh_uuid(), "Name": sent["Name"], "Status": "ACTIVE", "Options": []}
    return books.envelope(COLLECTION, [books.put(COLLECTION, KEY, record, touch=False)])


def change(call: Call) -> Answer:
    """`POST /TrackingCategories/{id}`: its name or status."""
    books = Books.opened(call)
    category = _category(books, call)
    (sent,) = elements(call, COLLECTION)
    only(sent, "Name Status TrackingCategoryID", "A tracking category")
    return books.envelope(COLLECTION, [books.put(COLLECTION, KEY, {**category, **sent}, touch=False)])


def create_option(call: Call) -> Answer:
    """`PUT /TrackingCategories/{id}/Options`: one option, as a bare object."""
    books = Books.opened(call)
    category = _category(books, call)
    sent = _option_sent(call)
    if call.fault("option_clash"):
        return books.envelope("Options", [{"Name": sent.get("Name"), "Status": "ACTIVE"}])
    _check_name({o[OPTION]: o for o in category["Options"]}, OPTION, sent, "option")
    option = {OPTION: books.world.fresh_uuid(), "Name": sent["Name"].strip(), "Status": "ACTIVE"}
    _keep(books, category, [*category["Options"], option])
    return books.envelope("Options", [{**option, KEY: category[KEY]}])


def change_option(call: Call) -> Answer:
    """`POST /TrackingCategories/{id}/Options/{option}`: rename, archive, restore."""
    books = Books.opened(call)
    category = _category(books, call)
    known = {each[OPTION]: each for each in category["Options"]}
    old = known.get(call.parameters["option"])
    if old is None:
        raise missing()
    sent = _option_sent(call)
    others = {key: each for key, each in known.items() if key != old[OPTION]}
    _check_name(others, OPTION, {"Name": old["Name"], **sent}, "option")
    option = {**old, **{name: value for name, value in sent.items() if value is not None}}
    _keep(books, category, [option if each is old else each for each in category["Options"]])
    return books.envelope("Options", [{**option, KEY: category[KEY]}])


def delete_option(call: Call) -> Answer:
    """`DELETE /TrackingCategories/{id}/Options/{option}`: only one no document uses."""
    books = Books.opened(call)
    category, option = _category(books, call), call.parameters["option"]
    names = ("PurchaseOrders", "Invoices", "CreditNotes", "BankTransactions")
    lines = (line for name in names for each in books.of(name).values() for line in each["LineItems"])
    if any(t[OPTION] == option for line in lines for t in line.get("Tracking") or []):
        _refuse({OPTION: option}, OPTION, "The tracking option is used and can only be archived")
    gone = [each for each in category["Options"] if each[OPTION] == option]
    if not gone:
        raise missing()
    _keep(books, category, [each for each in category["Options"] if each not in gone])
    return books.envelope("Options", [{**gone[0], "Status": "DELETED"}])


def _option_sent(call: Call) -> Record:
    (sent,) = elements(call, "Options")
    problems = check("xero.tracking_option", sent, at="Option")
    refuse_form(problems)
    if problems:
        _refuse(sent, OPTION, *map(str, problems))
    return sent


def _category(books: Books, call: Call) -> Record:
    found = books.of(COLLECTION).get(call.parameters["id"])
    if found is None:
        raise missing()
    return found


def _keep(books: Books, category: Record, options: list[Record]) -> None:
    books.put(COLLECTION, KEY, {**category, "Options": options}, touch=False)


def _shown(category: Record, archived: bool) -> Record:
    options = [each for each in category["Options"] if archived or each["Status"] == "ACTIVE"]
    return {**category, "Options": options}


def _check_name(known: dict[str, Record], key: str, sent: Record, what: str) -> None:
    name = str(sent.get("Name") or "").strip()
    if not name or len(name) > LONGEST:
        _refuse(sent, key, f"The tracking {what} name must have 1 to {LONGEST} characters")
    if any(each["Name"].casefold() == name.casefold() for each in known.values()):
        _refuse(sent, key, f"A tracking {what} with the name '{name}' already exists")


def _refuse(sent: Record, key: str, *messages: str) -> None:
    raise validation([failed(sent, key, Invalid(*messages).messages)])
