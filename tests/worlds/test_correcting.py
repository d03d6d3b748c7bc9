"""Putting things right: every act shows what it does to the money first, and does nothing unasked.

The figures are those of the subcontract's life, computed by hand: `tests/story/expected`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from engine.live.crediting import credit_proposed, credited
from engine.live.declined import Declined
from engine.live.gate import Gate
from engine.report.effect import BILLED, DIRECT, INVOICED, Change, moved
from tests.worlds import subcontract
from tests.worlds.gated import APPROVER, OFFICE, READER, Gated, behind_the_gate
from tests.worlds.people import Record
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import on_the_job
from tests.worlds.subcontract import CONTRACT, INVOICES, PROJECT

FORMWORK = "03-100.S"


@pytest.fixture
def gated(sandbox: Sandbox, url: str) -> Iterator[Gated]:
    """The subcontract is ordered, and INV-501 is billed and approved."""
    with behind_the_gate(sandbox, url) as made:
        made.codes_synced()
        exported(made, "commitments", CONTRACT)
        billed(made, "INV-501")
        made.books.approve(made.books.bill_of(INVOICES["INV-501"]))
        made.sync()
        yield made


def exported(gated: Gated, mapping: str, *names: object) -> None:
    """Sent, accepted, written."""
    gated.send(mapping, *names)
    gated.accept(mapping, *names)
    gated.sync()


def billed(gated: Gated, number: str) -> Record:
    """An invoice is approved in Procore and exported; gives its bill, a draft."""
    subcontract.comes(gated.sandbox, number)
    gated.sync()
    exported(gated, "invoices", INVOICES[number])
    return gated.books.bill_of(INVOICES[number])


def typed(gated: Gated, number: str, *lines: tuple[str, str], **more: object) -> Record:
    """The accountant types a credit note for the job, approved."""
    rows = [
        on_the_job(
            {"ItemCode": code, "Quantity": 1, "UnitAmount": Decimal(amount), "Description": "Correction"}
        )
        for code, amount in lines
    ]
    note = {"Type": "ACCPAYCREDIT", "CreditNoteNumber": number, "Date": "2026-06-30", "Status": "AUTHORISED"}
    note |= {"Contact": {"ContactID": subcontract.CONTACT}, "LineItems": rows, **more}  # type: ignore[dict-item]
    return gated.books.write("CreditNotes", note, "PUT")


def figures(changes: tuple[Change, ...]) -> dict[tuple[str, str], tuple[str, str]]:
    """Before and after by measure and code."""
    return {(one.measure, one.code): (f"{one.before:.2f}", f"{one.after:.2f}") for one in changes}


def gate(gated: Gated, who: str = APPROVER) -> Gate:
    """The gate for one person."""
    return Gate(gated.connection, who)


# ---------------------------------------------------------------- credit notes


def test_a_credit_note_against_a_paid_bill_lowers_what_the_commitment_is_invoiced(gated: Gated) -> None:
    bill = gated.books.bill_of(INVOICES["INV-501"])
    gated.books.pay(bill, str(bill["Total"]), "2026-04-30")
    note = typed(gated, "CN-80", (FORMWORK, "345.67"), ("RETENTION", "-34.57"))
    gated.sync()
    assert gated.office.budget(PROJECT)[FORMWORK] == ("20000.00", "20345.67", "-345.67")
    gated.sandbox.forget_calls()
    shown = credit_proposed(gate(gated), "INV-501", "CN-80")
    assert figures(shown.changes) == {
        (INVOICED, FORMWORK): ("20345.67", "20000.00"),
        (DIRECT, FORMWORK): ("-345.67", "0.00"),
        (BILLED, FORMWORK): ("20345.67", "20000.00"),
        (BILLED, "RETENTION"): ("-3234.57", "-3200.00"),
    }
    gated.sync()
    assert gated.office.budget(PROJECT)[FORMWORK][1] == "20345.67", "shown is not done"
    credited(gate(gated), shown, "wrongly approved")
    gated.sync()
    assert gated.office.budget(PROJECT)[FORMWORK] == ("20000.00", "20000.00", "0.00")
    assert gated.office.mark_of("requisitions", INVOICES["INV-501"]) == bill["InvoiceID"], "it keeps its bill"
    assert note["CreditNoteID"] == shown.target_id
    back = credit_proposed(gate(gated), "INV-501", "CN-80", undo=True)
    assert moved(back.changes, INVOICED) == Decimal("345.67")
    credited(gate(gated), back, "it was for another invoice")
    gated.sync()
    assert gated.office.budget(PROJECT)[FORMWORK] == ("20000.00", "20345.67", "-345.67")


def test_a_credit_note_stands_for_an_invoice_below_zero(gated: Gated) -> None:
    subcontract.comes(gated.sandbox, "INV-552")
    note = typed(gated, "CN-77", (FORMWORK, "5000"), ("RETENTION", "-500"))
    gated.sync()
    shown = credit_proposed(gate(gated), "INV-552", "CN-77")
    assert figures(shown.changes) == {
        (INVOICED, FORMWORK): ("20345.67", "15345.67"),
        (DIRECT, FORMWORK): ("-5000.00", "0.00"),
        (BILLED, FORMWORK): ("20345.67", "15345.67"),
        (BILLED, "RETENTION"): ("-3234.57", "-2734.57"),
    }
    assert [(one.item, one.ours, one.theirs) for one in shown.pairs] == [
        (FORMWORK, Decimal(5000), Decimal(5000)),
        ("RETENTION", Decimal(-500), Decimal(-500)),
    ]
    credited(gate(gated), shown, "the June correction")
    gated.sync()
    assert gated.office.budget(PROJECT)[FORMWORK] == ("15345.67", "15345.67", "0.00")
    assert gated.office.mark_of("requisitions", INVOICES["INV-552"]) == note["CreditNoteID"]
    assert gated.state("invoices", INVOICES["INV-552"]) == "synced"


def test_only_a_note_of_the_same_company_and_job_is_linked_and_only_once(gated: Gated) -> None:
    typed(gated, "CN-80", (FORMWORK, "100"))
    overhead = {"Quantity": 1, "UnitAmount": 100, "AccountCode": "310", "Description": "Bank charges"}
    typed(gated, "CN-81", LineItems=[overhead])
    gated.sync()
    with pytest.raises(Declined, match="no line of credit note CN-81"):
        credit_proposed(gate(gated), "INV-501", "CN-81")
    with pytest.raises(Declined, match="no single credit note in Xero is known as CN-99"):
        credit_proposed(gate(gated), "INV-501", "CN-99")
    shown = credit_proposed(gate(gated), "INV-501", "CN-80")
    credited(gate(gated), shown)
    with pytest.raises(Declined, match="linked to invoice 601501 already"):
        credit_proposed(gate(gated), "INV-501", "CN-80")


def test_nothing_is_done_if_something_moved_in_between(gated: Gated) -> None:
    typed(gated, "CN-80", (FORMWORK, "100"))
    gated.sync()
    shown = credit_proposed(gate(gated), "INV-501", "CN-80")
    bill = {"Type": "ACCPAY", "InvoiceNumber": "T-1", "Date": "2026-05-20", "DueDate": "2026-06-20"}
    line = on_the_job({"ItemCode": FORMWORK, "Quantity": 1, "UnitAmount": 7, "Description": "Typed"})
    more = {"Contact": {"ContactID": subcontract.CONTACT}, "Status": "AUTHORISED", "LineItems": [line]}
    gated.books.write("Invoices", {**bill, **more}, "PUT")
    with pytest.raises(Declined, match="something changed since this was shown"):
        credited(gate(gated), shown)


@pytest.mark.parametrize("who", [OFFICE, READER])
def test_who_is_no_approver_links_no_credit_note(gated: Gated, who: str) -> None:
    with pytest.raises(Declined):
        credit_proposed(gate(gated, who), "INV-501", "CN-80")
