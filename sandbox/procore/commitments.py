"""Subcontracts (work order contracts) and purchase order contracts, and their lines.

Once a contract is Approved or Complete and synced, its company and its schedule of values are locked; the
marks themselves can always be written.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.answers import Answer
from sandbox.procore import columns, doors, figures, lists, members, origins, syncing, views
from sandbox.procore.call import Call, Handler, Mistake, given, invalid, locked, not_found, ok, only
from sandbox.world import Record

STATUSES = {
    "work_order_contracts": (
        *("Draft", "Out For Bid", "Out For Signature", "Approved", "Complete", "Terminated", "Void"),
    ),
    "purchase_order_contracts": (
        *("Draft", "Processing", "Submitted", "Partially Received", "Received", "Approved", "Closed"),
    ),
}
KINDS = {"work_order_contracts": "work_order_contract", "purchase_order_contracts": "purchase_order_contract"}
TAKES = {"work_order_contracts": members.SUBCONTRACT, "purchase_order_contracts": members.PURCHASE_ORDER}
SYNC_TAKES = {
    "work_order_contracts": members.SUBCONTRACT_SYNC,
    "purchase_order_contracts": members.PURCHASE_ORDER_SYNC,
}
MARKS = {"id", "origin_id", "origin_code", "origin_data"}
FINAL = ("Approved", "Complete", "Closed")

Make = Callable[[str], Handler]


def is_locked(record: Record) -> bool:
    """Whether company and lines of a contract are fixed."""
    return record.get("origin_id") is not None and record["status"] in FINAL


def in_project(call: Call, collection: str, project: object) -> list[Record]:
    """The contracts of a project."""
    return [each for each in call.records(collection).values() if each["project"]["id"] == project]


def _contract(call: Call, collection: str, number: str, project: object) -> Record:
    record = call.records(collection).get(number)
    if record is None or record["project"]["id"] != project or record.get("deleted_at") is not None:
        raise not_found("Contract")
    return record


def list_contracts(collection: str) -> Handler:
    """GET the contracts of a project, without their lines."""

    def handle(call: Call) -> Answer:
        project = doors.project(call, call.number("project_id"))
        found = lists.filtered(
            call,
            in_project(call, collection, project["id"]),
            "id status created_at updated_at include_deleted origin_id",
        )
        return lists.page(call, found, lambda record: views.contract(call, record, collection))

    return handle


def show_contract(collection: str) -> Handler:
    """GET one contract, with its lines."""

    def handle(call: Call) -> Answer:
        project = doors.project(call, call.number("project_id"))
        record = _contract(call, collection, call.text("id"), project["id"])
        return ok(views.shown_contract(call, record, collection))

    return handle


def _write(call: Call, collection: str, record: Record, update: Record) -> None:
    if update.get("status") not in (None, *STATUSES[collection]):
        raise Mistake({"status": ["is not included in the list"]})
    if "vendor_id" in update:
        vendor = update.pop("vendor_id")
        if is_locked(record) and vendor != (record["vendor"] or {}).get("id"):
            raise Mistake({"vendor_id": ["cannot be changed once the contract is synced with ERP"]})
        if vendor is not None and str(vendor) not in call.records("vendors"):
            raise Mistake({"vendor_id": ["not found"]})
        record["vendor"] = {"id": vendor} if vendor is not None else None
    syncing.put(call, KINDS[collection], record, update)


def update_contract(collection: str) -> Handler:
    """PATCH one contract."""

    def handle(call: Call) -> Answer:
        body = call.body()
        project = doors.project(call, given(body, "project_id"))
        record = _contract(call, collection, call.text("id"), project["id"])
        known = {name: kind for name, kind in TAKES[collection].items() if name != "id"}
        update = members.part(body, KINDS[collection], known, {"project_id": "whole", "attachments": "list"})
        try:
            _write(call, collection, record, update)
        except Mistake as wrong:
            raise invalid(wrong.fields) from wrong
        return ok(views.shown_contract(call, record, collection))

    return handle


def sync_contracts(collection: str) -> Handler:
    """PATCH …/sync: contracts found by id or origin id, or made."""

    def handle(call: Call) -> Answer:
        body = only(call.body(), "project_id", "updates")
        project = doors.project(call, given(body, "project_id"))

        def one(update: Record) -> Record:
            record = syncing.meant(
                call, KINDS[collection], update, lambda holder: holder["project"]["id"] == project["id"]
            )
            record = record or make(call, collection, project, update)
            _write(call, collection, record, update)
            call.records(collection)[str(record["id"])] = record
            return views.contract(call, record, collection)

        return syncing.each(call, syncing.updates_of(body), SYNC_TAKES[collection], one)

    return handle


def make(call: Call, collection: str, project: Record, update: Record) -> Record:
    """A new contract in draft, not yet among the others."""
    number = call.world.fresh_number()
    origins.may_carry(call, KINDS[collection], number, update.get("origin_id"))
    company = call.records("companies")[str(call.company)]
    return {
        **dict.fromkeys(columns.CONTRACT + columns.ONLY[collection]),
        "id": number,
        "number": f"{'SC' if collection == 'work_order_contracts' else 'PO'}-{number % 1000:03}",
        "title": None,
        "status": "Draft",
        "accounting_method": "amount",
        "executed": False,
        "private": True,
        "requisitions_are_enabled": True,
        "show_line_items_to_non_admins": False,
        "retainage_percent": "0.0",
        "project": {"id": project["id"]},
        "created_at": call.now(),
        "updated_at": call.now(),
        "currency_configuration": {"currency_iso_code": company.get("_currency", "AUD")},
        "line_items": [],
    }


def list_all(call: Call) -> Answer:
    """GET /rest/v1.0/commitments: both kinds, thinly."""
    project = doors.project(call, call.number("project_id"))
    found = [
        each for kind in KINDS for each in in_project(call, kind, project["id"]) if not each.get("deleted_at")
    ]

    def thin(record: Record) -> Record:
        names = (
            "id",
            "title",
            "number",
            "status",
            "description",
            "executed",
            "delivery_date",
            "created_at",
            "private",
        )
        vendor = call.records("vendors").get(str((record.get("vendor") or {}).get("id")))
        named = {"id": vendor["id"], "name": vendor["name"]} if vendor else None
        return {**views.chosen(record, names), "vendor": named}

    return lists.page(call, found, thin)


# ---- lines ---------------------------------------------------------------------------------------


def list_lines(collection: str) -> Handler:
    """GET the lines of a contract."""

    def handle(call: Call) -> Answer:
        project = doors.project(call, call.number("project_id"))
        record = _contract(call, collection, call.text("holder_id"), project["id"])
        found = lists.filtered(
            call,
            record["line_items"],
            "id created_at updated_at",
            {"cost_code_id": booked_to("cost_code"), "line_item_type_id": booked_to("line_item_type")},
        )
        return lists.page(call, found, lambda line: views.line(call, line))

    return handle


def booked_to(name: str) -> lists.Test:
    """Lines of certain codes or types."""
    return lambda line, values: str((line.get(name) or {}).get("id")) in values


def sync_lines(collection: str) -> Handler:
    """PATCH …/line_items/sync of a contract; a locked one takes marks only."""

    def handle(call: Call) -> Answer:
        project = doors.project(call, call.number("project_id"))
        record = _contract(call, collection, call.text("holder_id"), project["id"])
        body = only(call.body(), "updates")

        def one(update: Record) -> Record:
            if is_locked(record) and set(update) - MARKS:
                raise Mistake({"base": ["The contract is synced with ERP; its schedule of values is locked"]})
            holder = {"id": record["id"], "holder_type": columns.HOLDERS[collection]}
            return views.line(call, write_line(call, record, update, project, holder))

        answer = syncing.each(call, syncing.updates_of(body), members.CONTRACT_LINE, one)
        record["updated_at"] = call.now()
        return answer

    return handle


def write_line(call: Call, holder: Record, update: Record, project: Record, named: Record) -> Record:
    """Change a line of a contract or change order, or add one."""
    line = syncing.meant(call, "line_item", update, lambda found: found is holder)
    book = booking(call, project["id"], update, required=line is None)
    if line is None:
        line = new_line(call, holder, project, named)
        origins.may_carry(call, "line_item", line["id"], update.get("origin_id"))
        holder["line_items"].append(line)
    wbs_less = {
        k: v for k, v in update.items() if k not in ("wbs_code_id", "cost_code_id", "line_item_type_id")
    }
    syncing.put(call, "line_item", line, wbs_less | book)
    if not {"amount", "quantity", "unit_cost", "extended_type"} & set(update):
        return line
    if line.get("extended_type") == "calculated":
        product = figures.amount(line.get("quantity")) * figures.amount(line.get("unit_cost"))
        line["amount"] = figures.text(figures.cents(product))
    for name in ("quantity", "unit_cost", "amount"):
        line[name] = figures.text(figures.amount(line.get(name)))
    line["total_amount"] = line["extended_amount"] = line["amount"]
    return line


def booking(call: Call, project: int, update: Record, required: bool) -> Record:
    """The cost code and type an element names, by budget code or one by one."""
    found: Record = {}
    if update.get("wbs_code_id") is not None:
        pair = views.pair_of(call, project, update["wbs_code_id"])
        if pair is None:
            raise Mistake({"wbs_code_id": ["not found"]})
        return {"cost_code": {"id": pair[0]}, "line_item_type": {"id": pair[1]}}
    if update.get("cost_code_id") is not None:
        code = call.records("cost_codes").get(str(update["cost_code_id"]))
        if code is None or code["biller_id"] != project:
            raise Mistake({"cost_code_id": ["not found"]})
        found["cost_code"] = {"id": code["id"]}
    if update.get("line_item_type_id") is not None:
        if views.cost_type(call, update["line_item_type_id"]) is None:
            raise Mistake({"line_item_type_id": ["not found"]})
        found["line_item_type"] = {"id": update["line_item_type_id"]}
    if required and len(found) < 2:
        raise Mistake({"wbs_code_id": ["can't be blank"]})
    return found


def new_line(call: Call, holder: Record, project: Record, named: Record) -> Record:
    """An empty line at the end."""
    company = call.records("companies").get(str(call.company), {})
    return {
        "id": call.world.fresh_number(),
        "position": len(holder["line_items"]) + 1,
        "company": {"id": company.get("id"), "name": company.get("name")},
        "project": {"id": project["id"], "name": project["name"]},
        "holder": named,
        "extended_type": "manual",
        **dict.fromkeys(("description", "uom", "tax_code_id", "origin_id", "origin_data")),
        **dict.fromkeys(("quantity", "unit_cost", "amount", "total_amount", "extended_amount"), "0.0"),
        "created_at": call.now(),
        "updated_at": call.now(),
        "currency_configuration": {"currency_iso_code": company.get("_currency", "AUD")},
    }


def refuse_if_locked(record: Record, what: str) -> None:
    """A user's edit of a record that the ERP owns."""
    if record.get("origin_id") is not None:
        raise locked(what)
