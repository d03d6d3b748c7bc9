"""Two records of one batch that want the same name or number, which the other side takes only once.

The linked one keeps it, else the one that an earlier run is making, else the first by id; the others are held
and name it. Before: `map`. After: `build`.
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
    born = {desk.natural(draft): own for own, draft in desk.ground.born.items()}
    for wanted, same in groups.items():
        ranked = sorted(same, key=lambda o: (desk.known(o.id) is None, o.id != born.get(wanted), by_id(o.id)))
        first = _before(desk, ranked[0], born.get(wanted))
        for other in ranked:
            if other.id == first:
                continue
            label = desk.label(ranked[0]) if ranked[0].id == first else "being made"
            what = f"{desk.flow.source_root.title or desk.flow.source} {label} ({first})"
            said = desk.natural_said(other.record)
            found[other.id] = (
                f"{said} is wanted by {what} too, and the other side takes it once",
                "give one of them another name or number, or merge the two",
            )
    return found


def _before(desk: Desk, best: Outcome, born: str | None) -> str:
    """Whose it is: a record that is being made may wait for something just now, and keeps it all the same."""
    return best.id if born is None or desk.known(best.id) is not None else born
