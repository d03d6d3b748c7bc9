"""What Alembic asks for: how a migration runs here. `ledger/upgrade` brings the connection, not a file."""

from __future__ import annotations

from typing import Any

from alembic import context

from engine.ledger.tables import metadata


def _other_default(here: Any, _there: Any, _column: Any, found: Any, _wanted: Any, told: Any) -> bool | None:
    """Whether a column's default differs; SQLite puts quotes and brackets around it."""
    if here.dialect.name != "sqlite":
        return None  # Alembic's own way
    return (found or "").strip("()'") != (told or "").strip("()'")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=context.config.attributes["version_table"],
    render_as_batch=True,  # SQLite changes a table by making it anew
    transactional_ddl=True,  # both databases can; the transaction is the caller's
    compare_server_default=_other_default,
)
with context.begin_transaction():
    context.run_migrations()
