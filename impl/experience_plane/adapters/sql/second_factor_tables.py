"""The tables behind second factors: secrets of apps are sealed, everything else secret is a digest."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Uuid

from experience_plane.adapters.sql.metadata import METADATA, UtcDateTime

login_challenges = Table(
    "login_challenges",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

authenticator_apps = Table(
    "authenticator_apps",
    METADATA,
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    # Codes of this time step, and of those before it, are not accepted any more.
    Column("last_step", BigInteger),
)

recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
)
