"""Logins that wait for their second factor, in SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.checked_passwords import require_password
from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.second_factor_tables import login_challenges
from experience_plane.security_guard.factor_storage import Challenge, Tried


class SqlChallengeStore:
    """`ChallengeStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, challenge: Challenge, now: datetime) -> None:
        """See `ChallengeStore.add`."""
        async with write_transaction(self._engine) as connection:
            if challenge.password_hash is not None:
                await require_password(connection, challenge.user_id, challenge.password_hash)
            await _forget_expired(connection, now)
            await connection.execute(
                insert(login_challenges).values(
                    digest=challenge.digest, user_id=challenge.user_id, tries=0, expires_at=challenge.expires_at
                )
            )

    async def find_user(self, digest: bytes, now: datetime) -> UUID | None:
        """See `ChallengeStore.find_user`."""
        query = select(login_challenges.c.user_id).where(
            login_challenges.c.digest == digest, login_challenges.c.expires_at > now
        )
        async with read_connection(self._engine) as connection:
            user_id: UUID | None = await connection.scalar(query)
        return user_id

    async def try_once(self, digest: bytes, *, limit: int, now: datetime) -> Tried | None:
        """See `ChallengeStore.try_once`."""
        # Comparing and counting are one statement: that is what makes no more than `limit` of parallel tries.
        counting = (
            update(login_challenges)
            .where(
                login_challenges.c.digest == digest,
                login_challenges.c.expires_at > now,
                login_challenges.c.tries < limit,
            )
            .values(tries=login_challenges.c.tries + 1)
            .returning(login_challenges.c.user_id, login_challenges.c.tries)
        )
        async with write_transaction(self._engine) as connection:
            row = (await connection.execute(counting)).one_or_none()
        return None if row is None else Tried(row.user_id, limit - row.tries)

    async def take(self, digest: bytes, now: datetime) -> bool:
        """See `ChallengeStore.take`."""
        async with write_transaction(self._engine) as connection:
            taken = await connection.execute(
                delete(login_challenges).where(login_challenges.c.digest == digest, login_challenges.c.expires_at > now)
            )
        return taken.rowcount == 1


async def _forget_expired(connection: AsyncConnection, now: datetime) -> None:
    # Of all users: so it waits for none of them, one of whom might wait for this login's user.
    expired = select(login_challenges.c.digest).where(login_challenges.c.expires_at <= now)
    free = expired.with_for_update(skip_locked=True)
    await connection.execute(delete(login_challenges).where(login_challenges.c.digest.in_(free)))
