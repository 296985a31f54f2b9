"""What every change of a factor does, whatever the factor, within the transaction that changes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from experience_plane.adapters.sql.identity_tables import sessions, users
from experience_plane.adapters.sql.second_factor_tables import login_challenges, recovery_codes


async def lock_user(connection: AsyncConnection, user_id: UUID) -> bool:
    """Let no session of this user begin, nor anybody change him, before this transaction ends; False: no such user.

    The lock is the strong one: a session that begins refers to the user's row, and therefore waits. So each session has
    either begun before, and is ended with the others, or begins after, and its login sees the factor.
    """
    locked = await connection.scalar(select(users.c.user_id).where(users.c.user_id == user_id).with_for_update())
    return locked is not None


async def end_others(
    connection: AsyncConnection, user_id: UUID, *, keep_session: UUID, now: datetime
) -> Sequence[UUID]:
    """End the user's other sessions and the logins that wait for a second factor; answer those sessions."""
    await delete_challenges(connection, user_id)
    ended = await connection.scalars(
        update(sessions)
        .where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None), sessions.c.session_id != keep_session)
        .values(ended_at=now, end_reason="factor_changed")
        .returning(sessions.c.session_id)
    )
    return ended.all()


async def delete_challenges(connection: AsyncConnection, user_id: UUID) -> None:
    """Let nobody finish a login that has begun."""
    await connection.execute(delete(login_challenges).where(login_challenges.c.user_id == user_id))


async def replace_recovery_codes(connection: AsyncConnection, user_id: UUID, digests: Sequence[bytes]) -> None:
    """Store these codes in place of all that the user has."""
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    if digests:
        await connection.execute(insert(recovery_codes), [{"digest": each, "user_id": user_id} for each in digests])
