"""A record that is linked to nothing: is it there already? Ours, a twin, a name that is taken; else made.

What proves to be ours is adopted, a twin is linked or asked about as the mapping says, a name or number
that somebody else has holds the record. Before: `match`. After: `build`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.map.outcome import Outcome, Remark
from engine.plan.actions import ASK, CREATE, LINK, OFFER, Action, Candidate, held
from engine.plan.compare import Comparison, as_written, without_computed
from engine.plan.desk import Desk
from engine.plan.match import label_of
from engine.plan.values import equal, is_nothing, member_of, value_at

OTHER = "give this one another name or number"
ASKED = "which of them it is, a person decides: link it, or rename one of the two"


def unlinked(desk: Desk, outcome: Outcome, action: Action) -> Action:
    """What is to be done with a record that has no document yet, where the other side can be read."""
    ours = _ours(desk, outcome)
    if ours:
        return _adopted(desk, outcome, action, ours, "it is ours: made before, and its link was lost")
    twins = _twins(desk, outcome)
    free = [one for one in twins if one.target_id not in desk.taken]
    action.candidates = free
    if desk.flow.back:
        return _offered(desk, outcome, action)
    if len(free) == 1 and desk.match("one", "ask") == "link":
        return _adopted(desk, outcome, action, free[0].target_id, f"{free[0].why}: the same thing")
    if free:
        return _asked(desk, action, free)
    again = desk.revised(outcome)
    if again:
        action.remarks.append(_again(desk, again))
    clash = _clash(desk, outcome)
    return held(action, "taken", *clash) if clash else _created(desk, outcome, action)


def _created(desk: Desk, outcome: Outcome, action: Action) -> Action:
    action.kind = CREATE
    action.body = without_computed(outcome.record or {}, desk.flow.target_root)
    action.written = as_written(outcome.record or {}, outcome.keys)
    if desk.similar:
        action.candidates = desk.nearly(outcome)
        if action.candidates:
            near = ", ".join(f"{one.label} ({one.score})" for one in action.candidates)
            text = f"spelled nearly like {near}, which nothing is linked to"
            fix = "if it is the same, link it before this plan is applied"
            action.remarks.append(Remark("warning", "similar", text, fix=fix, line=f"{desk.flow.name}.match"))
    return action


def _again(desk: Desk, number: str) -> Remark:
    text = f"the one we made before was deleted there and keeps its number; this one is {number}"
    return Remark("warning", "revision", text, line=f"{desk.flow.name}.{desk.object.natural[-1]}")


def _asked(desk: Desk, action: Action, free: list[Candidate]) -> Action:
    names = ", ".join(one.label for one in free)
    several = f"{len(free)} of that name: {names}" if len(free) > 1 else names
    action.kind, action.code, action.fix = ASK, "ask", ASKED
    action.reason = f"{desk.target_title} {several} is there and linked to nothing; it may be the same"
    return action


def _offered(desk: Desk, outcome: Outcome, action: Action) -> Action:
    action.kind = OFFER
    action.reason = "linked to nothing; it can be added here, or linked to what it is"
    if not action.candidates and desk.similar:
        action.candidates = desk.nearly(outcome)
    action.written = {}
    return action


def _adopted(desk: Desk, outcome: Outcome, action: Action, target_id: str, reason: str) -> Action:
    """Linked to what is there. Nothing of it is changed by that; what differs shows."""
    there = (desk.ground.there or {}).get(target_id)
    verdict = Comparison(desk.flow, outcome, there, None, {}, desk.policy, linking=True).run()
    action.kind, action.target_id, action.reason = LINK, target_id, reason
    action.changes, action.written, action.rows = verdict.changes, verdict.written, verdict.rows
    action.candidates = []
    return action


# ---------------------------------------------------------------- ours


def _ours(desk: Desk, outcome: Outcome) -> str:
    """The id of a document that proves to be what we made of this record; empty if there is none.

    What proves it (our key, our link back) decides alone: a date or number that somebody corrected there
    makes it nobody else's. Where an object knows no proof, it is ours only if it equals what we would make,
    and matching has no say.
    """
    find = desk.object.find
    if find is None or desk.flow.back:
        return ""
    root, record = desk.flow.target_root, outcome.record or {}
    proofs = [name for name in find.ours if not is_nothing(value_at(record, root, name))]
    asked = proofs or list(find.same)
    if not asked or (not proofs and desk.flow.mapping.match is not None):
        return ""
    found = [
        target_id
        for target_id in desk.holding(asked[0]).get(str(value_at(record, root, asked[0])), ())
        if target_id not in desk.taken and _agrees(desk, record, target_id, asked)
    ]
    if proofs:
        return next((one for one in found if _agrees(desk, record, one, list(find.same))), (*found, "")[0])
    return next((one for one in found if not _changes(desk, outcome, one)), "")


def _changes(desk: Desk, outcome: Outcome, target_id: str) -> bool:
    there = (desk.ground.there or {})[target_id]
    return bool(Comparison(desk.flow, outcome, there, None, {}, desk.policy).run().changes)


def _agrees(desk: Desk, record: Mapping[str, Any], target_id: str, names: list[str]) -> bool:
    """Whether a document that still stands there says the same of these."""
    root, there = desk.flow.target_root, (desk.ground.there or {})[target_id]
    if desk.is_gone(there):
        return False
    for name in names:
        member, wanted = member_of(root, name), value_at(record, root, name)
        if member is None or is_nothing(wanted) or not equal(wanted, value_at(there, root, name), member):
            return False
    return True


# ---------------------------------------------------------------- twins and clashes


def _twins(desk: Desk, outcome: Outcome) -> list[Candidate]:
    if not desk.match("to", ""):
        return []
    there = desk.ground.there or {}
    found = {one.target_id: one for one in desk.names.same(desk.wanted_name(outcome))}
    return [
        one
        for key, one in found.items()
        if not desk.is_gone(there[key]) and desk.in_its_place(outcome.record, there[key])
    ]


def _clash(desk: Desk, outcome: Outcome) -> tuple[str, str] | None:
    """Who has a name or number that the other side takes once, and what helps; None if it is free."""
    there = desk.ground.there or {}
    for target_id in desk.named.get(desk.natural(outcome.record), ()):
        owner = desk.taken.get(target_id)
        taken = f"{desk.natural_said(outcome.record)} is taken by {desk.target_title}"
        taken += f" {label_of(there[target_id], target_id)}"
        if owner:
            return f"{taken}, which is linked to {owner}", OTHER
        if desk.is_gone(there[target_id]):
            return f"{taken}, which keeps it although it is gone", OTHER
        return f"{taken}, which is linked to nothing", f"link the two if they are the same thing, or {OTHER}"
    return None


__all__ = ["unlinked"]
