"""What each operation takes, member by member, and how a body is checked against it.

The real system ignores a member it does not know. This one refuses it, so that a misspelt name is found
here and not by a customer. `custom_field_…` is always let through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from sandbox.procore import figures
from sandbox.procore.call import Mistake, invalid
from sandbox.world import Record

Members = Mapping[str, str]

_CUSTOM = re.compile(r"custom_field_\d+")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


_KINDS: dict[str, tuple[str, Callable[[object], bool]]] = {
    "text": ("must be a string", lambda value: isinstance(value, str)),
    "whole": ("must be an integer", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "flag": ("must be a boolean", lambda value: isinstance(value, bool)),
    "number": ("must be a number", _is_number),
    "money": ("must be a decimal string", figures.is_decimal),
    "day": ("must be a string", lambda value: isinstance(value, str)),
    "list": ("must be an array", lambda value: isinstance(value, list)),
    "object": ("must be an object", lambda value: isinstance(value, dict)),
    "any": ("", lambda value: True),
}


def members(**kinds: str) -> Members:
    """`members(text="name city", whole="id")`: names by their kind."""
    return {name: kind for kind, names in kinds.items() for name in names.split()}


def checked(given: object, known: Members) -> Record:
    """The members, each of its kind, dates read; a `Mistake` names all that are not."""
    if not isinstance(given, dict):
        raise Mistake({"base": ["must be an object"]})
    wrong: dict[str, list[str]] = {}
    clean: Record = {}
    for name, value in given.items():
        kind = known.get(name)
        if kind is None and _CUSTOM.fullmatch(name):
            continue
        if kind is None:
            wrong[name] = ["is not a known attribute"]
            continue
        message, holds = _KINDS[kind]
        if value is not None and not holds(value):
            wrong[name] = [message]
        clean[name] = figures.day(value) if kind == "day" else value
    if wrong:
        raise Mistake(wrong)
    return clean


def part(body: Record, name: str, known: Members, others: Members, status: int = 422) -> Record:
    """The object `name` of a body whose other members are `others`, checked whole."""
    try:
        checked({key: value for key, value in body.items() if key != name}, others)
        if name not in body:
            raise Mistake({name: ["is missing"]})
        return checked(body[name], known)
    except Mistake as wrong:
        raise invalid(wrong.fields, status) from wrong


ORIGIN = members(text="origin_id origin_code origin_data")

VENDOR = members(
    text="name address city zip business_phone mobile_phone fax_number email_address state_code country_code "
    "labor_union license_number website abbreviated_name notes origin_id origin_data origin_code trade_name",
    flag="is_active authorized_bidder prequalified union_member non_union_prevailing_wage",
    whole="id vendor_group_id parent_id primary_contact_id",
    list="trade_ids bidding_distribution_ids standard_cost_code_ids",
    object="bidding business_register_attributes origin_custom_fields",
)

VENDOR_ONE = {
    name: kind
    for name, kind in VENDOR.items()
    if name not in {"id", "business_register_attributes", "origin_custom_fields"}
}

PROJECT = members(
    text="address city country_code county description fax flag locale name phone project_number "
    "public_notes state_code time_zone zip origin_id origin_data origin_code store_number "
    "accounting_project_number designated_market_area sector work_scope delivery_method priority",
    flag="active erp_integrated enable_copy_of_standard_cost_codes",
    whole="id standard_cost_code_list_id image_id office_id project_stage_id square_feet parent_job_id "
    "program_id project_bid_type_id project_type_id project_owner_type_id project_region_id "
    "project_template_id project_sector_id",
    day="start_date completion_date warranty_start_date warranty_end_date estimated_start_date "
    "estimated_completion_date",
    number="total_value estimated_value estimated_budget",
    list="department_ids",
)
# What one call takes and the other does not.
PROJECT_SYNC = {
    name: kind
    for name, kind in PROJECT.items()
    if name
    not in {
        "origin_code",
        "erp_integrated",
        "standard_cost_code_list_id",
        "county",
        "fax",
        "locale",
        "parent_job_id",
    }
}
PROJECT_ONE = {
    name: kind
    for name, kind in PROJECT.items()
    if name not in {"id", "enable_copy_of_standard_cost_codes", "estimated_budget", "priority"}
}

COST_CODE = members(
    text="code name origin_data origin_id", whole="id position parent_id standard_cost_code_id"
)
STANDARD_COST_CODE = members(text="name code origin_id origin_data", whole="id parent_id")
COST_TYPE = members(text="name csv_import_code base_type origin_data origin_id", whole="id")
TAX_CODE = members(
    text="code description origin_data origin_id",
    number="rate1",
    whole="id",
    flag="archived default_tax_code",
)

_CONTRACT = {
    **members(
        text="accounting_method description origin_code origin_data origin_id number status title "
        "approval_letter_date currency_iso_code",
        day="contract_date execution_date issued_on_date letter_of_intent_date returned_date",
        flag="executed private",
        money="retainage_percent",
        whole="id vendor_id",
        number="currency_exchange_rate",
        list="invoice_contact_user_ids drawing_revision_ids file_version_ids form_ids image_ids upload_ids",
    )
}
SUBCONTRACT = {
    **_CONTRACT,
    **members(
        text="exclusions inclusions",
        day="actual_completion_date contract_estimated_completion_date contract_start_date "
        "signed_contract_received_date",
    ),
}
PURCHASE_ORDER = {
    **_CONTRACT,
    **members(
        text="bill_to_address payment_terms ship_to_address ship_via",
        day="delivery_date",
        whole="assignee_id",
    ),
}
# What only the single update takes.
_ONE_CONTRACT = {
    *("currency_iso_code", "currency_exchange_rate", "invoice_contact_user_ids", "drawing_revision_ids"),
    *("file_version_ids", "form_ids", "image_ids", "upload_ids"),
}
SUBCONTRACT_SYNC = {name: kind for name, kind in SUBCONTRACT.items() if name not in _ONE_CONTRACT}
PURCHASE_ORDER_SYNC = {name: kind for name, kind in PURCHASE_ORDER.items() if name not in _ONE_CONTRACT}
CONTRACT_LINE = members(
    money="amount quantity unit_cost",
    text="description extended_type origin_data origin_id uom",
    whole="id cost_code_id line_item_type_id tax_code_id wbs_code_id",
)
CHANGE_ORDER = members(
    text="status title description origin_code origin_data origin_id",
    money="grand_total",
    whole="schedule_impact_amount",
    day="paid_date invoiced_date due_date signed_change_order_received_date",
    flag="executed",
)
REQUISITION = members(
    list="items prostore_file_ids upload_ids",
    whole="period_id",
    day="requisition_start requisition_end billing_date payment_date submitted_at",
    flag="final",
    text="invoice_number origin_data origin_id status",
)
REQUISITION_ITEM = members(
    whole="id line_item_id detail_line_item_id",
    text="item_type status comment",
    money="work_completed_this_period materials_presently_stored "
    "materials_presently_stored_from_previous_progress new_materials stored_materials "
    "work_completed_retainage_retained_this_period materials_stored_retainage_currently_retained "
    "work_completed_retainage_released_this_period "
    "work_completed_this_period_quantity work_completed_retainage_percent_this_period "
    "materials_stored_retainage_percent_this_period subcontractor_claimed_amount",
    any="new_materials_quantity stored_materials_quantity",
)
PAYMENT = members(
    day="date invoice_date",
    text="invoice_number check_number notes payment_method origin_id origin_data",
    whole="draw_request_number payment_number requisition_id",
    money="amount",
    list="prostore_file_ids",
)
DIRECT_COST = members(
    text="description invoice_number origin_data origin_id status terms direct_cost_type currency_iso_code",
    day="direct_cost_date payment_date received_date",
    whole="id employee_id vendor_id",
    number="currency_exchange_rate",
    list="line_items",
)
DIRECT_COST_SYNC = {name: kind for name, kind in DIRECT_COST.items() if name != "line_items"}
DIRECT_COST_ONE = {
    name: kind
    for name, kind in DIRECT_COST.items()
    if name not in {"id", "currency_iso_code", "currency_exchange_rate"}
}
DIRECT_COST_LINE = members(
    number="amount quantity unit_cost",
    text="description extended_type origin_data origin_id uom",
    whole="id wbs_code_id cost_code_id direct_cost_id line_item_type_id tax_code_id",
)
DIRECT_COST_LINE_ONE = members(
    number="manual_amount quantity unit_cost",
    text="description origin_data origin_id ref uom",
    whole="id wbs_code_id direct_cost_id",
)
EXTERNAL_DATA = members(text="item_type origin_id origin_code origin_data", any="item_id")
STAGED = members(
    text="item_type origin_id origin_code parent_origin_id status",
    whole="parent_id",
    any="origin_data",
    object="data",
    list="children",
)
JOB_COST = members(
    whole="cost_code_id line_item_type_id",
    number="approved_commitment_changes approved_estimate_changes approved_estimate_unit_changes "
    "commitment_invoiced committed_costs estimate estimate_units job_to_date_cost job_to_date_dollars_paid "
    "job_to_date_units month_to_date_cost month_to_date_dollars_paid month_to_date_units open_balance "
    "original_commitment original_estimate original_estimate_units paid_amount percentage_complete "
    "revised_commitment",
)
ASSIGNMENT = members(whole="cost_code_id line_item_type_id", flag="synced")
INVOICE_PAYMENT = members(text="invoice_type origin_id origin_code", whole="invoice_id")
REQUEST_DETAIL = members(text="status", list="messages", whole="id")
