"""Direct costs: a header whose amount is the sum of its lines.

Written by one call at a time: a second write of the same record while the first is under way answers 409.
A synced one is read-only for users and for the single update; the sync calls of the integration go on.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox import calls
from sandbox.answers import Answer, BadJson, parse
from sandbox.procore import columns, commitments, doors, figures, lists, members, origins, syncing, views
from sandbox.procore.call import Call, Mistake, created, locked, not_found, ok, only, refused
from sandbox.world import Record

STATUSES = ("draft", "pending", "revise_and_resubmit", "approved")
TYPES = ("invoice", "expense", "payroll")
ON_REQUEST = "subcontractor_invoice"  # the switch of the world that lets a company use this type
MARKS = {"origin_id", "origin_data"}


# ---- one writer at a time -------------------------------------------------------------------------


class Writers:
    """Which records are being written at this moment, by any call in flight."""

    def __init__(self) -> None:
        self.busy: set[str] = set()

    async def alone(self, call: calls.Call, handler: calls.Handler) -> Answer:
        """Let the call through unless another one writes one of its records."""
        wanted = _written(call)
        if wanted & self.busy:
            message = "The direct cost is being changed by another request. Try again."
            return Answer(409, {"code": 409, "message": message, "reason": "concurrent_write"})
        self.busy |= wanted
        try:
            await asyncio.sleep(0)  # whoever comes now comes at the same time
            return await calls.plainly(call, handler)
        finally:
            self.busy -= wanted


def _written(call: calls.Call) -> set[str]:
    try:
        body: Any = parse(call.raw or b"{}")
    except BadJson:
        return set()
    updates = body.get("updates") if isinstance(body, dict) else None
    headers = not call.path.partition("?")[0].endswith("/line_items/sync")
    found = {call.parameters.get("id" if "direct_cost_id" not in call.parameters else "direct_cost_id")}
    for update in updates if isinstance(updates, list) else ():
        if isinstance(update, dict) and headers:
            found.add(update.get("id") or update.get("origin_id"))
        elif isinstance(update, dict):
            found.add(update.get("direct_cost_id"))
    return {f"{call.parameters['project_id']}:{each}" for each in found if each is not None}


# ---- reading -------------------------------------------------------------------------------------


def in_project(call: Call, project: object) -> list[Record]:
    """The direct costs of a project."""
    return [each for each in call.records("direct_costs").values() if each["_project_id"] == project]


def _one(call: Call, name: str = "id") -> Record:
    project = doors.project(call, call.text("project_id"))
    found = next(
        (each for each in in_project(call, project["id"]) if str(each["id"]) == call.text(name)), None
    )
    if found is None:
        raise not_found("Direct Cost")
    return found


def list_direct_costs(call: Call) -> Answer:
    """GET /rest/v1.1/projects/{project_id}/direct_costs."""
    project = doors.project(call, call.text("project_id"))
    found = lists.filtered(
        call,
        in_project(call, project["id"]),
        "id origin_id created_at updated_at payment_date received_date",
        {"invoice_number": lists.equal("invoice_number")},
    )
    return lists.page(call, found, lambda record: views.direct_cost(call, record, "listed"))


def show_direct_cost(call: Call) -> Answer:
    """GET /rest/v1.1/projects/{project_id}/direct_costs/{id}."""
    return ok(views.direct_cost(call, _one(call), "shown"))


def list_lines(call: Call) -> Answer:
    """GET …/direct_costs/line_items, or those of one."""
    project = doors.project(call, call.text("project_id"))
    if "direct_cost_id" in call.of.parameters:
        holders = [_one(call, "direct_cost_id")]
    else:
        holders = in_project(call, project["id"])
    found = lists.filtered(
        call,
        [line for holder in holders for line in holder["line_items"]],
        "id created_at updated_at",
        {
            "direct_cost_id": lists.equal("_direct_cost_id"),
            "cost_code_id": commitments.booked_to("cost_code"),
            "line_item_type_id": commitments.booked_to("line_item_type"),
        },
    )
    return lists.page(call, found, lambda line: views.direct_line(call, line, "listed"))


# ---- headers -------------------------------------------------------------------------------------


def _made(call: Call, project: Record, update: Record) -> Record:
    number = call.world.fresh_number()
    origins.may_carry(call, "item", number, update.get("origin_id"))
    company = call.records("companies")[str(call.company)]
    base = company.get("_currency", "AUD")
    return {
        **dict.fromkeys(columns.DIRECT),
        "id": number,
        "status": "draft",
        "_project_id": project["id"],
        "created_at": call.now(),
        "updated_at": call.now(),
        "currency_configuration": {
            "currency_iso_code": base,
            "currency_exchange_rate": None,
            "base_currency_iso_code": base,
        },
        "line_items": [],
    }


def _write(call: Call, record: Record, update: Record) -> None:
    """Write a header; a `Mistake` leaves it as it was."""
    wrong: dict[str, list[str]] = {}
    after = {**record, **update}
    types = (*TYPES, ON_REQUEST) if call.world.switches.get(ON_REQUEST) else TYPES
    if after.get("direct_cost_type") not in types:
        wrong["direct_cost_type"] = ["is not included in the list"]
    elif record["direct_cost_type"] not in (None, after["direct_cost_type"]):
        wrong["direct_cost_type"] = ["cannot be changed"]
    if after.get("status") not in STATUSES:
        wrong["status"] = ["is not included in the list"]
    if after.get("direct_cost_type") == "invoice":
        for name in ("vendor_id", "invoice_number"):
            if after.get(name) in (None, ""):
                wrong[name] = ["can't be blank"]
    if after.get("vendor_id") is not None and str(after["vendor_id"]) not in call.records("vendors"):
        wrong["vendor_id"] = ["not found"]
    if wrong:
        raise Mistake(wrong)
    kept = {
        name: value
        for name, value in update.items()
        if name != "employee_id" and not name.startswith("currency_")
    }
    syncing.put(call, "item", record, kept)
    for name in ("currency_iso_code", "currency_exchange_rate"):
        if update.get(name) is not None:
            record["currency_configuration"][name] = str(update[name])


def sync_direct_costs(call: Call) -> Answer:
    """PATCH /rest/v1.0/projects/{project_id}/direct_costs/sync: headers."""
    project = doors.project(call, call.text("project_id"))
    body = only(call.body(), "updates")

    def one(update: Record) -> Record:
        record = syncing.meant(call, "item", update, lambda holder: holder["_project_id"] == project["id"])
        new = record is None
        record = record or _made(call, project, update)
        _write(call, record, update)
        if new:
            call.records("direct_costs")[str(record["id"])] = record
        return views.direct_cost(call, record, "synced")

    return syncing.each(call, syncing.updates_of(body), members.DIRECT_COST_SYNC, one)


def create_direct_cost(call: Call) -> Answer:
    """POST /rest/v1.1/projects/{project_id}/direct_costs: header and lines in one."""
    project = doors.project(call, call.text("project_id"))
    update = members.part(call.body(), "direct_cost", members.DIRECT_COST_ONE, {"attachments": "list"}, 400)
    given_lines = update.pop("line_items", None) or []
    try:
        record = _made(call, project, update)
        _write(call, record, update)
        for line in given_lines:
            _write_one_line(call, record, line)
    except Mistake as wrong:
        raise _wrong(wrong) from wrong
    call.records("direct_costs")[str(record["id"])] = record
    return created(views.direct_cost(call, record, "shown"))


def update_direct_cost(call: Call) -> Answer:
    """PATCH /rest/v1.1/projects/{project_id}/direct_costs/{id}: a user's way; a synced one is locked."""
    record = _one(call)
    fixed = ("direct_cost_type", "invoice_number")
    known = {name: kind for name, kind in members.DIRECT_COST_ONE.items() if name not in fixed}
    update = members.part(call.body(), "direct_cost", known, {"attachments": "list"}, 400)
    if record["origin_id"] is not None and set(update) - MARKS:
        raise locked("Direct Cost")
    try:
        given_lines = update.pop("line_items", None) or []
        _write(call, record, update)
        for line in given_lines:
            _write_one_line(call, record, line)
    except Mistake as wrong:
        raise _wrong(wrong) from wrong
    return ok(views.direct_cost(call, record, "shown"))


def _wrong(mistake: Mistake) -> Exception:
    body = {"code": 400, "message": "Validation failed", "fields": mistake.fields, "reason": "invalid_fields"}
    return refused(400, body)


def delete_direct_cost(call: Call) -> Answer:
    """DELETE /rest/v1.1/projects/{project_id}/direct_costs/{id}."""
    record = _one(call)
    del call.records("direct_costs")[str(record["id"])]
    return ok({})


# ---- lines ---------------------------------------------------------------------------------------


def _write_one_line(call: Call, record: Record, given_line: object) -> None:
    update = members.checked(given_line, members.DIRECT_COST_LINE_ONE)
    if "manual_amount" in update:
        update |= {"amount": update.pop("manual_amount"), "extended_type": "manual"}
    update.pop("direct_cost_id", None)
    write_line(call, record, update)


def write_line(call: Call, record: Record, update: Record) -> Record:
    """Change a line, or add one; how its amount is made follows `extended_type`."""
    line = syncing.meant(call, "line_item", update, lambda holder: holder is record)
    booked = commitments.booking(call, record["_project_id"], update, required=line is None)
    if update.get("extended_type") not in (None, "manual", "calculated"):
        raise Mistake({"extended_type": ["is not included in the list"]})
    if line is None:
        project = call.records("projects")[str(record["_project_id"])]
        line = commitments.new_line(call, record, project, {})
        origins.may_carry(call, "line_item", line["id"], update.get("origin_id"))
        line |= {"_project_id": project["id"], "_direct_cost_id": record["id"], "extended_type": None}
        line["currency_configuration"] = dict(record["currency_configuration"])
        record["line_items"].append(line)
    names = ("wbs_code_id", "cost_code_id", "line_item_type_id", "direct_cost_id")
    plain = {name: value for name, value in update.items() if name not in names}
    syncing.put(call, "line_item", line, plain | booked)
    if line["extended_type"] is None:
        both = update.get("quantity") is not None and update.get("unit_cost") is not None
        line["extended_type"] = "calculated" if both else "manual"
    quantity, unit = figures.amount(line["quantity"]), figures.amount(line["unit_cost"])
    amount = quantity * unit if line["extended_type"] == "calculated" else figures.amount(line["amount"])
    line["quantity"], line["unit_cost"] = figures.text(quantity), figures.text(unit)
    for name in ("amount", "total_amount", "extended_amount"):
        line[name] = figures.text(figures.cents(amount))
    record["updated_at"] = call.now()
    return line


def sync_lines(call: Call) -> Answer:
    """PATCH /rest/v1.0/projects/{project_id}/direct_costs/line_items/sync."""
    project = doors.project(call, call.text("project_id"))
    body = only(call.body(), "updates")
    mine = {str(each["id"]): each for each in in_project(call, project["id"])}

    def one(update: Record) -> Record:
        if update.get("direct_cost_id") is None:
            line = syncing.meant(call, "line_item", update, lambda holder: str(holder["id"]) in mine)
            record = mine.get(str((line or {}).get("_direct_cost_id")))
        else:
            record = mine.get(str(update["direct_cost_id"]))
        if record is None:
            raise Mistake({"direct_cost_id": ["not found"]})
        return views.direct_line(call, write_line(call, record, update), "synced")

    return syncing.each(call, syncing.updates_of(body), members.DIRECT_COST_LINE, one)


def delete_line(call: Call) -> Answer:
    """DELETE …/direct_costs/{direct_cost_id}/line_items/{id}."""
    record = _one(call, "direct_cost_id")
    left = [each for each in record["line_items"] if str(each["id"]) != call.text("id")]
    if len(left) == len(record["line_items"]):
        raise not_found("Line Item")
    record["line_items"] = left
    record["updated_at"] = call.now()
    return ok({})
