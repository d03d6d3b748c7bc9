"""Bodies and marks as the calls say them; conditions on records as they are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.system.account import account
from engine.system.body import body, encoded, mark_of
from engine.system.conditions import holds
from engine.system.model import System
from engine.system.places import NoValue


def test_a_body_is_wrapped_and_has_its_outer_members(both: dict[str, System]) -> None:
    call = both["procore"].calls["procore.contract_payment.create"]
    record = {"project_id": 1, "contract_id": 2, "amount": "10.10", "origin_id": "p1"}
    values = {"project_id": "1", "contract_id": 2}
    assert body(call, [record], values) == {
        "project_id": 1,
        "contract_id": 2,
        "contract_payment": {"amount": "10.10", "origin_id": "p1"},
    }


def test_totals_of_a_project_go_in_one_body(both: dict[str, System]) -> None:
    call = both["procore"].calls["procore.job_cost.create"]
    record = {
        "job_origin_id": "12",
        "cost_code_id": 1,
        "job_to_date_cost": Decimal("10.10"),
        "direct_costs": 1,
    }
    made = body(call, [record, record], {"procore_company": "8841", "job_origin_id": "12"})
    assert (made["company_id"], made["job_origin_id"], len(made["updates"])) == (8841, "12", 2)
    assert encoded(made["updates"][0]) == b'{"cost_code_id":1,"job_to_date_cost":10.10}'


def test_a_new_company_carries_where_it_comes_from(both: dict[str, System]) -> None:
    call = both["procore"].calls["procore.company.create"]
    made = body(call, [{"name": "A"}], {"procore_company": "8841", "source_id": "c-1"})
    assert made == {"company_id": 8841, "updates": [{"origin_id": "c-1", "name": "A"}]}
    with pytest.raises(NoValue):
        body(call, [{"name": "A"}], {"procore_company": "8841"})


def test_documents_go_in_their_collection_and_an_option_alone(both: dict[str, System]) -> None:
    calls = both["xero"].calls
    assert body(calls["xero.bill.create"], [{"a": 1}], {}) == {"Invoices": [{"a": 1}]}
    option = {"Name": "A", "TrackingCategoryID": "c"}
    assert body(calls["xero.tracking_option.create"], [option], {}) == {"Name": "A"}
    assert body(calls["xero.note_bill"], [{"Details": "x"}], {}) == {"HistoryRecords": [{"Details": "x"}]}


def test_a_mark_names_both_sides(both: dict[str, System]) -> None:
    thing = both["procore"].objects["work_order_contract"]
    values = {"id": 880101, "target_id": "po-1", "key": 990101, "line_id": "line-1"}
    assert mark_of(thing.marks[0], values) == {
        "item_type": "work_order_contract",
        "item_id": 880101,
        "origin_id": "po-1",
    }
    assert mark_of(thing.line_marks[0], values)["origin_id"] == "line-1"


def item(**members: str) -> dict[str, Any]:
    return {"status": "approved", "items": [{"materials_presently_stored": "0.0", **members}]}


@pytest.mark.parametrize(
    ("record", "reads"),
    [
        (item(), False),
        (item(materials_presently_stored="1200.50"), True),
        (item(materials_stored_retainage_released_this_period="0.5"), True),
        (item(materials_moved="-3.0"), True),
        ({**item(materials_presently_stored="1.0"), "status": "draft"}, False),
        ({"status": "approved", "items": []}, False),
        ({"status": "approved"}, False),
    ],
)
def test_a_detail_is_read_only_where_it_says_more(
    both: dict[str, System], record: dict[str, Any], reads: bool
) -> None:
    assert holds(both["procore"].objects["requisition"].details[0].when, record) is reads


def test_decimals_compare_in_conditions() -> None:
    assert holds("a > `0`", {"a": Decimal("0.5")})
    assert holds("", {})
    assert not holds("contains(a, 'x')", {"a": None})


def test_the_environment_goes_before_settings_for_addresses_only(both: dict[str, System]) -> None:
    settings = {"xero_host": "https://api.xero.com/", "bill_status": "DRAFT", "xero_tenant": "a"}
    environ = {"CROSSWALK_XERO_HOST": "http://127.0.0.1:9/xero/", "CROSSWALK_BILL_STATUS": "AUTHORISED"}
    found = account(both["xero"], settings, environ)
    assert (found["xero_host"], found["bill_status"], found["xero_tenant"]) == (
        "http://127.0.0.1:9/xero",
        "DRAFT",
        "a",
    )
