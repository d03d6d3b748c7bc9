"""What was just written, in the mirror, until it is read again: a plan made in between finds it there.

An answer to a header tells neither where it stands nor its lines, and lines are answered by themselves; put
together they are the record. Before: `receipt`, in whose transaction this is. After: the next read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.ledger import mirror
from engine.ledger.ledger import Ledger
from engine.ledger.ops import Member
from engine.system.model import Object

Record = Mapping[str, Any]


def keep(
    ledger: Ledger,
    tx: sa.Connection,
    target: Object,
    name: str,
    member: Member,
    answers: Mapping[str, Record],
) -> None:
    """Keeps the answers of a write by id; of what goes in parts, beside what is known of it already."""
    if target.lines is None:
        mirror.keep(ledger, tx, name, answers, {})
        return
    sent = member.extra.get("record") or {}
    own: dict[str, Any] = {target.scope_as: sent.get(target.scope_as), target.lines.member: []}
    old = mirror.some(ledger, tx, name, answers)
    rows = {key: {**own, **old.get(key, {}), **answer} for key, answer in answers.items()}
    mirror.keep(ledger, tx, name, rows, dict.fromkeys(rows, str(own[target.scope_as])))


def rows(
    ledger: Ledger, tx: sa.Connection, target: Object, name: str, key: str, rows: Mapping[str, Record | None]
) -> None:
    """Lines that were written, by id, in the record they belong to; None: deleted."""
    record, mine = mirror.some(ledger, tx, name, [key]).get(key), target.lines
    if record is None or mine is None:
        return
    left = [row for row in record.get(mine.member) or () if str(row.get(mine.id)) not in rows]
    record[mine.member] = [*left, *(row for row in rows.values() if row is not None)]
    mirror.keep(ledger, tx, name, {key: record}, {key: mirror.scope_of(ledger, tx, name, key)})
