"""The tables behind identities of other issuers."""

from __future__ import annotations

from sqlalchemy import JSON, Column, String, Table, Uuid

from experience_plane.adapters.sql.metadata import METADATA, UtcDateTime

external_sessions = Table(
    "external_sessions",
    METADATA,
    Column("session_id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("tenant_id", Uuid, nullable=False),
    Column("email", String(320), nullable=False),
    Column("name", String(200), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime),
)
