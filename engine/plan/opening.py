"""What existed before the connection: records somebody chose a document for, and which might be which. Pure.

A document that is linked by a person is taken as it is: what the record says counts as written, its rows are
those that are there, and nothing of it is changed until the record changes. Before: `build`, whose actions
these replace. After: the shell `linking`, `report/linking`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.map.outcome import READY, Outcome
from engine.plan.actions import ASK, BAD, CREATE, HOLD, LINK, OFFER, SKIP, Action
from engine.plan.compare import Comparison, as_written
from engine.plan.desk import Desk
from engine.plan.match import LIKELY, label_of
from engine.plan.payments import AMOUNT, alike, is_payment, likely, pays_another, standing
from engine.plan.rows import row_id_of
from engine.plan.values import equal, exact, folded, is_nothing, member_of, value_at

EXACT = 100
UNLINKED = (CREATE, ASK, HOLD, BAD, SKIP, OFFER, LINK, "append")
NUMBERS = ("number", "invoice_number")  # of a source record, beside what would be written
WEIGHTS = {"number": 35, "contact": 25, "amount": 25, "date": 15}
Rows = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A record and what it may be on the other side, with the figures of both where they have some."""

    mapping: str
    source_id: str
    source: str
    target_id: str
    target: str
    confidence: int
    why: tuple[str, ...]
    amount: Decimal | None = None
    amount_there: Decimal | None = None


# ---------------------------------------------------------------- what two documents agree in


def total_of(record: Mapping[str, Any] | None) -> Decimal | None:
    """The total before tax of a mapped document's rows, or its amount; None for what has neither."""
    rows = (record or {}).get("LineItems")
    if not isinstance(rows, list):
        amount = (record or {}).get(AMOUNT)
        return None if is_nothing(amount) else Decimal(str(amount))
    return sum((_amount(row) for row in rows), Decimal(0))


def total_there(desk: Desk, there: Mapping[str, Any]) -> Decimal | None:
    """The total before tax of a document there, or its amount."""
    name = "SubTotal" if _is_document(desk) else AMOUNT
    member, value = member_of(desk.flow.target_root, name), there.get(name)
    if member is None or is_nothing(value):
        return None
    found = exact(value, member)
    return found if isinstance(found, Decimal) else None


def _amount(row: Mapping[str, Any]) -> Decimal:
    if not is_nothing(row.get("LineAmount")):
        return Decimal(str(row["LineAmount"])).quantize(Decimal("0.01"))
    quantity, price = row.get("Quantity", 1), row.get("UnitAmount", 0)
    return (Decimal(str(quantity or 0)) * Decimal(str(price or 0))).quantize(Decimal("0.01"))


def signs(desk: Desk, action: Action, there: Mapping[str, Any]) -> dict[str, bool]:
    """What a wanted document and one there agree in, by name; what neither has is left out."""
    record, root = action.record or {}, desk.flow.target_root
    found: dict[str, bool] = {}
    own = desk.match("to", "") or "InvoiceNumber"
    source = desk.source(action.source_id)
    said = [value_at(record, root, own)]
    said += [source.get(name) for name in NUMBERS] if isinstance(source, dict) else []
    theirs = value_at(there, root, own)
    if not is_nothing(theirs):
        found["number"] = any(folded(one) == folded(theirs) for one in said if not is_nothing(one))
    for name, path in (("contact", "Contact.ContactID"), ("date", "Date")):
        member, wanted, other = (
            member_of(root, path),
            value_at(record, root, path),
            value_at(there, root, path),
        )
        if member is not None and not (is_nothing(wanted) and is_nothing(other)):
            found[name] = equal(wanted, other, member)
    total, other_total = total_of(record), total_there(desk, there)
    if total is not None and other_total is not None:
        found["amount"] = total == other_total
    return found


def differences(desk: Desk, action: Action, target_id: str) -> list[str]:
    """What a record and its document do not agree in, in words."""
    there = (desk.ground.there or {}).get(target_id) or {}
    if not (_is_document(desk) or is_payment(desk)) or action.record is None:
        return []
    told = []
    agreed = signs(desk, action, there) if _is_document(desk) else alike(desk, action, there)
    for name, same in agreed.items():
        if name == "amount" and not same:
            told.append(f"amount {total_of(action.record):,.2f}, there {total_there(desk, there):,.2f}")
        elif name == "date" and not same and is_payment(desk):
            told.append(f"date {action.record.get('date')}, there {there.get('date')}")
        elif name == "contact" and not same:
            told.append("the contact is another one")
    return told


def _is_document(desk: Desk) -> bool:
    return bool(desk.object.line_id)


# ---------------------------------------------------------------- which might be which


def suggested(desk: Desk, actions: list[Action]) -> list[Suggestion]:
    """Pairs of a flow that may be the same, surest first."""
    found: dict[tuple[str, str], Suggestion] = {}
    if desk.flow.back or desk.flow.into is not None or desk.ground.there is None:
        return []
    for action in actions:
        if action.kind not in UNLINKED or desk.known(action.source_id) is not None:
            continue
        for one in [*_documents(desk, action), *_payments(desk, action), *_named(desk, action)]:
            found.setdefault((one.source_id, one.target_id), one)
    return sorted(found.values(), key=lambda one: (-one.confidence, one.source, one.target))


def _documents(desk: Desk, action: Action) -> Iterator[Suggestion]:
    """Documents there that agree in enough; only of a record that could be one now."""
    if not _is_document(desk) or action.record is None:
        return
    most = sum(WEIGHTS.values())
    for target_id, there in (desk.ground.there or {}).items():
        if target_id in desk.taken or desk.is_gone(there):
            continue
        agreed = signs(desk, action, there)
        if not agreed.get("contact") or not (agreed.get("number") or agreed.get("amount")):
            continue
        lacking = sum(weight for name, weight in WEIGHTS.items() if name not in agreed)
        score = sum(WEIGHTS[name] for name, same in agreed.items() if same)
        if desk.object.natural and agreed.get("number") and agreed.get("amount"):
            score, lacking = most, 0  # its number is taken once; the day of an order says little
        confidence = round(100 * score / (most - lacking))
        why = tuple(f"same {name}" if same else f"{name} differs" for name, same in agreed.items())
        if confidence >= 50:
            yield _suggestion(desk, action, target_id, confidence, why)


def _payments(desk: Desk, action: Action) -> Iterator[Suggestion]:
    """Payments there that may be this one."""
    for target_id, score, why in likely(desk, action):
        yield _suggestion(desk, action, target_id, score, why)


def _named(desk: Desk, action: Action) -> Iterator[Suggestion]:
    """What the plan found by name."""
    for one in action.candidates:
        if _is_document(desk):
            why = (one.why, *differences(desk, action, one.target_id))
            score = min(one.score, 60) if action.record is not None else 50
            yield _suggestion(desk, action, one.target_id, score, why)
        elif one.score >= LIKELY:
            yield _suggestion(desk, action, one.target_id, one.score, (one.why,))


def _suggestion(
    desk: Desk, action: Action, target_id: str, confidence: int, why: tuple[str, ...]
) -> Suggestion:
    there = (desk.ground.there or {})[target_id]
    return Suggestion(
        desk.flow.name,
        action.source_id,
        action.label or action.source_id,
        target_id,
        label_of(there, target_id),
        confidence,
        why,
        total_of(action.record),
        total_there(desk, there) if _is_document(desk) or is_payment(desk) else None,
    )


def certain(found: list[Suggestion]) -> dict[str, str]:
    """Source ids and target ids of pairs that agree in everything and leave no choice on either side."""
    sure = [one for one in found if one.confidence >= EXACT]
    return {
        one.source_id: one.target_id
        for one in sure
        if sum(other.source_id == one.source_id for other in sure) == 1
        and sum(other.target_id == one.target_id for other in sure) == 1
    }


# ---------------------------------------------------------------- what somebody chose


def chosen(
    desk: Desk, actions: list[Action], choices: Mapping[str, str], taken: set[str]
) -> tuple[list[Action], list[str]]:
    """The actions, with a link where a document was chosen; and why one cannot be made.

    `taken`: ids of rows that belong to a record already; those given away here are added.
    """
    made, problems, seen = [], [], set()
    shares = standing(desk, choices)
    for action in actions:
        target_id = choices.get(action.source_id)
        if target_id is None or action.kind == "delete":
            made.append(action)
            continue
        seen.add(action.source_id)
        why = _impossible(desk, action, target_id, choices)
        if why:
            problems.append(f"{desk.flow.name} {action.source_id}: {why}")
            made.append(action)
        else:
            made.append(_linked(desk, action, target_id, taken, shares))
    problems += [
        f"{desk.flow.name} {source_id}: there is no such record"
        for source_id in choices
        if source_id not in seen
    ]
    return made, problems


def _impossible(desk: Desk, action: Action, target_id: str, choices: Mapping[str, str]) -> str:
    there = desk.ground.there
    title = desk.target_title
    known = desk.known(action.source_id)
    if known is not None:
        return f"it is linked to {known.target_id} already; remove that link first (--remove)"
    if is_payment(desk) and action.record is None:
        return f"it makes nothing now: {action.reason}"
    if there is None:
        return f"nobody can read {title} to see whether {target_id} is there"
    if target_id not in there:
        where = " on its commitment" if is_payment(desk) else ""
        return f"there is no {title} {target_id}{where}"
    if desk.is_gone(there[target_id]):
        return f"{title} {label_of(there[target_id], target_id)} is deleted or void"
    if not desk.in_its_place(action.record, there[target_id]):
        within = member_of(desk.flow.target_root, desk.object.natural[0])
        what = within.label if within is not None else desk.object.natural[0]
        return f"{title} {label_of(there[target_id], target_id)} is of another {what} than this one goes to"
    if desk.flow.into is not None:
        into = str((action.record or {}).get(desk.id_member, ""))
        return (
            "" if action.record is None or into == target_id else f"it belongs into {into}, not {target_id}"
        )
    if target_id in desk.taken:
        return f"{title} {label_of(there[target_id], target_id)} is linked to {desk.taken[target_id]} already"
    others = [source_id for source_id, other in choices.items() if other == target_id]
    if len(others) > 1:
        return f"{title} {target_id} is named for {', '.join(others)}; it can be one of them only"
    if is_payment(desk):
        return pays_another(desk, action, there[target_id])
    if _is_document(desk) and action.record is None and action.kind != SKIP:
        return f"it is held, so its lines cannot be told: {action.reason}"
    return ""


def _linked(
    desk: Desk,
    action: Action,
    target_id: str,
    taken: set[str],
    shares: Mapping[str, Mapping[str, Any]],
) -> Action:
    there = (desk.ground.there or {})[target_id]
    linked = replace(
        action, kind=LINK, target_id=target_id, candidates=[], code="", fix="", needs=(), body={}
    )
    linked.reason, linked.quiet, linked.changes = "chosen by a person", False, []
    if action.record is None:
        return linked
    outcome = Outcome(action.mapping, action.source_id, READY, action.record, keys=action.keys)
    if is_payment(desk):
        linked.written = as_written(shares.get(action.source_id, action.record), action.keys)
        return linked
    if _is_document(desk):
        linked.written = as_written(action.record, action.keys)
        linked.rows = _rows(desk, action, there, taken)
        return linked
    verdict = Comparison(desk.flow, outcome, there, None, {}, desk.policy, linking=True).run()
    linked.changes, linked.written, linked.rows = verdict.changes, verdict.written, verdict.rows
    return linked


def _rows(desk: Desk, action: Action, there: Mapping[str, Any], taken: set[str]) -> Rows:
    """Rows of the record and rows there, brought together: the same item and amount, the amount, the item,
    and last by their order, where nobody else has them."""
    found: Rows = {}
    for name, keys in action.keys.items():
        line_id = desk.object.line_id.get(name, "")
        rows = [row for row in there.get(name) or () if row_id_of(row, line_id) not in taken]
        wanted = dict(zip(keys, (action.record or {}).get(name) or (), strict=False))
        pairs: dict[str, str] = {}
        for same in (_same_both, _same_amount, _same_item, _any):
            for key, row in wanted.items():
                other = next((one for one in rows if same(row, one)), None) if key not in pairs else None
                if other is not None:
                    rows.remove(other)
                    pairs[key] = row_id_of(other, line_id)
        found[name] = {key: row_id for key, row_id in pairs.items() if row_id}
        taken |= set(found[name].values())
    return found


def _same_both(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _same_item(row, other) and _same_amount(row, other)


def _same_amount(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _amount(row) == _amount(other)


def _same_item(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return not is_nothing(row.get("ItemCode")) and folded(row["ItemCode"]) == folded(
        other.get("ItemCode") or ""
    )


def _any(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return True
