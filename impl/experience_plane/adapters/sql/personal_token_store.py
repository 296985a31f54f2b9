"""Personal access tokens in SQL: each is a session, and a row beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.identity_tables import personal_access_tokens, sessions, users
from experience_plane.adapters.sql.session_conditions import is_personal_token, lives
from experience_plane.security_guard.personal_token_store import PersonalToken


class SqlPersonalTokenStore:
    """`PersonalTokenStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, token: PersonalToken, digest: bytes, limit: int) -> bool:
        """See `PersonalTokenStore.add`."""
        async with write_transaction(self._engine) as connection:
            if await _count(connection, token.user_id, token.created_at) >= limit:
                return False
            await connection.execute(
                insert(sessions).values(
                    session_id=token.token_id,
                    user_id=token.user_id,
                    started_at=token.created_at,
                    expires_at=token.expires_at,
                )
            )
            await connection.execute(
                insert(personal_access_tokens).values(
                    session_id=token.token_id,
                    digest=digest,
                    name=token.name,
                    hint=token.hint,
                    scopes=list(token.scopes),
                )
            )
            return True

    async def find(self, digest: bytes) -> PersonalToken | None:
        """See `PersonalTokenStore.find`."""
        async with read_connection(self._engine) as connection:
            query = _tokens().where(personal_access_tokens.c.digest == digest)
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _token(row)

    async def list_live(self, user_id: UUID, now: datetime) -> Sequence[PersonalToken]:
        """See `PersonalTokenStore.list_live`."""
        query = _tokens().where(sessions.c.user_id == user_id, lives(now))
        async with read_connection(self._engine) as connection:
            rows = await connection.execute(query.order_by(sessions.c.started_at.desc(), sessions.c.session_id))
            return [_token(row) for row in rows]

    async def revoke(self, user_id: UUID, token_id: UUID, now: datetime) -> bool:
        """See `PersonalTokenStore.revoke`."""
        ending = update(sessions).where(
            sessions.c.session_id == token_id, sessions.c.user_id == user_id, lives(now), is_personal_token()
        )
        async with write_transaction(self._engine) as connection:
            ended = await connection.execute(ending.values(ended_at=now, end_reason="revoked"))
            return ended.rowcount == 1

    async def used(self, token_id: UUID, now: datetime) -> None:
        """See `PersonalTokenStore.used`."""
        async with write_transaction(self._engine) as connection:
            await connection.execute(update(sessions).where(sessions.c.session_id == token_id).values(last_used_at=now))


async def _count(connection: AsyncConnection, user_id: UUID, now: datetime) -> int:
    """How many tokens of the user live; callers for one user wait for each other."""
    await connection.execute(select(users.c.user_id).where(users.c.user_id == user_id).with_for_update(key_share=True))
    counted = await connection.scalar(
        select(func.count()).select_from(sessions).where(sessions.c.user_id == user_id, lives(now), is_personal_token())
    )
    return counted or 0


def _tokens() -> Select[Any]:
    return select(personal_access_tokens, sessions).join_from(
        personal_access_tokens, sessions, personal_access_tokens.c.session_id == sessions.c.session_id
    )


def _token(row: Row[Any]) -> PersonalToken:
    return PersonalToken(
        token_id=row.session_id,
        user_id=row.user_id,
        name=row.name,
        scopes=tuple(row.scopes),
        hint=row.hint,
        created_at=row.started_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
