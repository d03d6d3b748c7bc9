"""How lists are cut: `where`, `order`, `If-Modified-Since`, `page` and `pageSize`.

The filter language is Xero's: `Type=="ACCPAY" AND Date>=DateTime(2026,01,31)`. What it does not
understand is refused, as the real one does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from sandbox.calls import Call
from sandbox.world import Record
from sandbox.xero.forms import bad_query, bad_request

Test = Callable[[Record], bool]
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>"(?:[^"\\]|\\.)*") | (?P<call>(?i:guid|datetime))\s*\(\s*(?P<inside>[^)]*)\) |
    (?P<number>-?\d+(?:\.\d+)?) | (?P<operator>==|!=|>=|<=|>|<|=) |
    (?P<word>&&|\|\||[A-Za-z_][\w.]*) | (?P<bracket>[()]))""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a is not None and a >= b,
    "<=": lambda a, b: a is not None and a <= b,
    ">": lambda a, b: a is not None and a > b,
    "<": lambda a, b: a is not None and a < b,
}
LARGEST_PAGE = 1_000
USUAL_PAGE = 100


class _Reader:
    """Reads a filter from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self.text, self.place)

    def take(self) -> re.Match[str]:
        found = self.peek()
        if found is None:
            raise bad_query(f"Cannot parse the where clause at {self.text[self.place :]!r}")
        self.place = found.end()
        return found

    def either(self) -> Test:
        parts = [self.both()]
        while (found := self.peek()) and (found["word"] or "").upper() in {"OR", "||"}:
            self.take()
            parts.append(self.both())
        return lambda record: any(part(record) for part in parts)

    def both(self) -> Test:
        parts = [self.one()]
        while (found := self.peek()) and (found["word"] or "").upper() in {"AND", "&&"}:
            self.take()
            parts.append(self.one())
        return lambda record: all(part(record) for part in parts)

    def one(self) -> Test:
        first = self.take()
        if first["bracket"] == "(":
            inner = self.either()
            if self.take()["bracket"] != ")":
                raise bad_query("A bracket in the where clause is not closed")
            return inner
        name = first["word"]
        if not name:
            raise bad_query(f"{first[0]!r} is no member to filter by")
        compare, wanted = self.take()["operator"], _value(self.take())
        if compare not in _COMPARE:
            raise bad_query(f"{name} is compared with nothing")
        return lambda record: _COMPARE[compare](_member(record, name, wanted), wanted)


def _value(token: re.Match[str]) -> Any:
    if token["text"]:
        return token["text"][1:-1].replace('\\"', '"')
    if token["call"] and token["call"].lower() == "guid":
        return token["inside"].strip().strip('"').lower()
    if token["call"]:
        try:
            return date(*(int(part) for part in token["inside"].split(",")[:3]))
        except (TypeError, ValueError) as error:
            raise bad_query(f"DateTime({token['inside']}) is no date") from error
    if token["number"]:
        return Decimal(token["number"])
    words = {"true": True, "false": False, "null": None}
    word = (token["word"] or "").lower()
    if word not in words:
        raise bad_query(f"{token[0]!r} is no value")
    return words[word]


def _member(record: Record, name: str, wanted: Any) -> Any:
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(wanted, date) and isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value


def where(text: str | None) -> Test:
    """The filter's test over a stored record; without a filter, everything passes."""
    if not text:
        return lambda _: True
    reader = _Reader(text)
    test = reader.either()
    if reader.text[reader.place :].strip():
        raise bad_query(f"Cannot parse the where clause at {reader.text[reader.place :]!r}")
    return test


def listed(call: Call, name: str) -> set[str]:
    """A comma-separated parameter as a set, in lower case."""
    return {part.strip().lower() for part in (call.first(name) or "").split(",") if part.strip()}


def since(call: Call) -> datetime | None:
    """`If-Modified-Since` as an instant."""
    text = call.headers.get("if-modified-since")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError as error:
            raise bad_request(f"If-Modified-Since {text!r} is no instant") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def changed(records: list[Record], moment: datetime | None) -> list[Record]:
    """Those changed at that instant or later."""
    if moment is None:
        return records
    always = moment.isoformat()  # a record that does not say when
    return [r for r in records if datetime.fromisoformat(r.get("UpdatedDateUTC", always)) >= moment]


def ordered(call: Call, records: list[Record]) -> list[Record]:
    """In the order asked for, such as `UpdatedDateUTC ASC`."""
    for part in reversed((call.first("order") or "").split(",")):
        name, _, way = part.strip().partition(" ")
        if name:
            key = _sortable(name)
            records = sorted(records, key=key, reverse=way.strip().upper() in {"DESC", "DESCENDING"})
    return records


def _sortable(name: str) -> Callable[[Record], Any]:
    def key(record: Record) -> Any:
        value = _member(record, name, None)
        if name.endswith("UTC") and value:
            value = datetime.fromisoformat(value).timestamp()
        return (value is not None, value if value is not None else 0)

    return key


def page(call: Call, records: list[Record], always: bool = False) -> tuple[list[Record], Record | None]:
    """One page and what there is to say of it; everything when no page was asked for."""
    asked = call.first("page")
    if asked is None and not always:
        return records, None
    try:
        number, size = int(asked or 1), int(call.first("pageSize") or USUAL_PAGE)
    except ValueError as error:
        raise bad_request("page and pageSize are whole numbers") from error
    if number < 1 or not 1 <= size <= LARGEST_PAGE:
        raise bad_request(f"page begins at 1, pageSize is 1 to {LARGEST_PAGE}")
    count = -(-len(records) // size)
    about = {"page": number, "pageSize": size, "pageCount": count, "itemCount": len(records)}
    return records[(number - 1) * size : number * size], about
