"""Procore asks to unlink: it is allowed once the document is gone in Xero, and refused by its name before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.live.sync import Sync
from tests.worlds.erp_tool import Tool, deciding
from tests.worlds.sandboxed import Sandbox
from tests.worlds.subcontract import CHANGE, CONTRACT, INVOICES, comes, is_changed

INVOICE = INVOICES["INV-501"]


@pytest.fixture
def it(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tool]:
    """The commitment is exported."""
    with deciding(sandbox, tmp_path_factory.mktemp("ledger") / "ledger.db") as made:
        made.send("work_order_contract", CONTRACT)
        made.sync()
        yield made


def deletes_order(it: Tool) -> None:
    """The accountant deletes the purchase order."""
    (order,) = [one for one in it.orders() if one["Status"] != "DELETED"]
    it.books.write("PurchaseOrders", {"PurchaseOrderID": order["PurchaseOrderID"], "Status": "DELETED"})


def unlink(it: Tool, kind: str, number: int) -> None:
    """The approver unlinks, and the next run answers."""
    it.does("unlink", item_type=kind, item_id=number)
    it.sync()


def test_a_commitment_whose_order_stands_stays_linked(it: Tool) -> None:
    unlink(it, "work_order_contract", CONTRACT)
    text = "Purchase Order SC-1001 is still in Xero. Please delete it there before retrying."
    assert it.details(CONTRACT)[-1] == ("failed", [text])
    assert it.stored("work_order_contracts", CONTRACT)["origin_id"]
    assert it.state("commitments", CONTRACT) == "synced"
    assert it.history("commitments", CONTRACT)[-1].why == text
    it.quiet()


def test_a_commitment_whose_order_is_deleted_is_free_again(it: Tool) -> None:
    deletes_order(it)
    unlink(it, "work_order_contract", CONTRACT)
    assert it.details(CONTRACT)[-1] == ("success", [])
    contract = it.stored("work_order_contracts", CONTRACT)
    assert contract["origin_id"] is None
    assert {line["origin_id"] for line in contract["line_items"]} == {None}
    assert it.state("commitments", CONTRACT) == "unlinked"
    assert it.heard("commitments", CONTRACT) == ["sent", "accepted", "unlinked"]
    it.quiet()


def test_after_unlinking_it_may_be_sent_again(it: Tool) -> None:
    deletes_order(it)
    unlink(it, "work_order_contract", CONTRACT)
    it.send("work_order_contract", CONTRACT)
    it.sync()
    assert [one["Status"] for one in it.orders()].count("DELETED") == 1
    assert len(it.orders()) == 2
    assert it.state("commitments", CONTRACT) == "synced"


def test_the_same_unlink_twice_is_answered_twice_and_done_once(it: Tool) -> None:
    deletes_order(it)
    for _ in range(2):
        it.does("unlink", item_type="work_order_contract", item_id=CONTRACT)
    it.sync()
    assert it.details(CONTRACT)[-2:] == [("success", []), ("success", [])]
    assert it.heard("commitments", CONTRACT).count("unlinked") == 1


def test_an_unlink_that_comes_late_leaves_the_new_order_alone(it: Tool) -> None:
    request = it.asks("unlink_commitment", id=CONTRACT)
    deletes_order(it)
    it.sync()
    it.send("work_order_contract", CONTRACT)
    it.sync()
    it.comes_late(request, 5)
    it.sync()
    assert it.links("commitments")[str(CONTRACT)]
    assert it.state("commitments", CONTRACT) == "synced"
    assert {status for status, _ in it.details(CONTRACT)} == {"success"}


def test_a_change_order_is_unlinked_when_its_lines_are_gone(it: Tool) -> None:
    is_changed(it.sandbox)
    it.send("change_order", CHANGE)
    it.sync()
    unlink(it, "change_order", CHANGE)
    ((status, messages),) = it.details(CHANGE)[1:]
    assert status == "failed"
    assert "of Purchase Order SC-1001 is still in Xero" in messages[0].replace("lines of", "line of")
    added = set(it.links_of_rows("change_orders").values())
    order = it.books.read("PurchaseOrders", it.orders()[0]["PurchaseOrderID"])
    kept = ("LineItemID", "Description", "ItemCode", "Quantity", "UnitAmount")
    left = [{n: one[n] for n in kept} for one in order["LineItems"] if one["LineItemID"] not in added]
    it.books.write("PurchaseOrders", {"PurchaseOrderID": order["PurchaseOrderID"], "LineItems": left})
    unlink(it, "change_order", CHANGE)
    assert it.details(CHANGE)[-1] == ("success", [])
    assert it.stored("change_order_packages", CHANGE)["origin_id"] is None
    assert it.state("change_orders", CHANGE) == "unlinked"


def test_an_order_with_change_orders_asks_for_those_first(it: Tool) -> None:
    is_changed(it.sandbox)
    it.send("change_order", CHANGE)
    it.sync()
    deletes_order(it)
    unlink(it, "work_order_contract", CONTRACT)
    ((status, (message,)),) = it.details(CONTRACT)[-1:]
    assert status == "failed"
    assert f"Commitment Change Orders {CHANGE} wrote into the same document" in message
    unlink(it, "change_order", CHANGE)
    unlink(it, "work_order_contract", CONTRACT)
    assert [it.details(number)[-1][0] for number in (CHANGE, CONTRACT)] == ["success", "success"]


def test_an_invoice_is_unlinked_when_its_bill_is_voided(it: Tool) -> None:
    comes(it.sandbox, "INV-501")
    it.send("requisition", INVOICE)
    it.sync()
    unlink(it, "requisition", INVOICE)
    ((status, messages),) = it.details(INVOICE)[1:]
    assert status == "failed"
    assert "is still in Xero" in messages[0]
    bill = it.books.bill_of(INVOICE)
    it.books.write("Invoices", {"InvoiceID": bill["InvoiceID"], "Status": "DELETED"})
    unlink(it, "requisition", INVOICE)
    assert it.details(INVOICE)[-1] == ("success", [])
    assert it.stored("requisitions", INVOICE)["origin_id"] is None


def test_killed_before_it_is_closed_the_next_run_closes_it(it: Tool) -> None:
    deletes_order(it)
    it.does("unlink", item_type="work_order_contract", item_id=CONTRACT)
    it.sandbox.faults({"kind": "cut", "system": "procore", "path": "external_data/sync", "times": 0})
    report = Sync(it.connection).sync()
    assert report.tally.left
    assert it.details(CONTRACT)[-1] == ("in_progress", []), "closed before the mark was taken away"
    it.sandbox.faults()
    it.sync()
    assert it.details(CONTRACT)[-1] == ("success", [])
    assert it.stored("work_order_contracts", CONTRACT)["origin_id"] is None
    assert it.heard("commitments", CONTRACT).count("unlinked") == 1


def test_cost_codes_that_procore_unlinked_are_forgotten(it: Tool) -> None:
    code = next(c for c in it.sandbox.of("procore", "standard_cost_codes") if c["full_code"] == "03-100")
    before = len(it.links("cost_codes"))
    it.asks("unlink_standard_cost_codes", ids=[code["id"]])
    it.sync()
    assert len(it.links("cost_codes")) < before
    assert it.heard("cost_codes", "03-100")[-1] == "unlinked"
    assert "is still there" in it.history("cost_codes", "03-100")[-1].why
    it.quiet()


def test_cost_codes_that_are_gone_from_procore_are_forgotten(it: Tool) -> None:
    code = next(c for c in it.sandbox.of("procore", "standard_cost_codes") if c["full_code"] == "03-100")
    it.asks("delete_standard_cost_codes", ids=[code["id"]])
    it.sandbox.in_procore("DELETE", f"/records/standard_cost_codes/{code['id']}")
    it.sync()
    assert it.heard("cost_codes", "03-100")[-2:] == ["unlinked", "removed"]
    assert not [one for one in it.links("cost_codes") if "03-100" in one]
