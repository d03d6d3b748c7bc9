"""The edge cases of money and days between two living systems: currencies, costs that come back, roundings.

Numbers in the tests' names are those of the list of fifteen; the others are in `test_edge_cases`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.worlds.people import day, figures, lines
from tests.worlds.sandboxed import Sandbox
from tests.worlds.scene import Scene, contract, of, on_the_job, opened, said
from tests.worlds.subcontract import PROJECT


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    with opened(sandbox, tmp_path / "ledger.db") as made:
        yield made


def test_13_another_currency_is_refused(scene: Scene) -> None:
    money = {"base_currency_iso_code": "AUD", "currency_iso_code": "NZD"}
    contract(scene, 301002, number="SC-1002", currency_configuration=money)
    kind, words = said(scene.sync(), "commitments", 301002)
    assert (kind, "NZD" in words, "AUD" in words) == ("hold", True, True)
    assert len(scene.books.all("PurchaseOrders")) == 1
    assert scene.quiet()


def test_13_costs_in_another_currency_are_left_out_and_named(scene: Scene) -> None:
    scene.types("NZ-1", "03-100.S", "100.00", CurrencyCode="NZD", CurrencyRate=Decimal("1.1"))
    report = scene.sync()
    told = [remark.text for action in of(report, "job_costs") for remark in action.remarks]
    assert any("NZD" in text and "NZ-1" in text for text in told), told
    assert scene.office.budget(PROJECT)[""] == ("0.00", "0.00", "0.00")
    assert scene.quiet()


def test_14_one_bill_of_three_lines_imports_those_it_can(scene: Scene) -> None:
    rows = [
        on_the_job({"ItemCode": "03-100.S", "Quantity": 1, "UnitAmount": 100, "Description": "Timber"}),
        on_the_job({"AccountCode": "310", "Quantity": 1, "UnitAmount": 20, "Description": "No item"}),
        {"ItemCode": "03-200.S", "Quantity": 1, "UnitAmount": 3, "Description": "No project"},
    ]
    scene.types("M-1", "03-100.S", "1", LineItems=rows)
    report = scene.sync()
    codes = {remark.code for action in of(report, "job_costs") for remark in action.remarks}
    assert {"missing_item", "missing_tracking"} <= codes
    assert scene.office.budget(PROJECT)[""] == ("100.00", "0.00", "100.00")
    (cost,) = scene.office.direct_costs(PROJECT)
    assert Decimal(cost["grand_total"]) == 100
    assert scene.quiet()


def test_14_an_edited_bill_replaces_its_lines_and_a_voided_one_goes(scene: Scene) -> None:
    bill = scene.types("M-1", "03-100.S", "100")
    scene.sync()
    approved = {"InvoiceID": bill["InvoiceID"], "Status": "AUTHORISED"}
    line = {"ItemCode": "03-200.S", "Quantity": 2, "UnitAmount": Decimal("30.5"), "Description": "Mesh"}
    scene.books.write("Invoices", {**approved, "LineItems": [on_the_job(line)]})
    scene.sync()
    (cost,) = scene.office.direct_costs(PROJECT)
    assert [Decimal(row["amount"]) for row in cost["line_items"]] == [61]
    found = scene.office.budget(PROJECT)
    assert (found["03-100.S"], found["03-200.S"]) == (("0.00",) * 3, ("61.00", "0.00", "61.00"))
    assert scene.quiet()
    scene.books.void(bill)
    scene.sync()
    assert not scene.office.direct_costs(PROJECT)
    assert scene.office.budget(PROJECT)[""] == ("0.00",) * 3
    assert scene.quiet()


def test_14_an_edit_of_a_synced_direct_cost_is_written_over(scene: Scene) -> None:
    scene.types("M-1", "03-100.S", "100")
    scene.sync()
    (cost,) = scene.office.direct_costs(PROJECT)
    scene.edits("direct_costs", cost["id"], invoice_number="other")
    scene.sync()
    assert scene.office.direct_costs(PROJECT)[0]["invoice_number"] == "M-1"
    assert scene.quiet()


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        ("2026-06-30T13:59:59Z", "2026-06-30"),
        ("2026-06-30T14:00:00Z", "2026-07-01"),
        ("2026-01-31T12:59:59Z", "2026-01-31"),
        ("2026-01-31T13:00:00Z", "2026-02-01"),
    ],
)
def test_15_a_moment_at_midnight_is_a_day_in_sydney(scene: Scene, moment: str, wanted: str) -> None:
    contract(scene, 301002, number="SC-1002", created_at=moment)
    scene.sync()
    (made,) = [o for o in scene.books.all("PurchaseOrders") if o["PurchaseOrderNumber"] == "SC-1002"]
    assert day(made["Date"]) == wanted
    assert scene.quiet()


def test_15_a_negative_quantity_goes_as_one_times_the_amount(scene: Scene) -> None:
    change = [
        {},
        {"quantity": "-5.0", "unit_cost": "1200.0", "amount": "-6000.0", "total_amount": "-6000.0"},
        {},
    ]
    contract(scene, 301002, number="SC-1002", lines=change)
    scene.sync()
    (made,) = [o for o in scene.books.all("PurchaseOrders") if o["PurchaseOrderNumber"] == "SC-1002"]
    assert lines(made)[1] == ("03-200.S", 1, -6000)  # type: ignore[comparison-overlap]
    assert "-5" in made["LineItems"][1]["Description"]
    assert figures(made)[0] == "64000.00"
    assert scene.quiet()


def test_15_four_places_of_a_unit_price_come_to_the_cent(scene: Scene) -> None:
    change = [
        {},
        {"quantity": "1000.0", "unit_cost": "0.1255", "amount": "125.5", "total_amount": "125.5"},
        {},
    ]
    contract(scene, 301002, number="SC-1002", lines=change)
    scene.sync()
    (made,) = [o for o in scene.books.all("PurchaseOrders") if o["PurchaseOrderNumber"] == "SC-1002"]
    assert lines(made)[1] == ("03-200.S", 1000, Decimal("0.1255"))  # type: ignore[comparison-overlap]
    assert made["LineItems"][1]["LineAmount"] == Decimal("125.50")
    assert scene.quiet()
