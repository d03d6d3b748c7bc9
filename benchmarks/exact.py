"""Every number of every mapped record, worked out again in fractions; and what floats would make of it.

Nothing of the engine is used: raw texts in, fractions through, half-up away from zero. A number is
wrong if the record holds anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

Row = tuple[Any, ...]


@dataclass
class Count:
    """Numbers looked at, wrong ones of ours, wrong ones floats give, and records with one of those."""

    numbers: int = 0
    wrong: int = 0
    floats: int = 0
    records: int = 0
    spoiled: int = 0

    def add(self, name: str, record: dict[str, Any], made: dict[str, Any]) -> None:
        """Counts one mapped record in."""
        rows = ORDER_ROWS if name == "commitments" else BILL_ROWS
        members = ("Quantity", "UnitAmount", "LineAmount")
        ours = [tuple(row[m] for m in members if m in row) for row in made["LineItems"]]
        exact = list(rows(record, Fraction, half_up))
        loose = list(rows(record, float, lambda value: round(value, 2)))
        self.numbers += sum(map(len, exact))
        self.wrong += differing(ours, exact)
        spoiled = differing([tuple(Decimal(repr(float(v))) for v in row) for row in loose], exact)
        self.floats += spoiled
        self.records += 1
        self.spoiled += bool(spoiled)


def differing(found: list[Row], wanted: list[Row]) -> int:
    """How many numbers differ; a row too many or too few is wrong in all its numbers."""
    wrong = sum(map(len, found[len(wanted) :])) + sum(map(len, wanted[len(found) :]))
    for ours, theirs in zip(found, wanted, strict=False):
        pairs = list(zip(ours, theirs, strict=False))
        wrong += sum(Fraction(a) != b for a, b in pairs) + abs(len(ours) - len(theirs))
    return wrong


def half_up(value: Fraction) -> Fraction:
    """Two places, halves away from zero."""
    cents = floor(abs(value) * 100 + Fraction(1, 2))
    return Fraction(cents if value >= 0 else -cents, 100)


def order_rows(
    record: dict[str, Any], number: Callable[[str], Any], rounded: Callable[[Any], Any]
) -> Iterator[Row]:
    """Quantity and price of every line of an order."""
    for line in record["line_items"]:
        quantity, price, amount = (number(line[name]) for name in ("quantity", "unit_cost", "amount"))
        if quantity > 0 and rounded(quantity * price) == amount:
            yield quantity, price
        else:
            yield number("1"), amount


def bill_rows(
    record: dict[str, Any], number: Callable[[str], Any], rounded: Callable[[Any], Any]
) -> Iterator[Row]:
    """Quantity, price and amount of every line of a bill, retainage last."""
    withheld = released = number("0")
    for item in record["items"]:
        withheld += number(item["total_retainage_currently_retained"])
        withheld -= number(item["total_retainage_from_previous_application"])
        released += number(item["work_completed_retainage_released_this_period"])
        released += number(item["materials_stored_retainage_released_this_period"])
        money = rounded(
            number(item["total_completed_and_stored_to_date"])
            - number(item["total_completed_and_stored_to_date_from_previous"])
        )
        if not money:
            continue
        done, price = (
            number(item["work_completed_this_period_quantity"]),
            number(item["scheduled_unit_price"]),
        )
        if item["accounting_method"] != "amount" and done > 0 and rounded(done * price) == money:
            yield done, price, money
        else:
            yield number("1"), money, money
    withheld = rounded(withheld)
    if withheld or released:
        yield number("1"), -withheld, -withheld


ORDER_ROWS, BILL_ROWS = order_rows, bill_rows
