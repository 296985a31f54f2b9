"""The tables behind passkeys."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, String, Table, Uuid

from experience_plane.adapters.sql.metadata import METADATA, UtcDateTime

passkeys = Table(
    "passkeys",
    METADATA,
    Column("passkey_id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("credential_id", LargeBinary(1023), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    # Unsigned, of 32 bits.
    Column("sign_count", BigInteger, nullable=False),
    Column("transports", String(200), nullable=False),
    Column("backup_eligible", Boolean, nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
)

passkey_challenges = Table(
    "passkey_challenges",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("bound_to", LargeBinary(32), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
