"""A mapped record beside an expected document: members that are named must agree, decimals by value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any


def alike(wanted: Any, got: Any, at: str = "") -> None:
    """Asserts that every named member agrees; lists agree row by row and in length."""
    if isinstance(wanted, dict):
        assert isinstance(got, dict), at
        for name, value in wanted.items():
            assert name in got, f"{at}.{name} is not there"
            alike(value, got[name], f"{at}.{name}")
    elif isinstance(wanted, list):
        assert len(wanted) == len(got), f"{at}: {len(got)} rows, wanted {len(wanted)}"
        for index, value in enumerate(wanted):
            alike(value, got[index], f"{at}[{index}]")
    elif isinstance(got, Decimal):
        assert Decimal(str(wanted)) == got, f"{at}: {got}, wanted {wanted}"
    elif isinstance(got, date):
        assert wanted == got.isoformat(), f"{at}: {got}, wanted {wanted}"
    else:
        assert str(wanted) == str(got), f"{at}: {got!r}, wanted {wanted!r}"
