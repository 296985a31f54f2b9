"""The user directory and the audit log, on each database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.engine import write_transaction
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.adapters.sql.identity_tables import memberships, tenants, users
from experience_plane.security_guard.audit import AuditQuery, SecurityEvent
from experience_plane.security_guard.directory import DirectoryQuery, LastAdmin
from experience_plane.security_guard.ports import TenantAssignment
from experience_plane.security_guard.storage import IdentityStores, NewAccount
from manual_clock import ManualClock

SEATS = ("admin", "platform_admin")


@pytest.fixture
def stores(engine: AsyncEngine, clock: ManualClock) -> IdentityStores:
    return sql_identity_stores(engine, clock)


class Tenant:
    """Users who share a tenant: the first registers, the others move in."""

    def __init__(self, stores: IdentityStores, engine: AsyncEngine, clock: ManualClock) -> None:
        self._stores, self._engine, self._clock = stores, engine, clock
        self.tenant_id: UUID | None = None

    async def add(self, name: str, roles: Sequence[str]) -> UUID:
        user_id, own = uuid4(), uuid4()
        tenant = TenantAssignment(own, "workspace", tuple(roles))
        email = f"{name}@example.com"
        await self._stores.accounts.add(
            NewAccount(
                user_id=user_id,
                email=email,
                email_key=email,
                name=name,
                password_hash="$",
                tenant=tenant,
                created_at=self._clock(),
            )
        )
        self.tenant_id = self.tenant_id or own
        async with write_transaction(self._engine) as connection:
            of_user = memberships.c.user_id == user_id
            await connection.execute(memberships.update().where(of_user).values(tenant_id=self.tenant_id))
            moved = users.update().where(users.c.user_id == user_id).values(default_tenant_id=self.tenant_id)
            await connection.execute(moved)
        return user_id


@pytest.fixture
def tenant(stores: IdentityStores, engine: AsyncEngine, clock: ManualClock) -> Tenant:
    return Tenant(stores, engine, clock)


async def test_users_are_found_by_prefix_in_pages_and_in_their_tenant(
    stores: IdentityStores, tenant: Tenant, engine: AsyncEngine, clock: ManualClock
) -> None:
    for name in ("carl", "ana", "ann", "a_a", "a%a"):
        await tenant.add(name, ["member"])
    await Tenant(stores, engine, clock).add("anyone", ["member"])

    async def found(
        prefix: str = "", limit: int = 10, after: str | None = None, *, everywhere: bool = False
    ) -> list[str]:
        tenant_id = None if everywhere else tenant.tenant_id
        query = DirectoryQuery(tenant_id=tenant_id, limit=limit, email_prefix=prefix, after=after)
        return [entry.name for entry in await stores.directory.list(query)]

    assert sorted(await found()) == ["a%a", "a_a", "ana", "ann", "carl"]
    assert await found("an") == ["ana", "ann"]
    assert await found("an", everywhere=True) == ["ana", "ann", "anyone"]
    assert await found("a_") == ["a_a"]
    assert await found("a%") == ["a%a"]
    assert await found("an", limit=1, after="ana@example.com") == ["ann"]


async def test_the_last_admin_can_be_neither_demoted_nor_disabled(
    stores: IdentityStores, tenant: Tenant, clock: ManualClock
) -> None:
    ana, ben = await tenant.add("ana", ["admin"]), await tenant.add("ben", ["member"])
    for change in (
        stores.directory.set_roles(ana, ["member"], SEATS),
        stores.directory.disable(ana, SEATS, clock()),
    ):
        with pytest.raises(LastAdmin):
            await change
    await stores.directory.disable(ben, SEATS, clock())
    await stores.directory.set_roles(ben, ["admin"], SEATS)
    with pytest.raises(LastAdmin):
        await stores.directory.set_roles(ana, ["member"], SEATS)
    await stores.directory.enable(ben)
    await stores.directory.set_roles(ana, ["member"], SEATS)
    entry = await stores.directory.find(ana)
    assert entry is not None
    assert entry.roles == ("member",)


async def test_admins_who_demote_each_other_at_once_leave_one(stores: IdentityStores, tenant: Tenant) -> None:
    admins = [await tenant.add(f"admin{number}", ["admin"]) for number in range(8)]
    outcomes = await asyncio.gather(
        *(stores.directory.set_roles(admin, ["member"], SEATS) for admin in admins), return_exceptions=True
    )
    assert outcomes.count(None) == 7
    assert sum(isinstance(outcome, LastAdmin) for outcome in outcomes) == 1


async def leave(stores: IdentityStores, user_id: UUID) -> Sequence[UUID] | None:
    return await stores.account_lifecycle.delete(user_id, password_hash="$", seats=SEATS)


async def test_the_only_admin_of_others_cannot_leave_them_and_can_leave_when_there_is_another(
    stores: IdentityStores, tenant: Tenant, clock: ManualClock
) -> None:
    ana, ben, carl = [
        await tenant.add(name, [role]) for name, role in (("ana", "admin"), ("ben", "admin"), ("c", "member"))
    ]
    await stores.directory.disable(ben, SEATS, clock())
    with pytest.raises(LastAdmin):
        await leave(stores, ana)
    assert await stores.directory.find(ana) is not None
    await stores.directory.enable(ben)
    assert await leave(stores, ana) == []
    with pytest.raises(LastAdmin):
        await leave(stores, ben)
    assert await leave(stores, carl) == []
    assert await leave(stores, ben) == []


async def test_an_admin_alone_leaves_and_takes_its_tenant_along(
    stores: IdentityStores, tenant: Tenant, engine: AsyncEngine
) -> None:
    ana = await tenant.add("ana", ["platform_admin"])
    assert await leave(stores, ana) == []
    async with engine.connect() as connection:
        found = await connection.scalar(select(tenants.c.tenant_id).where(tenants.c.tenant_id == tenant.tenant_id))
    assert found is None


async def test_members_leave_a_tenant_that_never_had_an_admin(stores: IdentityStores, tenant: Tenant) -> None:
    ana, ben = await tenant.add("ana", ["member"]), await tenant.add("ben", ["member"])
    assert [await leave(stores, ana), await leave(stores, ben)] == [[], []]


async def test_admins_who_leave_demote_and_disable_each_other_at_once_leave_one(
    stores: IdentityStores, tenant: Tenant, clock: ManualClock
) -> None:
    admins = [await tenant.add(f"admin{number}", ["admin"]) for number in range(9)]
    await tenant.add("carl", ["member"])
    outcomes = await asyncio.gather(
        *(leave(stores, admin) for admin in admins[:3]),
        *(stores.directory.set_roles(admin, ["member"], SEATS) for admin in admins[3:6]),
        *(stores.directory.disable(admin, SEATS, clock()) for admin in admins[6:]),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if outcome is not None and outcome != []]
    assert [type(outcome) for outcome in refused] == [LastAdmin]


async def test_an_admin_who_leaves_while_being_disabled_is_waited_for(
    stores: IdentityStores, tenant: Tenant, clock: ManualClock
) -> None:
    await tenant.add("ana", ["admin"])
    leavers = [await tenant.add(f"leaver{number}", ["member"]) for number in range(10)]
    outcomes = await asyncio.gather(
        *(leave(stores, leaver) for leaver in leavers),
        *(stores.directory.disable(leaver, SEATS, clock()) for leaver in leavers),
    )
    assert outcomes == [[]] * 10 + [None] * 10
    assert [await stores.directory.find(leaver) for leaver in leavers] == [None] * 10


async def test_an_event_is_kept_with_what_is_known(stores: IdentityStores, tenant: Tenant, clock: ManualClock) -> None:
    ana, actor = await tenant.add("ana", ["member"]), uuid4()
    event = SecurityEvent(kind="user.disabled", user_id=ana, actor_id=actor, detail={"reason": "leaver"})
    await stores.audit_trail.record(event)
    (kept,) = await stores.audit_log.find(AuditQuery(tenant_id=tenant.tenant_id, limit=10))
    assert (kept.event, kept.at, kept.tenant_id) == (event, clock(), tenant.tenant_id)


async def test_events_are_found_by_what_whom_and_when_the_latest_first(
    stores: IdentityStores, tenant: Tenant, clock: ManualClock
) -> None:
    ana = await tenant.add("ana", ["member"])
    began = clock()
    for kind, user_id in (("a.done", ana), ("b.done", None), ("a.done", None)):
        await stores.audit_trail.record(SecurityEvent(kind=kind, user_id=user_id))
        clock.advance(timedelta(seconds=1))

    async def found(limit: int = 10, tenant_id: UUID | None = None, **conditions: object) -> list[int]:
        query = AuditQuery(tenant_id=tenant_id, limit=limit, **conditions)  # type: ignore[arg-type]
        return [recorded.event_id for recorded in await stores.audit_log.find(query)]

    third, second, first = await found()
    assert first < second < third
    assert await found(tenant_id=tenant.tenant_id) == [first]
    assert await found(kind="a.done") == [third, first]
    assert await found(user_id=ana) == [first]
    assert await found(since=began + timedelta(seconds=1)) == [third, second]
    assert await found(until=began + timedelta(seconds=1)) == [first]
    assert await found(limit=1, before=third) == [second]


@pytest.mark.parametrize("change", ["UPDATE audit_events SET kind = 'x.y'", "DELETE FROM audit_events"])
async def test_the_database_refuses_to_change_what_happened(
    stores: IdentityStores, engine: AsyncEngine, change: str
) -> None:
    await stores.audit_trail.record(SecurityEvent(kind="login.failed"))
    with pytest.raises(DBAPIError, match="append only"):
        async with write_transaction(engine) as connection:
            await connection.execute(text(change))
    assert len(await stores.audit_log.find(AuditQuery(tenant_id=None, limit=10))) == 1
