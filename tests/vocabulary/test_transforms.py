"""Transforms: what each gives, that those with an inverse can be undone, that canonical forms settle."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.vocabulary.transforms import CANONICAL, TRANSFORMS, as_text, canonical
from engine.vocabulary.wire import BadValue, decimal_of

TEXT = st.text(max_size=30) | st.text("ab <>\t\n\r\u00a0\u2028", max_size=12)
GIVEN = {"text": TEXT, "decimal": st.decimals(-(10**9), 10**9, places=4)}
TWO_WAY = [name for name, each in TRANSFORMS.items() if each.inverse]


def apply(name: str, value: Any, **arguments: Any) -> Any:
    return TRANSFORMS[name].apply(value, **arguments)


@pytest.mark.parametrize(
    ("name", "value", "arguments", "wanted"),
    [
        ("trim", "  a b ", {}, "a b"),
        ("collapse", " a \t\n b\u00a0c ", {}, "a b c"),
        ("one_line", "a\r\nb\n\n c ", {}, "a b c"),
        ("upper", "aé", {}, "AÉ"),
        ("lower", "AÉ", {}, "aé"),
        ("strip_angles", "a<b>c", {}, "abc"),
        ("strip_markup", "<p>Pour &amp; cure<br/>slab</p><b>now</b>", {}, "Pour & cure\nslab\nnow"),
        ("strip_markup", "5 < 6 and 7 > 6", {}, "5 < 6 and 7 > 6"),
        ("not_empty", " \n", {}, None),
        ("not_empty", " a", {}, " a"),
        ("negate", Decimal("1.50"), {}, Decimal("-1.50")),
        ("text", Decimal("1.500"), {}, "1.5"),
        ("text", Decimal("1E+3"), {}, "1000"),
        ("text", date(2026, 3, 31), {}, "2026-03-31"),
        ("text", True, {}, "true"),
        ("text", 7, {}, "7"),
        ("decimal", "1.50", {}, Decimal("1.50")),
        ("prefix", "1", {"of": "D-"}, "D-1"),
        ("suffix", "1", {"of": "-D"}, "1-D"),
        ("before_last", "03-100.S", {"of": "."}, "03-100"),
        ("before_last", "a.b.c", {"of": "."}, "a.b"),
        ("before_last", "abc", {"of": "."}, None),
        ("before_last", "abc", {"of": ""}, None),
        ("after_last", "03-100.S", {"of": "."}, "S"),
        ("after_last", "abc", {"of": "."}, None),
        ("after_first", "a:b:c", {"of": ":"}, "b:c"),
        ("after_first", "abc", {"of": ":"}, "abc"),
        ("join", ["a", "", None, 1], {"of": ", "}, "a, 1"),
        ("join", [], {"of": ", "}, None),
        ("limit", "abcdef", {"of": 3}, "abc"),
        ("date", datetime(2026, 3, 31, 20, tzinfo=UTC), {"tz": "Australia/Sydney"}, date(2026, 4, 1)),
        ("date", datetime(2026, 3, 31, 20, tzinfo=UTC), {"tz": "America/New_York"}, date(2026, 3, 31)),
    ],
)
def test_what_they_give(name: str, value: Any, arguments: dict[str, Any], wanted: Any) -> None:
    assert apply(name, value, **arguments) == wanted


def test_a_zone_nobody_knows_and_a_moment_before_all_years() -> None:
    with pytest.raises(BadValue):
        apply("date", datetime(2026, 1, 1, tzinfo=UTC), tz="Mars/Olympus")
    with pytest.raises(BadValue):
        apply("date", datetime(1, 1, 1, tzinfo=UTC), tz="America/New_York")


@pytest.mark.parametrize("name", TWO_WAY)
@given(data=st.data())
def test_the_inverse_gives_back_what_was_canonical(name: str, data: st.DataObject) -> None:
    """put(get(x)) = x for every x that the way there can give, and the way there settles."""
    transform = TRANSFORMS[name]
    value = data.draw(GIVEN[transform.takes[0]])
    there = transform.apply(value)
    if there is None:
        return
    back = TRANSFORMS[transform.inverse].apply(there)
    assert transform.apply(back) == there


@pytest.mark.parametrize("name", CANONICAL)
@given(value=TEXT)
def test_a_canonical_form_settles(name: str, value: str) -> None:
    once = CANONICAL[name](value)
    assert CANONICAL[name](once) == once


@given(TEXT)
def test_the_contact_name_settles(value: str) -> None:
    forms = ("strip_angles", "trim", "collapse")
    once = canonical(value, forms)
    assert canonical(once, forms) == once


@given(st.decimals(-(10**12), 10**12, places=6))
def test_a_number_as_text_reads_as_the_same_number(value: Decimal) -> None:
    text = as_text(value)
    assert decimal_of(text) == value
    assert "E" not in text
    assert as_text(decimal_of(text)) == text
