"""The tables behind conversations."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, Text, UniqueConstraint, Uuid

from experience_plane.adapters.sql.metadata import METADATA, UtcDateTime

conversations = Table(
    "conversations",
    METADATA,
    Column("conversation_id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("tenant_id", Uuid, nullable=False),
    Column("title", String(100)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("active_agent_id", String(64)),
    Column("active_run_id", Uuid),
    Index(None, "user_id", "updated_at", "conversation_id"),
)

runs = Table(
    "runs",
    METADATA,
    Column("run_id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, ForeignKey("conversations.conversation_id", ondelete="CASCADE"), nullable=False),
    Column("message_id", Uuid, nullable=False),
    # Of the message's text and context: the same message_id with another fingerprint is another message.
    Column("fingerprint", LargeBinary(32), nullable=False),
    # The number of the last event, by which the log refuses a second writer.
    Column("seq", BigInteger, nullable=False),
    Column("accepted_cursor", BigInteger, nullable=False),
    Column("ended_cursor", BigInteger),
    UniqueConstraint("conversation_id", "message_id"),
)

events = Table(
    "events",
    METADATA,
    Column("conversation_id", Uuid, ForeignKey("conversations.conversation_id", ondelete="CASCADE"), primary_key=True),
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("type", String(64), nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("run_id", "seq"),
)
# What a run's state is read from, however many tokens stand between.
Index(
    "ix_events_run_states",
    events.c.run_id,
    events.c.seq,
    sqlite_where=events.c.type != "agent.token",
    postgresql_where=events.c.type != "agent.token",
)

messages = Table(
    "messages",
    METADATA,
    Column("conversation_id", Uuid, ForeignKey("conversations.conversation_id", ondelete="CASCADE"), primary_key=True),
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", Uuid, nullable=False),
    Column("run_id", Uuid, nullable=False),
    Column("role", String(5), nullable=False),
    Column("agent_id", String(64)),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
