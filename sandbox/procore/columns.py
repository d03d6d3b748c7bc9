"""Which members of a record each operation shows."""

from __future__ import annotations

TYPE = ("id", "name", "code", "base_type", "origin_data", "origin_id")
CODE = (
    *(
        "id",
        "biller",
        "biller_id",
        "biller_type",
        "budgeted",
        "code",
        "created_at",
        "deleted_at",
        "full_code",
    ),
    *("name", "origin_data", "origin_id", "parent", "position", "sortable_code", "standard_cost_code_id"),
    "updated_at",
)
STANDARD_CODE = (
    "id",
    "standard_cost_code_list_id",
    "parent_id",
    "code",
    "full_code",
    "name",
    "origin_data",
    "origin_id",
)
PROJECT = (
    *(
        "id",
        "name",
        "is_demo",
        "display_name",
        "project_number",
        "address",
        "city",
        "state_code",
        "country_code",
    ),
    *(
        "zip",
        "county",
        "time_zone",
        "latitude",
        "longitude",
        "stage",
        "phone",
        "created_at",
        "updated_at",
        "active",
    ),
    *("origin_id", "origin_data", "origin_code", "total_value", "store_number", "accounting_project_number"),
    *("start_date", "completion_date", "company", "custom_fields"),
)
PROJECT_SHOWN = (
    *(name for name in PROJECT if name != "stage"),
    *("tz_name", "description", "standard_cost_code_list_id", "is_erp_integrated", "public_notes", "code"),
)
PROJECT_SYNCED = (
    *(name for name in PROJECT if name not in ("is_demo", "county", "stage", "company", "custom_fields")),
    "description",
)
CONTRACT = (
    *("accounting_method", "approval_letter_date", "approved_change_orders", "contract_date", "created_at"),
    *(
        "deleted_at",
        "description",
        "draft_change_orders_amount",
        "executed",
        "execution_date",
        "grand_total",
        "id",
    ),
    *("issued_on_date", "letter_of_intent_date", "number", "origin_data", "origin_code", "origin_id"),
    *("pending_change_orders", "pending_revised_contract", "percentage_paid", "private", "project"),
    *("remaining_balance_outstanding", "requisitions_are_enabled", "retainage_percent", "returned_date"),
    *(
        "revised_contract",
        "signed_contract_received_date",
        "show_line_items_to_non_admins",
        "status",
        "title",
    ),
    *("total_draw_requests_amount", "total_payments", "total_requisitions_amount", "updated_at", "vendor"),
    "currency_configuration",
)
ONLY = {
    "work_order_contracts": (
        *("actual_completion_date", "contract_start_date", "contract_estimated_completion_date"),
        *("exclusions", "inclusions"),
    ),
    "purchase_order_contracts": (
        *("assignee", "bill_to_address", "delivery_date", "payment_terms", "ship_to_address", "ship_via"),
    ),
}
HOLDERS = {"work_order_contracts": "WorkOrderContract", "purchase_order_contracts": "PurchaseOrderContract"}
CHANGE_LISTED = (
    *("id", "contract_id", "created_at", "deleted_at", "due_date", "executed", "invoiced_date", "number"),
    *(
        "origin_code",
        "origin_data",
        "origin_id",
        "paid_date",
        "reviewed_at",
        "signed_change_order_received_date",
    ),
    *("status", "title", "updated_at", "revision", "grand_total", "currency_configuration"),
)
CHANGE_SHOWN = (
    *CHANGE_LISTED,
    *("description", "position", "private", "review_notes", "schedule_impact_amount", "type", "creator"),
    "reviewer",
)
CHANGE_INSIDE = (
    *("id", "contract_id", "created_at", "deleted_at", "due_date", "invoiced_date", "number", "origin_data"),
    *("origin_id", "paid_date", "reviewed_at", "title", "status", "updated_at"),
)
PAYMENT = (
    *(
        "id",
        "amount",
        "check_number",
        "contract_id",
        "created_at",
        "updated_at",
        "date",
        "draw_request_number",
    ),
    *(
        "invoice_number",
        "notes",
        "payment_number",
        "attachments",
        "project_id",
        "requisition_id",
        "origin_id",
    ),
    *("origin_code", "origin_data", "status"),
)
PAYMENT_INSIDE = (
    *("id", "amount", "check_number", "created_at", "date", "draw_request_number", "invoice_number", "notes"),
    *("payment_number", "attachments", "origin_id", "origin_data"),
)
CHANGE_LINE = (
    *("id", "position", "description", "quantity", "uom", "total_amount", "extended_amount", "unit_cost"),
    *("holder", "markup_line_items", "currency_configuration"),
)
DIRECT_LINE = (
    *("id", "amount", "created_at", "description", "extended_type", "origin_id", "position", "quantity"),
    *("tax_code_id", "total_amount", "extended_amount", "unit_cost", "uom", "updated_at"),
)
DIRECT = (
    *(
        "id",
        "created_at",
        "deleted_at",
        "description",
        "direct_cost_type",
        "direct_cost_date",
        "invoice_number",
    ),
    *(
        "origin_data",
        "origin_id",
        "payment_date",
        "received_date",
        "status",
        "terms",
        "updated_at",
        "vendor_id",
    ),
    "employee",
)
