"""Sessions and refresh tokens in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql import refresh_rotation
from experience_plane.adapters.sql.account_store import account_from, select_accounts
from experience_plane.adapters.sql.batches import Batches
from experience_plane.adapters.sql.checked_passwords import require_password
from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.identity_tables import refresh_tokens, sessions, users
from experience_plane.adapters.sql.refresh_rotation import Outcome
from experience_plane.adapters.sql.session_conditions import is_personal_token, lives
from experience_plane.security_guard.device import Device
from experience_plane.security_guard.storage import (
    Account,
    NewRefreshToken,
    NewSession,
    Reused,
    Rotated,
    Rotation,
    SessionEnd,
    StoredSession,
)


class SqlSessionStore:
    """`SessionStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._rotations = Batches[Rotation, Outcome](partial(refresh_rotation.rotate, engine))

    async def start(self, session: NewSession, refresh_token: NewRefreshToken) -> None:
        """See `SessionStore.start`."""
        async with write_transaction(self._engine) as connection:
            if session.password_hash is not None:
                await require_password(connection, session.user_id, session.password_hash)
            await connection.execute(
                insert(sessions).values(
                    session_id=session.session_id,
                    user_id=session.user_id,
                    started_at=session.started_at,
                    expires_at=session.expires_at,
                    last_used_at=session.started_at,
                    user_agent=session.device.user_agent,
                    ip_address=session.device.ip_address,
                )
            )
            await _insert_refresh_token(connection, session.session_id, refresh_token)

    async def rotate(self, rotation: Rotation) -> Rotated | Reused | None:
        """See `SessionStore.rotate`."""
        return await self._rotations.submit(rotation)

    async def end(self, session_id: UUID, reason: SessionEnd, now: datetime) -> None:
        """See `SessionStore.end`."""
        async with write_transaction(self._engine) as connection:
            await _end(connection, session_id, reason, now)

    async def find_start(self, session_id: UUID) -> datetime | None:
        """See `SessionStore.find_start`."""
        query = select(sessions.c.started_at).where(sessions.c.session_id == session_id)
        async with read_connection(self._engine) as connection:
            started_at: datetime | None = await connection.scalar(query)
        return started_at

    async def find_live_account(self, session_id: UUID, now: datetime) -> Account | None:
        """See `SessionStore.find_live_account`."""
        query = (
            select_accounts()
            .join(sessions, sessions.c.user_id == users.c.user_id)
            .where(sessions.c.session_id == session_id, lives(now), users.c.disabled_at.is_(None))
        )
        async with read_connection(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else account_from(row)

    async def list_live(self, user_id: UUID, now: datetime, limit: int) -> Sequence[StoredSession]:
        """See `SessionStore.list_live`."""
        used_at = func.coalesce(sessions.c.last_used_at, sessions.c.started_at)
        usable = exists().where(
            refresh_tokens.c.session_id == sessions.c.session_id,
            refresh_tokens.c.rotated_at.is_(None),
            refresh_tokens.c.expires_at > now,
        )
        query = select(sessions).where(sessions.c.user_id == user_id, lives(now), usable)
        async with read_connection(self._engine) as connection:
            rows = await connection.execute(query.order_by(used_at.desc(), sessions.c.session_id).limit(limit))
            return [_stored(row) for row in rows]

    async def end_of_user(
        self, user_id: UUID, reason: SessionEnd, now: datetime, *, only: UUID | None = None, but: UUID | None = None
    ) -> Sequence[UUID]:
        """See `SessionStore.end_of_user`."""
        ending = update(sessions).where(sessions.c.user_id == user_id, lives(now), ~is_personal_token())
        if only is not None:
            ending = ending.where(sessions.c.session_id == only)
        if but is not None:
            ending = ending.where(sessions.c.session_id != but)
        async with write_transaction(self._engine) as connection:
            ended = await connection.scalars(
                ending.values(ended_at=now, end_reason=reason).returning(sessions.c.session_id)
            )
            return ended.all()

    async def live_among(self, session_ids: Collection[UUID], now: datetime) -> Collection[UUID]:
        """See `SessionStore.live_among`."""
        query = select(sessions.c.session_id).where(sessions.c.session_id.in_(session_ids), lives(now))
        async with read_connection(self._engine) as connection:
            return set(await connection.scalars(query))


async def _insert_refresh_token(connection: AsyncConnection, session_id: UUID, token: NewRefreshToken) -> None:
    await connection.execute(
        insert(refresh_tokens).values(
            digest=token.digest, session_id=session_id, issued_at=token.issued_at, expires_at=token.expires_at
        )
    )


async def _end(connection: AsyncConnection, session_id: UUID, reason: SessionEnd, now: datetime) -> None:
    await connection.execute(
        update(sessions)
        .where(sessions.c.session_id == session_id, sessions.c.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )


def _stored(row: Row[Any]) -> StoredSession:
    return StoredSession(
        session_id=row.session_id,
        started_at=row.started_at,
        last_used_at=row.last_used_at or row.started_at,
        expires_at=row.expires_at,
        device=Device(row.user_agent, row.ip_address),
    )
