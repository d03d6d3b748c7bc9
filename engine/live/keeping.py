"""The ledger as people look after it: how it stands, what is under way, what waits for somebody's word.

Before: `connect`. After: the command `ledger`.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.ledger import links, ops, refused
from engine.ledger.exact import exact
from engine.ledger.ops import Op
from engine.ledger.store import Store
from engine.ledger.tables import (
    FAILED,
    OPEN,
    PLANNED,
    QUARANTINED,
    REJECTED,
    SENDING,
    UNSURE,
    attempt,
    cursor,
    op,
    rate,
    run,
    token,
)
from engine.ledger.upgrade import LATEST, state, upgrade
from engine.live.connect import LEDGER, Connection, default_ledger
from engine.live.declined import Declined
from engine.write.follow import CREATE

RUNS = 5
WAITING = (PLANNED, SENDING, QUARANTINED)


def status(connection: Connection) -> dict[str, Any]:
    """How the ledger of a customer stands."""
    ledger, name = connection.ledger, connection.ledger.connection
    now = ledger.now()
    with ledger.look() as tx:
        linked = Counter(one.mapping for one in links.all_of(ledger, tx) if not one.parent)
        states = tx.execute(
            sa.select(op.c.state, sa.func.count()).where(op.c.connection == name).group_by(op.c.state)
        )
        effects = {row[0]: row[1] for row in states}
        runs = tx.execute(
            sa.select(run).where(run.c.connection == name).order_by(run.c.began.desc()).limit(RUNS)
        )
        last = [dict(row._mapping) | {"summary": exact(row.summary)} for row in runs]
        read = tx.execute(
            sa.select(sa.func.max(cursor.c.read_at)).where(cursor.c.connection == name)
        ).scalar()
        tokens = tx.execute(
            sa.select(token.c.system, token.c.expires).where(token.c.connection == name)
        ).all()
        used = tx.execute(sa.select(rate).where(rate.c.connection == name, rate.c.window_ends > now)).all()
    return {
        "customer": name,
        "ledger": connection.store.engine.url.render_as_string(hide_password=True),
        "version": LATEST,
        "links": dict(sorted(linked.items())),
        "effects": effects,
        "read": read or "",
        "working": ledger.holder(),
        "runs": [{n: one[n] for n in ("verb", "began", "ended", "outcome", "summary")} for one in last],
        "tokens": {row.system: row.expires for row in tokens},
        "calls": {row.budget: {"used": row.used, "until": row.window_ends} for row in used},
    }


# ---------------------------------------------------------------- effects


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect with its trail, as people see it."""

    op: Op
    made_at: str
    trail: tuple[tuple[str, str, int, str], ...]  # at, meaning, status, reason

    @property
    def short(self) -> str:
        """What a person types to mean it."""
        return self.op.id[:8]


def effects(connection: Connection, failed: bool = False) -> list[Effect]:
    """What is under way or waits for a person, oldest first; `failed`: what was refused, too."""
    ledger = connection.ledger
    states = (*WAITING, REJECTED) if failed else WAITING
    query = sa.select(op.c.id, op.c.made_at).where(
        op.c.connection == ledger.connection, op.c.state.in_(states)
    )
    with ledger.look() as tx:
        rows = tx.execute(query.order_by(op.c.seq)).all()
        return [_effect(connection, tx, row.id, row.made_at) for row in rows]


def _effect(connection: Connection, tx: sa.Connection, op_id: str, made_at: str) -> Effect:
    query = sa.select(attempt).where(attempt.c.op == op_id).order_by(attempt.c.id)
    trail = tuple((row.at, row.meaning, row.status, row.reason) for row in tx.execute(query))
    return Effect(ops.load(connection.ledger, tx, op_id), made_at, trail)


def retry(connection: Connection, wanted: str, who: str, why: str) -> Op:
    """What was refused or is not known goes out again, under a new key, with the next sync."""
    ledger = connection.ledger
    with ledger.leased(), ledger.begin() as tx:
        one = _meant(connection, tx, wanted)
        if one.state in (PLANNED, SENDING):
            raise Declined(
                f"{wanted} is under way already", "run sync: it goes on with it, or give it up (--give-up)"
            )
        again = [m.position for m in one.members if m.result in (FAILED, UNSURE)]
        if not again:
            raise Declined(f"{wanted} was done; there is nothing to send again")
        _refuse_if_owed(connection, tx, one)
        _refuse_if_past(connection, tx, one)
        refused.reopen(ledger, tx, one, again)
        _noted(connection, tx, one, again, who, "retried", why)
        return ops.load(ledger, tx, one.id)


def give_up(connection: Connection, wanted: str, who: str, why: str) -> Op:
    """What is under way or not known is not gone after any more; the record may be planned anew."""
    ledger = connection.ledger
    with ledger.leased(), ledger.begin() as tx:
        one = _meant(connection, tx, wanted)
        left = [m.position for m in one.members if m.result in (OPEN, UNSURE)]
        if not left:
            raise Declined(f"{wanted} is final; there is nothing to give up")
        reason = f"given up by {who}" + (f": {why}" if why else "")
        ops.settle(ledger, tx, one, dict.fromkeys(left, (FAILED, "", reason)))
        _noted(connection, tx, one, left, who, "gave up", why)
        return ops.load(ledger, tx, one.id)


def _refuse_if_owed(connection: Connection, tx: sa.Connection, one: Op) -> None:
    for member in one.members:
        if member.result in (FAILED, UNSURE) and ops.is_owed(connection.ledger, tx, member):
            raise Declined(
                f"{member.mapping} {member.source_id} has a newer effect under way",
                "run sync: that one goes on",
            )


def _refuse_if_past(connection: Connection, tx: sa.Connection, one: Op) -> None:
    """What came to its end in another way would be made twice, or go back to how it was."""
    for member in one.members:
        if member.result not in (FAILED, UNSURE):
            continue
        link = links.one(connection.ledger, tx, member.mapping, member.source_id)
        what = f"{member.mapping} {member.source_id}"
        if member.step == CREATE and link is not None:
            raise Declined(
                f"{what} is linked to {link.target_id} by now",
                "nothing is left to do; it would be made twice",
            )
        if refused.is_done_since(connection.ledger, tx, one, member):
            raise Declined(
                f"this was done for {what} by a later effect", "sync sends what is still to be done"
            )


def _noted(
    connection: Connection, tx: sa.Connection, one: Op, positions: list[int], who: str, what: str, why: str
) -> None:
    for member in one.members:
        if member.position in positions:
            text = f"{one.call} {one.id[:8]}" + (f": {why}" if why else "")
            connection.ledger.note(tx, who, what, member.mapping, member.source_id, text)


def _meant(connection: Connection, tx: sa.Connection, wanted: str) -> Op:
    """The effect of an id, or of its beginning."""
    query = sa.select(op.c.id).where(
        op.c.connection == connection.ledger.connection, op.c.id.startswith(wanted, autoescape=True)
    )
    found = list(tx.execute(query.limit(2)).scalars()) if len(wanted) >= 4 else []
    if len(found) != 1:
        what = "no effect begins" if not found else "several effects begin"
        raise KeyError(f"{what} with '{wanted}'; `crosswalk ledger {connection.name} ops` lists them")
    return ops.load(connection.ledger, tx, found[0])


def upgraded(url: str) -> tuple[str, str]:
    """Brings a ledger to this version; how it was before and is now."""
    store = Store(url or os.environ.get(LEDGER, "") or str(default_ledger()))
    try:
        before = state(store)
        upgrade(store)
        return before, state(store)
    finally:
        store.close()
