"""A ledger on each database, and a clock that tests move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.ledger.ledger import Ledger
from engine.ledger.store import Store


class Clock:
    """A time that stands still until it is moved, either way."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(store: Store, clock: Clock) -> Ledger:
    """The ledger of a customer."""
    return Ledger(store, "demo", clock, owner="here")
