"""Whose time it is: each answer of a system tells it; and a long wait is said as people say it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.system.conftest import Back, World

CLOSE = timedelta(seconds=5)


@pytest.mark.parametrize("hours", [-30, 0, 30])
def test_the_time_of_a_system_is_told_by_its_answers(world: World, hours: int) -> None:
    """A refusal tells it as well; who does not answer tells nothing."""
    there = world.clock.now() + timedelta(hours=hours)
    port = world.port()
    assert abs(port.now() - world.clock.now()) < CLOSE, "ours, before the first answer"
    date = {"Date": format_datetime(there, usegmt=True)}
    world.server.on("/", Back(None, 404, date), Back(cut="before"))
    found = port.asked_now()
    assert found is not None
    assert abs(found - there) < CLOSE
    assert port.asked_now() is None
    assert abs(port.now() - there) < CLOSE


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_date_that_is_none_tells_nothing(world: World, date: str) -> None:
    port = world.port()
    world.server.on("/", Back(None, 200, {"Date": date}))
    found = port.asked_now()
    assert found is not None
    assert abs(found - world.clock.now()) < CLOSE


@pytest.mark.parametrize(
    ("seconds", "words"), [(300, "5 minutes"), (3598, "60 minutes"), (81334, "22 hours 36 minutes")]
)
def test_a_long_wait_is_told_in_hours(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: float, words: str
) -> None:
    port = world.port()
    take: Callable[..., float] = lambda *_: seconds  # noqa: E731
    monkeypatch.setattr(port.budgets, "take", take)
    call: Any = port.system.calls["xero.bill.create"]
    answer = port.send(port.request(call, {}, b"{}"))
    assert answer.reason == f"the calls Xero allows are used up; there are more in {words}"
