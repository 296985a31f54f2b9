"""Guests in SQL. Rows of users are locked first, the guest's before the account's, then conversations in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.account_lifecycle_store import delete_conversations, delete_user, lock_conversations
from experience_plane.adapters.sql.conversation_tables import conversations
from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.identity_tables import sessions, tickets, users
from experience_plane.security_guard.principal import Principal, User


class SqlGuestStore:
    """`GuestStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def carry_over(self, guest: Principal, user: User, now: datetime) -> Sequence[UUID] | None:
        """See `GuestStore.carry_over`."""
        async with write_transaction(self._engine) as connection:
            if not await _locked(connection, guest.user_id, users.c.anonymous & _lives(guest, now)):
                return None
            # An account that is being deleted would leave behind what nobody owns.
            if not await _locked(connection, user.user_id, ~users.c.anonymous):
                return None
            ended = await connection.scalars(select(sessions.c.session_id).where(sessions.c.user_id == guest.user_id))
            session_ids = list(ended)
            await lock_conversations(connection, guest.user_id)
            await connection.execute(
                update(conversations)
                .where(conversations.c.user_id == guest.user_id)
                .values(user_id=user.user_id, tenant_id=user.tenant_id)
            )
            await _delete(connection, guest.user_id)
            return session_ids

    async def delete_idle(self, unused_since: datetime, limit: int) -> int:
        """See `GuestStore.delete_idle`."""
        idle = _idle(unused_since)
        async with read_connection(self._engine) as connection:
            found = await connection.scalars(select(users.c.user_id).where(users.c.anonymous, idle).limit(limit))
            user_ids = list(found)
        return sum([await self._delete_one(user_id, idle) for user_id in user_ids])

    async def _delete_one(self, user_id: UUID, idle: ColumnElement[bool]) -> bool:
        async with write_transaction(self._engine) as connection:
            if not await _locked(connection, user_id, users.c.anonymous & idle):
                return False
            await delete_conversations(connection, user_id)
            await _delete(connection, user_id)
            return True


async def _locked(connection: AsyncConnection, user_id: UUID, condition: ColumnElement[bool]) -> bool:
    """Let nobody else change this user; False when there is none for which the condition holds."""
    query = select(users.c.user_id).where(users.c.user_id == user_id, condition).with_for_update()
    return await connection.scalar(query) is not None


def _lives(guest: Principal, now: datetime) -> Any:
    return exists().where(
        and_(
            sessions.c.session_id == guest.session_id,
            sessions.c.user_id == users.c.user_id,
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at.is_(None) | (sessions.c.expires_at > now),
        )
    )


def _idle(unused_since: datetime) -> Any:
    last_use = func.coalesce(sessions.c.last_used_at, sessions.c.started_at)
    used = exists().where(and_(sessions.c.user_id == users.c.user_id, last_use >= unused_since))
    return and_(users.c.created_at < unused_since, ~used)


async def _delete(connection: AsyncConnection, user_id: UUID) -> None:
    await connection.execute(delete(tickets).where(tickets.c.user_id == user_id))
    await delete_user(connection, user_id)
