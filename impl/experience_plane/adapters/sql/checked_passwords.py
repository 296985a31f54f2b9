"""What a login that was checked against a password depends on, within the transaction that stores it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from experience_plane.adapters.sql.identity_tables import users
from experience_plane.security_guard.storage import PasswordReplacedMeanwhile


async def require_password(connection: AsyncConnection, user_id: UUID, password_hash: str) -> None:
    """Let nobody change the password before this transaction ends, and refuse if somebody has.

    To be called before the transaction locks anything else of the user.

    Raises:
        PasswordReplacedMeanwhile: the user has another password hash, or is gone.
    """
    query = select(users.c.password_hash).where(users.c.user_id == user_id).with_for_update(read=True)
    if await connection.scalar(query) != password_hash:
        raise PasswordReplacedMeanwhile
