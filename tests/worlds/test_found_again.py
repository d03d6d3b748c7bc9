"""A bill of ours whose answer or link was lost: its link back proves it, whatever was done to it since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.ledger import links
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, opened, said
from tests.worlds.subcontract import comes


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        yield made


def test_a_bill_whose_answer_was_lost_is_ours_whatever_date_it_was_given_since(scene: Scene) -> None:
    scene.sandbox.faults(
        {"kind": "lost_answer", "system": "xero", "method": "PUT", "path": "Invoices", "times": 9}
    )
    comes(scene.sandbox, "INV-501")
    scene.run()
    scene.sandbox.faults()
    (bill,) = scene.books.all("Invoices")
    scene.books.write("Invoices", {"InvoiceID": bill["InvoiceID"], "Date": "2026-04-02"})
    scene.sandbox.clock.move(900)
    scene.run()
    scene.sync()
    assert [each["InvoiceID"] for each in scene.books.all("Invoices")] == [bill["InvoiceID"]]
    assert scene.quiet()


def test_a_bill_whose_link_was_lost_is_taken_on_whatever_number_it_was_given_since(scene: Scene) -> None:
    comes(scene.sandbox, "INV-501")
    scene.sync()
    bill = scene.books.bill_of(601501)
    scene.books.write("Invoices", {"InvoiceID": bill["InvoiceID"], "InvoiceNumber": "501 corrected"})
    with scene.connection.ledger.begin() as tx:
        links.remove(scene.connection.ledger, tx, "invoices", "601501")
    kind, words = said(scene.sync(), "invoices", 601501)
    assert (kind, "ours" in words) == ("link", True)
    assert [each["InvoiceID"] for each in scene.books.all("Invoices")] == [bill["InvoiceID"]]
    assert scene.quiet()
