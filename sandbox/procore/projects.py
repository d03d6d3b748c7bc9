"""Projects, and the one switch of a project that tells whether job cost transactions are wanted."""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.procore import columns, doors, lists, members, origins, syncing, views
from sandbox.procore.call import Call, Mistake, given, invalid, missing, not_found, ok, only
from sandbox.world import Record

SWITCH = "erp_job_cost_transaction_syncing_enabled"
_MINE = ("erp_integrated", "enable_copy_of_standard_cost_codes")


def permitted(call: Call) -> list[Record]:
    """The projects this account sees."""
    return [
        each
        for each in call.records("projects").values()
        if each.get("_permitted", True) and each["company"]["id"] == call.company
    ]


def _by_status(record: Record, values: list[str]) -> bool:
    return values[0] == "All" or record["active"] == (values[0] == "Active")


def list_projects(call: Call) -> Answer:
    """GET /rest/v1.0/projects."""
    doors.same_company(call, call.number("company_id"))
    found = lists.filtered(
        call,
        permitted(call),
        "id origin_id created_at updated_at",
        {
            "by_status": _by_status,
            "name": lambda record, values: values[0].lower() in record["name"].lower(),
            "synced": lambda record, values: (record["origin_id"] is not None) == (values[0] == "true"),
        },
    )
    return lists.page(call, found, lambda record: views.chosen(record, columns.PROJECT))


def show_project(call: Call) -> Answer:
    """GET /rest/v1.0/projects/{id}."""
    doors.same_company(call, call.number("company_id"))
    return ok(views.chosen(doors.project(call, call.text("id")), columns.PROJECT_SHOWN))


def write(call: Call, update: Record, record: Record | None) -> Record:
    """Change a project, or make one."""
    if record is None:
        if not str(update.get("name") or "").strip():
            raise Mistake({"name": ["can't be blank"]})
        record = _made(call, update)
    elif "name" in update and not str(update["name"] or "").strip():
        raise Mistake({"name": ["can't be blank"]})
    syncing.put(call, "project", record, {name: value for name, value in update.items() if name not in _MINE})
    if update.get("erp_integrated") is not None:
        record["is_erp_integrated"] = update["erp_integrated"]
    number = record.get("project_number")
    record["display_name"] = f"{number} - {record['name']}" if number else record["name"]
    return record


def _made(call: Call, update: Record) -> Record:
    number = call.world.fresh_number()
    origins.may_carry(call, "project", number, update.get("origin_id"))
    company = call.records("companies")[str(call.company)]
    record: Record = {
        **dict.fromkeys(columns.PROJECT),
        "id": number,
        "is_demo": False,
        "active": True,
        "is_erp_integrated": False,
        "created_at": call.now(),
        "updated_at": call.now(),
        "company": {"id": call.company, "name": company["name"]},
        "custom_fields": {},
    }
    call.records("projects")[str(number)] = record
    return record


def update_project(call: Call) -> Answer:
    """PATCH /rest/v1.0/projects/{id}."""
    body = call.body()
    doors.same_company(call, given(body, "company_id"))
    record = doors.project(call, call.text("id"))
    update = members.part(body, "project", members.PROJECT_ONE, {"company_id": "whole"})
    try:
        return ok(views.chosen(write(call, update, record), columns.PROJECT_SHOWN))
    except Mistake as wrong:
        raise invalid(wrong.fields) from wrong


def sync_projects(call: Call) -> Answer:
    """PATCH /rest/v1.0/projects/sync."""
    body = only(call.body(), "company_id", "updates")
    doors.same_company(call, given(body, "company_id"))
    mine = {each["id"] for each in permitted(call)}

    def one(update: Record) -> Record:
        found = syncing.meant(call, "project", update, lambda holder: holder["id"] in mine)
        return views.chosen(write(call, update, found), columns.PROJECT_SYNCED)

    return syncing.each(call, syncing.updates_of(body), members.PROJECT_SYNC, one)


def configure(call: Call) -> Answer:
    """PATCH /rest/v1.0/projects/{project_id}/configuration: the switch, which no read shows."""
    project = doors.project(call, call.text("project_id"))
    body = only(call.body(), "configuration")
    wanted = given(body, "configuration")
    if not isinstance(wanted, dict):
        raise missing("configuration")
    only(wanted, SWITCH)
    if not isinstance(wanted.get(SWITCH), bool):
        raise invalid({SWITCH: ["must be a boolean"]})
    project["_switch"] = wanted[SWITCH]
    project["updated_at"] = call.now()
    return ok({"configuration": {SWITCH: project["_switch"]}})


def marked(call: Call, origin: object) -> Record:
    """The synced project that carries an origin id."""
    for each in permitted(call):
        if origin is not None and each["origin_id"] == origin:
            return each
    raise not_found("Project")
