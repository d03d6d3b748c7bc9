"""What webhooks said, kept until a run has looked: a reason to read, never the truth itself.

The sender's own id keeps what comes twice from counting twice. A hint is served by the run that read after
it; later ones wait for the next. Nothing is lost with a hint: the next run reads what changed anyway.
Before: a webhook. After: `hearing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from engine.ledger.exact import exact, text_of
from engine.ledger.ledger import Ledger, stamp
from engine.ledger.tables import hint

REMEMBERED = timedelta(days=31)  # nobody sends anything again after that


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that was said: `about` is its kind in the system's own words (ERP Requests, INVOICE)."""

    id: str
    system: str
    about: str
    event: str = ""
    record: str = ""


def put(ledger: Ledger, tx: sa.Connection, found: Iterable[Hint]) -> int:
    """Keeps hints; gives how many are new."""
    new = 0
    for one in found:
        said = text_of({"about": one.about, "event": one.event, "record": one.record})
        row = {"connection": ledger.connection, "id": one.id, "system": one.system, "said": said}
        insert = ledger.store.insert(hint).values(**row, at=ledger.now())
        new += tx.execute(insert.on_conflict_do_nothing().returning(hint.c.id)).first() is not None
    return new


def waiting(ledger: Ledger, tx: sa.Connection) -> list[Hint]:
    """What no run has looked into yet, oldest first."""
    mine = sa.select(hint).where(hint.c.connection == ledger.connection, hint.c.served == "")
    return [_hint(row) for row in tx.execute(mine.order_by(hint.c.at, hint.c.id))]


def _hint(row: Any) -> Hint:
    return Hint(row.id, row.system, **exact(row.said))


def serve(ledger: Ledger, tx: sa.Connection, ids: Iterable[str]) -> None:
    """A run has looked; what was looked into long ago is forgotten."""
    mine = hint.c.connection == ledger.connection
    looked = hint.update().where(mine, hint.c.id == sa.bindparam("one")).values(served=ledger.now())
    if rows := [{"one": each} for each in ids]:
        tx.execute(looked, rows)
    before = stamp(ledger.clock.now() - REMEMBERED)
    tx.execute(hint.delete().where(mine, hint.c.served != "", hint.c.served < before))
