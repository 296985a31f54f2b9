"""Accounts in SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, and_, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.identity_tables import memberships, tenants, users
from experience_plane.security_guard.ports import EmailTaken
from experience_plane.security_guard.storage import Account, NewAccount, PasswordAccount


def select_accounts() -> Select[Any]:
    """The columns that `account_from` reads, for users in their default tenant."""
    in_default_tenant = and_(
        memberships.c.user_id == users.c.user_id,
        memberships.c.tenant_id == users.c.default_tenant_id,
    )
    return select(
        users.c.user_id,
        users.c.email,
        users.c.name,
        users.c.email_verified_at,
        users.c.anonymous,
        memberships.c.tenant_id,
        memberships.c.roles,
        users.c.disabled_at,
    ).join_from(users, memberships, in_default_tenant)


def account_from(row: Row[Any]) -> Account:
    """The account in a row of `select_accounts`."""
    return Account(
        row.user_id,
        row.email,
        row.name,
        row.tenant_id,
        tuple(row.roles),
        disabled=row.disabled_at is not None,
        email_verified=row.email_verified_at is not None,
        anonymous=row.anonymous,
    )


class SqlAccountStore:
    """`AccountStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, account: NewAccount) -> None:
        """See `AccountStore.add`."""
        try:
            async with write_transaction(self._engine) as connection:
                await insert_account(connection, account)
        except IntegrityError as error:
            if await self.find_by_email_key(account.email_key) is None:
                raise
            raise EmailTaken from error

    async def find_by_email_key(self, email_key: str) -> PasswordAccount | None:
        """See `AccountStore.find_by_email_key`."""
        query = select_accounts().add_columns(users.c.password_hash).where(users.c.email_key == email_key)
        async with read_connection(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else PasswordAccount(account_from(row), row.password_hash)


async def insert_account(connection: AsyncConnection, account: NewAccount) -> None:
    """Insert an account with its tenant and membership."""
    tenant = account.tenant
    await connection.execute(
        insert(tenants).values(tenant_id=tenant.tenant_id, name=tenant.tenant_name, created_at=account.created_at)
    )
    await connection.execute(
        insert(users).values(
            user_id=account.user_id,
            email=account.email,
            email_key=account.email_key,
            name=account.name,
            password_hash=account.password_hash,
            default_tenant_id=tenant.tenant_id,
            created_at=account.created_at,
            email_verified_at=account.email_verified_at,
            anonymous=account.anonymous,
        )
    )
    await connection.execute(
        insert(memberships).values(
            user_id=account.user_id,
            tenant_id=tenant.tenant_id,
            roles=list(tenant.roles),
            created_at=account.created_at,
        )
    )
