"""JSON in is exact, and the fast way agrees with the careful one on everything."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.read.decode import Unfit, piece_value, pieces_of, value_of
from engine.report.wire_json import dumps

TEXTS = st.text(st.characters(codec="utf-8"))
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=4) | st.integers()
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def careful(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def plainly(value: Any, ascii_only: bool, spaced: bool) -> str:
    """JSON by another hand than ours, with decimals as numbers."""
    import simplejson

    apart = (", ", " : ") if spaced else (",", ":")
    return str(simplejson.dumps(value, use_decimal=True, ensure_ascii=ascii_only, separators=apart))


@given(VALUES, st.booleans(), st.booleans())
def test_what_is_read_is_what_was_written(value: Any, ascii_only: bool, spaced: bool) -> None:
    text = plainly(value, ascii_only, spaced)
    found = value_of(text.encode())
    assert found == careful(text)
    assert [type(v) for v in leaves(found)] == [type(v) for v in leaves(careful(text))]


@given(VALUES)
def test_out_and_in_again_changes_nothing(value: Any) -> None:
    assert value_of(dumps(value).encode()) == careful(plainly(value, False, False))
    assert value_of(dumps(value, indent=2).encode()) == value_of(dumps(value).encode())


@given(st.lists(VALUES, max_size=5))
def test_a_list_in_pieces_is_the_list(values: list[Any]) -> None:
    text = plainly(values, False, False)
    assert [piece_value(piece) for piece in pieces_of(text.encode())] == careful(text)
    with_nan = f"[NaN,{text[1:]}" if values else "[NaN]"
    assert [piece_value(piece) for piece in pieces_of(with_nan.encode())] == ["NaN", *careful(text)]


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), VALUES, st.booleans(), st.data())
def test_a_key_written_twice_is_always_found(
    members: dict[str, Any], again: Any, ascii_only: bool, data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(members)))
    text = plainly(members, ascii_only, False)
    twice = f"{text[:-1]},{plainly({key: again}, not ascii_only, False)[1:]}"
    for raw in (twice, f'{{"inside":[{twice}]}}', twice.replace('",', '" ,')):
        try:
            json.loads(raw)
        except ValueError:
            continue  # the replacement hit the inside of a text
        with pytest.raises(Unfit, match="stands twice"):
            value_of(raw.encode())


def leaves(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return [value] if inner is None else [leaf for each in inner for leaf in leaves(each)]


@pytest.mark.parametrize(
    "text", ["10.10", "0.1", "123456789012345678901234567890.123", "1E+2", "-0.00", "5e-7"]
)
def test_every_digit_is_kept(text: str) -> None:
    assert str(value_of(text.encode())) == str(Decimal(text))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e99999999999999999999"])
def test_what_is_no_number_stays_a_text(text: str) -> None:
    assert value_of(f"[{text}]".encode()) == [text]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'{"a": "b\x01"}', "not JSON: invalid control character"),
        (b'{"a": "b}  c', "not JSON: unterminated string"),
    ],
)
def test_a_message_ends_where_it_ends(raw: bytes, text: str) -> None:
    with pytest.raises(Unfit) as caught:
        value_of(raw)
    assert caught.value.text == text
