"""Settings about what people do there: they type bills, merge contacts, archive options, delete orders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.ledger import links
from tests.worlds.people import Accountant, day
from tests.worlds.sandboxed import Sandbox
from tests.worlds.settled import Settled, codes, of, settled
from tests.worlds.subcontract import (
    CHANGE,
    CONTACT,
    CONTRACT,
    INVOICES,
    OPTION,
    PROJECT,
    VENDOR,
    comes,
    is_changed,
    link,
)

FIRST = INVOICES["INV-501"]


def typed(books: Accountant, number: str, amount: int, day: str) -> None:
    """The accountant types a bill of the subcontractor."""
    line = {"Description": "typed", "Quantity": 1, "UnitAmount": amount, "AccountCode": "310"}
    record = {"Type": "ACCPAY", "Contact": {"ContactID": CONTACT}, "InvoiceNumber": number, "Date": day}
    books.write("Invoices", {**record, "DueDate": day, "LineItems": [line]}, "PUT")


# ---------------------------------------------------------------- duplicates


@pytest.mark.parametrize(
    ("how", "number", "kind"),
    [("warn", "501", "create"), ("hold", "inv 0501", "hold"), ("none", "INV-501", "create")],
)
def test_a_bill_that_was_typed_already(
    sandbox: Sandbox, tmp_path: Path, how: str, number: str, kind: str
) -> None:
    with settled(sandbox, tmp_path, duplicate_guard=how) as it:
        typed(it.books, number, 7, "2025-11-05")
        comes(sandbox, "INV-501")
        action = of(it.sync(), "invoices", FIRST)
        assert action.kind == kind
        assert ("duplicate" in codes(action)) is (how != "none")


def test_our_own_bills_are_no_duplicates(sandbox: Sandbox, tmp_path: Path) -> None:
    """INV-517 has the reference of INV-501, SC-1001; nobody is told so."""
    with settled(sandbox, tmp_path, duplicate_guard="hold") as it:
        comes(sandbox, "INV-501")
        it.sync()
        comes(sandbox, "INV-517")
        action = of(it.sync(), "invoices", INVOICES["INV-517"])
        assert (action.kind, "duplicate" in codes(action)) == ("create", False)


# ---------------------------------------------------------------- merged contacts


def merge(it: Settled) -> str:
    """The subcontractor's contact is merged into another card; gives that one's id."""
    left = it.books.write("Contacts", {"Name": "Ironbark Concreting Group"}, "PUT")["ContactID"]
    it.sandbox.in_xero("merge_contacts", **{"from": CONTACT, "into": left})
    return str(left)


def test_a_merged_contact_is_followed(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path) as it:
        it.sync()
        left = merge(it)
        comes(sandbox, "INV-501")
        it.sync()
        assert it.books.bill_of(FIRST)["Contact"]["ContactID"] == left
        with it.connection.ledger.look() as tx:
            found = links.one(it.connection.ledger, tx, "companies", str(VENDOR))
        assert found is not None
        assert found.target_id == left
        assert any("followed" in event for event in it.events())
        it.quiet()


def test_a_merged_contact_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path, merged_contacts="refuse") as it:
        it.sync()
        merge(it)
        comes(sandbox, "INV-501")
        report = it.sync()
        assert of(report, "companies", VENDOR).kind == "hold"
        assert of(report, "invoices", FIRST).kind == "hold"


# ---------------------------------------------------------------- archived options


@pytest.mark.parametrize("how", ["refuse", "reactivate"])
def test_an_archived_option(sandbox: Sandbox, tmp_path: Path, how: str) -> None:
    with settled(sandbox, tmp_path, archived_option=how) as it:
        it.sync()
        category = "TrackingCategories/ca000000-0000-4000-8000-000000000041/Options/" + OPTION
        it.books.xero("POST", category, {"Status": "ARCHIVED"})
        comes(sandbox, "INV-501")
        report = it.sync()
        kinds = {of(report, "projects", PROJECT).kind, of(report, "invoices", FIRST).kind}
        assert kinds == ({"hold"} if how == "refuse" else {"update", "create"})
        if how == "reactivate":
            it.quiet()


# ---------------------------------------------------------------- orders


def test_a_deleted_order_comes_again_under_a_revision(sandbox: Sandbox, tmp_path: Path) -> None:
    with settled(sandbox, tmp_path) as it:
        it.sync()
        (order,) = it.books.all("PurchaseOrders")
        it.books.write("PurchaseOrders", {"PurchaseOrderID": order["PurchaseOrderID"], "Status": "DELETED"})
        with it.connection.ledger.leased(), it.connection.ledger.begin() as tx:
            links.remove(it.connection.ledger, tx, "commitments", str(CONTRACT))
        action = of(it.sync(), "commitments", CONTRACT)
        assert (action.kind, "revision" in codes(action)) == ("create", True)
        numbers = {o["PurchaseOrderNumber"]: o["Status"] for o in it.books.all("PurchaseOrders")}
        assert numbers == {"SC-1001": "DELETED", "SC-1001-R2": "DRAFT"}
        comes(sandbox, "INV-501")
        it.sync()
        assert it.books.bill_of(FIRST)["InvoiceNumber"] == "SC-1001-R2"
        it.quiet()


@pytest.mark.parametrize("how", ["append", "supplementary_order"])
def test_a_change_to_a_billed_order(sandbox: Sandbox, tmp_path: Path, how: str) -> None:
    with settled(sandbox, tmp_path, change_order_lines=how) as it:
        it.sync()
        (order,) = it.books.all("PurchaseOrders")
        sandbox.in_xero("copy_to_bill", PurchaseOrderID=order["PurchaseOrderID"])
        is_changed(sandbox)
        report = it.sync()
        numbers = sorted(o["PurchaseOrderNumber"] for o in it.books.all("PurchaseOrders"))
        if how == "append":
            held = of(report, "change_orders", CHANGE)
            assert (held.kind, held.code) == ("hold", "locked")
            assert numbers == ["SC-1001"]
        else:
            assert numbers[0] == "SC-1001"
            assert numbers[1].startswith("SC-1001-CO")
            it.quiet()


@pytest.mark.parametrize(
    ("settings", "number"),
    [
        ({"purchase_order_number": "typed"}, ""),
        ({"purchase_order_number": "project_and_number"}, "SC-1001"),
    ],
)
def test_the_number_of_an_order(
    sandbox: Sandbox, tmp_path: Path, settings: dict[str, Any], number: str
) -> None:
    with settled(sandbox, tmp_path, **settings) as it:
        with it.connection.ledger.leased(), it.connection.ledger.begin() as tx:
            link(it.connection, tx, "projects", PROJECT, OPTION, project_number="41")
        action = of(it.sync(), "commitments", CONTRACT)
        made = [order["PurchaseOrderNumber"] for order in it.books.all("PurchaseOrders")]
        if number:
            assert made == [f"41-{number}"]
        else:
            assert (action.code, made) == ("number_not_typed", [])


# ---------------------------------------------------------------- lock dates


@pytest.mark.parametrize(
    ("settings", "kind", "code"),
    [
        ({"bill_status": "AUTHORISED"}, "hold", "locked_period"),
        ({}, "create", "locked_period"),
        ({"lock_dates": "redate", "bill_status": "AUTHORISED"}, "create", "redated"),
    ],
)
def test_a_locked_period(
    sandbox: Sandbox, tmp_path: Path, settings: dict[str, Any], kind: str, code: str
) -> None:
    with settled(sandbox, tmp_path, **settings) as it:
        it.sync()
        sandbox.in_xero("organisation", PeriodLockDate="2026-06-30")
        comes(sandbox, "INV-501")
        action = of(it.sync(), "invoices", FIRST)
        assert action.kind == kind
        assert code in codes(action)
        assert any("2026-0" in remark.text for remark in action.remarks if remark.code == code)
        if code == "redated":
            bill = it.books.bill_of(FIRST)
            assert day(bill["Date"]) == "2026-07-01"
            assert "billing date 2026-03-31" in bill["LineItems"][0]["Description"]


# ---------------------------------------------------------------- addresses, updates, limits


@pytest.mark.parametrize("how", ["frozen", "follow"])
def test_an_address_after_the_link(sandbox: Sandbox, tmp_path: Path, how: str) -> None:
    with settled(sandbox, tmp_path, address_after_link=how) as it:
        it.sync()
        sandbox.in_procore("PATCH", f"/records/vendors/{VENDOR}", {"city": "Wagga Wagga"})
        it.sync()
        contact = it.books.read("Contacts", CONTACT)
        cities = {address.get("City") for address in contact["Addresses"]}
        assert ("Wagga Wagga" in cities) is (how == "follow")


@pytest.mark.parametrize("how", ["frozen", "follow"])
def test_a_phone_that_changed_in_xero(sandbox: Sandbox, tmp_path: Path, how: str) -> None:
    with settled(sandbox, tmp_path, vendors_auto_update=how) as it:
        it.sync()
        phones = [{"PhoneType": "DEFAULT", "PhoneNumber": "02 5550 9999"}]
        it.books.write("Contacts", {"ContactID": CONTACT, "Phones": phones})
        it.sync()
        (vendor,) = [v for v in sandbox.of("procore", "vendors") if v["id"] == VENDOR]
        assert (vendor["business_phone"] == "02 5550 9999") is (how == "follow")
