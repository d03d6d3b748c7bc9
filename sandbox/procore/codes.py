"""Cost codes of the company and of a project, cost types, and the budget codes made of both."""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.procore import columns, doors, lists, members, origins, syncing, views
from sandbox.procore.call import Call, Mistake, given, not_found, ok, only
from sandbox.world import Record

LIST = ("available_to_use_on_new_projects", "id", "is_erp_list", "name")
BASE_TYPES = ("equipment", "materials", "commitment", "owner_cost", "professional_services", "other")


# ---- of a project --------------------------------------------------------------------------------


def of_project(call: Call, project: int) -> list[Record]:
    """A project's cost codes."""
    return [each for each in call.records("cost_codes").values() if each["biller_id"] == project]


def list_cost_codes(call: Call) -> Answer:
    """GET /rest/v1.0/cost_codes."""
    project = doors.project(call, call.number("project_id"))
    found = lists.filtered(call, of_project(call, project["id"]), "id origin_id")
    if call.of.first("view") == "erp_compact":
        names = ("id", "name", "full_code", "origin_data", "origin_id", "standard_cost_code_id")
        return lists.page(call, found, lambda record: views.chosen(record, names))
    return lists.page(call, found, lambda record: views.listed_cost_code(call, record))


def show_cost_code(call: Call) -> Answer:
    """GET /rest/v1.0/cost_codes/{id}."""
    project = doors.project(call, call.number("project_id"))
    record = call.records("cost_codes").get(call.text("id"))
    if record is None or record["biller_id"] != project["id"]:
        raise not_found("Cost Code")
    return ok(views.cost_code(call, record["id"]))


def sync_cost_codes(call: Call) -> Answer:
    """PATCH /rest/v1.0/cost_codes/sync."""
    project = doors.project(call, call.number("project_id"))
    body = only(call.body(), "updates")

    def one(update: Record) -> Record:
        record = syncing.meant(call, "cost_code", update, lambda holder: holder["biller_id"] == project["id"])
        if record is None:
            _named(update, "code", "name")
            record = _new_cost_code(call, project, update)
        parent = update.pop("parent_id", (record["parent"] or {}).get("id"))
        above = call.records("cost_codes").get(str(parent))
        syncing.put(call, "cost_code", record, update)
        record["parent"] = {"id": above["id"]} if above else None
        record["full_code"] = f"{above['full_code']}-{record['code']}" if above else record["code"]
        record["sortable_code"] = record["full_code"]
        return views.listed_cost_code(call, record)

    return syncing.each(call, syncing.updates_of(body), members.COST_CODE, one)


def _new_cost_code(call: Call, project: Record, update: Record) -> Record:
    number = call.world.fresh_number()
    origins.may_carry(call, "cost_code", number, update.get("origin_id"))
    record: Record = {
        **dict.fromkeys(columns.CODE),
        "id": number,
        "biller": project["name"],
        "biller_id": project["id"],
        "biller_type": "Project",
        "budgeted": False,
        "created_at": call.now(),
        "updated_at": call.now(),
        "line_item_types": [],
    }
    call.records("cost_codes")[str(number)] = record
    return record


def _named(update: Record, *names: str) -> None:
    wrong = {name: ["can't be blank"] for name in names if not str(update.get(name) or "").strip()}
    if wrong:
        raise Mistake(wrong)


def sync_assignments(call: Call) -> Answer:
    """PATCH /rest/v1.0/cost_code_line_item_types/sync: which types a project's code may be used with."""
    project = doors.project(call, call.number("project_id"))
    body = only(call.body(), "updates")

    def one(update: Record) -> Record:
        code = call.records("cost_codes").get(str(update.get("cost_code_id")))
        if code is None or code["biller_id"] != project["id"]:
            raise Mistake({"cost_code_id": ["not found"]})
        kind = views.cost_type(call, update.get("line_item_type_id"))
        if kind is None:
            raise Mistake({"line_item_type_id": ["not found"]})
        if all(each["id"] != kind["id"] for each in code["line_item_types"]):
            code["line_item_types"].append({"id": kind["id"]})
            code["updated_at"] = call.now()
        number = views.wbs_number(call, code["id"], kind["id"])
        pair = call.records("_wbs_codes")[f"{code['id']}:{kind['id']}"]
        pair["synced"] = bool(update.get("synced", pair.get("synced", False)))
        return {
            "id": number,
            "cost_code_id": code["id"],
            "line_item_type_id": kind["id"],
            "synced": pair["synced"],
        }

    return syncing.each(call, syncing.updates_of(body), members.ASSIGNMENT, one)


# ---- of the company ------------------------------------------------------------------------------


def list_lists(call: Call) -> Answer:
    """GET /rest/v1.0/standard_cost_code_lists."""
    doors.same_company(call, call.number("company_id"))
    found = list(call.records("standard_cost_code_lists").values())
    return lists.page(call, found, lambda record: views.chosen(record, LIST))


def _in_list(call: Call, number: object) -> list[Record]:
    if str(number) not in call.records("standard_cost_code_lists"):
        raise not_found("Standard Cost Code List")
    codes = call.records("standard_cost_codes").values()
    return [each for each in codes if each["standard_cost_code_list_id"] == number]


def list_standard_cost_codes(call: Call) -> Answer:
    """GET /rest/v1.0/standard_cost_codes."""
    doors.same_company(call, call.number("company_id"))
    found = lists.filtered(call, _in_list(call, call.number("standard_cost_code_list_id")), "origin_id")
    return lists.page(call, found, lambda record: views.chosen(record, columns.STANDARD_CODE))


def sync_standard_cost_codes(call: Call) -> Answer:
    """PATCH /rest/v1.0/standard_cost_codes/sync."""
    body = only(call.body(), "company_id", "standard_cost_code_list_id", "updates")
    doors.same_company(call, given(body, "company_id"))
    number = given(body, "standard_cost_code_list_id")
    _in_list(call, number)

    def one(update: Record) -> Record:
        record = syncing.meant(
            call, "standard_cost_code", update, lambda holder: holder["standard_cost_code_list_id"] == number
        )
        if record is None:
            _named(update, "code", "name")
            fresh = call.world.fresh_number()
            origins.may_carry(call, "standard_cost_code", fresh, update.get("origin_id"))
            record = {
                **dict.fromkeys(columns.STANDARD_CODE),
                "id": fresh,
                "standard_cost_code_list_id": number,
            }
            call.records("standard_cost_codes")[str(fresh)] = record
        syncing.put(call, "standard_cost_code", record, update)
        above = call.records("standard_cost_codes").get(str(record.get("parent_id")))
        record["full_code"] = f"{above['full_code']}-{record['code']}" if above else record["code"]
        return views.chosen(record, columns.STANDARD_CODE)

    return syncing.each(call, syncing.updates_of(body), members.STANDARD_COST_CODE, one)


def list_cost_types(call: Call) -> Answer:
    """GET /rest/v1.0/line_item_types: of the company, or of one of its projects."""
    named = call.of.first("project_id")
    if named is not None:
        doors.project(call, named)
    elif call.of.first("company_id") is None:
        call.number("company_id")
    found = lists.filtered(call, call.records("line_item_types").values(), "origin_id")
    return lists.page(call, found, lambda record: views.chosen(record, columns.TYPE))


def sync_cost_types(call: Call) -> Answer:
    """PATCH /rest/v1.0/line_item_types/sync."""
    body = only(call.body(), "company_id", "updates")
    doors.same_company(call, given(body, "company_id"))

    def one(update: Record) -> Record:
        if update.get("base_type") not in (None, *BASE_TYPES):
            raise Mistake({"base_type": ["is not included in the list"]})
        record = syncing.meant(call, "line_item_type", update, lambda holder: True)
        if record is None:
            _named(update, "name")
            number = call.world.fresh_number()
            record = call.records("line_item_types")[str(number)] = {
                **dict.fromkeys(columns.TYPE),
                "id": number,
            }
        if "csv_import_code" in update:
            update["code"] = update.pop("csv_import_code")
        syncing.put(call, "line_item_type", record, update)
        return views.chosen(record, columns.TYPE)

    return syncing.each(call, syncing.updates_of(body), members.COST_TYPE, one)


# ---- work breakdown structure ---------------------------------------------------------------------


def _segments(call: Call) -> list[Record]:
    company = call.records("companies")[str(call.company)]
    counts = {
        "cost_code": len(call.records("standard_cost_codes")),
        "line_item_type": len(call.records("line_item_types")),
    }
    rows = [("cost_code", "Cost Code"), ("line_item_type", "Cost Type"), *company.get("_segments", ())]
    return [
        {
            "id": place,
            "type": kind,
            "name": name,
            "position": place,
            "segment_items_count": counts.get(kind, 0),
            "required": True,
            "delimiter": "-" if kind == "cost_code" else company.get("_code_delimiter", "."),
            "project_can_modify_origin_project": False,
            "project_can_delete_origin_company": False,
            "structure": "tiered" if kind == "cost_code" else "flat",
            "created_at": "2025-01-01T00:00:00Z",
            "updated_at": "2025-01-01T00:00:00Z",
            "wbs_pattern_id": 1,
        }
        for place, (kind, name) in enumerate(rows, start=1)
    ]


def list_segments(call: Call) -> Answer:
    """GET …/companies/{company_id}/work_breakdown_structure/segments."""
    return ok(_segments(call))


def _pattern(call: Call) -> Record:
    created, changed = "2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"
    return {"id": 1, "description": "Cost Code . Cost Type", "created_at": created, "updated_at": changed}


def company_pattern(call: Call) -> Answer:
    """GET …/companies/{company_id}/work_breakdown_structure/patterns."""
    return ok({**_pattern(call), "segments": _segments(call)})


def project_pattern(call: Call) -> Answer:
    """GET …/projects/{project_id}/work_breakdown_structure/patterns."""
    doors.project(call, call.text("project_id"))
    more = {"selectable_tiers": False, "is_included_in_project_pattern": True}
    segments = [{**each, **more} for each in _segments(call)]
    return ok({**_pattern(call), "is_project_level_ordered": False, "segments": segments})


def list_wbs_codes(call: Call) -> Answer:
    """GET …/projects/{project_id}/work_breakdown_structure/wbs_codes."""
    project = doors.project(call, call.text("project_id"))
    segments = _segments(call)
    found: list[Record] = []
    for code in of_project(call, project["id"]):
        for assigned in code["line_item_types"]:
            kind = views.cost_type(call, assigned["id"]) or {}
            wbs = views.wbs_code(call, code, kind) or {}
            items = [_segment_item(call, code, segments[0]), _segment_item(call, kind, segments[1])]
            dates = {"created_at": code["created_at"], "updated_at": code["updated_at"]}
            flat = f"{code['name']}.{kind['name']}"
            found.append(
                {
                    **wbs,
                    "flat_name": flat,
                    "status": "active",
                    **dates,
                    "segment_items": items,
                    "wbs_pattern_id": 1,
                }
            )
    return lists.page(call, lists.filtered(call, found, "status updated_at"), lambda record: record)


def _segment_item(call: Call, record: Record, segment: Record) -> Record:
    path: list[Record] = [record]
    while (above := call.records("cost_codes").get(str((path[0].get("parent") or {}).get("id")))) is not None:
        path.insert(0, above)
    return {
        "id": record["id"],
        "code": record["code"],
        "name": record["name"],
        "created_at": record.get("created_at"),
        "updated_at": record.get("updated_at"),
        "parent_id": (record.get("parent") or {}).get("id"),
        "path_ids": [each["id"] for each in path],
        "path_code": record.get("full_code") or record["code"],
        "is_parent": False,
        "path_codes": [each["code"] for each in path],
        "path_names": [each["name"] for each in path],
        "in_use": True,
        "segment": segment,
        "status": "active",
    }
