"""The database of the ledger: opened by URL, with the habits that keep it safe.

SQLite: WAL, synchronous=FULL (a commit survives a power cut), BEGIN IMMEDIATE (a writer knows at once
that it may write). PostgreSQL: as it comes. One transaction is one `with store.begin()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

BUSY = 30_000  # milliseconds to wait for another writer


class LedgerError(Exception):
    """The ledger cannot be used: what happened, and what to do."""

    def __init__(self, text: str, fix: str = ""):
        super().__init__(text)
        self.text = text
        self.fix = fix


class Store:
    """A database with the ledger's tables. `url` is a path, sqlite:///… or postgresql://…"""

    def __init__(self, url: str):
        self.url = _url(url)
        self.engine = sa.create_engine(self.url, pool_pre_ping=self.url.startswith("postgresql"))
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _on_connect)
            sa.event.listen(self.engine, "begin", _on_begin)

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
        """Reading only; no writer waits for it."""
        try:
            with self.engine.connect() as tx:
                if self.is_sqlite:
                    tx = tx.execution_options(reading=True)
                yield tx
        except DBAPIError as error:
            raise _in_words(error) from error

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

    def close(self) -> None:
        """Lets go of every connection."""
        self.engine.dispose()


def _url(text: str) -> str:
    if "://" not in text:
        path = Path(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{path}"
    if text.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + text.split("://", 1)[1]
    try:
        make_url(text)
    except sa.exc.ArgumentError as error:
        raise LedgerError(f"'{text.partition(':')[0]}:…' is no database URL") from error
    return text


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=wal",
        "synchronous=full",
        f"busy_timeout={BUSY}",
        "foreign_keys=on",
    ):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _in_words(error: DBAPIError) -> LedgerError:
    text = str(error.orig)
    if "full" in text or "No space" in text:
        return LedgerError(
            "the disk of the ledger is full; nothing was sent that is not written down",
            "make room, then run again",
        )
    if "locked" in text:
        return LedgerError(
            "another process is writing the ledger and does not end", "wait for it, then run again"
        )
    if "no such table" in text or "does not exist" in text:
        return LedgerError("this database has no ledger of this version", "run: crosswalk ledger upgrade")
    return LedgerError(f"the ledger's database says: {text.splitlines()[0]}")
