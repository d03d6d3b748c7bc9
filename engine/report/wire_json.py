"""JSON out, with every digit: decimals are JSON numbers as they are, never floats, never 1E+2.

Before: `map/encode`, which makes wire values. After: the file, the pipe or the call that takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_MAYBE = re.compile(rb"E[+-]?\d|NaN|Infinity")  # looks for letters first, and so is quick
_EXPONENT = re.compile(rb"\dE[+-]?\d|NaN|Infinity")
_MOST_DIGITS = 400  # a number of more than these keeps its exponent: 1E+999999999999 fits no memory


def dumps(value: Any, indent: int | None = None) -> str:
    """A value as JSON text, on one line or indented."""
    encoded = _ENCODER.encode(value)
    if _MAYBE.search(encoded) and _EXPONENT.search(encoded):
        encoded = _ENCODER.encode(_plain(value))
    if indent is not None:
        encoded = msgspec.json.format(encoded, indent=indent)
    return encoded.decode("utf-8")


def lines(values: Iterable[Any]) -> Iterator[str]:
    """JSON lines, each with its line break."""
    for value in values:
        yield dumps(value) + "\n"


def _plain(value: Any) -> Any:
    """The same with decimals that would print an exponent written out."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is no JSON number")
        far = abs(value.adjusted()) > _MOST_DIGITS
        return msgspec.Raw((str(value) if far else format(value, "f")).encode())
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
