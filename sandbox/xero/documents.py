"""What orders, bills, credit notes and spend money have in common: contact, dates, lines, lists, writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.answers import Answer
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero import lines, queries
from sandbox.xero.books import Books
from sandbox.xero.forms import Invalid, missing
from sandbox.xero.lines import Terms
from sandbox.xero.writing import batch, elements

Keep = Callable[[Books, Record, bool], Record]  # one element as sent; whether what is there may change
NOT_EDITABLE = "{} not of valid status for modification"


@dataclass(frozen=True)
class Kind:
    """A kind of document: where it is kept and what may become of it."""

    title: str
    collection: str
    key: str
    number: str
    shape: str
    view: Callable[[Books, Record, bool], Record]
    graph: dict[str, set[str]]  # status → the statuses it may be given
    first: set[str]  # what a new one may be
    standard: str = "DRAFT"


def find(books: Books, kind: Kind, reference: str) -> Record | None:
    """A document by its id, or by its number."""
    found = books.of(kind.collection).get(reference.lower())
    return found or (by_number(books, kind, reference) if kind.number else None)


def by_number(books: Books, kind: Kind, number: str | None) -> Record | None:
    """A document by its number, in any letters."""
    return books.by(kind.collection, kind.number, number)


def one(call: Call, kind: Kind) -> Answer:
    """`GET /X/{id}`: the document whole."""
    books = Books.opened(call)
    found = find(books, kind, call.parameters["id"])
    if found is None:
        raise missing()
    return books.envelope(kind.collection, [kind.view(books, found, True)])


def several(call: Call, kind: Kind, fits: Callable[[Books, Record], bool], paged: bool = False) -> Answer:
    """`GET /X`: filtered, ordered, by pages; lines only with a page."""
    books = Books.opened(call)
    test, moment = queries.where(call.first("where")), queries.since(call)
    records = queries.changed(list(books.of(kind.collection).values()), moment)
    whole = (paged or call.first("page") is not None) and call.first("summaryOnly") != "true"
    found = queries.ordered(call, [each for each in records if test(each) and fits(books, each)])
    part, pages = queries.page(call, found, always=paged)
    return books.envelope(kind.collection, [kind.view(books, each, whole) for each in part], pages)


def create(call: Call, kind: Kind, keep: Keep) -> Answer:
    """`PUT /X`: new ones only."""
    return _write(call, kind, keep, elements(call, kind.collection), False)


def change(call: Call, kind: Kind, keep: Keep) -> Answer:
    """`POST /X`: those that are there, else new ones."""
    return _write(call, kind, keep, elements(call, kind.collection), True)


def change_one(call: Call, kind: Kind, keep: Keep) -> Answer:
    """`POST /X/{id}`: the one of the address."""
    found = find(Books.opened(call), kind, call.parameters["id"])
    if found is None:
        raise missing()
    return _write(call, kind, keep, elements(call, kind.collection, {kind.key: found[kind.key]}), True)


def _write(call: Call, kind: Kind, keep: Keep, sent: list[Record], updates: bool) -> Answer:
    books = Books.opened(call)
    return batch(call, books, kind.collection, kind.key, sent, lambda b, e: keep(b, e, updates), kind.shape)


def status_of(kind: Kind, old: Record | None, sent: Record) -> str:
    """The status a document gets; a status it cannot get is refused."""
    asked = sent.get("Status")
    if old is None:
        asked = asked or kind.standard
        if asked not in kind.first:
            raise Invalid(f"A new {kind.title} cannot be {asked}")
        return str(asked)
    now = old["Status"]
    if now not in kind.graph:
        raise Invalid(NOT_EDITABLE.format(kind.title))
    if asked is None and now != kind.standard:
        raise Invalid(NOT_EDITABLE.format(kind.title))
    asked = asked or now
    if asked != now and asked not in kind.graph[now]:
        raise Invalid(NOT_EDITABLE.format(kind.title))
    return str(asked)


def written(books: Books, kind: Kind, old: Record | None, sent: Record, terms: Terms) -> Record:
    """The document as it will be: contact, date, lines and sums; nothing is kept yet."""
    record: Record = {**(old or {}), **{name: value for name, value in sent.items() if value is not None}}
    if old is None or "Contact" in sent:
        record["Contact"] = books.contact_of_document(sent.get("Contact"))
    books.refuse_currency(sent.get("CurrencyCode"))
    record.setdefault("CurrencyCode", books.currency())
    record.setdefault("Date", books.today().isoformat())
    record.setdefault("LineAmountTypes", "Exclusive")
    if "LineItems" in sent or old is None:
        given = sent.get("LineItems") or []
        merged = lines.merged(books, (old or {}).get("LineItems", []), given, terms)
        if not merged:
            raise Invalid("One or more line items must be specified")
    else:
        merged = record["LineItems"]
    if old is None or any(name in sent for name in ("LineItems", "LineAmountTypes", "Status")):
        done, sums, warnings = lines.completed(books, merged, terms)
        record |= {"LineItems": done, **sums}
        record["_warnings"] = warnings
    if old is None:
        record[kind.key] = books.world.fresh_uuid()
        record["_app"] = books.app
    return record


def terms_of(books: Books, old: Record | None, sent: Record, **more: Any) -> Terms:
    """How lines are read: whether tax is inside, and how exact unit prices are."""
    amounts = sent.get("LineAmountTypes") or (old or {}).get("LineAmountTypes") or "Exclusive"
    return Terms(amounts=amounts, places=more.pop("places", 4 if books.exact else 2), **more)


def kept(books: Books, kind: Kind, record: Record) -> Record:
    """Keep a document, and give it as the write's answer."""
    warnings = record.pop("_warnings", [])
    answer = kind.view(books, books.put(kind.collection, kind.key, record), True)
    return {**answer, "Warnings": [{"Message": each} for each in warnings]} if warnings else answer


def shown_lines(books: Books, record: Record, whole: bool, places: int | None = None) -> list[Record]:
    """The lines as answers give them, or none."""
    exact = places if places is not None else (4 if books.exact else 2)
    return [lines.shown(books, each, exact) for each in record.get("LineItems", [])] if whole else []
