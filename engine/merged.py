"""Links whose document was merged into another one there: they move to the one that is left.

Only where the mapping says so (`follow`) and the setting it names. What was written last is forgotten, since
the record that is left was never ours to compare with; the source is told the new id. Before: `read`. After:
`sync`, which plans.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.ledger import links
from engine.ledger.links import Link
from engine.live.connect import Connection
from engine.write.follow import mark
from engine.write.receipt import renewed

FOLLOW = "follow"


def followed(connection: Connection, run: str) -> int:
    """Moves every link that has to move; gives how many."""
    moved = 0
    for flow in connection.flows:
        switch = flow.mapping.node.get(FOLLOW)
        if not flow.back and switch is not None and connection.settings().get(str(switch.value)) == FOLLOW:
            moved += _of_mapping(connection, flow.name, run)
    return moved


def _of_mapping(connection: Connection, mapping: str, run: str) -> int:
    route, ledger = connection.routes[mapping], connection.ledger
    member, moved = route.target.merged_into, 0
    with ledger.look() as tx:
        there = connection.there(tx, route) or {} if member else {}
        every = [one for one in links.all_of(ledger, tx, [mapping]) if not one.parent]
    taken = {one.target_id for one in every}
    for one in every:
        left = _left(there, one.target_id, member)
        if left == one.target_id or left in taken:
            continue  # another record has it: the two are one there, and a person decides
        memory = {**renewed(route, one.memory, there[left]), route.target.id: left}
        with ledger.begin() as tx:
            links.remove(ledger, tx, mapping, one.source_id)
            links.put(ledger, tx, [Link(mapping, one.source_id, left, memory, "", one.owns, one.how)])
            ledger.note(tx, "sync", "followed", mapping, one.source_id, f"{one.target_id} is {left} now")
            mark(ledger, tx, route, one.source_id, left, {"source": {"id": one.source_id}}, run)
        taken.add(left)
        moved += 1
    return moved


def _left(there: Mapping[str, Any], target_id: str, member: str) -> str:
    """The record that is left, however often it was merged on."""
    seen = {target_id}
    while (into := str((there.get(target_id) or {}).get(member) or "")) in there and into not in seen:
        seen.add(into)
        target_id = into
    return target_id
