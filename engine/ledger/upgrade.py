"""A database brought to the tables of this version, in one transaction, whoever else tries at once.

The migrations ship with the engine and need no alembic.ini. A database of a newer version is left
alone: an older program must not write what it does not know.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from engine.ledger.store import LedgerError, Store

if TYPE_CHECKING:
    from alembic.config import Config

LATEST = "0003"  # a test compares it with the migrations
VERSION_TABLE = "ledger_version"
EMPTY, CURRENT, OLD, NEWER = "empty", "current", "old", "newer"
_LOCK = 0x6C656467  # "ledg": the advisory lock under which PostgreSQL is upgraded


def state(store: Store) -> str:
    """Where a database stands: empty, current, old (upgrade it) or newer (leave it alone)."""
    with store.look() as tx:
        return _state(tx)


def upgrade(store: Store, to: str = "head") -> None:
    """Brings a database up to date, keeping what it holds. Raises LedgerError if it is newer."""
    found = state(store)
    if found == NEWER:
        raise LedgerError(
            "this ledger was written by a newer Crosswalk; this one would not understand it",
            "install the newer version again, or name another ledger",
        )
    if found == CURRENT:
        return  # without loading Alembic
    from alembic import command

    with store.begin() as tx:
        if not store.is_sqlite:
            tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if _state(tx) != CURRENT:  # another process may have been quicker
            command.upgrade(migrations(tx), to)


def migrations(tx: sa.Connection) -> Config:
    """What Alembic's commands need, bound to a transaction."""
    from alembic.config import Config

    config = Config(attributes={"connection": tx, "version_table": VERSION_TABLE})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _state(tx: sa.Connection) -> str:
    if not sa.inspect(tx).has_table(VERSION_TABLE):
        return EMPTY
    table = sa.table(VERSION_TABLE, sa.column("version_num"))
    version = tx.execute(sa.select(table.c.version_num)).scalar() or ""
    if not version:
        return EMPTY
    if version == LATEST:
        return CURRENT
    return OLD if version < LATEST else NEWER
