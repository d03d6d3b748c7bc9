"""Subcontractor invoices (requisitions). A synced one is locked whole, but for its marks."""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.procore import doors, lists, members, syncing, views
from sandbox.procore.call import Call, Mistake, given, invalid, locked, not_found, ok
from sandbox.world import Record

STATUSES = (
    "draft",
    "under_review",
    "revise_and_resubmit",
    "approved",
    "approved_as_noted",
    "pending_owner_approval",
)
LINES_OF = ("items", "item_packages")
VIEWS = ("default", "extended", "items", "action_policy")
ITEM_TYPES = ("contract_item", "contract_detail_item", "change_order_item")
_NEVER = ("origin_id", "origin_code", "origin_data")
MARKS = {"origin_id", "origin_data"}


def view(call: Call, record: Record) -> Record:
    """An invoice; its items only where `view` asks for them."""
    asked = call.of.first("view") or "default"
    if asked not in VIEWS:
        raise invalid({"view": ["is not included in the list"]}, 400)
    vendor = call.records("vendors").get(str(record.get("vendor_id")))
    shown = {name: value for name, value in views.public(record).items() if name not in LINES_OF}
    if vendor is not None:
        shown["vendor_name"] = vendor["name"]
    if asked in ("items", "extended"):
        shown["items"] = [
            {name: value for name, value in views.public(item).items() if name not in _NEVER}
            for item in record["items"]
        ]
        shown["item_packages"] = record.get("item_packages", [])
    return shown


def _in_project(call: Call) -> list[Record]:
    project = doors.project(call, call.number("project_id"))
    return [each for each in call.records("requisitions").values() if each["project_id"] == project["id"]]


def _is_last(call: Call) -> lists.Test:
    followed = {each["previous_requisition_id"] for each in call.records("requisitions").values()}
    return lambda record, values: (record["id"] not in followed) == (values[0] == "true")


def list_requisitions(call: Call) -> Answer:
    """GET /rest/v1.1/requisitions: thirty a page unless asked otherwise."""
    found = lists.filtered(
        call,
        _in_project(call),
        "id status created_at updated_at origin_id",
        {
            "commitment_id": lists.equal("commitment_id"),
            "period_id": lists.equal("period_id"),
            "is_last": _is_last(call),
        },
    )
    return lists.page(call, found, lambda record: view(call, record), default=30)


def _one(call: Call, name: str = "id") -> Record:
    found = next((each for each in _in_project(call) if str(each["id"]) == call.text(name)), None)
    if found is None:
        raise not_found("Requisition")
    return found


def show_requisition(call: Call) -> Answer:
    """GET /rest/v1.1/requisitions/{id}."""
    return ok(view(call, _one(call)))


def show_detail(call: Call) -> Answer:
    """GET /rest/v1.0/requisitions/{requisition_id}/detail: retainage on stored materials is only here."""
    record = _one(call, "requisition_id")
    detail = call.records("requisition_details").get(str(record["id"]), {"detail": []})
    return ok(detail["detail"])


def update_requisition(call: Call) -> Answer:
    """PATCH /rest/v1.1/requisitions/{id}."""
    body = call.body()
    project = doors.project(call, given(body, "project_id"))
    record = call.records("requisitions").get(call.text("id"))
    if record is None or record["project_id"] != project["id"]:
        raise not_found("Requisition")
    if given(body, "commitment_id") != record["commitment_id"]:
        raise not_found("Commitment")
    others = {"project_id": "whole", "commitment_id": "whole"}
    update = members.part(body, "requisition", members.REQUISITION, others)
    if record.get("origin_id") is not None and set(update) - MARKS:
        raise locked("Invoice")
    try:
        if update.get("status") not in (None, *STATUSES):
            raise Mistake({"status": ["is not included in the list"]})
        for item in update.pop("items", None) or ():
            _write_item(record, item)
        syncing.put(call, "requisition", record, update)
    except Mistake as wrong:
        raise invalid(wrong.fields) from wrong
    return ok(view(call, record))


def _write_item(record: Record, given_item: object) -> None:
    item = members.checked(given_item, members.REQUISITION_ITEM)
    if item.get("item_type") not in ITEM_TYPES:
        raise Mistake({"items": ["item_type is not included in the list"]})
    found = next((each for each in record["items"] if each["id"] == item.get("id")), None)
    if found is None:
        raise Mistake({"items": [f"{item.get('id')} not found"]})
    found.update(item)
