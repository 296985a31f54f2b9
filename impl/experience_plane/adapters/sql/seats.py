"""That a tenant which has somebody who may manage its users keeps one."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import String, and_, cast, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from experience_plane.adapters.sql.identity_tables import memberships, tenants, users
from experience_plane.security_guard.directory import LastAdmin

IN_DEFAULT_TENANT = and_(memberships.c.user_id == users.c.user_id, memberships.c.tenant_id == users.c.default_tenant_id)


async def keep_a_seat(connection: AsyncConnection, leaving: UUID, seats: Collection[str]) -> None:
    """Refuse that the last who may manage a tenant's users leaves; callers for one tenant wait for each other.

    To be called before the transaction locks a user.

    Raises:
        LastAdmin.
    """
    await _refuse_the_last(connection, await _lock_tenant(connection, leaving), leaving, seats)


async def leave_no_members_alone(connection: AsyncConnection, leaving: UUID, seats: Collection[str]) -> None:
    """As `keep_a_seat`, for who takes the tenant along if there is nobody else in it.

    Raises:
        LastAdmin.
    """
    tenant_id = await _lock_tenant(connection, leaving)
    others = exists().where(memberships.c.tenant_id == tenant_id, memberships.c.user_id != leaving)
    if await connection.scalar(select(others)):
        await _refuse_the_last(connection, tenant_id, leaving, seats)


async def _lock_tenant(connection: AsyncConnection, user_id: UUID) -> UUID | None:
    tenant_id: UUID | None = await connection.scalar(
        select(tenants.c.tenant_id)
        .join(users, users.c.default_tenant_id == tenants.c.tenant_id)
        .where(users.c.user_id == user_id)
        .with_for_update(of=tenants)
    )
    return tenant_id


async def _refuse_the_last(
    connection: AsyncConnection, tenant_id: UUID | None, leaving: UUID, seats: Collection[str]
) -> None:
    holds_a_seat = or_(*(cast(memberships.c.roles, String).contains(f'"{seat}"', autoescape=True) for seat in seats))
    holders = await connection.scalars(
        select(users.c.user_id)
        .join_from(users, memberships, IN_DEFAULT_TENANT)
        .where(users.c.default_tenant_id == tenant_id, users.c.disabled_at.is_(None), holds_a_seat)
        .order_by((users.c.user_id == leaving).desc())
        .limit(2)
    )
    if list(holders) == [leaving]:
        raise LastAdmin
