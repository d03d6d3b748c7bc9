"""JSON out: decimals as plain numbers, with every digit they have."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.report.wire_json import dumps, lines


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("10.10"), "10.10"),
        (Decimal("1E+2"), "100"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("-0.00"), "-0.00"),
        (Decimal("123456789012345678.1234567890"), "123456789012345678.1234567890"),
        ({"a": [Decimal("2E+1"), "1E+2", None, True, "NaN"]}, '{"a":[20,"1E+2",null,true,"NaN"]}'),
        (Decimal("1E+999999999999"), "1E+999999999999"),
        (Decimal("-1E-999999999999"), "-1E-999999999999"),
        (date(2026, 3, 31), '"2026-03-31"'),
        ("Māori €", '"Māori €"'),
    ],
)
def test_on_one_line(value: object, text: str) -> None:
    assert dumps(value) == text


def test_indented() -> None:
    assert dumps({"a": [Decimal("1.0")]}, indent=2) == '{\n  "a": [\n    1.0\n  ]\n}'


def test_lines() -> None:
    assert "".join(lines([{"a": 1}, {"a": Decimal("0.10")}])) == '{"a":1}\n{"a":0.10}\n'


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN is no JSON number"):
        dumps([Decimal("NaN")])
