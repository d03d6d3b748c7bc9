"""The schedule in the foreground: what is due is done, customer by customer, until somebody stops it.

What was accepted goes at once, unfinished effects and mails are taken up every minute, the jobs when they
are due. A failure is written on the log and into the ledger, and stops neither the next job nor the next
customer; while another process works for a customer, that customer waits. There is one of these for a
ledger, and it acts as the service account `schedule`.
Before: `jobs`, `promptly`, `outbox`. After: the
command `run`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.ledger import queue
from engine.ledger.exact import text_of
from engine.ledger.ledger import LEASE, LeaseHeld, LeaseLost, Ledger
from engine.ledger.store import LedgerError
from engine.live import jobs, outbox
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.diary import on_stderr
from engine.live.due import EVERY_10_MINUTES, EVERY_MINUTE, due
from engine.live.jobs import DONE, FAILED, WAITS, WHO, Job
from engine.live.promptly import Promptly
from engine.live.sync import Sync
from engine.system.port import Unreachable

PAUSE = 3.0  # seconds between two looks
POST = "#run"  # no customer is called that: the lease of whoever runs for this ledger
RENEWED = LEASE.total_seconds() / 5
ANYWHERE = ZoneInfo("UTC")  # elapsed time has no zone
TOLD = (Unreachable, LedgerError, Declined)
Write = Callable[[str], None]


class Runner:
    """The schedule of these customers."""

    def __init__(self, connections: Sequence[Connection], write: Write = on_stderr):
        self.connections = connections
        self.clock = connections[0].clock
        self.ending = False
        self.customers = [Customer(one, write, lambda: self.ending) for one in connections]

    def run(self) -> None:
        """Until `stop`. Raises LeaseHeld beside another run for this ledger."""
        with on_post(self.connections[0]) as lost:
            for one in self.customers:
                one.say("runs", jobs={job.name: job.schedule for job in one.jobs})
            while not self.ending:
                if lost():
                    raise LeaseLost(
                        "another run has taken over this ledger", "nothing to do: it goes on there"
                    )
                self.round()
                if not self.ending:
                    self.clock.sleep(PAUSE)
        for one in self.customers:
            one.say("ends")

    def round(self) -> None:
        """One look at every customer."""
        for one in self.customers:
            one.round()

    def stop(self, *_: object) -> None:
        """Ends after what is being done now; asked twice, at once: whatever is cut off goes on later."""
        if self.ending:
            raise KeyboardInterrupt
        self.ending = True


class Customer:
    """The schedule of one customer."""

    def __init__(self, connection: Connection, write: Write, ending: Callable[[], bool]):
        self.connection, self.write, self.ending = connection, write, ending
        self.promptly = Promptly(connection)
        self.prompt = Job("exports", EVERY_MINUTE, self.promptly.do)
        self.jobs = jobs.jobs_of(connection)
        self.last: dict[str, list[datetime]] = {}
        self.waits = False

    def round(self) -> None:
        """Everything that is due now."""
        self._guarded("exports", self._exports)
        self._guarded("sweep", self._sweep)
        for job in self.jobs:
            self._guarded(job.name, lambda job=job: self._if_due(job))  # type: ignore[misc]
        self._guarded("mail", self._mail)

    def say(self, what: str, **more: Any) -> None:
        """A line of the log."""
        at = self.connection.clock.now().isoformat(timespec="milliseconds")
        self.write(text_of({"at": at, "what": what, "customer": self.connection.name, **more}))

    def _guarded(self, name: str, step: Callable[[], None]) -> None:
        """A step of which a failure is told and goes no further."""
        if self.ending():
            return
        try:
            step()
        except LeaseHeld as held:
            self._waited(held.text)
        except Exception as error:
            words = _words(error)
            if self._is_time(f"{name}: {words['why']}", EVERY_10_MINUTES):
                self.say(FAILED, job=name, **words)

    def _waited(self, why: str) -> None:
        if not self.waits:
            self.say(WAITS, why=why)
        self.waits = True

    # ------------------------------------------------------------ jobs

    def _if_due(self, job: Job) -> None:
        if jobs.is_due(self.connection, job):
            self._do(job)

    def _exports(self) -> None:
        if self.promptly.is_any():
            failed = jobs.ran(self.connection, self.prompt, (FAILED, ""), EVERY_MINUTE)
            if due(failed, EVERY_MINUTE, self.connection.clock.now(), ANYWHERE):
                self._do(self.prompt)

    def _do(self, job: Job) -> None:
        """One job, written down when it begins and when it ends; not begun while somebody else works."""
        if holder := self.connection.ledger.holder():
            self._waited(f"another run is working ({holder})")
            return
        self.waits = False
        name = jobs.begins(self.connection, job)
        try:
            said = job.do(self.connection)
        except LeaseHeld:
            jobs.ends(self.connection, name, WAITS, {})
            raise
        except Exception as error:
            jobs.ends(self.connection, name, FAILED, _words(error))
            raise
        jobs.ends(self.connection, name, DONE, said)
        self.say("ran", job=job.name, **said)

    # ------------------------------------------------------------ every minute

    def _sweep(self) -> None:
        """Takes up what an earlier run left: a lost answer that may be looked up by now."""
        if not self._is_time("sweep"):
            return
        ledger = self.connection.ledger
        with ledger.look() as tx:
            if not queue.is_any(ledger, tx):
                return
        with ledger.leased():
            tally = Sync(self.connection).finish()
        if tally.done or tally.failed:
            self.say("swept", done=tally.done, failed=tally.failed, left=tally.left)

    def _mail(self) -> None:
        """Sends what is owed; one that cannot leave is told once in a while."""
        if not self._is_time("mail"):
            return
        for sent in outbox.deliver(self.connection, WHO):
            if not sent.reason:
                self.say("mailed", about=sent.about)
            elif sent.final or self._is_time(sent.owed.letter.id, EVERY_10_MINUTES):
                self.say("not mailed", about=sent.about, why=sent.reason, fix=sent.fix, final=sent.final)

    def _is_time(self, what: str, schedule: str = EVERY_MINUTE) -> bool:
        """Whether something that no run keeps is due; it counts as done then."""
        now = self.connection.clock.now()
        if not due(self.last.get(what, ()), schedule, now, ANYWHERE):
            return False
        self.last[what] = [now]
        return True


def _words(error: Exception) -> dict[str, Any]:
    """A failure in words: why and what helps; of a mistake of our own, where it is."""
    if isinstance(error, TOLD):
        return {"why": error.text, "fix": error.fix}
    at, place = error.__traceback__, ""
    while at is not None:
        place = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}"
        at = at.tb_next
    return {"why": f"{type(error).__name__} at {place}", "fix": "this is a mistake of Crosswalk's: report it"}


@contextmanager
def on_post(connection: Connection) -> Iterator[Callable[[], bool]]:
    """Holds the post of who runs for this ledger, however long a job takes; gives whether it was lost."""
    post = Ledger(connection.store, POST, connection.clock)
    over, lost = threading.Event(), threading.Event()

    def keeps() -> None:
        while not over.wait(RENEWED):
            try:
                post.renew()
            except LeaseLost:
                lost.set()
                return
            except LedgerError:
                continue  # the ledger is away; so is whoever would take over

    try:
        with post.leased():
            keeper = threading.Thread(target=keeps, name="post", daemon=True)
            keeper.start()
            try:
                yield lost.is_set
            finally:
                over.set()
                keeper.join()
    except LeaseHeld:
        raise LeaseHeld(
            f"another crosswalk run works for this ledger ({post.holder()})",
            "one is enough: stop it first, or give this one a ledger of its own",
        ) from None
