"""A plan in a file is the plan that was made, or it is refused; and it says when its ground has moved."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.plan.actions import Action, Change, Plan
from engine.plan.saved import Tampered, digest_of, hash_of, opened, packed, saved, stale, unpacked
from engine.workspace import Desk
from tests.plan.conftest import fresh_customer

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "$date", "b"]), inner),
)


def exactly(value: Any) -> Any:
    """A value with its types, so that 1 and Decimal 1 are two things."""
    if isinstance(value, dict):
        return {name: exactly(one) for name, one in value.items()}
    return [exactly(one) for one in value] if isinstance(value, list) else (type(value), str(value))


@given(VALUES)
def test_values_come_back_exactly(value: Any) -> None:
    assert exactly(unpacked(json.loads(json.dumps(packed(value))))) == exactly(value)


@given(st.dictionaries(st.text("abc", min_size=1), SCALARS))
def test_a_digest_knows_no_order_of_members(value: dict[str, Any]) -> None:
    assert hash_of(value) == hash_of(dict(reversed(list(value.items()))))


def plan() -> Plan:
    change = Change("Amount", "set", Decimal("1.0"), None, Decimal("2.50"), "orders.Amount", "a.yaml:3")
    action = Action("orders", False, "1", "update", "dst.document", "D1", "A-1", {"Amount": Decimal("2.50")})
    action.changes, action.needs = [change], (("partners", "7"),)
    action.body = {"Date": date(2026, 3, 1), "Sent": datetime(2026, 3, 1, 4, 5, tzinfo=UTC)}
    return Plan(
        "demo", [action, Action("orders", False, "", "bad", "dst.document")], {"settings": "x"}, "now"
    )


def test_a_plan_comes_back_and_has_its_digest() -> None:
    assert opened(saved(plan())) == plan()
    assert digest_of(opened(saved(plan()))) == digest_of(plan())


def test_the_plan_of_a_whole_customer_comes_back(demo: Desk) -> None:
    whole = Plan("demo", [action for _, actions in fresh_customer(demo) for action in actions])
    assert digest_of(opened(saved(whole))) == digest_of(whole)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"plan": 1, "content": {}}', saved(plan()).replace("2.50", "2.51")]
)
def test_what_was_not_saved_so_is_refused(text: str) -> None:
    with pytest.raises(Tampered):
        opened(text)


def test_a_plan_of_another_form_is_refused() -> None:
    with pytest.raises(Tampered, match="form 2"):
        opened(saved(plan()).replace('"plan": 1', '"plan": 2'))


def test_a_moved_ground_is_told_in_words() -> None:
    before = {"settings": "1", "links": "1", "read xero.contact": "1"}
    assert stale(before, dict(before)) == []
    assert stale(before, {"settings": "2", "links": "1", "read xero.item": "1"}) == [
        "the settings changed",
        "read xero.contact is planned no more",
        "read xero.item was not planned then",
    ]
