"""Every future failure of a whole customer at once, by cause, with nothing sent.

What the plan holds is counted by its cause; then the plan is looked through for what only the other
system would refuse, or what will stop people later: lists that fill up, bills that cannot be approved,
archived contacts. Before: `build`. After: `report/plan`, the command `rehearse`.

What stops people later is known of Xero by experience (an approval without an account, a list of a
hundred options), so its shapes and members are named here; another system is not looked through for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.plan.actions import (
    APPEND,
    ASK,
    BAD,
    CONFLICT,
    CREATE,
    DRIFT,
    HOLD,
    SKIP,
    UPDATE,
    Action,
)
from engine.plan.grounds import Ground
from engine.plan.values import is_nothing, value_at

FAILURE, QUESTION, WARNING = "failure", "question", "warning"
ORDER = (FAILURE, QUESTION, WARNING)
FULL = Decimal("0.9")  # of a limit: from here on a list is nearly full

Planned = Sequence[tuple[Ground, Sequence[Action]]]


@dataclass(slots=True)
class Finding:
    """One cause, how often it strikes and what helps. The words are those of the first that stops for it."""

    severity: str
    mapping: str
    code: str
    text: str
    fix: str = ""
    labels: list[str] = field(default_factory=list)
    count: int = 0
    beside: bool = False


class _Findings:
    def __init__(self) -> None:
        self.found: dict[tuple[str, str, str], Finding] = {}

    def add(
        self,
        severity: str,
        mapping: str,
        code: str,
        text: str,
        fix: str = "",
        label: str = "",
        beside: bool = False,
    ) -> None:
        """Counts a record. `beside`: it stops for another cause first, so its words are the last choice."""
        one = self.found.setdefault((severity, mapping, code), Finding(severity, mapping, code, text, fix))
        if one.beside and not beside:
            one.text, one.fix, one.beside = text, fix, False
        elif not one.count:
            one.beside = beside
        one.count += 1
        if label:
            one.labels.append(label)


def rehearse(planned: Planned) -> list[Finding]:
    """What would go wrong if everything were applied now: failures first, the most frequent on top."""
    found = _Findings()
    for ground, actions in planned:
        for action in actions:
            _of_action(found, ground, action)
    documents = [(g, a) for g, actions in planned for a in actions if a.kind in (CREATE, UPDATE, APPEND)]
    known = _Known(planned)
    for ground, action in documents:
        _approvable(found, ground, action, known)
        _archived(found, ground, action, known)
    for check in (_options, _items, _retainage):
        check(found, planned, known)
    return sorted(found.found.values(), key=lambda f: (ORDER.index(f.severity), -f.count))


# ---------------------------------------------------------------- what the plan says itself


def _of_action(found: _Findings, ground: Ground, action: Action) -> None:
    name = f"{action.mapping} (back)" if action.back else action.mapping
    if action.kind in (HOLD, BAD):
        told = [r for r in action.remarks if r.kind in ("held", "bad")]
        if action.code and all(r.code != action.code for r in told):
            found.add(FAILURE, name, action.code, action.reason, action.fix, action.label)
        for remark in told:
            beside = remark.code != action.code
            found.add(FAILURE, name, remark.code, remark.text, remark.fix, action.label, beside)
    elif action.kind in (ASK, CONFLICT):
        found.add(QUESTION, name, action.code or action.kind, action.reason, action.fix, action.label)
    elif action.kind == DRIFT:
        found.add(WARNING, name, action.code or action.kind, action.reason, action.fix, action.label)
    elif action.kind == SKIP and not action.quiet:
        found.add(WARNING, name, action.code or "skipped", action.reason, action.fix, action.label)
    for remark in action.warnings:
        found.add(WARNING, name, remark.code, remark.text, remark.fix, action.label)


# ---------------------------------------------------------------- what the other side has or will have


class _Known:
    """What is on the other side once the plan is done, by shape and id; placeholders are ids too."""

    def __init__(self, planned: Planned):
        self.there: dict[str, dict[str, Any]] = {}
        self.made: dict[str, list[Mapping[str, Any]]] = {}
        for ground, actions in planned:
            shape = ground.mapper.flow.target
            if ground.there is not None:
                self.there.setdefault(shape, {}).update(ground.there)
            made = self.made.setdefault(shape, [])
            into = ground.mapper.flow.into is not None
            made += [a.record for a in actions if a.kind == CREATE and a.record and not into]
        self.items = {
            str(item.get("Code")): item
            for item in [*self.there.get("xero.item", {}).values(), *self.made.get("xero.item", [])]
        }

    def read(self, shape: str) -> bool:
        """Whether this shape was read, so that what is not known of it is not there."""
        return shape in self.there


def _rows(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for row in record.get("LineItems") or ():
        if isinstance(row, Mapping):
            yield row


def _approvable(found: _Findings, ground: Ground, action: Action, known: _Known) -> None:
    """A bill or order that is sent as approved needs what approval needs."""
    record = action.record or {}
    flow = ground.mapper.flow
    if action.kind != CREATE or flow.target not in ("xero.bill", "xero.purchase_order"):
        return
    status = record.get("Status")
    severity = FAILURE if status == "AUTHORISED" else WARNING
    if flow.target == "xero.bill" and record.get("Type", "ACCPAY") == "ACCPAY" and "DueDate" not in record:
        text = f"bill {action.label} has no due date, and Xero approves none without one"
        found.add(
            severity,
            action.mapping,
            "no-due-date",
            text,
            "set the contact's terms, or due_days",
            action.label,
        )
    for row in _rows(record):
        code = row.get("ItemCode")
        if is_nothing(code) or not is_nothing(row.get("AccountCode")) or not known.items:
            continue
        if code == ground.facts.settings.get("retainage_item") and str(code) not in known.items:
            continue  # said once, for all of them
        item = known.items.get(str(code))
        if item is None and known.read("xero.item"):
            text = f"item {code} is not in Xero, and {action.label} has a line with it"
            fix = "export its cost code first, or make the item in Xero"
            found.add(FAILURE, action.mapping, "item-not-there", text, fix, action.label)
        elif item is not None and is_nothing((item.get("PurchaseDetails") or {}).get("AccountCode")):
            text = f"item {code} has no expense account, so {action.label} cannot be approved"
            fix = "give the item an account in Xero, or set expense_account"
            found.add(severity, action.mapping, "no-account", text, fix, action.label)


ARCHIVED = ("ARCHIVED",)


def _archived(found: _Findings, ground: Ground, action: Action, known: _Known) -> None:
    """Documents for contacts or options that take none any more."""
    record, root = action.record or {}, ground.mapper.flow.target_root
    contact = known.there.get("xero.contact", {}).get(str(value_at(record, root, "Contact.ContactID")))
    if contact is not None and contact.get("ContactStatus") in ARCHIVED:
        text = f"{contact.get('Name')} is archived in Xero, and {action.label} is for it"
        fix = "restore the contact in Xero, or link the company to another one"
        found.add(FAILURE, action.mapping, "contact-archived", text, fix, action.label)
    options = known.there.get("xero.tracking_option", {})
    for row in _rows(record):
        for tracking in row.get("Tracking") or ():
            option = options.get(str(tracking.get("TrackingOptionID")))
            if option is not None and option.get("Status") in ARCHIVED:
                name = option.get("Name")
                text = f"the option {name} is archived in Xero, and {action.label} has a line on it"
                fix = "restore the option in Xero, or set archived_option to reactivate"
                found.add(FAILURE, action.mapping, "option-archived", text, fix, action.label)
                return


# ---------------------------------------------------------------- lists that fill up, items that lack


def _settings(planned: Planned) -> Mapping[str, Any]:
    return planned[0][0].facts.settings if planned else {}


def _filling(
    found: _Findings, mapping: str, code: str, number: int, limit: Any, words: tuple[str, str], hard: bool
) -> None:
    if not isinstance(limit, (int, Decimal)) or not limit or number < limit * FULL:
        return
    over = number > limit
    severity = FAILURE if over and hard else WARNING
    text = f"{words[0]} will have {number:,} of at most {limit:,}"
    found.add(severity, mapping, code, text, words[1])


def _options(found: _Findings, planned: Planned, known: _Known) -> None:
    settings = _settings(planned)
    category = settings.get("tracking_category")
    every = [
        *known.there.get("xero.tracking_option", {}).values(),
        *known.made.get("xero.tracking_option", []),
    ]
    active = sum(
        option.get("Status", "ACTIVE") == "ACTIVE" and option.get("TrackingCategoryID") in (None, category)
        for option in every
    )
    words = ("the tracking category", "archive options of finished projects in Xero")
    _filling(found, "projects", "tracking-full", active, settings.get("tracking_option_limit"), words, False)


def _items(found: _Findings, planned: Planned, known: _Known) -> None:
    limit = _settings(planned).get("item_limit")
    words = ("the price list", "export fewer cost codes or cost types, or remove items that nobody uses")
    _filling(found, "cost_codes", "items-full", len(known.items), limit, words, True)


def _retainage(found: _Findings, planned: Planned, known: _Known) -> None:
    """The item that retainage is coded to has to be there, and not be a cost code's."""
    code = _settings(planned).get("retainage_item")
    if is_nothing(code) or not known.read("xero.item"):
        return
    items = known.there["xero.item"].values()
    if not any(str(item.get("Code")).casefold() == str(code).casefold() for item in items):
        text = f"the retainage item {code} is not in Xero"
        fix = "make the item in Xero, on a liability account, or name another one in retainage_item"
        found.add(FAILURE, "invoices", "retainage-item", text, fix)
