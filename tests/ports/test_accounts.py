"""The life of an account, through Security Guard, on each database."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.conversation_tables import conversations
from experience_plane.adapters.sql.engine import write_transaction
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.adapters.sql.identity_tables import (
    account_codes,
    memberships,
    refresh_tokens,
    sessions,
    tenants,
    tickets,
    users,
)
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.options import AccountOptions, HashingOptions, IdentityOptions
from experience_plane.security_guard.ports import (
    EmailTaken,
    EmailUnconfirmed,
    InvalidCode,
    InvalidCredentials,
    InvalidEmail,
    InvalidRefreshToken,
    NotSupported,
    PasswordRejected,
    Unauthenticated,
    WrongPassword,
)
from experience_plane.security_guard.principal import Authenticated, Principal
from experience_plane.security_guard.storage import NewRefreshToken, NewSession, PasswordReplacedMeanwhile
from manual_clock import ManualClock
from recorded_mail import Mailbox

PARALLEL = 50
OLD, NEW = "correct horse battery", "a stapler on the moon"
ANA: dict[str, Any] = {"name": "Ana", "email": "ana@example.com", "password": OLD}
CHEAP = IdentityOptions(
    hashing=HashingOptions(memory_cost_kib=8, time_cost=1), accounts=AccountOptions(mail_at_registration=True)
)
STRICT = dataclasses.replace(CHEAP, accounts=AccountOptions(verification_required=True))


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def guard(engine: AsyncEngine, clock: ManualClock, mailbox: Mailbox) -> AsyncIterator[SecurityGuard]:
    opened = await open_local_guard(sql_identity_stores(engine), CHEAP, clock, mail=mailbox)
    yield opened
    await opened.close()


@pytest.fixture
async def strict(engine: AsyncEngine, clock: ManualClock, mailbox: Mailbox) -> AsyncIterator[SecurityGuard]:
    """A guard that requires verified addresses."""
    opened = await open_local_guard(sql_identity_stores(engine), STRICT, clock, mail=mailbox)
    yield opened
    await opened.close()


async def settled(guard: SecurityGuard, action: Awaitable[Any]) -> Any:
    """The action, and all the mail that it causes."""
    result = await action
    await guard.accounts.work.settle()
    return result


async def registered(guard: SecurityGuard) -> Authenticated:
    authenticated: Authenticated = await settled(guard, guard.register(**ANA))
    return authenticated


async def principal_of(guard: SecurityGuard, authenticated: Authenticated) -> Principal:
    return await guard.authenticate(authenticated.tokens.access_token)


async def rows(engine: AsyncEngine, table: Table) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def test_a_user_works_unverified_and_verifies_by_the_mailed_link(guard: SecurityGuard, mailbox: Mailbox) -> None:
    ana = await registered(guard)
    assert not ana.user.email_verified
    assert mailbox.subjects("ana@example.com") == ["Confirm your e-mail address"]
    await guard.accounts.emails.verify(mailbox.code("ana@example.com", "verify-email"))
    assert (await guard.current_user(await principal_of(guard, ana))).email_verified


async def test_a_code_works_once(guard: SecurityGuard, mailbox: Mailbox) -> None:
    await registered(guard)
    code = mailbox.code("ana@example.com", "verify-email")
    await guard.accounts.emails.verify(code)
    with pytest.raises(InvalidCode):
        await guard.accounts.emails.verify(code)


async def test_a_code_expires(guard: SecurityGuard, mailbox: Mailbox, clock: ManualClock) -> None:
    await registered(guard)
    clock.advance(timedelta(days=1))
    with pytest.raises(InvalidCode):
        await guard.accounts.emails.verify(mailbox.code("ana@example.com", "verify-email"))


async def test_a_newer_code_ends_the_older(guard: SecurityGuard, mailbox: Mailbox) -> None:
    await registered(guard)
    older = mailbox.code("ana@example.com", "verify-email")
    await settled(guard, guard.accounts.registration.resend_verification("ANA@example.com"))
    with pytest.raises(InvalidCode):
        await guard.accounts.emails.verify(older)
    await guard.accounts.emails.verify(mailbox.code("ana@example.com", "verify-email"))


async def test_codes_are_stored_as_digests_only(guard: SecurityGuard, mailbox: Mailbox, engine: AsyncEngine) -> None:
    await registered(guard)
    code = mailbox.code("ana@example.com", "verify-email")
    async with engine.connect() as connection:
        (row,) = await connection.execute(select(account_codes))
    assert len(row.digest) == 32
    assert code not in str(tuple(row))
    assert code.encode() not in row.digest


async def test_a_code_of_one_kind_is_not_one_of_another(guard: SecurityGuard, mailbox: Mailbox) -> None:
    await registered(guard)
    await settled(guard, guard.accounts.passwords.forgot(ANA["email"]))
    with pytest.raises(InvalidCode):
        await guard.accounts.emails.verify(mailbox.code("ana@example.com", "reset-password"))
    with pytest.raises(InvalidCode):
        await guard.accounts.passwords.reset(code=mailbox.code("ana@example.com", "verify-email"), new_password=NEW)


@pytest.mark.parametrize("code", ["", "unknown", "\ud800", "é" * 500])
async def test_a_code_that_nobody_mailed_is_refused(guard: SecurityGuard, code: str) -> None:
    with pytest.raises(InvalidCode):
        await guard.accounts.emails.verify(code)
    with pytest.raises(InvalidCode):
        await guard.accounts.passwords.reset(code=code, new_password=NEW)


async def test_who_is_verified_is_not_mailed_another_code(guard: SecurityGuard, mailbox: Mailbox) -> None:
    await registered(guard)
    await guard.accounts.emails.verify(mailbox.code("ana@example.com", "verify-email"))
    await settled(guard, guard.accounts.registration.resend_verification(ANA["email"]))
    assert len(mailbox.mails) == 1


async def test_an_unknown_address_is_answered_like_a_known_one_and_gets_no_mail(
    guard: SecurityGuard, mailbox: Mailbox
) -> None:
    await settled(guard, guard.accounts.passwords.forgot("nobody@example.com"))
    await settled(guard, guard.accounts.registration.resend_verification("nobody@example.com"))
    assert mailbox.mails == []


async def test_nothing_is_looked_up_before_forgot_is_answered(
    guard: SecurityGuard, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered(guard)
    looked_up: list[str] = []
    accounts = guard.accounts.passwords._accounts
    find = accounts.find_by_email_key

    async def record(key: str) -> Any:
        looked_up.append(key)
        return await find(key)

    monkeypatch.setattr(accounts, "find_by_email_key", record)
    for email in ("ana@example.com", "nobody@example.com"):
        await guard.accounts.passwords.forgot(email)
        assert looked_up == []
    await guard.accounts.work.settle()
    assert sorted(looked_up) == ["ana@example.com", "nobody@example.com"]


async def test_a_reset_sets_the_password_ends_all_sessions_and_verifies_the_address(
    guard: SecurityGuard, mailbox: Mailbox
) -> None:
    ana = await registered(guard)
    await settled(guard, guard.accounts.passwords.forgot(ANA["email"]))
    code = mailbox.code("ana@example.com", "reset-password")
    await settled(guard, guard.accounts.passwords.reset(code=code, new_password=NEW))
    with pytest.raises(Unauthenticated):
        await principal_of(guard, ana)
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(ana.tokens.refresh_token)
    with pytest.raises(InvalidCredentials):
        await guard.login(email=ANA["email"], password=OLD)
    assert (await guard.login(email=ANA["email"], password=NEW)).user.email_verified
    assert mailbox.subjects("ana@example.com")[-1] == "Your password was changed"
    with pytest.raises(InvalidCode):
        await guard.accounts.passwords.reset(code=code, new_password=NEW)


async def test_a_refused_password_leaves_the_code_good(guard: SecurityGuard, mailbox: Mailbox) -> None:
    await registered(guard)
    await settled(guard, guard.accounts.passwords.forgot(ANA["email"]))
    code = mailbox.code("ana@example.com", "reset-password")
    for refused in ("short", "password123", "ana@example.com"):
        with pytest.raises(PasswordRejected) as caught:
            await guard.accounts.passwords.reset(code=code, new_password=refused)
        assert caught.value.errors[0].pointer == "/new_password"
    await guard.accounts.passwords.reset(code=code, new_password=NEW)


async def test_of_parallel_resets_with_one_code_exactly_one_wins(guard: SecurityGuard, mailbox: Mailbox) -> None:
    await registered(guard)
    await settled(guard, guard.accounts.passwords.forgot(ANA["email"]))
    code = mailbox.code("ana@example.com", "reset-password")
    passwords = [f"{NEW} {number}" for number in range(20)]
    outcomes = await asyncio.gather(
        *(guard.accounts.passwords.reset(code=code, new_password=password) for password in passwords),
        return_exceptions=True,
    )
    won = [password for password, outcome in zip(passwords, outcomes, strict=True) if outcome is None]
    assert len(won) == 1
    assert {type(outcome) for outcome in outcomes if outcome is not None} == {InvalidCode}
    await guard.login(email=ANA["email"], password=won[0])


async def test_codes_asked_for_and_used_in_parallel_never_wait_for_each_other(
    guard: SecurityGuard, mailbox: Mailbox
) -> None:
    ana = await registered(guard)
    principal = await principal_of(guard, ana)
    verify = mailbox.code("ana@example.com", "verify-email")
    await settled(guard, guard.accounts.passwords.forgot(ANA["email"]))
    reset = mailbox.code("ana@example.com", "reset-password")
    outcomes = await asyncio.gather(
        *(guard.accounts.passwords.forgot(ANA["email"]) for _ in range(10)),
        *(guard.accounts.registration.resend_verification(ANA["email"]) for _ in range(10)),
        guard.accounts.emails.verify(verify),
        guard.accounts.passwords.reset(code=reset, new_password=NEW),
        guard.accounts.passwords.change(principal, current_password=OLD, new_password=NEW),
        *(guard.login(email=ANA["email"], password=OLD) for _ in range(5)),
        return_exceptions=True,
    )
    await guard.accounts.work.settle()
    refusals = {type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)}
    assert refusals <= {InvalidCode, WrongPassword, InvalidCredentials}


async def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(
    guard: SecurityGuard, mailbox: Mailbox
) -> None:
    here = await registered(guard)
    elsewhere = await guard.login(email=ANA["email"], password=OLD)
    principal = await principal_of(guard, here)
    await principal_of(guard, elsewhere)
    await settled(guard, guard.accounts.passwords.change(principal, current_password=OLD, new_password=NEW))
    with pytest.raises(Unauthenticated):
        await principal_of(guard, elsewhere)
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(elsewhere.tokens.refresh_token)
    await guard.refresh(here.tokens.refresh_token)
    await guard.login(email=ANA["email"], password=NEW)
    assert mailbox.subjects("ana@example.com")[-1] == "Your password was changed"


async def test_changing_the_password_ends_a_reset_that_somebody_asked_for(
    guard: SecurityGuard, mailbox: Mailbox
) -> None:
    principal = await principal_of(guard, await registered(guard))
    await settled(guard, guard.accounts.passwords.forgot(ANA["email"]))
    await guard.accounts.passwords.change(principal, current_password=OLD, new_password=NEW)
    with pytest.raises(InvalidCode):
        await guard.accounts.passwords.reset(
            code=mailbox.code("ana@example.com", "reset-password"), new_password="yet another one"
        )


async def test_without_the_current_password_nothing_changes(guard: SecurityGuard, mailbox: Mailbox) -> None:
    principal = await principal_of(guard, await registered(guard))
    accounts = guard.accounts
    for attempt in (
        accounts.passwords.change(principal, current_password=NEW, new_password=NEW),
        accounts.emails.change(principal, email="new@example.com", current_password=NEW),
        accounts.deletion.delete(principal, current_password=NEW),
    ):
        with pytest.raises(WrongPassword):
            await settled(guard, attempt)
    assert len(mailbox.mails) == 1
    await guard.login(email=ANA["email"], password=OLD)


async def test_a_new_address_counts_when_it_is_verified(guard: SecurityGuard, mailbox: Mailbox) -> None:
    ana = await registered(guard)
    principal = await principal_of(guard, ana)
    await settled(guard, guard.accounts.passwords.forgot(ANA["email"]))
    await settled(guard, guard.accounts.emails.change(principal, email="new@example.com", current_password=OLD))
    assert mailbox.subjects("ana@example.com")[-1] == "Your e-mail address is about to change"
    await guard.login(email=ANA["email"], password=OLD)
    await settled(guard, guard.accounts.emails.verify(mailbox.code("new@example.com", "verify-email")))
    user = await guard.current_user(principal)
    assert (user.email, user.email_verified) == ("new@example.com", True)
    assert (await guard.login(email="new@example.com", password=OLD)).user == user
    assert mailbox.subjects("ana@example.com")[-1] == "Your e-mail address was changed"
    with pytest.raises(InvalidCredentials):
        await guard.login(email=ANA["email"], password=OLD)
    with pytest.raises(InvalidCode):
        await guard.accounts.passwords.reset(code=mailbox.code("ana@example.com", "reset-password"), new_password=NEW)


async def test_an_address_with_an_account_is_asked_for_like_any_other_and_only_its_owner_learns_of_it(
    guard: SecurityGuard, mailbox: Mailbox
) -> None:
    await guard.register(**ANA | {"name": "Ben", "email": "ben@example.com"})
    principal = await principal_of(guard, await registered(guard))
    await settled(guard, guard.accounts.emails.change(principal, email="Ben@example.com", current_password=OLD))
    assert mailbox.subjects("ben@example.com")[-1] == "This address has an account already"
    assert mailbox.subjects("ana@example.com")[-1] == "Your e-mail address is about to change"


async def test_an_address_that_got_an_account_in_the_meantime_stays_its_owners(
    guard: SecurityGuard, mailbox: Mailbox
) -> None:
    principal = await principal_of(guard, await registered(guard))
    await settled(guard, guard.accounts.emails.change(principal, email="ben@example.com", current_password=OLD))
    code = mailbox.code("ben@example.com", "verify-email")
    await guard.register_user(**ANA | {"name": "Ben", "email": "ben@example.com"})
    with pytest.raises(EmailTaken):
        await guard.accounts.emails.verify(code)
    await guard.login(email=ANA["email"], password=OLD)


async def test_a_new_address_must_be_one(guard: SecurityGuard) -> None:
    principal = await principal_of(guard, await registered(guard))
    with pytest.raises(InvalidEmail):
        await guard.accounts.emails.change(principal, email="not an address", current_password=OLD)


async def test_a_deleted_account_leaves_nothing_behind(
    guard: SecurityGuard, mailbox: Mailbox, engine: AsyncEngine, clock: ManualClock
) -> None:
    ana = await registered(guard)
    principal = await principal_of(guard, ana)
    ben = await guard.register_user(**ANA | {"name": "Ben", "email": "ben@example.com"})
    await guard.issue_ticket(principal)
    async with write_transaction(engine) as connection:
        for user in (ana.user, ben.user):
            await connection.execute(
                insert(conversations).values(
                    conversation_id=uuid4(),
                    user_id=user.user_id,
                    tenant_id=user.tenant_id,
                    created_at=clock(),
                    updated_at=clock(),
                    cursor=0,
                )
            )
    await settled(guard, guard.accounts.deletion.delete(principal, current_password=OLD))
    with pytest.raises(Unauthenticated):
        await principal_of(guard, ana)
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(ana.tokens.refresh_token)
    with pytest.raises(InvalidCredentials):
        await guard.login(email=ANA["email"], password=OLD)
    left = {table.name: await rows(engine, table) for table in (users, tenants, memberships, sessions, refresh_tokens)}
    assert set(left.values()) == {1}, left
    assert [await rows(engine, table) for table in (conversations, tickets, account_codes)] == [1, 0, 0]
    assert mailbox.subjects("ana@example.com")[-1] == "Your account was deleted"
    await registered(guard)


async def test_fifty_parallel_registrations_of_one_address_make_one_user(
    guard: SecurityGuard, engine: AsyncEngine
) -> None:
    outcomes = await asyncio.gather(*(guard.register(**ANA) for _ in range(PARALLEL)), return_exceptions=True)
    await guard.accounts.work.settle()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Authenticated"] + ["EmailTaken"] * 49
    assert [await rows(engine, table) for table in (users, tenants, memberships, sessions)] == [1, 1, 1, 1]


async def test_fifty_parallel_registrations_make_one_user_where_addresses_must_be_verified(
    strict: SecurityGuard, engine: AsyncEngine
) -> None:
    outcomes = await asyncio.gather(*(strict.register(**ANA) for _ in range(PARALLEL)))
    await strict.accounts.work.settle()
    assert outcomes == [None] * PARALLEL
    assert [await rows(engine, table) for table in (users, tenants, memberships, sessions)] == [1, 1, 1, 0]


async def test_where_addresses_must_be_verified_nobody_gets_in_before(strict: SecurityGuard, mailbox: Mailbox) -> None:
    assert await settled(strict, strict.register(**ANA)) is None
    with pytest.raises(EmailUnconfirmed):
        await strict.login(email=ANA["email"], password=OLD)
    with pytest.raises(InvalidCredentials):
        await strict.login(email=ANA["email"], password=NEW)
    await strict.accounts.emails.verify(mailbox.code("ana@example.com", "verify-email"))
    assert (await strict.login(email=ANA["email"], password=OLD)).user.email_verified


async def test_no_way_of_registering_goes_round_the_verification(strict: SecurityGuard) -> None:
    with pytest.raises(EmailUnconfirmed):
        await strict.register_user(**ANA)


async def test_registering_a_verified_address_again_tells_its_owner_only(
    strict: SecurityGuard, mailbox: Mailbox, engine: AsyncEngine
) -> None:
    await settled(strict, strict.register(**ANA))
    await strict.accounts.emails.verify(mailbox.code("ana@example.com", "verify-email"))
    assert await settled(strict, strict.register(**ANA | {"name": "Eve", "password": NEW})) is None
    assert mailbox.subjects("ana@example.com")[-1] == "You have an account already"
    assert "Eve" not in mailbox.mails[-1].text
    assert (await strict.login(email=ANA["email"], password=OLD)).user.name == "Ana"
    assert await rows(engine, users) == 1


async def test_who_registered_an_address_first_without_owning_it_does_not_keep_the_account(
    strict: SecurityGuard, mailbox: Mailbox
) -> None:
    await settled(strict, strict.register(name="Eve", email=ANA["email"], password="what only eve knows"))
    await settled(strict, strict.register(**ANA))
    assert mailbox.subjects("ana@example.com")[-1] == "Finish your registration"
    code = mailbox.code("ana@example.com", "reset-password")
    await strict.accounts.passwords.reset(code=code, new_password=NEW)
    await strict.login(email=ANA["email"], password=NEW)
    with pytest.raises(InvalidCredentials):
        await strict.login(email=ANA["email"], password="what only eve knows")


async def test_logging_in_hashes_the_password_anew_when_the_cost_has_changed(
    guard: SecurityGuard, engine: AsyncEngine, clock: ManualClock
) -> None:
    await registered(guard)
    options = dataclasses.replace(CHEAP, hashing=HashingOptions(memory_cost_kib=16, time_cost=1))
    dearer = await open_local_guard(sql_identity_stores(engine), options, clock)

    async def stored() -> str:
        async with engine.connect() as connection:
            return str(await connection.scalar(select(users.c.password_hash)))

    with pytest.raises(InvalidCredentials):
        await dearer.login(email=ANA["email"], password=NEW)
    assert "$m=8," in await stored()
    await dearer.login(email=ANA["email"], password=OLD)
    rehashed = await stored()
    assert "$m=16," in rehashed
    await dearer.login(email=ANA["email"], password=OLD)
    assert await stored() == rehashed
    await dearer.close()


async def test_where_accounts_are_kept_elsewhere_they_are_changed_there(guard: SecurityGuard) -> None:
    external = SecurityGuard(authentication=guard._authentication, tickets=guard._tickets)
    with pytest.raises(NotSupported):
        _ = external.accounts


async def test_no_login_with_the_old_password_outlives_a_change_of_it(guard: SecurityGuard) -> None:
    principal = await principal_of(guard, await registered(guard))
    logins = [guard.login(email=ANA["email"], password=OLD) for _ in range(PARALLEL)]
    change = guard.accounts.passwords.change(principal, current_password=OLD, new_password=NEW)
    outcomes = await asyncio.gather(*logins[:25], change, *logins[25:], return_exceptions=True)
    assert outcomes.pop(25) is None
    for outcome in outcomes:
        if isinstance(outcome, Authenticated):
            with pytest.raises(Unauthenticated):
                await guard.authenticate(outcome.tokens.access_token)
        else:
            assert isinstance(outcome, InvalidCredentials)
    assert [session.session_id for session in await guard.sessions.list(principal)] == [principal.session_id]


async def test_no_login_with_the_old_password_outlives_a_reset_of_it(guard: SecurityGuard, mailbox: Mailbox) -> None:
    before = await principal_of(guard, await registered(guard))
    await settled(guard, guard.accounts.passwords.forgot(ANA["email"]))
    code = mailbox.code("ana@example.com", "reset-password")
    logins = [guard.login(email=ANA["email"], password=OLD) for _ in range(PARALLEL)]
    reset = guard.accounts.passwords.reset(code=code, new_password=NEW)
    outcomes = await asyncio.gather(*logins[:25], reset, *logins[25:], return_exceptions=True)
    assert outcomes.pop(25) is None
    for outcome in outcomes:
        if isinstance(outcome, Authenticated):
            with pytest.raises(Unauthenticated):
                await guard.authenticate(outcome.tokens.access_token)
        else:
            assert isinstance(outcome, InvalidCredentials)
    assert await guard.sessions.list(before) == []


async def test_a_login_checked_before_a_change_of_the_password_begins_no_session_after_it(
    guard: SecurityGuard, engine: AsyncEngine, clock: ManualClock
) -> None:
    principal = await principal_of(guard, await registered(guard))
    stores = sql_identity_stores(engine)
    checked = await stores.account_lifecycle.find(principal.user_id)
    assert checked is not None
    await guard.accounts.passwords.change(principal, current_password=OLD, new_password=NEW)
    late = NewSession(uuid4(), principal.user_id, clock(), password_hash=checked.password_hash)
    with pytest.raises(PasswordReplacedMeanwhile):
        await stores.sessions.start(late, NewRefreshToken(b"digest", clock(), clock() + timedelta(days=1)))
    assert await stores.sessions.find_live_account(late.session_id, clock()) is None
