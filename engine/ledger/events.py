"""The event log as it was written: who did what to which record, when, why, and what was typed or granted.

Appended by `Ledger.note`, never changed. Before: `tables`. After: the gate and the reports, which fold it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.ledger.exact import exact
from engine.ledger.ledger import Ledger
from engine.ledger.tables import event


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log; `at` is a stamp in UTC."""

    at: str
    who: str
    what: str
    mapping: str
    source_id: str
    why: str
    data: dict[str, Any]


def of(
    ledger: Ledger, tx: sa.Connection, what: Iterable[str] = (), mapping: str = "", source_id: str = ""
) -> list[Event]:
    """The events in the order they were written: those named, of a mapping, of one record."""
    columns = (event.c.at, event.c.who, event.c.what, event.c.mapping, event.c.source_id, event.c.why)
    query = sa.select(*columns, event.c.data).where(event.c.connection == ledger.connection)
    named = list(what)
    if named:
        query = query.where(event.c.what.in_(named))
    if mapping:
        query = query.where(event.c.mapping == mapping)
    if source_id:
        query = query.where(event.c.source_id == source_id)
    return [Event(*row[:6], exact(row[6])) for row in tx.execute(query.order_by(event.c.id))]


def newest(ledger: Ledger, tx: sa.Connection) -> int:
    """A number that grows with every event of this customer: as long as it stands, nothing happened."""
    query = sa.select(sa.func.max(event.c.id)).where(event.c.connection == ledger.connection)
    return int(tx.execute(query).scalar() or 0)


def alone(ledger: Ledger, tx: sa.Connection) -> None:
    """Until the transaction ends nobody else decides for this customer: two approvers at once take turns.

    SQLite's transactions that write are alone anyway.
    """
    if not ledger.store.is_sqlite:
        key = sa.func.hashtextextended(ledger.connection, 4)
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
