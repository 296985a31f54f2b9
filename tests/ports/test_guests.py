"""Guests and what becomes of their conversations, through Security Guard, on each database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.conversation_log import SqlConversationLog
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.conversations.model import Owner
from experience_plane.security_guard.audit import AuditQuery
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.options import GuestOptions, HashingOptions, IdentityOptions
from experience_plane.security_guard.ports import (
    EmailTaken,
    GuestsNotAllowed,
    InvalidCredentials,
    InvalidRefreshToken,
    InvalidUpgrade,
    Unauthenticated,
)
from experience_plane.security_guard.principal import Authenticated
from manual_clock import ManualClock

PARALLEL = 50
ANA: dict[str, Any] = {"name": "Ana", "email": "ana@example.com", "password": "correct horse battery"}
ANA_LOGIN = {"email": ANA["email"], "password": ANA["password"]}
CHEAP = IdentityOptions(hashing=HashingOptions(memory_cost_kib=8, time_cost=1))


@pytest.fixture
async def guard(engine: AsyncEngine, clock: ManualClock) -> AsyncIterator[SecurityGuard]:
    opened = await open_local_guard(sql_identity_stores(engine), CHEAP, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def log(engine: AsyncEngine, clock: ManualClock) -> AsyncIterator[SqlConversationLog]:
    opened = SqlConversationLog(engine, clock=clock)
    yield opened
    await opened.close()


def owner(authenticated: Authenticated) -> Owner:
    return Owner(authenticated.user.user_id, authenticated.user.tenant_id)


async def owned(log: SqlConversationLog, authenticated: Authenticated) -> list[Any]:
    """The ids of the conversations that this user has."""
    found = await log.list_conversations(owner(authenticated), limit=100, after=None)
    return [conversation.conversation_id for conversation in found]


async def test_a_guest_has_a_session_a_tenant_and_may_do_little(guard: SecurityGuard) -> None:
    guest = await guard.guests.start()
    assert (guest.user.anonymous, guest.user.email, guest.user.roles) == (True, "", ("guest",))
    assert guest.user.permissions == ("agents.talk", "conversations.read")
    other = await guard.guests.start()
    assert other.user.tenant_id != guest.user.tenant_id
    refreshed = await guard.refresh(guest.tokens.refresh_token)
    assert refreshed.user == guest.user


async def test_nobody_logs_in_as_a_guest(guard: SecurityGuard) -> None:
    guest = await guard.guests.start()
    for email in ("", f"guest:{guest.user.user_id}"):
        with pytest.raises(InvalidCredentials):
            await guard.login(email=email, password="correct horse battery")


async def test_a_service_may_be_without_guests(engine: AsyncEngine, clock: ManualClock) -> None:
    options = replace(CHEAP, guests=GuestOptions(allowed=False))
    guard = await open_local_guard(sql_identity_stores(engine), options, clock)
    with pytest.raises(GuestsNotAllowed):
        await guard.guests.start()
    await guard.close()


async def test_registering_carries_the_conversations_over_and_ends_the_guest(
    guard: SecurityGuard, log: SqlConversationLog
) -> None:
    guest = await guard.guests.start()
    principal = await guard.authenticate(guest.tokens.access_token)
    talk = await log.create_conversation(owner(guest))
    revoked = asyncio.Event()
    with guard.watching(principal, revoked.set):
        ana = await guard.register(**ANA, upgrade=guest.tokens.access_token)
        assert revoked.is_set()
    assert ana is not None
    assert await owned(log, ana) == [talk.conversation_id]
    assert await owned(log, guest) == []
    with pytest.raises(Unauthenticated):
        await guard.authenticate(guest.tokens.access_token)
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(guest.tokens.refresh_token)


async def test_logging_in_carries_them_to_those_that_are_there(guard: SecurityGuard, log: SqlConversationLog) -> None:
    ana = await guard.register_user(**ANA)
    before = await log.create_conversation(owner(ana))
    guest = await guard.guests.start()
    talk = await log.create_conversation(owner(guest))
    again = await guard.login(**ANA_LOGIN, upgrade=guest.tokens.access_token)
    assert set(await owned(log, again)) == {before.conversation_id, talk.conversation_id}


async def test_of_many_upgrades_of_one_guest_one_carries(
    guard: SecurityGuard, log: SqlConversationLog, engine: AsyncEngine
) -> None:
    ana = await guard.register_user(**ANA)
    ben = await guard.register_user(**ANA | {"email": "ben@example.com"})
    guest = await guard.guests.start()
    talk = await log.create_conversation(owner(guest))
    logins = [
        guard.login(email=email, password=ANA["password"], upgrade=guest.tokens.access_token)
        for email in (ana.user.email, ben.user.email) * (PARALLEL // 2)
    ]
    outcomes = await asyncio.gather(*logins, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {Authenticated, InvalidUpgrade}
    assert any(isinstance(outcome, Authenticated) for outcome in outcomes)
    assert await owned(log, ana) + await owned(log, ben) == [talk.conversation_id]
    query = AuditQuery(tenant_id=None, limit=100, kind="user.upgraded")
    recorded = await sql_identity_stores(engine).audit_log.find(query)
    assert [event.event.detail for event in recorded] == [{"guest_id": str(guest.user.user_id)}]


async def test_a_failed_login_carries_nothing(guard: SecurityGuard, log: SqlConversationLog) -> None:
    await guard.register_user(**ANA)
    guest = await guard.guests.start()
    talk = await log.create_conversation(owner(guest))
    with pytest.raises(InvalidCredentials):
        await guard.login(email=ANA["email"], password="wrong horse battery", upgrade=guest.tokens.access_token)
    with pytest.raises(EmailTaken):
        await guard.register(**ANA, upgrade=guest.tokens.access_token)
    assert await owned(log, guest) == [talk.conversation_id]
    await guard.authenticate(guest.tokens.access_token)


async def test_only_a_living_guests_access_token_upgrades(
    guard: SecurityGuard, log: SqlConversationLog, clock: ManualClock
) -> None:
    ana = await guard.register_user(**ANA)
    eve = await guard.register_user(**ANA | {"email": "eve@example.com"})
    kept = await log.create_conversation(owner(eve))
    gone, used, late = [await guard.guests.start() for _ in range(3)]
    await guard.logout(await guard.authenticate(gone.tokens.access_token))
    await guard.login(**ANA_LOGIN, upgrade=used.tokens.access_token)
    clock.advance(timedelta(minutes=16))
    eve = await guard.login(email=eve.user.email, password=ANA["password"])
    fresh = await guard.guests.start()
    refused = [eve.tokens.access_token, fresh.tokens.refresh_token, "", "x.y.z"]
    refused += [guest.tokens.access_token for guest in (gone, used, late)]
    for token in refused:
        with pytest.raises(InvalidUpgrade):
            await guard.login(**ANA_LOGIN, upgrade=token)
    assert await owned(log, eve) == [kept.conversation_id]
    assert await owned(log, ana) == []


async def test_guests_who_stay_away_are_forgotten_with_their_conversations(
    guard: SecurityGuard, log: SqlConversationLog, clock: ManualClock
) -> None:
    ana = await guard.register_user(**ANA)
    kept = await log.create_conversation(owner(ana))
    away, back = await guard.guests.start(), await guard.guests.start()
    await log.create_conversation(owner(away))
    talk = await log.create_conversation(owner(back))
    clock.advance(timedelta(days=29))
    await guard.refresh(back.tokens.refresh_token)
    assert await guard.guests.forget_idle() == 0
    clock.advance(timedelta(days=1, seconds=1))
    assert await guard.guests.forget_idle() == 1
    assert await guard.guests.forget_idle() == 0
    assert (await owned(log, away), await owned(log, back)) == ([], [talk.conversation_id])
    assert await owned(log, ana) == [kept.conversation_id]


async def test_one_cleanup_forgets_no_more_than_its_batch(engine: AsyncEngine, clock: ManualClock) -> None:
    options = replace(CHEAP, guests=GuestOptions(cleanup_batch=2))
    guard = await open_local_guard(sql_identity_stores(engine), options, clock)
    for _ in range(3):
        await guard.guests.start()
    clock.advance(timedelta(days=31))
    assert [await guard.guests.forget_idle() for _ in range(3)] == [2, 1, 0]
    await guard.close()
