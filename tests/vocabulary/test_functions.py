"""Exact arithmetic, half-up on ties, sums that do not mind the order, dates by payment terms."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.vocabulary.functions import (
    EXACT,
    FUNCTIONS,
    Missing,
    add_days,
    due_date,
    ratio,
    rounded,
    total,
    truth,
    turned,
    unique,
)
from engine.vocabulary.wire import BadValue

MONEY = st.decimals(-(10**12), 10**12, places=2)
FINE = st.decimals(-(10**12), 10**12, places=10)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("value", "places", "wanted"),
    [
        ("0.005", 2, "0.01"),
        ("0.015", 2, "0.02"),
        ("0.025", 2, "0.03"),
        ("-0.005", 2, "-0.01"),
        ("-0.004", 2, "0.00"),
        ("2.675", 2, "2.68"),
        ("1.00005", 4, "1.0001"),
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("12", 2, "12.00"),
        ("1", 18, "1.000000000000000000"),
    ],
)
def test_rounding_is_half_up(value: str, places: int, wanted: str) -> None:
    assert str(rounded(Decimal(value), places)) == wanted


def test_whole_numbers_round_too() -> None:
    assert str(rounded(5, 2)) == "5.00"  # type: ignore[arg-type]
    assert ratio(10, 1, 3, 2) == Decimal("3.33")  # type: ignore[arg-type]


def test_what_is_beyond_all_measure_is_refused() -> None:
    with pytest.raises(BadValue):
        rounded(Decimal(10) ** 90, 2)


@given(FINE, st.integers(0, 9))
def test_rounding_is_near_and_settles(value: Decimal, places: int) -> None:
    found = rounded(value, places)
    assert abs(found - value) * 2 <= Decimal(1).scaleb(-places)
    assert rounded(found, places) == found
    assert rounded(-value, places) == -found


def test_a_ratio_rounds_once() -> None:
    # one third of 100.00, times three quarters: rounding in between would give 24.99
    assert ratio(Decimal("100.00"), Decimal(1), Decimal(4), 2) == Decimal("25.00")
    assert ratio(Decimal("0.01"), Decimal(1), Decimal(2), 2) == Decimal("0.01")
    assert ratio(Decimal("-0.01"), Decimal(1), Decimal(2), 2) == Decimal("-0.01")
    assert ratio(Decimal("1000.10"), Decimal("909.09"), Decimal("1000.00"), 2) == Decimal("909.18")
    with pytest.raises(BadValue):
        ratio(Decimal(1), Decimal(1), Decimal(0), 2)


@given(MONEY, MONEY, MONEY.filter(bool))
def test_a_ratio_is_the_exact_quotient_rounded(of: Decimal, part: Decimal, whole: Decimal) -> None:
    with localcontext(EXACT):
        exact = of * part / whole
        assert abs(ratio(of, part, whole, 2) - exact) * 2 <= Decimal("0.01")
        assert ratio(of, whole, whole, 2) == of


@given(st.lists(MONEY, max_size=20), st.randoms(use_true_random=False))
def test_a_sum_does_not_mind_the_order(amounts: list[Decimal], random: Any) -> None:
    shuffled = list(amounts)
    random.shuffle(shuffled)
    with localcontext(EXACT):
        assert total(shuffled) == total(amounts)
        assert total([*amounts, *(-a for a in amounts)]) == 0


def test_a_sum_is_strict() -> None:
    assert total([]) == 0
    with pytest.raises(Missing) as missing:
        total([Decimal(1), None])
    assert missing.value.index == 1


@given(MONEY, MONEY, MONEY)
def test_arithmetic_is_exact(a: Decimal, b: Decimal, c: Decimal) -> None:
    with localcontext(EXACT):
        apply = {name: FUNCTIONS[name].apply for name in ("add", "minus", "times", "negate", "abs")}
        assert apply["minus"](apply["add"](a, b, c), b, c) == a
        assert apply["times"](a, apply["add"](b, c)) == apply["add"](
            apply["times"](a, b), apply["times"](a, c)
        )
        assert apply["negate"](apply["negate"](a)) == a
        assert apply["abs"](a) == max(a, -a)


D = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("start", "day", "kind", "due"),
    [
        (D, 30, "DAYSAFTERBILLDATE", date(2026, 2, 14)),
        (D, 0, "DAYSAFTERBILLDATE", D),
        (D, 10, "DAYSAFTERBILLMONTH", date(2026, 2, 10)),
        (D, 0, "DAYSAFTERBILLMONTH", date(2026, 1, 31)),
        (D, 20, "OFCURRENTMONTH", date(2026, 1, 20)),
        (D, 31, "OFCURRENTMONTH", date(2026, 1, 31)),
        (D, 31, "OFFOLLOWINGMONTH", date(2026, 2, 28)),
        (date(2024, 1, 15), 31, "OFFOLLOWINGMONTH", date(2024, 2, 29)),
        (date(2026, 12, 31), 1, "OFFOLLOWINGMONTH", date(2027, 1, 1)),
        (date(2024, 2, 29), 20, "DAYSAFTERBILLMONTH", date(2024, 3, 20)),
        (date(2026, 11, 30), 31, "OFCURRENTMONTH", date(2026, 11, 30)),
        (D, 20, "ofcurrentmonth", date(2026, 1, 20)),
        (D, None, "OFCURRENTMONTH", None),
        (D, 20, None, None),
        (D, 20, "", None),
    ],
)
def test_payment_terms(start: date, day: int | None, kind: str | None, due: date | None) -> None:
    assert due_date(start, day, kind) == due


@pytest.mark.parametrize(
    ("start", "day", "kind"),
    [
        (D, -1, "OFCURRENTMONTH"),
        (D, 5000, "DAYSAFTERBILLDATE"),
        (D, 5, "SOMETIME"),
        (date(9999, 12, 31), 1, "DAYSAFTERBILLDATE"),
        (date(9999, 12, 31), 1, "OFFOLLOWINGMONTH"),
    ],
)
def test_terms_that_give_no_date(start: date, day: int, kind: str) -> None:
    with pytest.raises(BadValue):
        due_date(start, day, kind)


@given(DAYS, st.integers(1, 31))
def test_terms_of_a_month_fall_into_it(start: date, day: int) -> None:
    current = due_date(start, day, "OFCURRENTMONTH")
    following = due_date(start, day, "OFFOLLOWINGMONTH")
    assert current is not None
    assert following is not None
    assert (current.year, current.month) == (start.year, start.month)
    assert (following.year * 12 + following.month) - (start.year * 12 + start.month) == 1
    assert current.day == day or (current + timedelta(days=1)).day == 1


@given(DAYS, st.integers(-1000, 1000))
def test_days_later_and_back(start: date, days: int) -> None:
    assert add_days(add_days(start, days), -days) == start


def test_days_out_of_the_calendar() -> None:
    for days in (10**7, -(10**7), 10**18):
        with pytest.raises(BadValue):
            add_days(D, days)


def test_lists() -> None:
    contains, join, least = FUNCTIONS["contains"].apply, FUNCTIONS["join"].apply, FUNCTIONS["min"].apply
    assert contains(["a", "b"], "b")
    assert contains("abc", "b")
    assert contains("10", 1)
    assert not contains([], "b")
    assert join(", ", ["a", None, Decimal("1.50"), 2]) == "a, 1.5, 2"
    assert unique(["b", "a", "b", {"x": 1}, {"x": 1}]) == ["b", "a", {"x": 1}]
    assert least([Decimal(2), Decimal(1)]) == least(Decimal(1), Decimal(2)) == 1
    assert least([]) is None
    assert least([None, Decimal(1)]) is None
    assert FUNCTIONS["first"].apply(None, Decimal(0), Decimal(1)) == 0


def test_truth_is_that_of_jmespath() -> None:
    assert [truth(v) for v in (None, False, "", [], {})] == [False] * 5
    assert [truth(v) for v in (0, Decimal(0), Decimal("0.00"), "0", [None], True)] == [True] * 6


def test_a_table_read_backwards() -> None:
    assert turned({"NN": "North", "SS": "South", "N": "North"}) == {"North": "NN", "South": "SS"}
