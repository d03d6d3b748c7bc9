"""Companies (vendors), tax codes, currencies: what a company has beside its projects."""

from __future__ import annotations

from sandbox.answers import Answer
from sandbox.procore import doors, lists, members, origins, syncing, views
from sandbox.procore.call import Call, Mistake, created, given, invalid, not_found, ok, only
from sandbox.world import Record

VENDOR_DEFAULTS: Record = {
    **dict.fromkeys(
        (
            *("abbreviated_name", "address", "city", "state_code", "zip", "country_code", "business_phone"),
            *("fax_number", "mobile_phone", "email_address", "trade_name", "legal_name", "website", "notes"),
            *("origin_id", "origin_code", "origin_data"),
        )
    ),
    "is_active": True,
    "authorized_bidder": False,
    "prequalified": False,
    "company_vendor": True,
    "project_ids": [],
    "trades": [],
    "standard_cost_codes": [],
    "attachments": [],
}
# Taken in another form than shown, or not shown at all.
_NOT_KEPT = (
    *("vendor_group_id", "parent_id", "primary_contact_id", "trade_ids", "bidding_distribution_ids"),
    *("standard_cost_code_ids", "business_register_attributes", "origin_custom_fields"),
)


def vendor_view(record: Record) -> Record:
    """A company as every read shows it."""
    found = {name: value for name, value in views.public(record).items() if name not in _NOT_KEPT}
    return {**found, "company": record["name"], "synced_to_erp": record.get("origin_id") is not None}


def list_vendors(call: Call) -> Answer:
    """GET /rest/v1.0/vendors."""
    doors.same_company(call, call.number("company_id"))
    found = lists.filtered(
        call,
        call.records("vendors").values(),
        "id origin_id created_at updated_at",
        {"search": lambda record, values: values[0].lower() in record["name"].lower()},
    )
    return lists.page(call, found, vendor_view)


def list_inactive_vendors(call: Call) -> Answer:
    """GET /rest/v1.0/companies/{company_id}/vendors/inactive."""
    found = [each for each in call.records("vendors").values() if not each["is_active"]]
    return lists.page(call, found, vendor_view)


def _vendor(call: Call) -> Record:
    record = call.records("vendors").get(call.text("id"))
    if record is None:
        raise not_found("Vendor")
    return record


def show_vendor(call: Call) -> Answer:
    """GET /rest/v1.0/vendors/{id}."""
    doors.same_company(call, call.number("company_id"))
    return ok(vendor_view(_vendor(call)))


def write_vendor(call: Call, update: Record, record: Record | None) -> Record:
    """Change a company, or make one; a `Mistake` leaves everything as it was."""
    name = update.get("name", record and record["name"])
    if not isinstance(name, str) or not name.strip():
        raise Mistake({"name": ["can't be blank"]})
    if record is None:
        number = call.world.fresh_number()
        origins.may_carry(call, "vendor", number, update.get("origin_id"))
        record = {"id": number, **VENDOR_DEFAULTS, "created_at": call.now(), "updated_at": call.now()}
        call.records("vendors")[str(number)] = record
    syncing.put(call, "vendor", record, update)
    return record


def create_vendor(call: Call) -> Answer:
    """POST /rest/v1.0/vendors."""
    return created(vendor_view(_one_vendor(call, None)))


def update_vendor(call: Call) -> Answer:
    """PATCH /rest/v1.0/vendors/{id}."""
    return ok(vendor_view(_one_vendor(call, _vendor(call))))


def _one_vendor(call: Call, record: Record | None) -> Record:
    body = call.body()
    doors.same_company(call, given(body, "company_id"))
    update = members.part(body, "vendor", members.VENDOR_ONE, {"company_id": "whole"}, 400)
    try:
        return write_vendor(call, update, record)
    except Mistake as wrong:
        raise invalid(wrong.fields, 400) from wrong


def sync_vendors(call: Call) -> Answer:
    """PATCH /rest/v1.0/vendors/sync."""
    body = only(call.body(), "company_id", "updates")
    doors.same_company(call, given(body, "company_id"))

    def one(update: Record) -> Record:
        found = syncing.meant(call, "vendor", update, lambda holder: True)
        return vendor_view(write_vendor(call, update, found))

    return syncing.each(call, syncing.updates_of(body), members.VENDOR, one)


# ---- taxes and currencies -------------------------------------------------------------------------

TAX_CODE = ("id", "code", "description", "origin_data", "origin_id", "rate1", "archived", "default_tax_code")


def list_tax_codes(call: Call) -> Answer:
    """GET /rest/v1.0/tax_codes."""
    doors.same_company(call, call.number("company_id"))
    found = list(call.records("tax_codes").values())
    return lists.page(call, found, lambda record: views.chosen(record, TAX_CODE))


def sync_tax_codes(call: Call) -> Answer:
    """PATCH /rest/v1.0/tax_codes/sync."""
    body = only(call.body(), "company_id", "updates")
    doors.same_company(call, given(body, "company_id"))

    def one(update: Record) -> Record:
        record = syncing.meant(call, "tax_code", update, lambda holder: True)
        if record is None:
            if not update.get("code"):
                raise Mistake({"code": ["can't be blank"]})
            number = call.world.fresh_number()
            record = call.records("tax_codes")[str(number)] = {"id": number, "archived": False}
        syncing.put(call, "tax_code", record, update)
        return views.chosen(record, TAX_CODE)

    return syncing.each(call, syncing.updates_of(body), members.TAX_CODE, one)


def company_currency(call: Call) -> Answer:
    """GET /rest/v1.0/companies/{company_id}/currency_configuration."""
    company = call.records("companies")[str(call.company)]
    return ok(
        {
            "company_id": call.company,
            "currency_iso_code": company.get("_currency", "AUD"),
            "currency_display": "symbol",
            "multicurrency_enabled": False,
            "multicurrency_enabled_effective_date": None,
            "eligible_for_multicurrency": False,
        }
    )


def project_currency(call: Call) -> Answer:
    """GET /rest/v1.0/companies/{company_id}/projects/{project_id}/currency_configuration."""
    project = doors.project(call, call.text("project_id"))
    company = call.records("companies")[str(call.company)]
    return ok(
        {
            "company_id": call.company,
            "project_id": project["id"],
            "currency_iso_code": project.get("_currency", company.get("_currency", "AUD")),
            "currency_display": "symbol",
            "company_currency_exchange_rate_override": None,
            "multicurrency_enabled": False,
            "eligible_for_financial_objs_multicurrency": False,
        }
    )
