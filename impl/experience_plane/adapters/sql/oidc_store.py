"""Sign-ins by OpenID Connect in SQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.account_store import account_from, insert_account, select_accounts
from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.external_tables import oidc_attempts, oidc_identities, oidc_outcomes
from experience_plane.adapters.sql.identity_tables import users
from experience_plane.security_guard.oidc_sign_in import Attempt, IdentityTaken, Outcome, ProviderIdentity
from experience_plane.security_guard.ports import EmailTaken
from experience_plane.security_guard.storage import Account, NewAccount


class SqlOidcStore:
    """`OidcStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add_attempt(self, attempt: Attempt, now: datetime) -> None:
        """See `OidcStore.add_attempt`."""
        await self._add(oidc_attempts, asdict(attempt), now)

    async def take_attempt(self, state_digest: bytes, now: datetime) -> Attempt | None:
        """See `OidcStore.take_attempt`."""
        row = await self._take(oidc_attempts, "state_digest", state_digest, now)
        return None if row is None else Attempt(**row)

    async def add_outcome(self, outcome: Outcome, now: datetime) -> None:
        """See `OidcStore.add_outcome`."""
        values = asdict(outcome)
        await self._add(oidc_outcomes, values | values.pop("identity"), now)

    async def take_outcome(self, code_digest: bytes, now: datetime) -> Outcome | None:
        """See `OidcStore.take_outcome`."""
        row = await self._take(oidc_outcomes, "code_digest", code_digest, now)
        if row is None:
            return None
        names = ("provider_id", "issuer", "subject", "email", "email_verified", "name")
        identity = ProviderIdentity(**{name: row.pop(name) for name in names})
        return Outcome(identity=identity, **row)

    async def find_account(self, issuer: str, subject: str) -> Account | None:
        """See `OidcStore.find_account`."""
        query = (
            select_accounts()
            .join(oidc_identities, oidc_identities.c.user_id == users.c.user_id)
            .where(oidc_identities.c.issuer == issuer, oidc_identities.c.subject == subject)
        )
        async with read_connection(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else account_from(row)

    async def add_account(self, account: NewAccount, identity: ProviderIdentity) -> None:
        """See `OidcStore.add_account`."""
        try:
            async with write_transaction(self._engine) as connection:
                await insert_account(connection, account)
                await _insert_identity(connection, account.user_id, identity, account.created_at)
        except IntegrityError as error:
            raise EmailTaken from error

    async def link(self, user_id: UUID, identity: ProviderIdentity, now: datetime) -> None:
        """See `OidcStore.link`."""
        try:
            async with write_transaction(self._engine) as connection:
                await _insert_identity(connection, user_id, identity, now)
        except IntegrityError as error:
            if await self._owner(identity) != user_id:
                raise IdentityTaken from error

    async def _owner(self, identity: ProviderIdentity) -> UUID | None:
        query = select(oidc_identities.c.user_id).where(
            oidc_identities.c.issuer == identity.issuer, oidc_identities.c.subject == identity.subject
        )
        async with read_connection(self._engine) as connection:
            owner: UUID | None = await connection.scalar(query)
        return owner

    async def _add(self, table: Table, values: dict[str, Any], now: datetime) -> None:
        async with write_transaction(self._engine) as connection:
            await connection.execute(delete(table).where(table.c.expires_at <= now))
            await connection.execute(insert(table).values(**values))

    async def _take(self, table: Table, key: str, digest: bytes, now: datetime) -> dict[str, Any] | None:
        # Removing and reading are one statement: that is what makes one winner of parallel callers.
        async with write_transaction(self._engine) as connection:
            taken = await connection.execute(
                delete(table).where(table.c[key] == digest, table.c.expires_at > now).returning(*table.c)
            )
            row = taken.one_or_none()
        return None if row is None else dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name for it


async def _insert_identity(
    connection: AsyncConnection, user_id: UUID, identity: ProviderIdentity, now: datetime
) -> None:
    await connection.execute(
        insert(oidc_identities).values(
            issuer=identity.issuer,
            subject=identity.subject,
            user_id=user_id,
            provider_id=identity.provider_id,
            linked_at=now,
        )
    )
