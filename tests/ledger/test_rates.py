"""Budgets hold over threads, restarts and clocks that jump; headers lower them and nothing raises them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from engine.ledger.rates import LedgerBudgets
from engine.ledger.store import Store
from engine.system.port import Budgets
from tests.ledger.conftest import Clock


@dataclass(frozen=True)
class Budget:
    """So many calls in so many seconds."""

    name: str
    calls: int
    seconds: int


MINUTE, DAY = Budget("minute", 6, 60), Budget("day", 20, 86_400)
BOTH = (MINUTE, DAY)


@pytest.fixture
def budgets(store: Store, clock: Clock) -> LedgerBudgets:
    return LedgerBudgets(store, clock)


def granted(budgets: Budgets, clock: Clock, tries: int = 30, connection: str = "demo") -> int:
    return [budgets.take(connection, BOTH, clock.now()) for _ in range(tries)].count(0.0)


def test_so_many_in_a_window_and_then_a_wait(budgets: LedgerBudgets, clock: Clock) -> None:
    assert granted(budgets, clock, 6) == 6
    clock.move(seconds=20)
    assert budgets.take("demo", BOTH, clock.now()) == 40.0
    clock.move(seconds=39.5)
    assert budgets.take("demo", BOTH, clock.now()) == 0.5
    clock.move(seconds=0.5)
    assert granted(budgets, clock) == 6


def test_a_refused_call_takes_from_no_budget(budgets: LedgerBudgets, clock: Clock) -> None:
    for _ in range(3):
        assert granted(budgets, clock, 50) == 6
        clock.move(seconds=60)
    assert granted(budgets, clock) == 2  # the twenty of the day: refusals were not counted
    assert budgets.take("demo", BOTH, clock.now()) == 86_400 - 180


def test_every_connection_has_its_own(budgets: LedgerBudgets, clock: Clock) -> None:
    assert granted(budgets, clock) == 6
    assert granted(budgets, clock, connection="other") == 6
    assert budgets.take("demo", (), clock.now()) == 0.0


def test_a_restart_does_not_give_a_second_budget(budgets: LedgerBudgets, store: Store, clock: Clock) -> None:
    assert granted(budgets, clock, 4) == 4
    assert granted(LedgerBudgets(store, clock), clock) == 2


def test_a_header_lowers_until_the_window_ends(budgets: LedgerBudgets, clock: Clock) -> None:
    assert granted(budgets, clock, 1) == 1
    budgets.lower("demo", "minute", 2, clock.now() + timedelta(seconds=60))
    assert granted(budgets, clock) == 2
    clock.move(seconds=60)
    assert granted(budgets, clock) == 6


def test_a_header_never_raises(budgets: LedgerBudgets, clock: Clock) -> None:
    assert granted(budgets, clock, 4) == 4
    budgets.lower("demo", "minute", 5, clock.now() + timedelta(seconds=60))
    budgets.lower("demo", "minute", 1000, clock.now() + timedelta(seconds=60))
    assert granted(budgets, clock) == 2


def test_an_empty_budget_waits_for_the_end_a_header_named(budgets: LedgerBudgets, clock: Clock) -> None:
    assert granted(budgets, clock, 1) == 1
    clock.move(seconds=30)
    budgets.lower("demo", "minute", 0, clock.now() + timedelta(seconds=45))
    assert budgets.take("demo", BOTH, clock.now()) == 45.0
    budgets.lower("demo", "minute", 0, clock.now() + timedelta(hours=5))  # longer than any window
    assert budgets.take("demo", BOTH, clock.now()) <= 60.0
    budgets.lower("demo", "no such budget", 0, clock.now() + timedelta(hours=5))
    budgets.lower("demo", "day", 0, clock.now() - timedelta(hours=5))  # long over
    clock.move(seconds=60)
    assert budgets.take("demo", BOTH, clock.now()) == 0.0


def test_another_process_sees_what_a_header_said(budgets: LedgerBudgets, store: Store, clock: Clock) -> None:
    assert granted(budgets, clock, 1) == 1
    budgets.lower("demo", "day", 1, clock.now() + timedelta(hours=3))
    other = LedgerBudgets(store, clock)
    assert granted(other, clock) == 1
    clock.move(hours=3)
    assert granted(other, clock) == 0  # our own day began later than theirs: nothing raises it
    clock.move(hours=21)
    assert granted(other, clock) == 6


@pytest.mark.parametrize("back", [{"seconds": 20}, {"hours": 3}, {"days": 400}])
def test_a_clock_that_jumps_back_holds_nobody_longer_than_a_window(
    budgets: LedgerBudgets, clock: Clock, back: dict[str, float]
) -> None:
    assert granted(budgets, clock) == 6
    clock.time -= timedelta(**back)
    assert budgets.take("demo", (MINUTE,), clock.now()) <= 60.0
    clock.move(seconds=60)
    assert budgets.take("demo", (MINUTE,), clock.now()) == 0.0
