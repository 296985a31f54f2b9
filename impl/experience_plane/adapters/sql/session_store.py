"""Sessions and refresh tokens in SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.account_store import account_from, select_accounts
from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.identity_tables import refresh_tokens, sessions, users
from experience_plane.security_guard.storage import (
    Account,
    NewRefreshToken,
    NewSession,
    Reused,
    Rotated,
    SessionEnd,
)


class SqlSessionStore:
    """`SessionStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def start(self, session: NewSession, refresh_token: NewRefreshToken) -> None:
        """See `SessionStore.start`."""
        async with write_transaction(self._engine) as connection:
            await connection.execute(
                insert(sessions).values(
                    session_id=session.session_id, user_id=session.user_id, started_at=session.started_at
                )
            )
            await _insert_refresh_token(connection, session.session_id, refresh_token)

    async def rotate(self, digest: bytes, successor: NewRefreshToken, now: datetime) -> Rotated | Reused | None:
        """See `SessionStore.rotate`."""
        async with write_transaction(self._engine) as connection:
            session_id = await _mark_rotated(connection, digest, now)
            if session_id is None:
                return await _end_if_reused(connection, digest, now)
            account = await _find_live_account(connection, session_id)
            if account is None:
                return None
            await _insert_refresh_token(connection, session_id, successor)
            return Rotated(session_id, account)

    async def end(self, session_id: UUID, reason: SessionEnd, now: datetime) -> None:
        """See `SessionStore.end`."""
        async with write_transaction(self._engine) as connection:
            await _end(connection, session_id, reason, now)

    async def find_live_account(self, session_id: UUID) -> Account | None:
        """See `SessionStore.find_live_account`."""
        async with read_connection(self._engine) as connection:
            return await _find_live_account(connection, session_id)


async def _insert_refresh_token(connection: AsyncConnection, session_id: UUID, token: NewRefreshToken) -> None:
    await connection.execute(
        insert(refresh_tokens).values(
            digest=token.digest, session_id=session_id, issued_at=token.issued_at, expires_at=token.expires_at
        )
    )


async def _mark_rotated(connection: AsyncConnection, digest: bytes, now: datetime) -> UUID | None:
    # The condition and the change are one statement: that is what makes one winner of parallel callers.
    session_id: UUID | None = await connection.scalar(
        update(refresh_tokens)
        .where(
            refresh_tokens.c.digest == digest,
            refresh_tokens.c.rotated_at.is_(None),
            refresh_tokens.c.expires_at > now,
        )
        .values(rotated_at=now)
        .returning(refresh_tokens.c.session_id)
    )
    return session_id


async def _end_if_reused(connection: AsyncConnection, digest: bytes, now: datetime) -> Reused | None:
    session_id = await connection.scalar(
        select(refresh_tokens.c.session_id).where(
            refresh_tokens.c.digest == digest, refresh_tokens.c.rotated_at.is_not(None)
        )
    )
    if session_id is None:
        return None
    await _end(connection, session_id, "refresh_token_reuse", now)
    return Reused(session_id)


async def _end(connection: AsyncConnection, session_id: UUID, reason: SessionEnd, now: datetime) -> None:
    await connection.execute(
        update(sessions)
        .where(sessions.c.session_id == session_id, sessions.c.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )


async def _find_live_account(connection: AsyncConnection, session_id: UUID) -> Account | None:
    query = (
        select_accounts()
        .join(sessions, sessions.c.user_id == users.c.user_id)
        .where(sessions.c.session_id == session_id, sessions.c.ended_at.is_(None))
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else account_from(row)
