"""Authenticator apps and recovery codes in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.factor_changes import end_others, lock_user, replace_recovery_codes
from experience_plane.adapters.sql.second_factor_tables import authenticator_apps, recovery_codes
from experience_plane.security_guard.factor_storage import Confirmation, StoredApp

_APPS = authenticator_apps.c


class SqlAuthenticatorAppStore:
    """`AuthenticatorAppStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def put_app(self, app: StoredApp) -> bool:
        """See `AuthenticatorAppStore.put_app`."""
        async with write_transaction(self._engine) as connection:
            if not await lock_user(connection, app.user_id):
                return False
            waiting = delete(authenticator_apps).where(_APPS.user_id == app.user_id, _APPS.confirmed_at.is_(None))
            await connection.execute(waiting)
            if await connection.scalar(select(_APPS.user_id).where(_APPS.user_id == app.user_id)) is not None:
                return False
            await connection.execute(
                insert(authenticator_apps).values(
                    user_id=app.user_id, sealed_secret=app.sealed_secret, enrolled_at=app.enrolled_at
                )
            )
            return True

    async def find_app(self, user_id: UUID) -> StoredApp | None:
        """See `AuthenticatorAppStore.find_app`."""
        async with read_connection(self._engine) as connection:
            row = (await connection.execute(select(authenticator_apps).where(_APPS.user_id == user_id))).one_or_none()
        if row is None:
            return None
        return StoredApp(row.user_id, row.sealed_secret, row.enrolled_at, confirmed=row.confirmed_at is not None)

    async def confirm_app(self, confirmation: Confirmation) -> Sequence[UUID] | None:
        """See `AuthenticatorAppStore.confirm_app`."""
        app = confirmation.app
        confirming = (
            update(authenticator_apps)
            .where(
                _APPS.user_id == app.user_id,
                _APPS.sealed_secret == app.sealed_secret,
                _APPS.confirmed_at.is_(None),
            )
            .values(confirmed_at=confirmation.now, last_step=confirmation.step)
        )
        async with write_transaction(self._engine) as connection:
            await lock_user(connection, app.user_id)
            if (await connection.execute(confirming)).rowcount != 1:
                return None
            await replace_recovery_codes(connection, app.user_id, confirmation.recovery_digests)
            return await end_others(
                connection, app.user_id, keep_session=confirmation.keep_session, now=confirmation.now
            )

    async def accept_step(self, user_id: UUID, step: int) -> bool:
        """See `AuthenticatorAppStore.accept_step`."""
        accepting = (
            update(authenticator_apps)
            .where(_APPS.user_id == user_id, _APPS.confirmed_at.is_not(None), _APPS.last_step < step)
            .values(last_step=step)
        )
        async with write_transaction(self._engine) as connection:
            return (await connection.execute(accepting)).rowcount == 1

    async def replace_secret(self, app: StoredApp, sealed_secret: bytes) -> None:
        """See `AuthenticatorAppStore.replace_secret`."""
        is_same = and_(_APPS.user_id == app.user_id, _APPS.sealed_secret == app.sealed_secret)
        async with write_transaction(self._engine) as connection:
            await connection.execute(update(authenticator_apps).where(is_same).values(sealed_secret=sealed_secret))

    async def remove_app(
        self, user_id: UUID, *, keep_recovery_codes: bool, keep_session: UUID, now: datetime
    ) -> Sequence[UUID] | None:
        """See `AuthenticatorAppStore.remove_app`."""
        removing = delete(authenticator_apps).where(_APPS.user_id == user_id, _APPS.confirmed_at.is_not(None))
        async with write_transaction(self._engine) as connection:
            await lock_user(connection, user_id)
            if (await connection.execute(removing)).rowcount != 1:
                return None
            if not keep_recovery_codes:
                await replace_recovery_codes(connection, user_id, ())
            return await end_others(connection, user_id, keep_session=keep_session, now=now)


class SqlRecoveryCodeStore:
    """`RecoveryCodeStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def replace_codes(self, user_id: UUID, digests: Sequence[bytes]) -> None:
        """See `RecoveryCodeStore.replace_codes`."""
        async with write_transaction(self._engine) as connection:
            if await lock_user(connection, user_id):
                await replace_recovery_codes(connection, user_id, digests)

    async def count_codes(self, user_id: UUID) -> int:
        """See `RecoveryCodeStore.count_codes`."""
        query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user_id == user_id)
        async with read_connection(self._engine) as connection:
            return int(await connection.scalar(query) or 0)

    async def use_code(self, user_id: UUID, digest: bytes) -> int | None:
        """See `RecoveryCodeStore.use_code`."""
        using = delete(recovery_codes).where(recovery_codes.c.user_id == user_id, recovery_codes.c.digest == digest)
        async with write_transaction(self._engine) as connection:
            used = (await connection.execute(using)).rowcount == 1
        return await self.count_codes(user_id) if used else None
