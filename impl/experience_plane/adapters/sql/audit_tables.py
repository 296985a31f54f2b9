"""The audit log: rows are added and read; triggers of the migration refuse everything else."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, Uuid

from experience_plane.adapters.sql.metadata import METADATA, UtcDateTime

# No foreign keys: what happened outlives the accounts that it happened to.
audit_events = Table(
    "audit_events",
    METADATA,
    # SQLite counts up by itself in an INTEGER only.
    Column("event_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("user_id", Uuid),
    Column("actor_id", Uuid),
    Column("session_id", Uuid),
    Column("tenant_id", Uuid),
    Column("ip_address", String(45)),
    Column("user_agent", String(400)),
    Column("request_id", String(64)),
    Column("detail", JSON, nullable=False),
    Index("ix_audit_events_tenant_id_event_id", "tenant_id", "event_id"),
    Index("ix_audit_events_user_id_event_id", "user_id", "event_id"),
)
