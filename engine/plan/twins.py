"""Two records of one batch that want the same name or number, which the other side takes only once.

The linked one keeps it, else the first by id; the others are held and name it. Before: `map`. After: `build`.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.map.outcome import READY, Outcome
from engine.plan.desk import Desk
from engine.plan.order import by_id


def held_twins(desk: Desk, outcomes: list[Outcome]) -> Mapping[str, tuple[str, str]]:
    """Reason and fix by the id of every outcome that has to step back."""
    found: dict[str, tuple[str, str]] = {}
    if desk.flow.into is not None:
        return found
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        own = desk.natural(outcome.record) if outcome.status == READY and outcome.record else ""
        if own:
            groups.setdefault(own, []).append(outcome)
    for same in groups.values():
        first, *others = sorted(same, key=lambda o: (desk.known(o.id) is None, by_id(o.id)))
        for other in others:
            what = f"{desk.flow.source_root.title or desk.flow.source} {desk.label(first)} ({first.id})"
            said = desk.natural_said(other.record)
            found[other.id] = (
                f"{said} is wanted by {what} too, and the other side takes it once",
                "give one of them another name or number, or merge the two",
            )
    return found
