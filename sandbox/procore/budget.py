"""Budget views: the three figures of the ERP's job costs, by cost code and cost type.

Job to date and commitments invoiced are what the integration pushed; direct costs are the difference.
Rows are keyed by the names of the view's columns, as in Procore.
"""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.procore import doors, figures, lists, views
from sandbox.procore.call import Call, not_found, ok
from sandbox.world import Record

VIEW = 5001
COLUMNS = ("Job to Date Costs", "Commitments Invoiced", "Direct Costs")


def _view(call: Call) -> None:
    if call.number("budget_view_id") != VIEW:
        raise not_found("Budget View")


def list_views(call: Call) -> Answer:
    """GET /rest/v1.0/budget_views."""
    view = {
        "id": VIEW,
        "name": "ERP Job Costs",
        "description": "Job costs of the integrated ERP",
        "created_at": "2025-01-01T00:00:00Z",
        "created_by": {"id": 91001, "name": "Contracts Desk", "login": "contracts@procore.example"},
        "updated_at": "2025-01-01T00:00:00Z",
        "role": None,
        "links": {name: f"/rest/v1.0/budget_views/{VIEW}/{name}" for name in ("detail_rows", "summary_rows")},
    }
    return lists.page(call, [view], lambda record: record)


def list_columns(call: Call) -> Answer:
    """GET /rest/v1.0/budget_views/{budget_view_id}/budget_detail_columns."""
    doors.project(call, call.number("project_id"))
    _view(call)
    fixed = {"aggregatable": True, "filterable": False, "groupable": False, "type": "source"}
    return ok(
        [{**fixed, "id": str(n), "name": name, "position": n} for n, name in enumerate(COLUMNS, start=1)]
    )


def _costs(call: Call, project: object) -> list[Record]:
    return [each for each in call.records("erp_job_costs").values() if each["project_id"] == project]


def _figures(costs: list[Record]) -> Record:
    job_to_date = figures.total(each.get("job_to_date_cost") for each in costs)
    invoiced = figures.total(each.get("commitment_invoiced") for each in costs)
    values = (job_to_date, invoiced, job_to_date - invoiced)
    return {name: figures.text(figures.cents(value)) for name, value in zip(COLUMNS, values, strict=True)}


def list_rows(call: Call) -> Answer:
    """GET /rest/v1.0/budget_views/{budget_view_id}/detail_rows."""
    project = doors.project(call, call.number("project_id"))
    _view(call)
    return lists.page(call, _costs(call, project["id"]), lambda cost: _row(call, project, cost))


def _row(call: Call, project: Record, cost: Record) -> Record:
    code = views.cost_code(call, cost["cost_code_id"]) or {}
    kind = views.cost_type(call, cost["line_item_type_id"]) or {}
    root = code
    while (above := (root.get("parent") or {}).get("id")) is not None:
        root = views.cost_code(call, above) or {}
    company = call.records("companies")[str(call.company)]
    return {
        "id": cost["id"],
        "deletable": False,
        "company_id": call.company,
        "company": company["name"],
        "project_id": project["id"],
        "wbs_code_id": views.wbs_number(call, code["id"], kind["id"]),
        "biller_id": project["id"],
        "root_cost_code_id": root.get("id"),
        "cost_code_id": code["id"],
        "cost_code_origin_id": code.get("origin_id"),
        "category_id": kind["id"],
        "project": project["name"],
        "biller": project["name"],
        "biller_type": "Project",
        "root_cost_code": f"{root.get('full_code')} - {root.get('name')}",
        "cost_code": f"{code['full_code']} - {code['name']}",
        "category": kind["name"],
        "budget_modifications": "0.0",
        "original_budget_amount": "0.0",
        "currency_configuration": {"currency_iso_code": company.get("_currency", "AUD")},
        "unbudgeted_reason": None,
        **_figures([cost]),
    }


def list_summary(call: Call) -> Answer:
    """GET /rest/v1.0/budget_views/{budget_view_id}/summary_rows: the whole project in one row."""
    project = doors.project(call, call.number("project_id"))
    _view(call)
    row = {
        "id": str(project["id"]),
        "name": project["name"],
        "biller_type": "Project",
        "original_budget_amount": "0.0",
        "budget_modifications": "0.0",
        **_figures(_costs(call, project["id"])),
    }
    return lists.page(call, [row], lambda record: record)
