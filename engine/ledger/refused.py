"""Effects that were refused: whether just this was refused before, and what may be owed again.

Beside: `ops`, which moves effects. After: `untold`, `keeping`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from engine.ledger import ops
from engine.ledger.exact import text_of
from engine.ledger.ledger import Ledger
from engine.ledger.ops import Member, Op
from engine.ledger.tables import DONE, FAILED, OPEN, op, op_member


@dataclass(frozen=True, slots=True)
class Refused:
    """An effect that was refused, and its op."""

    op: str
    run: str
    member: Member


def failed_as(ledger: Ledger, tx: sa.Connection, member: Member) -> str:
    """Why the last try of this step failed, if it was just this draft; "" otherwise."""
    query = (
        sa.select(op_member.c.result, op_member.c.draft, op_member.c.reason)
        .join(op, op.c.id == op_member.c.op)
        .where(*ops.same(ledger, member))
        .order_by(op.c.seq.desc())
        .limit(1)
    )
    row = tx.execute(query).first()
    same = row is not None and row.result == FAILED and row.draft == text_of(member.draft)
    return str(row.reason) if same and row is not None else ""


def is_done_since(ledger: Ledger, tx: sa.Connection, one: Op, member: Member) -> bool:
    """Whether a later op did the same step of the same record."""
    query = (
        sa.select(op.c.id)
        .join(op_member, op.c.id == op_member.c.op)
        .where(*ops.same(ledger, member), op_member.c.result == DONE, op.c.seq > one.seq)
    )
    return tx.execute(query.limit(1)).first() is not None


def reopen(ledger: Ledger, tx: sa.Connection, one: Op, positions: Sequence[int]) -> None:
    """Members that were refused, or are not known, are owed again, under a new key."""
    where = (op_member.c.op == one.id, op_member.c.position.in_(list(positions)))
    tx.execute(op_member.update().where(*where).values(result=OPEN, reason=""))
    ops.renew(ledger, tx, one)


def last_tries(ledger: Ledger, tx: sa.Connection, steps: Sequence[str]) -> Iterator[Refused]:
    """What was refused of these steps, where no later op of the record is of one of them; `after*`: any."""
    any_of = sa.or_(*(op_member.c.step.like(step.replace("*", "%")) for step in steps))
    query = (
        sa.select(op_member.c.op, op_member.c.position, op.c.seq, op.c.run)
        .join(op, op.c.id == op_member.c.op)
        .where(op_member.c.connection == ledger.connection, op_member.c.result == FAILED, any_of)
    )
    known: dict[str, Op] = {}
    for row in tx.execute(query.order_by(op.c.seq, op_member.c.position)).all():
        if row.op not in known:
            known[row.op] = ops.load(ledger, tx, row.op)
        (member,) = (one for one in known[row.op].members if one.position == row.position)
        later = (
            sa.select(op.c.id)
            .join(op_member, op.c.id == op_member.c.op)
            .where(
                op_member.c.connection == ledger.connection,
                op_member.c.mapping == member.mapping,
                op_member.c.source_id == member.source_id,
                any_of,
                op.c.seq > row.seq,
            )
        )
        if tx.execute(later.limit(1)).first() is None:
            yield Refused(row.op, row.run, member)
