"""Personal access tokens, through Security Guard, on each database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.engine import create_engine, read_connection, write_transaction
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.adapters.sql.identity_tables import memberships
from experience_plane.security_guard.access_policy import NOT_GRANTABLE
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.options import (
    HashingOptions,
    IdentityOptions,
    PersonalTokenOptions,
    SessionOptions,
)
from experience_plane.security_guard.personal_token_format import new_personal_token
from experience_plane.security_guard.personal_token_store import (
    AccessTokenNotFound,
    InvalidLifetime,
    InvalidScope,
    TooManyAccessTokens,
)
from experience_plane.security_guard.ports import (
    InvalidName,
    InvalidTicket,
    PermissionDenied,
    SessionNotFound,
    Unauthenticated,
)
from experience_plane.security_guard.principal import Principal
from manual_clock import ManualClock
from recorded_mail import Mailbox

ANA: dict[str, Any] = {"name": "Ana", "email": "ana@example.com", "password": "correct horse battery"}
OPTIONS = IdentityOptions(
    hashing=HashingOptions(memory_cost_kib=8, time_cost=1),
    sessions=SessionOptions(check_interval=timedelta(milliseconds=5)),
    personal_tokens=PersonalTokenOptions(limit=3),
)
DAY = timedelta(days=1)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def guard(engine: AsyncEngine, clock: ManualClock, mailbox: Mailbox) -> AsyncIterator[SecurityGuard]:
    opened = await open_local_guard(sql_identity_stores(engine), OPTIONS, clock, mail=mailbox)
    yield opened
    await opened.close()


@pytest.fixture
async def other_guard(guard: SecurityGuard, database_url: str, clock: ManualClock) -> AsyncIterator[SecurityGuard]:
    """The guard of another process, on the same database."""
    engine = create_engine(database_url)
    opened = await open_local_guard(sql_identity_stores(engine), OPTIONS, clock)
    yield opened
    await opened.close()
    await engine.dispose()


@pytest.fixture
async def ana(guard: SecurityGuard) -> Principal:
    return await guard.authenticate((await guard.register_user(**ANA)).tokens.access_token)


async def make(guard: SecurityGuard, owner: Principal, *scopes: str, lifetime: timedelta | None = None) -> str:
    created = await guard.personal_tokens.create(
        owner, name="Nightly report", scopes=scopes or ("agents.talk",), lifetime=lifetime
    )
    return created.value


async def refused(guard: SecurityGuard, token: str) -> bool:
    try:
        await guard.authenticate(token)
    except Unauthenticated:
        return True
    return False


async def test_a_token_stands_for_its_user_within_its_scopes(guard: SecurityGuard, ana: Principal) -> None:
    token = await make(guard, ana, "conversations.read")
    principal = await guard.authenticate(token)
    assert (principal.user_id, principal.tenant_id) == (ana.user_id, ana.tenant_id)
    assert principal.permissions == principal.scopes == ("conversations.read",)
    assert principal.session_id != ana.session_id
    assert (await guard.current_user(principal)).permissions == ("conversations.read",)
    with pytest.raises(PermissionDenied):
        await guard.require_permission_now(principal, "agents.talk")


async def test_tokens_are_listed_without_the_token_the_newest_first(
    guard: SecurityGuard, ana: Principal, clock: ManualClock
) -> None:
    tokens = [await make(guard, ana, "conversations.read", "agents.talk")]
    clock.advance(DAY)
    tokens.append(await make(guard, ana, lifetime=DAY))
    listed = await guard.personal_tokens.list(ana)
    assert [token.hint for token in listed] == [token[:8] for token in reversed(tokens)]
    assert (listed[1].name, listed[1].scopes) == ("Nightly report", ("agents.talk", "conversations.read"))
    assert (listed[1].expires_at, listed[0].expires_at) == (clock() + 29 * DAY, clock() + DAY)
    assert not any(token in repr(listed) for token in tokens)
    created = await guard.personal_tokens.create(ana, name="x", scopes=["agents.talk"], lifetime=None)
    assert created.value not in repr(created)


async def test_a_token_is_stored_as_a_digest_only(guard: SecurityGuard, ana: Principal, engine: AsyncEngine) -> None:
    token = await make(guard, ana)
    async with read_connection(engine) as connection:
        for table in ("personal_access_tokens", "sessions", "audit_events"):
            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()
            assert rows
            assert token[8:] not in repr(rows)


@pytest.mark.parametrize("scope", [*sorted(NOT_GRANTABLE), "users.manage", "no.such"])
async def test_a_scope_that_the_user_lacks_or_that_manages_credentials_is_refused(
    guard: SecurityGuard, ana: Principal, scope: str
) -> None:
    with pytest.raises(InvalidScope) as caught:
        await make(guard, ana, "agents.talk", scope)
    assert caught.value.errors[0].pointer == "/scopes/1"
    assert await guard.personal_tokens.list(ana) == []


async def test_a_token_loses_and_regains_what_its_user_does(
    guard: SecurityGuard, ana: Principal, engine: AsyncEngine, clock: ManualClock
) -> None:
    token = await make(guard, ana, "agents.talk", "conversations.read")
    for roles, permissions in (([], ()), (["admin"], ("agents.talk", "conversations.read"))):
        async with write_transaction(engine) as connection:
            await connection.execute(update(memberships).values(roles=roles))
        clock.advance(timedelta(seconds=1))
        assert (await guard.authenticate(token)).permissions == permissions


async def test_a_token_lives_as_long_as_asked_and_no_longer_than_allowed(
    guard: SecurityGuard, ana: Principal, clock: ManualClock
) -> None:
    longest = OPTIONS.personal_tokens.longest_lifetime
    with pytest.raises(InvalidLifetime):
        await make(guard, ana, lifetime=longest + timedelta(seconds=1))
    token = await make(guard, ana, lifetime=longest)
    clock.advance(longest - timedelta(seconds=1))
    assert not await refused(guard, token)
    clock.advance(timedelta(seconds=1))
    assert await refused(guard, token)
    assert await guard.personal_tokens.list(ana) == []


async def test_a_name_is_needed(guard: SecurityGuard, ana: Principal) -> None:
    with pytest.raises(InvalidName):
        await guard.personal_tokens.create(ana, name="  ", scopes=["agents.talk"], lifetime=None)


async def test_of_many_at_once_no_more_than_the_limit_are_made(guard: SecurityGuard, ana: Principal) -> None:
    made = await asyncio.gather(*(make(guard, ana) for _ in range(12)), return_exceptions=True)
    assert sum(isinstance(each, str) for each in made) == 3
    assert {type(each) for each in made} == {str, TooManyAccessTokens}
    (first, *_) = await guard.personal_tokens.list(ana)
    await guard.personal_tokens.revoke(ana, first.token_id)
    await make(guard, ana)


async def test_a_revoked_token_is_refused_at_once_and_elsewhere_within_a_second(
    guard: SecurityGuard, other_guard: SecurityGuard, ana: Principal, clock: ManualClock
) -> None:
    token = await make(guard, ana)
    here, there = await guard.authenticate(token), await other_guard.authenticate(token)
    told, told_elsewhere = asyncio.Event(), asyncio.Event()
    with guard.watching(here, told.set), other_guard.watching(there, told_elsewhere.set):
        await guard.personal_tokens.revoke(ana, here.session_id)
        assert told.is_set()
        await asyncio.wait_for(told_elsewhere.wait(), 10)
    clock.advance(timedelta(seconds=1))
    assert await refused(guard, token)
    assert await refused(other_guard, token)
    with pytest.raises(AccessTokenNotFound):
        await guard.personal_tokens.revoke(ana, here.session_id)


async def test_nobody_revokes_what_is_not_his_or_no_token(guard: SecurityGuard, ana: Principal) -> None:
    token = await guard.authenticate(await make(guard, ana))
    ben = await guard.authenticate(
        (await guard.register_user(**ANA | {"email": "ben@example.com"})).tokens.access_token
    )
    for owner, token_id in ((ben, token.session_id), (ana, ana.session_id), (ana, uuid4())):
        with pytest.raises(AccessTokenNotFound):
            await guard.personal_tokens.revoke(owner, token_id)


async def test_logins_and_tokens_are_kept_apart(guard: SecurityGuard, ana: Principal) -> None:
    token = await make(guard, ana)
    token_id = (await guard.authenticate(token)).session_id
    assert [session.session_id for session in await guard.sessions.list(ana)] == [ana.session_id]
    with pytest.raises(SessionNotFound):
        await guard.sessions.end(ana, token_id)
    await guard.sessions.end_others(ana)
    await guard.sessions.end_all(ana)
    assert not await refused(guard, token)


async def test_a_changed_password_leaves_tokens(guard: SecurityGuard, ana: Principal) -> None:
    token = await make(guard, ana)
    await guard.accounts.passwords.change(ana, current_password=ANA["password"], new_password="another horse battery")
    assert not await refused(guard, token)


async def test_a_reset_password_ends_tokens(guard: SecurityGuard, ana: Principal, mailbox: Mailbox) -> None:
    token = await make(guard, ana)
    await guard.accounts.passwords.forgot(ANA["email"])
    await guard.accounts.work.settle()
    code = mailbox.code(ANA["email"], "reset-password")
    await guard.accounts.passwords.reset(code=code, new_password="another horse battery")
    assert await refused(guard, token)


@pytest.mark.parametrize("end", ["delete", "disable", "end_sessions"])
async def test_the_end_of_the_account_or_of_its_logins_by_an_admin_ends_its_tokens(
    guard: SecurityGuard, ana: Principal, end: str
) -> None:
    token = await make(guard, ana)
    await guard.register_user(**ANA | {"email": "root@example.com"})
    await guard.administration.grant_role("root@example.com", "platform_admin")
    root = await guard.authenticate(
        (await guard.login(email="root@example.com", password=ANA["password"])).tokens.access_token
    )
    if end == "delete":
        await guard.accounts.deletion.delete(ana, current_password=ANA["password"])
    elif end == "disable":
        await guard.administration.disable(root, ana.user_id)
        await guard.administration.enable(root, ana.user_id)
    else:
        await guard.administration.end_sessions(root, ana.user_id)
    assert await refused(guard, token)


async def test_a_ticket_bought_with_a_token_keeps_its_scopes_and_dies_with_it(
    guard: SecurityGuard, ana: Principal
) -> None:
    principal = await guard.authenticate(await make(guard, ana, "agents.talk"))
    first, second = await guard.issue_ticket(principal), await guard.issue_ticket(principal)
    assert await guard.redeem_ticket(first.value) == principal
    await guard.personal_tokens.revoke(ana, principal.session_id)
    with pytest.raises(InvalidTicket):
        await guard.redeem_ticket(second.value)


async def test_the_last_use_is_kept_about_once_a_minute(
    guard: SecurityGuard, ana: Principal, engine: AsyncEngine, clock: ManualClock
) -> None:
    token = await make(guard, ana)
    writes: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE sessions"):
            writes.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    await asyncio.gather(*(guard.authenticate(token) for _ in range(5)))
    (listed,) = await guard.personal_tokens.list(ana)
    assert (listed.last_used_at, len(writes)) == (clock(), 1)
    clock.advance(timedelta(seconds=59))
    await guard.authenticate(token)
    assert len(writes) == 1
    clock.advance(timedelta(seconds=1))
    await guard.authenticate(token)
    (listed,) = await guard.personal_tokens.list(ana)
    assert (listed.last_used_at, len(writes)) == (clock(), 2)


async def test_a_look_alike_is_refused_without_asking_the_database(
    guard: SecurityGuard, ana: Principal, engine: AsyncEngine
) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    token = new_personal_token()
    assert await refused(guard, token[:-1] + ("0" if token[-1] != "0" else "1"))
    assert asked == []
    assert await refused(guard, token)
    assert any("personal_access_tokens" in statement for statement in asked)
    assert ana


async def test_even_a_stored_scope_over_credentials_gives_nothing(
    guard: SecurityGuard, ana: Principal, engine: AsyncEngine
) -> None:
    stores = sql_identity_stores(engine)
    token = await make(guard, ana)
    (stored,) = await guard.personal_tokens.list(ana)
    value = new_personal_token()
    forged = replace(stored, token_id=uuid4(), scopes=(*sorted(NOT_GRANTABLE), "conversations.read"))
    assert await stores.personal_tokens.add(forged, digest(value), 10)
    assert (await guard.authenticate(value)).permissions == ("conversations.read",)
    assert token
