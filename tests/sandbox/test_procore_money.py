"""Direct costs, payments and job costs: what the books send back to Procore."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.procore.sample import COMPANY
from tests.sandbox.procore_client import HARBOUR, JOB, V0, V1, Procore

COSTS = f"{V0}/projects/{HARBOUR}/direct_costs"
FORMWORK, CONCRETE = 710004, 710006
LABOUR, SUBCONTRACT = 4401, 4403


@pytest.fixture
def procore() -> Procore:
    return Procore()


def sync(procore: Procore, *updates: dict[str, Any]) -> Any:
    return procore.patch(f"{COSTS}/sync", {"updates": list(updates)})


def header(origin: str = "bill-1", **more: Any) -> dict[str, Any]:
    given = {"origin_id": origin, "direct_cost_type": "invoice", "vendor_id": 7304, "invoice_number": "A-7"}
    return {**given, "status": "approved", "direct_cost_date": "2026-06-10", **more}


def shown(procore: Procore, number: int) -> Any:
    return procore.get(f"{V1}/projects/{HARBOUR}/direct_costs/{number}").body


def test_a_direct_cost_is_the_sum_of_its_lines(procore: Procore) -> None:
    cost = sync(procore, header())["entities"][0]
    assert cost["grand_total"] == "0.0"
    line = {"direct_cost_id": cost["id"], "cost_code_id": FORMWORK, "line_item_type_id": SUBCONTRACT}
    updates = [
        {
            **line,
            "origin_id": "line-1",
            "amount": Decimal("880.00"),
            "extended_type": "manual",
            "quantity": 3,
        },
        {**line, "origin_id": "line-2", "quantity": 3, "unit_cost": Decimal("33.335")},
        {**line, "origin_id": "line-3", "cost_code_id": 1, "amount": 1},
        {"direct_cost_id": cost["id"], "origin_id": "line-4", "amount": 1},
    ]
    answer = procore.patch(f"{COSTS}/line_items/sync", {"updates": updates})
    assert [each["amount"] for each in answer["entities"]] == ["880.0", "100.01"]
    wrong = [each["errors"] for each in answer["errors"]]
    assert wrong == [{"cost_code_id": ["not found"]}, {"wbs_code_id": ["can't be blank"]}]
    assert shown(procore, cost["id"])["grand_total"] == "980.01"
    second = answer["entities"][1]["id"]
    assert procore.delete(f"{COSTS}/{cost['id']}/line_items/{second}").status == 200
    assert shown(procore, cost["id"])["grand_total"] == "880.0"
    again = sync(procore, header(description="EFT 3381"))["entities"][0]
    assert (again["id"], again["line_items_count"]) == (cost["id"], 1)


def test_what_a_direct_cost_must_have(procore: Procore) -> None:
    answer = sync(
        procore,
        header("b-1", vendor_id=None, invoice_number=""),
        header("b-2", direct_cost_type="expense", vendor_id=None, invoice_number=None),
        header("b-3", direct_cost_type="subcontractor_invoice"),
        header("b-4", direct_cost_date="10/06/2026"),
    )
    assert [each["errors"] for each in answer["errors"]] == [
        {"vendor_id": ["can't be blank"], "invoice_number": ["can't be blank"]},
        {"direct_cost_type": ["is not included in the list"]},
    ]
    # A date that is no ISO date is lost without a word.
    assert [each["direct_cost_date"] for each in answer["entities"]] == ["2026-06-10", None]
    changed = sync(procore, header("b-4", direct_cost_type="expense"))
    assert changed["errors"][0]["errors"] == {"direct_cost_type": ["cannot be changed"]}
    procore.steer("POST", "/switches", {"subcontractor_invoice": True})
    assert sync(procore, header("b-3", direct_cost_type="subcontractor_invoice"))["errors"] == []


def test_a_synced_direct_cost_is_read_only_for_people(procore: Procore) -> None:
    cost = sync(procore, header())["entities"][0]
    address = f"{V1}/projects/{HARBOUR}/direct_costs/{cost['id']}"
    assert procore.patch(address, {"direct_cost": {"description": "mine"}}).status == 403
    assert procore.person("PATCH", f"/records/direct_costs/{cost['id']}", {"terms": "x"}).status == 403
    assert procore.patch(address, {"direct_cost": {"origin_id": None}}).status == 200
    assert procore.patch(address, {"direct_cost": {"description": "mine"}}).status == 200
    assert procore.delete(address).status == 200
    assert procore.get(address).status == 404


def test_a_direct_cost_made_whole(procore: Procore) -> None:
    line = {"wbs_code_id": 7100043, "manual_amount": Decimal("12.50"), "description": "Ply"}
    cost = {"vendor_id": 7304, "invoice_number": "A-8", "direct_cost_type": "invoice", "line_items": [line]}
    made = procore.post(f"{V1}/projects/{HARBOUR}/direct_costs", {"direct_cost": cost})
    assert (made.status, made["grand_total"]) == (201, "12.5")
    assert made["line_items"][0]["wbs_code"]["flat_code"] == "03-100.S"
    bare = procore.post(
        f"{V1}/projects/{HARBOUR}/direct_costs", {"direct_cost": {"direct_cost_type": "invoice"}}
    )
    assert (bare.status, bare["reason"]) == (400, "invalid_fields")


def test_two_writers_of_one_record(procore: Procore) -> None:
    body = {"updates": [header()]}
    other = {"updates": [header("bill-2")]}
    calls = [("PATCH", f"{COSTS}/sync", each) for each in (body, body, other)]
    assert sorted(each.status for each in procore.at_once(*calls)) == [200, 200, 409]
    assert len(procore.get(f"{V1}/projects/{HARBOUR}/direct_costs").body) == 2


# ---- payments ------------------------------------------------------------------------------------


def pay(procore: Procore, **more: Any) -> Any:
    payment = {
        "amount": "9090.95",
        "date": "2026-04-15",
        "origin_id": "pay-1",
        "requisition_id": 660101,
        **more,
    }
    body = {"project_id": HARBOUR, "contract_id": 880101, "contract_payment": payment | more}
    return procore.post(f"{V0}/contract_payments", body)


def test_a_payment_that_carries_a_mark_is_locked(procore: Procore) -> None:
    made = pay(procore, payment_method="check")
    assert (made.status, made["amount"]) == (201, "9090.95")
    assert "payment_method" not in made.body
    assert pay(procore)["errors"] == {"origin_id": ["has already been taken"]}
    address = f"{V0}/contract_payments/{made['id']}"
    body = {"project_id": HARBOUR, "contract_id": 880101}
    assert procore.patch(address, {**body, "contract_payment": {"amount": "1.00"}}).status == 403
    assert procore.patch(address, {**body, "contract_payment": {"origin_data": "{}"}}).status == 200
    contract = procore.get(f"{V0}/work_order_contracts/880101", project_id=HARBOUR)
    assert contract["total_payments"] == "9090.95"
    assert [each["origin_id"] for each in contract["payments_issued"]] == ["pay-1"]
    assert procore.delete(address, **body).status == 200
    assert procore.get(f"{V0}/contract_payments", **body).body == []


def test_payments_are_asked_for_contract_by_contract(procore: Procore) -> None:
    assert procore.get(f"{V0}/contract_payments", project_id=HARBOUR).status == 400
    assert procore.get(f"{V0}/contract_payments", project_id=HARBOUR, contract_id=1).status == 404
    assert pay(procore, requisition_id=660103)["errors"] == {"requisition_id": ["not found"]}


# ---- job costs -----------------------------------------------------------------------------------


def push(procore: Procore, *updates: dict[str, Any], job: str = JOB) -> Any:
    body = {"company_id": COMPANY, "job_origin_id": job, "updates": list(updates)}
    return procore.patch(f"{V0}/erp_job_costs/sync", body)


def test_job_costs_fill_the_budget(procore: Procore) -> None:
    """Job to date and commitments invoiced are pushed; direct costs are what is left."""
    pair = {"cost_code_id": FORMWORK, "line_item_type_id": SUBCONTRACT}
    first = {**pair, "job_to_date_cost": Decimal("51475.67"), "commitment_invoiced": Decimal("50595.67")}
    assert push(procore, first).status == 404  # nobody knows this job yet
    procore.mark("project", HARBOUR, JOB)
    answer = push(procore, first, {**pair, "cost_code_id": 720001}, {**pair, "line_item_type_id": 9})
    assert len(answer["entities"]) == 1
    wrong = [each["errors"] for each in answer["errors"]]
    assert wrong == [{"cost_code_id": ["not found"]}, {"line_item_type_id": ["not found"]}]
    push(procore, {**first, "job_to_date_cost": Decimal("46475.67")})
    view = procore.get(f"{V0}/budget_views", project_id=HARBOUR)[0]["id"]
    (row,) = procore.get(f"{V0}/budget_views/{view}/detail_rows", project_id=HARBOUR)
    figures = [row[name] for name in ("Job to Date Costs", "Commitments Invoiced", "Direct Costs")]
    assert figures == ["46475.67", "50595.67", "-4120.0"]
    (whole,) = procore.get(f"{V0}/budget_views/{view}/summary_rows", project_id=HARBOUR)
    assert whole["Direct Costs"] == "-4120.0"
