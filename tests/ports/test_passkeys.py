"""Passkeys on each database: registered, used alone and beside a password, deleted, and refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.adapters.sql.passkey_tables import passkey_challenges, passkeys
from experience_plane.security_guard.audit import AuditQuery
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.opaque import new_secret
from experience_plane.security_guard.options import (
    AccountOptions,
    HashingOptions,
    IdentityOptions,
    PasskeyOptions,
    SecondFactorOptions,
    SessionOptions,
)
from experience_plane.security_guard.passkey_enrolment import Registered
from experience_plane.security_guard.passkeys import (
    PasskeyNotFound,
    PasskeyRefused,
    PasskeyRejected,
    PasskeyTaken,
    TooManyPasskeys,
)
from experience_plane.security_guard.ports import (
    EmailUnconfirmed,
    InvalidName,
    NotSupported,
    ReauthenticationRequired,
    Unauthenticated,
    WrongPassword,
)
from experience_plane.security_guard.principal import Authenticated, Principal, SecondFactorRequired
from experience_plane.security_guard.second_factor import InvalidChallenge
from experience_plane.security_guard.storage import IdentityStores
from manual_clock import ManualClock
from recorded_mail import Mailbox
from software_authenticator import BE, BS, SoftwareAuthenticator, encoded

PASSWORD = "correct horse battery"
OPTIONS = IdentityOptions(
    hashing=HashingOptions(memory_cost_kib=8, time_cost=1),
    sessions=SessionOptions(state_max_age=timedelta(0)),
    passkeys=PasskeyOptions(max_per_account=3),
)
Key = SoftwareAuthenticator


@dataclass
class Stage:
    guard: SecurityGuard
    stores: IdentityStores
    clock: ManualClock
    mailbox: Mailbox
    engine: AsyncEngine

    async def person(self, name: str = "ada") -> Principal:
        registered = await self.guard.register_user(name=name.title(), email=f"{name}@example.com", password=PASSWORD)
        return await self.principal(registered)

    async def principal(self, authenticated: Authenticated) -> Principal:
        return await self.guard.authenticate(authenticated.tokens.access_token)

    async def register(self, principal: Principal, key: Key, name: str = "Key") -> Registered:
        options = await self.guard.passkeys.enrolment.options(principal, current_password=PASSWORD)
        return await self.guard.passkeys.enrolment.register(principal, name=name, credential=key.create(options))

    async def log_in(self, key: Key) -> Authenticated:
        sign_in = self.guard.passkeys.sign_in
        return await sign_in.log_in(key.get(await sign_in.options()))

    async def wait(self, name: str = "ada") -> SecondFactorRequired:
        """Give the password of somebody who has a second factor."""
        outcome = await self.guard.login(email=f"{name}@example.com", password=PASSWORD)
        assert isinstance(outcome, SecondFactorRequired)
        return outcome

    async def complete(self, waiting: SecondFactorRequired, key: Key) -> Authenticated:
        sign_in = self.guard.passkeys.sign_in
        options = await sign_in.second_factor_options(waiting.challenge)
        return await sign_in.complete_login(waiting.challenge, key.get(options))

    async def events(self, kind: str) -> list[dict[str, str]]:
        found = await self.stores.audit_log.find(AuditQuery(tenant_id=None, limit=100, kind=kind))
        return [dict(recorded.event.detail) for recorded in found]

    async def subjects(self, name: str = "ada") -> list[str]:
        await self.guard.accounts.work.settle()
        return self.mailbox.subjects(f"{name}@example.com")


@pytest.fixture
async def stage(engine: AsyncEngine, clock: ManualClock) -> AsyncIterator[Stage]:
    stores, mailbox = sql_identity_stores(engine, clock), Mailbox()
    guard = await open_local_guard(stores, OPTIONS, clock=clock, mail=mailbox)
    yield Stage(guard, stores, clock, mailbox, engine)
    await guard.close()


async def test_a_passkey_alone_logs_in_and_says_who_it_is(stage: Stage) -> None:
    ada, key = await stage.person(), Key(backup=BE | BS)
    await stage.person("eve")
    registered = await stage.register(ada, key, "  Phone ")
    assert (registered.passkey.name, registered.passkey.backed_up) == ("Phone", True)
    stage.clock.advance(timedelta(days=1))
    authenticated = await stage.log_in(key)
    assert authenticated.user.user_id == ada.user_id
    principal = await stage.principal(authenticated)
    assert principal.session_id != ada.session_id
    (listed,) = await stage.guard.passkeys.enrolment.list(principal)
    assert (listed.last_used_at, listed.sign_count) == (stage.clock.now, 2)
    (event,) = await stage.events("passkey.used")
    assert event == {"passkey_id": str(registered.passkey.passkey_id), "counter": "2", "counter_before": "1"}
    assert await stage.subjects() == ["A passkey was added"]


async def test_the_first_factor_beside_the_password_comes_with_recovery_codes_and_the_second_does_not(
    stage: Stage,
) -> None:
    ada = await stage.person()
    first = await stage.register(ada, Key())
    assert len(first.recovery_codes) == 10
    assert (await stage.register(ada, Key())).recovery_codes == ()
    waiting = await stage.wait()
    assert waiting.methods == ("passkey", "recovery_code")
    complete = stage.guard.second_factors.complete
    await complete(waiting.challenge, method="recovery_code", code=first.recovery_codes[0])


async def test_beside_the_password_any_passkey_of_the_account_will_do_verified_user_or_not(stage: Stage) -> None:
    ada, key, plain = await stage.person(), Key(), Key(verifies_user=False)
    for each in (key, plain):
        await stage.register(ada, each)
        stage.clock.advance(timedelta(seconds=1))
    waiting = await stage.wait()
    options = await stage.guard.passkeys.sign_in.second_factor_options(waiting.challenge)
    allowed = [each["id"] for each in options["allowCredentials"]]
    assert allowed == [encoded(key.credential_id), encoded(plain.credential_id)]
    plain.user_handle = None
    authenticated = await stage.complete(waiting, plain)
    assert authenticated.user.user_id == ada.user_id
    with pytest.raises(InvalidChallenge):
        await stage.complete(waiting, key)


async def test_alone_the_passkey_must_have_verified_its_user(stage: Stage) -> None:
    ada, key = await stage.person(), Key(verifies_user=False)
    await stage.register(ada, key)
    with pytest.raises(PasskeyRefused, match="verified"):
        await stage.log_in(key)
    key.verifies_user = True
    await stage.log_in(key)


async def test_registering_and_deleting_end_the_other_sessions_and_the_logins_that_wait(stage: Stage) -> None:
    ada = await stage.person()
    other = await stage.guard.login(email="ada@example.com", password=PASSWORD)
    assert isinstance(other, Authenticated)
    elsewhere = await stage.principal(other)
    await stage.register(ada, Key())
    with pytest.raises(Unauthenticated):
        await stage.guard.current_user(elsewhere)
    await stage.guard.current_user(ada)
    waiting, key = await stage.wait(), Key()
    second = await stage.register(ada, key)
    with pytest.raises(InvalidChallenge):
        await stage.complete(waiting, key)
    elsewhere = await stage.principal(await stage.log_in(key))
    await stage.guard.passkeys.enrolment.delete(ada, second.passkey.passkey_id)
    with pytest.raises(Unauthenticated):
        await stage.guard.current_user(elsewhere)
    subjects = await stage.subjects()
    assert [subject for subject in subjects if "passkey" in subject] == [
        "A passkey was added",
        "A passkey was added",
        "A passkey was deleted",
    ]


async def test_a_deleted_passkey_is_refused_and_the_last_one_takes_the_recovery_codes_along(stage: Stage) -> None:
    ada, first, second = await stage.person(), Key(), Key()
    first_id = (await stage.register(ada, first)).passkey.passkey_id
    second_id = (await stage.register(ada, second)).passkey.passkey_id
    enrolment, in_use = stage.guard.passkeys.enrolment, stage.guard.second_factors.in_use
    await enrolment.delete(ada, first_id)
    with pytest.raises(PasskeyRefused, match="unknown"):
        await stage.log_in(first)
    assert (await in_use(ada)).recovery_codes_left == 10
    await enrolment.delete(ada, second_id)
    assert (await in_use(ada)).recovery_codes_left == 0
    assert isinstance(await stage.guard.login(email="ada@example.com", password=PASSWORD), Authenticated)
    with pytest.raises(PasskeyNotFound):
        await enrolment.delete(ada, second_id)


async def test_changes_need_a_fresh_proof(stage: Stage) -> None:
    ada = await stage.person()
    registered = await stage.register(ada, Key())
    enrolment = stage.guard.passkeys.enrolment
    await enrolment.options(ada, current_password=None)
    stage.clock.advance(timedelta(minutes=5, seconds=1))
    with pytest.raises(ReauthenticationRequired):
        await enrolment.options(ada, current_password=None)
    with pytest.raises(WrongPassword):
        await enrolment.options(ada, current_password="another")
    await enrolment.options(ada, current_password=PASSWORD)
    with pytest.raises(ReauthenticationRequired):
        await enrolment.delete(ada, registered.passkey.passkey_id)


async def test_where_no_login_is_recent_a_passkey_can_be_deleted_within_a_minute(stage: Stage) -> None:
    ada = await stage.person()
    first, second = [(await stage.register(ada, Key())).passkey.passkey_id for _ in range(2)]
    strict = replace(OPTIONS, second_factors=SecondFactorOptions(recent_login=timedelta(0)))
    guard = await open_local_guard(stage.stores, strict, clock=stage.clock)
    stage.clock.advance(timedelta(minutes=1))
    with pytest.raises(ReauthenticationRequired):
        await guard.passkeys.enrolment.options(ada, current_password=None)
    await guard.passkeys.enrolment.delete(ada, first)
    stage.clock.advance(timedelta(seconds=1))
    with pytest.raises(ReauthenticationRequired):
        await guard.passkeys.enrolment.delete(ada, second)
    await guard.close()


async def test_nobody_touches_the_passkeys_of_others(stage: Stage) -> None:
    ada, eve, key = await stage.person(), await stage.person("eve"), Key()
    passkey_id = (await stage.register(ada, key)).passkey.passkey_id
    enrolment = stage.guard.passkeys.enrolment
    assert await enrolment.list(eve) == []
    with pytest.raises(PasskeyNotFound):
        await enrolment.rename(eve, passkey_id, "mine")
    with pytest.raises(PasskeyNotFound):
        await enrolment.delete(eve, passkey_id)
    assert (await enrolment.rename(ada, passkey_id, "Old phone")).name == "Old phone"
    with pytest.raises(InvalidName):
        await enrolment.rename(ada, passkey_id, " ")
    assert [passkey.name for passkey in await enrolment.list(ada)] == ["Old phone"]


async def test_a_credential_belongs_to_one_account(stage: Stage) -> None:
    ada, eve, key = await stage.person(), await stage.person("eve"), Key()
    await stage.register(ada, key)
    for principal in (ada, eve):
        with pytest.raises(PasskeyTaken):
            await stage.register(principal, key)
    assert await stage.guard.passkeys.enrolment.list(eve) == []
    assert isinstance(await stage.guard.login(email="eve@example.com", password=PASSWORD), Authenticated)
    with pytest.raises(PasskeyRefused, match="handle"):
        await stage.log_in(key)  # It holds Eve's user handle by now, and is Ada's.


async def test_an_account_has_as_many_passkeys_as_it_may_and_none_more(stage: Stage) -> None:
    ada, enrolment = await stage.person(), stage.guard.passkeys.enrolment
    prepared = [key.create(await enrolment.options(ada, current_password=None)) for key in (Key(), Key(), Key(), Key())]
    outcomes = await asyncio.gather(
        *(enrolment.register(ada, name="Key", credential=each) for each in prepared), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in outcomes) == [
        "Registered",
        "Registered",
        "Registered",
        "TooManyPasskeys",
    ]
    assert len(await enrolment.list(ada)) == 3
    assert sum(len(each.recovery_codes) for each in outcomes if isinstance(each, Registered)) == 10
    with pytest.raises(TooManyPasskeys):
        await enrolment.options(ada, current_password=None)


Refusal = Callable[[Stage, Principal, Key], Awaitable[object]]


async def _expired(stage: Stage, ada: Principal, key: Key) -> None:
    credential = key.get(await stage.guard.passkeys.sign_in.options())
    stage.clock.advance(timedelta(minutes=5))
    await stage.guard.passkeys.sign_in.log_in(credential)


async def _replayed(stage: Stage, ada: Principal, key: Key) -> None:
    options = await stage.guard.passkeys.sign_in.options()
    await stage.guard.passkeys.sign_in.log_in(key.get(options))
    await stage.guard.passkeys.sign_in.log_in(key.get(options))


async def _invented(stage: Stage, ada: Principal, key: Key) -> None:
    await stage.guard.passkeys.sign_in.log_in(key.get({"rpId": "localhost", "challenge": new_secret()}))


async def _for_registering(stage: Stage, ada: Principal, key: Key) -> None:
    options = await stage.guard.passkeys.enrolment.options(ada, current_password=PASSWORD)
    await stage.guard.passkeys.sign_in.log_in(key.get({"rpId": "localhost", "challenge": options["challenge"]}))


async def _for_a_second_factor(stage: Stage, ada: Principal, key: Key) -> None:
    options = await stage.guard.passkeys.sign_in.second_factor_options((await stage.wait()).challenge)
    await stage.guard.passkeys.sign_in.log_in(key.get(options))


async def _wrong_origin(stage: Stage, ada: Principal, key: Key) -> None:
    key.origin = "https://evil.example"
    await stage.log_in(key)


async def _wrong_relying_party(stage: Stage, ada: Principal, key: Key) -> None:
    key.rp_id = "evil.example"
    await stage.log_in(key)


async def _counter_stands_still(stage: Stage, ada: Principal, key: Key) -> None:
    key.sign_count -= 1
    await stage.log_in(key)


async def _counter_goes_back_to_none(stage: Stage, ada: Principal, key: Key) -> None:
    key.sign_count, key.counts = 0, False
    await stage.log_in(key)


async def _unknown(stage: Stage, ada: Principal, key: Key) -> None:
    await stage.log_in(Key(user_handle=key.user_handle))


async def _of_a_disabled_account(stage: Stage, ada: Principal, key: Key) -> None:
    async with stage.engine.begin() as connection:
        await connection.execute(text("UPDATE users SET disabled_at = created_at"))
    await stage.log_in(key)


async def _garbage(stage: Stage, ada: Principal, key: Key) -> None:
    await stage.guard.passkeys.sign_in.log_in({"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "AA"}})


async def _unprintable(stage: Stage, ada: Principal, key: Key) -> None:
    key.client_data = {"type": "\x00\ud800\n", "origin": "http://localhost"}
    await stage.log_in(key)


async def _from_an_unprintable_origin(stage: Stage, ada: Principal, key: Key) -> None:
    key.origin = "http://localhost\x00\udfff"
    await stage.log_in(key)


REFUSALS: list[Refusal] = [
    _expired,
    _replayed,
    _invented,
    _for_registering,
    _for_a_second_factor,
    _wrong_origin,
    _wrong_relying_party,
    _counter_stands_still,
    _counter_goes_back_to_none,
    _unknown,
    _of_a_disabled_account,
    _garbage,
    _unprintable,
    _from_an_unprintable_origin,
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__.strip("_"))
async def test_a_login_is_refused_in_the_same_words_whatever_the_reason(stage: Stage, refusal: Refusal) -> None:
    ada, key = await stage.person(), Key()
    await stage.register(ada, key)
    with pytest.raises(PasskeyRefused) as refused:
        await refusal(stage, ada, key)
    assert refused.value.public_detail == PasskeyRefused.default_detail
    assert refused.value.errors == ()
    assert await stage.events("login.failed")


async def test_a_counter_that_goes_back_is_in_the_audit_log_and_one_that_never_counts_is_not(stage: Stage) -> None:
    ada, key, still = await stage.person(), Key(), Key(counts=False)
    await stage.register(ada, key)
    await stage.register(ada, still)
    copy = replace(key, user_handle=key.user_handle)
    copy.key, copy.sign_count = key.key, key.sign_count
    await stage.log_in(key)
    with pytest.raises(PasskeyRefused):
        await stage.log_in(copy)
    for _ in range(2):
        await stage.log_in(still)
    (event,) = await stage.events("passkey.counter_went_back")
    assert (event["counter"], event["counter_before"]) == ("2", "2")


async def test_a_second_factor_is_bound_to_its_login_and_its_account(stage: Stage) -> None:
    ada, eve, key, eves = await stage.person(), await stage.person("eve"), Key(), Key()
    await stage.register(ada, key)
    await stage.register(eve, eves)
    sign_in = stage.guard.passkeys.sign_in
    first, second = await stage.wait(), await stage.wait()
    options = await sign_in.second_factor_options(first.challenge)
    with pytest.raises(PasskeyRefused):
        await sign_in.complete_login(second.challenge, key.get(options))
    with pytest.raises(PasskeyRefused):
        await stage.complete(first, eves)
    with pytest.raises(PasskeyRefused):
        await sign_in.complete_login(first.challenge, key.get(await sign_in.options()))
    await stage.complete(first, key)
    assert {event["method"] for event in await stage.events("second_factor.failed")} == {"passkey"}
    with pytest.raises(InvalidChallenge):
        await sign_in.second_factor_options(new_secret())


async def test_a_registration_is_bound_to_its_session_and_its_account(stage: Stage) -> None:
    ada, eve = await stage.person(), await stage.person("eve")
    enrolment, sign_in = stage.guard.passkeys.enrolment, stage.guard.passkeys.sign_in
    options = await enrolment.options(ada, current_password=None)
    with pytest.raises(PasskeyRejected):
        await enrolment.register(eve, name="Key", credential=Key().create(options))
    with pytest.raises(PasskeyRejected):
        await enrolment.register(ada, name="Key", credential=Key().create(options))  # used up by the try
    stolen = options | {"challenge": (await sign_in.options())["challenge"]}
    with pytest.raises(PasskeyRejected):
        await enrolment.register(ada, name="Key", credential=Key().create(stolen))
    assert await enrolment.list(ada) == await enrolment.list(eve) == []


async def test_fifty_uses_of_one_challenge_at_once_log_in_once(stage: Stage) -> None:
    ada, key = await stage.person(), Key()
    await stage.register(ada, key)
    sign_in = stage.guard.passkeys.sign_in
    options = await sign_in.options()
    answers = [key.get(options) for _ in range(50)]
    outcomes = await asyncio.gather(*(sign_in.log_in(answer) for answer in answers), return_exceptions=True)
    assert [type(each) for each in outcomes].count(PasskeyRefused) == 49
    (once,) = [each for each in outcomes if isinstance(each, Authenticated)]
    assert once.user.user_id == ada.user_id


async def test_two_signatures_of_one_counter_at_once_log_in_once(stage: Stage) -> None:
    ada, key = await stage.person(), Key()
    await stage.register(ada, key)
    sign_in = stage.guard.passkeys.sign_in
    options = [await sign_in.options() for _ in range(10)]
    key.counts, key.sign_count = False, 7
    outcomes = await asyncio.gather(*(sign_in.log_in(key.get(each)) for each in options), return_exceptions=True)
    assert sum(isinstance(each, Authenticated) for each in outcomes) == 1


async def test_challenges_are_kept_as_digests_and_forgotten_once_they_expire(stage: Stage) -> None:
    options = await stage.guard.passkeys.sign_in.options()
    async with stage.engine.connect() as connection:
        (row,) = await connection.execute(select(passkey_challenges))
    assert options["challenge"].encode() not in row.digest
    stage.clock.advance(timedelta(minutes=5))
    await stage.guard.passkeys.sign_in.options()
    async with stage.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(passkey_challenges)) == 1


async def test_the_passkeys_go_with_the_account(stage: Stage) -> None:
    ada, key = await stage.person(), Key()
    await stage.register(ada, key)
    await stage.guard.accounts.deletion.delete(ada, current_password=PASSWORD)
    with pytest.raises(PasskeyRefused):
        await stage.log_in(key)
    async with stage.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(passkeys)) == 0


async def test_a_passkey_does_not_verify_an_address(stage: Stage) -> None:
    ada, key = await stage.person(), Key()
    await stage.register(ada, key)
    strict = replace(OPTIONS, accounts=AccountOptions(verification_required=True))
    guard = await open_local_guard(stage.stores, strict, clock=stage.clock)
    with pytest.raises(EmailUnconfirmed):
        await replace(stage, guard=guard).log_in(key)
    await guard.close()


async def test_switched_off_nobody_is_asked_for_a_passkey(stage: Stage) -> None:
    ada = await stage.person()
    await stage.register(ada, Key())
    off = replace(OPTIONS, passkeys=PasskeyOptions(enabled=False))
    guard = await open_local_guard(stage.stores, off, clock=stage.clock)
    assert isinstance(await guard.login(email="ada@example.com", password=PASSWORD), Authenticated)
    with pytest.raises(NotSupported):
        _ = guard.passkeys
    await guard.close()


async def test_a_passkey_that_is_gone_is_not_renamed(stage: Stage) -> None:
    ada = await stage.person()
    with pytest.raises(PasskeyNotFound):
        await stage.guard.passkeys.enrolment.rename(ada, uuid4(), "Key")


def test_nothing_secret_is_in_what_is_logged() -> None:
    registered = Registered(passkey=Any, recovery_codes=["secret"])  # type: ignore[arg-type]
    assert "secret" not in repr(registered)
