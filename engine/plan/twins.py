"""Two records of one batch that want the same name or number, which the other side takes only once.

The linked one keeps it, else the first by id; the others are held and name it. Before: `map`. After: `build`.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.map.outcome import READY, Outcome
from engine.plan.desk import Desk
from engine.plan.order import by_id
from engine.plan.values import folded, is_nothing, member_of, value_at


def held_twins(desk: Desk, outcomes: list[Outcome]) -> Mapping[str, tuple[str, str]]:
    """Reason and fix by the id of every outcome that has to step back."""
    found: dict[str, tuple[str, str]] = {}
    if desk.flow.into is not None:
        return found
    for name in desk.object.natural:
        member = member_of(desk.flow.target_root, name)
        label = member.label if member is not None else name
        groups: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            value = value_at(outcome.record, desk.flow.target_root, name) if outcome.record else None
            if outcome.status == READY and not is_nothing(value):
                groups.setdefault(folded(value, ("case", "space")), []).append(outcome)
        for same in groups.values():
            first, *others = sorted(same, key=lambda o: (desk.known(o.id) is None, by_id(o.id)))
            for other in others:
                value = value_at(other.record, desk.flow.target_root, name)
                what = f"{desk.flow.source_root.title or desk.flow.source} {desk.label(first)} ({first.id})"
                found.setdefault(
                    other.id,
                    (
                        f"{label} {value} is wanted by {what} too, and {desk.target_title}s take it once",
                        "give one of them another name or number, or merge the two",
                    ),
                )
    return found
