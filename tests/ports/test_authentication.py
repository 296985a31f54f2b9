"""The authentication port, through Security Guard, on each database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.adapters.sql.identity_tables import refresh_tokens, tickets, users
from experience_plane.errors import ExperiencePlaneError
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.options import HashingOptions, IdentityOptions
from experience_plane.security_guard.ports import (
    EmailTaken,
    InvalidCredentials,
    InvalidEmail,
    InvalidName,
    InvalidRefreshToken,
    InvalidTicket,
    PasswordRejected,
    Unauthenticated,
)
from experience_plane.security_guard.principal import Authenticated
from manual_clock import ManualClock

PARALLEL = 20
ANA: dict[str, Any] = {"name": "Ana", "email": "ana@example.com", "password": "correct horse battery"}
CHEAP = IdentityOptions(hashing=HashingOptions(memory_cost_kib=8, time_cost=1))


@pytest.fixture
async def guard(engine: AsyncEngine, clock: ManualClock) -> AsyncIterator[SecurityGuard]:
    opened = await open_local_guard(sql_identity_stores(engine), CHEAP, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def other_guard(guard: SecurityGuard, engine: AsyncEngine, clock: ManualClock) -> AsyncIterator[SecurityGuard]:
    """The guard of another process on the same database."""
    opened = await open_local_guard(sql_identity_stores(engine), CHEAP, clock)
    yield opened
    await opened.close()


def winners(outcomes: list[Any], loser: type[ExperiencePlaneError]) -> list[Any]:
    """What did not raise; everything else must have raised `loser`."""
    won = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)] == [loser] * (
        len(outcomes) - len(won)
    )
    return won


async def test_registering_logs_in_with_a_tenant_a_role_and_its_permissions(guard: SecurityGuard) -> None:
    registered = await guard.register_user(**ANA)
    user = registered.user
    assert (user.name, user.email, user.roles) == ("Ana", "ana@example.com", ("member",))
    assert user.permissions == (
        "access_tokens.manage",
        "account.manage",
        "agents.talk",
        "conversations.read",
        "liaisons.consult",
        "session.end",
    )
    assert registered.tokens.expires_in == 900
    principal = await guard.authenticate(registered.tokens.access_token)
    assert (principal.user_id, principal.tenant_id) == (user.user_id, user.tenant_id)
    assert (principal.roles, principal.permissions) == (user.roles, user.permissions)
    assert await guard.current_user(principal) == user


async def test_two_users_get_two_tenants(guard: SecurityGuard) -> None:
    ana = await guard.register_user(**ANA)
    ben = await guard.register_user(**ANA | {"email": "ben@example.com"})
    assert ana.user.tenant_id != ben.user.tenant_id


async def test_logging_in_starts_a_session_of_its_own(guard: SecurityGuard) -> None:
    registered = await guard.register_user(**ANA)
    logged_in = await guard.login(email="ana@example.com", password=ANA["password"])
    assert logged_in.user == registered.user
    sessions = {(await guard.authenticate(a.tokens.access_token)).session_id for a in (registered, logged_in)}
    assert len(sessions) == 2


@pytest.mark.parametrize("email", ["ANA@Example.COM", " ana@example.com ", "aNa@EXAMPLE.com"])
async def test_an_e_mail_address_is_one_account_however_it_is_written(guard: SecurityGuard, email: str) -> None:
    registered = await guard.register_user(**ANA)
    with pytest.raises(EmailTaken):
        await guard.register_user(**ANA | {"email": email})
    assert (await guard.login(email=email, password=ANA["password"])).user == registered.user


async def test_an_internationalised_domain_is_one_account_in_both_spellings(guard: SecurityGuard) -> None:
    registered = await guard.register_user(**ANA | {"email": "ana@münchen.de"})
    logged_in = await guard.login(email="ANA@xn--mnchen-3ya.de", password=ANA["password"])
    assert logged_in.user == registered.user


async def test_the_same_password_in_another_unicode_form_logs_in(guard: SecurityGuard) -> None:
    await guard.register_user(**ANA | {"password": "cafe\u0301 ﬁancé noir"})
    await guard.login(email=ANA["email"], password="café fiancé noir")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ana@example.com", "wrong horse battery"),
        ("nobody@example.com", "correct horse battery"),
        ("not an address", "correct horse battery"),
        ("ana@example.com", ""),
        ("ana@example.com", "\ud800"),
        ("ana\x00@example.com", "correct horse battery"),
    ],
)
async def test_every_failed_login_looks_the_same(guard: SecurityGuard, email: str, password: str) -> None:
    await guard.register_user(**ANA)
    with pytest.raises(InvalidCredentials) as caught:
        await guard.login(email=email, password=password)
    assert caught.value.public_detail == InvalidCredentials.default_detail


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"email": "not an address"}, InvalidEmail),
        ({"email": "a\x00b@example.com"}, InvalidEmail),
        ({"name": "  "}, InvalidName),
        ({"name": "An\x00a"}, InvalidName),
        ({"name": "An\ud800a"}, InvalidName),
        ({"password": "short"}, PasswordRejected),
        ({"password": "password123"}, PasswordRejected),
    ],
)
async def test_what_cannot_be_registered_is_refused_and_leaves_nothing(
    guard: SecurityGuard, engine: AsyncEngine, change: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await guard.register_user(**ANA | change)
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(users)) == 0


async def test_parallel_registrations_of_one_e_mail_address_make_one_user(
    guard: SecurityGuard, engine: AsyncEngine
) -> None:
    outcomes = await asyncio.gather(*(guard.register_user(**ANA) for _ in range(PARALLEL)), return_exceptions=True)
    assert len(winners(outcomes, EmailTaken)) == 1
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(users)) == 1


async def test_refreshing_gives_new_tokens_for_the_same_session(guard: SecurityGuard) -> None:
    first = await guard.register_user(**ANA)
    second = await guard.refresh(first.tokens.refresh_token)
    assert second.user == first.user
    assert second.tokens.refresh_token != first.tokens.refresh_token
    before, after = [await guard.authenticate(a.tokens.access_token) for a in (first, second)]
    assert before.session_id == after.session_id


@pytest.mark.parametrize("value", ["", "unknown", "\ud800", "é" * 5000])
async def test_an_unknown_refresh_token_is_refused(guard: SecurityGuard, value: str) -> None:
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(value)


async def test_an_access_token_does_not_refresh_and_a_refresh_token_does_not_authenticate(
    guard: SecurityGuard,
) -> None:
    tokens = (await guard.register_user(**ANA)).tokens
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(tokens.access_token)
    with pytest.raises(Unauthenticated):
        await guard.authenticate(tokens.refresh_token)


async def test_a_refresh_token_used_again_after_the_grace_ends_the_session_at_once(
    guard: SecurityGuard, clock: ManualClock
) -> None:
    first = await guard.register_user(**ANA)
    second = await guard.refresh(first.tokens.refresh_token)
    await guard.authenticate(second.tokens.access_token)
    clock.advance(timedelta(seconds=10))
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(first.tokens.refresh_token)
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(second.tokens.refresh_token)
    with pytest.raises(Unauthenticated):
        await guard.authenticate(second.tokens.access_token)


async def test_parallel_refreshes_of_one_token_make_one_successor_which_all_get(
    guard: SecurityGuard, other_guard: SecurityGuard, engine: AsyncEngine
) -> None:
    token = (await guard.register_user(**ANA)).tokens.refresh_token
    outcomes = await asyncio.gather(*((guard, other_guard)[n % 2].refresh(token) for n in range(50)))
    (successor,) = {outcome.tokens.refresh_token for outcome in outcomes}
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(refresh_tokens)) == 2
    sessions = {(await guard.authenticate(outcome.tokens.access_token)).session_id for outcome in outcomes}
    assert len(sessions) == 1
    assert (await other_guard.refresh(successor)).tokens.refresh_token not in {token, successor}


async def test_a_session_ends_ninety_days_after_it_began(guard: SecurityGuard, clock: ManualClock) -> None:
    tokens = (await guard.register_user(**ANA)).tokens
    for _ in range(89):
        clock.advance(timedelta(days=1))
        tokens = (await guard.refresh(tokens.refresh_token)).tokens
    clock.advance(timedelta(hours=24))
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(tokens.refresh_token)


async def test_a_refresh_token_lives_thirty_days_from_its_own_issue(guard: SecurityGuard, clock: ManualClock) -> None:
    tokens = (await guard.register_user(**ANA)).tokens
    clock.advance(timedelta(days=29))
    tokens = (await guard.refresh(tokens.refresh_token)).tokens
    clock.advance(timedelta(days=30))
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(tokens.refresh_token)


async def _log_out(guard: SecurityGuard, authenticated: Authenticated) -> None:
    await guard.logout(await guard.authenticate(authenticated.tokens.access_token))


async def test_logging_out_ends_access_and_refresh_on_the_next_request(guard: SecurityGuard) -> None:
    ana = await guard.register_user(**ANA)
    principal = await guard.authenticate(ana.tokens.access_token)
    await guard.logout(principal)
    await guard.logout(principal)
    with pytest.raises(Unauthenticated):
        await guard.authenticate(ana.tokens.access_token)
    with pytest.raises(Unauthenticated):
        await guard.current_user(principal)
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(ana.tokens.refresh_token)


async def test_logging_out_leaves_the_users_other_sessions_alone(guard: SecurityGuard) -> None:
    ana = await guard.register_user(**ANA)
    elsewhere = await guard.login(email=ANA["email"], password=ANA["password"])
    await _log_out(guard, ana)
    await guard.authenticate(elsewhere.tokens.access_token)


async def test_every_process_believes_every_process_token(guard: SecurityGuard, other_guard: SecurityGuard) -> None:
    ana = await guard.register_user(**ANA)
    assert (await other_guard.authenticate(ana.tokens.access_token)).user_id == ana.user.user_id
    assert guard.json_web_key_set() == other_guard.json_web_key_set()


async def test_a_logout_elsewhere_is_noticed_within_the_documented_second(
    guard: SecurityGuard, other_guard: SecurityGuard, clock: ManualClock
) -> None:
    ana = await guard.register_user(**ANA)
    await other_guard.authenticate(ana.tokens.access_token)
    await _log_out(guard, ana)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        await other_guard.authenticate(ana.tokens.access_token)


async def test_a_ticket_stands_for_the_principal_once(guard: SecurityGuard, clock: ManualClock) -> None:
    principal = await guard.authenticate((await guard.register_user(**ANA)).tokens.access_token)
    ticket = await guard.issue_ticket(principal)
    assert ticket.expires_at == clock() + timedelta(seconds=30)
    assert await guard.redeem_ticket(ticket.value) == principal
    with pytest.raises(InvalidTicket):
        await guard.redeem_ticket(ticket.value)


async def test_of_parallel_redeemers_of_a_ticket_exactly_one_wins(
    guard: SecurityGuard, other_guard: SecurityGuard
) -> None:
    principal = await guard.authenticate((await guard.register_user(**ANA)).tokens.access_token)
    ticket = await guard.issue_ticket(principal)
    outcomes = await asyncio.gather(
        *((guard, other_guard)[n % 2].redeem_ticket(ticket.value) for n in range(PARALLEL)), return_exceptions=True
    )
    assert winners(outcomes, InvalidTicket) == [principal]


async def test_a_ticket_dies_with_its_session(guard: SecurityGuard) -> None:
    principal = await guard.authenticate((await guard.register_user(**ANA)).tokens.access_token)
    ticket = await guard.issue_ticket(principal)
    await guard.logout(principal)
    with pytest.raises(InvalidTicket):
        await guard.redeem_ticket(ticket.value)


async def test_a_ticket_dies_after_thirty_seconds(guard: SecurityGuard, clock: ManualClock) -> None:
    principal = await guard.authenticate((await guard.register_user(**ANA)).tokens.access_token)
    ticket = await guard.issue_ticket(principal)
    clock.advance(timedelta(seconds=30))
    with pytest.raises(InvalidTicket):
        await guard.redeem_ticket(ticket.value)


@pytest.mark.parametrize("value", ["", "unknown", "\ud800"])
async def test_an_unknown_ticket_is_refused(guard: SecurityGuard, value: str) -> None:
    with pytest.raises(InvalidTicket):
        await guard.redeem_ticket(value)


async def test_no_secret_that_was_handed_out_is_stored(guard: SecurityGuard, engine: AsyncEngine) -> None:
    ana = await guard.register_user(**ANA)
    ticket = await guard.issue_ticket(await guard.authenticate(ana.tokens.access_token))
    async with engine.connect() as connection:
        stored = [
            str(row) for table in (users, refresh_tokens, tickets) for row in await connection.execute(select(table))
        ]
    for secret in (ana.tokens.refresh_token, ana.tokens.access_token, ticket.value, ANA["password"]):
        assert not any(secret in row for row in stored)
