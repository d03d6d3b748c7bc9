"""The sandbox's Procore answers what Procore's own descriptions allow, and takes what they describe.

Every answer is held against the closed description of its operation: a member Procore does not have is an
error of the sandbox. Every body sent here is held against the description first, then must be accepted.
Where a description is only an example or partial, its objects stay open.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from sandbox.procore.sample import COMPANY
from tests.contract import closed as contracts
from tests.sandbox.procore_client import HARBOUR, JOB, LOGIN, MINE, V0, V1, Procore

MISSING = contracts.missing_contracts()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")

P = {"project_id": HARBOUR}
C = {"company_id": COMPANY}
WBS = "work_breakdown_structure"
# The columns of a view are named by whoever made the view, so rows cannot be closed.
OPEN = {"list_budget_view_detail_rows", "list_budget_view_summary_rows"}

READS: list[tuple[str, str, dict[str, Any]]] = [
    ("oauth_token_info", "/oauth/token/info", {}),
    ("show_me", f"{V0}/me", {}),
    ("list_companies", f"{V0}/companies", {}),
    ("show_permissions", f"{V0}/settings/permissions", C),
    ("get_company_currency_configuration", f"{MINE}/currency_configuration", {}),
    ("get_project_currency_configuration", f"{MINE}/projects/{HARBOUR}/currency_configuration", {}),
    ("list_tax_codes", f"{V0}/tax_codes", C),
    ("list_company_vendors", f"{V0}/vendors", C),
    ("list_inactive_company_vendors", f"{MINE}/vendors/inactive", {}),
    ("show_company_vendor", f"{V0}/vendors/7301", C),
    ("list_projects", f"{V0}/projects", C),
    ("show_project", f"{V0}/projects/{HARBOUR}", C),
    ("list_cost_codes", f"{V0}/cost_codes", P),
    ("list_cost_codes", f"{V0}/cost_codes", {**P, "view": "erp_compact"}),
    ("show_cost_code", f"{V0}/cost_codes/710004", P),
    ("list_standard_cost_code_lists", f"{V0}/standard_cost_code_lists", C),
    ("list_standard_cost_codes", f"{V0}/standard_cost_codes", {**C, "standard_cost_code_list_id": 1180}),
    ("list_line_item_types", f"{V0}/line_item_types", {**C, **P}),
    ("list_company_wbs_segments", f"{MINE}/{WBS}/segments", {}),
    ("list_company_wbs_patterns", f"{MINE}/{WBS}/patterns", {}),
    ("list_project_wbs_patterns", f"{V0}/projects/{HARBOUR}/{WBS}/patterns", {}),
    ("list_project_wbs_codes", f"{V0}/projects/{HARBOUR}/{WBS}/wbs_codes", {}),
    ("list_commitments", f"{V0}/commitments", P),
    ("list_work_order_contracts", f"{V0}/work_order_contracts", P),
    ("show_work_order_contract", f"{V0}/work_order_contracts/880101", P),
    ("list_work_order_contract_line_items", f"{V0}/work_order_contracts/880101/line_items", P),
    ("list_purchase_order_contracts", f"{V0}/purchase_order_contracts", P),
    ("show_purchase_order_contract", f"{V0}/purchase_order_contracts/880104", P),
    ("list_purchase_order_contract_line_items", f"{V0}/purchase_order_contracts/880104/line_items", P),
    ("list_change_order_packages", f"{V0}/change_order_packages", P),
    ("show_change_order_package", f"{V0}/change_order_packages/930101", P),
    ("list_potential_change_orders", f"{V0}/potential_change_orders", P),
    ("list_potential_change_order_line_items", f"{V0}/potential_change_orders/930101/line_items", P),
    ("list_requisitions", f"{V1}/requisitions", P),
    ("list_requisitions", f"{V1}/requisitions", {**P, "view": "items"}),
    ("show_requisition", f"{V1}/requisitions/660103", {**P, "view": "extended"}),
    ("show_requisition_detail", f"{V0}/requisitions/660103/detail", P),
    ("list_contract_payments", f"{V0}/contract_payments", {**P, "contract_id": 880101}),
    ("list_direct_costs", f"{V1}/projects/{HARBOUR}/direct_costs", {}),
    ("list_all_direct_cost_line_items", f"{V0}/projects/{HARBOUR}/direct_costs/line_items", {}),
    ("list_budget_views", f"{V0}/budget_views", {}),
    ("list_budget_detail_columns", f"{V0}/budget_views/5001/budget_detail_columns", P),
    ("list_budget_view_detail_rows", f"{V0}/budget_views/5001/detail_rows", P),
    ("list_budget_view_summary_rows", f"{V0}/budget_views/5001/summary_rows", P),
    ("erp_list_request_details", f"{MINE}/erp_request_details", {}),
]

VENDOR = {"name": "Banksia Tiling", "address": "1 Kiln Road", "city": "Bathurst", "is_active": True}
COST = {"vendor_id": 7304, "invoice_number": "A-7", "direct_cost_type": "invoice", "status": "approved"}
LINE = {"wbs_code_id": 7100043, "manual_amount": 12.5, "description": "Ply", "origin_id": "line-0"}
PAYMENT = {"amount": "10.50", "date": "2026-04-15", "invoice_number": "BG-1041", "origin_id": "pay-9"}
PAIR = {"cost_code_id": 710004, "line_item_type_id": 4403}

WRITES: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("oauth_token", "/oauth/token", LOGIN, {}),
    ("create_company_vendor", f"{V0}/vendors", {**C, "vendor": VENDOR}, {}),
    ("update_company_vendor", f"{V0}/vendors/7301", {**C, "vendor": {**VENDOR, "origin_id": "c-1"}}, {}),
    ("sync_company_vendors", f"{V0}/vendors/sync", {**C, "updates": [{"id": 7302, "city": "Mayfield"}]}, {}),
    ("sync_tax_codes", f"{V0}/tax_codes/sync", {**C, "updates": [{"code": "GST", "rate1": 10.0}]}, {}),
    ("update_project", f"{V0}/projects/{HARBOUR}", {**C, "project": {"origin_code": "Harbour"}}, {}),
    ("sync_projects", f"{V0}/projects/sync", {**C, "updates": [{"name": "New", "origin_id": "o-1"}]}, {}),
    ("sync_cost_codes", f"{V0}/cost_codes/sync", {"updates": [{"id": 710004, "origin_id": "x"}]}, P),
    (
        "sync_standard_cost_codes",
        f"{V0}/standard_cost_codes/sync",
        {**C, "standard_cost_code_list_id": 1180, "updates": [{"id": 610005, "name": "Forms"}]},
        {},
    ),
    (
        "sync_line_item_types",
        f"{V0}/line_item_types/sync",
        {**C, "updates": [{"name": "Fees", "csv_import_code": "F", "base_type": "other"}]},
        {},
    ),
    (
        "update_work_order_contract",
        f"{V0}/work_order_contracts/880101",
        {**P, "work_order_contract": {"origin_id": "po-1", "origin_code": "SC-001"}},
        {},
    ),
    (
        "sync_work_order_contracts",
        f"{V0}/work_order_contracts/sync",
        {
            **P,
            "updates": [
                {"id": 880101, "title": "Forms"},
                {"number": "SC-9", "title": "New", "vendor_id": 7301},
            ],
        },
        {},
    ),
    (
        "sync_work_order_contract_line_items",
        f"{V0}/work_order_contracts/880101/line_items/sync",
        {"updates": [{**PAIR, "amount": "5.0", "origin_id": "line-7"}]},
        P,
    ),
    (
        "update_purchase_order_contract",
        f"{V0}/purchase_order_contracts/880104",
        {**P, "purchase_order_contract": {"origin_id": "po-4", "ship_via": "Truck"}},
        {},
    ),
    (
        "sync_purchase_order_contracts",
        f"{V0}/purchase_order_contracts/sync",
        {**P, "updates": [{"number": "PO-9", "title": "Bars", "vendor_id": 7302}]},
        {},
    ),
    (
        "sync_purchase_order_contract_line_items",
        f"{V0}/purchase_order_contracts/880104/line_items/sync",
        {"updates": [{**PAIR, "quantity": "2.0", "unit_cost": "5.0", "extended_type": "calculated"}]},
        P,
    ),
    (
        "update_change_order_package",
        f"{V0}/change_order_packages/930101",
        {**P, "change_order": {"origin_id": "po-1", "origin_code": "SC-001", "origin_data": "{}"}},
        {},
    ),
    (
        "sync_potential_change_order_line_items",
        f"{V0}/potential_change_orders/930101/line_items/sync",
        {"updates": [{**PAIR, "amount": "5.0", "origin_id": "line-8"}]},
        P,
    ),
    (
        "update_requisition",
        f"{V1}/requisitions/660103",
        {**P, "commitment_id": 880102, "requisition": {"origin_id": "b-1", "payment_date": "2026-05-01"}},
        {"view": "items"},
    ),
    (
        "create_contract_payment",
        f"{V0}/contract_payments",
        {**P, "contract_id": 880101, "contract_payment": PAYMENT},
        {},
    ),
    (
        "create_direct_cost",
        f"{V1}/projects/{HARBOUR}/direct_costs",
        {"direct_cost": {**COST, "line_items": [LINE]}},
        {},
    ),
    (
        "sync_direct_costs",
        f"{V0}/projects/{HARBOUR}/direct_costs/sync",
        {"updates": [{**COST, "origin_id": "bill-1", "direct_cost_date": "2026-06-10"}]},
        {},
    ),
    (
        "erp_sync_external_data",
        f"{MINE}/external_data/sync",
        {"updates": [{"item_type": "vendor", "item_id": 7301, "origin_id": "c-1", "origin_code": "Bluegum"}]},
        {},
    ),
    (
        "erp_sync_staged_records",
        f"{MINE}/staged_records/sync",
        {"updates": [{"item_type": "vendor", "origin_id": "c-5", "status": "staged", "data": {"name": "Q"}}]},
        {},
    ),
    (
        "erp_sync_cost_code_line_item_types",
        f"{V0}/cost_code_line_item_types/sync",
        {"updates": [{**PAIR, "synced": True}]},
        P,
    ),
    (
        "erp_sync_invoice_payments",
        f"{MINE}/invoice_payments/sync",
        {**C, "updates": [{"invoice_type": "Billings::Requisition", "invoice_id": 660101, "origin_id": "p"}]},
        {},
    ),
    (
        "erp_create_connection",
        f"{MINE}/erp_connections",
        {"connection": {"service_url": "https://hooks.example/procore", "metadata": {}}},
        {},
    ),
    (
        "update_project_configuration",
        f"{V0}/projects/{HARBOUR}/configuration",
        {"configuration": {"erp_job_cost_transaction_syncing_enabled": True}},
        {},
    ),
]

SENT = [
    ("create_standard_cost_codes", "standard_cost_code", 610013),
    ("create_vendor", "vendor", 7309),
    ("create_or_update_job", "project", HARBOUR),
    ("create_commitment", "work_order_contract", 880103),
    ("create_commitment", "purchase_order_contract", 880104),
    ("create_commitment_change_order", "change_order", 930101),
    ("create_requisitions", "requisition", 660103),
]
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("sync_vendors", {}),
    ("sync_jobs", {}),
    ("sync_contract_payments", {}),
    ("sync_standard_cost_codes", {}),
    ("sync_standard_categories", {}),
    ("sync_metadata", {}),
    ("sync_single_job", {"project_id": HARBOUR}),
    ("create_job_in_procore", {"project_id": HARBOUR}),
    ("reset_job", {"project_id": HARBOUR}),
    ("create_vendor_in_procore", {"vendor_id": 7301}),
    ("link_vendor", {"vendor_id": 7301, "origin_id": "c-1"}),
    ("unlink_vendor", {"vendor_id": 7301}),
    ("link_all_vendors", {"vendors": [{"id": 7301, "origin_id": "c-1"}]}),
    ("merge_vendors", {"master_id": 7301, "source_ids": [7302]}),
    ("unlink_standard_cost_codes", {"ids": [610005]}),
    ("delete_cost_codes", {"project_id": HARBOUR, "ids": [710004]}),
    ("unlink_commitment", {"id": 880101}),
    ("unlink_commitment_change_order", {"id": 930101}),
    ("reset_requisition", {"id": 660101}),
]


def basis(operation: str) -> str:
    """How far a description can be trusted."""
    index = json.loads((contracts.contracts_folder() / "procore" / "index.json").read_text("utf-8"))
    return str(next(each["basis"] for each in index["operations"] if each["operation"] == operation))


@cache
def validator(operation: str, side: contracts.Side) -> Draft202012Validator:
    schema = contracts.operation_schema(operation, side)
    whole = basis(operation) == "openapi" and operation not in OPEN
    return Draft202012Validator(contracts.closed(schema) if whole else schema, format_checker=FormatChecker())


def problems(operation: str, side: contracts.Side, value: Any) -> list[str]:
    return [f"{e.json_path}: {e.message[:200]}" for e in validator(operation, side).iter_errors(value)]


def described(operation: str) -> bool:
    """Whether the description says anything of the answer."""
    try:
        contracts.operation_schema(operation, "response")
    except KeyError:
        return False
    return True


@pytest.fixture
def procore() -> Procore:
    """The sample, synced in part: marks, a direct cost, a payment and job costs are there."""
    here = Procore()
    here.mark("project", HARBOUR, JOB)
    here.mark("line_item", 990101, "line-1")
    (cost,) = here.patch(
        f"{V0}/projects/{HARBOUR}/direct_costs/sync", {"updates": [{**COST, "origin_id": "bill-0"}]}
    )["entities"]
    line = {**PAIR, "direct_cost_id": cost["id"], "amount": 5, "origin_id": "l-0"}
    here.patch(f"{V0}/projects/{HARBOUR}/direct_costs/line_items/sync", {"updates": [line]})
    body = {**P, "contract_id": 880101, "contract_payment": {**PAYMENT, "origin_id": "pay-0"}}
    assert here.post(f"{V0}/contract_payments", body).status == 201
    costs = {
        **C,
        "job_origin_id": JOB,
        "updates": [{**PAIR, "job_to_date_cost": 5, "commitment_invoiced": 2}],
    }
    assert not problems("erp_sync_job_costs", "request", costs)
    assert here.patch(f"{V0}/erp_job_costs/sync", costs)["errors"] == []
    here.person("POST", "/send", {"item_type": "vendor", "item_id": 7309})
    return here


@pytest.mark.parametrize(
    ("operation", "path", "query"), READS, ids=[f"{row[0]}-{n}" for n, row in enumerate(READS)]
)
def test_answers(procore: Procore, operation: str, path: str, query: dict[str, Any]) -> None:
    answer = procore.get(path, **query)
    assert answer.status == 200, answer.text
    assert not problems(operation, "response", json.loads(answer.text))


@pytest.mark.parametrize(("operation", "path", "body", "query"), WRITES, ids=[row[0] for row in WRITES])
def test_accepted_bodies(
    procore: Procore, operation: str, path: str, body: Any, query: dict[str, Any]
) -> None:
    assert not problems(operation, "request", body)
    answer = procore.send(contracts.operation(operation)["method"], path, body, **query)
    assert answer.status in (200, 201), answer.text
    assert answer.status == 200 or "201" in contracts.operation(operation)["responses"]
    told = json.loads(answer.text)
    assert not (told.get("errors") if isinstance(told, dict) else None)
    if described(operation):
        assert not problems(operation, "response", told)


def test_what_stands_alone(procore: Procore) -> None:
    """Reads and writes of records whose ids are given out here."""
    base = f"/projects/{HARBOUR}/direct_costs"
    (cost,) = procore.get(f"{V1}{base}")
    (payment,) = procore.get(f"{V0}/contract_payments", **P, contract_id=880101)
    shown = procore.get(f"{V1}{base}/{cost['id']}")
    lines = procore.get(f"{V0}{base}/{cost['id']}/line_items")
    paid = procore.get(f"{V0}/contract_payments/{payment['id']}", **P, contract_id=880101)
    line = {**PAIR, "direct_cost_id": cost["id"], "amount": 7.25, "quantity": 1.0, "origin_id": "l-1"}
    body = {"updates": [{**line, "unit_cost": 7.25, "extended_type": "manual", "description": "Ply"}]}
    assert not problems("sync_direct_cost_line_items", "request", body)
    synced = procore.patch(f"{V0}{base}/line_items/sync", body)
    assert synced["errors"] == []
    marked = {**P, "contract_id": 880101, "contract_payment": {"origin_data": "{}"}}
    assert not problems("update_contract_payment", "request", marked)
    changed = procore.patch(f"{V0}/contract_payments/{payment['id']}", marked)
    for operation, answer in {
        "show_direct_cost": shown,
        "list_direct_cost_line_items": lines,
        "show_contract_payment": paid,
        "sync_direct_cost_line_items": synced,
        "update_contract_payment": changed,
    }.items():
        assert not problems(operation, "response", json.loads(answer.text)), operation


@pytest.mark.parametrize(("name", "kind", "number"), SENT, ids=[f"{name}-{kind}" for name, kind, _ in SENT])
def test_requests_with_an_object(procore: Procore, name: str, kind: str, number: int) -> None:
    (made,) = procore.person("POST", "/send", {"item_type": kind, "item_id": number})
    told = procore.get(f"{MINE}/erp_requests/{made['id']}").text
    assert not problems(f"erp_event_{name}", "event", json.loads(told))


@pytest.mark.parametrize(("name", "more"), ASKED, ids=[name for name, _ in ASKED])
def test_requests_with_ids(procore: Procore, name: str, more: dict[str, Any]) -> None:
    made = procore.person("POST", "/requests", {"request_name": name, **more})
    told = procore.get(f"{MINE}/erp_requests/{made['id']}").text
    assert not problems(f"erp_event_{name}", "event", json.loads(told))


@pytest.mark.parametrize(
    "asked",
    [
        ("GET", f"{V0}/vendors/1?company_id={COMPANY}", None),
        ("GET", f"{V0}/contract_payments?project_id={HARBOUR}", None),
        ("POST", f"{V0}/vendors", {**C, "vendor": {"name": ""}}),
        ("POST", f"{V0}/vendors", b"{"),
        ("PATCH", f"{V0}/vendors/sync", {**C}),
        ("POST", f"{V1}/projects/{HARBOUR}/direct_costs", {"direct_cost": {"direct_cost_type": "invoice"}}),
    ],
    ids=["gone", "parameter", "fields", "json", "updates", "direct-cost"],
)
def test_refusals(procore: Procore, asked: tuple[str, str, Any]) -> None:
    """Every form of a no is one that Procore's error bodies know."""
    method, path, body = asked
    answer = procore.send(method, path, body)
    assert answer.status in (400, 404, 422)
    schema = contracts.closed(contracts.operation("error_v1")["payload"])
    assert Draft202012Validator(schema).is_valid(json.loads(answer.text)), answer.text


def test_the_check_bites(procore: Procore) -> None:
    """A member that Procore does not have is found, deep inside a line too."""
    told = json.loads(procore.get(f"{V0}/work_order_contracts/880101", **P).text)
    told["line_items"][0]["cost_kode"] = 1
    assert problems("show_work_order_contract", "response", told)
