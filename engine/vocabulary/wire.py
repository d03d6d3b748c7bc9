"""Wire values into exact ones: Decimal, calendar date, aware datetime, text, id.

Sources of the forms: Procore sends money as text and ids as numbers (v1) or text (v2); Xero sends
numbers, and dates as ISO text or `/Date(milliseconds+0000)/`, which is midnight UTC of the
calendar day (so it is never moved through a local zone).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

MOST_DIGITS = 18
_TOO_LARGE = 10**MOST_DIGITS
_PLAIN_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]|\Z)", re.ASCII)
_MS_DATE = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/\Z")
PLAIN_NUMBER = re.compile(r"-?(?:\d{1,18})(?:\.\d{1,10})?\Z", re.ASCII).match
# What XML, and so Xero, has no way to write; tab, line feed and carriage return it has.
unwritable = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]").search
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadValue(ValueError):
    """A value that is not what its shape says; the text tells what was wanted."""


def decimal_of(value: Any) -> Decimal:
    """An exact number from a text, a whole number or a Decimal; at most 18 digits before the point."""
    if value.__class__ is str:
        text = value.strip()
        if not PLAIN_NUMBER(text):
            raise BadValue("an exact decimal number")
        number = Decimal(text)
        return number if number else number.copy_abs()
    if value.__class__ is Decimal:
        return _bounded(value)
    if value.__class__ is int:
        return _bounded(Decimal(value))
    if value.__class__ is float:
        raise BadValue("an exact decimal number, not a binary float")
    raise BadValue("a decimal number")


def _bounded(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise BadValue("a finite number")
    if not value:
        return value.copy_abs() if -10 <= value.adjusted() <= MOST_DIGITS else Decimal(0)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or value.adjusted() >= MOST_DIGITS or exponent < -10:
        raise BadValue(f"a number of at most {MOST_DIGITS} digits and 10 decimals")
    return value


def text_of(value: Any) -> str:
    """A text, as it came."""
    if value.__class__ is str:
        return value
    raise BadValue("a text")


def id_of(value: Any) -> str:
    """An id as text, whatever the wire calls it."""
    if value.__class__ is str:
        if value:
            return value
    elif value.__class__ is int and abs(value) < _TOO_LARGE:
        return str(value)
    raise BadValue("an id")


def integer_of(value: Any) -> int:
    """A whole number; a text of digits is one too."""
    if value.__class__ is int and abs(value) < _TOO_LARGE:
        return value
    if value.__class__ is str and re.match(r"-?\d{1,18}\Z", value, re.ASCII):
        return int(value)
    if (
        value.__class__ is Decimal
        and value.is_finite()
        and abs(value.adjusted()) < MOST_DIGITS
        and value == value.to_integral_value()
    ):
        return int(value)
    raise BadValue("a whole number")


def boolean_of(value: Any) -> bool:
    """true or false."""
    if value is True or value is False:
        return bool(value)
    raise BadValue("true or false")


def date_of(value: Any) -> date:
    """A calendar date: `YYYY-MM-DD`, with a time of midnight, or `/Date(…)/` (UTC day)."""
    if value.__class__ is date:
        return value
    if value.__class__ is not str:
        raise BadValue("a date (YYYY-MM-DD)")
    text: str = value
    try:
        if text.startswith("/Date("):
            return _ms(text).date()
        if not _PLAIN_DATE.match(text):
            raise ValueError(text)
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadValue("a date (YYYY-MM-DD)") from None
    if (
        moment.timetz().replace(tzinfo=None) != datetime.min.time()
        or (moment.utcoffset() or timedelta()) != timedelta()
    ):
        raise BadValue("a calendar date, not a point in time")
    return moment.date()


def instant_of(value: Any) -> datetime:
    """A point in time with its zone: ISO 8601 with offset, or `/Date(…)/`."""
    if value.__class__ is datetime and value.tzinfo is not None:
        return value
    if value.__class__ is str:
        try:
            moment = _ms(value) if value.startswith("/Date(") else datetime.fromisoformat(value)
        except ValueError:
            raise BadValue("a timestamp (ISO 8601 with its offset)") from None
        if moment.tzinfo is None:
            raise BadValue("a timestamp with its offset")
        return moment
    raise BadValue("a timestamp (ISO 8601 with its offset)")


def _ms(text: str) -> datetime:
    found = _MS_DATE.match(text)
    if found is None:
        raise ValueError(text)
    try:
        return _EPOCH + timedelta(milliseconds=int(found.group(1)))
    except OverflowError:
        raise ValueError(text) from None


def list_of(value: Any) -> list[Any]:
    """A list."""
    if value.__class__ is list:
        return value
    raise BadValue("a list")


def object_of(value: Any) -> dict[str, Any]:
    """An object."""
    if value.__class__ is dict:
        return value
    raise BadValue("an object")


DECODE = {
    "decimal": decimal_of,
    "text": text_of,
    "id": id_of,
    "integer": integer_of,
    "boolean": boolean_of,
    "date": date_of,
    "instant": instant_of,
    "list": list_of,
    "object": object_of,
}

__all__ = ["DECODE", "BadValue", "InvalidOperation"]
