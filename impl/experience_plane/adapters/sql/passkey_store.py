"""Passkeys in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.factor_changes import end_others, lock_user, replace_recovery_codes
from experience_plane.adapters.sql.passkey_tables import passkey_challenges, passkeys
from experience_plane.adapters.sql.second_factor_tables import authenticator_apps
from experience_plane.security_guard.passkeys import Added, Challenge, Passkey, PasskeyTaken, TooManyPasskeys

_COLUMNS = tuple(passkeys.c)


class SqlPasskeyStore:
    """`PasskeyStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add_challenge(self, challenge: Challenge, now: datetime) -> None:
        """See `PasskeyStore.add_challenge`."""
        async with write_transaction(self._engine) as connection:
            await connection.execute(delete(passkey_challenges).where(passkey_challenges.c.expires_at <= now))
            await connection.execute(insert(passkey_challenges).values(**asdict(challenge)))

    async def take_challenge(self, digest: bytes, now: datetime) -> Challenge | None:
        """See `PasskeyStore.take_challenge`."""
        is_good = and_(passkey_challenges.c.digest == digest, passkey_challenges.c.expires_at > now)
        async with write_transaction(self._engine) as connection:
            # Removing and reading are one statement: that is what makes one winner of parallel callers.
            taken = await connection.execute(delete(passkey_challenges).where(is_good).returning(*passkey_challenges.c))
            row = taken.one_or_none()
        return None if row is None else Challenge(row.digest, row.purpose, row.bound_to, row.expires_at)

    async def add(
        self, passkey: Passkey, *, limit: int, recovery_digests: Sequence[bytes], keep_session: UUID
    ) -> Added:
        """See `PasskeyStore.add`."""
        user_id, now = passkey.user_id, passkey.created_at
        try:
            async with write_transaction(self._engine) as connection:
                await lock_user(connection, user_id)
                if await _count(connection, user_id) >= limit:
                    raise TooManyPasskeys(limit)
                is_first = not await _has_factor(connection, user_id)
                await connection.execute(insert(passkeys).values(**_values(passkey)))
                if is_first:
                    await replace_recovery_codes(connection, user_id, recovery_digests)
                ended = await end_others(connection, user_id, keep_session=keep_session, now=now)
        except IntegrityError as error:
            if await self.find(passkey.credential_id) is None:
                raise
            raise PasskeyTaken from error
        return Added(ended, is_first)

    async def of_user(self, user_id: UUID) -> Sequence[Passkey]:
        """See `PasskeyStore.of_user`."""
        query = (
            select(*_COLUMNS)
            .where(passkeys.c.user_id == user_id)
            .order_by(passkeys.c.created_at, passkeys.c.passkey_id)
        )
        async with read_connection(self._engine) as connection:
            return [_passkey(row) for row in await connection.execute(query)]

    async def find(self, credential_id: bytes) -> Passkey | None:
        """See `PasskeyStore.find`."""
        query = select(*_COLUMNS).where(passkeys.c.credential_id == credential_id)
        async with read_connection(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _passkey(row)

    async def rename(self, user_id: UUID, passkey_id: UUID, name: str) -> Passkey | None:
        """See `PasskeyStore.rename`."""
        async with write_transaction(self._engine) as connection:
            renamed = await connection.execute(
                update(passkeys).where(_owned(user_id, passkey_id)).values(name=name).returning(*_COLUMNS)
            )
            row = renamed.one_or_none()
        return None if row is None else _passkey(row)

    async def remove(
        self, user_id: UUID, passkey_id: UUID, *, keep_session: UUID, now: datetime
    ) -> Sequence[UUID] | None:
        """See `PasskeyStore.remove`."""
        async with write_transaction(self._engine) as connection:
            await lock_user(connection, user_id)
            removed = await connection.execute(delete(passkeys).where(_owned(user_id, passkey_id)))
            if removed.rowcount != 1:
                return None
            if not await _has_factor(connection, user_id):
                await replace_recovery_codes(connection, user_id, ())
            return await end_others(connection, user_id, keep_session=keep_session, now=now)

    async def record_use(self, passkey_id: UUID, *, sign_count: int, backed_up: bool, now: datetime) -> bool:
        """See `PasskeyStore.record_use`."""
        counts_on = passkeys.c.sign_count < sign_count if sign_count else passkeys.c.sign_count == 0
        async with write_transaction(self._engine) as connection:
            done = await connection.execute(
                update(passkeys)
                .where(passkeys.c.passkey_id == passkey_id, counts_on)
                .values(sign_count=sign_count, backed_up=backed_up, last_used_at=now)
            )
        return done.rowcount == 1


def _owned(user_id: UUID, passkey_id: UUID) -> Any:
    return and_(passkeys.c.user_id == user_id, passkeys.c.passkey_id == passkey_id)


async def _count(connection: AsyncConnection, user_id: UUID) -> int:
    owned = select(func.count()).select_from(passkeys).where(passkeys.c.user_id == user_id)
    return int(await connection.scalar(owned) or 0)


async def _has_factor(connection: AsyncConnection, user_id: UUID) -> bool:
    """Whether a login of this user is asked for a second factor."""
    app = select(authenticator_apps.c.user_id).where(
        authenticator_apps.c.user_id == user_id, authenticator_apps.c.confirmed_at.is_not(None)
    )
    return await _count(connection, user_id) > 0 or await connection.scalar(app) is not None


def _values(passkey: Passkey) -> dict[str, Any]:
    return asdict(passkey) | {"transports": " ".join(passkey.transports)}


def _passkey(row: Row[Any]) -> Passkey:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name for it
    return Passkey(**values | {"transports": tuple(row.transports.split())})
