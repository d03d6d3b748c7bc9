"""The mirror: what was read, as it came, and how far every list was read.

A page and its place in the list are kept in one transaction. What a full read no longer finds is
marked gone, never deleted: its links and what was made of it are still to be dealt with.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from engine.ledger.exact import exact, text_of
from engine.ledger.ledger import Ledger
from engine.ledger.tables import cursor, mirror

AT_ONCE = 500


def keep(
    ledger: Ledger, tx: sa.Connection, name: str, rows: Mapping[str, Any], scopes: Mapping[str, str]
) -> int:
    """Keeps rows of an object by id; gives how many are new or changed."""
    known = _states(ledger, tx, name, rows)
    made = []
    for key, row in rows.items():
        text = text_of(row)
        digest = hash_of(text)
        if known.get(key) == (digest, scopes.get(key, "")):
            continue
        made.append(
            {
                "connection": ledger.connection,
                "object": name,
                "id": key,
                "scope": scopes.get(key, ""),
                "hash": digest,
                "body": zlib.compress(text.encode(), 1),
                "gone": False,
                "read_at": ledger.now(),
            }
        )
    ledger.store.put(tx, mirror, made)
    return len(made)


def hash_of(text: str) -> str:
    """What tells a row's text from another."""
    return hashlib.sha256(text.encode()).hexdigest()


def hashes(ledger: Ledger, tx: sa.Connection, name: str, keys: Iterable[str]) -> dict[str, str]:
    """Hashes of what is kept, by id; gone rows apart."""
    return {key: found for key, (found, _) in _states(ledger, tx, name, keys).items()}


def _states(ledger: Ledger, tx: sa.Connection, name: str, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Hash and scope: a row that moved to another project is another row, whatever it says."""
    found: dict[str, tuple[str, str]] = {}
    wanted = list(keys)
    for start in range(0, len(wanted), AT_ONCE):
        query = sa.select(mirror.c.id, mirror.c.hash, mirror.c.scope).where(
            *_of(ledger, name), mirror.c.id.in_(wanted[start : start + AT_ONCE]), ~mirror.c.gone
        )
        found |= {row.id: (row.hash, row.scope) for row in tx.execute(query)}
    return found


def rows(
    ledger: Ledger, tx: sa.Connection, name: str, scope: str | None = None
) -> Iterator[tuple[str, str, Any]]:
    """(id, scope, row) of everything that is there, in the order of ids."""
    query = sa.select(mirror.c.id, mirror.c.scope, mirror.c.body).where(*_of(ledger, name), ~mirror.c.gone)
    if scope is not None:
        query = query.where(mirror.c.scope == scope)
    for row in tx.execute(query.order_by(mirror.c.scope, mirror.c.id)):
        yield row.id, row.scope, exact(zlib.decompress(row.body))


def ids(ledger: Ledger, tx: sa.Connection, name: str, scope: str | None = None) -> set[str]:
    """The ids of everything that is there."""
    query = sa.select(mirror.c.id).where(*_of(ledger, name), ~mirror.c.gone)
    return set(tx.execute(query if scope is None else query.where(mirror.c.scope == scope)).scalars())


def scopes(ledger: Ledger, tx: sa.Connection, name: str) -> set[str]:
    """The scopes in which anything of an object is known."""
    query = sa.select(mirror.c.scope).where(*_of(ledger, name), ~mirror.c.gone)
    return set(tx.execute(query.distinct()).scalars())


def scope_of(ledger: Ledger, tx: sa.Connection, name: str, key: str) -> str:
    """The scope of a row; "" if it is not known."""
    query = sa.select(mirror.c.scope).where(*_of(ledger, name), mirror.c.id == key)
    return tx.execute(query).scalar() or ""


def some(ledger: Ledger, tx: sa.Connection, name: str, keys: Iterable[str]) -> dict[str, Any]:
    """Rows by id."""
    found: dict[str, Any] = {}
    wanted = list(keys)
    for start in range(0, len(wanted), AT_ONCE):
        query = sa.select(mirror.c.id, mirror.c.body).where(
            *_of(ledger, name), mirror.c.id.in_(wanted[start : start + AT_ONCE]), ~mirror.c.gone
        )
        found |= {row.id: exact(zlib.decompress(row.body)) for row in tx.execute(query)}
    return found


def not_there_any_more(ledger: Ledger, tx: sa.Connection, name: str, scope: str, seen: set[str]) -> list[str]:
    """Marks as gone what a full read of a scope did not bring; gives their ids."""
    query = sa.select(mirror.c.id).where(*_of(ledger, name), mirror.c.scope == scope, ~mirror.c.gone)
    lost = [row.id for row in tx.execute(query) if row.id not in seen]
    drop(ledger, tx, name, lost)
    return lost


def drop(ledger: Ledger, tx: sa.Connection, name: str, keys: Iterable[str]) -> None:
    """Marks rows as gone."""
    wanted = list(keys)
    for start in range(0, len(wanted), AT_ONCE):
        these = mirror.c.id.in_(wanted[start : start + AT_ONCE])
        tx.execute(mirror.update().where(*_of(ledger, name), these).values(gone=True, hash=""))


def digest(ledger: Ledger, tx: sa.Connection, names: Iterable[str]) -> dict[str, str]:
    """A hash of each object's state, for plans to stand on."""
    found = {}
    for name in names:
        sums = hashlib.sha256()
        query = sa.select(mirror.c.id, mirror.c.hash).where(*_of(ledger, name), ~mirror.c.gone)
        for row in tx.execute(query.order_by(mirror.c.id)):
            sums.update(f"{row.id}\x1f{row.hash}\x1e".encode())
        found[name] = sums.hexdigest()
    return found


def _of(ledger: Ledger, name: str) -> tuple[Any, ...]:
    return (mirror.c.connection == ledger.connection, mirror.c.object == name)


# ---------------------------------------------------------------- cursors


def position(ledger: Ledger, tx: sa.Connection, stream: str) -> str:
    """How far a stream was read, "" if never."""
    query = sa.select(cursor.c.position).where(
        cursor.c.connection == ledger.connection, cursor.c.stream == stream
    )
    return tx.execute(query).scalar() or ""


def move(ledger: Ledger, tx: sa.Connection, stream: str, to: str) -> None:
    """Moves a cursor, in the transaction that keeps what was read."""
    row = {"connection": ledger.connection, "stream": stream, "position": to, "read_at": ledger.now()}
    ledger.store.put(tx, cursor, [row])


def forget(ledger: Ledger, tx: sa.Connection, streams: Iterable[str] | None = None) -> None:
    """Back to the beginning: the next read is a full one."""
    query = cursor.delete().where(cursor.c.connection == ledger.connection)
    if streams is not None:
        query = query.where(cursor.c.stream.in_(list(streams)))
    tx.execute(query)
