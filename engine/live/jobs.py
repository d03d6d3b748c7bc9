"""What `crosswalk run` does for a customer, and how often: by the customer's settings, or as is fit.

Every job that ran is in the ledger's runs, as the verb `schedule <job>`, so that another process knows
what ran when. One that failed is tried again after ten minutes.
Before: `due`, `promptly`, `digest`.
After: `running`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.ledger.exact import text_of
from engine.ledger.ledger import moment, stamp
from engine.ledger.tables import run
from engine.live import digest
from engine.live.admission import TOOL
from engine.live.auditing import audited
from engine.live.connect import Connection
from engine.live.due import DAILY, EVERY_10_MINUTES, PERIODS, due
from engine.live.sync import Report, Sync, summary
from engine.live.telling import zone

WHO = "schedule"
COSTS, PAYMENTS = ("job_costs", "job_cost_transactions"), ("payments",)
BY_SETTING = {"sync_schedule": COSTS, "payments_schedule": PAYMENTS}
DONE, FAILED, WAITS = "done", "failed", "waits"
TRIED = (DONE, FAILED, "")  # the last is one that was cut off
MOST_TOLD = 10
Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that is done now and then. `do` gives what to say of it."""

    name: str
    schedule: str
    do: Callable[[Connection], Said]

    @property
    def verb(self) -> str:
        """Under which the runs keep it."""
        return f"{WHO} {self.name}"


def jobs_of(connection: Connection) -> list[Job]:
    """The jobs of a customer, in the order in which they go when several are due."""
    settings = connection.settings()
    tool = settings.get("approval_home") == TOOL
    return [
        Job("records", EVERY_10_MINUTES if tool else "hourly", records),
        Job("job costs", str(settings.get("sync_schedule")), lambda each: synced(each, COSTS)),
        Job("payments", str(settings.get("payments_schedule")), lambda each: synced(each, PAYMENTS)),
        Job("audit", DAILY, audit),
        Job("digest", DAILY, lambda each: {"owed": digest.owe(each, WHO)}),
    ]


# ---------------------------------------------------------------- what they do


def synced(connection: Connection, mappings: Collection[str]) -> Said:
    """One sync of these mappings."""
    known = [name for name in mappings if name in connection.book.mappings]
    return told(Sync(connection, known).sync()) if known else {}


def records(connection: Connection) -> Said:
    """Everything without a schedule of its own: what no webhook told, and what nobody has to accept."""
    scheduled = {name for names in BY_SETTING.values() for name in names}
    sync = Sync(connection, [name for name in connection.book.mappings if name not in scheduled])
    said = told(sync.sync())
    if sync.accepted.for_a_whole_run:  # somebody pressed a button in Procore: that goes whatever the schedule
        said = told(Sync(connection).sync())
    return said


def audit(connection: Connection) -> Said:
    """Compares what is ours on both sides with the links; what is found is said in words."""
    found = audited(connection, lambda what, count: None)
    return {"findings": len(found), **({"told": [one.text for one in found[:MOST_TOLD]]} if found else {})}


def never_wanted(connection: Connection) -> set[str]:
    """The mappings whose schedule says never."""
    settings = connection.settings()
    return {name for one, names in BY_SETTING.items() if settings.get(one) == "never" for name in names}


def told(report: Report) -> Said:
    """A sync in a line of the log."""
    said = {name: value for name, value in summary(report).items() if name != "planned"}
    failures = [f"{mapping} {label}: {reason}" for mapping, _, label, reason in report.failures[:MOST_TOLD]]
    return said | ({"failures": failures} if failures else {})


# ---------------------------------------------------------------- what ran when


def is_due(connection: Connection, job: Job) -> bool:
    """Whether a job should run now."""
    if job.schedule not in PERIODS:
        return False
    now, office = connection.clock.now(), zone(connection)
    if not due(ran(connection, job, (DONE,), job.schedule), job.schedule, now, office):
        return False
    return due(ran(connection, job, TRIED, EVERY_10_MINUTES), EVERY_10_MINUTES, now, office)


def ran(connection: Connection, job: Job, outcomes: Collection[str], schedule: str) -> list[datetime]:
    """When a job began the last time, as far as `due` believes it."""
    until = stamp(connection.clock.now() + PERIODS[schedule])
    query = (
        sa.select(run.c.began)
        .where(run.c.connection == connection.name, run.c.verb == job.verb)
        .where(run.c.outcome.in_(list(outcomes)), run.c.began <= until)
        .order_by(run.c.began.desc())
        .limit(1)
    )
    with connection.ledger.look() as tx:
        return [moment(one) for one in tx.execute(query).scalars()]


def begins(connection: Connection, job: Job) -> str:
    """Writes down that a job begins; gives the run's id."""
    name = uuid.uuid4().hex
    connection.ledger.run_begins(name, job.verb)
    return name


def ends(connection: Connection, name: str, outcome: str, said: Said) -> None:
    """Writes down how it ended."""
    connection.ledger.run_ends(name, outcome, text_of(said))
