"""What was read, calls counted, tokens kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "mirror",
        _text("connection"),
        _text("object"),
        _text("id"),
        _text("scope", ""),
        _text("hash"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False, server_default=sa.false()),
        _text("read_at"),
        sa.PrimaryKeyConstraint("connection", "object", "id", name="pk_mirror"),
    )
    op.create_index("ix_mirror_object_scope", "mirror", ["connection", "object", "scope"])
    op.create_table(
        "rate",
        _text("connection"),
        _text("budget"),
        _text("window_ends"),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "budget", name="pk_rate"),
    )
    op.create_table(
        "token",
        _text("connection"),
        _text("system"),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        _text("expires", ""),
        _text("claimed_by", ""),
        _text("claimed_until", ""),
        sa.PrimaryKeyConstraint("connection", "system", name="pk_token"),
    )


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)
