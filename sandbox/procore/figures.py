"""Numbers and dates as Procore writes them: decimals as text with at least one place, instants in UTC.

A date that is no ISO date is kept as nothing, without a word: the real system does that, and a client that
does not look will lose a due date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")


def amount(value: object) -> Decimal:
    """What a text or number is worth; nothing is zero."""
    if value is None or value == "":
        return Decimal(0)
    return Decimal(str(value))


def total(values: Iterable[object]) -> Decimal:
    """The sum of such values."""
    return sum((amount(value) for value in values), Decimal(0))


def text(value: Decimal) -> str:
    """`12500.0`, `52345.67`: no trailing zeros, never an exponent."""
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    if plain in ("-0", ""):
        plain = "0"
    return plain if "." in plain else f"{plain}.0"


def cents(value: Decimal) -> Decimal:
    """Rounded to the cent, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def dollars(value: Decimal) -> str:
    """As the screen shows it: `$78,660.00`."""
    sign = "-" if value < 0 else ""
    return f"{sign}${abs(cents(value)):,.2f}"


def is_decimal(value: object) -> bool:
    """Whether a text is a finite decimal."""
    if not isinstance(value, str):
        return False
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def day(value: object) -> str | None:
    """A calendar date, or nothing where the text is no ISO date."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return None


def instant(value: str) -> datetime | None:
    """An ISO instant; a bare date is its first moment in UTC."""
    try:
        found = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def stamp(moment: datetime) -> str:
    """`2026-03-01T14:05:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
