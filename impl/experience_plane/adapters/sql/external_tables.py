"""The tables behind identities of other issuers."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, LargeBinary, String, Table, Text, Uuid

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

oidc_attempts = Table(
    "oidc_attempts",
    METADATA,
    Column("state_digest", LargeBinary(32), primary_key=True),
    Column("provider_id", String(64), nullable=False),
    Column("nonce_digest", LargeBinary(32), nullable=False),
    # Not a digest, because the provider wants to see it; worth nothing without the provider's code.
    Column("code_verifier", String(128), nullable=False),
    Column("code_challenge", String(128), nullable=False),
    Column("return_to", Text, nullable=False),
    Column("user_id", Uuid),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

oidc_outcomes = Table(
    "oidc_outcomes",
    METADATA,
    Column("code_digest", LargeBinary(32), primary_key=True),
    Column("provider_id", String(64), nullable=False),
    Column("issuer", String(500), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("email", String(320)),
    Column("email_verified", Boolean, nullable=False),
    Column("name", String(200)),
    Column("code_challenge", String(128), nullable=False),
    Column("user_id", Uuid),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

oidc_identities = Table(
    "oidc_identities",
    METADATA,
    Column("issuer", String(500), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("provider_id", String(64), nullable=False),
    Column("linked_at", UtcDateTime, nullable=False),
)
