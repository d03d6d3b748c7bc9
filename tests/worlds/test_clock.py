"""The clock of the machine that syncs is wrong, and somebody puts it right; both systems keep the true time.

How old a lost answer is, and what changed since, is told by the clock of the system itself, in every answer
it gives. Else a bill would be sent again under a key that Xero has long forgotten, and stand there twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.live.connect import Connection
from engine.live.sync import Report, Sync
from tests.worlds.people import Accountant
from tests.worlds.sandboxed import Sandbox, close
from tests.worlds.scene import Scene, opened, said
from tests.worlds.subcontract import comes

BILLS = {"system": "xero", "method": "PUT", "path": "Invoices"}
HOUR = 3600


class WrongClock:
    """Our own clock, so many seconds ahead of the true time. Waiting takes as long on both."""

    def __init__(self, sandbox: Sandbox, ahead: float):
        self.true, self.ahead = sandbox.clock, timedelta(seconds=ahead)

    def now(self) -> datetime:
        """What our machine believes."""
        return self.true.now() + self.ahead

    def sleep(self, seconds: float) -> None:
        """Waits."""
        self.true.sleep(seconds)


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        yield made


def runs(scene: Scene, ahead: float) -> Report:
    """A run on a machine whose clock is so far ahead."""
    url = str(scene.connection.store.engine.url.database)
    clock = WrongClock(scene.sandbox, ahead)
    made = Connection(scene.connection.desk, url, clock, None, scene.sandbox.environ())
    try:
        return Sync(made).sync()
    finally:
        close(made)


def is_one_bill(scene: Scene) -> None:
    scene.books = Accountant(scene.sandbox)  # her token has grown old meanwhile
    (bill,) = scene.books.all("Invoices")
    assert scene.office.mark_of("requisitions", 601501) == bill["InvoiceID"]
    assert scene.quiet()


@pytest.mark.parametrize("between", [False, True], ids=["nobody runs meanwhile", "a run in between"])
@pytest.mark.parametrize(("ahead", "later"), [(HOUR, HOUR + 60), (240, 400)])
def test_a_clock_put_back_makes_an_old_answer_look_young(
    scene: Scene, ahead: float, later: float, between: bool
) -> None:
    """So late that Xero has forgotten the key; by our clock it was sent a minute or two ago."""
    comes(scene.sandbox, "INV-501")
    scene.sandbox.faults({"kind": "lost_answer", "times": 0, **BILLS})
    runs(scene, ahead)
    scene.sandbox.faults()
    if between:
        runs(scene, 0)
    scene.sandbox.clock.move(later - scene.sandbox.clock.slept)
    runs(scene, 0)
    scene.sandbox.clock.move(500)
    runs(scene, 0)
    is_one_bill(scene)


def test_a_clock_put_forward_makes_a_young_answer_look_old(scene: Scene) -> None:
    """Xero is slow, and still at it. Looking now would find nothing, and the bill would be sent once more."""
    comes(scene.sandbox, "INV-501")
    late = {"kind": "late", "seconds": 400, **BILLS}
    scene.sandbox.faults(late, {"kind": "cut", "after": 1, "times": 0, **BILLS})
    runs(scene, -2 * HOUR)
    scene.sandbox.faults()
    scene.sandbox.clock.move(310 - scene.sandbox.clock.slept)
    runs(scene, 0)
    scene.sandbox.clock.move(500)
    runs(scene, 0)
    is_one_bill(scene)


@pytest.mark.parametrize("ahead", [-400 * 24 * HOUR, 400 * 24 * HOUR])
def test_a_clock_that_is_wrong_all_the_time(scene: Scene, ahead: float) -> None:
    """What changes while it is wrong is read while it is wrong, and once more is nothing new."""
    comes(scene.sandbox, "INV-501")
    runs(scene, ahead)
    comes(scene.sandbox, "INV-517")
    scene.sandbox.clock.move(600)
    runs(scene, ahead)
    assert len(scene.books.all("Invoices")) == 2
    runs(scene, 0)
    assert scene.quiet()


@pytest.mark.parametrize("hours", [1, 30])
def test_a_record_that_changes_in_the_future_hides_nothing(scene: Scene, hours: int) -> None:
    """The cursor would stand where that record says, and what changes until then would never be asked for."""
    world = scene.sandbox.world()
    tomorrow = scene.sandbox.clock.now() + timedelta(hours=hours)
    world["procore"]["vendors"]["4701"]["updated_at"] = f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}"
    scene.sandbox.load(world)
    scene.run()
    scene.sandbox.clock.move(1200)
    scene.another("vendors", 4701, 4702, name="Spotted Gum Joinery")
    scene.sandbox.clock.move(1800)
    assert said(scene.sync(), "companies", 4702)[0] == "create"
    assert scene.quiet()
