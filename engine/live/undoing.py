"""Taking back what links two records: the link, its rows, what was written, and the mark in Procore; and what
of it still stands on the other side.

A document's number stays known as ours, so that one sent anew gets one that is free. Before: `gate` and
`erp`, which know that it may be. After: the worker, which sends the marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from engine.ledger import links, ops, queue
from engine.live.admission import own_of
from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.plan.actions import DRIFT, Action
from engine.plan.desk import Desk
from engine.write.enqueue import source_rows
from engine.write.follow import CLOSE, unmark
from engine.write.places import places_of


class Busy(Declined):
    """It cannot be undone yet: an effect of it is under way."""


# ---------------------------------------------------------------- what still stands there


def standing_there(desk: Desk, own: str) -> tuple[str, ...]:
    """The documents of a record that are still there, in words; of a change order, its lines."""
    there = desk.ground.there or {}
    return tuple(text for source_id in desk.ids_of(own) for text in _standing(desk, source_id, there))


def _standing(desk: Desk, source_id: str, there: Mapping[str, Any]) -> list[str]:
    known = desk.ground.links[source_id]
    document = there.get(known.target_id)
    if document is None or desk.is_gone(document):
        return []
    called = called_there(desk, known.target_id)
    if desk.flow.into is None:
        return [called]
    lines = _rows_there(desk, known.rows, document)
    return [f"{lines} line{'s' * (lines != 1)} of {called}"] if lines else []


def called_there(desk: Desk, target_id: str) -> str:
    """A document there as people call it: Purchase Order SC-1001."""
    action = Action(desk.flow.name, False, "", DRIFT, desk.flow.target, target_id)
    return f"{desk.target_title} {desk.called((desk.ground.there or {}).get(target_id), action)}".strip()


def _rows_there(desk: Desk, rows: Mapping[str, Mapping[str, str]], document: Mapping[str, Any]) -> int:
    count = 0
    for name, ids in rows.items():
        member = desk.object.line_id.get(name, "")
        count += sum(1 for row in document.get(name) or () if str(row.get(member)) in ids.values())
    return count


# ---------------------------------------------------------------- forgetting


def forgotten(
    connection: Connection,
    tx: sa.Connection,
    desk: Desk,
    own: str,
    details: Iterable[str] = (),
    run: str = "",
    together: Iterable[str] = (),
) -> bool:
    """Forgets every document of a record, and owes taking its marks away; whether any mark is owed.

    `details` of requests are closed with the last of these marks. `together`: mappings whose records are
    forgotten in the same transaction.
    """
    mapping, record = desk.flow.name, desk.source(own)
    _refuse_busy(connection, tx, desk, own)
    sources = [one for one in desk.ids_of(own) if links.one(connection.ledger, tx, mapping, one) is not None]
    for source_id in sources:
        target_id = desk.ground.links[source_id].target_id
        _refuse_shared(connection, tx, target_id, mapping, source_id, set(together))
    asked = {detail: [(mapping, source_id) for source_id in sources] for detail in details}
    for source_id in sources:
        known = desk.ground.links[source_id]
        if isinstance(record, dict):
            keys = {name: list(rows) for name, rows in known.rows.items()}
            extra = {
                "source": places_of(record),
                "rows": source_rows(record, keys),
                "keys": keys,
                "label": desk.called(record, Action(mapping, False, own, DRIFT, desk.flow.target)),
                CLOSE: asked,
            }
            route = connection.routes[mapping]
            unmark(connection.ledger, tx, route, source_id, known.target_id, extra, run)
        links.remove(connection.ledger, tx, mapping, source_id)
    return bool(sources) and isinstance(record, dict)


def _refuse_busy(connection: Connection, tx: sa.Connection, desk: Desk, own: str) -> None:
    """Whatever of a record is under way, a document that is not linked yet as well."""
    mapping, parts = desk.flow.name, len(desk.flow.source_root.identity)
    for (name, source_id), step in ops.under_way(connection.ledger, tx).items():
        mine = name == mapping and own_of(source_id, parts) == own
        told = step in ("mark", "unmark") and not queue.is_unanswered(connection.ledger, tx, name, source_id)
        if mine and not told:
            raise Busy(f"an effect of {mapping} {source_id} is under way", "run sync first, or give it up")


def _refuse_shared(
    connection: Connection,
    tx: sa.Connection,
    target_id: str,
    mapping: str,
    source_id: str,
    together: set[str],
) -> None:
    """Change orders wrote into the order: they go first."""
    below = [
        one
        for one in links.all_of(connection.ledger, tx)
        if one.target_id == target_id
        and not one.owns
        and not one.parent
        and one.mapping not in (mapping, *together)
        and one.mapping in connection.routes  # a pair that people made writes nothing
    ]
    mine = links.one(connection.ledger, tx, mapping, source_id)
    if below and mine is not None and mine.owns:
        title = connection.routes[below[0].mapping].title
        names = ", ".join(one.source_id for one in below[:3])
        raise Declined(f"{title} {names} wrote into the same document", "unlink those first")
