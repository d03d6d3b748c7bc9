"""A connection's memory as one JSON document, out of one ledger and into another.

What moves: links, what was written, cursors, events, and effects that are not final or failed (what was
refused, or given up by a person, is not sent again there), with their frozen bytes and their trail. Tokens
stay: authorise again. The mirror may come along; without it the next read is a full one, so the cursors stay
behind too. Only an empty connection takes a document in.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from engine.ledger.exact import exact, text_of
from engine.ledger.ledger import Ledger
from engine.ledger.mirror import hash_of
from engine.ledger.store import LedgerError
from engine.ledger.tables import (
    FAILED,
    PLANNED,
    QUARANTINED,
    SENDING,
    attempt,
    cursor,
    event,
    link,
    mirror,
    op,
    op_member,
    wrote,
)

FORM, WITHOUT_FAILED, WITHOUT_DATA = 3, 2, 1  # before: no effects that failed; events without data
KIND = "crosswalk ledger"
OPEN_STATES = (PLANNED, SENDING, QUARANTINED)
SECTIONS = {
    "links": link,
    "wrote": wrote,
    "events": event,
    "ops": op,
    "members": op_member,
    "attempts": attempt,
    "cursors": cursor,
    "mirror": mirror,
}
JSON_TEXT = {"memory", "fields", "places", "draft", "extra", "data"}
ORDER = {
    "links": (link.c.mapping, link.c.parent, link.c.source_id),
    "wrote": (wrote.c.mapping, wrote.c.source_id),
    "events": (event.c.id,),
    "ops": (op.c.seq, op.c.id),
    "members": (op_member.c.op, op_member.c.position),
    "attempts": (attempt.c.id,),
    "cursors": (cursor.c.stream,),
    "mirror": (mirror.c.object, mirror.c.id),
}


# ---------------------------------------------------------------- out


def export(ledger: Ledger, with_mirror: bool = False) -> str:
    """The document, as of one moment."""
    if busy := ledger.holder():
        raise LedgerError(
            f"a run is working for {ledger.connection} ({busy}); what it sends now would go out there again",
            "wait for it, export, and start no other one here",
        )
    found: dict[str, Any] = {
        "kind": KIND,
        "form": FORM,
        "connection": ledger.connection,
        "exported": ledger.now(),
    }
    with ledger.look() as tx:
        for section, table in SECTIONS.items():
            if with_mirror or section not in ("cursors", "mirror"):
                query = _mine(ledger.connection, table).order_by(*ORDER[section])
                found[section] = [_out(table, row._mapping) for row in tx.execute(query)]
    return text_of(found)


def _mine(connection: str, table: sa.Table) -> sa.Select[Any]:
    query = sa.select(*(column for column in table.columns if column.name in _names(table)))
    failed = sa.select(op_member.c.op).where(
        op_member.c.connection == connection, op_member.c.result == FAILED
    )
    moves = (op.c.connection == connection, op.c.state.in_(OPEN_STATES) | op.c.id.in_(failed))
    if table is op:
        return query.where(*moves)
    if table in (op_member, attempt):
        return query.where(table.c.op.in_(sa.select(op.c.id).where(*moves)))
    return query.where(table.c.connection == connection)


def _names(table: sa.Table) -> list[str]:
    """What of a table moves: neither whose it is, nor what can be computed, nor numbers of its own."""
    left = {"connection"} | ({"id"} if table in (event, attempt) else set())
    left |= {"hash"} if table is mirror else set()
    return [column.name for column in table.columns if column.name not in left]


def _out(table: sa.Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    found = dict(row)
    for name in JSON_TEXT & found.keys():
        found[name] = exact(found[name])
    if table is mirror:
        found["body"] = exact(zlib.decompress(found["body"]))
    elif table is op and found["body"] is not None:
        found["body"] = base64.b64encode(found["body"]).decode()
    return found


# ---------------------------------------------------------------- in


def take_in(ledger: Ledger, text: str | bytes) -> dict[str, int]:
    """Fills an empty connection, all or nothing; gives how many rows came. Raises LedgerError."""
    document = _read(text)
    rows = {
        section: [
            _in(ledger.connection, section, place, row)
            for place, row in enumerate(_rows(document, section), start=1)
        ]
        for section in SECTIONS
    }
    _whole(rows)
    with ledger.leased(), ledger.begin() as tx:
        _refuse_unless_empty(ledger, tx)
        for section, found in rows.items():
            _insert(ledger, tx, section, found)
        ledger.note(tx, "import", "imported", why=f"from {document['connection']}, {document['exported']}")
    return {section: len(found) for section, found in rows.items()}


def _read(text: str | bytes) -> dict[str, Any]:
    try:
        document = exact(text)
    except (ValueError, RecursionError) as error:
        raise LedgerError(f"this is no JSON: {error}", "name a file that `ledger export` wrote") from None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise LedgerError("this is no export of a ledger", "name a file that `ledger export` wrote")
    if document.get("form") == WITHOUT_DATA:
        document |= {"events": [_with_data(row) for row in _rows(document, "events")]}
    if document.get("form") in (WITHOUT_DATA, WITHOUT_FAILED):
        document |= {"form": FORM}
    if document.get("form") != FORM:
        raise LedgerError(
            f"this export has form {document.get('form')}, and this version reads form {FORM}",
            "use the version that wrote it",
        )
    odd = sorted(document.keys() - SECTIONS.keys() - {"kind", "form", "connection", "exported"})
    if odd:
        raise LedgerError(f"this export has a part nobody knows: {', '.join(odd)}")
    for name in ("connection", "exported"):
        if not isinstance(document.get(name), str):
            raise LedgerError(f"this export does not say its {name}")
    return document


def _with_data(row: Any) -> Any:
    return {**row, "data": {}} if isinstance(row, dict) else row


def _rows(document: Mapping[str, Any], section: str) -> list[Any]:
    found = document.get(section, [])
    if not isinstance(found, list):
        raise LedgerError(f"'{section}' of this export is no list")
    return found


def _in(connection: str, section: str, place: int, row: Any) -> dict[str, Any]:
    table, where = SECTIONS[section], f"'{section}' of this export, row {place}"
    names = _names(table)
    if not isinstance(row, dict) or sorted(row) != sorted(names):
        raise LedgerError(f"{where}: it must have exactly {', '.join(names)}")
    found = {name: text_of(value) if name in JSON_TEXT else value for name, value in row.items()}
    if table is mirror:
        body = text_of(row["body"])
        found |= {
            "body": zlib.compress(body.encode(), 1),
            "hash": "" if row["gone"] is True else hash_of(body),
        }
    elif table is op and row["body"] is not None:
        try:
            found["body"] = base64.b64decode(row["body"], validate=True)
        except (TypeError, ValueError, binascii.Error):
            raise LedgerError(f"{where}: 'body' is not base64") from None
    for name in names:
        value, kind = found[name], table.c[name].type.python_type
        if type(value) is not kind and not (value is None and table.c[name].nullable):
            raise LedgerError(f"{where}: '{name}' is not {_SAID.get(kind, 'bytes')}")
    return found | ({"connection": connection} if "connection" in table.c else {})


_SAID = {str: "a text", int: "a whole number", bool: "true or false"}


def _whole(rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Members and attempts belong to ops that came along, and every op is not final, or failed."""
    ids = {row["id"] for row in rows["ops"]}
    for section in ("members", "attempts"):
        for row in rows[section]:
            if row["op"] not in ids:
                raise LedgerError(f"'{section}' of this export name an effect that is not in it: {row['op']}")
    failed = {row["op"] for row in rows["members"] if row["result"] == FAILED}
    done = [row["id"] for row in rows["ops"] if row["state"] not in OPEN_STATES and row["id"] not in failed]
    if done:
        raise LedgerError(f"'ops' of this export hold an effect that is final: {done[0]}")


def _refuse_unless_empty(ledger: Ledger, tx: sa.Connection) -> None:
    held = {}
    for name, table in {**SECTIONS, "effects": op}.items():
        if name not in ("ops", "members", "attempts"):
            count = sa.select(sa.func.count()).where(table.c.connection == ledger.connection)
            held[name] = tx.execute(count.select_from(table)).scalar() or 0
    if any(held.values()):
        what = ", ".join(f"{count} {name}" for name, count in held.items() if count)
        raise LedgerError(
            f"{ledger.connection} is not empty: it has {what}", "import into a connection that was never used"
        )


def _insert(ledger: Ledger, tx: sa.Connection, section: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    try:
        tx.execute(SECTIONS[section].insert(), rows)
    except IntegrityError as error:
        if section == "ops":
            raise LedgerError(
                "effects of this export are under way in this database already, under another connection",
                "import into another database; two connections must not send the same effect",
            ) from error
        raise LedgerError(f"'{section}' of this export hold two rows of the same key") from error
