"""The tables, one schema for SQLite and PostgreSQL. `migrations/` makes them; a test holds both equal.

Every row belongs to a connection (one customer). Instants are ISO text in UTC: they sort, both databases
keep them exactly, and an export can be read.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

PLANNED, SENDING, CONFIRMED, REJECTED, QUARANTINED = (
    "planned",
    "sending",
    "confirmed",
    "rejected",
    "quarantined",
)
OPEN, DONE, FAILED, UNSURE, WITHDRAWN = "open", "done", "failed", "unsure", "withdrawn"


def _text(name: str, **more: object) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **more)  # type: ignore[arg-type]


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True, nullable=False)


lease = sa.Table(
    "lease",
    metadata,
    _key("connection"),
    _text("owner"),
    sa.Column("no", sa.Integer, nullable=False),  # the fencing number: grows with every owner
    _text("expires"),
)

cursor = sa.Table(
    "cursor",
    metadata,
    _key("connection"),
    _key("stream"),
    _text("position"),
    _text("read_at"),
)

# What was read, as it came over the wire: maps run from here, so a quiet sync reads only what changed.
mirror = sa.Table(
    "mirror",
    metadata,
    _key("connection"),
    _key("object"),
    _key("id"),
    _text("scope", server_default=""),
    _text("hash"),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false()),
    _text("read_at"),
)
sa.Index("ix_mirror_object_scope", mirror.c.connection, mirror.c.object, mirror.c.scope)

link = sa.Table(
    "link",
    metadata,
    _key("connection"),
    _key("mapping"),  # a mapping, or a list of it: commitments.LineItems
    _key("parent"),  # "" for a document; the source id of the document for a row
    _key("source_id"),
    _text("target_id"),
    sa.Column("owns", sa.Boolean, nullable=False),  # false: the document belongs to another mapping
    _text("memory", server_default="{}"),
    _text("how"),  # made | adopted | matched | person | import
    _text("since"),
)
sa.Index(
    "uq_link_target",
    link.c.connection,
    link.c.mapping,
    link.c.target_id,
    unique=True,
    sqlite_where=link.c.owns,
    postgresql_where=link.c.owns,
)

op = sa.Table(
    "op",
    metadata,
    _key("id"),
    _text("connection"),
    sa.Column("seq", sa.Integer, nullable=False),
    _text("call"),
    _text("places", server_default="{}"),
    _text("state"),
    sa.Column("generation", sa.Integer, nullable=False, server_default="0"),
    _text("method", server_default=""),
    _text("url", server_default=""),
    sa.Column("body", sa.LargeBinary),
    _text("first_sent", server_default=""),
    _text("last_sent", server_default=""),
    _text("not_before", server_default=""),
    _text("made_at"),
    _text("run", server_default=""),
)
sa.Index("ix_op_state", op.c.connection, op.c.state, op.c.seq)

op_member = sa.Table(
    "op_member",
    metadata,
    _key("op"),
    sa.Column("position", sa.Integer, primary_key=True, nullable=False),
    _text("connection"),
    _text("mapping"),
    _text("source_id"),
    _text("step"),  # create update append lines delete line mark close
    _text("target_id", server_default=""),
    _text("draft"),
    _text("extra", server_default="{}"),  # record, keys, remember: what a receipt needs
    _text("result"),
    _text("reason", server_default=""),
)
# At most one open effect per source record and step: where two workers or two runs would meet.
sa.Index(
    "uq_op_member_open",
    op_member.c.connection,
    op_member.c.mapping,
    op_member.c.source_id,
    op_member.c.step,
    unique=True,
    sqlite_where=op_member.c.result == OPEN,
    postgresql_where=op_member.c.result == OPEN,
)
sa.Index("ix_op_member_source", op_member.c.connection, op_member.c.mapping, op_member.c.source_id)

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    _text("op"),
    sa.Column("generation", sa.Integer, nullable=False),
    _text("at"),
    _text("meaning"),
    sa.Column("status", sa.Integer, nullable=False, server_default="0"),
    _text("reason", server_default=""),
)
sa.Index("ix_attempt_op", attempt.c.op)

wrote = sa.Table(
    "wrote",
    metadata,
    _key("connection"),
    _key("mapping"),
    _key("source_id"),
    _text("fields"),
    sa.Column("version", sa.Integer, nullable=False),
    _text("at"),
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    _text("connection"),
    _text("at"),
    _text("who"),
    _text("what"),
    _text("mapping", server_default=""),
    _text("source_id", server_default=""),
    _text("why", server_default=""),
    _text("data", server_default="{}"),  # what was typed, granted, refused
)
sa.Index("ix_event_source", event.c.connection, event.c.mapping, event.c.source_id)

# What a webhook said: a reason to look, never the truth itself. The sender's id keeps it from counting twice.
hint = sa.Table(
    "hint",
    metadata,
    _key("connection"),
    _key("id"),
    _text("system"),
    _text("at"),
    _text("said"),
    _text("served", server_default=""),  # when a run looked; "" while none did
)

run = sa.Table(
    "run",
    metadata,
    _key("id"),
    _text("connection"),
    _text("verb"),
    _text("began"),
    _text("ended", server_default=""),
    _text("outcome", server_default=""),
    _text("summary", server_default="{}"),
)

rate = sa.Table(
    "rate",
    metadata,
    _key("connection"),
    _key("budget"),
    _text("window_ends"),
    sa.Column("used", sa.Integer, nullable=False),
)

token = sa.Table(
    "token",
    metadata,
    _key("connection"),
    _key("system"),
    sa.Column("secret", sa.LargeBinary),  # encrypted; never the token itself
    _text("expires", server_default=""),
    _text("claimed_by", server_default=""),
    _text("claimed_until", server_default=""),
)
