"""The database of the ledger: opened by URL, with the habits that keep it safe.

SQLite: WAL, synchronous=FULL (a commit survives a power cut), BEGIN IMMEDIATE (a writer knows at once
that it may write). PostgreSQL: as it comes. One transaction is one `with store.begin()`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

BUSY = 30_000  # milliseconds to wait for another writer
READ: dict[str, Any] = {"reading": True}
READ_POSTGRES: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class LedgerError(Exception):
    """The ledger cannot be used: what happened, and what to do."""

    def __init__(self, text: str, fix: str = ""):
        super().__init__(text)
        self.text = text
        self.fix = fix


class Store:
    """A database with the ledger's tables. `url` is a path, sqlite:///… or postgresql://…

    What is `lasting` survives a power cut; the rest survives the end of any process.
    """

    def __init__(self, url: str, lasting: bool = True):
        self.url = _url(url)
        self.lasting = lasting
        self._quick: Store | None = None
        self.engine = sa.create_engine(self.url, pool_pre_ping=self.url.startswith("postgresql"))
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _on_connect)
            sa.event.listen(self.engine, "begin", _on_begin)
        if not lasting:
            sa.event.listen(self.engine, "connect", _not_lasting)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded default."""
        return self.url.startswith("sqlite")

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """One transaction: all of it, or nothing. Raises LedgerError when the disk is full or locked."""
        try:
            with self.engine.begin() as tx:
                yield tx
        except DBAPIError as error:
            raise _in_words(error) from error

    @contextmanager
    def look(self) -> Iterator[sa.Connection]:
        """Reading only, everything as of one moment; no writer waits for it."""
        try:
            with self.engine.connect() as tx:
                yield tx.execution_options(**(READ if self.is_sqlite else READ_POSTGRES))
        except DBAPIError as error:
            raise _in_words(error) from error

    @contextmanager
    def part(self, tx: sa.Connection) -> Iterator[None]:
        """A part of a transaction that may be refused; whoever catches that can go on with the rest."""
        part = tx.begin_nested()
        try:
            yield
        except BaseException:
            with suppress(DBAPIError):  # on a full disk SQLite has ended the whole transaction itself
                part.rollback()
            raise
        part.commit()

    def insert(self, table: sa.Table) -> Any:
        """An insert that can say `on conflict`, in the database's own words."""
        if self.is_sqlite:
            from sqlalchemy.dialects.sqlite import insert
        else:
            from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
        return insert(table)

    def put(self, tx: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Inserts rows, or replaces those of the same key."""
        if not rows:
            return
        insert = self.insert(table)
        keys = [column.name for column in table.primary_key.columns]
        changes = {name: insert.excluded[name] for name in rows[0] if name not in keys}
        tx.execute(insert.on_conflict_do_update(index_elements=keys, set_=changes), rows)

    def quick(self) -> Store:
        """The same database for what may be forgotten in a power cut: nothing waits for the disk."""
        if self._quick is None:
            memory = self.engine.url.database in (None, "", ":memory:") and self.is_sqlite
            self._quick = self if memory or not self.lasting else Store(self.url, lasting=False)
        return self._quick

    def close(self) -> None:
        """Lets go of every connection."""
        self.engine.dispose()
        if self._quick not in (None, self):
            self._quick.close()


def _url(text: str) -> str:
    if "://" not in text:
        path = Path(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{path}"
    if text.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + text.split("://", 1)[1]
    try:
        kind = make_url(text).get_backend_name()
    except sa.exc.ArgumentError as error:
        raise LedgerError(f"'{text.partition(':')[0]}:…' is no database URL") from error
    if kind not in ("sqlite", "postgresql"):
        raise LedgerError(f"no ledger can be in {kind}", "name a SQLite file, or postgresql://…")
    return text


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY}", "synchronous=full", "foreign_keys=on"):
        cursor.execute(f"pragma {pragma}")
    _use_wal(cursor)
    cursor.close()


def _use_wal(cursor: Any) -> None:
    """Once for a file; SQLite does not wait here when several processes are the first."""
    for pause in (0.01, 0.05, 0.2, 1.0, 5.0, 0.0):
        if cursor.execute("pragma journal_mode").fetchone()[0] in ("wal", "memory"):
            return
        try:
            cursor.execute("pragma journal_mode=wal").fetchone()
        except sqlite3.OperationalError as error:
            if not pause or "locked" not in str(error):
                raise
            time.sleep(pause)


def _not_lasting(connection: Any, _record: Any) -> None:
    sqlite = isinstance(connection, sqlite3.Connection)
    cursor = connection.cursor()
    cursor.execute("pragma synchronous=normal" if sqlite else "set synchronous_commit to off")
    cursor.close()
    connection.commit()


def _on_begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _in_words(error: DBAPIError) -> LedgerError:
    """By the database's own code where it has one: its text may hold anybody's words."""
    text = str(error.orig)
    code = getattr(error.orig, "sqlite_errorname", "") or getattr(error.orig, "sqlstate", "") or ""
    if code in ("SQLITE_FULL", "53100") or "No space" in text:
        return LedgerError(
            "the disk of the ledger is full; nothing was sent that is not written down",
            "make room, then run again",
        )
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or code in ("40001", "40P01", "55P03"):
        return LedgerError(
            "another process is writing the ledger and does not end", "wait for it, then run again"
        )
    if "no such table" in text or "no such column" in text or code in ("42P01", "42703"):
        return LedgerError("this database has no ledger of this version", "run: crosswalk ledger upgrade")
    if code in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        return LedgerError(
            "the file of the ledger is damaged, or no SQLite database", "put back the last good copy of it"
        )
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return LedgerError(
            "the file of the ledger cannot be written", "check who owns it and its folder, then run again"
        )
    if code.startswith("08") or error.connection_invalidated or (not code and "connect" in text):
        return LedgerError(
            f"the ledger's database cannot be reached: {(text.splitlines() or ['no reason given'])[0]}",
            "start it, or correct the ledger's URL",
        )
    return LedgerError(f"the ledger's database says: {(text.splitlines() or [code])[0]}")
