"""The opening position: what existed before the connection, what of it is linked, and both sides' totals.

A report to be looked at and kept on the day of the connection; nothing is written to either system. Before:
`linking`, which plans with the links that are there. After: `report/cutover`, the command `link --opening`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.live.connect import Connection
from engine.live.linking import Progress, Seen, looked, quiet
from engine.live.reports.costs import CREDIT
from engine.plan.actions import CREATE, LINK, Action
from engine.plan.desk import Desk
from engine.plan.match import label_of
from engine.plan.opening import Suggestion, total_of, total_there
from engine.plan.payments import is_payment
from engine.plan.values import exact, is_nothing, member_of, value_at

HELD = ("total_retainage_currently_retained",)
HELD_PARTS = ("work_completed_retainage_currently_retained", "materials_stored_retainage_currently_retained")


@dataclass(slots=True)
class Document:
    """An order or a bill on one side or on both."""

    mapping: str
    label: str
    source_id: str = ""
    target_id: str = ""
    project: str = ""
    amount: Decimal | None = None  # in Procore, as it would be sent
    amount_there: Decimal | None = None
    paid: Decimal | None = None  # before the connection, in Xero
    held: Decimal | None = None  # retention held to date
    state: str = ""  # linked | not linked | would be made | held | only in Xero, or in Procore
    why: str = ""
    currency: str = ""  # where it is not that of the books: then it is in no total


@dataclass(slots=True)
class Opening:
    """The whole position."""

    customer: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)  # mapping -> state -> how many
    documents: list[Document] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    payments_from: str = ""
    currency: str = ""

    def totals(self) -> dict[tuple[str, str], dict[str, Decimal]]:
        """By project and mapping: what Procore has, what Xero has, what of it is linked, paid, held."""
        found: dict[tuple[str, str], dict[str, Decimal]] = {}
        for one in self.documents:
            sums = found.setdefault((one.project, one.mapping), dict.fromkeys(SUMS, Decimal(0)))
            if self.currency and one.currency not in ("", self.currency):
                continue
            sums["procore"] += one.amount or 0
            sums["xero"] += one.amount_there or 0
            if one.state == "linked":
                sums["linked procore"] += one.amount or 0
                sums["linked xero"] += one.amount_there or 0
            sums["paid"] += one.paid or 0
            sums["held"] += one.held or 0
        return dict(sorted(found.items()))


SUMS = ("procore", "xero", "linked procore", "linked xero", "paid", "held")


def opening(connection: Connection, progress: Progress = quiet) -> Opening:
    """The position as it is now."""
    with connection.ledger.leased():
        seen = looked(connection, progress=progress, assume=True)
    found = Opening(connection.name)
    settings = seen.grounds[0][0].facts.settings if seen.grounds else {}
    found.payments_from = str(settings.get("payments_from") or "")
    found.currency = str(settings.get("base_currency") or "")
    taken = {one.source_id for one in seen.linked}
    found.suggestions = [one for one in seen.suggestions if one.source_id not in taken]
    names = _projects(seen)
    for ground, actions in seen.grounds:
        flow = ground.mapper.flow
        if flow.back or flow.into is not None or ground.there is None:
            continue
        desk = Desk(ground)
        only = f"only in {connection.routes[flow.name].port.system.title}"
        _count(found, desk, actions, only)
        if desk.object.line_id or is_payment(desk):
            found.documents += _documents(desk, actions, names, only)
    return found


def _count(found: Opening, desk: Desk, actions: list[Action], only: str) -> None:
    states: dict[str, int] = {}
    for action in actions:
        state = _state(desk, action)
        states[state] = states.get(state, 0) + 1
    mine = desk.taken
    ours = {desk.place(a.record): a.record for a in actions if all(desk.place(a.record))}.values()
    theirs = [
        key
        for key, one in (desk.ground.there or {}).items()
        if key not in mine
        and not desk.is_gone(one)
        and (not ours or any(desk.in_its_place(r, one) for r in ours))
    ]
    states[only] = len(set(theirs) - {a.target_id for a in actions if a.kind == LINK})
    found.counts[desk.flow.name] = states


def _state(desk: Desk, action: Action) -> str:
    if desk.known(action.source_id) is not None:
        return "linked"
    return {LINK: "twin", CREATE: "would be made"}.get(action.kind, "not linked")


def _projects(seen: Seen) -> dict[str, str]:
    """Names of projects by their id in Procore and by the id of their tracking option."""
    found: dict[str, str] = {}
    for ground, actions in seen.grounds:
        flow = ground.mapper.flow
        if flow.name != "projects" or flow.back:
            continue
        for target_id, option in (ground.there or {}).items():
            found[target_id] = str(option.get("Name", target_id))
        for action in actions:
            found[action.source_id] = action.label
            if action.target_id:
                found[action.target_id] = action.label
    return found


def _documents(desk: Desk, actions: list[Action], names: Mapping[str, str], only: str) -> list[Document]:
    there = desk.ground.there or {}
    made = []
    for action in actions:
        record = action.record
        source = desk.source(action.source_id) or {}
        one = Document(desk.flow.name, action.label, action.source_id, state=_state(desk, action))
        known = desk.known(action.source_id)
        one.target_id = known.target_id if known is not None else ""
        one.project = names.get(_project_of(source, record), "")
        one.amount, one.why, one.held = _signed(total_of(record), record), action.reason, _held(desk, source)
        _other_side(desk, one, there.get(one.target_id))
        if action.kind != "skip" or known is not None:
            made.append(_by_side(desk, one))
    for target_id, record in there.items():
        if target_id in desk.taken or desk.is_gone(record):
            continue
        one = Document(desk.flow.name, label_of(record, target_id), "", target_id, state=only)
        one.project = names.get(_project_of({}, record), "")
        _other_side(desk, one, record)
        made.append(_by_side(desk, one))
    return made


def _by_side(desk: Desk, one: Document) -> Document:
    """A payment comes from Xero and stands in Procore: its two amounts are the other way about."""
    return replace(one, amount=one.amount_there, amount_there=one.amount) if is_payment(desk) else one


def _other_side(desk: Desk, one: Document, record: Mapping[str, Any] | None) -> None:
    if record is None:
        return
    one.amount_there = _signed(total_there(desk, record), record)
    one.currency = str(record.get("CurrencyCode") or "")
    member = member_of(desk.flow.target_root, "AmountPaid")
    paid = record.get("AmountPaid")
    if member is not None and not is_nothing(paid):
        value = exact(paid, member)
        one.paid = value if isinstance(value, Decimal) else None


def _signed(total: Decimal | None, record: Mapping[str, Any] | None) -> Decimal | None:
    """A credit note has positive figures that lower a cost."""
    lowers = total is not None and record is not None and record.get("Type") == CREDIT
    return -total if total is not None and lowers else total


def _project_of(source: Mapping[str, Any], record: Mapping[str, Any] | None) -> str:
    project = source.get("project")
    if isinstance(project, Mapping) and project.get("id") is not None:
        return str(project["id"])
    for side in (source, record or {}):
        if side.get("project_id") is not None:
            return str(side["project_id"])
    return _option_of(record or {})


def _option_of(record: Mapping[str, Any]) -> str:
    for row in record.get("LineItems") or ():
        for tracking in row.get("Tracking") or ():
            if tracking.get("TrackingOptionID"):
                return str(tracking["TrackingOptionID"])
    return ""


def _held(desk: Desk, source: Mapping[str, Any]) -> Decimal | None:
    """Retention held to date on an invoice, from its rows."""
    rows = source.get("items")
    if not isinstance(rows, list):
        return None
    item = member_of(desk.flow.source_root, "items")
    total, told = Decimal(0), False
    for row in rows:
        names = HELD if not is_nothing(row.get(HELD[0])) else HELD_PARTS
        for name in names:
            value = row.get(name)
            if item is not None and item.item is not None and not is_nothing(value):
                total += Decimal(str(value_at(row, item.item, name)))
                told = True
    return total if told else None
