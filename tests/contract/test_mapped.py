"""What leaves the mappings fits what the two systems take: every ready record of the sample company.

Bodies are put together here as the systems want them, by the places the shapes name; the schemas
are closed, so a field that no system knows fails, and so does a wrong type, enum or length.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from engine.map.encode import encode
from engine.map.outcome import Outcome
from engine.run import sample_run
from engine.workspace import Desk, Workspace
from tests.contract.closed import closed, missing_contracts, operation_schema, xero_schema

pytestmark = pytest.mark.skipif(missing_contracts() is not None, reason=str(missing_contracts()))

XERO = {
    "xero.item": "Item",
    "xero.tracking_option": "TrackingOption",
    "xero.contact": "Contact",
    "xero.purchase_order": "PurchaseOrder",
    "xero.bill": "Invoice",
}
NOT_IN_THE_BODY = {"xero.tracking_option": ("TrackingCategoryID",)}  # in the address of the call


@cache
def desk() -> Desk:
    return Workspace().customer("demo")


def sent(name: str, back: bool) -> list[tuple[Outcome, dict[str, Any]]]:
    flow = desk().flow(name, back)
    outcomes = [o for o in sample_run(desk(), name, back).outcomes() if o.record is not None]
    return [(o, encode(o.record, flow.target_root)) for o in outcomes]


def valid(schema: dict[str, Any], body: Any, what: str) -> None:
    validator = Draft202012Validator(closed(schema), format_checker=FormatChecker())
    plain = _numbers(body)
    wrong = [f"{'/'.join(map(str, e.path))}: {e.message[:200]}" for e in validator.iter_errors(plain)]
    assert not wrong, f"{what}: {wrong}"


def _numbers(value: Any) -> Any:
    """Exact decimals as numbers, which is all a JSON Schema knows."""
    if isinstance(value, dict):
        return {k: _numbers(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_numbers(v) for v in value]
    return float(value) if value.__class__.__name__ == "Decimal" else value


FLOWS = [(flow.name, flow.back) for flow in desk().flows] if missing_contracts() is None else []


@pytest.mark.parametrize(("name", "back"), FLOWS, ids=[f"{n}{'-back' if b else ''}" for n, b in FLOWS])
def test_every_ready_record_is_one_the_system_takes(name: str, back: bool) -> None:
    flow = desk().flow(name, back)
    records = sent(name, back)
    assert records, "the sample shows no ready record of this mapping"
    for outcome, record in records:
        for schema, body in bodies(flow.target, record):
            valid(schema, body, f"{name} {outcome.id}")


def bodies(target: str, record: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    """(schema, body) of every call a record leads to."""
    if target in XERO:
        own = {k: v for k, v in record.items() if k not in NOT_IN_THE_BODY.get(target, ())}
        if own.get("Type") == "ACCPAYCREDIT":
            return []  # goes to another endpoint, which the sync decides
        return [(xero_schema(XERO[target]), own)]
    return PROCORE[target](record)


def _sync(operation: str, record: dict[str, Any], **top: Any) -> tuple[dict[str, Any], Any]:
    return operation_schema(operation, "request"), {**top, "updates": [record]}


def _without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k not in names}


def _payment(record: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    top = {name: record[name] for name in ("project_id", "contract_id")}
    body = {**top, "contract_payment": _without(record, *top)}
    return [(operation_schema("create_contract_payment", "request"), body)]


def _job_cost(record: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    own = _without(record, "job_origin_id", "direct_costs")
    return [_sync("erp_sync_job_costs", own, company_id=1, job_origin_id=record["job_origin_id"])]


def _direct_cost(record: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    header = _sync("sync_direct_costs", _without(record, "line_items", "project_id"))
    lines = [_sync("sync_direct_cost_line_items", line) for line in record["line_items"]]
    return [header, *lines]


PROCORE: dict[str, Any] = {
    "procore.project": lambda record: [_sync("sync_projects", record, company_id=1)],
    "procore.company": lambda record: [_sync("sync_company_vendors", record, company_id=1)],
    "procore.contract_payment": _payment,
    "procore.job_cost": _job_cost,
    "procore.direct_cost": _direct_cost,
}


def test_the_check_bites() -> None:
    (_, record), *_ = sent("payments", False)
    ((schema, body),) = bodies("procore.contract_payment", {**record, "check_numbr": "7"})
    with pytest.raises(AssertionError, match="check_numbr"):
        valid(schema, body, "a misspelt member")
