"""The tables behind identity. Secrets are kept as digests, except the signing keys."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text, Uuid, false

from experience_plane.adapters.sql.metadata import METADATA, UtcDateTime

tenants = Table(
    "tenants",
    METADATA,
    Column("tenant_id", Uuid, primary_key=True),
    Column("name", String(300), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

users = Table(
    "users",
    METADATA,
    Column("user_id", Uuid, primary_key=True),
    Column("email", String(320), nullable=False),
    # Longer than the address: case folding may make three letters of one.
    Column("email_key", String(500), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("default_tenant_id", Uuid, ForeignKey("tenants.tenant_id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("email_verified_at", UtcDateTime),
    Column("anonymous", Boolean, nullable=False, server_default=false(), index=True),
)

# One code for each purpose: a newer one takes the place of the older.
account_codes = Table(
    "account_codes",
    METADATA,
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("purpose", String(20), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("email", String(320), nullable=False),
    Column("email_key", String(500), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

memberships = Table(
    "memberships",
    METADATA,
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("tenant_id", Uuid, ForeignKey("tenants.tenant_id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("roles", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("session_id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("end_reason", String(40)),
    Column("expires_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    Column("user_agent", String(400)),
    Column("ip_address", String(45)),
)

# The session of a personal access token has no refresh token.
personal_access_tokens = Table(
    "personal_access_tokens",
    METADATA,
    Column("session_id", Uuid, ForeignKey("sessions.session_id", ondelete="CASCADE"), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("hint", String(16), nullable=False),
    Column("scopes", JSON, nullable=False),
)

refresh_tokens = Table(
    "refresh_tokens",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("session_id", Uuid, ForeignKey("sessions.session_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("rotated_at", UtcDateTime),
    Column("successor_seed", LargeBinary(32)),
)

signing_keys = Table(
    "signing_keys",
    METADATA,
    Column("kid", String(64), primary_key=True),
    Column("generation", Integer, nullable=False, unique=True),
    Column("algorithm", String(20), nullable=False),
    Column("private_key_pem", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("signs_from", UtcDateTime),
    Column("not_after", UtcDateTime),
)

# No foreign key to sessions: with an external identity provider the sessions are elsewhere.
tickets = Table(
    "tickets",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("tenant_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("permissions", JSON, nullable=False),
    Column("scopes", JSON(none_as_null=True)),
    Column("principal_expires_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
