"""An invoice of Procore in figures: what it bills this period by budget code, and the retainage it moves.

Computed here from what Procore states, and not by the mapping: a report that reconciles must not ask the
one it checks. The arithmetic is that of the page: running totals first, parts where those are not told.
Pure. Before: `live/reports`, which reads. After: `reconcile`, `retainage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.vocabulary.wire import BadValue, decimal_of

NOUGHT = Decimal(0)
NO_CODE = "no budget code"


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice. `work` is before retainage, by budget code; `before`: retainage held when it began."""

    id: str
    number: str
    date: str
    project: str
    commitment: str
    work: Mapping[str, Decimal]
    held: Decimal = NOUGHT
    released: Decimal = NOUGHT
    before: Decimal | None = None

    @property
    def withheld(self) -> Decimal:
        """What it adds to the retainage held: below zero when more is released."""
        return self.held - self.released


def invoice_of(record: Mapping[str, Any], budget_delimiter: str = ".", delimiter: str = ".") -> Invoice:
    """The figures of one requisition in canonical form."""
    items = [row for row in record.get("items") or () if isinstance(row, Mapping)]
    commitment = record.get("commitment") or {}
    work: dict[str, Decimal] = {}
    for row in items:
        code = code_of(row, budget_delimiter, delimiter)
        work[code] = work.get(code, NOUGHT) + period(row)
    freed = sum((released(row) for row in items), NOUGHT)
    told = [number(row.get("total_retainage_from_previous_application")) for row in items]
    before = sum((each for each in told if each is not None), NOUGHT)
    return Invoice(
        id=str(record.get("id", "")),
        number=str(record.get("invoice_number") or record.get("id", "")),
        date=str(record.get("billing_date") or ""),
        project=str(record.get("project_id") or (commitment.get("project") or {}).get("id") or ""),
        commitment=str(record.get("commitment_id") or ""),
        work={code: amount for code, amount in work.items() if amount},
        held=sum((withheld(row) for row in items), NOUGHT) + freed,
        released=freed,
        before=before if items and None not in told else None,
    )


def code_of(row: Mapping[str, Any], budget_delimiter: str, delimiter: str) -> str:
    """The budget code of a line as Xero's item says it: full code, delimiter, cost type."""
    flat = str((row.get("wbs_code") or {}).get("flat_code") or "")
    full, _, kind = flat.rpartition(budget_delimiter)
    full = str(row.get("cost_code_origin_id") or "").partition(":")[2] or full
    kind = str(row.get("line_item_type_origin_id") or kind)
    return f"{full}{delimiter}{kind}" if full and kind else flat or NO_CODE


def period(row: Mapping[str, Any]) -> Decimal:
    """What a line bills this period, before retainage; materials that moved into the work count once."""
    to_date = number(row.get("total_completed_and_stored_to_date"))
    before = number(row.get("total_completed_and_stored_to_date_from_previous"))
    if to_date is not None and before is not None:
        return to_date - before
    return number(row.get("period_amount")) or NOUGHT


def withheld(row: Mapping[str, Any]) -> Decimal:
    """What a line adds to the retainage held, releases taken off."""
    now = number(row.get("total_retainage_currently_retained"))
    before = number(row.get("total_retainage_from_previous_application"))
    if now is not None and before is not None:
        return now - before
    if number(row.get("work_completed_retainage_retained_this_period")) is not None:
        held = ("work_completed_retainage_retained_this_period",)
        return _sum(row, *held, "materials_stored_retainage_retained_this_period") - _sum(
            row,
            "materials_retainage_retained_moved",
            "work_completed_retainage_released_this_period",
            "materials_stored_retainage_released_this_period",
        )
    return _sum(row, "retainage_work_completed_this_period", "retainage_materials_presently_stored") - _sum(
        row, "retainage_materials_previously_stored", "released_work_completed_this_period"
    )


def released(row: Mapping[str, Any]) -> Decimal:
    """Retainage a line releases this period."""
    if number(row.get("work_completed_retainage_released_this_period")) is not None:
        return _sum(
            row,
            "work_completed_retainage_released_this_period",
            "materials_stored_retainage_released_this_period",
        )
    return _sum(row, "released_work_completed_this_period")


def number(value: Any) -> Decimal | None:
    """An exact number in any wire form; None for nothing and for what is none."""
    if value is None or value == "":
        return None
    try:
        return decimal_of(value)
    except BadValue:
        return None


def _sum(row: Mapping[str, Any], *names: str) -> Decimal:
    return sum((number(row.get(name)) or NOUGHT for name in names), NOUGHT)
