"""Every call of both systems is in the contracts: its method, address, parameters and members of its body."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from engine.system import paging
from engine.system.load import systems
from engine.system.model import Call, System
from engine.workspace import Workspace
from tests.contract.closed import contracts_folder, missing_contracts, operation, xero_document

pytestmark = pytest.mark.skipif(missing_contracts() is not None, reason=str(missing_contracts()))

OUTSIDE = {"xero.connections"}  # of the identity service, which the accounting contract does not describe
GUESSED = {
    # The contract asks for a project too, as an artefact of its source; the guides show company alone.
    "procore.cost_type.list": {"project_id"},
    "procore.webhook_hooks": {"project_id"},
    "procore.webhook_triggers": {"project_id"},
}
INFERRED = {
    "procore.erp_requests",  # the list beside the published single read; its refusal is put up with
    "procore.erp_metadata",  # the metadata of a connection; that page is open to partners only
}
UNSAID = {"procore.erp_request_details": {"page", "per_page"}}  # every list of Procore has pages
METHODS = ("get", "put", "post", "delete")
PLACE = re.compile(r"\{[^}]*\}")


@cache
def found() -> dict[str, System]:
    return systems(Workspace().book)


def calls(name: str) -> list[Call]:
    return list(found()[name].calls.values())


def same(path: str) -> str:
    return PLACE.sub("{}", path)


@cache
def procore() -> dict[tuple[str, str], str]:
    index = json.loads((contracts_folder() / "procore" / "index.json").read_text("utf-8"))
    return {
        (each["method"], same(each["path"])): each["operation"]
        for each in index["operations"]
        if each.get("path")
    }


@cache
def xero() -> dict[tuple[str, str], dict[str, Any]]:
    document = xero_document()
    shared = document["components"]["parameters"]
    made = {}
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if method not in METHODS:
                continue
            each = [*said.get("parameters", []), *methods.get("parameters", [])]
            said = {
                **said,
                "parameters": [shared[p["$ref"].split("/")[-1]] if "$ref" in p else p for p in each],
            }
            made[method.upper(), same(f"/api.xro/2.0{path}")] = said
    return made


def queries(call: Call) -> set[str]:
    since = {call.since.query} if call.since is not None and call.since.query else set()
    return {*call.query, *paging.first(call), *since}


@pytest.mark.parametrize(
    "call", calls("procore") if missing_contracts() is None else [], ids=lambda c: c.name
)
def test_a_call_to_procore_is_in_its_contract(call: Call) -> None:
    if call.name in INFERRED:
        return
    name = procore().get((call.method, same(call.path)))
    assert name is not None, f"{call.method} {call.path} is in no contract"
    contract = operation(name)
    given = {p["name"]: p for p in contract["parameters"] if p["in"] == "query"}
    assert queries(call) - UNSAID.get(call.name, set()) <= set(given)
    needed = {name for name, p in given.items() if p["required"]}
    assert needed - queries(call) <= GUESSED.get(call.name, set())
    request = (contract.get("request") or {}).get("schema")
    if call.method in ("POST", "PATCH") and request is not None and "properties" in request:
        assert {*call.outer, call.wrap} <= set(request["properties"])
        assert set(request.get("required", ())) <= {*call.outer, call.wrap}


@pytest.mark.parametrize("call", calls("xero") if missing_contracts() is None else [], ids=lambda c: c.name)
def test_a_call_to_xero_is_in_its_contract(call: Call) -> None:
    if call.name in OUTSIDE:
        return
    said = xero().get((call.method, same(call.path)))
    assert said is not None, f"{call.method} {call.path} is in no contract"
    given = {p["name"] for p in said["parameters"] if p["in"] == "query"}
    headers = {p["name"] for p in said["parameters"] if p["in"] == "header"}
    assert queries(call) <= given
    if call.since is not None:
        assert call.since.header in headers
    assert (call.once == "key") is ("Idempotency-Key" in headers)
    body = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    component = body.get("$ref", "").rpartition("/")[2]
    if call.wrap and component:
        assert call.wrap in xero_document()["components"]["schemas"][component]["properties"]


@pytest.mark.parametrize("name", ["procore", "xero"])
def test_rows_are_where_the_contract_has_them(name: str) -> None:
    for call in calls(name) if name == "xero" else []:
        if call.name in OUTSIDE or not call.rows:
            continue
        said = xero()[call.method, same(call.path)]
        content = said["responses"]["200"]["content"]["application/json"]["schema"]
        component = xero_document()["components"]["schemas"][content["$ref"].rpartition("/")[2]]
        assert call.rows in component["properties"], call.name
    for call in calls(name) if name == "procore" else []:
        if call.method != "GET" or not call.paging or call.name in INFERRED:
            continue
        answers = operation(procore()[call.method, same(call.path)])["responses"]
        body = next(answers[code] for code in sorted(answers) if code.startswith("2"))
        assert (body.get("type") == "array" or "items" in body) is not bool(call.rows), call.name
