"""Payments that were typed in before the connection: which of them is which, and what stands for it. Pure.

A payment is made whole and never changed, for one invoice. One that is linked by a person stays as it was
typed; where it is another amount than its share, the shares of later payments make up for it. Before: `desk`.
After: `opening`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.plan.actions import Action
from engine.plan.desk import Desk
from engine.plan.values import equal, is_nothing

AMOUNT = "amount"
MEMBERS = {"requisition_id": "invoice", "date": "date", AMOUNT: "amount"}  # and what people call them
WEIGHTS = {"invoice": 40, "date": 25, "amount": 35}


def is_payment(desk: Desk) -> bool:
    """Whether a record is one figure for an invoice."""
    return set(MEMBERS) <= set(desk.flow.target_root.members)


def alike(desk: Desk, action: Action, there: Mapping[str, Any]) -> dict[str, bool]:
    """What a payment and one there agree in, by name; what one of them lacks is left out."""
    record, members = action.record or {}, desk.flow.target_root.members
    return {
        said: equal(record.get(name), there.get(name), members[name])
        for name, said in MEMBERS.items()
        if not (is_nothing(record.get(name)) or is_nothing(there.get(name)))
    }


def likely(desk: Desk, action: Action) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Payments there of the same invoice, or of none, with the same day or amount: id, confidence, why."""
    if not is_payment(desk) or action.record is None:
        return
    for target_id, there in (desk.ground.there or {}).items():
        agreed = alike(desk, action, there)
        if target_id in desk.taken or not is_nothing(there.get("origin_id")):
            continue
        if agreed.get("invoice", True) and (agreed.get("date") or agreed.get("amount")):
            score = sum(WEIGHTS[name] for name, same in agreed.items() if same)
            yield (
                target_id,
                score,
                tuple(f"same {n}" if same else f"{n} differs" for n, same in agreed.items()),
            )


def pays_another(desk: Desk, action: Action, there: Mapping[str, Any]) -> str:
    """Why a payment there cannot be this one; "" if it can."""
    record, title = action.record or {}, f"{desk.target_title} {there.get('id')}"
    if not alike(desk, action, there).get("invoice", True):
        paid, own = there.get("requisition_id"), record.get("requisition_id")
        return f"{title} is for invoice {paid}, and this one pays invoice {own}"
    origin = there.get("origin_id")
    if not is_nothing(origin) and str(origin) != str(record.get("origin_id")):
        return f"{title} is synced with another one ({origin}) already"
    return ""


def standing(desk: Desk, choices: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    """Records of chosen payments, their share of the whole being the amount that stands there."""
    names = [share.wrote for share in desk.flow.shares if share.wrote]
    there, facts = desk.ground.there or {}, desk.ground.facts
    told: dict[str, dict[str, Any]] = {}
    for source_id, target_id in choices.items():
        own = there.get(target_id) or {}
        shares = {name: own[name] for name in names if not is_nothing(own.get(name))}
        if shares:
            told[source_id] = shares
    if not told:
        return {}
    again = replace(facts, wrote={**facts.wrote, **told})
    outcomes = desk.ground.mapper.run(desk.ground.records, again)
    return {one.id: one.record for one in outcomes if one.id in told and one.record is not None}
