"""Contacts: one active contact a name, archived ones closed, every kind of address always shown."""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero import queries
from sandbox.xero.books import Books
from sandbox.xero.forms import Invalid, missing
from sandbox.xero.writing import batch, elements

COLLECTION, KEY, SHAPE = "Contacts", "ContactID", "xero.contact"
KINDS = {
    "Addresses": ("AddressType", ("STREET", "POBOX"), ("City", "Region", "PostalCode", "Country")),
    "Phones": (
        "PhoneType",
        ("DDI", "DEFAULT", "FAX", "MOBILE"),
        ("PhoneNumber", "PhoneAreaCode", "PhoneCountryCode"),
    ),
}
TAKEN = (
    "The contact name {} is already assigned to another contact. The contact name must be unique across "
    "all active contacts."
)


def view(books: Books, record: Record, whole: bool = True) -> Record:
    """A contact as answers give it: every kind of address and phone, the empty ones too."""
    shown = {"HasAttachments": False, "HasValidationErrors": False, "ContactGroups": [], **record}
    shown |= {"IsSupplier": record.get("IsSupplier", False) or books.supplier(record[KEY])}
    shown.setdefault("IsCustomer", False)
    for name, (member, kinds, empty) in KINDS.items():
        there = {each[member]: each for each in record.get(name, [])}
        blank = dict.fromkeys(empty, "")
        shown[name] = [
            {member: kind, **blank, **there.get(kind, {})} for kind in dict.fromkeys([*kinds, *there])
        ]
    if whole:
        shown.setdefault("ContactPersons", [])
    return shown


def several(call: Call) -> Answer:
    """`GET /Contacts`."""
    books = Books.opened(call)
    test, ids = queries.where(call.first("where")), queries.listed(call, "IDs")
    archived = call.first("includeArchived", "") in {"true", "True"}
    term = (call.first("searchTerm") or "").casefold()
    records = queries.changed(list(books.of(COLLECTION).values()), queries.since(call))
    found = [
        each
        for each in records
        if (archived or each["ContactStatus"] == "ACTIVE")
        and (not ids or each[KEY] in ids)
        and (not term or term in f"{each['Name']} {each.get('ContactNumber', '')}".casefold())
        and test(each)
    ]
    whole = call.first("page") is not None
    part, pages = queries.page(call, queries.ordered(call, found))
    return books.envelope(COLLECTION, [view(books, each, whole) for each in part], pages)


def one(call: Call) -> Answer:
    """`GET /Contacts/{id or number}`: merged and archived ones too."""
    books = Books.opened(call)
    return books.envelope(COLLECTION, [view(books, _found(books, call))])


def create(call: Call) -> Answer:
    """`PUT /Contacts`: new ones only."""
    return _write(call, elements(call, COLLECTION), False)


def change(call: Call) -> Answer:
    """`POST /Contacts`: by id, else by number, else by name, else new."""
    return _write(call, elements(call, COLLECTION), True)


def change_one(call: Call) -> Answer:
    """`POST /Contacts/{id or number}`."""
    found = _found(Books.opened(call), call)
    return _write(call, elements(call, COLLECTION, {KEY: found[KEY]}), True)


def _found(books: Books, call: Call) -> Record:
    reference = call.parameters["id"]
    found = books.of(COLLECTION).get(reference) or books.contact({"ContactNumber": reference})
    if found is None:
        raise missing()
    return found


def _write(call: Call, sent: list[Record], updates: bool) -> Answer:
    books = Books.opened(call)
    return batch(call, books, COLLECTION, KEY, sent, lambda b, e: _keep(b, e, updates), SHAPE)


def _keep(books: Books, sent: Record, updates: bool) -> Record:
    old = books.of(COLLECTION).get(sent[KEY]) if KEY in sent else None
    if KEY in sent and old is None:
        raise Invalid("The contact does not exist")
    named, numbered = (
        _named(books, sent.get("Name")),
        books.contact({"ContactNumber": sent.get("ContactNumber")}),
    )
    if old is None and updates:
        old = numbered or named
    if named is not None and (old is None or named[KEY] != old[KEY]):
        raise Invalid(TAKEN.format(named["Name"]))
    if numbered is not None and (old is None or numbered[KEY] != old[KEY]):
        raise Invalid(
            f"The contact number {numbered['ContactNumber']} is already assigned to another contact."
        )
    if old is not None and old["ContactStatus"] != "ACTIVE":
        raise Invalid("Archived contacts cannot be modified")
    _check_name(sent.get("Name") if old is None or "Name" in sent else old["Name"])
    record: Record = {
        **(old or {KEY: books.world.fresh_uuid(), "ContactStatus": "ACTIVE", "_app": books.app})
    }
    record |= {name: value for name, value in sent.items() if value is not None}
    return view(books, books.put(COLLECTION, KEY, record))


def _named(books: Books, name: str | None) -> Record | None:
    """The active contact of that name, in any letters."""
    wanted = (name or "").casefold()
    known = (c for c in books.of(COLLECTION).values() if c["ContactStatus"] == "ACTIVE")
    return next((each for each in known if wanted and each["Name"].casefold() == wanted), None)


def _check_name(name: str | None) -> None:
    if not name or not name.strip():
        raise Invalid("The contact name must be specified")
    if "<" in name or ">" in name:
        raise Invalid("The contact name cannot contain '<' or '>'")
    if name != " ".join(name.split()):
        raise Invalid("The contact name cannot contain leading, trailing or double spaces")
