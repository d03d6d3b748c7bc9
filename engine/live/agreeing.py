"""What both ways of a mapping agree on: noted when a run has ended, and before the next one reads anew.

Each way keeps a note of what it wrote last, and a write renews its own alone. Here the other one is brought
up to date, from what was read last and what was answered since. With an old note a name that is changed back
would go forth, and the one before it back, at every sync. Who only looks notes nothing. Before: the run
before. After: `sync`, which reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from engine.check.typed import Flow
from engine.ledger import links, mirror
from engine.ledger.exact import text_of
from engine.live.connect import Connection
from engine.map.outcome import READY
from engine.plan.compare import Comparison
from engine.plan.desk import Desk
from engine.plan.grounds import Ground

Notes = dict[str, Mapping[str, Any]]


def agreed(connection: Connection, ground_of: Callable[[Flow], Ground]) -> None:
    """Notes what is equal on both sides, for every two-way mapping whose notes changed since."""
    ways = Counter(flow.name for flow in connection.flows)
    for name in (name for name, count in ways.items() if count > 1):
        ledger, stream = connection.ledger, f"agreed {name}"
        with ledger.look() as tx:
            if mirror.position(ledger, tx, stream) == _state(connection, tx, name):
                continue
        both = [flow for flow in connection.flows if flow.name == name]
        found = [(f"{name}<" if flow.back else name, _equal(Desk(ground_of(flow)))) for flow in both]
        with ledger.begin() as tx:
            for route, notes in found:
                links.write_down(ledger, tx, route, connection.routes[route].version, notes)
            mirror.move(ledger, tx, stream, _state(connection, tx, name))


def _state(connection: Connection, tx: sa.Connection, name: str) -> str:
    """A hash of both notes of every pair; of none, as if it had been noted already."""
    every = [links.written(connection.ledger, tx, route) for route in (name, f"{name}<")]
    return mirror.hash_of(text_of(every)) if any(every) else ""


def _equal(desk: Desk) -> Notes:
    """What was written last, with what is equal by now; only where that is news."""
    found: Notes = {}
    there = desk.ground.there or {}
    for outcome in desk.ground.mapper.run(desk.ground.records, desk.ground.facts):
        known = desk.known(outcome.id)
        record = there.get(known.target_id) if known is not None else None
        if known is None or record is None or outcome.status != READY or desk.is_gone(record):
            continue
        base = desk.base(outcome)
        verdict = Comparison(desk.flow, outcome, record, base, known.rows, desk.policy, linking=True).run()
        if news := verdict.news(base, desk.flow.target_root):
            found[outcome.id] = news
    return found
