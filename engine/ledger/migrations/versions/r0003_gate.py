"""What an event carries beside who, what and why; and what a webhook said, to be looked into."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the member, makes the table."""
    op.add_column("event", sa.Column("data", sa.Text(), nullable=False, server_default="{}"))
    op.create_table(
        "hint",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("served", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("connection", "id", name="pk_hint"),
    )
