"""Resets by Procore's staff, codes that are to be deleted, refreshes, metadata, what approvers type there."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from engine.live.sync import Sync
from engine.report.metadata import metadata
from tests.worlds import subcontract
from tests.worlds.erp_tool import Tool, deciding
from tests.worlds.people import day
from tests.worlds.sandboxed import Sandbox
from tests.worlds.subcontract import (
    CHANGE,
    CONTACT,
    CONTRACT,
    INVOICES,
    OPTION,
    PROJECT,
    comes,
    is_changed,
)

INVOICE = INVOICES["INV-501"]


@pytest.fixture
def it(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tool]:
    """Cost codes are exported."""
    with deciding(sandbox, tmp_path_factory.mktemp("ledger") / "ledger.db") as made:
        yield made


def exported(it: Tool) -> None:
    """The commitment, its change order and an invoice are exported."""
    it.send("work_order_contract", CONTRACT)
    it.sync()
    is_changed(it.sandbox)
    it.send("change_order", CHANGE)
    it.sync()
    comes(it.sandbox, "INV-501")
    it.send("requisition", INVOICE)
    it.sync()


# ---------------------------------------------------------------- resets


def test_a_reset_project_is_unlinked_with_its_commitments_and_change_orders(it: Tool) -> None:
    exported(it)
    it.does("reset", item_type="project", item_id=PROJECT)
    it.sync()
    assert not it.links("projects") | it.links("commitments") | it.links("change_orders")
    assert len(it.links("invoices")) == 1, "a bill made twice is paid twice"
    assert it.heard("projects", PROJECT)[-1] == "reset"
    assert it.state("commitments", CONTRACT) == "unsent"
    it.quiet()


def test_a_reset_invoice_may_be_sent_again(it: Tool) -> None:
    exported(it)
    it.does("reset", item_type="requisition", item_id=INVOICE)
    it.sync()
    assert not it.links("invoices")
    assert it.state("invoices", INVOICE) == "unsent"
    assert it.heard("invoices", INVOICE)[-1] == "reset"
    it.quiet()


@pytest.mark.parametrize(
    ("kind", "number", "mapping"),
    [("work_order_contract", CONTRACT, "commitments"), ("change_order", CHANGE, "change_orders")],
)
def test_a_reset_commitment_or_change_order(it: Tool, kind: str, number: int, mapping: str) -> None:
    exported(it)
    it.does("reset", item_type=kind, item_id=number)
    it.sync()
    assert not it.links(mapping)
    assert it.heard(mapping, number)[-1] == "reset"


def test_a_reset_that_comes_late_leaves_a_newer_link_alone(it: Tool) -> None:
    exported(it)
    request = it.asks("reset_requisition", id=INVOICE)
    it.sync()
    bill = it.books.bill_of(INVOICE)
    it.books.write("Invoices", {"InvoiceID": bill["InvoiceID"], "Status": "DELETED"})
    it.send("requisition", INVOICE, force=True)
    it.sync()
    before = it.links("invoices")
    it.comes_late(request, 5)
    it.sync()
    assert it.links("invoices") == before != {}


def test_a_reset_payment_is_told_and_not_made_again(it: Tool) -> None:
    exported(it)
    bill = it.books.approve(it.books.bill_of(INVOICE))
    it.books.pay(bill, "100.00", "2026-05-29")
    it.sync()
    (payment,) = it.sandbox.of("procore", "contract_payments")
    it.does("reset", item_type="contract_payment", item_id=payment["id"])
    report = it.sync()
    assert any("was reset in Procore" in text for text in report.tally.told)
    it.quiet()
    assert len(it.sandbox.of("procore", "contract_payments")) == 1


# ---------------------------------------------------------------- codes


def code_of(it: Tool, full: str) -> int:
    """A project's cost code."""
    every = it.sandbox.of("procore", "cost_codes")
    return int(next(c["id"] for c in every if c["full_code"] == full and c["biller_id"] == PROJECT))


def books(it: Tool, item: str) -> dict[str, Any]:
    """A bill on the job, typed in Xero."""
    tracking = [{"TrackingCategoryID": subcontract.CATEGORY, "TrackingOptionID": OPTION}]
    line = {"Description": "Typed", "ItemCode": item, "Quantity": 1, "UnitAmount": Decimal(10)}
    bill = {"Type": "ACCPAY", "InvoiceNumber": "HD-1", "Contact": {"ContactID": CONTACT}, "Status": "DRAFT"}
    dates = {"Date": "2026-05-04", "DueDate": "2026-06-04"}
    return it.books.write("Invoices", {**bill, **dates, "LineItems": [{**line, "Tracking": tracking}]}, "PUT")


def test_a_projects_code_may_be_deleted_where_nothing_is_booked_on_it(it: Tool) -> None:
    books(it, "03-100.S")
    codes = [code_of(it, "03-100"), code_of(it, "03-300")]
    it.asks("delete_cost_codes", project_id=PROJECT, ids=codes)
    it.sync()
    used = (
        "Bill HD-1 in Xero has a line on 03-100.S for this project. "
        "Please delete it, or move the line, before retrying."
    )
    assert it.details(codes[0]) == [("failed", [used])]
    assert it.details(codes[1]) == [("success", [])]
    assert it.heard("projects", PROJECT)[-2:] == ["refused", "code deleted"]


def test_a_cost_type_may_be_taken_from_a_code_where_nothing_is_booked_on_both(it: Tool) -> None:
    bill = books(it, "03-100.S")
    kind = next(one["id"] for one in it.sandbox.of("procore", "line_item_types") if one["code"] == "S")
    code = code_of(it, "03-100")
    it.asks("delete_cost_type_assignments", project_id=PROJECT, ids=[code], type_id=kind)
    it.sync()
    assert it.details(code)[-1][0] == "failed"
    it.books.write("Invoices", {"InvoiceID": bill["InvoiceID"], "Status": "DELETED"})
    it.asks("delete_cost_type_assignments", project_id=PROJECT, ids=[code], type_id=kind)
    it.sync()
    assert it.details(code)[-1] == ("success", [])


# ---------------------------------------------------------------- refreshes


@pytest.mark.parametrize("what", ["vendors", "jobs", "payments", "cost_codes"])
def test_a_refresh_is_closed_when_the_run_is_done(it: Tool, what: str) -> None:
    it.does("refresh", what=what)
    it.sync()
    assert it.details()[-1] == ("success", [])
    it.quiet()


def test_cost_types_are_not_brought_in_and_nobody_waits(it: Tool) -> None:
    it.does("refresh", what="categories")
    assert not it.sync().tally.told
    it.quiet()


def test_the_metadata_is_sent_when_procore_asks(it: Tool) -> None:
    it.does("refresh", what="metadata")
    it.sync()
    (kept,) = it.sandbox.of("procore", "erp_metadata")
    desk = it.connection.desk
    wanted = metadata(desk.book, desk.settings, desk.flows)
    assert kept["metadata"]["settings"]["entities"].keys() == wanted["settings"]["entities"].keys()
    it.quiet()


def test_metadata_whose_answer_was_lost_is_sent_again(it: Tool) -> None:
    it.does("refresh", what="metadata")
    it.sandbox.faults({"kind": "cut", "system": "procore", "path": "erp_connections", "times": 0})
    assert Sync(it.connection).sync().tally.left
    it.sandbox.faults()
    it.sync()
    assert it.sandbox.of("procore", "erp_metadata")
    it.quiet()


# ---------------------------------------------------------------- from the waiting to the answer


def test_what_waits_is_not_made_and_what_is_rejected_never(it: Tool) -> None:
    it.does("send", item_type="work_order_contract", item_id=CONTRACT)
    it.sync()
    it.does("reject", item_type="work_order_contract", item_id=CONTRACT, why="wrong company")
    it.sync()
    assert not it.orders()
    it.does("send", item_type="work_order_contract", item_id=CONTRACT)
    it.does("retrieve", item_type="work_order_contract", item_id=CONTRACT)
    it.does("send", item_type="work_order_contract", item_id=CONTRACT)
    it.does("accept", item_type="work_order_contract", item_id=CONTRACT)
    it.sync()
    assert len(it.orders()) == 1
    assert it.heard("commitments", CONTRACT) == ["sent", "accepted"]
    assert it.state("commitments", CONTRACT) == "synced"


def test_what_the_approver_types_reaches_the_order_and_the_log(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT, code="PO-77")
    it.sync()
    (order,) = it.orders()
    assert order["PurchaseOrderNumber"] == "PO-77"
    (accepted,) = [one for one in it.history("commitments", CONTRACT) if one.what == "accepted"]
    assert accepted.data["typed"] == {"number": "PO-77"}
    it.quiet()


def test_a_number_left_as_it_was_filled_in_was_not_typed(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    it.sync()
    (accepted,) = [one for one in it.history("commitments", CONTRACT) if one.what == "accepted"]
    assert "typed" not in accepted.data


def test_a_date_the_approver_typed_is_the_orders(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT, accounting_date="2026-05-31")
    it.sync()
    assert day(str(it.orders()[0]["Date"])) == "2026-05-31"
    it.quiet()


def test_a_description_typed_for_a_change_order_goes_on_its_lines(it: Tool) -> None:
    it.send("work_order_contract", CONTRACT)
    it.sync()
    before = {line["LineItemID"] for line in it.orders()[0]["LineItems"]}
    is_changed(it.sandbox)
    it.send("change_order", CHANGE, erp_custom_fields={"description": "Extra formwork"})
    it.sync()
    added = [line for line in it.orders()[0]["LineItems"] if line["LineItemID"] not in before]
    assert {line["Description"] for line in added} == {"CO 001: Extra formwork"}
    it.quiet()


def test_accounts_picked_for_a_cost_code_are_its_items(it: Tool) -> None:
    world = it.sandbox.world()
    for collection, number in (("standard_cost_codes", 3298), ("cost_codes", 33998)):
        codes = world["procore"][collection]
        like = next(one for one in codes.values() if one["full_code"] == "03-100")
        names = {"code": "900", "full_code": "03-900", "sortable_code": "03-900", "name": "Curing"}
        made = {name: names[name] for name in names if name in like}
        codes[str(number)] = {**like, **made, "id": number, "origin_id": None}
    world["procore"]["cost_codes"]["33998"]["standard_cost_code_id"] = 3298
    it.sandbox.load(world)
    picked = {"expense_account_origin_id": "314", "income_account_origin_id": "200"}
    it.send("standard_cost_code", 3298, erp_custom_fields=picked)
    it.sync()
    items = [one for one in it.sandbox.of("xero", "Items") if one["Code"].startswith("03-900")]
    assert {one["PurchaseDetails"]["AccountCode"] for one in items} == {"314"}
    assert {one["SalesDetails"]["AccountCode"] for one in items} == {"200"}
    assert it.details(3298) == [("success", [])]


def test_a_payment_that_is_refused_is_told_to_whoever_asked_for_payments(it: Tool) -> None:
    exported(it)
    it.books.pay(it.books.approve(it.books.bill_of(INVOICE)), "100.00", "2026-05-29")
    it.does("refresh", what="payments")
    it.sandbox.faults(
        {"kind": "html", "status": 422, "system": "procore", "path": "contract_payments$", "times": 0}
    )
    report = Sync(it.connection).sync()
    it.sandbox.faults()
    assert report.failures
    assert it.details()[-1][0] == "failed"
