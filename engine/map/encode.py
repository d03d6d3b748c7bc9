"""Exact values into what goes over the wire: by the target's shape and system.

Xero takes numbers, Procore mostly text; dates are plain calendar dates; ids are numbers where the
shape says so. Decimals stay exact all the way (the writer prints them as JSON numbers).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from engine.spec.model import Member
from engine.vocabulary.functions import rounded


def encode(record: Any, root: Member, numbers: bool = True) -> Any:
    """The wire form of a mapped record; `numbers`: decimals as numbers, else as text, where both fit."""
    if record.__class__ is dict:
        return {name: _member(value, root.members.get(name), numbers) for name, value in record.items()}
    return record


def _member(value: Any, member: Member | None, numbers: bool) -> Any:
    if value is None or member is None:
        return value
    if value.__class__ is list:
        item = member.item
        return [encode(row, item, numbers) if item is not None else row for row in value]
    if value.__class__ is dict:
        return encode(value, member, numbers)
    return scalar(value, member, numbers)


def scalar(value: Any, member: Member, numbers: bool) -> Any:
    """One value as the wire has it."""
    if value.__class__ is Decimal:
        tidy = _tidy(value, member)
        return format(tidy, "f") if _as_text(member.wire, numbers) else tidy
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if (
        member.kind == "id"
        and "integer" in member.wire
        and value.__class__ is str
        and value.isascii()
        and value.isdigit()
    ):
        return int(value)
    return value


def _as_text(wire: tuple[str, ...], numbers: bool) -> bool:
    """Where both fit the system has its way, unless the shape names the number first, as what is written."""
    if "string" not in wire or "number" not in wire:
        return "string" in wire
    return not numbers and wire.index("string") < wire.index("number")


def _tidy(value: Decimal, member: Member) -> Decimal:
    """Money with two places, other decimals without needless zeros."""
    if member.money:
        return rounded(value, member.scale or 2)
    if value == value.to_integral_value():
        return rounded(value, 0)
    return value.normalize()
