"""What people send from Procore, what the integration is told, and what is locked afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.procore.sample import COMPANY
from tests.sandbox.procore_client import HARBOUR, JOB, MINE, ROOT, V0, V1, WATTLE, Procore

SAMPLE = ROOT / "mappings" / "procore_xero" / "sample"
EVENTS = [
    ("create_commitment", "work_order_contract", [880103]),
    ("create_commitment_purchase_order", "purchase_order_contract", [880104]),
    ("create_commitment_change_order", "change_order", [930101]),
    ("create_requisitions", "requisition", [660103, 660104, 660106, 660110]),
    ("create_or_update_job", "project", [WATTLE]),
    ("create_vendor", "vendor", [7309]),
    ("create_standard_cost_codes", "standard_cost_code", [610013, 610014, 610015]),
]
# What depends on marks, on ids given out, on accounts an approver chose, or on later history.
NOT_COMPARED = {
    *("origin_id", "origin_code", "origin_data", "biller_origin_id", "parent_origin_id", "request_detail_id"),
    *("erp_custom_fields", "total_requisitions_amount", "approved_change_orders", "revised_contract"),
    *("job_id", "job_origin_id", "contract_origin_id", "standard_cost_code_origin_id", "synced"),
    *("commitment_item_origin_id", "cost_code_origin_id", "line_item_type_origin_id", "updated_at"),
    *("pending_revised_contract", "remaining_balance_outstanding", "change_order_line_item_origin_id"),
    *("bill_to_address", "formatted_amount", "pending_change_orders", "draft_change_orders_amount"),
}


@pytest.fixture
def procore() -> Procore:
    return Procore()


def told(value: Any) -> Any:
    """What an event says, whatever the history."""
    if isinstance(value, list):
        return [told(each) for each in value]
    if isinstance(value, dict):
        return {name: told(each) for name, each in value.items() if name not in NOT_COMPARED}
    return value


@pytest.mark.parametrize(("file", "kind", "numbers"), EVENTS, ids=[file for file, _, _ in EVENTS])
def test_a_request_says_what_procore_says(procore: Procore, file: str, kind: str, numbers: list[int]) -> None:
    """Sending an object of the sample makes the request that the sample holds."""
    expected = json.loads((SAMPLE / "events" / f"{file}.json").read_text("utf-8"))
    (made,) = procore.person("POST", "/send", {"item_type": kind, "item_ids": numbers})
    assert made["request_name"] == expected["request_name"]
    assert told(made["request_data"]) == told(expected["request_data"])


def test_a_request_from_sending_to_closing(procore: Procore) -> None:
    """Fetched by its id, found by what it is about, closed with a message for the approver."""
    procore.mark("project", HARBOUR, JOB)
    (made,) = procore.person("POST", "/send", {"item_type": "work_order_contract", "item_id": 880101})
    request = procore.get(f"{MINE}/erp_requests/{made['id']}")
    assert request["request_data"]["job_id"] == JOB
    (detail,) = procore.get(f"{MINE}/erp_request_details", **{"filters[item_id]": 880101})
    assert (detail["status"], detail["id"]) == ("in_progress", request["request_data"]["request_detail_id"])
    address = f"{MINE}/erp_request_details/{detail['id']}"
    assert procore.patch(address, {"request_detail": {"status": "done"}}).status == 422
    closed = procore.patch(address, {"request_detail": {"status": "failed", "messages": ["No such code"]}})
    assert (closed["status"], closed["messages"]) == ("failed", ["No such code"])
    many = procore.patch(
        f"{MINE}/erp_request_details/sync", {"updates": [{"id": detail["id"], "status": "success"}]}
    )
    assert [each["status"] for each in many["entities"]] == ["success"]
    assert [each["id"] for each in procore.get(f"{MINE}/erp_requests")] == [made["id"]]


def test_a_draft_is_not_sent(procore: Procore) -> None:
    draft = {"item_type": "work_order_contract", "item_id": 880105}
    assert procore.person("POST", "/send", draft).status == 422
    assert procore.person("POST", "/send", {**draft, "force": True}).status == 201
    procore.person("PATCH", "/records/work_order_contracts/880105", {"status": "Approved"})
    assert procore.person("POST", "/send", draft).status == 201
    procore.mark("work_order_contract", 880105, "po-5")
    assert procore.person("POST", "/send", draft).status == 422


def test_requests_that_carry_ids_only(procore: Procore) -> None:
    procore.mark("project", HARBOUR, JOB)
    (switched,) = [
        procore.person("POST", "/job_cost_transactions", {"project_id": HARBOUR, "enabled": False})
    ]
    assert switched["request_data"]["additional_job_data"]["job_cost_transactions_sync_enabled"] is False
    body = {"configuration": {"erp_job_cost_transaction_syncing_enabled": True}}
    assert procore.patch(f"{V0}/projects/{HARBOUR}/configuration", body).status == 200
    made = procore.person("POST", "/requests", {"request_name": "sync_single_job", "project_id": HARBOUR})
    assert made["request_data"]["id"] == JOB
    assert made["request_data"]["additional_job_data"]["job_cost_transactions_sync_enabled"] is True
    unlinked = procore.person("POST", "/requests", {"request_name": "unlink_commitment", "id": 880101})
    assert unlinked["request_data"]["procore_commitment_id"] == 880101
    assert procore.person("POST", "/requests", {"request_name": "make_coffee"}).status == 422


def test_a_synced_commitment_keeps_its_company_and_lines(procore: Procore) -> None:
    address = f"{V0}/work_order_contracts/880101"
    lines = f"{address}/line_items/sync"
    procore.mark("work_order_contract", 880101, "po-1")
    other = {"project_id": HARBOUR, "work_order_contract": {"vendor_id": 7302}}
    assert procore.patch(address, other)["errors"]["vendor_id"]
    edited = procore.patch(lines, {"updates": [{"id": 990101, "amount": "1.0"}]}, project_id=HARBOUR)
    assert edited["errors"][0]["errors"]["base"]
    marked = procore.patch(lines, {"updates": [{"id": 990101, "origin_id": "line-1"}]}, project_id=HARBOUR)
    assert [each["origin_id"] for each in marked["entities"]] == ["line-1"]
    assert procore.person("PATCH", "/records/work_order_contracts/880101", {"line_items": []}).status == 403
    titled = {"project_id": HARBOUR, "work_order_contract": {"title": "Formwork, all levels"}}
    assert procore.patch(address, titled)["title"] == "Formwork, all levels"


def test_lists_of_contracts_have_no_lines(procore: Procore) -> None:
    listed = procore.get(f"{V0}/work_order_contracts", project_id=HARBOUR)
    assert all("line_items" not in each for each in listed)
    lines = procore.get(f"{V0}/work_order_contracts/880101/line_items", project_id=HARBOUR)
    assert [each["id"] for each in lines] == [990101, 990102]


def test_a_contract_and_its_change_order(procore: Procore) -> None:
    """A contract is made, approved, changed; the sums follow."""
    line = {"cost_code_id": 710004, "line_item_type_id": 4403, "description": "Formwork", "amount": "60000.0"}
    body = {"project_id": HARBOUR, "number": "SC-900", "title": "More", "vendor_id": 7301, "lines": [line]}
    contract = procore.person("POST", "/contracts", body)
    address = f"{V0}/work_order_contracts/{contract['id']}"
    assert procore.get(address, project_id=HARBOUR)["grand_total"] == "60000.0"
    changed = {**line, "amount": "-2000.0", "commitment_line_item_id": contract["line_items"][0]["id"]}
    order = {
        "contract_id": contract["id"],
        "status": "approved",
        "lines": [{**line, "amount": "12500.0"}, changed],
    }
    package = procore.person("POST", "/change_orders", order)
    assert package["grand_total"] == "10500.0"
    shown = procore.get(address, project_id=HARBOUR)
    assert (shown["approved_change_orders"], shown["revised_contract"]) == ("10500.0", "70500.0")
    assert [each["id"] for each in shown["change_order_packages"]] == [package["id"]]
    body = {"project_id": HARBOUR, "change_order": {"origin_id": "po-9", "origin_code": "SC-900"}}
    marked = procore.patch(f"{V0}/change_order_packages/{package['id']}", body)
    assert (marked["origin_id"], marked["origin_code"]) == ("po-9", "SC-900")


def test_a_synced_invoice_is_locked(procore: Procore) -> None:
    address = f"{V1}/requisitions/660103"
    body = {"project_id": HARBOUR, "commitment_id": 880102}
    paid = {**body, "requisition": {"payment_date": "2026-05-01"}}
    assert procore.patch(address, paid)["payment_date"] == "2026-05-01"
    assert procore.patch(address, {**body, "requisition": {"payment_date": "1 May"}})["payment_date"] is None
    marked = procore.patch(address, {**body, "requisition": {"origin_id": "bill-1"}})
    assert (marked["origin_id"], marked["erp_status"]) == ("bill-1", "synced")
    refused = procore.patch(address, paid)
    assert (refused.status, refused["reason"]) == (403, "erp_locked")
    assert procore.person("PATCH", "/records/requisitions/660103", {"status": "draft"}).status == 403
    assert procore.get(f"{V0}/requisitions/660103/detail", project_id=HARBOUR).body


def test_staged_records_wait_for_an_approver(procore: Procore) -> None:
    staged = {"item_type": "vendor", "origin_id": "contact-5", "data": {"name": "Quokka Scaffold Hire"}}
    wrong = {"item_type": "work_order_contract", "origin_id": "po-5", "data": {}}
    answer = procore.patch(f"{MINE}/staged_records/sync", {"updates": [staged, wrong]})
    assert [each["status"] for each in answer["entities"]] == ["staged"]
    assert answer["errors"][0]["errors"] == {"data": ["project_origin_id can't be blank"]}
    made = procore.person("POST", "/import", {"item_type": "vendor", "origin_id": "contact-5"})
    assert (made["name"], made["origin_id"]) == ("Quokka Scaffold Hire", "contact-5")
    names = [each["request_name"] for each in procore.get(f"{MINE}/erp_requests")]
    assert names == ["create_vendor_in_procore"]
    assert procore.get(f"{MINE}/staged_records")[0]["status"] == "imported"
    procore.mark("vendor", made["id"], None)
    assert procore.get(f"{MINE}/staged_records")[0]["status"] == "staged"


def test_codes_and_their_types(procore: Procore) -> None:
    """The list of the ERP, a project's own codes, and which types they may be used with."""
    (erp_list,) = procore.get(f"{V0}/standard_cost_code_lists", company_id=COMPANY)
    assert erp_list["is_erp_list"]
    new = {"code": "900", "name": "Extras", "origin_id": "03-900", "parent_id": 610004}
    body = {"company_id": COMPANY, "standard_cost_code_list_id": erp_list["id"], "updates": [new]}
    (made,) = procore.patch(f"{V0}/standard_cost_codes/sync", body)["entities"]
    assert made["full_code"] == "03-900"
    pair = {"updates": [{"cost_code_id": 710005, "line_item_type_id": 4404, "synced": True}]}
    assigned = procore.patch(f"{V0}/cost_code_line_item_types/sync", pair, project_id=HARBOUR)
    assert assigned["errors"] == []
    code = procore.get(f"{V0}/cost_codes/710005", project_id=HARBOUR)
    assert [each["code"] for each in code["line_item_types"]][-1] == "E"


def test_the_world_can_be_put_down_and_taken_up(procore: Procore) -> None:
    procore.mark("vendor", 7301, "contact-1")
    world = procore.steer("GET", "/world").body
    other = Procore()
    other.steer("POST", "/load", world)
    other.headers = procore.headers
    found = other.get(f"{V0}/vendors/7301", company_id=COMPANY)
    assert found["origin_id"] == "contact-1"
