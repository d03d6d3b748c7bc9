"""Effects under way: planned, sending, and what became of them.

    planned → sending → confirmed | rejected | quarantined          (and back to planned: never sent)

An op is one request with one or many members. Its bytes are frozen in the transaction that says
`sending`, before anything leaves the machine; its key is its id and generation. The way back from
an unknown outcome is `write/resolve`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from engine.ledger.exact import exact, text_of
from engine.ledger.ledger import Ledger, moment, stamp
from engine.ledger.store import LedgerError
from engine.ledger.tables import (
    CONFIRMED,
    DONE,
    FAILED,
    OPEN,
    PLANNED,
    QUARANTINED,
    REJECTED,
    SENDING,
    UNSURE,
    attempt,
    op,
    op_member,
)

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Member:
    """One effect of an op: whose, which step, what goes out (`draft`), what a receipt needs (`extra`)."""

    mapping: str
    source_id: str
    step: str
    draft: Any
    target_id: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    position: int = 0
    result: str = OPEN
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Op:
    """One intended request."""

    id: str
    seq: int
    call: str
    places: Mapping[str, Any]
    state: str
    generation: int
    method: str
    url: str
    body: bytes | None
    first_sent: datetime | None
    last_sent: datetime | None
    not_before: datetime | None
    members: tuple[Member, ...]

    @property
    def key(self) -> str:
        """The idempotency key: a new generation is a new request."""
        return f"{self.id}-{self.generation}"

    @property
    def open(self) -> tuple[Member, ...]:
        """The members that have no result yet."""
        return tuple(member for member in self.members if member.result == OPEN)


def add(
    ledger: Ledger,
    tx: sa.Connection,
    call: str,
    places: Mapping[str, Any],
    members: Sequence[Member],
    run: str = "",
) -> str:
    """Plans an op. Raises LedgerError if one of its effects is under way already."""
    op_id = uuid.uuid4().hex
    last = tx.execute(sa.select(sa.func.max(op.c.seq)).where(op.c.connection == ledger.connection)).scalar()
    rows = [_member_row(ledger, op_id, position, member) for position, member in enumerate(members)]
    try:
        with ledger.store.part(tx):
            tx.execute(
                op.insert().values(
                    id=op_id,
                    connection=ledger.connection,
                    seq=(last or 0) + 1,
                    call=call,
                    places=text_of(places),
                    state=PLANNED,
                    made_at=ledger.now(),
                    run=run,
                )
            )
            tx.execute(op_member.insert(), rows)
    except IntegrityError as error:
        owed = [m for m in members if is_owed(ledger, tx, m)] or members
        what = ", ".join(sorted({f"{m.mapping} {m.source_id}" for m in owed})[:3])
        raise LedgerError(
            f"an effect of {what} is under way already", "run sync again; it ends what was begun"
        ) from error
    return op_id


def _member_row(ledger: Ledger, op_id: str, position: int, member: Member) -> dict[str, Any]:
    return {
        "op": op_id,
        "position": position,
        "connection": ledger.connection,
        "mapping": member.mapping,
        "source_id": member.source_id,
        "step": member.step,
        "target_id": member.target_id,
        "draft": text_of(member.draft),
        "extra": text_of(member.extra),
        "result": OPEN,
    }


def take_over(ledger: Ledger, tx: sa.Connection, run: str) -> None:
    """What an earlier run left belongs to this one, which says what becomes of it."""
    mine = (op.c.connection == ledger.connection, op.c.state.in_([PLANNED, SENDING]))
    tx.execute(op.update().where(*mine).values(run=run))


def unsent(ledger: Ledger, tx: sa.Connection, call: str, places: str) -> list[Op]:
    """Ops of a call and its places that were never sent and may still take members."""
    query = sa.select(op).where(
        op.c.connection == ledger.connection,
        op.c.state == PLANNED,
        op.c.generation == 0,
        op.c.call == call,
        op.c.places == text_of(exact(places)),
    )
    return _with_members(tx, tx.execute(query.order_by(op.c.seq)).all())


def join(ledger: Ledger, tx: sa.Connection, one: Op, member: Member) -> None:
    """Adds a member to an op that was not sent yet; a member owed already is replaced by the newer."""
    same = (op_member.c.op == one.id, op_member.c.result == OPEN)
    mine = (op_member.c.mapping == member.mapping, op_member.c.source_id == member.source_id)
    tx.execute(sa.delete(op_member).where(*same, *mine, op_member.c.step == member.step))
    last = tx.execute(sa.select(sa.func.max(op_member.c.position)).where(op_member.c.op == one.id)).scalar()
    tx.execute(
        op_member.insert(), [_member_row(ledger, one.id, (last if last is not None else -1) + 1, member)]
    )


def part(ledger: Ledger, tx: sa.Connection, one: Op, positions: Sequence[int], run: str = "") -> str:
    """Moves open members into an op of their own, behind everything planned so far."""
    moved = [member for member in one.members if member.position in positions]
    tx.execute(
        sa.delete(op_member).where(op_member.c.op == one.id, op_member.c.position.in_(list(positions)))
    )
    return add(ledger, tx, one.call, one.places, moved, run)


def in_flight(ledger: Ledger, tx: sa.Connection, one: Op) -> bool:
    """Whether another op of the same call has left, and its answer is not known."""
    query = sa.select(op.c.id).where(
        op.c.connection == ledger.connection, op.c.state == SENDING, op.c.call == one.call, op.c.id != one.id
    )
    return tx.execute(query.limit(1)).first() is not None


def load(ledger: Ledger, tx: sa.Connection, op_id: str) -> Op:
    """One op as it stands now."""
    rows = tx.execute(sa.select(op).where(op.c.id == op_id)).all()
    return _with_members(tx, rows)[0]


def _with_members(tx: sa.Connection, rows: Sequence[Any]) -> list[Op]:
    members: dict[str, list[Member]] = {row.id: [] for row in rows}
    ids = list(members)
    for start in range(0, len(ids), 500):
        query = sa.select(op_member).where(op_member.c.op.in_(ids[start : start + 500]))
        for row in tx.execute(query.order_by(op_member.c.op, op_member.c.position)):
            members[row.op].append(_member(row))
    return [as_op(row, tuple(members[row.id])) for row in rows]


def _member(row: Any) -> Member:
    return Member(
        row.mapping,
        row.source_id,
        row.step,
        exact(row.draft),
        row.target_id,
        exact(row.extra),
        row.position,
        row.result,
        row.reason,
    )


def as_op(row: Any, members: tuple[Member, ...]) -> Op:
    """An op of its row."""
    return Op(
        row.id,
        row.seq,
        row.call,
        exact(row.places),
        row.state,
        row.generation,
        row.method,
        row.url,
        row.body,
        moment(row.first_sent) if row.first_sent else None,
        moment(row.last_sent) if row.last_sent else None,
        moment(row.not_before) if row.not_before else None,
        members,
    )


# ---------------------------------------------------------------- moves


def intend(
    ledger: Ledger, tx: sa.Connection, one: Op, method: str, url: str, body: bytes | None, at: datetime
) -> None:
    """Freezes the bytes and says that they are about to leave, at an instant of whom they are for. Commit
    before sending.

    Raises LedgerError unless the op is planned, in the generation the caller knows: what has left
    already keeps its bytes.
    """
    now = stamp(at)
    values = {"state": SENDING, "method": method, "url": url, "body": body, "not_before": ""}
    still = (op.c.id == one.id, op.c.state == PLANNED, op.c.generation == one.generation)
    made = op.update().where(*still).values(**values, first_sent=now, last_sent=now)
    if tx.execute(made.returning(op.c.id)).first() is None:
        raise LedgerError(f"{one.call} is not planned any more", "run sync again; it ends what was begun")


def fill(tx: sa.Connection, one: Op, members: Sequence[Member], drafts: Mapping[int, Any]) -> None:
    """Keeps drafts as they leave, with the ids that were born since: these are not asked for again."""
    for member in members:
        if drafts[member.position] != member.draft:
            here = (op_member.c.op == one.id, op_member.c.position == member.position)
            tx.execute(op_member.update().where(*here).values(draft=text_of(drafts[member.position])))


def again(tx: sa.Connection, one: Op, at: datetime) -> None:
    """The same bytes leave once more, under the same key. From now on the two instants differ."""
    first = tx.execute(sa.select(op.c.first_sent).where(op.c.id == one.id)).scalar()
    now = stamp(at)
    _set(tx, one.id, last_sent=now if now != first else stamp(at + INSTANT))


def back(ledger: Ledger, tx: sa.Connection, one: Op, not_before: str = "") -> None:
    """It never left, or was turned away unread: planned again, under the same key.

    That is said of the last time only. What left before and was not answered may have arrived: such
    an op stays `sending`, with the instant at which it first left.
    """
    _set(tx, one.id, not_before=not_before)
    once = (op.c.id == one.id, op.c.first_sent == op.c.last_sent)
    never = {"state": PLANNED, "first_sent": "", "last_sent": "", "body": None}
    tx.execute(op.update().where(*once).values(never))


def renew(ledger: Ledger, tx: sa.Connection, one: Op) -> None:
    """It is known not to have happened, and its key is spent: planned again under a new one."""
    _set(
        tx,
        one.id,
        state=PLANNED,
        generation=one.generation + 1,
        first_sent="",
        last_sent="",
        body=None,
    )


def settle(ledger: Ledger, tx: sa.Connection, one: Op, results: Mapping[int, tuple[str, str, str]]) -> None:
    """Results by position: (done | failed | unsure, target id, reason). Final when none is open."""
    for position, (result, target_id, reason) in results.items():
        values = {"result": result, "reason": reason}
        if target_id:
            values["target_id"] = target_id
        where = (op_member.c.op == one.id, op_member.c.position == position)
        tx.execute(op_member.update().where(*where).values(**values))
    kinds = set(tx.execute(sa.select(op_member.c.result).where(op_member.c.op == one.id)).scalars())
    if OPEN in kinds:
        return
    state = QUARANTINED if UNSURE in kinds else CONFIRMED if DONE in kinds else REJECTED
    _set(tx, one.id, state=state)


def tried(
    ledger: Ledger, tx: sa.Connection, one: Op, meaning: str, status: int = 0, reason: str = ""
) -> None:
    """One line of the trail."""
    tx.execute(
        attempt.insert().values(
            op=one.id,
            generation=one.generation,
            at=ledger.now(),
            meaning=meaning,
            status=status,
            reason=reason,
        )
    )


def _set(tx: sa.Connection, op_id: str, **values: Any) -> None:
    tx.execute(op.update().where(op.c.id == op_id).values(**values))


# ---------------------------------------------------------------- questions


def under_way(ledger: Ledger, tx: sa.Connection) -> dict[tuple[str, str], str]:
    """(mapping, source id) → step, of every effect that is open or unsure; marks where nothing else is."""
    query = sa.select(op_member.c.mapping, op_member.c.source_id, op_member.c.step).where(
        op_member.c.connection == ledger.connection, op_member.c.result.in_([OPEN, UNSURE])
    )
    rows = tx.execute(query.order_by(op_member.c.step.not_in(["mark", "unmark"]))).all()
    return {(row.mapping, row.source_id): row.step for row in rows}


def is_owed(ledger: Ledger, tx: sa.Connection, member: Member) -> bool:
    """Whether this very step of this record is under way."""
    query = sa.select(sa.func.count()).where(*same(ledger, member), op_member.c.result == OPEN)
    return bool(tx.execute(query).scalar())


def same(ledger: Ledger, member: Member) -> tuple[Any, ...]:
    """What picks the effects of one step of one record."""
    return (
        op_member.c.connection == ledger.connection,
        op_member.c.mapping == member.mapping,
        op_member.c.source_id == member.source_id,
        op_member.c.step == member.step,
    )


def failures(ledger: Ledger, tx: sa.Connection, run: str) -> list[tuple[Member, str]]:
    """What failed in a run, with the reason."""
    query = (
        sa.select(op_member)
        .join(op, op.c.id == op_member.c.op)
        .where(
            op.c.connection == ledger.connection,
            op.c.run == run,
            op_member.c.result.in_([FAILED, UNSURE]),
        )
        .order_by(op.c.seq, op_member.c.position)
    )
    return [(member, member.reason) for member in map(_member, tx.execute(query))]


def history(ledger: Ledger, tx: sa.Connection, mapping: str, source_id: str) -> list[dict[str, Any]]:
    """Every effect of a record, oldest first, with its attempts."""
    query = (
        sa.select(op_member, op.c.call, op.c.state, op.c.generation, op.c.made_at, op.c.last_sent)
        .join(op, op.c.id == op_member.c.op)
        .where(
            op_member.c.connection == ledger.connection,
            op_member.c.mapping == mapping,
            op_member.c.source_id == source_id,
        )
        .order_by(op.c.seq)
    )
    return [dict(row._mapping) for row in tx.execute(query)]
