"""Settings of purchase orders: their numbers, their state, their currency, and no orders at all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.people import Record, day, figures
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, of, on_the_job, opened, said
from tests.worlds.subcontract import CHANGE, CONTACT, CONTRACT, comes, is_changed

FIRST = 601501
NZD = {"base_currency_iso_code": "AUD", "currency_iso_code": "NZD"}


def order(scene: Scene) -> Record:
    """The purchase order, which is the only one."""
    (found,) = scene.books.all("PurchaseOrders")
    return found


def typed(scene: Scene, number: str) -> str:
    """The accountant types an order of this number; gives its id."""
    line = on_the_job({"ItemCode": "03-100.S", "Quantity": 1, "UnitAmount": Decimal(5), "Description": "x"})
    record = {"PurchaseOrderNumber": number, "Contact": {"ContactID": CONTACT}, "LineItems": [line]}
    return str(scene.books.write("PurchaseOrders", record, "PUT")["PurchaseOrderID"])


def typed_in_the_last_moment(scene: Scene, number: str) -> None:
    """The accountant types it after the run has read the orders, and before ours is sent."""
    port: Any = scene.connection.ports["xero"]
    send = port.send

    def later(request: Any) -> Any:
        if "PurchaseOrders" in request.url and request.method == "PUT":
            port.send = send
            typed(scene, number)
        return send(request)

    port.send = later


# ---------------------------------------------------------------- numbers


def test_a_number_with_the_project_is_the_one_that_bills_name(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", purchase_order_number="project_and_number") as scene:
        assert order(scene)["PurchaseOrderNumber"] == "41-SC-1001"
        comes(sandbox, "INV-501")
        scene.sync()
        assert scene.books.bill_of(FIRST)["InvoiceNumber"] == "41-SC-1001"
        assert scene.quiet()


def test_a_number_that_somebody_elses_order_has_is_a_question(sandbox: Sandbox, tmp_path: Path) -> None:
    more = {"purchase_order_number": "project_and_number"}
    with opened(sandbox, tmp_path / "ledger.db", first=False, **more) as scene:
        foreign = typed(scene, "41-SC-1001")
        kind, words = said(scene.sync(), "commitments", CONTRACT)
        assert (kind, "41-SC-1001" in words) == ("ask", True)
        assert order(scene)["PurchaseOrderID"] == foreign
        assert scene.quiet()


def test_a_number_taken_in_the_last_moment_fails_with_the_reason(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", first=False) as scene:
        typed_in_the_last_moment(scene, "SC-1001")
        report = scene.run()
        assert report.failures == [
            ("commitments", str(CONTRACT), "SC-1001 Concrete package", "Order number must be unique")
        ]
        assert figures(order(scene))[0] == "5.00", "the accountant's order is not touched"
        assert scene.office.mark_of("work_order_contracts", CONTRACT) is None
        assert said(scene.run(), "commitments", CONTRACT)[0] == "ask"


def test_the_approver_types_the_number(sandbox: Sandbox, tmp_path: Path) -> None:
    """The commitment waits for it; that a typed number wins is shown where the gate is."""
    with opened(sandbox, tmp_path / "ledger.db", first=False, purchase_order_number="typed") as scene:
        kind, words = said(scene.sync(), "commitments", CONTRACT)
        assert (kind, "none was typed" in words) == ("hold", True)


# ---------------------------------------------------------------- state


@pytest.mark.parametrize("status", ["SUBMITTED", "AUTHORISED"])
def test_an_order_is_made_in_the_state_that_is_set(sandbox: Sandbox, tmp_path: Path, status: str) -> None:
    with opened(sandbox, tmp_path / "ledger.db", purchase_order_status=status) as scene:
        assert order(scene)["Status"] == status
        is_changed(sandbox)
        scene.sync()
        assert (order(scene)["Status"], figures(order(scene))[0]) == (status, "110500.00")
        assert scene.quiet()


def test_afterwards_the_state_of_an_order_is_the_accountants(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", purchase_order_status="DRAFT") as scene:
        number = order(scene)["PurchaseOrderID"]
        scene.books.write("PurchaseOrders", {"PurchaseOrderID": number, "Status": "AUTHORISED"})
        scene.edits("work_order_contracts", CONTRACT, title="Concrete")
        scene.sync()
        assert (order(scene)["Status"], order(scene)["Reference"]) == ("AUTHORISED", "Concrete")
        assert scene.quiet()


def test_an_approved_order_does_not_go_into_a_locked_period(sandbox: Sandbox, tmp_path: Path) -> None:
    """The end of year lock date, here, which holds on its own."""
    with opened(sandbox, tmp_path / "ledger.db", first=False, purchase_order_status="AUTHORISED") as scene:
        sandbox.in_xero("organisation", EndOfYearLockDate="2026-06-30")
        kind, words = said(scene.sync(), "commitments", CONTRACT)
        assert (kind, "purchase_order_status" in words) == ("hold", True)
        scene.sets(purchase_order_status="DRAFT")
        (action,) = of(scene.sync(), "commitments", CONTRACT)
        assert [remark.code for remark in action.remarks] == ["locked_period"]
        assert (order(scene)["Status"], day(order(scene)["Date"])) == ("DRAFT", "2026-03-02")


# ---------------------------------------------------------------- currency and tax


def test_documents_in_another_currency_go_in_it_once_that_is_chosen(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", first=False, other_currencies="refuse") as scene:
        scene.edits("work_order_contracts", CONTRACT, currency_configuration=NZD)
        comes(sandbox, "INV-501")
        scene.edits("requisitions", FIRST, currency_configuration=NZD)
        is_changed(sandbox)
        scene.edits("change_order_packages", CHANGE, currency_configuration=NZD)
        report = scene.sync()
        for mapping, source in (("commitments", CONTRACT), ("change_orders", CHANGE), ("invoices", FIRST)):
            kind, words = said(report, mapping, source)
            assert (kind, "NZD" in words, "other_currencies" in words) == ("hold", True, True)
        scene.sets(other_currencies="send")
        scene.sync()
        assert (order(scene)["CurrencyCode"], figures(order(scene))[0]) == ("NZD", "110500.00")
        assert scene.books.bill_of(FIRST)["CurrencyCode"] == "NZD"
        assert scene.quiet()


def test_a_currency_that_xero_does_not_know_fails_with_its_words(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", first=False, other_currencies="send") as scene:
        scene.edits(
            "work_order_contracts", CONTRACT, currency_configuration={**NZD, "currency_iso_code": "USD"}
        )
        ((_, source, _, reason),) = scene.run().failures
        assert (source, "not subscribed to currency USD" in reason) == (str(CONTRACT), True)


def test_documents_without_any_tax(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", first=False, line_amount_types="NoTax") as scene:
        comes(sandbox, "INV-501")
        scene.sync()
        assert figures(order(scene)) == ("100000.00", "0.00", "100000.00")
        assert figures(scene.books.bill_of(FIRST)) == ("29111.10", "0.00", "29111.10")
        assert scene.quiet()


# ---------------------------------------------------------------- no orders


def test_without_commitments_a_bill_has_the_number_of_the_invoice(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path / "ledger.db", first=False, sync_commitments=False) as scene:
        comes(sandbox, "INV-501")
        is_changed(sandbox)
        report = scene.sync()
        assert {one.code for one in [*of(report, "commitments"), *of(report, "change_orders")]} == {
            "switched-off"
        }
        assert not scene.books.all("PurchaseOrders")
        assert scene.books.bill_of(FIRST)["InvoiceNumber"] == "INV-501"
        assert scene.quiet()
