"""Records as both systems send them, from a seed: the same at every run, none of them kept in a file.

Sizes and members follow the plain reads of a builder with 120 projects. What has to go wrong now and
then does: companies and codes nobody linked, item codes too long, lock dates, negative months.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

SEED = 20260331
CATEGORY = "ca000000-0000-4000-8000-000000000001"
SETTINGS: dict[str, Any] = {
    "timezone": "Australia/Sydney",
    "region": "AU",
    "base_currency": "AUD",
    "procore_company": "8841",
    "tracking_category": CATEGORY,
    "retainage_item": "RETENTION",
    "tax_type_by_tax_code": {"9001": "INPUT", "9002": "EXEMPTEXPENSES"},
    "period_lock_date": date(2025, 7, 2),
    "end_of_year_lock_date": date(2025, 6, 30),
}
PROJECTS, VENDORS, CENT = 120, 2_000, Decimal("0.01")
TYPES = {"L": "Labour", "M": "Material", "S": "Subcontract", "E": "Equipment"}
WORDS = ["formwork", "slab", "wall", "joint", "rebar", "duct", "pipe", "valve", "frame", "truss", "door"]
LONG_CODE = "26-LV-SUBMAINS-AND-DBS-L02-1"  # with its type 31 characters; an item code has 30
CODES = [f"{division:02}-{code:03}" for division in range(1, 27) for code in range(100, 600, 50)]
STATUSES = ["Approved", "Approved", "Approved", "Complete"]
START = date(2025, 7, 1)


def money(value: Decimal) -> str:
    """An amount as Procore writes it: `1200.0` as often as `1200.00`."""
    cents = value.quantize(CENT, ROUND_HALF_UP)
    return str(cents if cents % 1 else cents.quantize(Decimal("0.1")))


def day_of(chance: random.Random) -> date:
    """Some day of the year's work."""
    return START + timedelta(days=chance.randrange(270))


def sentence(chance: random.Random, number: int) -> str:
    """A few words of the trade."""
    return " ".join(chance.choices(WORDS, k=number)).capitalize()


def project_id(index: int) -> int:
    """The id of a project."""
    return 520_000 + index % PROJECTS


def contact_id(vendor: int) -> str:
    """The Xero id of a company."""
    return f"c0000000-0000-4000-8000-{vendor:012}"


def option_id(project: int) -> str:
    """The Xero id of a project."""
    return f"0b000000-0000-4000-8000-{project:012}"


# ------------------------------------------------------------------------ commitments


def commitments(count: int, start: int = 0) -> Iterator[dict[str, Any]]:
    """Subcontracts and purchase orders with twelve lines each, about 11 kB of JSON."""
    for index in range(start, start + count):
        yield _commitment(index, random.Random(SEED + index))


def _commitment(index: int, chance: random.Random) -> dict[str, Any]:
    own, project, vendor = 880_000 + index, project_id(index), _vendor(index, chance)
    by_amount = chance.random() < 0.25
    lines = [_line(own, number, by_amount, chance) for number in range(12)]
    lines[3]["cost_code"]["full_code"] = _code_or_trouble(lines[3]["cost_code"]["full_code"], chance)
    total = money(sum((Decimal(line["amount"]) for line in lines), Decimal(0)))
    made = f"{day_of(chance)}T{chance.randrange(24):02}:{chance.randrange(60):02}:00Z"
    return {
        "id": own,
        "number": f"SC-{index:05}",
        "title": f"{sentence(chance, 3)} package",
        "status": "Draft" if chance.random() < 0.003 else chance.choice(STATUSES),
        "accounting_method": "amount" if by_amount else "unit",
        "created_at": made,
        "updated_at": made,
        "created_by_id": 91001,
        "deleted_at": None,
        "description": f"<p>{sentence(chance, 9)}.</p>",
        "executed": True,
        "private": True,
        "contract_date": made[:10],
        "execution_date": None,
        "issued_on_date": None,
        "signed_contract_received_date": None,
        "delivery_date": None,
        "ship_via": f" {sentence(chance, 4)} " if chance.random() < 0.3 else None,
        "ship_to_address": None,
        "bill_to_address": None,
        "payment_terms": None,
        "assignee": {"id": 91002},
        "vendor": {
            "id": vendor,
            "company": f"Vendor {vendor} Pty Ltd",
            "origin_data": None,
            "origin_id": None,
        },
        "project": {"id": project, "name": f"Project {project}"},
        "grand_total": total,
        "approved_change_orders": "0.0",
        "pending_change_orders": "0.0",
        "draft_change_orders_amount": "0.0",
        "revised_contract": total,
        "pending_revised_contract": total,
        "total_requisitions_amount": "0.0",
        "total_payments": "0.0",
        "remaining_balance_outstanding": total,
        "retainage_percent": "10.0",
        "currency_configuration": {"currency_iso_code": "AUD"},
        "line_items": lines,
        "origin_id": None,
        "origin_code": None,
        "origin_data": None,
    }


def _vendor(index: int, chance: random.Random) -> int:
    """One in a hundred is not linked."""
    return 9_999 if chance.random() < 0.009 else 7_000 + index % VENDORS


def _code_or_trouble(code: str, chance: random.Random) -> str:
    roll = chance.random()
    return LONG_CODE if roll < 0.003 else "99-999" if roll < 0.006 else code


def _line(own: int, number: int, by_amount: bool, chance: random.Random) -> dict[str, Any]:
    quantity, unit_cost, amount = _priced(by_amount, chance)
    code, kind = chance.choice(CODES), chance.choice("LMSE")
    line = own * 100 + number
    return {
        "id": line,
        "position": number + 1,
        "description": _described(chance),
        "quantity": quantity,
        "unit_cost": unit_cost,
        "uom": None if by_amount else chance.choice(["m2", "m3", "t", "hr", "ea"]),
        "amount": amount,
        "extended_type": "manual" if by_amount else "calculated",
        "extended_amount": amount,
        "total_amount": amount,
        "tax_code_id": chance.choice([None, None, 9001, 9002, 9003]),
        "cost_code": {
            "id": 710_000 + number,
            "name": f"{sentence(chance, 2)}",
            "code": code[3:],
            "full_code": code,
            "sortable_code": code,
            "standard_cost_code_id": 610_000 + number,
            "budgeted": True,
            "biller_type": "Project",
            "parent": {"id": 710_003},
            "created_at": "2025-07-01T00:05:00Z",
            "origin_id": f"{option_id(project_id(own))}:{code}",
            "origin_data": None,
        },
        "line_item_type": {
            "id": 4400 + ord(kind),
            "name": TYPES[kind],
            "code": kind,
            "base_type": "other",
            "origin_id": kind,
        },
        "wbs_code": {"id": 7_100_000 + number, "flat_code": f"{code}.{kind}", "description": TYPES[kind]},
        "holder": {"id": own, "holder_type": "WorkOrderContract"},
        "created_at": "2025-07-01T00:05:00Z",
        "updated_at": "2025-07-01T00:05:00Z",
        "origin_id": None,
        "origin_data": None,
    }


def _described(chance: random.Random) -> str | None:
    roll = chance.random()
    if roll < 0.05:
        return None
    return f"<p>{sentence(chance, 6)} &amp; fix</p>" if roll < 0.1 else sentence(chance, 6)


def _priced(by_amount: bool, chance: random.Random) -> tuple[str, str, str]:
    """Quantity, unit cost and amount: what two to six decimals come to, or an amount and nothing else."""
    if by_amount:
        amount = Decimal(chance.randrange(1_000, 9_000_000)) / 100
        return "0.0", chance.choice([money(amount), "0.0"]), money(amount)
    places = chance.randrange(2, 5)
    quantity = Decimal(chance.randrange(1, 400_000)).scaleb(-places)
    unit_cost = Decimal(chance.randrange(1, 9_000_000)).scaleb(-chance.randrange(2, 5))
    amount = (quantity * unit_cost).quantize(CENT, ROUND_HALF_UP)
    roll = chance.random()
    if roll < 0.04:  # agreed in round figures: not what quantity times price comes to
        amount = amount.quantize(Decimal(1), ROUND_HALF_UP) + 1
    elif roll < 0.06:  # a deduction
        unit_cost = Decimal(chance.randrange(1, 9_000)).scaleb(-3)
        quantity, amount = -quantity, -(quantity * unit_cost).quantize(CENT, ROUND_HALF_UP)
    elif roll < 0.08:
        quantity, amount = Decimal(0), Decimal(0)
    shown = format(quantity.quantize(Decimal("0.000001")), "f") if roll > 0.9 else format(quantity, "f")
    return shown, format(unit_cost, "f"), money(amount)


# ------------------------------------------------------------------------ subcontractor invoices


def invoices(count: int, start: int = 0) -> Iterator[dict[str, Any]]:
    """Subcontractor invoices with twelve lines and their detail, about 14 kB of JSON."""
    for index in range(start, start + count):
        yield _invoice(index, random.Random(SEED * 3 + index))


def _invoice(index: int, chance: random.Random) -> dict[str, Any]:
    own, project = 660_000 + index, project_id(index)
    mood = chance.random()
    kind = (
        "correction" if mood < 0.012 else "release" if mood < 0.03 else "empty" if mood < 0.033 else "plain"
    )
    by_amount = chance.random() < 0.25
    items = [_item(own, number, by_amount, kind, chance) for number in range(12)]
    billed = day_of(chance)
    paid = None if chance.random() < 0.4 else str(billed + timedelta(days=chance.randrange(-5, 40)))
    commitment = 880_000 + index if chance.random() > 0.006 else 1
    return {
        "id": own,
        "previous_requisition_id": None,
        "project_id": project,
        "billing_date": str(billed),
        "payment_date": paid,
        "created_at": f"{billed}T01:30:00Z",
        "updated_at": f"{billed}T05:45:00Z",
        "submitted_at": str(billed),
        "commitment_id": commitment,
        "commitment_type": "WorkOrderContract",
        "contract_name": f"{sentence(chance, 3)} package",
        "final": False,
        "deletable": False,
        "vendor_id": _vendor(index, chance),
        "vendor_name": "Vendor Pty Ltd",
        "invoice_number": f"INV-{index:05}",
        "invoice_type": "progress",
        "number": 1 + index % 9,
        "status": "draft" if chance.random() < 0.002 else chance.choice(["approved", "approved_as_noted"]),
        "erp_status": "unsynced",
        "percent_complete": "19.59",
        "period_id": 661_101,
        "requisition_start": str(billed.replace(day=1)),
        "requisition_end": str(billed),
        "total_claimed_amount": "0.0",
        "summary": _summary(items, chance),
        "created_by": {"id": 91001, "name": "Contracts Desk", "login": "contracts@builder.example"},
        "currency_configuration": {"currency_iso_code": "AUD", "currency_exchange_rate": None},
        "attachments": [],
        "items": items,
        "origin_id": None,
        "origin_data": None,
    }


def _summary(items: list[dict[str, Any]], chance: random.Random) -> dict[str, str]:
    def added(name: str) -> Decimal:
        return sum((Decimal(item[name]) for item in items), Decimal(0))

    done = added("total_completed_and_stored_to_date")
    held = added("total_retainage_currently_retained")
    due = done - added("total_completed_and_stored_to_date_from_previous")
    due -= held - added("total_retainage_from_previous_application")
    off = Decimal("0.01") if chance.random() < 0.005 else Decimal(0)
    return {
        "original_contract_sum": money(added("scheduled_value")),
        "net_change_by_change_orders": "0.0",
        "contract_sum_to_date": money(added("scheduled_value")),
        "total_completed_and_stored_to_date": money(done),
        "completed_work_retainage_percent": "10.0",
        "completed_work_retainage_amount": money(held),
        "stored_materials_retainage_amount": "0.0",
        "stored_materials_retainage_percent": "10.0",
        "total_retainage": money(held),
        "total_earned_less_retainage": money(done - held),
        "current_payment_due": money(due + off),
        "tax_applicable_to_this_payment": "0.0",
        "balance_to_finish_including_retainage": "0.0",
        "new_materials": "0.0",
        "stored_materials": "0.0",
    }


def _work(by_amount: bool, kind: str, chance: random.Random) -> tuple[str, str, Decimal]:
    """Quantity and unit price of this period, and what was worked."""
    roll = chance.random()
    if kind in ("release", "empty") or roll < 0.15:
        return "0.0", "12.5000", Decimal(0)
    if by_amount:
        worked = Decimal(chance.randrange(1_000, 4_000_000)) / 100
        return "0.0", money(worked), -worked if kind == "correction" else worked
    quantity = Decimal(chance.randrange(1, 90_000)).scaleb(-chance.randrange(2, 5))
    price = Decimal(chance.randrange(1, 900_000)).scaleb(-chance.randrange(2, 5))
    if kind == "correction":
        quantity = -quantity
    worked = (quantity * price).quantize(CENT, ROUND_HALF_UP)
    shown = quantity.quantize(Decimal("0.000001")) if roll > 0.9 else quantity
    return format(shown, "f"), format(price, "f"), worked


def _item(own: int, number: int, by_amount: bool, kind: str, chance: random.Random) -> dict[str, Any]:
    quantity, price, worked = _work(by_amount, kind, chance)
    stored = Decimal(chance.randrange(100, 90_000)) / 100 if kind == "plain" and chance.random() < 0.1 else 0
    before = Decimal(chance.randrange(0, 4_000_000)) / 100
    kept = (before / 10).quantize(CENT, ROUND_HALF_UP)
    held, held_stored = (worked / 10).quantize(CENT, ROUND_HALF_UP), (Decimal(stored) / 10).quantize(CENT)
    released = kept if kind == "release" or (kind == "plain" and chance.random() < 0.02) else Decimal(0)
    code = _code_or_trouble(chance.choice(CODES), chance) if number == 5 else chance.choice(CODES)
    type_code = chance.choice("LMSE")
    line = own * 100 + number
    return {
        "id": line,
        "item_type": "contract_item",
        "item_number": number + 1,
        "accounting_method": "amount" if by_amount else "unit",
        "cost_code_id": 710_000 + number,
        "line_item_id": line + 7,
        "description_of_work": _described(chance),
        "wbs_code": _wbs(code, type_code, number),
        "uom": None if by_amount else "m2",
        "status": "approved",
        "position": number + 1,
        "scheduled_value": money(before + worked + 100),
        "scheduled_quantity": "100.0",
        "scheduled_unit_price": price,
        **_progress(quantity, worked, Decimal(stored), before),
        **_retainage(held, held_stored, released, kept),
    }


def _wbs(code: str, kind: str, number: int) -> dict[str, Any]:
    parts = [("cost_code", code, 710_000 + number), ("line_item_type", kind, 4400 + ord(kind))]
    return {
        "id": 7_100_000 + number,
        "flat_code": f"{code}.{kind}",
        "description": TYPES[kind],
        "segment_items": [
            {
                "id": own,
                "code": part,
                "segment_type": name,
            }
            for name, part, own in parts
        ],
    }


def _progress(quantity: str, worked: Decimal, stored: Decimal, before: Decimal) -> dict[str, str]:
    return {
        "work_completed_from_previous_application": money(before),
        "work_completed_this_period": money(worked),
        "work_completed_this_period_quantity": quantity,
        "materials_presently_stored": money(stored),
        "materials_moved": "0.0",
        "materials_retainage_retained_moved": "0.0",
        "total_completed_and_stored_to_date": money(before + worked + stored),
        "total_completed_and_stored_to_date_from_previous": money(before),
    }


def _retainage(held: Decimal, stored: Decimal, released: Decimal, kept: Decimal) -> dict[str, str]:
    return {
        "work_completed_retainage_from_previous_application": money(kept),
        "work_completed_retainage_retained_this_period": money(held),
        "work_completed_retainage_released_this_period": money(released),
        "materials_stored_retainage_retained_this_period": money(stored),
        "materials_stored_retainage_released_this_period": "0.0",
        "total_retainage_currently_retained": money(kept + held + stored - released),
        "total_retainage_from_previous_application": money(kept),
    }
