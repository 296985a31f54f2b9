"""A user's sessions, through Security Guard, on each database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.engine import create_engine
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.security_guard.device import serving
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.options import HashingOptions, IdentityOptions, SessionOptions
from experience_plane.security_guard.ports import InvalidRefreshToken, SessionNotFound, Unauthenticated
from experience_plane.security_guard.principal import Authenticated, Principal
from manual_clock import ManualClock

ANA: dict[str, Any] = {"name": "Ana", "email": "ana@example.com", "password": "correct horse battery"}
CHEAP = IdentityOptions(
    hashing=HashingOptions(memory_cost_kib=8, time_cost=1),
    sessions=SessionOptions(check_interval=timedelta(milliseconds=5)),
)


@pytest.fixture
async def guard(engine: AsyncEngine, clock: ManualClock) -> AsyncIterator[SecurityGuard]:
    opened = await open_local_guard(sql_identity_stores(engine), CHEAP, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def other_guard(guard: SecurityGuard, database_url: str, clock: ManualClock) -> AsyncIterator[SecurityGuard]:
    """The guard of another process, with connections of its own, on the same database."""
    engine = create_engine(database_url)
    opened = await open_local_guard(sql_identity_stores(engine), CHEAP, clock)
    yield opened
    await opened.close()
    await engine.dispose()


async def principal_of(guard: SecurityGuard, authenticated: Authenticated) -> Principal:
    return await guard.authenticate(authenticated.tokens.access_token)


async def log_in(guard: SecurityGuard) -> Principal:
    return await principal_of(guard, await guard.login(email=ANA["email"], password=ANA["password"]))


async def test_sessions_are_listed_with_their_device_the_one_used_last_first(
    guard: SecurityGuard, clock: ManualClock
) -> None:
    with serving("Firefox\x00 on a laptop", "203.0.113.7"):
        first = await guard.register_user(**ANA)
    clock.advance(timedelta(minutes=1))
    second = await log_in(guard)
    listed = await guard.sessions.list(second)
    assert listed[0].session_id == second.session_id
    assert (listed[1].device.user_agent, listed[1].device.ip_address) == ("Firefox on a laptop", "203.0.113.7")
    assert (listed[0].device.user_agent, listed[0].device.ip_address) == (None, None)
    assert listed[0].expires_at == clock() + timedelta(days=90)
    clock.advance(timedelta(minutes=1))
    await guard.refresh(first.tokens.refresh_token)
    listed = await guard.sessions.list(second)
    assert listed[0].last_used_at == clock()
    assert listed[0].started_at == clock() - timedelta(minutes=2)


async def test_what_has_ended_or_cannot_be_used_any_more_is_not_listed(
    guard: SecurityGuard, clock: ManualClock
) -> None:
    first = await principal_of(guard, await guard.register_user(**ANA))
    await guard.logout(first)
    await log_in(guard)
    clock.advance(timedelta(days=30))
    last = await log_in(guard)
    assert [session.session_id for session in await guard.sessions.list(last)] == [last.session_id]


async def test_one_session_is_ended_and_only_by_its_user(guard: SecurityGuard) -> None:
    ana = await guard.register_user(**ANA)
    stolen = await guard.login(email=ANA["email"], password=ANA["password"])
    ben = await principal_of(guard, await guard.register_user(**ANA | {"email": "ben@example.com"}))
    principal, thief = await principal_of(guard, ana), await principal_of(guard, stolen)
    for session_id in (thief.session_id, uuid4()):
        with pytest.raises(SessionNotFound):
            await guard.sessions.end(ben, session_id)
    await guard.sessions.end(principal, thief.session_id)
    with pytest.raises(SessionNotFound):
        await guard.sessions.end(principal, thief.session_id)
    with pytest.raises(Unauthenticated):
        await guard.authenticate(stolen.tokens.access_token)
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(stolen.tokens.refresh_token)
    await guard.authenticate(ana.tokens.access_token)


async def test_ending_the_others_leaves_this_one(guard: SecurityGuard) -> None:
    ana = await principal_of(guard, await guard.register_user(**ANA))
    others = [await log_in(guard) for _ in range(3)]
    await guard.sessions.end_others(ana)
    assert [session.session_id for session in await guard.sessions.list(ana)] == [ana.session_id]
    for other in others:
        with pytest.raises(Unauthenticated):
            await guard.current_user(other)


async def test_logging_out_everywhere_leaves_none(guard: SecurityGuard) -> None:
    ana = await principal_of(guard, await guard.register_user(**ANA))
    other = await log_in(guard)
    await guard.sessions.end_all(ana)
    for principal in (ana, other):
        with pytest.raises(Unauthenticated):
            await guard.current_user(principal)


async def test_who_watches_a_session_is_told_before_its_end_returns(guard: SecurityGuard) -> None:
    ana = await principal_of(guard, await guard.register_user(**ANA))
    told: list[str] = []
    with guard.watching(ana, lambda: told.append("first")), guard.watching(ana, lambda: told.append("second")):
        await guard.logout(ana)
        assert told == ["first", "second"]
    with guard.watching(ana, lambda: told.append("late")):
        assert told[-1] == "late"


async def test_a_session_ended_in_another_process_is_noticed_by_looking(
    guard: SecurityGuard, other_guard: SecurityGuard
) -> None:
    ana = await principal_of(guard, await guard.register_user(**ANA))
    ben = await principal_of(guard, await guard.register_user(**ANA | {"email": "ben@example.com"}))
    told, untold = asyncio.Event(), asyncio.Event()
    with guard.watching(ana, told.set), guard.watching(ben, untold.set):
        await other_guard.logout(ana)
        await told.wait()
        assert not untold.is_set()
    with pytest.raises(Unauthenticated):
        await guard.current_user(ana)
