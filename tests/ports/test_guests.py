"""Guests and what becomes of their conversations, through Security Guard, on each database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from test_second_factors import App

from experience_plane.adapters.sql.conversation_log import SqlConversationLog
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.agent_socket import run_events
from experience_plane.conversations.log import OwnerGone
from experience_plane.conversations.model import Conversation, NewMessage, Owner
from experience_plane.runtime.events import ExecutionCompleted
from experience_plane.security_guard.audit import AuditQuery
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.options import AccountOptions, GuestOptions, HashingOptions, IdentityOptions
from experience_plane.security_guard.ports import (
    EmailTaken,
    EmailUnconfirmed,
    GuestsNotAllowed,
    InvalidCredentials,
    InvalidRefreshToken,
    InvalidUpgrade,
    Unauthenticated,
)
from experience_plane.security_guard.principal import Authenticated, LoginOutcome, SecondFactorRequired
from manual_clock import ManualClock
from recorded_mail import Mailbox

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
    opened = SqlConversationLog(engine, clock=clock, owners_are_here=True)
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
    assert guest.user.permissions == ("agents.talk", "conversations.read", "session.end")
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


async def upgraded(guard: SecurityGuard, login: Awaitable[LoginOutcome | None], token: str) -> LoginOutcome | None:
    """Log in as the handlers do it, with a guest's access token as `upgrade`."""
    guest = await guard.guest_of(token)
    outcome = await login
    await guard.carry_over(guest, outcome)
    return outcome


async def test_registering_carries_the_conversations_over_and_ends_the_guest(
    guard: SecurityGuard, log: SqlConversationLog
) -> None:
    guest = await guard.guests.start()
    principal = await guard.authenticate(guest.tokens.access_token)
    talk = await log.create_conversation(owner(guest))
    revoked = asyncio.Event()
    with guard.watching(principal, revoked.set):
        ana = await upgraded(guard, guard.register(**ANA), guest.tokens.access_token)
        assert revoked.is_set()
    assert isinstance(ana, Authenticated)
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
    again = await upgraded(guard, guard.login(**ANA_LOGIN), guest.tokens.access_token)
    assert isinstance(again, Authenticated)
    assert set(await owned(log, again)) == {before.conversation_id, talk.conversation_id}


async def test_of_many_upgrades_of_one_guest_one_carries(
    guard: SecurityGuard, log: SqlConversationLog, engine: AsyncEngine
) -> None:
    ana = await guard.register_user(**ANA)
    ben = await guard.register_user(**ANA | {"email": "ben@example.com"})
    guest = await guard.guests.start()
    talk = await log.create_conversation(owner(guest))
    logins = [
        upgraded(guard, guard.login(email=email, password=ANA["password"]), guest.tokens.access_token)
        for email in (ana.user.email, ben.user.email) * (PARALLEL // 2)
    ]
    assert {type(outcome) for outcome in await asyncio.gather(*logins)} == {Authenticated}
    assert await owned(log, ana) + await owned(log, ben) == [talk.conversation_id]
    query = AuditQuery(tenant_id=None, limit=100, kind="user.upgraded")
    recorded = await sql_identity_stores(engine).audit_log.find(query)
    assert [event.event.detail for event in recorded] == [{"guest_id": str(guest.user.user_id)}]


async def test_a_failed_login_carries_nothing(guard: SecurityGuard, log: SqlConversationLog) -> None:
    await guard.register_user(**ANA)
    guest = await guard.guests.start()
    talk = await log.create_conversation(owner(guest))
    with pytest.raises(InvalidCredentials):
        await upgraded(
            guard, guard.login(email=ANA["email"], password="wrong horse battery"), guest.tokens.access_token
        )
    with pytest.raises(EmailTaken):
        await upgraded(guard, guard.register(**ANA), guest.tokens.access_token)
    assert await owned(log, guest) == [talk.conversation_id]
    await guard.authenticate(guest.tokens.access_token)


async def test_a_run_goes_on_in_the_hands_of_the_new_owner(guard: SecurityGuard, log: SqlConversationLog) -> None:
    guest = await guard.guests.start()
    talk = (await log.create_conversation(owner(guest))).conversation_id
    run = (await log.accept_message(talk, NewMessage(uuid4(), "hello", "general", None))).event
    before = log.follow(talk, run.cursor)
    ana = await upgraded(guard, guard.register(**ANA), guest.tokens.access_token)
    assert isinstance(ana, Authenticated)
    position = await log.position((await log.conversation(talk, owner(ana))).conversation_id, None)
    assert [active.run_id for active in position.active_runs] == [run.run_id]
    drafts = [run_events.started("guide.concierge"), run_events.draft(ExecutionCompleted("hi"), "guide.concierge")]
    written = await log.append(talk, run.run_id, 2, drafts)
    async with asyncio.timeout(20):
        assert list(await anext(before)) == list(written)
    await before.aclose()
    assert [message.text for message in await log.list_messages(talk, limit=9, after_cursor=0)] == ["hello", "hi"]


async def test_a_login_that_waits_for_its_second_factor_carries_nothing_before_it_is_given(
    guard: SecurityGuard, log: SqlConversationLog, clock: ManualClock
) -> None:
    ana = await guard.register_user(**ANA)
    principal = await guard.authenticate(ana.tokens.access_token)
    enrolment = await guard.second_factors.enrol_totp(principal, current_password=ANA["password"])
    await guard.second_factors.confirm_totp(principal, App(enrolment.secret, clock).code())
    clock.advance(timedelta(minutes=1))
    guest = await guard.guests.start()
    talk = await log.create_conversation(owner(guest))
    asked = await upgraded(guard, guard.login(**ANA_LOGIN), guest.tokens.access_token)
    assert isinstance(asked, SecondFactorRequired)
    assert await owned(log, guest) == [talk.conversation_id]
    code = App(enrolment.secret, clock).code()
    completion = guard.second_factors.complete(asked.challenge, method="totp", code=code)
    await upgraded(guard, completion, guest.tokens.access_token)
    assert await owned(log, ana) == [talk.conversation_id]


async def test_a_guest_of_a_service_that_verifies_addresses_stays_one_until_the_first_login(
    engine: AsyncEngine, clock: ManualClock, log: SqlConversationLog
) -> None:
    options = replace(CHEAP, accounts=AccountOptions(verification_required=True))
    mailbox = Mailbox()
    guard = await open_local_guard(sql_identity_stores(engine), options, clock, mail=mailbox)
    guest = await guard.guests.start()
    talk = await log.create_conversation(owner(guest))
    token = guest.tokens.access_token
    assert await upgraded(guard, guard.register(**ANA), token) is None
    await guard.accounts.work.settle()
    with pytest.raises(EmailUnconfirmed):
        await upgraded(guard, guard.login(**ANA_LOGIN), token)
    assert await owned(log, guest) == [talk.conversation_id]
    await guard.accounts.emails.verify(mailbox.code("ana@example.com", "verify-email"))
    ana = await upgraded(guard, guard.login(**ANA_LOGIN), token)
    assert isinstance(ana, Authenticated)
    assert await owned(log, ana) == [talk.conversation_id]
    await guard.close()


async def test_an_upgrade_whose_guest_is_no_more_is_a_login(
    guard: SecurityGuard, log: SqlConversationLog, clock: ManualClock
) -> None:
    ana = await guard.register_user(**ANA)
    eve = await guard.register_user(**ANA | {"email": "eve@example.com"})
    carried, logged_out = [await guard.guests.start() for _ in range(2)]
    kept, lost = [await log.create_conversation(owner(guest)) for guest in (carried, logged_out)]
    await guard.logout(await guard.authenticate(logged_out.tokens.access_token))
    for guest in (carried, carried, logged_out):
        assert isinstance(await upgraded(guard, guard.login(**ANA_LOGIN), guest.tokens.access_token), Authenticated)
    login = guard.login(email=eve.user.email, password=ANA["password"])
    assert isinstance(await upgraded(guard, login, carried.tokens.access_token), Authenticated)
    assert await owned(log, ana) == [kept.conversation_id]
    assert await owned(log, eve) == []
    assert await owned(log, logged_out) == [lost.conversation_id]


async def test_only_a_guests_access_token_upgrades(
    guard: SecurityGuard, engine: AsyncEngine, clock: ManualClock
) -> None:
    late = await guard.guests.start()
    clock.advance(timedelta(minutes=16))
    eve = await guard.register_user(**ANA)
    fresh = await guard.guests.start()
    personal = await guard.personal_tokens.create(
        await guard.authenticate(eve.tokens.access_token), name="script", scopes=["agents.talk"], lifetime=None
    )
    header, _, signature = fresh.tokens.access_token.split(".")
    forged = ".".join((header, late.tokens.access_token.split(".")[1], signature))
    refused = [eve.tokens.access_token, personal.value, fresh.tokens.refresh_token, late.tokens.access_token, forged]
    for token in (*refused, "", "x.y.z"):
        with pytest.raises(InvalidUpgrade):
            await guard.guest_of(token)
    assert (await guard.guest_of(fresh.tokens.access_token)) is not None


async def test_a_guest_who_is_no_more_begins_no_conversation(
    guard: SecurityGuard, log: SqlConversationLog, engine: AsyncEngine
) -> None:
    ana = await guard.register_user(**ANA)
    guest = await guard.guests.start()
    begun = [log.create_conversation(owner(guest)) for _ in range(PARALLEL)]
    login = upgraded(guard, guard.login(**ANA_LOGIN), guest.tokens.access_token)
    outcomes = await asyncio.gather(*begun[:10], login, *begun[10:], return_exceptions=True)
    made = {outcome.conversation_id for outcome in outcomes if isinstance(outcome, Conversation)}
    assert {type(outcome) for outcome in outcomes} <= {Conversation, OwnerGone, Authenticated}
    assert set(await owned(log, ana)) == made
    assert await owned(log, guest) == []
    with pytest.raises(OwnerGone):
        await log.create_conversation(owner(guest))


async def test_nothing_is_carried_to_an_account_that_is_deleted(guard: SecurityGuard, log: SqlConversationLog) -> None:
    ana = await guard.register_user(**ANA)
    guest = await guard.guests.start()
    talk = await log.create_conversation(owner(guest))
    token = await guard.guest_of(guest.tokens.access_token)
    await guard.accounts.deletion.delete(
        await guard.authenticate(ana.tokens.access_token), current_password=ANA["password"]
    )
    await guard.carry_over(token, ana)
    assert (await owned(log, ana), await owned(log, guest)) == ([], [talk.conversation_id])


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
