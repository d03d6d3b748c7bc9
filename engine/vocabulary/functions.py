"""The closed set of functions: exact arithmetic, lists, texts, payment terms.

All numbers are Decimals and all rounding is half-up, as both vendors' figures are. `None` is a
missing value; a function given one answers None unless it says otherwise.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from typing import Any

from engine.vocabulary.transforms import as_text
from engine.vocabulary.wire import BadValue

EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
QUANTUM = tuple(Decimal(1).scaleb(-places) for places in range(19))


class Missing(Exception):
    """A strict function met a missing element; says which."""

    def __init__(self, index: int):
        self.index = index
        super().__init__(index)


def rounded(value: Decimal, places: int) -> Decimal:
    """Half-up to so many places; what rounds to zero is plain zero, never -0.00."""
    try:
        number = value if value.__class__ is Decimal else Decimal(value)
        found = number.quantize(QUANTUM[places], ROUND_HALF_UP, EXACT)
    except InvalidOperation:
        raise BadValue("a number that is not beyond all measure") from None
    return found if found else found.copy_abs()


def ratio(of: Decimal, part: Decimal, whole: Decimal, places: int) -> Decimal:
    """round(of × part ÷ whole) with no rounding in between. A whole of zero is refused."""
    if not whole:
        raise BadValue("a whole that is not zero")
    with localcontext(EXACT):
        return rounded(Decimal(of) * part / whole, places)


def total(values: Sequence[Any]) -> Decimal:
    """The exact sum; a missing element is refused."""
    result = Decimal(0)
    for index, value in enumerate(values):
        if value is None:
            raise Missing(index)
        result += value
    return result


def due_date(start: date, day: int | None, kind: str | None) -> date | None:
    """The due date by a Xero contact's bill terms (`PaymentTerms.Bills`), missing without terms."""
    if day is None or not kind:
        return None
    if day < 0 or day > 3650:
        raise BadValue("payment terms of 0 to 3650 days")
    try:
        return _by_terms(start, day, kind.upper())
    except (OverflowError, ValueError) as error:
        if isinstance(error, BadValue):
            raise
        raise BadValue("a date between the years 1 and 9999") from None


def _by_terms(start: date, day: int, kind: str) -> date:
    if kind == "DAYSAFTERBILLDATE":
        return start + timedelta(days=day)
    if kind == "DAYSAFTERBILLMONTH":
        return _day_of(start, 0, 31) + timedelta(days=day)
    if kind == "OFCURRENTMONTH":
        return _day_of(start, 0, day)
    if kind == "OFFOLLOWINGMONTH":
        return _day_of(start, 1, day)
    raise BadValue(f"known payment terms, not '{kind}'")


def _day_of(start: date, months: int, day: int) -> date:
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, max(1, min(day, calendar.monthrange(year, month)[1])))


def add_days(start: date, days: int) -> date:
    """A date so many days later."""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        raise BadValue("a date between the years 1 and 9999") from None


def unique(values: Sequence[Any]) -> list[Any]:
    """Each element once, in order."""
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


@dataclass(frozen=True, slots=True)
class Function:
    """A function's name, argument kinds (last one repeats if `many`), result and meaning.

    `gives`: a kind, or `same` for the kind of the first argument (the elements, if it is a list).
    """

    name: str
    takes: tuple[tuple[str, ...], ...]
    gives: str
    apply: Callable[..., Any]
    many: bool = False
    strict: bool = True  # None in → None out


NUMBER = ("decimal", "integer")
ORDERED = ("decimal", "integer", "date", "instant", "text")
SCALAR = ("text", "decimal", "integer", "boolean", "date", "instant", "id")
WHATEVER = (*SCALAR, "object", "list", "null", "any")


def _length(value: Any) -> int:
    return len(value)


def _contains(values: Any, value: Any) -> bool:
    return as_text(value) in values if isinstance(values, str) else value in values


def _join(separator: str, values: Sequence[Any]) -> str:
    return separator.join(as_text(value) for value in values if value is not None)


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    def choose(*values: Any) -> Any:
        found = list(values[0]) if len(values) == 1 and values[0].__class__ is list else list(values)
        return pick(found) if found and None not in found else None

    return choose


def _first(*values: Any) -> Any:
    return next((v for v in values if v is not None), None)


def _add(*values: Decimal) -> Decimal:
    result = values[0]
    for value in values[1:]:
        result = result + value
    return result


def _minus(*values: Decimal) -> Decimal:
    result = values[0]
    for value in values[1:]:
        result = result - value
    return result


def _times(*values: Decimal) -> Decimal:
    result = values[0]
    for value in values[1:]:
        result = result * value
    return result


def _negate(value: Decimal) -> Decimal:
    return -value if value else value


FUNCTIONS: dict[str, Function] = {
    f.name: f
    for f in (
        Function("sum", (("list",),), "same", total),
        Function("length", (("list", "text"),), "integer", _length),
        Function("count", (("list",),), "integer", _length),
        Function("min", ((*ORDERED, "list"),), "same", _extreme(min), many=True),
        Function("max", ((*ORDERED, "list"),), "same", _extreme(max), many=True),
        Function("abs", (NUMBER,), "same", abs),
        Function("negate", (NUMBER,), "same", _negate),
        Function("add", (NUMBER,), "decimal", _add, many=True),
        Function("minus", (NUMBER,), "decimal", _minus, many=True),
        Function("times", (NUMBER,), "decimal", _times, many=True),
        Function("first", (WHATEVER,), "same", _first, many=True, strict=False),
        Function("not_null", (WHATEVER,), "same", _first, many=True, strict=False),
        Function("round", (NUMBER, ("integer",)), "decimal", rounded),
        Function("ratio", (NUMBER, NUMBER, NUMBER, ("integer",)), "decimal", ratio),
        Function("contains", (("list", "text"), SCALAR), "boolean", _contains),
        Function("starts_with", (("text",), ("text",)), "boolean", str.startswith),
        Function("ends_with", (("text",), ("text",)), "boolean", str.endswith),
        Function("join", (("text",), ("list",)), "text", _join),
        Function("lower", (("text",),), "text", str.lower),
        Function("trim", (("text",),), "text", str.strip),
        Function("unique", (("list",),), "list", unique),
        Function("any", (("list",),), "boolean", lambda values: any(truth(v) for v in values), strict=True),
        Function("due_date", (("date",), ("integer",), ("text",)), "date", due_date, strict=False),
        Function("add_days", (("date",), ("integer",)), "date", add_days),
    )
}


def truth(value: Any) -> bool:
    """JMESPath's truth: null, false, "", [] and {} are false; zero is true."""
    return value is not None and value is not False and value != "" and value != [] and value != {}


def turned(table: Mapping[str, Any]) -> dict[str, str]:
    """A customer's table read right to left; the first of two equal texts counts."""
    return {as_text(value): code for code, value in reversed(list(table.items()))}
