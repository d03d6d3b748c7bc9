"""What the gate says of an action: of a record that is in Xero already, and of one that is not."""

from __future__ import annotations

import pytest

from engine.approve import states as s
from engine.approve.admit import CHANGED, CODE, LET_THROUGH, NEW, OPENED, TOLD, admit
from engine.approve.standing import Standing
from engine.plan.actions import HOLD, SAME, Action


def planned(kind: str) -> Action:
    return Action("cost_codes", False, '["03-100", "L"]', kind, "xero.item")


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize("state", s.STATES)
def test_what_was_never_exported_goes_only_once_it_is_accepted(kind: str, state: str) -> None:
    found = admit(planned(kind), Standing(state))
    assert (found.kind == kind) == (state in LET_THROUGH)
    assert found.kind == kind or (found.kind, found.code) == (HOLD, CODE)


@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize("state", OPENED)
def test_of_a_code_with_two_items_the_second_waits_where_the_first_is_there(kind: str, state: str) -> None:
    assert admit(planned(kind), Standing(state, linked=True)).kind == HOLD


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_synced_follows(kind: str) -> None:
    assert admit(planned(kind), Standing(s.SYNCED, linked=True)).kind == kind


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("kind", NEW)
def test_what_is_not_as_the_approver_saw_it_does_not_go(kind: str, linked: bool) -> None:
    saw = Standing(s.ACCEPTED, linked=linked, seen="this")
    assert admit(planned(kind), saw, "that").code == CHANGED
    assert admit(planned(kind), saw, "this").kind == kind
    assert admit(planned(SAME), saw, "that").kind == SAME
