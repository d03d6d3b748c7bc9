"""What people do in Procore, as `/_sandbox/procore/…`: edit, approve, add, send to the ERP tool, import.

Edits follow the rules of the screens: what the ERP owns is locked, unless `force` says otherwise. Records
are kept whole, as the single read shows them, with members of the sandbox's own beside (`_switch`).
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from sandbox import calls
from sandbox.answers import Answer, Refused
from sandbox.procore import (
    commitments,
    directory,
    figures,
    plain_requests,
    projects,
    requests,
    tool,
    webhooks,
)
from sandbox.procore.call import Call, Mistake, created, given, invalid, locked, not_found, ok
from sandbox.world import Record, World

_LOCKED_WHOLE = ("direct_costs", "requisitions", "contract_payments")


def _steered(handler: Callable[[Call], Answer]) -> calls.Handler:
    def enter(of: calls.Call) -> Answer:
        call = Call(of)
        permitted = (
            each["id"] for each in call.records("companies").values() if each.get("_permitted", True)
        )
        call.company = int(of.first("company_id") or next(permitted, 0))
        try:
            return handler(call)
        except Refused as end:
            return end.answer
        except Mistake as wrong:
            return invalid(wrong.fields).answer

    return enter


def _collection(call: Call) -> str:
    return call.text("collection")


def _record(call: Call) -> Record:
    found = call.records(_collection(call)).get(call.text("id"))
    if found is None:
        raise not_found(_collection(call))
    return found


# ---- records -------------------------------------------------------------------------------------


def list_records(call: Call) -> Answer:
    """GET records/{collection}: everything as stored."""
    return ok(list(call.records(_collection(call)).values()))


def show_record(call: Call) -> Answer:
    """GET records/{collection}/{id}."""
    return ok(_record(call))


def put_record(call: Call) -> Answer:
    """PUT records/{collection}/{id}: a whole record, as the single read shows it."""
    body = call.body()
    if "updated_at" in body or _collection(call) == "requisitions":
        body["updated_at"] = call.now()
    call.records(_collection(call))[call.text("id")] = body
    return ok(body)


def delete_record(call: Call) -> Answer:
    """DELETE records/{collection}/{id}: gone, as between a read and a write."""
    return ok(call.records(_collection(call)).pop(call.text("id"), {}))


def edit_record(call: Call) -> Answer:
    """PATCH records/{collection}/{id}: members a user changes; `force` passes the locks."""
    body, record = call.body(), _record(call)
    force = bool(body.pop("force", False))
    kind = _collection(call)
    if record.get("origin_id") is not None and not force:
        fixed = (
            kind in commitments.KINDS
            and commitments.is_locked(record)
            and {"vendor", "line_items"} & set(body)
        )
        fixed = fixed or (kind == "change_order_packages" and {"line_items", "status"} & set(body))
        if kind in _LOCKED_WHOLE or fixed:
            raise locked(kind)
    record |= body
    if "updated_at" in record:
        record["updated_at"] = call.now()
    return ok(record)


# ---- contracts and change orders ------------------------------------------------------------------


def add_contract(call: Call) -> Answer:
    """POST contracts: `{collection, project_id, number, title, vendor_id, status, lines: […]}`."""
    body = call.body()
    kind = body.pop("collection", "work_order_contracts")
    project = call.records("projects").get(str(given(body, "project_id")))
    if project is None or kind not in commitments.KINDS:
        raise not_found("Project")
    record = commitments.make(call, kind, project, {})
    lines = body.pop("lines", [])
    if "vendor_id" in body:
        record["vendor"] = {"id": body.pop("vendor_id")}
    record |= {name: value for name, value in body.items() if name != "project_id"}
    call.records(kind)[str(record["id"])] = record
    for line in lines:
        _add_line(call, record, line, project, {"id": record["id"], "holder_type": kind})
    return created(record)


def add_change_order(call: Call) -> Answer:
    """POST change_orders: `{contract_id, title, number, status, lines: [{…, commitment_line_item_id}]}`."""
    body = call.body()
    found = [call.records(kind).get(str(given(body, "contract_id"))) for kind in commitments.KINDS]
    contract = next((each for each in found if each is not None), None)
    if contract is None:
        raise not_found("Contract")
    project = call.records("projects")[str(contract["project"]["id"])]
    number = call.world.fresh_number()
    currency = contract["currency_configuration"]["currency_iso_code"]
    lines = body.pop("lines", [])
    record: Record = {
        "id": number,
        "contract_id": contract["id"],
        "number": f"{len(call.records('change_order_packages')) + 1:03}",
        "revision": 0,
        "position": 1,
        "title": "Change order",
        "type": "CommitmentContractChangeOrder",
        "status": "draft",
        "executed": False,
        "private": True,
        "created_at": call.now(),
        "updated_at": call.now(),
        **dict.fromkeys(
            ("deleted_at", "description", "due_date", "invoiced_date", "paid_date", "review_notes")
        ),
        **dict.fromkeys(("reviewed_at", "signed_change_order_received_date", "origin_id", "origin_code")),
        "origin_data": None,
        "schedule_impact_amount": 0,
        "currency_configuration": {"base_currency_iso_code": currency, "currency_iso_code": currency},
        **body,
        "line_items": [],
    }
    for line in lines:
        holder = {"id": number, "holder_type": "PotentialChangeOrder"}
        changed = line.pop("commitment_line_item_id", None)
        _add_line(call, record, line, project, holder)
        record["line_items"][-1] |= {"_commitment_line_item_id": changed, "markup_line_items": []}
    record["grand_total"] = figures.text(figures.total(each["total_amount"] for each in record["line_items"]))
    if record["status"] == "approved":
        record["reviewed_at"] = call.now()
    call.records("change_order_packages")[str(number)] = record
    contract["updated_at"] = call.now()
    return created(record)


def add_line(call: Call) -> Answer:
    """POST contracts/{id}/lines: one line more on an order's schedule of values."""
    for kind in commitments.KINDS:
        record = call.records(kind).get(call.text("id"))
        if record is not None:
            body = call.body()
            if commitments.is_locked(record) and not body.pop("force", False):
                raise locked("Contract")
            project = call.records("projects")[str(record["project"]["id"])]
            _add_line(call, record, body, project, {"id": record["id"], "holder_type": kind})
            record["updated_at"] = call.now()
            return created(record)
    raise not_found("Contract")


def _add_line(call: Call, record: Record, line: Record, project: Record, holder: Record) -> None:
    commitments.write_line(call, record, {"amount": "0.0", **line}, project, holder)


# ---- the ERP tool --------------------------------------------------------------------------------


def send(call: Call) -> Answer:
    """POST send: `{item_type, item_id | item_ids}`; sent and accepted at once, so a request is made."""
    body = call.body()
    kind = given(body, "item_type")
    numbers = body.get("item_ids") or [given(body, "item_id")]
    tool.may_be_sent(call, kind, numbers, bool(body.get("force")))
    return created(requests.send(call, kind, numbers, body))


def make_request(call: Call) -> Answer:
    """POST requests: `{request_name, …}` for those that carry ids only."""
    body = call.body()
    name = given(body, "request_name")
    if name not in plain_requests.BUILT:
        raise invalid({"request_name": [f"is none of {', '.join(plain_requests.BUILT)}"]})
    return created(plain_requests.make(call, name, body))


def switch(call: Call) -> Answer:
    """POST job_cost_transactions: `{project_id, enabled}`; a synced project tells the integration."""
    body = call.body()
    project = call.records("projects").get(str(given(body, "project_id")))
    if project is None:
        raise not_found("Project")
    project["_switch"] = bool(given(body, "enabled"))
    project["updated_at"] = call.now()
    if project.get("origin_id") is None:
        return ok({})
    return created(plain_requests.make(call, "sync_single_job", {"project_id": project["id"]}))


def import_staged(call: Call) -> Answer:
    """POST import: `{item_type, origin_id}`; an approver adds a staged company or project to Procore."""
    body = call.body()
    staged = call.records("staged_records").get(f"{given(body, 'item_type')}:{given(body, 'origin_id')}")
    if staged is None or staged["status"] == "imported":
        raise not_found("Staged Record")
    data = {**(staged.get("data") or {}), "origin_id": staged["origin_id"]}
    for name in ("origin_code", "origin_data"):
        if staged.get(name) is not None:
            data[name] = staged[name]
    record = _IMPORTS[staged["item_type"]](call, data)
    name = {"vendor": "create_vendor_in_procore", "project": "create_job_in_procore"}[staged["item_type"]]
    staged |= {"status": "imported", "updated_at": call.now()}
    plain_requests.make(call, name, {f"{staged['item_type']}_id": record["id"]})
    return created(record)


_IMPORTS: dict[str, Callable[[Call, Record], Record]] = {
    "vendor": lambda call, data: directory.write_vendor(call, data, None),
    "project": lambda call, data: projects.write(call, data, None),
}


def revoke(call: Call) -> Answer:
    """POST revoke: every token given out opens nothing any more."""
    for token in call.records("_tokens").values():
        token["revoked"] = True
    return ok({})


TABLE: tuple[tuple[str, str, Callable[[Call], Answer]], ...] = (
    ("GET", "/records/{collection}", list_records),
    ("GET", "/records/{collection}/{id}", show_record),
    ("PUT", "/records/{collection}/{id}", put_record),
    ("PATCH", "/records/{collection}/{id}", edit_record),
    ("DELETE", "/records/{collection}/{id}", delete_record),
    ("POST", "/contracts", add_contract),
    ("POST", "/contracts/{id}/lines", add_line),
    ("POST", "/change_orders", add_change_order),
    ("POST", "/send", send),
    ("POST", "/requests", make_request),
    ("POST", "/job_cost_transactions", switch),
    ("POST", "/import", import_staged),
    *tool.TABLE,
    ("POST", "/revoke", revoke),
    ("POST", "/webhooks", webhooks.destination),
)


def routes(world: World) -> list[Route]:
    """Every way to steer Procore."""
    return [calls.route(world, path, method, _steered(handler)) for method, path, handler in TABLE]
