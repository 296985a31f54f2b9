"""The user directory in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.factor_changes import delete_challenges, lock_user
from experience_plane.adapters.sql.identity_tables import memberships, sessions, users
from experience_plane.adapters.sql.passkey_tables import passkeys
from experience_plane.adapters.sql.seats import IN_DEFAULT_TENANT, keep_a_seat
from experience_plane.adapters.sql.second_factor_tables import authenticator_apps, recovery_codes
from experience_plane.security_guard.directory import DirectoryEntry, DirectoryQuery


class SqlUserDirectory:
    """`UserDirectory` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, user_id: UUID) -> DirectoryEntry | None:
        """See `UserDirectory.find`."""
        return await self._one(_entries().where(users.c.user_id == user_id))

    async def find_by_email_key(self, email_key: str) -> DirectoryEntry | None:
        """See `UserDirectory.find_by_email_key`."""
        return await self._one(_entries().where(users.c.email_key == email_key))

    async def list(self, query: DirectoryQuery) -> Sequence[DirectoryEntry]:
        """See `UserDirectory.list`."""
        statement = _entries().where(users.c.email_key.startswith(query.email_prefix, autoescape=True))
        if query.tenant_id is not None:
            statement = statement.where(users.c.default_tenant_id == query.tenant_id)
        if query.after is not None:
            statement = statement.where(users.c.email_key > query.after)
        async with read_connection(self._engine) as connection:
            rows = await connection.execute(statement.order_by(users.c.email_key).limit(query.limit))
            return [_entry(row) for row in rows]

    async def set_roles(self, user_id: UUID, roles: Sequence[str], seats: Collection[str]) -> None:
        """See `UserDirectory.set_roles`."""
        async with write_transaction(self._engine) as connection:
            if not set(seats) & set(roles):
                await keep_a_seat(connection, user_id, seats)
            tenant_id = select(users.c.default_tenant_id).where(users.c.user_id == user_id).scalar_subquery()
            await connection.execute(
                update(memberships)
                .where(memberships.c.user_id == user_id, memberships.c.tenant_id == tenant_id)
                .values(roles=list(roles))
            )

    async def disable(self, user_id: UUID, seats: Collection[str], now: datetime) -> None:
        """See `UserDirectory.disable`."""
        async with write_transaction(self._engine) as connection:
            await keep_a_seat(connection, user_id, seats)
            await connection.execute(
                update(users).where(users.c.user_id == user_id, users.c.disabled_at.is_(None)).values(disabled_at=now)
            )
            await _end_sessions(connection, user_id, now)

    async def enable(self, user_id: UUID) -> None:
        """See `UserDirectory.enable`."""
        async with write_transaction(self._engine) as connection:
            await connection.execute(update(users).where(users.c.user_id == user_id).values(disabled_at=None))

    async def end_sessions(self, user_id: UUID, now: datetime) -> None:
        """See `UserDirectory.end_sessions`."""
        async with write_transaction(self._engine) as connection:
            await _end_sessions(connection, user_id, now)

    async def remove_factors(self, user_id: UUID, now: datetime) -> None:
        """See `UserDirectory.remove_factors`."""
        async with write_transaction(self._engine) as connection:
            await lock_user(connection, user_id)
            for table in (authenticator_apps, passkeys, recovery_codes):
                await connection.execute(delete(table).where(table.c.user_id == user_id))
            await delete_challenges(connection, user_id)
            await _end_sessions(connection, user_id, now)

    async def _one(self, statement: Select[Any]) -> DirectoryEntry | None:
        async with read_connection(self._engine) as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else _entry(row)


def _entries() -> Select[Any]:
    return (
        select(
            users.c.user_id,
            users.c.default_tenant_id,
            users.c.email,
            users.c.name,
            memberships.c.roles,
            users.c.created_at,
            users.c.disabled_at,
            users.c.email_key,
        )
        .join_from(users, memberships, IN_DEFAULT_TENANT)
        .where(~users.c.anonymous)
    )


def _entry(row: Row[Any]) -> DirectoryEntry:
    return DirectoryEntry(
        row.user_id,
        row.default_tenant_id,
        row.email,
        row.name,
        tuple(row.roles),
        row.created_at,
        row.disabled_at,
        row.email_key,
    )


async def _end_sessions(connection: AsyncConnection, user_id: UUID, now: datetime) -> None:
    await connection.execute(
        update(sessions)
        .where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
        .values(ended_at=now, end_reason="admin")
    )
