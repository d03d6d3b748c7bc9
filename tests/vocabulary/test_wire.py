"""What a wire value means, and what is no value of its kind: nothing is guessed, nothing is rounded."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.vocabulary.wire import (
    DECODE,
    BadValue,
    boolean_of,
    date_of,
    decimal_of,
    id_of,
    instant_of,
    integer_of,
    text_of,
)

MONEY = st.decimals(-(10**15), 10**15, places=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        ("12.50", "12.50"),
        ("-0.01", "-0.01"),
        (" 5 ", "5"),
        ("0", "0"),
        ("007", "7"),
        ("999999999999999999.99", "999999999999999999.99"),
        (12, "12"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.1"), "0.1"),
    ],
)
def test_exact_numbers(wire: Any, value: str) -> None:
    assert decimal_of(wire) == Decimal(value)


@pytest.mark.parametrize(
    "wire",
    [
        *("", " ", "abc", "1,000.00", "1_000", "+5", ".5", "5.", "1e3", "1e400", "0x10", "--1", "- 1", "1 2"),
        *(
            "NaN",
            "Infinity",
            "-inf",
            "٣",
            "１２",
            "12.5\u00a0€",
            "$5",
            "1234567890123456789",
            "0.12345678901",
        ),
        *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e400"), Decimal("1e-400")),
        *(1.5, float("nan"), float("inf"), True, False, None, [], {}, b"1", 10**18, 10**5000),
    ],
    ids=lambda wire: "a large number" if isinstance(wire, int) else repr(wire),
)
def test_no_exact_numbers(wire: Any) -> None:
    with pytest.raises(BadValue):
        decimal_of(wire)


def test_zero_has_no_sign() -> None:
    assert [str(decimal_of(z)) for z in ("-0", "-0.00", Decimal("-0"), Decimal("-0E-5"))] == [
        "0",
        "0.00",
        "0",
        "0.00000",
    ]


@given(MONEY)
def test_money_comes_as_it_went(amount: Decimal) -> None:
    assert decimal_of(str(amount)) == amount
    assert decimal_of(amount) == amount


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("2026-03-31T00:00:00", date(2026, 3, 31)),
        ("2026-03-31T00:00:00.000Z", date(2026, 3, 31)),
        ("2026-03-31T00:00:00+00:00", date(2026, 3, 31)),
        ("/Date(1774915200000+0000)/", date(2026, 3, 31)),
        ("/Date(1774915200000)/", date(2026, 3, 31)),
        ("/Date(1774915200000+1300)/", date(2026, 3, 31)),
        ("/Date(-62135596800000)/", date(1, 1, 1)),
        ("/Date(253402214400000)/", date(9999, 12, 31)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_dates(wire: str, value: date) -> None:
    assert date_of(wire) == value


@pytest.mark.parametrize(
    "wire",
    [
        *("", "31/03/2026", "2026-3-31", "2026-02-29", "2026-13-01", "20260331", "2026-W14-2", "2026-090"),
        *("2026-03-31T10:00:00Z", "2026-03-31T00:00:00+11:00", "2026-03-31T", "٢٠٢٦-٠٣-٣١", "today"),
        *("/Date(1e3)/", "/Date()/", "/Date(99999999999999999)/", "/Date(999999999999999)/", 20260331, True),
        *(datetime(2026, 3, 31, tzinfo=UTC), ["2026-03-31"], None),
    ],
)
def test_no_dates(wire: Any) -> None:
    with pytest.raises(BadValue):
        date_of(wire)


@given(st.dates())
def test_a_date_in_every_form_is_the_same_day(day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    milliseconds = (midnight - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    forms = (day.isoformat(), f"{day.isoformat()}T00:00:00", midnight.isoformat(), f"/Date({milliseconds})/")
    assert {date_of(form) for form in forms} == {day}


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        ("2026-03-31T10:00:00Z", datetime(2026, 3, 31, 10, tzinfo=UTC)),
        ("2026-03-31T10:00:00.123+11:00", datetime(2026, 3, 30, 23, 0, 0, 123000, tzinfo=UTC)),
        ("/Date(1774951200000+0000)/", datetime(2026, 3, 31, 10, tzinfo=UTC)),
    ],
)
def test_points_in_time(wire: str, value: datetime) -> None:
    assert instant_of(wire) == value


@pytest.mark.parametrize("wire", ["2026-03-31", "2026-03-31T10:00:00", "10:00Z", "", 1774951200, None, "now"])
def test_no_points_in_time(wire: Any) -> None:
    with pytest.raises(BadValue):
        instant_of(wire)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=11))])))
def test_a_point_in_time_keeps_its_moment(moment: datetime) -> None:
    assert instant_of(moment.isoformat()) == moment


def test_ids_are_texts_whatever_the_wire_says() -> None:
    assert (id_of(47), id_of("47"), id_of("a-1")) == ("47", "47", "a-1")
    for wire in ("", 1.0, True, None, [], Decimal(1), 10**5000):
        with pytest.raises(BadValue):
            id_of(wire)


def test_whole_numbers() -> None:
    assert (integer_of(5), integer_of("-5"), integer_of(Decimal("5.00"))) == (5, -5, 5)
    for wire in ("5.0", "five", "", "٣", 5.0, True, None, Decimal("5.5"), Decimal("NaN"), 10**18, 10**5000):
        with pytest.raises(BadValue):
            integer_of(wire)


def test_texts_and_booleans_are_only_themselves() -> None:
    assert (text_of(""), text_of(" a "), boolean_of(True), boolean_of(False)) == ("", " a ", True, False)
    for wire in (1, None, True, [], {}):
        with pytest.raises(BadValue):
            text_of(wire)
    for wire in (1, 0, "true", None, []):
        with pytest.raises(BadValue):
            boolean_of(wire)


@pytest.mark.parametrize("kind", DECODE)
@given(wire=JSON)
def test_anything_at_all_is_a_value_or_a_bad_value(kind: str, wire: Any) -> None:
    try:
        value = DECODE[kind](wire)
    except BadValue:
        return
    assert not isinstance(value, float)
    if kind in ("decimal", "integer"):
        assert abs(value) < 10**18


def test_numbers_of_json_read_exactly() -> None:
    assert decimal_of(json.loads("0.1", parse_float=Decimal)) * 3 == Decimal("0.3")
