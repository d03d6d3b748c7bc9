"""The edge cases of the trade, each between two living systems: refused with words, or done to the cent.

Numbers in the tests' names are those of the list of fifteen that implementers know; 13 to 15 are in
`test_edge_cases_money`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.ledger import links
from tests.worlds import subcontract
from tests.worlds.people import Record, figures, lines
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, contract, of, opened, said
from tests.worlds.subcontract import CATEGORY, CHANGE, CONTACT, CONTRACT, OPTION, PROJECT, VENDOR, comes


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        yield made


def order(scene: Scene) -> Record:
    (found,) = [
        each for each in scene.books.all("PurchaseOrders") if each["PurchaseOrderNumber"] == "SC-1001"
    ]
    return found


def change(scene: Scene, *amounts: str, **members: Any) -> Record:
    """A change order of SC-1001 with a line for each amount."""
    subcontract.is_changed(scene.sandbox)
    (row, *_) = scene.stored("change_order_packages", CHANGE)["line_items"]
    rows = [
        {**row, "id": 501101 + place, "total_amount": amount, "extended_amount": amount}
        for place, amount in enumerate(amounts)
    ]
    return scene.edits("change_order_packages", CHANGE, line_items=rows, **members)


def billed(scene: Scene) -> Record:
    """INV-501 as an approved bill, its costs pushed."""
    comes(scene.sandbox, "INV-501")
    scene.sync()
    scene.books.approve(scene.books.bill_of(601501))
    scene.sync()
    return scene.books.bill_of(601501)


# ---------------------------------------------------------------- 1 to 6


def test_1_work_that_is_held_entirely_is_a_bill_of_nothing_to_pay(scene: Scene) -> None:
    comes(scene.sandbox, "INV-501")
    (first, *_) = scene.stored("requisitions", 601501)["items"]
    worked = ("work_completed_this_period", "total_completed_and_stored_to_date")
    own = {
        **first,
        **dict.fromkeys(worked, "500.0"),
        "work_completed_retainage_retained_this_period": "500.0",
    }
    summary = {**scene.stored("requisitions", 601501)["summary"], "current_payment_due": "0.0"}
    scene.edits("requisitions", 601501, items=[own], summary=summary)
    scene.sync()
    bill = scene.books.bill_of(601501)
    assert lines(bill) == [("03-100.S", 1, 500), ("RETENTION", 1, -500)]  # type: ignore[comparison-overlap]
    assert figures(bill) == ("0.00", "0.00", "0.00")
    assert scene.quiet()


def test_4_a_code_too_long_is_held_and_a_long_name_is_cut(scene: Scene) -> None:
    code, name = (
        "03-GROUND-FLOOR-SLABS-AND-BEAMS",
        "Formwork, falsework and everything that goes with it, hired",
    )
    scene.another("standard_cost_codes", 3203, 3204, code=code, full_code=code, name="Slabs")
    scene.another("cost_codes", 33003, 33004, code=code, full_code=code, standard_cost_code_id=3204)
    scene.edits("standard_cost_codes", 3201, name=name)
    kind, words = said(scene.sync(), "cost_codes", f'["{code}","S"]')
    assert (kind, "33" in words, "30" in words) == ("hold", True, True)
    items = {each["Code"]: each for each in scene.books.xero("GET", "Items")["Items"]}
    assert items["03-100.S"]["Name"] == name[:50].strip()
    assert not [each for each in items if each.startswith("03-GROUND")]
    assert scene.quiet()


def test_5_a_project_whose_option_is_archived_takes_no_bill(scene: Scene) -> None:
    path = f"TrackingCategories/{CATEGORY}/Options/{OPTION}"
    scene.books.xero("POST", path, {"Name": "Harbour St", "Status": "ARCHIVED"})
    comes(scene.sandbox, "INV-501")
    kind, words = said(scene.sync(), "invoices", 601501)
    assert (kind, "archived" in words) == ("hold", True)
    assert not scene.books.all("Invoices")
    scene.books.xero("POST", path, {"Name": "Harbour St", "Status": "ACTIVE"})
    scene.sync()
    assert scene.books.bill_of(601501)["Status"] == "DRAFT"
    assert scene.quiet()


def test_5_a_clash_of_options_answered_with_200_makes_no_link(scene: Scene) -> None:
    scene.another("projects", PROJECT, 41002, name="Ferry Road", project_number="42")
    scene.sandbox.faults({"kind": "option_clash", "method": "PUT"})
    report = scene.run()
    assert scene.office.mark_of("projects", 41002) is None
    assert report.failures or report.tally.left, "somebody is told"
    scene.sandbox.faults()
    scene.run(retry=True)
    scene.sync()
    assert scene.office.mark_of("projects", 41002)
    assert scene.quiet()


def test_6_two_companies_of_one_name_are_not_joined(scene: Scene) -> None:
    scene.another("vendors", VENDOR, 4702, name="ironbark  CONCRETE")
    kind, words = said(scene.sync(), "companies", 4702)
    assert kind == "hold", words
    assert "Ironbark Concrete" in words
    assert len(scene.books.all("Contacts")) == 1
    assert scene.quiet()


def test_6_an_archived_contact_is_neither_changed_nor_billed(scene: Scene) -> None:
    scene.sandbox.in_xero("contact", ContactID=CONTACT, ContactStatus="ARCHIVED")
    comes(scene.sandbox, "INV-501")
    scene.edits("vendors", VENDOR, business_phone="02 5550 0999")
    report = scene.sync()
    for mapping, source in (("companies", VENDOR), ("invoices", 601501)):
        kind, words = said(report, mapping, source)
        assert (kind, "archived" in words) == ("hold", True)
    assert not scene.books.all("Invoices")
    scene.sandbox.in_xero("contact", ContactID=CONTACT, ContactStatus="ACTIVE")
    scene.sync()
    assert scene.books.bill_of(601501)["Contact"]["ContactID"] == CONTACT
    assert scene.quiet()


def test_6_a_merged_contact_is_followed(scene: Scene) -> None:
    other = scene.books.write("Contacts", {"Name": "Ironbark Group"}, "PUT")["ContactID"]
    scene.sandbox.in_xero("merge_contacts", **{"from": CONTACT, "into": other})
    comes(scene.sandbox, "INV-501")
    scene.sync()
    scene.sync()
    assert scene.books.bill_of(601501)["Contact"]["ContactID"] == other


# ---------------------------------------------------------------- 7 to 12


def test_7_one_number_on_two_projects_is_refused_and_names_the_other(scene: Scene) -> None:
    contract(scene, 301002, title="Concrete to the sheds")
    report = scene.sync()
    kind, words = said(report, "commitments", 301002)
    assert (kind, "SC-1001" in words) == ("hold", True)
    assert len(scene.books.all("PurchaseOrders")) == 1
    scene.edits("work_order_contracts", 301002, number="SC-1002")
    scene.sync()
    assert sorted(each["PurchaseOrderNumber"] for each in scene.books.all("PurchaseOrders")) == [
        "SC-1001",
        "SC-1002",
    ]
    assert scene.quiet()


def test_8_a_locked_period_is_told_with_its_date_before_anything_is_sent(scene: Scene) -> None:
    scene.sandbox.in_xero("organisation", PeriodLockDate="2026-03-31")
    scene.sets(bill_status="AUTHORISED")
    comes(scene.sandbox, "INV-501")
    scene.sandbox.forget_calls()
    kind, words = said(scene.sync(), "invoices", 601501)
    assert (kind, "2026-03-31" in words, "locked" in words) == ("hold", True, True)
    assert not scene.written("xero")
    scene.sandbox.in_xero("organisation", PeriodLockDate="2026-02-28")
    scene.sync()
    assert scene.books.bill_of(601501)["Status"] == "AUTHORISED"
    scene.sync()
    assert scene.quiet()


def test_9_a_paid_bill_is_never_touched(scene: Scene) -> None:
    bill = billed(scene)
    scene.books.pay(bill, "32022.21", "2026-04-15")
    scene.sync()
    (first, *rest) = scene.stored("requisitions", 601501)["items"]
    scene.edits("requisitions", 601501, items=[{**first, "description_of_work": "Formwork, level 1"}, *rest])
    scene.sandbox.forget_calls()
    kind, words = said(scene.sync(), "invoices", 601501)
    assert (kind, "paid" in words) == ("hold", True)
    assert not scene.written("xero")
    assert scene.quiet()


def test_10_a_voided_bill_costs_nothing_and_the_invoice_is_told(scene: Scene) -> None:
    bill = billed(scene)
    assert scene.office.budget(PROJECT)["03-100.S"] == ("20345.67", "20345.67", "0.00")
    scene.books.void(bill)
    report = scene.sync()
    assert scene.office.budget(PROJECT)["03-100.S"] == ("0.00", "0.00", "0.00"), "sent as zero, not left out"
    kind, words = said(report, "invoices", 601501)
    assert (kind, "SC-1001" in words) == ("drift", True)
    assert len(scene.books.all("Invoices")) == 1, "it is not made again by itself"
    assert scene.quiet()


def test_11_a_change_of_a_deleted_order_waits(scene: Scene) -> None:
    scene.books.write(
        "PurchaseOrders", {"PurchaseOrderID": order(scene)["PurchaseOrderID"], "Status": "DELETED"}
    )
    change(scene, "500.0")
    report = scene.run()
    kind, words = said(report, "change_orders", CHANGE)
    assert (kind, "deleted" in words.lower()) == ("hold", True)
    assert said(report, "commitments", CONTRACT)[0] == "drift"
    assert scene.quiet()


def test_11_a_change_of_a_billed_order_waits(scene: Scene) -> None:
    scene.sandbox.in_xero("copy_to_bill", PurchaseOrderID=order(scene)["PurchaseOrderID"])
    change(scene, "500.0")
    kind, words = said(scene.run(), "change_orders", CHANGE)
    assert (kind, "billed" in words) == ("hold", True)
    assert len(order(scene)["LineItems"]) == 3
    assert scene.quiet()


def test_11_a_reduction_is_a_negative_line(scene: Scene) -> None:
    change(scene, "-6000.0")
    scene.sync()
    assert lines(order(scene))[3:] == [("03-100.S", 1, -6000)]  # type: ignore[comparison-overlap]
    assert figures(order(scene))[0] == "94000.00"
    assert scene.quiet()


def test_11_an_order_never_falls_below_zero(scene: Scene) -> None:
    change(scene, "-100000.01")
    report = scene.run()
    kind, words = said(report, "change_orders", CHANGE)
    told = [words, *(reason for *_, reason in report.failures)]
    assert kind == "hold" or report.failures
    assert any("zero" in text or "negative" in text for text in told), told
    assert figures(order(scene))[0] == "100000.00"
    assert scene.quiet()


def test_12_an_answer_that_was_lost_makes_one_bill(scene: Scene) -> None:
    scene.sandbox.faults({"kind": "lost_answer", "system": "xero", "method": "PUT", "path": "Invoices"})
    comes(scene.sandbox, "INV-501")
    scene.run()
    scene.sync()
    assert len(scene.books.all("Invoices")) == 1
    assert scene.office.mark_of("requisitions", 601501) == scene.books.bill_of(601501)["InvoiceID"]
    assert scene.quiet()


def test_12_a_payment_that_arrived_after_all_is_taken_on(scene: Scene) -> None:
    bill = billed(scene)
    payment = scene.books.pay(bill, "32022.21", "2026-04-15")
    scene.sync()
    ledger = scene.connection.ledger
    with ledger.begin() as tx:  # as if the first sending had landed later than any look
        links.remove(ledger, tx, "payments", payment)
    scene.sync()
    (issued,) = scene.office.payments(PROJECT, CONTRACT)
    with ledger.look() as tx:
        link = links.one(ledger, tx, "payments", payment)
    assert link is not None
    assert (link.target_id, link.how) == (str(issued["id"]), links.ADOPTED)
    assert scene.quiet()


def test_12_a_bill_typed_by_hand_is_pointed_out(scene: Scene) -> None:
    scene.types("501", "03-100.S", "29111.10", Date="2026-03-28")
    comes(scene.sandbox, "INV-501")
    (action,) = of(scene.sync(), "invoices", 601501)
    assert any("501" in remark.text and remark.kind == "warning" for remark in action.remarks)


def test_12_no_warning_among_our_own_bills(scene: Scene) -> None:
    billed(scene)
    comes(scene.sandbox, "INV-517")
    (action,) = of(scene.sync(), "invoices", 601517)
    assert not action.remarks
