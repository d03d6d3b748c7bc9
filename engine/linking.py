"""Links that a person makes: one by one, from a file, or every exact twin at once.

A link is written down with who made it; the source is told by a mark that the next sync sends. Before:
`connect`, `plan`. After: the command `link`.
"""

from __future__ import annotations

from engine.connect import Connection
from engine.ledger import links
from engine.ledger.links import Link
from engine.plan.actions import ASK, Plan
from engine.write.follow import mark

EXACT = 100


def link_twins(connection: Connection, plan: Plan, who: str) -> list[str]:
    """Links every record that has exactly one twin of the same name; says what was linked."""
    ledger, told = connection.ledger, []
    with ledger.leased(), ledger.begin() as tx:
        for action in plan.of_kind(ASK):
            twins = [one for one in action.candidates if one.score >= EXACT]
            if action.back or len(twins) != 1:
                continue
            route = connection.routes[action.mapping]
            memory = {**action.remember, route.target.id: twins[0].target_id}
            one = Link(route.mapping, action.source_id, twins[0].target_id, memory, how=links.PERSON)
            links.put(ledger, tx, [one])
            ledger.note(tx, who, "linked", route.name, action.source_id, twins[0].target_id)
            source = {"id": action.source_id}
            mark(ledger, tx, route, action.source_id, twins[0].target_id, {"source": source}, "")
            told.append(f"{route.title}: {action.label} is {twins[0].label}")
    return told
