"""Effects that were done, as they left: who is looked for in a closing pack.

Ops are final once they are done, and nothing changes them after: what is said here of a month stays so.
Before: `ops`. After: `live/reports/closing`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.ledger.exact import exact
from engine.ledger.ledger import Ledger
from engine.ledger.tables import DONE, op, op_member

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Effect:
    """One document that was made, changed or deleted. `at`: when its request left; `place`: where it stood
    in that; `extra`: what a receipt needed, with the source record and what was written, as they were then.
    """

    op: str
    place: int
    mapping: str
    source_id: str
    step: str
    target_id: str
    at: str
    run: str
    extra: Mapping[str, Any]


def effects(ledger: Ledger, tx: sa.Connection, mappings: Iterable[str], steps: Iterable[str]) -> list[Effect]:
    """Everything of these mappings and steps that was done, in the order in which it left."""
    columns = (op_member.c.op, op_member.c.position, op_member.c.mapping, op_member.c.source_id)
    more = (op_member.c.step, op_member.c.target_id, op.c.last_sent, op.c.run, op_member.c.extra)
    query = (
        sa.select(*columns, *more)
        .join(op, op.c.id == op_member.c.op)
        .where(
            op_member.c.connection == ledger.connection,
            op_member.c.result == DONE,
            op_member.c.mapping.in_(list(mappings)),
            op_member.c.step.in_(list(steps)),
        )
        .order_by(op.c.last_sent, op.c.seq, op_member.c.position)
    )
    return [Effect(*row[:8], exact(row[8])) for row in tx.execute(query)]


def request_hashes(ledger: Ledger, tx: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """SHA-256 of the very bytes that left, by op; of no bytes where a request had no body."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), AT_ONCE):
        query = sa.select(op.c.id, op.c.body).where(op.c.id.in_(wanted[start : start + AT_ONCE]))
        found |= {row.id: hashlib.sha256(row.body or b"").hexdigest() for row in tx.execute(query)}
    return found
