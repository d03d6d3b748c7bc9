"""Values as messages show them."""

from __future__ import annotations

import pytest

from engine.compile.places import short


@pytest.mark.parametrize(
    ("value", "text"), [(None, "null"), (True, "true"), (False, "false"), (0, "0"), (1, "1"), ("a", "'a'")]
)
def test_a_value_in_a_message(value: object, text: str) -> None:
    assert short(value) == text
