"""The memory that no run may lose: leases, cursors, links, effects and their trail, what was written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    _lease_cursor_link()
    _op_and_members()
    _trail()


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _whole(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=default)


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=f"pk_{table}")


def _lease_cursor_link() -> None:
    op.create_table(
        "lease",
        _text("connection"),
        _text("owner"),
        _whole("no"),
        _text("expires"),
        _key("lease", "connection"),
    )
    op.create_table(
        "cursor",
        _text("connection"),
        _text("stream"),
        _text("position"),
        _text("read_at"),
        _key("cursor", "connection", "stream"),
    )
    op.create_table(
        "link",
        _text("connection"),
        _text("mapping"),
        _text("parent"),
        _text("source_id"),
        _text("target_id"),
        sa.Column("owns", sa.Boolean(), nullable=False),
        _text("memory", "{}"),
        _text("how"),
        _text("since"),
        _key("link", "connection", "mapping", "parent", "source_id"),
    )
    op.create_index(
        "uq_link_target",
        "link",
        ["connection", "mapping", "target_id"],
        unique=True,
        sqlite_where=sa.text("owns"),
        postgresql_where=sa.text("owns"),
    )


def _op_and_members() -> None:
    op.create_table(
        "op",
        _text("id"),
        _text("connection"),
        _whole("seq"),
        _text("call"),
        _text("places", "{}"),
        _text("state"),
        _whole("generation", "0"),
        _text("method", ""),
        _text("url", ""),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        _text("first_sent", ""),
        _text("last_sent", ""),
        _text("not_before", ""),
        _text("made_at"),
        _text("run", ""),
        _key("op", "id"),
    )
    op.create_index("ix_op_state", "op", ["connection", "state", "seq"])
    op.create_table(
        "op_member",
        _text("op"),
        _whole("position"),
        _text("connection"),
        _text("mapping"),
        _text("source_id"),
        _text("step"),
        _text("target_id", ""),
        _text("draft"),
        _text("extra", "{}"),
        _text("result"),
        _text("reason", ""),
        _key("op_member", "op", "position"),
    )
    op.create_index(
        "uq_op_member_open",
        "op_member",
        ["connection", "mapping", "source_id", "step"],
        unique=True,
        sqlite_where=sa.text("result = 'open'"),
        postgresql_where=sa.text("result = 'open'"),
    )
    op.create_index("ix_op_member_source", "op_member", ["connection", "mapping", "source_id"])


def _trail() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _text("op"),
        _whole("generation"),
        _text("at"),
        _text("meaning"),
        _whole("status", "0"),
        _text("reason", ""),
        _key("attempt", "id"),
    )
    op.create_index("ix_attempt_op", "attempt", ["op"])
    op.create_table(
        "wrote",
        _text("connection"),
        _text("mapping"),
        _text("source_id"),
        _text("fields"),
        _whole("version"),
        _text("at"),
        _key("wrote", "connection", "mapping", "source_id"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _text("connection"),
        _text("at"),
        _text("who"),
        _text("what"),
        _text("mapping", ""),
        _text("source_id", ""),
        _text("why", ""),
        _key("event", "id"),
    )
    op.create_index("ix_event_source", "event", ["connection", "mapping", "source_id"])
    op.create_table(
        "run",
        _text("id"),
        _text("connection"),
        _text("verb"),
        _text("began"),
        _text("ended", ""),
        _text("outcome", ""),
        _text("summary", "{}"),
        _key("run", "id"),
    )
