"""Putting things right: every act shows what it does to the money first, and does nothing unasked.

The figures are those of the subcontract's life, computed by hand: `tests/story/expected`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal

import pytest

from engine.live.adopting import adopted, adoption_proposed
from engine.live.crediting import credit_proposed, credited
from engine.live.declined import Declined
from engine.live.gate import Gate
from engine.live.reports import reconcile
from engine.live.revising import revised, revision_proposed
from engine.live.ways import guide
from engine.report import proposal
from engine.report.effect import BILLED, COMMITTED, DIRECT, INVOICED, RETAINED, TO_DATE, Change, moved
from engine.report.proposal import Way
from engine.report.terminal import Terminal
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
    assert not reconcile.sheet(gated.connection).wrong, "the difference to Procore is explained"
    back = credit_proposed(gate(gated), "INV-501", "CN-80", undo=True)
    assert moved(back.changes, INVOICED) == Decimal("345.67")
    credited(gate(gated), back, "it was for another invoice")
    gated.sync()
    assert gated.office.budget(PROJECT)[FORMWORK] == ("20000.00", "20345.67", "-345.67")


def test_a_credit_note_stands_for_an_invoice_below_zero(gated: Gated) -> None:
    subcontract.comes(gated.sandbox, "INV-552")
    note = typed(gated, "CN-77", (FORMWORK, "5000"), ("RETENTION", "-500"))
    gated.sync()
    (told,) = [one for one in reconcile.sheet(gated.connection).notes if "CN-77" in one]
    assert told.endswith(f"crosswalk erp credit story {INVOICES['INV-552']} {note['CreditNoteID']}")
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


# ---------------------------------------------------------------- adopting a document typed by hand


def test_the_bill_the_accountant_typed_instead_becomes_the_invoices_bill(gated: Gated) -> None:
    ours = gated.books.bill_of(INVOICES["INV-501"])
    gated.books.void(ours)
    gated.sync()
    (done,) = gated.act(APPROVER, "unlink", "invoices", "INV-501", why="typed anew in Xero")
    assert done.state == "unlinked", done
    rows = [(FORMWORK, "20345.67"), ("03-200.S", "12000"), ("RETENTION", "-3200")]
    lines = [
        on_the_job({"ItemCode": code, "Quantity": 1, "UnitAmount": Decimal(amount), "Description": "By hand"})
        for code, amount in rows
    ]
    bill = {"Type": "ACCPAY", "InvoiceNumber": "IC 501", "Date": "2026-03-31", "DueDate": "2026-04-30"}
    bill |= {"Contact": {"ContactID": subcontract.CONTACT}, "Status": "AUTHORISED", "LineItems": lines}  # type: ignore[dict-item]
    typed_in = gated.books.write("Invoices", bill, "PUT")["InvoiceID"]
    gated.sync()
    assert gated.office.budget(PROJECT)[FORMWORK] == ("20345.67", "0.00", "20345.67")
    shown = adoption_proposed(gate(gated), "invoices", "INV-501", typed_in)
    found = figures(shown.changes)
    assert found[INVOICED, FORMWORK] == ("0.00", "20345.67")
    assert found[DIRECT, FORMWORK] == ("20345.67", "0.00")
    assert TO_DATE not in {measure for measure, _ in found}
    amounts = [(one.item, one.ours, one.theirs) for one in shown.pairs]
    assert ("RETENTION", Decimal("-3234.57"), Decimal("-3200.00")) in amounts
    assert any("amount 29,111.10, there 29,145.67" in text for text in shown.says), shown.says
    adopted(gate(gated), shown, "the bill typed by hand stands")
    gated.sync()
    assert gated.office.budget(PROJECT)[FORMWORK] == ("20345.67", "20345.67", "0.00")
    assert gated.office.mark_of("requisitions", INVOICES["INV-501"]) == typed_in
    kept = gated.books.read("Invoices", typed_in)
    assert [line["Description"] for line in kept["LineItems"]] == ["By hand"] * 3, "nothing of it is changed"


def test_what_has_a_document_adopts_no_other(gated: Gated) -> None:
    bill = gated.books.bill_of(INVOICES["INV-501"])
    with pytest.raises(Declined, match="is linked to"):
        adoption_proposed(gate(gated), "invoices", "INV-501", bill["InvoiceID"])


# ---------------------------------------------------------------- changing what was ordered


@pytest.fixture
def ordered(sandbox: Sandbox, url: str) -> Iterator[Gated]:
    """The subcontract is ordered, and nothing is billed."""
    with behind_the_gate(sandbox, url) as made:
        made.codes_synced()
        exported(made, "commitments", CONTRACT)
        yield made


def test_an_order_is_revised_line_by_line_and_accepted_again(ordered: Gated) -> None:
    record = ordered.sandbox.in_procore("GET", f"/records/work_order_contracts/{CONTRACT}")
    pump = record["line_items"][2] | {
        "amount": "12500.0",
        "total_amount": "12500.0",
        "extended_amount": "12500.0",
    }
    changed = {"status": "Out For Signature", "line_items": [*record["line_items"][:2], pump], "force": True}
    ordered.sandbox.in_procore("PATCH", f"/records/work_order_contracts/{CONTRACT}", changed)
    ordered.run()
    shown = revision_proposed(gate(ordered), "SC-1001")
    assert figures(shown.changes) == {(COMMITTED, "03-300.S"): ("10000.00", "12500.00")}
    amounts = [(one.item, one.ours, one.theirs) for one in shown.pairs]
    assert amounts[2] == ("03-300.S", Decimal("10000.00"), Decimal("12500.00"))
    revised(gate(ordered), shown, "a longer boom")
    assert ordered.state("commitments", CONTRACT) == "retrieved"
    ordered.sandbox.in_procore(
        "PATCH", f"/records/work_order_contracts/{CONTRACT}", {"status": "Approved", "force": True}
    )
    ordered.act(OFFICE, "resend", "commitments", CONTRACT)
    ordered.accept("commitments", CONTRACT)
    ordered.sync()
    (order,) = ordered.books.all("PurchaseOrders")
    assert order["SubTotal"] == Decimal("102500.00")


def test_what_is_billed_is_not_revised(gated: Gated) -> None:
    with pytest.raises(Declined, match="is billed: SC-1001 of 2026-03-31") as refused:
        revision_proposed(gate(gated), "SC-1001")
    assert "change order" in refused.value.fix


# ---------------------------------------------------------------- what can be done


def titles(gated: Gated, mapping: str, name: str) -> dict[str, Way]:
    """The ways for a record by their titles."""
    return {way.title: way for way in guide(gate(gated), mapping, name).ways}


def test_the_ways_out_follow_the_bill_from_draft_to_void(gated: Gated) -> None:
    ways = titles(gated, "invoices", "INV-501")
    void = ways["Void the bill and send the invoice again"]
    assert figures(void.changes) == {
        (TO_DATE, "03-100.S"): ("20345.67", "0.00"),
        (TO_DATE, "03-200.S"): ("12000.00", "0.00"),
        (INVOICED, "03-100.S"): ("20345.67", "0.00"),
        (INVOICED, "03-200.S"): ("12000.00", "0.00"),
        (BILLED, "03-100.S"): ("20345.67", "0.00"),
        (BILLED, "03-200.S"): ("12000.00", "0.00"),
        (BILLED, "RETENTION"): ("-3234.57", "0.00"),
        (RETAINED, "RETENTION"): ("3234.57", "0.00"),
    }
    assert "crosswalk erp unlink story invoices 601501" in void.steps
    bill = gated.books.bill_of(INVOICES["INV-501"])
    payment = gated.books.pay(bill, "100.00", "2026-04-30")
    ways = titles(gated, "invoices", "INV-501")
    assert "Void the bill and send the invoice again" not in ways
    note = ways["Keep the bill and correct it with a credit note"]
    assert moved(note.changes, BILLED) == Decimal("-29111.10")
    assert moved(note.changes, INVOICED) == moved(note.changes, TO_DATE) == Decimal("-32345.67")
    gated.books.take_back(payment)
    gated.books.void(bill)
    ways = titles(gated, "invoices", "INV-501")
    again = ways["Unlink it and send it again"]
    assert moved(again.changes, INVOICED) == Decimal("32345.67")
    assert "Unlink it and adopt another bill" in ways
    assert gated.state("invoices", "INV-501") == "synced", "a guide does nothing"


def test_the_ways_of_an_invoice_below_zero_name_the_note_that_fits(gated: Gated) -> None:
    subcontract.comes(gated.sandbox, "INV-552")
    typed(gated, "CN-77", (FORMWORK, "5000"), ("RETENTION", "-500"))
    gated.sync()
    found = guide(gate(gated), "invoices", "INV-552")
    assert [way.title for way in found.ways] == [
        "Link a credit note",
        "Let it go as a credit note",
        "Leave it open",
    ]
    assert found.ways[0].steps == ("crosswalk erp credit story 601552 CN-77",)
    assert moved(found.ways[0].changes, INVOICED) == Decimal(-5000)
    assert moved(found.ways[1].changes, TO_DATE) == Decimal(-5000), "it would be one more document"


def test_the_ways_of_an_order_depend_on_whether_it_stands(ordered: Gated) -> None:
    ways = titles(ordered, "commitments", "SC-1001")
    assert moved(ways["Take it back and send it again"].changes, COMMITTED) == Decimal(-100000)
    assert "Change it with a change order" in ways
    (order,) = ordered.books.all("PurchaseOrders")
    ordered.books.write("PurchaseOrders", {"PurchaseOrderID": order["PurchaseOrderID"], "Status": "DELETED"})
    assert "Unlink it and send it again" in titles(ordered, "commitments", "SC-1001")


def test_what_is_shown_says_before_and_after_and_what_stays(gated: Gated) -> None:
    typed(gated, "CN-80", (FORMWORK, "345.67"))
    gated.sync()
    out = io.StringIO()
    shown = credit_proposed(gate(gated), "INV-501", "CN-80")
    proposal.show(shown, {str(PROJECT): "Harbour St"}, Terminal(out, out))
    said = " ".join(out.getvalue().split())
    assert "Link credit note CN-80 of 2026-06-30 to subcontractor invoice" in said
    assert "Commitment invoiced Harbour St 03-100.S 20,345.67 20,000.00 -345.67" in said
    assert "unchanged: job to date costs, retainage held, purchase orders before tax" in said
