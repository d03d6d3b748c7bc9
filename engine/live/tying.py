"""Tying a record to a document that is there: the link as a person's, and the mark in Procore.

Before: `connect`. After: `merging` and `erp/companies`, which know that it may be.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from engine.ledger import links
from engine.ledger.links import Link
from engine.live.connect import Connection
from engine.plan.desk import Desk
from engine.write.follow import mark
from engine.write.receipt import kept


def tied(connection: Connection, tx: sa.Connection, desk: Desk, own: str, target: str, run: str = "") -> None:
    """Ties a record to a document; what was written to another one is forgotten."""
    ledger, route = connection.ledger, connection.routes[desk.flow.name]
    known = links.one(ledger, tx, route.mapping, own)
    if known is None or known.target_id != target:
        links.remove(ledger, tx, route.mapping, own)
        memory = {**kept(route.remembered, (desk.ground.there or {}).get(target)), route.target.id: target}
        links.put(ledger, tx, [Link(route.mapping, own, target, memory, how=links.PERSON)])
    record = desk.source(own)
    label = str(record.get("name") or own) if isinstance(record, Mapping) else own
    mark(ledger, tx, route, own, target, {"source": {"id": own}, "label": label}, run)
