"""Records as each operation shows them: which members, and references looked up anew.

A list shows less than a single read, a contract in a list has no lines, and most lines do not show the
mark they carry. What is stored about other records (a vendor's name, a code's mark) is never trusted:
it is read where it belongs.
"""

from __future__ import annotations

from sandbox.procore import columns, figures
from sandbox.procore.call import Call
from sandbox.world import Record


def chosen(record: Record, names: tuple[str, ...]) -> Record:
    """These members, empty where the record lacks them."""
    return {name: record.get(name) for name in names}


def public(record: Record) -> Record:
    """Without what is the sandbox's own."""
    return {name: value for name, value in record.items() if not name.startswith("_")}


# ---- codes ---------------------------------------------------------------------------------------


def cost_type(call: Call, number: object) -> Record | None:
    """A cost type as it is named inside other records."""
    record = call.records("line_item_types").get(str(number))
    return None if record is None else chosen(record, columns.TYPE)


def cost_code(call: Call, number: object) -> Record | None:
    """A project's cost code as a line shows it, with the types assigned to it."""
    record = call.records("cost_codes").get(str(number))
    if record is None:
        return None
    assigned = [cost_type(call, each["id"]) for each in record.get("line_item_types") or ()]
    return {**chosen(record, columns.CODE), "line_item_types": assigned}


def listed_cost_code(call: Call, record: Record) -> Record:
    """A cost code in its own list: with the mark of its project."""
    project = call.records("projects").get(str(record.get("biller_id")), {})
    found = cost_code(call, record["id"]) or {}
    return {**found, "biller_origin_id": project.get("origin_id")}


def wbs_code(call: Call, code: Record | None, kind: Record | None) -> Record | None:
    """The budget code of a cost code and a cost type."""
    if code is None or kind is None:
        return None
    company = call.records("companies").get(str(call.company), {})
    return {
        "id": wbs_number(call, int(code["id"]), int(kind["id"])),
        "flat_code": f"{code['full_code']}{company.get('_code_delimiter', '.')}{kind['code']}",
        "description": f"{code['name']}.{kind['name']}",
    }


def wbs_number(call: Call, code: int, kind: int) -> int:
    """The id of a pair, given out once and kept."""
    pairs = call.records("_wbs_codes")
    place = sorted(map(int, call.records("line_item_types"))).index(kind) + 1
    found = pairs.get(f"{code}:{kind}")
    if found is None:
        number = code * 10 + place if place < 10 else call.world.fresh_number()
        found = pairs[f"{code}:{kind}"] = {"id": number, "cost_code_id": code, "line_item_type_id": kind}
    return int(found["id"])


def pair_of(call: Call, project: int, wbs: object) -> tuple[int, int] | None:
    """The cost code and cost type behind a budget code of a project."""
    for code in call.records("cost_codes").values():
        if code.get("biller_id") == project:
            for kind in code.get("line_item_types") or ():
                if wbs_number(call, int(code["id"]), int(kind["id"])) == wbs:
                    return int(code["id"]), int(kind["id"])
    return None


# ---- lines ---------------------------------------------------------------------------------------


def _booked(call: Call, line: Record) -> Record:
    code = cost_code(call, (line.get("cost_code") or {}).get("id"))
    kind = cost_type(call, (line.get("line_item_type") or {}).get("id"))
    return {"cost_code": code, "line_item_type": kind, "wbs_code": wbs_code(call, code, kind)}


def line(call: Call, record: Record) -> Record:
    """A line of a contract or of a potential change order."""
    return {**public(record), **_booked(call, record)}


def change_line(call: Call, record: Record) -> Record:
    """A line of a change order package: its mark is not shown."""
    return {**chosen(record, columns.CHANGE_LINE), **_booked(call, record)}


def direct_line(call: Call, record: Record, form: str) -> Record:
    """A line of a direct cost: `shown` inside its record, `listed`, or `synced`."""
    booked = _booked(call, record)
    shown = {**chosen(record, columns.DIRECT_LINE), **booked}
    currency = record.get("currency_configuration") or {}
    project = call.records("projects").get(str(record.get("_project_id")), {})
    placed = {"id": project.get("id"), "name": project.get("name")}
    company = call.records("companies").get(str(call.company), {})
    owner = {"id": company.get("id"), "name": company.get("name")}
    holder = {"id": record.get("_direct_cost_id"), "holder_type": "DirectCost::Item"}
    if form == "listed":
        code = booked["cost_code"] or {}
        shown["cost_code"] = {name: code.get(name) for name in ("id", "full_code", "name", "origin_id")}
        return {
            **shown,
            "holder": holder,
            "project": placed,
            "currency_configuration": {"currency_iso_code": currency.get("currency_iso_code")},
        }
    shown = {
        **shown,
        "origin_data": record.get("origin_data"),
        "company": owner,
        "currency_configuration": currency,
    }
    return (
        {**shown, "holder": holder, "project": placed}
        if form == "synced"
        else {**shown, "ref": record.get("ref")}
    )


# ---- contracts and change orders ------------------------------------------------------------------


def changes_of(call: Call, contract: object) -> list[Record]:
    """The change orders of a contract."""
    return call.grouped("change_order_packages", "contract_id").get(contract, [])


def payments_of(call: Call, contract: object) -> list[Record]:
    """The payments issued on a contract."""
    return call.grouped("contract_payments", "contract_id").get(contract, [])


def _sums(call: Call, record: Record) -> Record:
    """The figures of a contract that Procore adds up."""
    grand = figures.total(each["amount"] for each in record.get("line_items") or ())
    by_status: dict[str, list[object]] = {}
    for change in changes_of(call, record["id"]):
        kind = change["status"] if change["status"] in ("approved", "draft") else "pending"
        if change["status"] not in ("rejected", "void", "no_charge"):
            by_status.setdefault(kind, []).append(change["grand_total"])
    approved, pending = (
        figures.total(by_status.get("approved", ())),
        figures.total(by_status.get("pending", ())),
    )
    paid = figures.total(each["amount"] for each in payments_of(call, record["id"]))
    billed = figures.total(
        each["summary"]["current_payment_due"]
        for each in call.grouped("requisitions", "commitment_id").get(record["id"], ())
        if str(each["status"]).startswith("approved")
    )
    revised = grand + approved
    sums = {
        "grand_total": grand,
        "approved_change_orders": approved,
        "pending_change_orders": pending,
        "draft_change_orders_amount": figures.total(by_status.get("draft", ())),
        "revised_contract": revised,
        "pending_revised_contract": revised + pending,
        "percentage_paid": paid * 100 / revised if revised else paid,
        "remaining_balance_outstanding": revised - paid,
        "total_requisitions_amount": billed,
        "total_payments": paid,
        "total_draw_requests_amount": figures.amount(0),
    }
    return {name: figures.text(figures.cents(value)) for name, value in sums.items()}


def contract(call: Call, record: Record, collection: str) -> Record:
    """A contract in a list: no lines, and a vendor without marks."""
    vendor = call.records("vendors").get(str((record.get("vendor") or {}).get("id")))
    project = call.records("projects").get(str(record["project"]["id"]), {})
    return {
        **chosen(record, columns.CONTRACT + columns.ONLY[collection]),
        **_sums(call, record),
        "project": {"id": project.get("id"), "name": project.get("name")},
        "vendor": vendor and {"id": vendor["id"], "company": vendor["name"]},
    }


def shown_contract(call: Call, record: Record, collection: str) -> Record:
    """A contract read alone: with lines, change orders and payments."""
    listed = contract(call, record, collection)
    vendor = call.records("vendors").get(str((record.get("vendor") or {}).get("id")))
    if vendor is not None:
        listed["vendor"] |= {"origin_data": vendor.get("origin_data"), "origin_id": vendor.get("origin_id")}
    return {
        **listed,
        "created_by_id": record.get("created_by_id"),
        "line_items": [line(call, each) for each in record.get("line_items") or ()],
        "change_order_packages": [
            chosen(each, columns.CHANGE_INSIDE) for each in changes_of(call, record["id"])
        ],
        "payments_issued": [chosen(each, columns.PAYMENT_INSIDE) for each in payments_of(call, record["id"])],
    }


def change_order(call: Call, record: Record) -> Record:
    """A change order package read alone."""
    lines = [change_line(call, each) for each in record.get("line_items") or ()]
    return {**chosen(record, columns.CHANGE_SHOWN), "line_items": lines}


# ---- direct costs --------------------------------------------------------------------------------


def direct_cost(call: Call, record: Record, form: str) -> Record:
    """A direct cost, `listed`, `synced` or `shown` with its lines; its total is theirs."""
    vendor = call.records("vendors").get(str(record.get("vendor_id")), {})
    lines = record.get("line_items") or []
    grand = figures.text(figures.total(each["amount"] for each in lines))
    found = {**chosen(record, columns.DIRECT), "grand_total": grand, "vendor_name": vendor.get("name")}
    currency = record["currency_configuration"]
    if form == "listed":
        return {**found, "amount": grand, "vendor": vendor.get("name"), "currency_configuration": currency}
    named = {"id": vendor["id"], "name": vendor["name"]} if vendor else None
    found |= {"vendor": named, "attachments": [], "attachments_count": 0, "line_items_count": len(lines)}
    if form == "synced":
        return {**found, "currency_configuration": {"currency_iso_code": currency["currency_iso_code"]}}
    project = call.records("projects").get(str(record["_project_id"]), {})
    company = call.records("companies").get(str(call.company), {})
    return {
        **found,
        "company": {"id": company.get("id"), "name": company.get("name")},
        "project": {"id": project.get("id"), "name": project.get("name")},
        "currency_configuration": currency,
        "line_items": [direct_line(call, each, "shown") for each in lines],
    }
