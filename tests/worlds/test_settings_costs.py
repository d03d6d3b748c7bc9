"""Settings of costs that come back from Xero: of which documents, which amount, and under which number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, on_the_job, opened, said
from tests.worlds.subcontract import CONTACT, OPTION, PROJECT, SWITCH, comes, link

NOTHING = ("0.00", "0.00", "0.00")


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        yield made


def figures(scene: Scene) -> tuple[str, ...]:
    """Job to date, invoiced and direct costs of the project."""
    return scene.office.budget(PROJECT)[""]


def amounts(scene: Scene) -> list[str]:
    """What the direct costs of the project come to, in the order of their dates."""
    return [f"{Decimal(each['grand_total']):.2f}" for each in scene.office.direct_costs(PROJECT)]


def credited(scene: Scene, amount: str) -> Record:
    """An approved credit note for the job."""
    line = on_the_job(
        {"ItemCode": "03-100.S", "Quantity": 1, "UnitAmount": Decimal(amount), "Description": "x"}
    )
    note: dict[str, Any] = {"Type": "ACCPAYCREDIT", "CreditNoteNumber": "CN-1", "Date": "2026-05-21"}
    note |= {"Contact": {"ContactID": CONTACT}, "Status": "AUTHORISED", "LineItems": [line]}
    return scene.books.write("CreditNotes", note, "PUT")


def test_credit_notes_lower_the_cost_or_do_not(scene: Scene) -> None:
    scene.types("HD-1", "03-100.S", "100")
    note = credited(scene, "30")
    scene.sets(job_cost_credit_notes=False)
    report = scene.sync()
    assert (figures(scene), amounts(scene)) == (("100.00", "0.00", "100.00"), ["100.00"])
    kind, words = said(report, "job_cost_transactions", note["CreditNoteID"])
    assert (kind, "job_cost_credit_notes" in words) == ("skip", True)
    scene.sets(job_cost_credit_notes=True)
    scene.sync()
    assert (figures(scene), amounts(scene)) == (("70.00", "0.00", "70.00"), ["100.00", "-30.00"])
    assert scene.quiet()


def test_costs_before_the_start_stay_out(scene: Scene) -> None:
    scene.sets(job_cost_from=date(2026, 5, 20))
    scene.types("HD-1", "03-100.S", "100", Date="2026-05-19")
    scene.types("HD-2", "03-100.S", "7", Date="2026-05-20")
    scene.sync()
    assert (figures(scene), amounts(scene)) == (("7.00", "0.00", "7.00"), ["7.00"])
    assert scene.quiet()


def test_tax_that_nobody_gives_back_is_cost(scene: Scene) -> None:
    """On top of the price it is added; inside the price it is there already."""
    scene.sets(non_recoverable_tax_types=["INPUT"])
    line = {"ItemCode": "03-100.S", "Quantity": 1, "UnitAmount": 100, "Description": "x"}
    scene.types("HD-1", "03-100.S", "0", LineItems=[on_the_job({**line, "TaxType": "INPUT"})])
    scene.sync()
    assert (figures(scene), amounts(scene)) == (("110.00", "0.00", "110.00"), ["110.00"])
    inside = {"LineAmountTypes": "Inclusive", "LineItems": [on_the_job({**line, "TaxType": "INPUT"})]}
    scene.types("HD-2", "03-100.S", "0", **inside)
    scene.sync()
    assert (figures(scene)[0], amounts(scene)) == ("210.00", ["110.00", "100.00"])
    assert scene.quiet()
    scene.sets(non_recoverable_tax_types=[])
    scene.sync()
    assert (figures(scene)[0], amounts(scene)) == ("190.91", ["100.00", "90.91"])
    assert scene.quiet()


def test_a_bill_without_a_number_waits_or_takes_the_text_that_is_set(scene: Scene) -> None:
    bill = scene.types("", "03-100.S", "100")
    kind, words = said(scene.sync(), "job_cost_transactions", bill["InvoiceID"])
    assert (kind, "invoice_number_fallback" in words) == ("hold", True)
    assert (figures(scene)[0], amounts(scene)) == ("100.00", []), "the totals need no number"
    scene.sets(invoice_number_fallback="No number")
    scene.sync()
    assert [each["invoice_number"] for each in scene.office.direct_costs(PROJECT)] == ["No number"]
    assert scene.quiet()


@pytest.mark.parametrize(
    ("how", "project_has_it", "shown"),
    [
        ("on", False, ["100.00"]),
        ("off", True, []),
        ("as_procore_says", True, ["100.00"]),
        ("as_procore_says", False, []),
    ],
)
def test_documents_come_one_by_one_where_they_are_wanted(
    sandbox: Sandbox, tmp_path: Path, how: str, project_has_it: bool, shown: list[str]
) -> None:
    with opened(sandbox, tmp_path / "ledger.db", job_cost_transactions=how) as scene:
        ledger = scene.connection.ledger
        with ledger.leased(), ledger.begin() as tx:
            link(scene.connection, tx, "projects", PROJECT, OPTION, **{SWITCH: project_has_it})
        scene.types("HD-1", "03-100.S", "100")
        scene.sync()
        assert (figures(scene), amounts(scene)) == (("100.00", "0.00", "100.00"), shown)
        assert scene.quiet()


def test_bills_that_came_from_procore_show_once_it_has_their_type(scene: Scene) -> None:
    """subcontractor_invoice_costs; before that, Procore has them as invoices."""
    comes(scene.sandbox, "INV-501")
    scene.sets(bill_status="AUTHORISED")
    scene.sync()
    scene.sync()
    assert (figures(scene), amounts(scene)) == (("32345.67", "32345.67", "0.00"), [])
    scene.sandbox.ask("POST", "/switches", {"subcontractor_invoice": True})
    scene.sets(subcontractor_invoice_costs=True)
    scene.sync()
    assert amounts(scene) == ["32345.67"]
    assert scene.quiet()
