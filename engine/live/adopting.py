"""Taking on a document typed by hand as that of a record: a bill, an order, a credit note.

It is taken as it is: nothing of it is changed, and what differs is told as drift from then on. Before:
`correcting`, `linking`. After: the command `erp adopt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.ledger.exact import exact, text_of
from engine.live.correcting import Case, as_shown, looked_at
from engine.live.gate import Gate
from engine.live.linking import Choice, Progress, Seen, link, looked, quiet
from engine.live.undoing import called_there
from engine.map.outcome import READY, Outcome
from engine.plan.actions import LINK, SET, THEIRS, Action
from engine.plan.compare import Comparison
from engine.plan.desk import Desk
from engine.plan.opening import differences
from engine.plan.rows import row_id_of
from engine.report.documents import number
from engine.report.effect import NOUGHT
from engine.report.proposal import Pair, Proposal

ADOPTED = "adopted"


def adoption_proposed(
    gate: Gate, mapping: str, name: str, target: str, progress: Progress = quiet
) -> Proposal:
    """What taking on a document would do; a refusal if it cannot be."""
    with looked_at(gate, "adopt", mapping, name, progress) as case:
        return _proposed(case, target)


def adopted(gate: Gate, shown: Proposal, why: str = "", progress: Progress = quiet) -> None:
    """Does what was proposed and agreed to."""
    mapping, own, target = shown.mapping, shown.source_id, shown.target_id
    with looked_at(gate, "adopt", mapping, own, progress) as case:
        as_shown(_proposed(case, target), shown)
    link(gate.connection, [Choice(mapping, own, target)], gate.who, progress=progress)
    with gate.ledger.begin() as tx:
        gate.ledger.note(tx, gate.who, ADOPTED, mapping, own, why, {"document": target})


def _proposed(case: Case, target: str) -> Proposal:
    mapping, own = case.mapping, case.item.own
    seen = looked(case.gate.connection, [Choice(mapping, own, target)], read=False)
    if seen.problems:
        raise case.refuse("; ".join(seen.problems), "crosswalk erp correct shows what can be done")
    action, desk = _chosen(seen, mapping, own)
    there = (desk.ground.there or {})[target]
    document = called_there(desk, target)
    says = [f"{document} becomes the document of {case.called}; it is marked in Procore, which locks it."]
    says += [f"They do not agree: {text}." for text in differences(desk, action, target)]
    return Proposal(
        "adopt",
        mapping,
        own,
        target,
        f"Adopt {document} for {case.called}",
        (*says, *_what_becomes(desk, action, there)),
        _changes(case, target, there),
        tuple(_pairs(desk, action, there)),
        follows=("the next sync marks it in Procore, and tells Procore the costs",),
    )


def _chosen(seen: Seen, mapping: str, own: str) -> tuple[Action, Desk]:
    for ground, actions in seen.grounds:
        flow = ground.mapper.flow
        for action in actions:
            if (flow.name, flow.back, action.source_id, action.kind) == (mapping, False, own, LINK):
                return action, Desk(ground)
    raise AssertionError("what was chosen without a problem is linked")


def _what_becomes(desk: Desk, action: Action, there: Mapping[str, Any]) -> list[str]:
    """What the sync after the next would write, and what it would leave and report."""
    if action.record is None:
        return []
    outcome = Outcome(action.mapping, action.source_id, READY, action.record, keys=action.keys)
    base = exact(text_of(action.written))
    found = Comparison(desk.flow, outcome, there, base, action.rows, desk.policy).run().changes
    said = []
    for what, words in ((SET, "is written once it can be"), (THEIRS, "stays as it is there, told as drift")):
        names = [one.path for one in found if one.what == what]
        said += [f"{', '.join(names[:8])}{' …' if len(names) > 8 else ''}: {words}."] if names else []
    return said or ["Nothing of it is changed."]


def _changes(case: Case, target: str, there: Mapping[str, Any]) -> tuple[Any, ...]:
    if case.mapping == "invoices":
        cost = case.world.costs.get(target)
        tied = {"invoices": {case.item.own: {"InvoiceID": target}}}
        return case.world.if_(costs={target: cost.record if cost else None}, tied=tied)
    return case.world.if_(orders={target: there}) if case.mapping == "commitments" else ()


def _pairs(desk: Desk, action: Action, there: Mapping[str, Any]) -> list[Pair]:
    """The record's lines beside those of the document they are; then what only the document has."""
    found: list[Pair] = []
    for name, keys in action.keys.items():
        line_id = desk.object.line_id.get(name, "")
        rows = {row_id_of(row, line_id): row for row in there.get(name) or ()}
        for key, wanted in zip(keys, (action.record or {}).get(name) or (), strict=False):
            other = rows.pop(action.rows.get(name, {}).get(key, ""), None)
            found.append(pair(wanted, wanted, other))
        if desk.flow.into is None:
            found += [pair(row, None, row) for row in rows.values()]
    return found


def pair(named: Mapping[str, Any], ours: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None) -> Pair:
    """Two lines side by side, under the name of one."""
    text = str(named.get("Description") or "")
    return Pair(str(named.get("ItemCode") or ""), text, _amount(ours), _amount(theirs))


def _amount(row: Mapping[str, Any] | None) -> Decimal | None:
    if row is None:
        return None
    told = number(row.get("LineAmount"))
    each = (number(row.get("Quantity")) or NOUGHT) * (number(row.get("UnitAmount")) or NOUGHT)
    return (each if told is None else told).quantize(Decimal("0.01"))
