"""Nobody knows whether a bill was made, and it is there twice: a person looks, and says how it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.live import keeping
from engine.plan.actions import HOLD
from tests.worlds.people import Record, figures
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, opened, said
from tests.worlds.subcontract import comes

BILL = 601501
COPY = "b0000000-0000-4000-8000-000000000099"
ANSWERS_OF_BILLS = {"system": "xero", "method": "PUT", "path": "Invoices"}


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    """INV-501 was sent, its answer was lost, and somebody copied the bill before we could look."""
    with opened(sandbox, tmp_path / "ledger.db") as made:
        comes(sandbox, "INV-501")
        sandbox.faults({"kind": "lost_answer", "times": 0, **ANSWERS_OF_BILLS})
        made.run()
        sandbox.faults()
        world = sandbox.world()
        (bill,) = world["xero"]["Invoices"].values()
        world["xero"]["Invoices"][COPY] = {**bill, "InvoiceID": COPY}
        sandbox.load(world)
        sandbox.clock.move(500)
        yield made


def takes_away(scene: Scene, *others: str) -> None:
    """Somebody removes bills on Xero's screens."""
    for number in others:
        scene.books.write("Invoices", {"InvoiceID": number, "Status": "DELETED"})


def bills(scene: Scene) -> dict[str, Record]:
    """The bills that nobody took away."""
    return {one["InvoiceID"]: one for one in scene.books.all("Invoices") if one["Status"] != "DELETED"}


def the_effect(scene: Scene) -> str:
    """What waits for a word, as people name it."""
    (one,) = keeping.effects(scene.connection)
    assert one.op.state == "quarantined"
    return one.short


def is_one_bill(scene: Scene) -> None:
    ((number, bill),) = bills(scene).items()
    assert scene.office.mark_of("requisitions", BILL) == number
    assert figures(bill)[0] == "29111.10"
    assert scene.quiet()


def test_it_waits_for_a_person_and_says_how_to_end_it(scene: Scene) -> None:
    ((mapping, number, _, reason),) = scene.run().failures
    assert (mapping, number) == ("invoices", str(BILL))
    assert "2 documents there look like it" in reason
    scene.sandbox.forget_calls()
    report = scene.run(retry=True)
    kind, words = said(report, "invoices", BILL)
    assert kind == HOLD
    assert "nobody knows whether this was done: create" in words
    assert "--give-up if it is, else --retry" in words
    assert not scene.written(), "sync --retry sends what was refused, never what may have been done"
    assert the_effect(scene)


def test_it_was_made_so_it_is_given_up_and_found(scene: Scene) -> None:
    scene.run()
    takes_away(scene, COPY)
    keeping.give_up(scene.connection, the_effect(scene), "ann", "it is there, once")
    scene.sync()
    is_one_bill(scene)


def test_it_is_not_there_so_it_is_sent_again(scene: Scene) -> None:
    scene.run()
    takes_away(scene, *bills(scene))
    keeping.retry(scene.connection, the_effect(scene), "ann", "both were taken away")
    scene.sync()
    is_one_bill(scene)


def test_what_failed_before_is_told_in_every_run(scene: Scene) -> None:
    scene.run()
    keeping.give_up(scene.connection, the_effect(scene), "ann", "we pay it by hand")
    takes_away(scene, *bills(scene))
    (told,) = scene.run().tally.told
    assert "failed before and is not sent again as it is: given up by ann: we pay it by hand" in told
    assert told.endswith("Change it, or sync --retry")
    scene.run(retry=True)
    scene.sync()
    is_one_bill(scene)
