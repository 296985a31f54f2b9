"""Codes, passwords and addresses in SQL.

Every transaction locks the user's row before anything else of that user, so that two of them never wait for each other;
deleting a user locks its tenant before, as disabling one does.
SQLite lets one transaction write at a time and needs no lock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.account_store import account_from, select_accounts
from experience_plane.adapters.sql.conversation_tables import conversations
from experience_plane.adapters.sql.engine import read_connection, write_transaction
from experience_plane.adapters.sql.factor_changes import delete_challenges
from experience_plane.adapters.sql.identity_tables import (
    account_codes,
    memberships,
    sessions,
    tenants,
    tickets,
    users,
)
from experience_plane.adapters.sql.seats import leave_no_members_alone
from experience_plane.adapters.sql.session_conditions import is_personal_token
from experience_plane.security_guard.ports import EmailTaken
from experience_plane.security_guard.storage import (
    Account,
    CodePurpose,
    EmailVerified,
    NewCode,
    PasswordAccount,
    PasswordReplaced,
    SessionEnd,
)


class SqlAccountLifecycleStore:
    """`AccountLifecycleStore` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, user_id: UUID) -> PasswordAccount | None:
        """See `AccountLifecycleStore.find`."""
        query = select_accounts().add_columns(users.c.password_hash).where(users.c.user_id == user_id)
        async with read_connection(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else PasswordAccount(account_from(row), row.password_hash)

    async def put_code(self, code: NewCode, now: datetime) -> bool:
        """See `AccountLifecycleStore.put_code`."""
        async with write_transaction(self._engine) as connection:
            if await _lock(connection, code.user_id) is None:
                return False
            # Expired codes of others stay until their users' next ones: at most one for each purpose.
            await connection.execute(
                delete(account_codes).where(
                    account_codes.c.user_id == code.user_id,
                    (account_codes.c.purpose == code.purpose) | (account_codes.c.expires_at <= now),
                )
            )
            await connection.execute(
                insert(account_codes).values(
                    user_id=code.user_id,
                    purpose=code.purpose,
                    digest=code.digest,
                    email=code.email,
                    email_key=code.email_key,
                    expires_at=code.expires_at,
                )
            )
            return True

    async def find_code_account(self, digest: bytes, purpose: CodePurpose, now: datetime) -> Account | None:
        """See `AccountLifecycleStore.find_code_account`."""
        query = (
            select_accounts()
            .join(account_codes, account_codes.c.user_id == users.c.user_id)
            .where(_is_good(digest, (purpose,), now))
        )
        async with read_connection(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else account_from(row)

    async def verify_email(self, digest: bytes, now: datetime) -> EmailVerified | None:
        """See `AccountLifecycleStore.verify_email`."""
        try:
            async with write_transaction(self._engine) as connection:
                code = await _take_code(connection, digest, ("verify_email", "change_email"), now)
                if code is None:
                    return None
                before = await _account(connection, code.user_id)
                if code.purpose == "change_email":
                    await _change_email(connection, code, now)
                elif not await _verify(connection, code, now):
                    return None
                after = await _account(connection, code.user_id)
        except IntegrityError as error:
            raise EmailTaken from error
        return EmailVerified(after, None if code.purpose == "verify_email" else before.email)

    async def reset_password(self, digest: bytes, password_hash: str, now: datetime) -> PasswordReplaced | None:
        """See `AccountLifecycleStore.reset_password`."""
        async with write_transaction(self._engine) as connection:
            code = await _take_code(connection, digest, ("reset_password",), now)
            if code is None or not await _verify(connection, code, now):
                return None
            return await _replace_password(connection, code.user_id, password_hash, "password_reset", None, now)

    async def change_password(
        self, user_id: UUID, *, old_hash: str, new_hash: str, keep_session: UUID, now: datetime
    ) -> PasswordReplaced | None:
        """See `AccountLifecycleStore.change_password`."""
        async with write_transaction(self._engine) as connection:
            if await _lock(connection, user_id) != old_hash:
                return None
            return await _replace_password(connection, user_id, new_hash, "password_changed", keep_session, now)

    async def rehash(self, user_id: UUID, *, old_hash: str, new_hash: str) -> None:
        """See `AccountLifecycleStore.rehash`."""
        async with write_transaction(self._engine) as connection:
            await connection.execute(
                update(users)
                .where(users.c.user_id == user_id, users.c.password_hash == old_hash)
                .values(password_hash=new_hash)
            )

    async def delete(self, user_id: UUID, *, password_hash: str, seats: Collection[str]) -> Sequence[UUID] | None:
        """See `AccountLifecycleStore.delete`."""
        async with write_transaction(self._engine) as connection:
            await leave_no_members_alone(connection, user_id, seats)
            if await _lock(connection, user_id, to_delete=True) != password_hash:
                return None
            ended = await connection.scalars(
                select(sessions.c.session_id).where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
            )
            session_ids = list(ended)
            await delete_conversations(connection, user_id)
            await connection.execute(delete(tickets).where(tickets.c.user_id == user_id))
            await delete_user(connection, user_id)
            return session_ids


async def _lock(connection: AsyncConnection, user_id: UUID, *, to_delete: bool = False) -> str | None:
    """Let nobody else change this user, and answer the password's hash; None when there is no such user."""
    password_hash: str | None = await connection.scalar(
        select(users.c.password_hash).where(users.c.user_id == user_id).with_for_update(key_share=not to_delete)
    )
    return password_hash


def _is_good(digest: bytes, purposes: Sequence[CodePurpose], now: datetime) -> Any:
    return and_(
        account_codes.c.digest == digest, account_codes.c.purpose.in_(purposes), account_codes.c.expires_at > now
    )


async def _take_code(
    connection: AsyncConnection, digest: bytes, purposes: Sequence[CodePurpose], now: datetime
) -> Row[Any] | None:
    """Remove the code and answer its row, if it is good; of parallel callers exactly one gets it."""
    is_good = _is_good(digest, purposes, now)
    user_id = await connection.scalar(select(account_codes.c.user_id).where(is_good))
    if user_id is None or await _lock(connection, user_id) is None:
        return None
    taken = await connection.execute(delete(account_codes).where(is_good).returning(*account_codes.c))
    return taken.one_or_none()


async def _verify(connection: AsyncConnection, code: Row[Any], now: datetime) -> bool:
    """Mark the address verified, if the code was mailed to the one that the user has now."""
    done = await connection.execute(
        update(users)
        .where(users.c.user_id == code.user_id, users.c.email_key == code.email_key)
        .values(email_verified_at=now)
    )
    return done.rowcount == 1


async def _change_email(connection: AsyncConnection, code: Row[Any], now: datetime) -> None:
    await connection.execute(
        update(users)
        .where(users.c.user_id == code.user_id)
        .values(email=code.email, email_key=code.email_key, email_verified_at=now)
    )
    await _delete_codes(connection, code.user_id)


async def _replace_password(
    connection: AsyncConnection,
    user_id: UUID,
    password_hash: str,
    reason: SessionEnd,
    keep_session: UUID | None,
    now: datetime,
) -> PasswordReplaced:
    await connection.execute(update(users).where(users.c.user_id == user_id).values(password_hash=password_hash))
    await _delete_codes(connection, user_id)
    await delete_challenges(connection, user_id)
    others = and_(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
    if keep_session is not None:
        # Who changes a password knew the old one. Scripts go on; who resets one may have lost it to somebody.
        others = and_(others, sessions.c.session_id != keep_session, ~is_personal_token())
    ended = await connection.scalars(
        update(sessions).where(others).values(ended_at=now, end_reason=reason).returning(sessions.c.session_id)
    )
    return PasswordReplaced(await _account(connection, user_id), list(ended))


async def _account(connection: AsyncConnection, user_id: UUID) -> Account:
    row = (await connection.execute(select_accounts().where(users.c.user_id == user_id))).one()
    return account_from(row)


async def _delete_codes(connection: AsyncConnection, user_id: UUID) -> None:
    await connection.execute(delete(account_codes).where(account_codes.c.user_id == user_id))


async def lock_conversations(connection: AsyncConnection, user_id: UUID) -> None:
    """Let nobody else write to the user's conversations."""
    # In the order in which the conversation log locks them.
    locked = await connection.scalars(
        select(conversations.c.conversation_id)
        .where(conversations.c.user_id == user_id)
        .order_by(conversations.c.conversation_id)
        .with_for_update()
    )
    locked.close()


async def delete_conversations(connection: AsyncConnection, user_id: UUID) -> None:
    """Remove the user's conversations with all that is in them."""
    await lock_conversations(connection, user_id)
    await connection.execute(delete(conversations).where(conversations.c.user_id == user_id))


async def delete_user(connection: AsyncConnection, user_id: UUID) -> None:
    """Remove the user, with a tenant that is nobody else's."""
    belongs = select(memberships.c.tenant_id).where(memberships.c.user_id == user_id)
    tenant_ids = list(await connection.scalars(belongs))
    await connection.execute(delete(users).where(users.c.user_id == user_id))
    await connection.execute(
        delete(tenants).where(
            tenants.c.tenant_id.in_(tenant_ids),
            ~exists().where(memberships.c.tenant_id == tenants.c.tenant_id),
            ~exists().where(users.c.default_tenant_id == tenants.c.tenant_id),
        )
    )
