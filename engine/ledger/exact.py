"""JSON text that keeps decimals exact, both ways: the form of everything the ledger holds."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number", order="sorted")


def text_of(value: Any) -> str:
    """A value as JSON text, members sorted, so that equal values have equal texts."""
    return _ENCODER.encode(value).decode()


def exact(text: str | bytes) -> Any:
    """The value of a text; numbers with a point or an exponent are Decimals."""
    return json.loads(text, parse_float=Decimal)
