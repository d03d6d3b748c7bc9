"""Every address of Procore that the sandbox answers, with what stands behind it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from sandbox import calls
from sandbox.answers import Answer
from sandbox.procore import (
    budget,
    change_orders,
    codes,
    commitments,
    direct_costs,
    directory,
    doors,
    erp,
    payments,
    projects,
    requisitions,
    webhooks,
)
from sandbox.procore.call import Handler
from sandbox.world import World

V0, V1 = "/rest/v1.0", "/rest/v1.1"
COMPANY = f"{V0}/companies/{{company_id}}"
DIRECT = "/projects/{project_id}/direct_costs"
WBS = "work_breakdown_structure"

Row = tuple[str, str, Handler]

OPEN: tuple[Row, ...] = (
    ("POST", "/oauth/token", doors.give_token),
    ("GET", "/oauth/token/info", doors.token_info),
    ("POST", "/oauth/revoke", doors.revoke_token),
)
ANY_COMPANY: tuple[Row, ...] = (
    ("GET", f"{V0}/me", doors.me),
    ("GET", f"{V0}/companies", doors.companies),
)
DIRECTORY: tuple[Row, ...] = (
    ("GET", f"{V0}/settings/permissions", doors.permissions),
    ("GET", f"{COMPANY}/currency_configuration", directory.company_currency),
    ("GET", f"{COMPANY}/projects/{{project_id}}/currency_configuration", directory.project_currency),
    ("GET", f"{V0}/tax_codes", directory.list_tax_codes),
    ("PATCH", f"{V0}/tax_codes/sync", directory.sync_tax_codes),
    ("GET", f"{V0}/vendors", directory.list_vendors),
    ("POST", f"{V0}/vendors", directory.create_vendor),
    ("PATCH", f"{V0}/vendors/sync", directory.sync_vendors),
    ("GET", f"{V0}/vendors/{{id}}", directory.show_vendor),
    ("PATCH", f"{V0}/vendors/{{id}}", directory.update_vendor),
    ("GET", f"{COMPANY}/vendors/inactive", directory.list_inactive_vendors),
    ("GET", f"{V0}/projects", projects.list_projects),
    ("PATCH", f"{V0}/projects/sync", projects.sync_projects),
    ("GET", f"{V0}/projects/{{id}}", projects.show_project),
    ("PATCH", f"{V0}/projects/{{id}}", projects.update_project),
    ("PATCH", f"{V0}/projects/{{project_id}}/configuration", projects.configure),
)
CODES: tuple[Row, ...] = (
    ("GET", f"{V0}/cost_codes", codes.list_cost_codes),
    ("PATCH", f"{V0}/cost_codes/sync", codes.sync_cost_codes),
    ("GET", f"{V0}/cost_codes/{{id}}", codes.show_cost_code),
    ("PATCH", f"{V0}/cost_code_line_item_types/sync", codes.sync_assignments),
    ("GET", f"{V0}/standard_cost_code_lists", codes.list_lists),
    ("GET", f"{V0}/standard_cost_codes", codes.list_standard_cost_codes),
    ("PATCH", f"{V0}/standard_cost_codes/sync", codes.sync_standard_cost_codes),
    ("GET", f"{V0}/line_item_types", codes.list_cost_types),
    ("PATCH", f"{V0}/line_item_types/sync", codes.sync_cost_types),
    ("GET", f"{COMPANY}/{WBS}/segments", codes.list_segments),
    ("GET", f"{COMPANY}/{WBS}/patterns", codes.company_pattern),
    ("GET", f"{V0}/projects/{{project_id}}/{WBS}/patterns", codes.project_pattern),
    ("GET", f"{V0}/projects/{{project_id}}/{WBS}/wbs_codes", codes.list_wbs_codes),
)
CONTRACTS: tuple[Row, ...] = tuple(
    row
    for kind in commitments.KINDS
    for row in (
        ("GET", f"{V0}/{kind}", commitments.list_contracts(kind)),
        ("PATCH", f"{V0}/{kind}/sync", commitments.sync_contracts(kind)),
        ("GET", f"{V0}/{kind}/{{id}}", commitments.show_contract(kind)),
        ("PATCH", f"{V0}/{kind}/{{id}}", commitments.update_contract(kind)),
        ("GET", f"{V0}/{kind}/{{holder_id}}/line_items", commitments.list_lines(kind)),
        ("PATCH", f"{V0}/{kind}/{{holder_id}}/line_items/sync", commitments.sync_lines(kind)),
    )
)
CHANGES: tuple[Row, ...] = (
    ("GET", f"{V0}/commitments", commitments.list_all),
    ("GET", f"{V0}/change_order_packages", change_orders.list_packages),
    ("GET", f"{V0}/change_order_packages/{{id}}", change_orders.show_package),
    ("PATCH", f"{V0}/change_order_packages/{{id}}", change_orders.update_package),
    ("GET", f"{V0}/potential_change_orders", change_orders.list_potential),
    ("GET", f"{V0}/potential_change_orders/{{holder_id}}/line_items", change_orders.list_lines),
    ("PATCH", f"{V0}/potential_change_orders/{{holder_id}}/line_items/sync", change_orders.sync_lines),
)
MONEY: tuple[Row, ...] = (
    ("GET", f"{V1}/requisitions", requisitions.list_requisitions),
    ("GET", f"{V1}/requisitions/{{id}}", requisitions.show_requisition),
    ("PATCH", f"{V1}/requisitions/{{id}}", requisitions.update_requisition),
    ("GET", f"{V0}/requisitions/{{requisition_id}}/detail", requisitions.show_detail),
    ("GET", f"{V0}/contract_payments", payments.list_payments),
    ("POST", f"{V0}/contract_payments", payments.create_payment),
    ("GET", f"{V0}/contract_payments/{{id}}", payments.show_payment),
    ("PATCH", f"{V0}/contract_payments/{{id}}", payments.update_payment),
    ("DELETE", f"{V0}/contract_payments/{{id}}", payments.delete_payment),
    ("GET", f"{V1}{DIRECT}", direct_costs.list_direct_costs),
    ("GET", f"{V1}{DIRECT}/{{id}}", direct_costs.show_direct_cost),
    ("GET", f"{V0}{DIRECT}/line_items", direct_costs.list_lines),
    ("GET", f"{V0}{DIRECT}/{{direct_cost_id}}/line_items", direct_costs.list_lines),
    ("GET", f"{V0}/budget_views", budget.list_views),
    ("GET", f"{V0}/budget_views/{{budget_view_id}}/detail_rows", budget.list_rows),
    ("GET", f"{V0}/budget_views/{{budget_view_id}}/summary_rows", budget.list_summary),
    ("GET", f"{V0}/budget_views/{{budget_view_id}}/budget_detail_columns", budget.list_columns),
)
ONE_WRITER: tuple[Row, ...] = (
    ("POST", f"{V1}{DIRECT}", direct_costs.create_direct_cost),
    ("PATCH", f"{V1}{DIRECT}/{{id}}", direct_costs.update_direct_cost),
    ("DELETE", f"{V1}{DIRECT}/{{id}}", direct_costs.delete_direct_cost),
    ("PATCH", f"{V0}{DIRECT}/sync", direct_costs.sync_direct_costs),
    ("PATCH", f"{V0}{DIRECT}/line_items/sync", direct_costs.sync_lines),
    ("DELETE", f"{V0}{DIRECT}/{{direct_cost_id}}/line_items/{{id}}", direct_costs.delete_line),
)
ERP: tuple[Row, ...] = (
    ("PATCH", f"{COMPANY}/external_data/sync", erp.sync_external_data),
    ("GET", f"{COMPANY}/external_data", erp.list_external_data),
    ("DELETE", f"{COMPANY}/external_data/bulk_destroy", erp.destroy_external_data),
    ("GET", f"{COMPANY}/erp_requests", erp.list_requests),
    ("GET", f"{COMPANY}/erp_requests/{{id}}", erp.show_request),
    ("GET", f"{COMPANY}/erp_request_details", erp.list_details),
    ("PATCH", f"{COMPANY}/erp_request_details/sync", erp.sync_details),
    ("PATCH", f"{COMPANY}/erp_request_details/{{id}}", erp.update_detail),
    ("PATCH", f"{COMPANY}/staged_records/sync", erp.sync_staged),
    ("GET", f"{COMPANY}/staged_records", erp.list_staged),
    ("PATCH", f"{V0}/erp_job_costs/sync", erp.sync_job_costs),
    ("PATCH", f"{COMPANY}/invoice_payments/sync", erp.sync_invoice_payments),
    ("POST", f"{COMPANY}/erp_connections", erp.create_connection),
    ("PATCH", f"{COMPANY}/erp_connections/metadata", erp.update_metadata),
)
HOOKS: tuple[Row, ...] = (
    ("GET", f"{V0}/webhooks/hooks", webhooks.list_hooks),
    ("POST", f"{V0}/webhooks/hooks", webhooks.create_hook),
    ("GET", f"{V0}/webhooks/hooks/{{hook_id}}/triggers", webhooks.list_triggers),
    ("POST", f"{V0}/webhooks/hooks/{{hook_id}}/triggers", webhooks.create_trigger),
)


def routes(world: World) -> list[Route]:
    """All of Procore over a world."""
    writers = direct_costs.Writers()
    behind_doors = (*DIRECTORY, *CODES, *CONTRACTS, *CHANGES, *MONEY, *ERP, *HOOKS)

    def company(handler: Handler) -> Callable[[calls.Call], Answer]:
        return doors.authorised(handler)

    return [
        *(calls.route(world, path, method, doors.open_to_all(handler)) for method, path, handler in OPEN),
        *(
            calls.route(world, path, method, doors.authorised(handler, company=False))
            for method, path, handler in ANY_COMPANY
        ),
        *(calls.route(world, path, method, company(handler)) for method, path, handler in behind_doors),
        *(
            calls.route(world, path, method, company(handler), writers.alone)
            for method, path, handler in ONE_WRITER
        ),
    ]
