"""Commitment change orders: packages that all tiers share, and the lines of the potential one below.

A package shows its lines without the marks they carry; the line list of the potential change order shows
them. Here both have the same number, as with a single tier.
"""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.procore import columns, commitments, doors, lists, members, syncing, views
from sandbox.procore.call import Call, Mistake, given, invalid, not_found, ok, only
from sandbox.world import Record

STATUSES = (
    *("draft", "not_pricing", "pricing", "pending", "revised", "proceeding", "not_proceeding", "no_charge"),
    *("approved", "rejected", "void"),
)


def contract_of(call: Call, record: Record) -> tuple[str, Record]:
    """The contract a change order changes, with its collection."""
    for collection in commitments.KINDS:
        found = call.records(collection).get(str(record["contract_id"]))
        if found is not None:
            return collection, found
    raise not_found("Contract")


def in_project(call: Call, project: object) -> list[Record]:
    """The change orders of a project's contracts."""
    contracts = {
        each["id"] for kind in commitments.KINDS for each in commitments.in_project(call, kind, project)
    }
    return [
        each for each in call.records("change_order_packages").values() if each["contract_id"] in contracts
    ]


def _package(call: Call, number: str, project: object) -> Record:
    record = next((each for each in in_project(call, project) if str(each["id"]) == number), None)
    if record is None or record.get("deleted_at") is not None:
        raise not_found("Change Order Package")
    return record


def list_packages(call: Call) -> Answer:
    """GET /rest/v1.0/change_order_packages."""
    project = doors.project(call, call.number("project_id"))
    found = in_project(call, project["id"])
    if call.of.first("contract_id") is not None:
        found = [each for each in found if each["contract_id"] == call.number("contract_id")]
    names = "id created_at updated_at reviewed_at due_date include_deleted paid_date"
    found = lists.filtered(call, found, names)
    return lists.page(call, found, lambda record: views.chosen(record, columns.CHANGE_LISTED))


def show_package(call: Call) -> Answer:
    """GET /rest/v1.0/change_order_packages/{id}."""
    project = doors.project(call, call.number("project_id"))
    return ok(views.change_order(call, _package(call, call.text("id"), project["id"])))


def update_package(call: Call) -> Answer:
    """PATCH /rest/v1.0/change_order_packages/{id}: the only public way to mark a change order."""
    body = call.body()
    project = doors.project(call, given(body, "project_id"))
    record = _package(call, call.text("id"), project["id"])
    others = {"project_id": "whole", "contract_id": "whole"}
    update = members.part(body, "change_order", members.CHANGE_ORDER, others, 400)
    try:
        if update.get("status") not in (None, *STATUSES):
            raise Mistake({"status": ["is not included in the list"]})
        if _locked(record) and {"grand_total", "status"} & set(update):
            raise Mistake({"base": ["The change order is synced with ERP and cannot be edited"]})
        syncing.put(call, "change_order", record, update)
    except Mistake as wrong:
        raise invalid(wrong.fields, 400) from wrong
    return ok(views.change_order(call, record))


def _locked(record: Record) -> bool:
    return record.get("origin_id") is not None and record["status"] == "approved"


LISTED = (
    *("id", "contract_id", "created_at", "deleted_at", "due_date", "invoiced_date", "number", "paid_date"),
    *("reviewed_at", "status", "title", "updated_at", "revision", "schedule_impact_amount", "executed"),
    "grand_total",
)


def list_potential(call: Call) -> Answer:
    """GET /rest/v1.0/potential_change_orders."""
    project = doors.project(call, call.number("project_id"))
    found = lists.filtered(
        call,
        in_project(call, project["id"]),
        "id origin_id created_at updated_at due_date reviewed_at paid_date include_deleted",
        {"contract_id": lists.equal("contract_id")},
    )
    return lists.page(call, found, lambda record: views.chosen(record, LISTED))


def list_lines(call: Call) -> Answer:
    """GET /rest/v1.0/potential_change_orders/{id}/line_items."""
    project = doors.project(call, call.number("project_id"))
    record = _package(call, call.text("holder_id"), project["id"])
    found = lists.filtered(
        call,
        record["line_items"],
        "id created_at updated_at",
        {
            "cost_code_id": commitments.booked_to("cost_code"),
            "line_item_type_id": commitments.booked_to("line_item_type"),
        },
    )
    return lists.page(call, found, lambda line: line_view(call, record, project, line))


def line_view(call: Call, record: Record, project: Record, line: Record) -> Record:
    """A line of a potential change order, with its mark."""
    company = call.records("companies").get(str(call.company), {})
    shown = {name: value for name, value in views.line(call, line).items() if name != "markup_line_items"}
    return {
        "amount": line["total_amount"],
        "extended_type": "manual",
        "tax_code_id": None,
        "origin_id": None,
        "origin_data": None,
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
        "company": {"id": company.get("id"), "name": company.get("name")},
        "project": {"id": project["id"], "name": project["name"]},
        **shown,
    }


def sync_lines(call: Call) -> Answer:
    """PATCH /rest/v1.0/potential_change_orders/{id}/line_items/sync."""
    project = doors.project(call, call.number("project_id"))
    record = _package(call, call.text("holder_id"), project["id"])
    body = only(call.body(), "updates")

    def one(update: Record) -> Record:
        if _locked(record) and set(update) - commitments.MARKS:
            raise Mistake({"base": ["The change order is synced with ERP; its lines are locked"]})
        holder = {"id": record["id"], "holder_type": "PotentialChangeOrder"}
        return line_view(call, record, project, commitments.write_line(call, record, update, project, holder))

    answer = syncing.each(call, syncing.updates_of(body), members.CONTRACT_LINE, one)
    record["updated_at"] = call.now()
    return answer
