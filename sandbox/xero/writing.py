"""What all writes have in common: batches that fail in parts, or not at all.

With `summarizeErrors=false` every element has its own result inside a 200. Otherwise one bad element
takes all the others back, and the answer is a 400.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sandbox.answers import Answer, Refused
from sandbox.bodies import Problem, a_date, check
from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero.books import Books
from sandbox.xero.forms import Invalid, bad_request, failed, validation

Keep = Callable[[Books, Record], Record]  # one element in, as sent; out as answered, or Invalid
LARGEST = 10_000_000
HALF = "The sandbox was asked to fail every second element of this batch"


def elements(call: Call, collection: str, known: Record | None = None) -> list[Record]:
    """The elements of a body: wrapped in their collection, or a single bare object."""
    if len(call.raw) > LARGEST:
        raise Refused(Answer(413, "Request Entity Too Large"))
    body = call.json() if call.raw else {}
    if isinstance(body, dict) and collection in body and isinstance(body[collection], list):
        others = set(body) - {collection}
        if others:
            raise bad_request(f"{sorted(others)} is not known beside {collection}")
        found = body[collection]
    else:
        found = body if isinstance(body, list) else [body]
    if not found or not all(isinstance(each, dict) for each in found):
        raise bad_request(f"A list of {collection} is needed")
    if known and len(found) > 1:
        raise bad_request("One element at a time under the address of one")
    return [{**each, **(known or {})} for each in found]


def refuse_form(problems: list[Problem]) -> None:
    """Refuse the whole request when members are misspelt, of the wrong type, or not to be written."""
    wrong = [str(each) for each in problems if each.kind == "form"]
    if wrong:
        raise bad_request("; ".join(wrong))


def batch(
    call: Call, books: Books, collection: str, key: str, sent: list[Record], keep: Keep, shape: str = ""
) -> Answer:
    """Keep each element, and answer for each, or for all."""
    found = [check(shape, each, at=f"{collection}[{n}]") if shape else [] for n, each in enumerate(sent)]
    refuse_form([problem for each in found for problem in each])
    apart = call.first("summarizeErrors", "true") == "false"
    before = books.kept()
    results: list[Record] = []
    for number, element in enumerate(sent):
        try:
            if number % 2 and call.fault("half_batch"):
                raise Invalid(HALF)
            if found[number]:
                raise Invalid(*map(str, found[number]))
            kept = keep(books, element)
            results.append({**kept, "StatusAttributeString": "WARNING" if "Warnings" in kept else "OK"})
        except Invalid as invalid:
            results.append({**failed(element, key, invalid.messages), "StatusAttributeString": "ERROR"})
    wrong = [each for each in results if each["StatusAttributeString"] == "ERROR"]
    if wrong and not apart:
        books.back_to(before)
        raise validation([{n: v for n, v in each.items() if n != "StatusAttributeString"} for each in wrong])
    if not apart:
        results = [{n: v for n, v in each.items() if n != "StatusAttributeString"} for each in results]
    return books.envelope(collection, results)


def amount_of(sent: Record) -> Decimal:
    """The amount of a payment or an allocation; refused when it or the date is no such thing."""
    amount, day = sent.get("Amount", 0), sent.get("Date")
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise bad_request(f"Amount: is {amount!r}, not a number")
    if day is not None and not (isinstance(day, str) and a_date(day)):
        raise bad_request(f"Date: is {day!r}, not a date as YYYY-MM-DD")
    for name in ("Invoice", "Account"):
        if not isinstance(sent.get(name, {}), dict):
            raise bad_request(f"{name}: is not an object")
    return Decimal(amount)


def only(sent: Record, names: str, what: str) -> None:
    """Refuse members that a body without a shape of ours cannot have."""
    unknown = set(sent) - set(names.split())
    if unknown:
        raise bad_request(f"{what} has no {', '.join(sorted(unknown))}")
