"""The body of a write, put together from its elements as the call says; and the texts of marks.

Before: `write`, which has mapped and encoded the elements. After: the ledger, which freezes the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from engine.system import places
from engine.system.model import Call, Mark

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def body(call: Call, elements: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> Any:
    """The body of a call with these elements. `values` fill `outer`; an element and they fill `set`."""
    made = [element_of(call, each, values) for each in elements]
    inner: Any = made[0] if call.batch == 1 and call.results == "one" and made else made
    outer = {name: places.value(text, values) for name, text in call.outer.items()}
    return {**outer, call.wrap: inner} if call.wrap else {**outer, **inner} if outer else inner


def element_of(call: Call, element: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """An element as this call carries it."""
    kept = {name: value for name, value in element.items() if name not in call.omit}
    here = {**values, **element}
    return {**{n: places.value(text, here) for n, text in call.set.items() if n not in kept}, **kept}


def mark_of(mark: Mark, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a mark says of one record or row."""
    return {name: places.value(text, values) for name, text in mark.element.items()}


def encoded(value: Any) -> bytes:
    """JSON with exact decimals as numbers."""
    return _ENCODER.encode(value)
