"""ERP requests: what Procore tells an integration when an approver accepts an object in the ERP tool.

Each request carries the object in a form of its own, not that of a plain read: a project is named by its
origin id, amounts are text, and a request detail waits to be closed for each object.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.procore import change_orders, codes, columns, figures, views
from sandbox.procore.call import Call, not_found
from sandbox.world import Record

EVENT_CONTRACT = (
    *("id", "accounting_method", "approved_change_orders", "contract_date", "created_at", "deleted_at"),
    *("delivery_date", "description", "draft_change_orders_amount", "executed", "grand_total", "number"),
    *("origin_code", "origin_data", "origin_id", "payment_terms", "pending_change_orders"),
    *("pending_revised_contract", "percentage_paid", "private", "remaining_balance_outstanding"),
    *("requisitions_are_enabled", "retainage_percent", "revised_contract", "ship_to_address", "ship_via"),
    *("show_line_items_to_non_admins", "status", "title", "total_draw_requests_amount", "total_payments"),
    *("total_requisitions_amount", "updated_at"),
)
EVENT_VENDOR = (
    *("id", "name", "abbreviated_name", "address", "authorized_bidder", "business_phone", "city", "company"),
    *(
        "country_code",
        "created_at",
        "email_address",
        "fax_number",
        "is_active",
        "labor_union",
        "license_number",
    ),
    *(
        "logo",
        "mobile_phone",
        "non_union_prevailing_wage",
        "notes",
        "origin_code",
        "origin_data",
        "origin_id",
    ),
    *(
        "prequalified",
        "state_code",
        "synced_to_erp",
        "trade_name",
        "union_member",
        "updated_at",
        "website",
        "zip",
    ),
)
EVENT_CHANGE = (
    *("id", "contract_id", "status", "title", "created_at", "deleted_at", "origin_code", "origin_data"),
    *("origin_id", "updated_at", "due_date", "invoiced_date", "paid_date", "reviewed_at", "description"),
)
EVENT_LINE = (
    *("id", "created_at", "description", "extended_amount", "extended_type", "holder", "origin_data"),
    *("origin_id", "position", "quantity", "tax_code_id", "total_amount", "unit_cost", "uom", "updated_at"),
)
EVENT_TYPE = ("id", "name", "code", "base_type", "origin_id")

Build = Callable[[Call, list[Record], list[int], Record], object]


def _one(call: Call, collection: str, number: object) -> Record:
    record = call.records(collection).get(str(number))
    if record is None:
        raise not_found(collection)
    return record


def _with_marks(record: Record, *names: str) -> Record:
    return {name: record.get(name) for name in ("id", *names, "origin_data", "origin_id")}


def _path(call: Call, collection: str, record: Record, parent: Callable[[Record], object]) -> list[list[str]]:
    above = call.records(collection).get(str(parent(record)))
    before = _path(call, collection, above, parent) if above else []
    return [*before, [record["code"], record["name"]]]


# ---- cost codes, companies, projects --------------------------------------------------------------


def cost_codes(call: Call, records: list[Record], details: list[int], more: Record) -> object:
    """`create_standard_cost_codes`: a bare list; accounts are what the approver chose."""
    fields = more.get("erp_custom_fields", {})
    chosen = {"income_account_origin_id": None, "expense_account_origin_id": None, **fields}
    return [
        {
            **views.chosen(record, columns.STANDARD_CODE),
            "parent_origin_id": call.records("standard_cost_codes")
            .get(str(record["parent_id"]), {})
            .get("origin_id"),
            "long_name_helper": _path(call, "standard_cost_codes", record, lambda each: each["parent_id"]),
            "erp_custom_fields": chosen,
            "request_detail_id": detail,
        }
        for record, detail in zip(records, details, strict=True)
    ]


def vendor(call: Call, records: list[Record], details: list[int], more: Record) -> object:
    """`create_vendor`."""
    (record,) = records
    shown = {**views.chosen(record, EVENT_VENDOR), "company": record["name"]}
    shown |= {"synced_to_erp": record.get("origin_id") is not None}
    shown |= {"erp_custom_fields": more.get("erp_custom_fields", {}), "attachments": []}
    shown |= dict.fromkeys(("business_register", "primary_contact", "vendor_group"))
    return {"vendor": shown, "request_detail_id": details[0], "company_id": call.company}


def job(call: Call, records: list[Record], details: list[int], more: Record) -> object:
    """`create_or_update_job`: the project with all its cost codes."""
    (project,) = records
    names = ("id", "name", "origin_id", "origin_data", "origin_code", "address", "city", "state_code", "zip")
    shown = {**views.chosen(project, (*names, "latitude", "longitude", "active"))}
    shown |= {"custom_fields": {}, "erp_custom_fields": {}, "synced": project.get("origin_id") is not None}
    every = [_event_code(call, each) for each in codes.of_project(call, project["id"])]
    for code in every:
        standard = call.records("standard_cost_codes").get(str(code.pop("standard_cost_code_id")), {})
        code.pop("biller_origin_id")
        code["long_name_helper"] = [[code["code"], code["name"]]]
        code["standard_cost_code_origin_id"] = standard.get("origin_id")
    return {
        "job": shown,
        "all_cost_codes": every,
        "request_detail_id": details[0],
        "company_id": call.company,
    }


def single_job(call: Call, records: list[Record], details: list[int], more: Record) -> object:
    """`sync_single_job`: the one place that tells whether transactions are wanted."""
    (project,) = records
    told = {
        "job_name": project["name"],
        "procore_project_id": project["id"],
        "project_id": project["id"],
        "start_date": project.get("start_date"),
        "job_cost_transactions_sync_enabled": bool(project.get("_switch", False)),
    }
    return {"id": project.get("origin_id"), "additional_job_data": told, "company_id": call.company}


# ---- contracts and change orders ------------------------------------------------------------------


def _event_code(call: Call, record: Record) -> Record:
    found = views.listed_cost_code(call, record)
    types = [views.chosen(each, EVENT_TYPE) for each in found["line_item_types"]]
    return {**found, "line_item_types": types}


def _event_line(call: Call, line: Record, project: Record, company: Record) -> Record:
    code = call.records("cost_codes").get(str((line.get("cost_code") or {}).get("id")))
    return {
        **views.chosen(line, EVENT_LINE),
        "amount": line.get("amount", line.get("total_amount")),
        "extended_type": line.get("extended_type", "manual"),
        "company": company,
        "cost_code": _event_code(call, code) if code else None,
        "line_item_type": views.cost_type(call, (line.get("line_item_type") or {}).get("id")),
        "project": project,
        "tax_amount": "0.0",
        "tax_code": None,
    }


def _contract(call: Call, collection: str, record: Record) -> tuple[Record, list[Record], Record, Record]:
    """The contract, its lines, and the project and company they name."""
    shown = views.shown_contract(call, record, collection)
    project = _with_marks(_one(call, "projects", record["project"]["id"]), "name")
    bidder = shown["vendor"] or {}
    company = {"id": bidder.get("id"), "name": bidder.get("company")}
    header = {**views.chosen(shown, EVENT_CONTRACT), "project": project, "vendor": shown["vendor"]}
    header |= {"custom_fields": {}, "erp_custom_fields": {}, "code": record["number"]}
    header["type"] = columns.HOLDERS[collection]
    if collection == "purchase_order_contracts":
        header["bill_to_address"] = record.get("bill_to_address")
    lines = [_event_line(call, each, project, company) for each in record["line_items"]]
    return header, lines, project, company


def _answered(more: Record) -> Record:
    """What the approver picked or typed at acceptance."""
    return {"erp_custom_fields": more.get("erp_custom_fields", {})}


def _commitment(collection: str) -> Build:
    def build(call: Call, records: list[Record], details: list[int], more: Record) -> object:
        header, lines, project, _ = _contract(call, collection, records[0])
        header |= {"code": more.get("code", header["code"]), **_answered(more)}
        return {
            "job_id": project["origin_id"],
            "request_detail_id": details[0],
            "commitment": header,
            "commitment_items": lines,
            "additional_data": {"accounting_date": more.get("accounting_date")},
            "company_id": call.company,
        }

    return build


def change_order(call: Call, records: list[Record], details: list[int], more: Record) -> object:
    """`create_commitment_change_order`: the contract once more, the change, and its lines."""
    (record,) = records
    collection, contract = change_orders.contract_of(call, record)
    header, lines, project, company = _contract(call, collection, contract)
    number = str(record["number"])
    shown = {**views.chosen(record, EVENT_CHANGE), "number": int(number) if number.isdigit() else None}
    items = [
        {
            **_event_line(call, each, project, company),
            "commitment_line_item_id": each.get("_commitment_line_item_id"),
            "created_at": each.get("created_at") or record["created_at"],
            "updated_at": each.get("updated_at") or record["created_at"],
        }
        for each in record["line_items"]
    ]
    return {
        "job_origin_id": project["origin_id"],
        "request_detail_id": details[0],
        "commitment": header,
        "commitment_items": lines,
        "change_order": {**shown, "custom_fields": {}, **_answered(more)},
        "change_order_items": items,
        "additional_data": {"accounting_date": more.get("accounting_date")},
        "company_id": call.company,
    }


# ---- invoices ------------------------------------------------------------------------------------


def requisitions(call: Call, records: list[Record], details: list[int], more: Record) -> object:
    """`create_requisitions`: many at once, without company, due date or request details."""
    return {"requisitions": [_invoice(call, each) for each in records]}


def _invoice(call: Call, record: Record) -> Record:
    found = [
        call.records(kind)[str(record["commitment_id"])]
        for kind in columns.HOLDERS
        if str(record["commitment_id"]) in call.records(kind)
    ]
    contract = found[0] if found else {}
    project = _one(call, "projects", record["project_id"])
    due = figures.amount(record["summary"]["current_payment_due"])
    due += figures.amount(record["summary"].get("tax_applicable_to_this_payment"))
    rows = call.records("requisition_details").get(str(record["id"]), {}).get("detail", [])
    detail = {each["id"]: each for each in rows}
    sources = [contract, *views.changes_of(call, record["commitment_id"])]
    lines = {each["id"]: each for source in sources for each in source.get("line_items", ())}
    return {
        "procore_requisition_id": record["id"],
        "accounting_method": contract.get("accounting_method"),
        "billing_date": record["billing_date"],
        "code": f"{contract.get('number')}-{record['number']}",
        "contract_id": record["commitment_id"],
        "contract_origin_id": contract.get("origin_id"),
        "created_at": record["created_at"],
        "custom_fields": {},
        "erp_custom_fields": {},
        "formatted_payment_due": figures.dollars(due),
        "invoice_number": record["invoice_number"],
        "job_origin_id": project.get("origin_id"),
        "line_items": [
            _invoice_line(call, each, detail.get(each["id"], {}), lines.get(each.get("line_item_id"), {}))
            for each in record["items"]
        ],
    }


def _invoice_line(call: Call, item: Record, detail: Record, line: Record) -> Record:
    code = call.records("cost_codes").get(str(item["cost_code_id"]), {})
    kind = views.cost_type(call, (line.get("line_item_type") or {}).get("id")) or {}
    changed = item["item_type"] == "change_order_item"
    work, stored = item["work_completed_this_period"], item["materials_presently_stored"]
    amount = figures.total((work, stored))
    # An amount-based line repeats its scheduled total here; whoever takes it for a price overbills.
    unit = item["scheduled_value" if item["accounting_method"] == "amount" else "scheduled_unit_price"]
    held = item["work_completed_retainage_retained_this_period"]
    return {
        "procore_requisition_item_id": item["id"],
        "accounting_method": item["accounting_method"],
        "amount": figures.text(amount),
        "change_order_line_item_origin_id": line.get("origin_id") if changed else None,
        "commitment_item_origin_id": None if changed else line.get("origin_id"),
        "cost_code_id": item["cost_code_id"],
        "cost_code_origin_id": code.get("origin_id"),
        "description": item["description_of_work"],
        "formatted_amount": figures.dollars(amount),
        "formatted_unit_cost": figures.dollars(figures.amount(unit)),
        "line_item_description": item["description_of_work"],
        "line_item_type_origin_id": kind.get("origin_id"),
        "qty": item["work_completed_this_period_quantity"],
        "released_work_completed_this_period": item["work_completed_retainage_released_this_period"],
        "requisition_item_type": item["item_type"],
        "retainage_materials_presently_stored": item["materials_stored_retainage_currently_retained"],
        "retainage_materials_previously_stored": detail.get(
            "materials_stored_retainage_from_previous_application", "0.0"
        ),
        "retainage_this_period": held,
        "retainage_work_completed_this_period": held,
        "scheduled_total_amount": item["scheduled_value"],
        "tax_code_origin_id": None,
        "unit_cost": unit,
        "uom": item["uom"],
    }


# ---- every kind that carries an object -------------------------------------------------------------

SENT: dict[str, tuple[str, str, Build]] = {
    "standard_cost_code": ("standard_cost_codes", "create_standard_cost_codes", cost_codes),
    "vendor": ("vendors", "create_vendor", vendor),
    "project": ("projects", "create_or_update_job", job),
    "work_order_contract": ("work_order_contracts", "create_commitment", _commitment("work_order_contracts")),
    "purchase_order_contract": (
        "purchase_order_contracts",
        "create_commitment",
        _commitment("purchase_order_contracts"),
    ),
    "change_order": ("change_order_packages", "create_commitment_change_order", change_order),
    "requisition": ("requisitions", "create_requisitions", requisitions),
}
TOGETHER = ("standard_cost_code", "requisition")  # several objects go in one request


def open_details(call: Call, number: int, items: list[tuple[str, object]]) -> list[int]:
    """A request detail for each item, in progress until the integration closes it."""
    found: list[int] = []
    for kind, item in items:
        detail = call.world.fresh_number()
        call.records("erp_request_details")[str(detail)] = {
            "id": detail,
            "erp_request_id": number,
            "item_type": kind,
            "item_id": item,
            "status": "in_progress",
            "messages": [],
            "created_at": call.now(),
            "updated_at": call.now(),
        }
        found.append(detail)
    return found


def put(call: Call, number: int, name: str, data: object) -> Record:
    """Keep a request, so that it can be fetched and polled for."""
    record = {
        "id": number,
        "company_id": call.company,
        "request_name": name,
        "request_data": data,
        "created_at": call.now(),
        "updated_at": call.now(),
        "integration_app_name": "Crosswalk",
    }
    call.records("erp_requests")[str(number)] = record
    told = {"event_type": "create", "resource_name": "ERP Requests", "resource_id": number}
    when = {"id": number + 1_000_000_000, "timestamp": call.now(), "company_id": call.company}
    call.world.tell("procore", {**when, **told})
    return record


def send(call: Call, kind: str, numbers: list[int], more: Record) -> list[Record]:
    """The requests that tell the integration of these objects."""
    collection, name, build = SENT[kind]
    groups = [numbers] if kind in TOGETHER else [[each] for each in numbers]
    found: list[Record] = []
    for group in groups:
        records = [_one(call, collection, each) for each in group]
        number = call.world.fresh_number()
        details = open_details(call, number, [(kind, each) for each in group])
        found.append(put(call, number, name, build(call, records, details, more)))
    return found
