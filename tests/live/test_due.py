"""When something is due: once a day or once a period, on days of 23 and 25 hours, under clocks that jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.live.due import DAILY, NEVER, PERIODS, day, due

ZONES = [
    ZoneInfo(name)
    for name in ("UTC", "Australia/Sydney", "Australia/Lord_Howe", "America/New_York", "America/Havana")
]
zones = st.sampled_from(ZONES)
schedules = st.sampled_from(sorted(PERIODS))
start = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: start + timedelta(minutes=minutes))
steps = st.integers(-3 * 24 * 60, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
HOUR = timedelta(hours=1)


def ticked(now: datetime, ends: datetime, step: timedelta, schedule: str, zone: ZoneInfo) -> list[datetime]:
    """When it ran while the time went by."""
    runs: list[datetime] = []
    while now < ends:
        if due(runs, schedule, now, zone):
            runs.append(now)
        now += step
    return runs


@given(moments, zones)
def test_daily_is_once_for_each_day_of_the_office(now: datetime, zone: ZoneInfo) -> None:
    runs = ticked(now, now + timedelta(days=6), timedelta(minutes=30), DAILY, zone)
    days = [day(run, zone) for run in runs]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert len(days) >= 6
    for run in runs[1:]:  # the first one begins at once
        local = run.astimezone(zone)
        assert (local.hour, local.minute) < (3, 30)
        assert local.hour >= 2


@given(moments, zones, schedules.filter(lambda one: one != DAILY))
def test_all_else_goes_by_elapsed_time(now: datetime, zone: ZoneInfo, schedule: str) -> None:
    period = PERIODS[schedule]
    runs = ticked(now, now + 10 * period, period / 4, schedule, zone)
    assert {later - run for run, later in pairwise(runs)} == {period}


@given(moments, st.lists(steps, max_size=60), zones, schedules)
def test_however_the_clock_jumps_nothing_runs_twice(
    now: datetime, jumps: list[timedelta], zone: ZoneInfo, schedule: str
) -> None:
    runs: list[datetime] = []
    for jump in jumps:
        now += jump
        if due(runs, schedule, now, zone):
            runs.append(now)
    if schedule == DAILY:
        assert len({day(run, zone) for run in runs}) == len(runs)
    ordered = sorted(runs)
    apart = [later - run for run, later in pairwise(ordered)]
    assert schedule == DAILY or all(each >= PERIODS[schedule] for each in apart)


@given(moments, st.integers(1, 30 * 365), zones, schedules)
def test_a_clock_that_was_years_ahead_stops_nothing(
    now: datetime, ahead: int, zone: ZoneInfo, schedule: str
) -> None:
    wrong = [now + timedelta(days=ahead), now + timedelta(days=ahead, hours=5)]
    period = PERIODS[schedule]
    assert any(due(wrong, schedule, now + n * period / 2, zone) for n in range(6))


@given(moments, st.integers(1, 71), zones, schedules)
def test_after_a_jump_back_it_goes_on_when_the_time_is_made_up_for(
    now: datetime, back: int, zone: ZoneInfo, schedule: str
) -> None:
    period = PERIODS[schedule]
    runs = ticked(now - min(timedelta(days=3), 60 * period), now, period / 2, schedule, zone)
    ends = now + 2 * period
    moment = now - min(timedelta(hours=back), 30 * period)
    while moment < ends and not due(runs, schedule, moment, zone):
        moment += period / 4
    assert moment < ends


@given(moments, zones)
def test_never_is_never(now: datetime, zone: ZoneInfo) -> None:
    assert not due([], NEVER, now, zone)
    assert not due([now - timedelta(days=400)], NEVER, now, zone)


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("2026-10-04 Australia/Sydney", 23), ("2026-04-05 Australia/Sydney", 25)],
    ids=["spring", "autumn"],
)
def test_the_day_the_clocks_change_has_one_run_as_well(zone: str, hours: int) -> None:
    date, _, name = zone.partition(" ")
    office = ZoneInfo(name)
    midnight = datetime.fromisoformat(date).replace(tzinfo=office)
    ends = midnight.astimezone(UTC) + timedelta(hours=hours)
    assert ends.astimezone(office).date() > midnight.date()  # that day is so long, and no longer
    runs = ticked(midnight.astimezone(UTC) - 24 * HOUR, ends, HOUR / 6, DAILY, office)
    assert [run.astimezone(office).date() for run in runs].count(midnight.date()) == 1
