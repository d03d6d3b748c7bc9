"""ERP requests that carry ids only: refresh, unlink, reset, merge.

The integration looks the rest up itself. Each is built from a few arguments a test or trainer gives.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.procore import change_orders, columns, requests
from sandbox.procore.call import Call, given, not_found
from sandbox.world import Record

Build = Callable[[Call, Record, Callable[[str, object], int]], object]


def _record(call: Call, collection: str, number: object) -> Record:
    found = call.records(collection).get(str(number))
    if found is None:
        raise not_found(collection)
    return found


def _marked(record: Record, *names: str) -> Record:
    return {name: record.get(name) for name in ("id", *names, "origin_id")}


def _only_detail(kind: str) -> Build:
    def build(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
        return {"request_detail_id": detail(kind, None), "company_id": call.company}

    return build


def _payments(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    return {"request_detail_id": detail("contract_payment", None)}


def _codes(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    erp = next(
        (each["id"] for each in call.records("standard_cost_code_lists").values() if each["is_erp_list"]),
        None,
    )
    return {"standard_cost_code_list_id": erp, "request_detail_id": detail("standard_cost_code", None)}


def _single_job(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    return requests.single_job(call, [_record(call, "projects", given(asked, "project_id"))], [], asked)


def _job(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    project = _record(call, "projects", given(asked, "project_id"))
    return {"project": _marked(project, "name", "origin_data", "origin_code"), "company_id": call.company}


def _reset_job(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    return {"project": _marked(_record(call, "projects", given(asked, "project_id")), "name", "origin_data")}


def _vendor(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    vendor = _marked(_record(call, "vendors", given(asked, "vendor_id")))
    if asked.get("origin_id") is not None:
        vendor["origin_id"] = asked["origin_id"]  # what the approver picked, before it is marked
    return {"vendor": vendor, "company_id": call.company}


def _vendors(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    return {"vendors": given(asked, "vendors"), "company_id": call.company}


def _merge(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    master = _record(call, "vendors", given(asked, "master_id"))
    sources = [_record(call, "vendors", each) for each in asked.get("source_ids", ())]
    merged = [_marked(each) for each in sources]
    return {"master_vendor": _marked(master), "source_vendors": merged, "company_id": call.company}


def _unlink_codes(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    """Codes that are unlinked, or gone from the list: nobody is asked."""
    return {"standard_cost_codes": [_bare_code(call, each) for each in given(asked, "ids")]}


def _bare_code(call: Call, number: object) -> Record:
    found = _record(call, "standard_cost_codes", number)
    return {"id": found["id"], "sortable_code": found["full_code"], "origin_id": found.get("origin_id")}


def _delete_types(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    """A cost type is taken from codes of a project: `{project_id, ids, type_id}`."""
    project = _record(call, "projects", given(asked, "project_id"))
    kind = _record(call, "line_item_types", given(asked, "type_id"))
    found = [_record(call, "cost_codes", each) for each in given(asked, "ids")]
    return {
        "project": _marked(project),
        "cost_type_assignments": [
            {
                "request_detail_id": detail("cost_code", each["id"]),
                "cost_code": _marked(each, "sortable_code"),
                "line_item_type": _marked(kind, "code"),
            }
            for each in found
        ],
    }


def _delete_codes(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    project = _record(call, "projects", given(asked, "project_id"))
    found = [_record(call, "cost_codes", each) for each in given(asked, "ids")]
    return {
        "project": _marked(project),
        "sub_job": {"id": None, "origin_id": None},
        "cost_codes": [
            {
                "id": each["id"],
                "request_detail_id": detail("cost_code", each["id"]),
                "origin_id": each.get("origin_id"),
                "sortable_code": each["sortable_code"],
            }
            for each in found
        ],
    }


def _contract(call: Call, number: object) -> tuple[str, Record]:
    for collection in columns.HOLDERS:
        if str(number) in call.records(collection):
            return collection, call.records(collection)[str(number)]
    raise not_found("Contract")


def _unlink_commitment(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    collection, record = _contract(call, given(asked, "id"))
    project = _record(call, "projects", record["project"]["id"])
    kind = columns.HOLDERS[collection]
    return {
        "job_origin_id": project.get("origin_id"),
        "erp_commitment_id": record["id"],
        "request_detail_id": detail(collection.removesuffix("s"), record["id"]),
        "project_id": project["id"],
        "procore_commitment_id": record["id"],
        "commitment_type": kind,
        "commitment_origin_id": record.get("origin_id"),
    }


def _unlink_change(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    change = _record(call, "change_order_packages", given(asked, "id"))
    collection, record = change_orders.contract_of(call, change)
    project = _record(call, "projects", record["project"]["id"])
    return {
        "job_origin_id": project.get("origin_id"),
        "erp_commitment_id": record["id"],
        "erp_commitment_change_order_id": change["id"],
        "request_detail_id": detail("change_order", change["id"]),
        "commitment_origin_id": record.get("origin_id"),
        "commitment_type": columns.HOLDERS[collection],
        "commitment_change_order_origin_id": change.get("origin_id"),
        "procore_commitment_change_order_id": change["id"],
        "project_id": project["id"],
    }


def _unlink_requisition(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    record = _record(call, "requisitions", given(asked, "id"))
    return {
        "requisition_id": record["id"],
        "project_id": record["project_id"],
        "requisition_origin_id": record.get("origin_id"),
        "request_detail_id": detail("requisition", record["id"]),
    }


def _reset_commitment(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    _, record = _contract(call, given(asked, "id"))
    return {"procore_commitment_id": record["id"], "commitment_origin_id": record.get("origin_id")}


def _reset_change(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    change = _record(call, "change_order_packages", given(asked, "id"))
    marked = {"commitment_change_order_origin_id": change.get("origin_id")}
    return {"procore_commitment_change_order_id": change["id"], **marked}


def _reset_requisition(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    record = _record(call, "requisitions", given(asked, "id"))
    return {
        "requisition_id": record["id"],
        "project_id": record["project_id"],
        "requisition_origin_id": record.get("origin_id"),
        "reset_override": bool(asked.get("reset_override", False)),
    }


def _reset_payment(call: Call, asked: Record, detail: Callable[[str, object], int]) -> object:
    record = _record(call, "contract_payments", given(asked, "id"))
    marks = {name: record.get(name) for name in ("origin_id", "origin_code", "origin_data")}
    override = bool(asked.get("reset_override", False))
    return {
        "payment_id": record["id"],
        "payment_type": "ContractPayment",
        **marks,
        "reset_override": override,
    }


BUILT: dict[str, Build] = {
    "sync_vendors": _only_detail("vendor"),
    "sync_jobs": _only_detail("project"),
    "sync_contract_payments": _payments,
    "sync_standard_cost_codes": _codes,
    "sync_standard_categories": lambda call, asked, detail: {},
    "sync_metadata": lambda call, asked, detail: {"company_id": call.company},
    "sync_single_job": _single_job,
    "create_job_in_procore": _job,
    "reset_job": _reset_job,
    "create_vendor_in_procore": _vendor,
    "link_vendor": _vendor,
    "unlink_vendor": _vendor,
    "link_all_vendors": _vendors,
    "merge_vendors": _merge,
    "unlink_standard_cost_codes": _unlink_codes,
    "delete_standard_cost_codes": _unlink_codes,
    "delete_cost_codes": _delete_codes,
    "delete_cost_type_assignments": _delete_types,
    "unlink_commitment": _unlink_commitment,
    "unlink_commitment_change_order": _unlink_change,
    "unlink_requisition": _unlink_requisition,
    "reset_commitment": _reset_commitment,
    "reset_commitment_change_order": _reset_change,
    "reset_requisition": _reset_requisition,
    "reset_payment": _reset_payment,
}


def make(call: Call, name: str, asked: Record) -> Record:
    """A request of that name."""
    number = call.world.fresh_number()

    def detail(kind: str, item: object) -> int:
        return requests.open_details(call, number, [(kind, item)])[0]

    return requests.put(call, number, name, BUILT[name](call, asked, detail))
