"""Taking back what links two records: the link, its rows, what was written, and the mark in Procore.

Its number stays known as ours, so that a document sent anew gets one that is free. Before: `gate`, which
knows that it may be. After: the worker, which sends the marks.
"""

from __future__ import annotations

import sqlalchemy as sa

from engine.ledger import links, ops
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.live.tabs import Item, Tabs
from engine.write.enqueue import source_rows
from engine.write.follow import unmark
from engine.write.places import places_of


def forgotten(connection: Connection, tx: sa.Connection, tabs: Tabs, item: Item) -> int:
    """Forgets every document of a record, and owes taking its marks away; gives how many there were."""
    desk, mapping = tabs.desks[item.kind.mapping], item.kind.mapping
    sources = list(desk.ids_of(item.own))
    for source_id in sources:
        _refuse_busy(connection, tx, mapping, source_id)
        _refuse_shared(connection, tx, desk.ground.links[source_id].target_id, mapping, source_id)
    for source_id in sources:
        known = desk.ground.links[source_id]
        if isinstance(item.record, dict):
            keys = {name: list(rows) for name, rows in known.rows.items()}
            extra = {
                "source": places_of(item.record),
                "rows": source_rows(item.record, keys),
                "keys": keys,
                "label": item.label,
            }
            route = connection.routes[mapping]
            unmark(connection.ledger, tx, route, source_id, known.target_id, extra, "")
        links.remove(connection.ledger, tx, mapping, source_id)
    return len(sources)


def _refuse_busy(connection: Connection, tx: sa.Connection, mapping: str, source_id: str) -> None:
    step = ops.under_way(connection.ledger, tx).get((mapping, source_id), "mark")
    if step not in ("mark", "unmark"):
        raise Declined(f"an effect of {mapping} {source_id} is under way", "run sync first, or give it up")


def _refuse_shared(
    connection: Connection, tx: sa.Connection, target_id: str, mapping: str, source_id: str
) -> None:
    """Change orders wrote into the order: they go first."""
    below = [
        one
        for one in links.all_of(connection.ledger, tx)
        if one.target_id == target_id and not one.owns and not one.parent and one.mapping != mapping
    ]
    mine = links.one(connection.ledger, tx, mapping, source_id)
    if below and mine is not None and mine.owns:
        names = ", ".join(f"{one.mapping} {one.source_id}" for one in below[:3])
        raise Declined(f"{names} wrote into the same document", "unlink those first")
