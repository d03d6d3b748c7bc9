"""What only an integration may call: marks, requests and their details, staged records, job costs.

The reference of these calls is open to partners alone; paths and members that are inferred are the ones
the facts name.
"""

from __future__ import annotations

from typing import Any

from sandbox.answers import Answer
from sandbox.procore import codes, doors, lists, members, origins, projects, syncing, views
from sandbox.procore.call import Call, Mistake, created, given, invalid, not_found, ok, only
from sandbox.world import Record

STATUSES = ("in_progress", "success", "failed", "stale", "rejected")
MARKS = ("origin_id", "origin_code", "origin_data")
STAGED_TYPES = (
    *("vendor", "project", "sub_job", "prime_contract", "purchase_order_contract", "work_order_contract"),
    *("commitment_change_order", "line_item"),
)
STAGED_STATUSES = ("staged", "imported", "archived", "invalid")
NEEDS_PROJECT = (
    "purchase_order_contract",
    "work_order_contract",
    "commitment_change_order",
    "prime_contract",
)


# ---- external data -------------------------------------------------------------------------------


def _external(kind: str, record: Record) -> Record:
    return {
        "id": record["id"],
        "item_type": kind,
        "item_id": record["id"],
        "origin_id": record.get("origin_id"),
        "origin_code": record.get("origin_code"),
        "origin_data": record.get("origin_data"),
    }


def sync_external_data(call: Call) -> Answer:
    """PATCH …/external_data/sync: mark records as synced, or take the mark away with a null."""
    body = call.any_body()
    updates = body if isinstance(body, list) else syncing.updates_of(only(call.body(), "updates"))

    def one(update: Record) -> Record:
        kind = update.get("item_type")
        if kind not in origins.KINDS:
            raise Mistake({"item_type": ["is not included in the list"]})
        found = origins.find(call, kind, update.get("item_id")) if kind not in origins.UNUSED else None
        if found is None:
            raise Mistake({"item_id": ["not found"]})
        record, holder = found
        marks: Record = {name: update[name] for name in MARKS if name in update}
        if "origin_id" in marks and marks["origin_id"] is None:
            marks = dict.fromkeys(MARKS)
        origins.may_carry(call, kind, record["id"], marks.get("origin_id"))
        origins.carry(call, kind, record, marks)
        for changed in (record, holder):
            if "updated_at" in changed:
                changed["updated_at"] = call.now()
        return _external(kind, record)

    return syncing.each(call, updates, members.EXTERNAL_DATA, one)


def list_external_data(call: Call) -> Answer:
    """GET …/external_data?item_type=&item_id=."""
    kind = call.of.first("item_type")
    if kind not in origins.KINDS:
        raise invalid({"item_type": ["is not included in the list"]}, 400)
    asked = {value for key, value in call.of.query if key in ("item_id", "item_id[]")}
    found = [
        _external(kind, record)
        for record, _ in origins.of_kind(call, kind)
        if record.get("origin_id") is not None and (not asked or str(record["id"]) in asked)
    ]
    return lists.page(call, found, lambda record: record)


def destroy_external_data(call: Call) -> Answer:
    """DELETE …/external_data/bulk_destroy."""
    body = only(call.body(), "item_type", "item_ids")
    kind = given(body, "item_type")
    if kind not in origins.KINDS or not isinstance(given(body, "item_ids"), list):
        raise invalid({"item_type": ["is not included in the list"]}, 400)
    for number in body["item_ids"]:
        found = origins.find(call, kind, number) if kind not in origins.UNUSED else None
        if found is not None:
            origins.carry(call, kind, found[0], dict.fromkeys(MARKS))
    return Answer(204)


# ---- requests and their details -------------------------------------------------------------------


def list_requests(call: Call) -> Answer:
    """GET …/erp_requests: the newest last."""
    found = list(call.records("erp_requests").values())
    asked = call.of.first("filters[request_name]")
    if asked is not None:
        found = [each for each in found if each["request_name"] == asked]
    rest = [pair for pair in call.of.query if pair[0] != "filters[request_name]"]
    call.of.query[:] = rest
    return lists.page(call, lists.filtered(call, found, "id created_at updated_at"), views.public)


def show_request(call: Call) -> Answer:
    """GET …/erp_requests/{id}."""
    record = call.records("erp_requests").get(call.text("id"))
    if record is None:
        raise not_found("ERP Request")
    return ok(views.public(record))


def list_details(call: Call) -> Answer:
    """GET …/erp_request_details."""
    found = lists.filtered(
        call,
        call.records("erp_request_details").values(),
        "id status created_at updated_at",
        {name: lists.equal(name) for name in ("item_id", "item_type", "erp_request_id")},
    )
    return lists.page(call, found, views.public)


def update_detail(call: Call) -> Answer:
    """PATCH …/erp_request_details/{id}: close one."""
    record = call.records("erp_request_details").get(call.text("id"))
    if record is None:
        raise not_found("ERP Request Detail")
    known = {name: kind for name, kind in members.REQUEST_DETAIL.items() if name != "id"}
    update = members.part(call.body(), "request_detail", known, {})
    try:
        return ok(views.public(_close(call, record, update)))
    except Mistake as wrong:
        raise invalid(wrong.fields) from wrong


def sync_details(call: Call) -> Answer:
    """PATCH …/erp_request_details/sync: close many; the guide shows a bare list."""
    body = call.any_body()
    updates = body if isinstance(body, list) else syncing.updates_of(only(call.body(), "updates"))

    def one(update: Record) -> Record:
        record = call.records("erp_request_details").get(str(update.get("id")))
        if record is None:
            raise Mistake({"id": ["not found"]})
        return views.public(_close(call, record, update))

    return syncing.each(call, updates, members.REQUEST_DETAIL, one)


def _close(call: Call, record: Record, update: Record) -> Record:
    if update.get("status") not in STATUSES:
        raise Mistake({"status": ["is not included in the list"]})
    messages: list[Any] = update.get("messages") or []
    if not all(isinstance(each, str) for each in messages):
        raise Mistake({"messages": ["must be strings"]})
    record |= {"status": update["status"], "messages": messages, "updated_at": call.now()}
    if record["item_type"] == "requisition":
        invoice = call.records("requisitions").get(str(record["item_id"]))
        if invoice is not None and invoice.get("origin_id") is None:
            invoice["erp_status"] = (
                "failed" if update["status"] in ("failed", "rejected") else invoice["erp_status"]
            )
    return record


# ---- staged records ------------------------------------------------------------------------------


def sync_staged(call: Call) -> Answer:
    """PATCH …/staged_records/sync: what waits on "Ready to import"."""
    body = only(call.body(), "updates")
    return syncing.each(
        call, syncing.updates_of(body), members.STAGED, lambda update: _stage(call, update, None)
    )


def _stage(call: Call, update: Record, parent: Record | None) -> Record:
    kind, origin = update.get("item_type"), update.get("origin_id")
    wrong: dict[str, list[str]] = {}
    if kind not in STAGED_TYPES:
        wrong["item_type"] = ["is not included in the list"]
    if not origin:
        wrong["origin_id"] = ["can't be blank"]
    if update.get("status") not in (None, *STAGED_STATUSES):
        wrong["status"] = ["is not included in the list"]
    if kind in NEEDS_PROJECT and not (update.get("data") or {}).get("project_origin_id"):
        wrong["data"] = ["project_origin_id can't be blank"]
    above = parent["origin_id"] if parent else update.get("parent_origin_id") or update.get("parent_id")
    if kind == "line_item" and above is None:
        wrong["parent_id"] = ["can't be blank"]
    if wrong:
        raise Mistake(wrong)
    known = call.records("staged_records")
    record = known.get(f"{kind}:{origin}")
    fresh = record is None
    if record is None:
        record = {
            "id": call.world.fresh_number(),
            "item_type": kind,
            "created_at": call.now(),
            "status": "staged",
        }
        known[f"{kind}:{origin}"] = record
    record |= {name: value for name, value in update.items() if name not in ("children", "status")}
    # A parent staged again stages its children again, but an archived one stays away.
    if update.get("status") and not (parent and not fresh and record["status"] == "archived"):
        record["status"] = update["status"]
    elif not fresh and record["status"] not in ("archived", "imported"):
        record["status"] = "staged"
    record["updated_at"] = call.now()
    children = [members.checked(each, members.STAGED) for each in update.get("children") or ()]
    record["children"] = [_stage(call, {"item_type": "line_item", **each}, record)["id"] for each in children]
    return record


def list_staged(call: Call) -> Answer:
    """GET …/staged_records: inferred, for a look at what waits."""
    names = {name: lists.equal(name) for name in ("item_type", "origin_id")}
    found = lists.filtered(call, call.records("staged_records").values(), "id status", names)
    return lists.page(call, found, views.public)


# ---- costs and payments --------------------------------------------------------------------------


def sync_job_costs(call: Call) -> Answer:
    """PATCH /rest/v1.0/erp_job_costs/sync: the totals of one synced project, by cost code and type."""
    body = only(call.body(), "company_id", "job_origin_id", "updates")
    doors.same_company(call, given(body, "company_id"))
    project = projects.marked(call, given(body, "job_origin_id"))
    mine = {each["id"] for each in codes.of_project(call, project["id"])}

    def one(update: Record) -> Record:
        code, kind = update.get("cost_code_id"), update.get("line_item_type_id")
        wrong: dict[str, list[str]] = {}
        if code not in mine:
            wrong["cost_code_id"] = ["not found"]
        if kind is None or views.cost_type(call, kind) is None:
            wrong["line_item_type_id"] = ["not found"]
        if wrong:
            raise Mistake(wrong)
        key = f"{project['id']}:{code}:{kind}"
        known = call.records("erp_job_costs")
        if key not in known:
            known[key] = {
                "id": call.world.fresh_number(),
                "project_id": project["id"],
                "created_at": call.now(),
            }
        known[key] |= update | {"updated_at": call.now()}
        return {name: value for name, value in known[key].items() if name != "project_id"}

    return syncing.each(call, syncing.updates_of(body), members.JOB_COST, one)


def sync_invoice_payments(call: Call) -> Answer:
    """PATCH …/invoice_payments/sync: only the four published members are known."""
    body = only(call.body(), "company_id", "updates")

    def one(update: Record) -> Record:
        if update.get("invoice_type") != "Billings::Requisition":
            raise Mistake({"invoice_type": ["is not included in the list"]})
        if str(update.get("invoice_id")) not in call.records("requisitions"):
            raise Mistake({"invoice_id": ["not found"]})
        if not update.get("origin_id"):
            raise Mistake({"origin_id": ["can't be blank"]})
        record = syncing.meant(call, "invoice_payment", update, lambda holder: True)
        if record is None:
            number = call.world.fresh_number()
            record = call.records("invoice_payments")[str(number)] = {"id": number, "updated_at": None}
        syncing.put(call, "invoice_payment", record, update)
        return record

    return syncing.each(call, syncing.updates_of(body), members.INVOICE_PAYMENT, one)


def update_metadata(call: Call) -> Answer:
    """PATCH …/erp_connections/metadata: inferred; what the tool shows and asks from now on."""
    body = only(call.body(), "metadata")
    told = given(body, "metadata")
    if not isinstance(told, dict) or not isinstance((told.get("settings") or {}).get("entities"), dict):
        raise invalid({"metadata": ["settings.entities is missing"]})
    call.records("erp_metadata")["current"] = {"metadata": told, "updated_at": call.now()}
    return ok({"metadata": told})


def create_connection(call: Call) -> Answer:
    """POST …/erp_connections: the connection, and the list of cost codes that is now the ERP's."""
    body = only(call.body(), "connection")
    wanted = given(body, "connection")
    only(wanted, "service_url", "metadata")
    given(wanted, "service_url")
    lists_of_codes = call.records("standard_cost_code_lists")
    erp = next((each for each in lists_of_codes.values() if each["is_erp_list"]), None)
    if erp is None:
        number = call.world.fresh_number()
        erp = {"id": number, "name": "ERP", "is_erp_list": True, "available_to_use_on_new_projects": True}
        lists_of_codes[str(number)] = erp
    number = call.world.fresh_number()
    call.records("erp_connections")[str(number)] = {"id": number, **wanted}
    return created({"id": number, "standard_cost_code_list_id": erp["id"]})
