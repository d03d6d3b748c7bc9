"""What is to be done next, told without reading what it is: for a worker that asks before every step.

A first sync plans thousands of effects. Their drafts are read when their op is taken, and not before;
otherwise each step would read all that is left. Beside: `ops`, which moves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from engine.ledger.exact import exact, text_of
from engine.ledger.ledger import Ledger
from engine.ledger.ops import Member, Op, as_op
from engine.ledger.tables import OPEN, PLANNED, SENDING, UNSURE, op, op_member

MOST_NAMED = 500  # records in one question


def waiting(ledger: Ledger, tx: sa.Connection) -> list[Op]:
    """Every op that is not final, in order, with a member for each of its steps and nothing in it."""
    mine = (op.c.connection == ledger.connection, op.c.state.in_([PLANNED, SENDING]))
    rows = tx.execute(sa.select(op).where(*mine).order_by(op.c.seq)).all()
    query = sa.select(op_member.c.op, op_member.c.step).join(op, op.c.id == op_member.c.op).where(*mine)
    steps: dict[str, list[Member]] = {}
    for row in tx.execute(query.distinct()):
        steps.setdefault(row.op, []).append(Member("", "", row.step, None))
    return [as_op(row, tuple(steps.get(row.id, ()))) for row in rows]


def is_any(ledger: Ledger, tx: sa.Connection) -> bool:
    """Whether anything is to be done at all."""
    query = sa.select(op.c.id).where(op.c.connection == ledger.connection, op.c.state.in_([PLANNED, SENDING]))
    return tx.execute(query.limit(1)).first() is not None


def not_sure_yet(
    ledger: Ledger, tx: sa.Connection, records: Iterable[tuple[str, str]]
) -> list[Mapping[str, Any]]:
    """The extras of the effects of these records (mapping, source id) that have no result, or no sure one."""
    named: dict[str, list[str]] = {}
    for mapping, source_id in sorted(set(records)):
        named.setdefault(mapping, []).append(source_id)
    query = sa.select(op_member.c.extra).where(
        op_member.c.connection == ledger.connection, op_member.c.result.in_([OPEN, UNSURE])
    )
    return [
        exact(row.extra)
        for mapping, ids in named.items()
        for start in range(0, len(ids), MOST_NAMED)
        for row in tx.execute(
            query.where(
                op_member.c.mapping == mapping, op_member.c.source_id.in_(ids[start : start + MOST_NAMED])
            )
        )
    ]


def extras(ledger: Ledger, tx: sa.Connection, name: str) -> list[Mapping[str, Any]]:
    """The extras that hold a member of this name, of effects that have no result, or no sure one."""
    query = sa.select(op_member.c.extra).where(
        op_member.c.connection == ledger.connection,
        op_member.c.result.in_([OPEN, UNSURE]),
        op_member.c.extra.contains(f'"{name}"', autoescape=True),
    )
    return [exact(row.extra) for row in tx.execute(query)]


def in_doubt(ledger: Ledger, tx: sa.Connection, mapping: str) -> frozenset[str]:
    """The records of which something waits for a person: nobody knows whether it was done."""
    query = sa.select(op_member.c.source_id).where(
        op_member.c.connection == ledger.connection,
        op_member.c.mapping == mapping,
        op_member.c.result == UNSURE,
    )
    return frozenset(tx.execute(query).scalars())


def born(ledger: Ledger, tx: sa.Connection, mapping: str) -> dict[str, Any]:
    """What is owed of documents that are not made yet, or of which nobody knows: drafts by source id."""
    query = sa.select(op_member.c.source_id, op_member.c.draft).where(
        op_member.c.connection == ledger.connection,
        op_member.c.mapping == mapping,
        op_member.c.step == "create",
        op_member.c.result.in_([OPEN, UNSURE]),
    )
    return {row.source_id: exact(row.draft) for row in tx.execute(query)}


def is_under_way(ledger: Ledger, tx: sa.Connection, mapping: str, source_id: str) -> bool:
    """Whether anything of this record is still to be done."""
    return _is_open(ledger, tx, mapping, source_id, (PLANNED, SENDING))


def is_unanswered(ledger: Ledger, tx: sa.Connection, mapping: str, source_id: str) -> bool:
    """Whether something of this record has left, and nobody knows yet what became of it."""
    return _is_open(ledger, tx, mapping, source_id, (SENDING,))


def _is_open(
    ledger: Ledger, tx: sa.Connection, mapping: str, source_id: str, states: tuple[str, ...]
) -> bool:
    query = (
        sa.select(op_member.c.op)
        .join(op, op.c.id == op_member.c.op)
        .where(
            op_member.c.connection == ledger.connection,
            op_member.c.mapping == mapping,
            op_member.c.source_id == source_id,
            op_member.c.result == OPEN,
            op.c.state.in_(states),
        )
    )
    return tx.execute(query.limit(1)).first() is not None


def with_room(
    ledger: Ledger, tx: sa.Connection, call: str, places: str, member: Member, most: int
) -> Op | None:
    """The op of a call and its places that may take a member: where the same effect waits already, or the
    last one that was not sent, if it has room for all elements.
    """
    query = sa.select(op).where(
        op.c.connection == ledger.connection,
        op.c.state == PLANNED,
        op.c.generation == 0,
        op.c.call == call,
        op.c.places == text_of(exact(places)),
    )
    same = (
        op_member.c.connection == ledger.connection,
        op_member.c.mapping == member.mapping,
        op_member.c.source_id == member.source_id,
        op_member.c.step == member.step,
        op_member.c.result == OPEN,
    )
    there = tx.execute(query.join(op_member, op_member.c.op == op.c.id).where(*same).limit(1)).first()
    if there is not None:
        return as_op(there, ())
    last = tx.execute(query.order_by(op.c.seq.desc()).limit(1)).first()
    if last is None:
        return None
    drafts = tx.execute(sa.select(op_member.c.draft).where(op_member.c.op == last.id))
    taken = sum(_elements(row.draft) for row in drafts)
    return as_op(last, ()) if taken + elements(member.draft) <= most else None


def elements(draft: object) -> int:
    """How many elements of a body a draft is."""
    return len(draft) if isinstance(draft, list) else 1


@lru_cache(maxsize=2048)
def _elements(draft: str) -> int:
    return elements(exact(draft))
