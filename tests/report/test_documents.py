"""What an invoice bills and holds back, told from running totals or, where those are not told, from parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.report.documents import NO_CODE, invoice_of, period, released, withheld


def item(**more: Any) -> dict[str, Any]:
    return {"wbs_code": {"flat_code": "03-200.S"}, **more}


def test_materials_that_move_into_the_work_are_billed_once() -> None:
    row = item(
        work_completed_this_period="12000.0",
        total_completed_and_stored_to_date="30000.0",
        total_completed_and_stored_to_date_from_previous="24000.0",
    )
    assert period(row) == 6000


def test_without_running_totals_the_amount_of_the_event_counts() -> None:
    assert period(item(period_amount="500.00")) == 500
    assert period(item()) == 0


def test_the_two_balances_know_of_retainage_that_moved() -> None:
    row = item(
        total_retainage_currently_retained="3000.0",
        total_retainage_from_previous_application="2400.0",
        work_completed_retainage_retained_this_period="1200.0",
    )
    assert withheld(row) == 600


def test_the_parts_say_it_where_there_are_no_balances() -> None:
    row = item(
        work_completed_retainage_retained_this_period="1200.0",
        materials_stored_retainage_retained_this_period="600.0",
        materials_retainage_retained_moved="600.0",
        work_completed_retainage_released_this_period="2500.0",
        materials_stored_retainage_released_this_period="0.0",
    )
    assert withheld(row) == 1200 + 600 - 600 - 2500
    assert released(row) == 2500


def test_an_event_has_words_of_its_own() -> None:
    row = item(
        retainage_work_completed_this_period="100.0",
        retainage_materials_presently_stored="30.0",
        retainage_materials_previously_stored="10.0",
        released_work_completed_this_period="50.0",
    )
    assert (withheld(row), released(row)) == (70, 50)


def test_an_invoice_by_budget_code() -> None:
    lines = [
        item(total_completed_and_stored_to_date="10", total_completed_and_stored_to_date_from_previous="0"),
        item(
            period_amount="5",
            total_retainage_currently_retained="7",
            total_retainage_from_previous_application="4",
        ),
        item(wbs_code={"flat_code": "03-100.S"}, period_amount="0"),
    ]
    record = {"id": 601501, "invoice_number": "INV-501", "billing_date": "2026-03-31", "items": lines}
    found = invoice_of({**record, "project_id": 41001, "commitment_id": 301001}, ".", "-")
    assert found.work == {"03-200-S": Decimal(15)}
    assert (found.number, found.project, found.commitment) == ("INV-501", "41001", "301001")
    assert (found.held, found.released, found.withheld, found.before) == (3, 0, 3, None)


def test_what_has_no_code_is_still_counted() -> None:
    assert invoice_of({"id": 1, "items": [{"period_amount": "5"}]}).work == {NO_CODE: Decimal(5)}


def test_the_codes_of_a_request_go_before_the_budget_code() -> None:
    row = {"cost_code_origin_id": "0b-41:03-100", "line_item_type_origin_id": "L", "period_amount": "5"}
    assert invoice_of({"id": 1, "items": [row]}).work == {"03-100.L": Decimal(5)}
