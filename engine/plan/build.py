"""One flow into actions: each outcome of the map beside what is there and what was written last. Pure.

Start with `plan_flow`. A linked record is compared field by field (`compare`); an unlinked one looks for
its twin first (`match`), so that nothing that is there is made again. Before: `map`, and the shell that
fills the ground. After: `placeholders`, which lets the next flow count on what this one makes; `write`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.compile.frame import key_parts, key_text
from engine.map.outcome import BAD, HELD, READY, SKIPPED, Outcome, Remark
from engine.plan.actions import (
    BAD as BAD_ONE,
)
from engine.plan.actions import (
    CONFLICT,
    CREATE,
    DELETE,
    DRIFT,
    HOLD,
    LINK,
    OVERWRITTEN,
    SAME,
    SKIP,
    UPDATE,
    Action,
    held,
    undone,
)
from engine.plan.append import appended
from engine.plan.compare import Comparison, Verdict, as_written, without_computed
from engine.plan.desk import Desk
from engine.plan.grounds import Ground, Known
from engine.plan.guards import guarded
from engine.plan.placeholders import needs_of
from engine.plan.twins import held_twins
from engine.plan.unlinked import unlinked

NO_ROWS = "no-rows"  # every row of a split record went elsewhere
MEANT = {HELD: HOLD, BAD: BAD_ONE, SKIPPED: SKIP}
DECIDE = "see whether it is there, then `crosswalk ledger CUSTOMER ops`: --give-up if it is, else --retry"
UNLINK = "if it is meant to stay away, unlink it; restore it there, or unlink it and send it again, if not"


def plan_flow(ground: Ground) -> list[Action]:
    """What is to be done with every record of one flow, in the order of the records."""
    facts = ground.facts
    if ground.wrote and not facts.wrote:
        facts = replace(facts, wrote=ground.wrote)
    ground = replace(ground, facts=facts, records=list(ground.records))
    desk = Desk(ground)
    outcomes = list(ground.mapper.run(ground.records, facts))
    twins = held_twins(desk, outcomes)
    actions = [action for outcome in outcomes for action in _actions(desk, outcome, twins)]
    return guarded(desk, actions) + _left_behind(desk, outcomes)


def _actions(desk: Desk, outcome: Outcome, twins: Mapping[str, tuple[str, str]]) -> Iterator[Action]:
    action = desk.action(outcome)
    if outcome.status != READY or outcome.record is None:
        removed = list(_removed(desk, outcome, action))
        yield from removed or [_not_ready(outcome, action)]
        return
    action.record = outcome.record
    if outcome.id in desk.ground.frozen:
        yield _under_way(desk, action)
    elif outcome.id in twins:
        yield held(action, "twin", *twins[outcome.id])
    elif desk.flow.into is not None:
        yield _finished(appended(desk, outcome, action))
    else:
        known = desk.known(outcome.id)
        if known is None and desk.ground.there is not None:
            yield _finished(unlinked(desk, outcome, action))
        else:
            yield _finished(_linked(desk, outcome, action, known))


def _finished(action: Action) -> Action:
    """With the documents it waits for, and no body where nothing goes out."""
    if action.kind in (CREATE, UPDATE, "append"):
        action.needs = needs_of([action.body, action.target_id])
    return action


def _under_way(desk: Desk, action: Action) -> Action:
    """A record of which something is not final yet, or waits for a person."""
    step = desk.ground.frozen[action.source_id]
    if action.source_id in desk.ground.in_doubt:
        return held(action, "under-way", f"nobody knows whether this was done: {step}", DECIDE)
    return held(action, "under-way", f"still under way: {step}", "the next run goes on with it")


def _not_ready(outcome: Outcome, action: Action) -> Action:
    """A record that makes nothing now: held, bad, skipped, or only with remarks."""
    action.kind = MEANT.get(outcome.status, SKIP)
    said = [r for r in outcome.remarks if r.kind in (HELD, BAD, SKIPPED)] or outcome.remarks
    ours = [remark for remark in said if remark.kind == outcome.status] or said
    if ours:
        action.code, action.reason, action.fix = ours[0].code, ours[0].text, ours[0].fix
    action.quiet = bool(said) and all(remark.quiet for remark in said)
    return action


# ---------------------------------------------------------------- linked


def _linked(desk: Desk, outcome: Outcome, action: Action, known: Known | None) -> Action:
    """A record whose document is known, or one nobody can read: compared, and what differs decided."""
    ground, root = desk.ground, desk.flow.target_root
    base = desk.base(outcome)
    action.target_id = known.target_id if known is not None else desk.own_id(outcome)
    there = None if ground.there is None else ground.there.get(action.target_id)
    action.label = desk.label(outcome, there)
    desk.keep_revision(outcome, there)
    if ground.there is None and known is None and base is None:
        action.kind = CREATE
        action.body = without_computed(outcome.record or {}, root)
        action.written = as_written(outcome.record or {}, outcome.keys)
        return action
    if ground.there is not None and (there is None or desk.is_gone(there)):
        return _gone(desk, outcome, action, there)
    verdict = Comparison(
        desk.flow, outcome, there, base, known.rows if known is not None else {}, desk.policy
    ).run()
    action.changes, action.rows = verdict.changes, verdict.rows
    action.written = verdict.news(base, desk.flow.target_root)
    return _decided(desk, action, verdict, there)


def _gone(desk: Desk, outcome: Outcome, action: Action, there: Mapping[str, Any] | None) -> Action:
    """A document that somebody deleted there: their decision, unless the mapping writes over it."""
    told = f"{desk.target_title} {desk.called(there, action)} was deleted there."
    if not desk.policy.overwrite:
        action.kind, action.code = DRIFT, "gone"
        action.reason, action.fix = f"{told} It is not made again by itself.", UNLINK
        return action
    action.kind, action.code, action.reason = CREATE, OVERWRITTEN, f"{told} It is made again."
    action.overwritten, action.target_id = [told], ""
    root, base = desk.flow.target_root, desk.base(outcome) or {}
    once = {n: base[n] for n, member in root.members.items() if member.write == "create" and n in base}
    action.record = {**once, **(outcome.record or {})}
    action.body = without_computed(action.record, root)
    action.written = as_written(action.record, outcome.keys)
    return action


def _decided(desk: Desk, action: Action, verdict: Verdict, there: Mapping[str, Any] | None) -> Action:
    if verdict.of("set"):
        locked = desk.locked(there)
        if locked:
            fix = "change it there by hand, or leave it: nothing is sent while it is so"
            return held(action, "locked", f"{desk.target_title} {desk.called(there, action)}: {locked}", fix)
        action.kind, action.body = UPDATE, desk.update_body(action, verdict, there)
        action.written, action.removed = verdict.written, verdict.removed
        action.overwritten = [undone(change) for change in verdict.overwritten]
        if action.overwritten:
            action.code = OVERWRITTEN
            action.reason = "changed there since it was written; it is set back"
    elif verdict.of("conflict"):
        action.kind = action.code = CONFLICT
        action.reason = "changed on both sides since it was written"
        action.fix = "make both sides equal, or let one side win (conflict: from, or to) on the line"
    elif verdict.of("drift"):
        _drifted(desk, action, verdict)
    else:
        action.kind = SAME
        action.quiet = True
    return action


def _drifted(desk: Desk, action: Action, verdict: Verdict) -> None:
    """What differs there: somebody's change, or what stood there before we ever wrote.

    A name that an item had when it was linked by its code is whoever's made the item: no news at every sync.
    """
    action.kind = action.code = DRIFT
    if any(c.wrote is not None or c.there is None or c.wanted is None for c in verdict.of("drift")):
        action.reason = "changed there since it was written; it is left as it is"
        action.fix = "put it back there, or change the record it comes from"
        return
    action.reason = "something else stood there before anything was written; it is left as it is"
    action.fix = "make both sides equal; from then on changes are followed"
    known = desk.known(action.source_id)
    goes_one_way = desk.flow.mapping.direction != "both" and not desk.object.line_id
    if known is not None and known.was_there and goes_one_way:
        action.kind, action.code, action.fix, action.quiet = SAME, "", "", True


# ---------------------------------------------------------------- removed


def _removed(desk: Desk, outcome: Outcome, action: Action) -> Iterator[Action]:
    """Documents of a record that is gone, where the mapping says that they go with it."""
    if outcome.status != SKIPPED or desk.flow.back or not desk.removed_by:
        return
    rule = next((r for r in outcome.remarks if r.code == NO_ROWS or _rule_of(r) in desk.removed_by), None)
    if rule is None:
        return
    for source_id in desk.ids_of(outcome.id):
        yield _deletion(desk, replace(action, source_id=source_id), rule.text)


def _deletion(desk: Desk, action: Action, reason: str) -> Action:
    known = desk.ground.links[action.source_id]
    action.target_id, action.reason = known.target_id, reason
    there = None if desk.ground.there is None else desk.ground.there.get(known.target_id)
    if desk.ground.there is not None and (there is None or desk.is_gone(there)):
        action.kind, action.quiet = SAME, True
        action.reason = f"{reason} It is gone there already."
    elif action.source_id in desk.ground.frozen:
        return _under_way(desk, action)
    elif locked := desk.locked(there):
        return held(
            action,
            "locked",
            f"{desk.target_title} {desk.called(there, action)}: {locked}",
            "delete it there by hand",
        )
    else:
        action.kind = DELETE
    return action


def _left_behind(desk: Desk, outcomes: list[Outcome]) -> list[Action]:
    """Of a split record: documents of groups it has no rows of any more."""
    if desk.flow.split is None or not desk.removed_by:
        return []
    made = {outcome.id for outcome in outcomes}
    parts = len(desk.flow.identity)
    ready = {
        key_text(key_parts(o.id)[:parts]) for o in outcomes if o.status == READY and o.record is not None
    }
    doubt = {key_text(key_parts(o.id)[:parts]) for o in outcomes if o.status in (HELD, BAD)}
    found = []
    for source_id in desk.ground.links:
        own = key_parts(source_id)
        if source_id not in made and len(own) > parts and key_text(own[:parts]) in ready - doubt:
            action = desk.action(Outcome(desk.flow.name, source_id, READY))
            found.append(_deletion(desk, action, "none of its lines belongs there any more"))
    return found


def _rule_of(remark: Remark) -> str:
    return remark.line.rpartition(".")[2]


__all__ = ["LINK", "plan_flow"]
