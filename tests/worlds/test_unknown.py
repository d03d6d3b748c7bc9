"""An answer is lost, says too little, or comes after a long wait: nothing is made twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.ledger.ledger import stamp
from engine.ledger.moves import export, take_in
from engine.ledger.store import LedgerError
from engine.ledger.tables import FAILED, op_member, rate
from engine.live import keeping, linking
from engine.live.declined import Declined
from engine.live.sync import Sync
from engine.system.port import WAIT, Answer
from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox, connected
from tests.worlds.scene import Scene, opened
from tests.worlds.subcontract import CONTRACT, PROJECT, comes, customer

BILL = 601501
BILLS = {"system": "xero", "method": "PUT", "path": "Invoices"}
MARKS = {"system": "procore", "method": "PATCH", "path": "external_data"}
NOTES = {"system": "xero", "method": "PUT", "path": "History"}
PAYMENTS = {"system": "procore", "method": "POST", "path": "contract_payments"}


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        comes(sandbox, "INV-501")
        yield made


def is_one_bill(scene: Scene) -> Record:
    """One bill, linked and marked, and nothing left to do."""
    (bill,) = [one for one in scene.books.all("Invoices") if one["Status"] != "DELETED"]
    assert scene.office.mark_of("requisitions", BILL) == bill["InvoiceID"]
    assert scene.quiet()
    return bill


# ---------------------------------------------------------------- sent too late


def the_day_is_used_up(scene: Scene, seconds: float) -> None:
    """Xero takes no more calls for so long."""
    ends = stamp(scene.connection.clock.now() + timedelta(seconds=seconds))
    row = {"connection": scene.connection.name, "budget": "day", "used": 5000, "window_ends": ends}
    with scene.connection.store.begin() as tx:
        scene.connection.store.put(tx, rate, [row])


def test_what_waits_for_its_turn_longer_than_the_key_is_remembered_is_not_sent(scene: Scene) -> None:
    """The bill was made, its answer lost. Sent again it would wait until its key is forgotten."""
    scene.sandbox.faults({"kind": "lost_answer", "times": 0, **BILLS})
    scene.run()
    scene.sandbox.faults()
    (one,) = keeping.effects(scene.connection)
    assert one.op.first_sent is not None
    scene.sandbox.clock.move(285 - (scene.connection.clock.now() - one.op.first_sent).total_seconds())
    the_day_is_used_up(scene, 170)
    assert scene.run().finished_before.told == [
        "Xero, Bills (INV-501): not sent yet, the next sync goes on with it (it waited too long for its turn)"
    ]
    assert len(scene.books.all("Invoices")) == 1
    scene.sandbox.clock.move(500)
    scene.sync()
    is_one_bill(scene)


# ---------------------------------------------------------------- an answer that says nothing


@pytest.mark.parametrize("effect", [True, False], ids=["done", "not done"])
def test_a_good_answer_without_a_word_of_the_bill_leaves_it_open(scene: Scene, effect: bool) -> None:
    scene.sandbox.faults({"kind": "empty", "effect": effect, **BILLS})
    report = scene.run()
    assert not report.failures, "nobody knows that it failed"
    assert report.tally.told == [
        "Xero, Bills (INV-501): it is not known yet whether this was done; the next sync finds out "
        "(the answer does not say what became of it)"
    ]
    scene.sandbox.clock.move(500)
    scene.sync()
    is_one_bill(scene)


@pytest.mark.parametrize("effect", [True, False], ids=["done", "not done"])
def test_a_good_answer_without_a_word_of_the_marks_is_asked_for_again(scene: Scene, effect: bool) -> None:
    scene.sandbox.faults({"kind": "empty", "effect": effect, **MARKS})
    assert not scene.run().failures
    scene.sync()
    is_one_bill(scene)


@pytest.mark.parametrize("effect", [True, False], ids=["done", "not done"])
def test_a_good_answer_without_a_word_of_the_payment_is_looked_up(scene: Scene, effect: bool) -> None:
    scene.sync()
    bill = scene.books.approve(scene.books.bill_of(BILL))
    scene.books.pay(bill, "100.00", "2026-05-29")
    scene.sandbox.faults({"kind": "empty", "effect": effect, **PAYMENTS})
    assert not scene.run().failures
    scene.sandbox.faults()
    scene.sandbox.clock.move(500)
    scene.sync()
    (payment,) = scene.office.payments(PROJECT, CONTRACT)
    assert payment["amount"] == "90.91"
    assert scene.quiet()


@pytest.mark.parametrize("kind", ["cut", "lost_answer"])
def test_a_note_is_looked_for_before_it_is_written_again(sandbox: Sandbox, tmp_path: Path, kind: str) -> None:
    """Nobody can take a note away, and none is to be missing."""
    with opened(sandbox, tmp_path / "ledger.db", history_notes=True) as scene:
        comes(sandbox, "INV-501")
        sandbox.faults({"kind": kind, "times": 0, **NOTES})
        scene.run()
        sandbox.faults()
        sandbox.clock.move(500)
        scene.sync()
        bill = is_one_bill(scene)
        notes = scene.books.xero("GET", f"Invoices/{bill['InvoiceID']}/History")["HistoryRecords"]
        assert [note for note in notes if "Procore" in str(note.get("Details"))] == notes
        assert len(notes) == 1


# ---------------------------------------------------------------- marks


def test_marks_that_were_refused_are_told_in_every_run_until_they_are_sent(scene: Scene) -> None:
    """Half of the marks of a bill are written, the others refused: no plan would owe these again."""
    scene.sandbox.faults({"kind": "half_batch", **MARKS})
    assert scene.run().failures
    scene.sandbox.faults()
    for _ in range(2):
        (told,) = [line for line in scene.run().tally.told if "mark" in line]
        assert told.startswith("invoices ")
        assert "its mark is missing, since it was refused: base Internal error" in told
        assert told.endswith("Put that right, then sync --retry")
    scene.run(retry=True)
    bill = is_one_bill(scene)
    work = [line["LineItemID"] for line in bill["LineItems"] if line["ItemCode"] != "RETENTION"]
    items = scene.stored("requisitions", BILL)["items"]
    assert [item["origin_id"] for item in items if item.get("origin_id")] == work


def test_nothing_is_unlinked_while_nobody_knows_of_its_mark(scene: Scene) -> None:
    """The old mark could arrive after the next one, and the record would name a bill that is gone."""
    scene.sandbox.faults({"kind": "cut", "times": 0, **MARKS})
    scene.run()
    bill = scene.books.bill_of(BILL)
    scene.books.write("Invoices", {"InvoiceID": bill["InvoiceID"], "Status": "DELETED"})
    with pytest.raises(Declined, match="an effect of invoices 601501 is under way"):
        linking.unlink(scene.connection, "invoices", str(BILL), "ann")
    scene.sandbox.faults()
    scene.run()
    linking.unlink(scene.connection, "invoices", str(BILL), "ann")
    scene.sync()
    assert is_one_bill(scene)["InvoiceID"] != bill["InvoiceID"]


# ---------------------------------------------------------------- a person's word


def the_one_that_failed(scene: Scene) -> str:
    with scene.connection.ledger.look() as tx:
        query = sa.select(op_member.c.op).where(op_member.c.result == FAILED)
        (found,) = tx.execute(query).scalars()
    return str(found)


def test_what_was_made_since_is_not_sent_again_by_a_late_retry(scene: Scene) -> None:
    comes(scene.sandbox, "INV-517")
    scene.sandbox.faults({"kind": "half_batch", **BILLS})
    scene.run()
    scene.sandbox.faults()
    old = the_one_that_failed(scene)
    scene.run(retry=True)
    with pytest.raises(Declined, match=r"invoices 601517 is linked to .* by now"):
        keeping.retry(scene.connection, old, "ann", "")
    scene.sync()
    assert len(scene.books.all("Invoices")) == 2
    assert scene.quiet()


def test_what_was_given_up_is_not_made_from_another_ledger_either(scene: Scene, tmp_path: Path) -> None:
    scene.sandbox.faults({"kind": "429", "seconds": 500, **BILLS})
    scene.run()
    (one,) = keeping.effects(scene.connection)
    keeping.give_up(scene.connection, one.short, "ann", "we pay it by hand")
    text = export(scene.connection.ledger, with_mirror=True)
    scene.sandbox.clock.move(500)
    with connected(scene.sandbox, tmp_path / "other.db", customer(retainage_item="RETENTION")) as other:
        take_in(other.ledger, text)
        (told,) = Sync(other).sync().tally.told
        assert "given up by ann: we pay it by hand" in told
        assert not scene.books.all("Invoices")


def test_nothing_is_exported_while_a_run_goes_on_sending(scene: Scene) -> None:
    with scene.connection.ledger.leased(), pytest.raises(LedgerError, match="would go out there again"):
        export(scene.connection.ledger)


# ---------------------------------------------------------------- turned away for ever


def test_what_is_turned_away_again_and_again_ends_the_run_and_not_the_day(scene: Scene) -> None:
    """Procore answers 409 while two write one record; a record for which it never stops is left for later."""
    port: Any = scene.connection.ports["procore"]
    send, asked = port.send, []

    def conflict(request: Any) -> Any:
        if "external_data" not in request.url:
            return send(request)
        asked.append(request)
        return Answer(WAIT, 409, reason="Procore answered 409")

    port.send = conflict
    report = scene.run()
    assert (len(asked), report.tally.left) == (10, 1)
    assert report.tally.told == [
        "Procore, external data (INV-501): not sent yet, the next sync goes on with it (Procore answered 409)"
    ]
    port.send = send
    scene.sync()
    is_one_bill(scene)
