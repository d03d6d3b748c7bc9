"""Named transforms (`as:`): typed, testable alone, with an inverse where there is one.

The second of two registries (the first is the checks): a dict filled by a decorator. A transform
gets the value and its named arguments, never a missing value, and returns the new value or None.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.vocabulary.wire import BadValue, decimal_of


@dataclass(frozen=True, slots=True)
class Transform:
    """A transform's name, what it takes and gives, its arguments, and the name of its inverse.

    An inverse named like the transform itself means: it is its own inverse, or already canonical.
    """

    name: str
    takes: tuple[str, ...]
    gives: str
    arguments: tuple[tuple[str, str], ...]
    inverse: str
    apply: Callable[..., Any]
    help: str


TRANSFORMS: dict[str, Transform] = {}


def transform(
    name: str, takes: str | tuple[str, ...], gives: str, inverse: str = "", **arguments: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function as the transform `name`."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        accepted = (takes,) if isinstance(takes, str) else takes
        text = " ".join((function.__doc__ or "").split())
        TRANSFORMS[name] = Transform(name, accepted, gives, tuple(arguments.items()), inverse, function, text)
        return function

    return register


_LINE_END = re.compile(r"\r\n|\r|\n")
_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0\u2000-\u200b\u3000]+")


@transform("trim", "text", "text", inverse="trim")
def trim(value: str) -> str:
    """Without white space at both ends."""
    return value.strip()


@transform("collapse", "text", "text", inverse="collapse")
def collapse(value: str) -> str:
    """Runs of white space become one space; none at the ends."""
    return _SPACES.sub(" ", value).strip()


@transform("one_line", "text", "text")
def one_line(value: str) -> str:
    """Line breaks become spaces."""
    return " ".join(part.strip() for part in value.splitlines() if part.strip())


@transform("upper", "text", "text")
def upper(value: str) -> str:
    """In capitals."""
    return value.upper()


@transform("lower", "text", "text")
def lower(value: str) -> str:
    """In small letters."""
    return value.lower()


@transform("strip_angles", "text", "text", inverse="strip_angles")
def strip_angles(value: str) -> str:
    """Without < and >, which Xero refuses in names."""
    return value.replace("<", "").replace(">", "")


_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)[^<>]{0,100}>", re.IGNORECASE)


@transform("strip_markup", "text", "text")
def strip_markup(value: str) -> str:
    """Rich text as plain text: breaks become line breaks, tags go, entities are read."""
    if "<" not in value and "&" not in value:
        return value.strip()
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", value))).strip()


@transform("not_empty", "text", "text", inverse="not_empty")
def not_empty(value: str) -> str | None:
    """A text of nothing but white space counts as missing."""
    return value if value.strip() else None


@transform("negate", "decimal", "decimal", inverse="negate")
def negate(value: Decimal) -> Decimal:
    """The other sign; zero stays zero."""
    return -value if value else value


@transform("text", ("text", "id", "integer", "decimal", "date", "boolean"), "text")
def as_text(value: Any) -> str:
    """Any value as text: dates as YYYY-MM-DD, decimals without needless zeros."""
    if value.__class__ is Decimal:
        return plain(value)
    if value is True or value is False:
        return "true" if value else "false"
    return str(value)


@transform("spoken", "decimal", "text")
def spoken(value: Decimal) -> str:
    """Money as people read it: thousands and at least two places."""
    places = max(2, -int(value.as_tuple().exponent))
    return f"{value:,.{places}f}"


def plain(value: Decimal) -> str:
    """A decimal as people write it: no exponent, no zeros at the end."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@transform("decimal", "text", "decimal")
def as_decimal(value: str) -> Decimal:
    """A text as an exact number."""
    return decimal_of(value)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadValue(f"a time zone name such as Australia/Sydney, not '{name}'") from None


@transform("date", "instant", "date", tz="text")
def to_date(value: datetime, tz: str) -> date:
    """The calendar date of a point in time, in a zone."""
    try:
        return value.astimezone(zone(tz)).date()
    except (OverflowError, OSError):
        raise BadValue("a timestamp between the years 1 and 9999") from None


@transform("prefix", "text", "text", of="text")
def prefix(value: str, of: str) -> str:
    """With a text before it."""
    return of + value


@transform("suffix", "text", "text", of="text")
def suffix(value: str, of: str) -> str:
    """With a text behind it."""
    return value + of


@transform("before_last", "text", "text", of="text")
def before_last(value: str, of: str) -> str | None:
    """What stands before the last occurrence of a separator; missing if there is none."""
    head, found, _ = value.rpartition(of) if of else ("", "", "")
    return head if found else None


@transform("after_last", "text", "text", of="text")
def after_last(value: str, of: str) -> str | None:
    """What stands behind the last occurrence of a separator; missing if there is none."""
    _, found, tail = value.rpartition(of) if of else ("", "", "")
    return tail if found else None


@transform("after_first", "text", "text", of="text")
def after_first(value: str, of: str) -> str:
    """What stands behind the first occurrence of a separator; the whole if there is none."""
    _, found, tail = value.partition(of) if of else ("", "", "")
    return tail if found else value


@transform("join", "list", "text", of="text")
def join(value: list[Any], of: str) -> str | None:
    """The elements of a list as one text; missing if there are none."""
    texts = [as_text(item) for item in value if item is not None and item != ""]
    return of.join(texts) if texts else None


@transform("limit", "text", "text", of="integer")
def limit(value: str, of: int) -> str:
    """At most so many characters."""
    return value[:of]


def trimmed_lines(value: str) -> str:
    """Each line trimmed, empty ones dropped."""
    return "\n".join(part for line in _LINE_END.split(value) if (part := line.strip()))


CANONICAL = {"trim": trim, "collapse": collapse, "strip_angles": strip_angles, "lines": trimmed_lines}


def canonical(value: str, forms: tuple[str, ...]) -> str:
    """A text in the form in which a shape compares and writes it (x-canonical)."""
    for form in forms:
        value = CANONICAL[form](value)
    return value


# zones and transforms are all a mapping can call; it can never name a Python function
