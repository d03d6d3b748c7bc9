"""`negative_invoices: credit_note`: what falls below zero is a credit note in Xero, known like any bill."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.worlds.sandboxed import Sandbox
from tests.worlds.settled import of, settled
from tests.worlds.subcontract import INVOICES, comes

NEGATIVE = INVOICES["INV-552"]


def test_a_negative_invoice_becomes_a_credit_note(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path, negative_invoices="credit_note") as it:
        comes(sandbox, "INV-552")
        report = it.sync()
        assert of(report, "invoices", NEGATIVE).kind == "create"
        (note,) = it.books.all("CreditNotes")
        assert note["Type"] == "ACCPAYCREDIT"
        assert note["CreditNoteNumber"] == "SC-1001"
        assert note["SubTotal"] > 0
        assert all(Decimal(str(line["LineAmount"])) for line in note["LineItems"])
        assert not it.books.all("Invoices")
        marked = [r for r in sandbox.of("procore", "requisitions") if r["id"] == NEGATIVE]
        assert marked[0]["origin_id"] == note["CreditNoteID"]
        it.quiet()
        it.books.write("CreditNotes", {"CreditNoteID": note["CreditNoteID"], "Status": "DELETED"})
        gone = of(it.quiet(), "invoices", NEGATIVE)
        assert (gone.kind, gone.code) == ("drift", "gone")


def test_a_lost_answer_leaves_one_credit_note(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path, negative_invoices="credit_note") as it:
        it.sync()
        comes(sandbox, "INV-552")
        lost = {"kind": "lost_answer", "system": "xero", "method": "PUT", "path": "CreditNotes", "times": 9}
        sandbox.faults(lost)
        from engine.live.sync import Sync

        Sync(it.connection).sync()
        sandbox.faults()
        sandbox.clock.move(500)
        it.sync()
        assert len(it.books.all("CreditNotes")) == 1
        it.quiet()


def test_by_default_it_stays_away(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path) as it:
        comes(sandbox, "INV-552")
        action = of(it.sync(), "invoices", NEGATIVE)
        assert (action.kind, "negative-values" in action.notes) == ("skip", True)
        assert not it.books.all("CreditNotes")
