"""What was brought to Procore from Xero goes there again when it stands for nothing any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.live.linking import Choice, link, unlink
from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, opened, said
from tests.worlds.subcontract import CONTRACT, PROJECT, comes


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        yield made


def paid(scene: Scene) -> tuple[Record, str]:
    """INV-501 as an approved bill, with a payment that stands in Procore."""
    comes(scene.sandbox, "INV-501")
    scene.sync()
    bill = scene.books.approve(scene.books.bill_of(601501))
    payment = scene.books.pay(bill, "1000.00", "2026-04-15")
    scene.sync()
    assert len(scene.office.payments(PROJECT, CONTRACT)) == 1
    return bill, payment


def test_a_payment_removed_in_xero_goes_although_its_invoice_was_unlinked_meanwhile(scene: Scene) -> None:
    bill, payment = paid(scene)
    scene.books.take_back(payment)
    scene.books.void(bill)
    unlink(scene.connection, "invoices", "601501", "administrator")
    scene.run()
    assert not scene.office.payments(PROJECT, CONTRACT)


def test_a_payment_whose_invoice_was_unlinked_by_mistake_stays_and_is_told(scene: Scene) -> None:
    bill, payment = paid(scene)
    unlink(scene.connection, "invoices", "601501", "administrator")
    report = scene.run(mappings=["payments"])
    kind, words = said(report, "payments", payment)
    assert (kind, bill["InvoiceID"] in words) == ("hold", True), words
    assert len(scene.office.payments(PROJECT, CONTRACT)) == 1


def test_a_typed_bill_that_is_found_to_be_an_invoices_is_no_direct_cost_any_more(scene: Scene) -> None:
    bill = scene.types("INV-501", "03-100.S", "20345.67")
    scene.sync()
    assert len(scene.office.direct_costs(PROJECT)) == 1
    comes(scene.sandbox, "INV-501")
    link(scene.connection, [Choice("invoices", "601501", bill["InvoiceID"])], "administrator")
    scene.sync()
    assert not scene.office.direct_costs(PROJECT)
    assert scene.office.budget(PROJECT)["03-100.S"] == ("20345.67", "20345.67", "0.00")
    assert scene.quiet()
