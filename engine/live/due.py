"""Whether something is due: a pure function of when it ran, how often it should, and what time it is.

Daily means once for each day of the office, which begins off-peak by its own wall clock, whatever
daylight saving does to that hour; what was missed is made up for as soon as it can be. All else goes by
elapsed time. A run that lies ahead by more than a period is not believed: the clock was wrong when it was
written down, and nothing waits for that time to come. What is ahead by less has been. So a clock that
jumps neither runs anything twice nor stops it.
Before: nothing. After: `jobs`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAILY, NEVER = "daily", "never"
EVERY_10_MINUTES, EVERY_MINUTE = "every_10_minutes", "every_minute"
PERIODS = {
    DAILY: timedelta(hours=25),  # as long as a day can be
    "every_4_hours": timedelta(hours=4),
    "every_2_hours": timedelta(hours=2),
    "hourly": timedelta(hours=1),
    EVERY_10_MINUTES: timedelta(minutes=10),
    EVERY_MINUTE: timedelta(minutes=1),
}
OFF_PEAK = timedelta(hours=2)  # after midnight


def due(last_runs: Iterable[datetime], schedule: str, now: datetime, zone: ZoneInfo) -> bool:
    """Whether it should run now, after these runs (aware instants, in any order)."""
    if schedule == NEVER:
        return False
    period = PERIODS[schedule]
    believed = [run for run in last_runs if run <= now + period]
    if not believed:
        return True
    last = max(believed)
    if schedule == DAILY:
        return day(last, zone) < day(now, zone)
    return now - last >= period


def day(moment: datetime, zone: ZoneInfo) -> date:
    """The day of the office an instant belongs to."""
    return (moment.astimezone(zone).replace(tzinfo=None) - OFF_PEAK).date()
