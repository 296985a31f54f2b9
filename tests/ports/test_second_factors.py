"""Second factors on each database: no way to tokens goes around them, and each code works once."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.challenge_store import SqlChallengeStore
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.adapters.sql.identity_tables import users
from experience_plane.adapters.sql.second_factor_tables import authenticator_apps, login_challenges, recovery_codes
from experience_plane.security_guard.audit import AuditQuery
from experience_plane.security_guard.authenticator_apps import NoSecondFactor, SecondFactorExists
from experience_plane.security_guard.factor_storage import Challenge
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.options import AccountOptions, HashingOptions, IdentityOptions
from experience_plane.security_guard.passkeys import Passkey
from experience_plane.security_guard.ports import (
    InvalidCredentials,
    InvalidRefreshToken,
    ReauthenticationRequired,
    Unauthenticated,
    WrongPassword,
)
from experience_plane.security_guard.principal import Authenticated, Principal, SecondFactorRequired
from experience_plane.security_guard.second_factor import InvalidChallenge, WrongCode
from experience_plane.security_guard.secret_box import SecretUnreadable
from experience_plane.security_guard.storage import NewRefreshToken, NewSession, PasswordReplacedMeanwhile
from manual_clock import ManualClock
from recorded_mail import Mailbox

PARALLEL = 50
PASSWORD, NEW_PASSWORD = "correct horse battery", "a stapler on the moon"
ANA: dict[str, Any] = {"name": "Ana", "email": "ana@example.com", "password": PASSWORD}
CHEAP = IdentityOptions(
    hashing=HashingOptions(memory_cost_kib=8, time_cost=1, queue_limit=100),
    accounts=AccountOptions(mail_at_registration=False),
)
STEP = timedelta(seconds=30)
KEY = "an encryption key for tests, long enough"


class App:
    """An authenticator app, which knows the secret and the time."""

    def __init__(self, secret: str, clock: ManualClock) -> None:
        self._totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30)
        self._clock = clock

    def code(self, *, steps: int = 0) -> str:
        return self._totp.generate(int(self._clock().timestamp()) + 30 * steps).decode()


@dataclasses.dataclass
class Ana:
    """Ana with a second factor, logged in with her app and ten codes."""

    guard: SecurityGuard
    clock: ManualClock
    app: App
    principal: Principal
    refresh_token: str
    codes: list[str]

    async def challenge(self, password: str = PASSWORD) -> str:
        asked = await self.guard.login(email="ana@example.com", password=password)
        assert isinstance(asked, SecondFactorRequired)
        return asked.challenge

    async def give(self, challenge: str, code: str, method: Any = "totp") -> Authenticated:
        return await self.guard.second_factors.complete(challenge, method=method, code=code)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def guard(engine: AsyncEngine, clock: ManualClock, mailbox: Mailbox) -> AsyncIterator[SecurityGuard]:
    opened = await open_local_guard(
        sql_identity_stores(engine, clock), CHEAP, clock, mail=mailbox, encryption_key=lambda: KEY
    )
    yield opened
    await opened.close()


async def enrolled(guard: SecurityGuard, clock: ManualClock, **person: Any) -> Ana:
    registered = await guard.register_user(**ANA | person)
    principal = await guard.authenticate(registered.tokens.access_token)
    enrolment = await guard.second_factors.enrol_totp(principal, current_password=PASSWORD)
    app = App(enrolment.secret, clock)
    codes = await guard.second_factors.confirm_totp(principal, app.code())
    clock.advance(STEP)  # The code that confirmed is used up.
    return Ana(guard, clock, app, principal, registered.tokens.refresh_token, list(codes))


@pytest.fixture
async def ana(guard: SecurityGuard, clock: ManualClock) -> Ana:
    return await enrolled(guard, clock)


async def events(engine: AsyncEngine, kind: str) -> list[dict[str, str]]:
    found = await sql_identity_stores(engine).audit_log.find(AuditQuery(tenant_id=None, limit=100, kind=kind))
    return [dict(each.event.detail) for each in found]


async def test_a_login_is_asked_for_the_second_factor_and_gets_tokens_for_it(ana: Ana) -> None:
    asked = await ana.guard.login(email="ana@example.com", password=PASSWORD)
    assert isinstance(asked, SecondFactorRequired)
    assert asked.methods == ("totp", "recovery_code")
    assert asked.expires_at == ana.clock() + timedelta(minutes=5)
    assert asked.challenge not in repr(asked)
    authenticated = await ana.give(asked.challenge, ana.app.code())
    principal = await ana.guard.authenticate(authenticated.tokens.access_token)
    assert principal.user_id == ana.principal.user_id


async def test_an_app_counts_only_once_it_is_confirmed(guard: SecurityGuard, clock: ManualClock) -> None:
    registered = await guard.register_user(**ANA)
    principal = await guard.authenticate(registered.tokens.access_token)
    first = await guard.second_factors.enrol_totp(principal, current_password=None)
    assert isinstance(await guard.login(email="ana@example.com", password=PASSWORD), Authenticated)
    second = await guard.second_factors.enrol_totp(principal, current_password=None)
    with pytest.raises(WrongCode):
        await guard.second_factors.confirm_totp(principal, App(first.secret, clock).code())
    assert not (await guard.second_factors.in_use(principal)).totp
    codes = await guard.second_factors.confirm_totp(principal, App(second.secret, clock).code())
    assert len(set(codes)) == 10
    in_use = await guard.second_factors.in_use(principal)
    assert (in_use.totp, in_use.recovery_codes_left) == (True, 10)
    with pytest.raises(SecondFactorExists):
        await guard.second_factors.enrol_totp(principal, current_password=None)
    with pytest.raises(NoSecondFactor):
        await guard.second_factors.confirm_totp(principal, App(second.secret, clock).code())


async def test_an_app_waits_ten_minutes_to_be_confirmed(guard: SecurityGuard, clock: ManualClock) -> None:
    registered = await guard.register_user(**ANA)
    principal = await guard.authenticate(registered.tokens.access_token)
    enrolment = await guard.second_factors.enrol_totp(principal, current_password=None)
    clock.advance(timedelta(minutes=10, microseconds=1))
    with pytest.raises(NoSecondFactor):
        await guard.second_factors.confirm_totp(principal, App(enrolment.secret, clock).code())


async def test_the_uri_for_the_app_says_what_the_app_has_to_know(guard: SecurityGuard) -> None:
    registered = await guard.register_user(**ANA)
    principal = await guard.authenticate(registered.tokens.access_token)
    enrolment = await guard.second_factors.enrol_totp(principal, current_password=None)
    uri = urlsplit(enrolment.otpauth_uri)
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Experience%20Plane:ana%40example.com")
    said = {name: values[0] for name, values in parse_qs(uri.query).items()}
    assert said["secret"] == enrolment.secret
    assert (said["issuer"], said["digits"], said["period"], said["algorithm"]) == (
        "Experience Plane",
        "6",
        "30",
        "SHA1",
    )
    assert enrolment.secret not in repr(enrolment)


async def test_secrets_are_sealed_and_codes_and_challenges_are_digests_at_rest(
    ana: Ana, guard: SecurityGuard, clock: ManualClock, engine: AsyncEngine
) -> None:
    challenge = await ana.challenge()
    ben = await guard.authenticate(
        (await guard.register_user(**ANA | {"email": "ben@example.com"})).tokens.access_token
    )
    enrolment = await guard.second_factors.enrol_totp(ben, current_password=None)
    async with engine.connect() as connection:
        sealed = (
            await connection.scalars(
                select(authenticator_apps.c.sealed_secret).where(authenticator_apps.c.user_id == ben.user_id)
            )
        ).one()
        digests = set(await connection.scalars(select(recovery_codes.c.digest)))
        stored = (await connection.scalars(select(login_challenges.c.digest))).one()
    assert base64.b32decode(enrolment.secret) not in sealed
    assert digests == {digest(code.replace("-", "")) for code in ana.codes}
    assert stored == digest(challenge)


async def test_a_secret_in_the_row_of_another_account_cannot_be_used(
    ana: Ana, guard: SecurityGuard, clock: ManualClock, engine: AsyncEngine
) -> None:
    ben = await enrolled(guard, clock, email="ben@example.com")
    async with engine.begin() as connection:
        sealed = select(authenticator_apps.c.sealed_secret)
        bens = (await connection.scalars(sealed.where(authenticator_apps.c.user_id == ben.principal.user_id))).one()
        await connection.execute(
            update(authenticator_apps)
            .where(authenticator_apps.c.user_id == ana.principal.user_id)
            .values(sealed_secret=bens)
        )
    challenge = await ana.challenge()
    with pytest.raises(Exception, match="another owner"):
        await ana.give(challenge, ben.app.code())


async def test_a_code_works_once(ana: Ana) -> None:
    code = ana.app.code()
    await ana.give(await ana.challenge(), code)
    with pytest.raises(WrongCode):
        await ana.give(await ana.challenge(), code)


async def test_the_code_that_confirmed_the_app_logs_nobody_in(guard: SecurityGuard, clock: ManualClock) -> None:
    ana = await enrolled(guard, clock)
    with pytest.raises(WrongCode):
        await ana.give(await ana.challenge(), ana.app.code(steps=-1))


async def test_a_code_before_the_one_used_last_is_refused(ana: Ana) -> None:
    ana.clock.advance(STEP)
    await ana.give(await ana.challenge(), ana.app.code())
    with pytest.raises(WrongCode):
        await ana.give(await ana.challenge(), ana.app.code(steps=-1))


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_the_clock_of_the_app_may_be_off_by_one_step(ana: Ana, steps: int, accepted: bool) -> None:
    ana.clock.advance(10 * STEP)
    challenge, code = await ana.challenge(), ana.app.code(steps=steps)
    if accepted:
        await ana.give(challenge, code)
    else:
        with pytest.raises(WrongCode):
            await ana.give(challenge, code)


async def test_parallel_uses_of_one_code_log_in_once(ana: Ana) -> None:
    challenges = [await ana.challenge() for _ in range(PARALLEL)]
    code = ana.app.code()
    outcomes = await asyncio.gather(*(ana.give(each, code) for each in challenges), return_exceptions=True)
    assert sum(isinstance(outcome, Authenticated) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, WrongCode) for outcome in outcomes) == PARALLEL - 1


async def test_parallel_answers_to_one_challenge_log_in_once(ana: Ana) -> None:
    challenge = await ana.challenge()
    given = [ana.give(challenge, code, "recovery_code") for code in ana.codes]
    outcomes = await asyncio.gather(*given, return_exceptions=True)
    assert sum(isinstance(outcome, Authenticated) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, InvalidChallenge) for outcome in outcomes) == len(ana.codes) - 1


async def test_a_recovery_code_works_once_however_it_is_typed(ana: Ana, mailbox: Mailbox, engine: AsyncEngine) -> None:
    code = ana.codes[3]
    typed = f" {code.upper().replace('-', ' ')} "
    await ana.give(await ana.challenge(), typed, "recovery_code")
    with pytest.raises(WrongCode):
        await ana.give(await ana.challenge(), code, "recovery_code")
    assert (await ana.guard.second_factors.in_use(ana.principal)).recovery_codes_left == 9
    assert await events(engine, "recovery_code.used") == [{"left": "9"}]
    await ana.guard.accounts.work.settle()
    assert "A recovery code was used" in mailbox.subjects("ana@example.com")


async def test_parallel_uses_of_one_recovery_code_log_in_once(ana: Ana) -> None:
    challenges = [await ana.challenge() for _ in range(PARALLEL)]
    given = [ana.give(each, ana.codes[0], "recovery_code") for each in challenges]
    outcomes = await asyncio.gather(*given, return_exceptions=True)
    assert sum(isinstance(outcome, Authenticated) for outcome in outcomes) == 1


async def test_without_codes_left_none_is_offered(ana: Ana) -> None:
    for code in ana.codes:
        await ana.give(await ana.challenge(), code, "recovery_code")
    asked = await ana.guard.login(email="ana@example.com", password=PASSWORD)
    assert isinstance(asked, SecondFactorRequired)
    assert asked.methods == ("totp",)


@pytest.mark.parametrize("code", ["000000", "12345", "", "1234567", "999999999999", "aaaaaa-bbbbbb-cccccc-dddddd", "é"])
async def test_wrong_codes_are_refused(ana: Ana, code: str) -> None:
    challenge = await ana.challenge()
    assume = ana.app.code()
    for method in ("totp", "recovery_code"):
        if code != assume:
            with pytest.raises(WrongCode):
                await ana.give(challenge, code, method)


async def test_a_code_of_another_method_or_another_account_is_refused(
    ana: Ana, guard: SecurityGuard, clock: ManualClock
) -> None:
    ben = await enrolled(guard, clock, email="ben@example.com")
    challenge = await ana.challenge()
    for code, method in [
        (ana.app.code(), "recovery_code"),
        (ana.codes[0], "totp"),
        (ben.app.code(), "totp"),
        (ben.codes[0], "recovery_code"),
    ]:
        with pytest.raises(WrongCode):
            await ana.give(challenge, code, method)
    assert len(ben.codes) == (await guard.second_factors.in_use(ben.principal)).recovery_codes_left


async def test_a_challenge_ends_with_its_fifth_wrong_code_and_the_owner_is_told(
    ana: Ana, mailbox: Mailbox, engine: AsyncEngine
) -> None:
    challenge = await ana.challenge()
    for _ in range(5):
        with pytest.raises(WrongCode):
            await ana.give(challenge, "no code", "recovery_code")
    with pytest.raises(InvalidChallenge):
        await ana.give(challenge, ana.app.code())
    left = [detail["tries_left"] for detail in await events(engine, "second_factor.failed")]
    assert left == ["0", "1", "2", "3", "4"]
    await ana.guard.accounts.work.settle()
    assert mailbox.subjects("ana@example.com").count("Somebody could not give your second factor") == 1
    # The owner is not shut out: the next login has tries of its own.
    await ana.give(await ana.challenge(), ana.app.code())


async def test_the_fifth_code_may_be_right(ana: Ana) -> None:
    challenge = await ana.challenge()
    for _ in range(4):
        with pytest.raises(WrongCode):
            await ana.give(challenge, "no code", "recovery_code")
    await ana.give(challenge, ana.app.code())


async def test_parallel_tries_are_counted(ana: Ana, engine: AsyncEngine) -> None:
    challenge = digest(await ana.challenge())
    store = SqlChallengeStore(engine)
    tries = await asyncio.gather(*(store.try_once(challenge, limit=5, now=ana.clock()) for _ in range(PARALLEL)))
    assert sorted(tried.tries_left for tried in tries if tried is not None) == [0, 1, 2, 3, 4]


async def test_a_challenge_expires(ana: Ana) -> None:
    challenge = await ana.challenge()
    ana.clock.advance(timedelta(minutes=5))
    with pytest.raises(InvalidChallenge):
        await ana.guard.second_factors.waiting(challenge)
    with pytest.raises(InvalidChallenge):
        await ana.give(challenge, ana.app.code())


@pytest.mark.parametrize("challenge", ["", "x" * 43, "\ud800"])
async def test_an_unknown_challenge_is_refused(ana: Ana, challenge: str) -> None:
    with pytest.raises(InvalidChallenge):
        await ana.give(challenge, ana.app.code())


async def test_an_answered_challenge_is_over(ana: Ana) -> None:
    challenge = await ana.challenge()
    await ana.give(challenge, ana.app.code())
    with pytest.raises(InvalidChallenge):
        await ana.give(challenge, ana.codes[0], "recovery_code")
    assert (await ana.guard.second_factors.in_use(ana.principal)).recovery_codes_left == 10


async def test_a_challenge_is_no_token(ana: Ana) -> None:
    challenge = await ana.challenge()
    with pytest.raises(Unauthenticated):
        await ana.guard.authenticate(challenge)
    with pytest.raises(InvalidRefreshToken):
        await ana.guard.refresh(challenge)


async def test_a_disabled_account_looks_like_a_wrong_password_and_finishes_no_login(
    ana: Ana, engine: AsyncEngine
) -> None:
    challenge = await ana.challenge()
    async with engine.begin() as connection:
        await connection.execute(
            update(users).where(users.c.user_id == ana.principal.user_id).values(disabled_at=ana.clock())
        )
    with pytest.raises(InvalidCredentials):
        await ana.guard.login(email="ana@example.com", password=PASSWORD)
    with pytest.raises(InvalidChallenge):
        await ana.give(challenge, ana.app.code())


async def test_a_wrong_password_is_not_asked_for_a_second_factor(ana: Ana, engine: AsyncEngine) -> None:
    with pytest.raises(InvalidCredentials):
        await ana.guard.login(email="ana@example.com", password="wrong horse battery")
    assert await events(engine, "second_factor.required") == []


async def test_a_password_reset_logs_nobody_in_and_leaves_the_second_factor(ana: Ana, mailbox: Mailbox) -> None:
    before = await ana.challenge()
    await ana.guard.accounts.passwords.forgot("ana@example.com")
    await ana.guard.accounts.work.settle()
    code = mailbox.code("ana@example.com", "reset-password")
    await ana.guard.accounts.passwords.reset(code=code, new_password="a stapler on the moon")
    with pytest.raises(InvalidChallenge):
        await ana.give(before, ana.app.code())
    await ana.give(await ana.challenge("a stapler on the moon"), ana.app.code())


async def test_a_changed_password_ends_the_logins_that_wait(ana: Ana) -> None:
    challenge = await ana.challenge()
    await ana.guard.accounts.passwords.change(
        ana.principal, current_password=PASSWORD, new_password="a stapler on the moon"
    )
    with pytest.raises(InvalidChallenge):
        await ana.give(challenge, ana.app.code())


async def test_a_login_checked_before_a_change_of_the_password_does_not_wait_after_it(
    ana: Ana, engine: AsyncEngine
) -> None:
    stores = sql_identity_stores(engine)
    checked = await stores.account_lifecycle.find(ana.principal.user_id)
    assert checked is not None
    await ana.guard.accounts.passwords.change(ana.principal, current_password=PASSWORD, new_password=NEW_PASSWORD)
    late = Challenge(b"digest", ana.principal.user_id, ana.clock() + timedelta(minutes=5), checked.password_hash)
    with pytest.raises(PasswordReplacedMeanwhile):
        await stores.challenges.add(late, ana.clock())
    assert await stores.challenges.find_user(late.digest, ana.clock()) is None
    changed = await stores.account_lifecycle.find(ana.principal.user_id)
    assert changed is not None
    await stores.challenges.add(dataclasses.replace(late, password_hash=changed.password_hash), ana.clock())
    assert await stores.challenges.find_user(late.digest, ana.clock()) == ana.principal.user_id


async def test_no_login_with_the_old_password_waits_beside_a_change_of_it(ana: Ana) -> None:
    logins = [ana.guard.login(email="ana@example.com", password=PASSWORD) for _ in range(20)]
    change = ana.guard.accounts.passwords.change(ana.principal, current_password=PASSWORD, new_password=NEW_PASSWORD)
    outcomes = await asyncio.gather(*logins[:10], change, *logins[10:], return_exceptions=True)
    assert outcomes.pop(10) is None
    for outcome in outcomes:
        if isinstance(outcome, SecondFactorRequired):
            with pytest.raises(InvalidChallenge):
                await ana.give(outcome.challenge, ana.app.code())
        else:
            assert isinstance(outcome, InvalidCredentials)


async def test_confirming_an_app_ends_the_sessions_that_began_without_it(
    guard: SecurityGuard, clock: ManualClock, mailbox: Mailbox
) -> None:
    registered = await guard.register_user(**ANA)
    principal = await guard.authenticate(registered.tokens.access_token)
    other = await guard.login(email="ana@example.com", password=PASSWORD)
    assert isinstance(other, Authenticated)
    ticket = await guard.issue_ticket(await guard.authenticate(other.tokens.access_token))
    enrolment = await guard.second_factors.enrol_totp(principal, current_password=PASSWORD)
    await guard.second_factors.confirm_totp(principal, App(enrolment.secret, clock).code())
    with pytest.raises(Unauthenticated):
        await guard.authenticate(other.tokens.access_token)
    with pytest.raises(InvalidRefreshToken):
        await guard.refresh(other.tokens.refresh_token)
    with pytest.raises(Exception, match="ticket is not valid"):
        await guard.redeem_ticket(ticket.value)
    # The session that has shown the factor lives on.
    assert (await guard.refresh(registered.tokens.refresh_token)).user.user_id == principal.user_id
    await guard.accounts.work.settle()
    assert "Logging in takes a second factor now" in mailbox.subjects("ana@example.com")


async def test_logins_while_an_app_is_confirmed_leave_no_session_without_it(
    guard: SecurityGuard, clock: ManualClock
) -> None:
    registered = await guard.register_user(**ANA)
    principal = await guard.authenticate(registered.tokens.access_token)
    enrolment = await guard.second_factors.enrol_totp(principal, current_password=PASSWORD)
    code = App(enrolment.secret, clock).code()
    logins = [guard.login(email="ana@example.com", password=PASSWORD) for _ in range(20)]
    await asyncio.gather(*logins[:10], guard.second_factors.confirm_totp(principal, code), *logins[10:])
    assert [session.session_id for session in await guard.sessions.list(principal)] == [principal.session_id]


class ChangesMeanwhile:
    """A session store in which something changes just before a session begins."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.meanwhile: Any = None

    async def start(self, session: NewSession, refresh_token: NewRefreshToken) -> None:
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        await self._store.start(session, refresh_token)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_a_login_that_began_before_the_factor_and_ends_after_it_is_asked_for_it(
    engine: AsyncEngine, clock: ManualClock
) -> None:
    stores = sql_identity_stores(engine)
    sessions = ChangesMeanwhile(stores.sessions)
    guard = await open_local_guard(dataclasses.replace(stores, sessions=sessions), CHEAP, clock)
    try:
        registered = await guard.register_user(**ANA)
        principal = await guard.authenticate(registered.tokens.access_token)
        enrolment = await guard.second_factors.enrol_totp(principal, current_password=PASSWORD)
        code = App(enrolment.secret, clock).code()
        sessions.meanwhile = lambda: guard.second_factors.confirm_totp(principal, code)
        asked = await guard.login(email="ana@example.com", password=PASSWORD)
        assert isinstance(asked, SecondFactorRequired)
        assert [session.session_id for session in await guard.sessions.list(principal)] == [principal.session_id]
    finally:
        await guard.close()


async def test_a_second_factor_given_before_a_change_of_the_password_begins_no_session_after_it(
    engine: AsyncEngine, clock: ManualClock
) -> None:
    stores = sql_identity_stores(engine)
    sessions = ChangesMeanwhile(stores.sessions)
    guard = await open_local_guard(dataclasses.replace(stores, sessions=sessions), CHEAP, clock)
    try:
        ana = await enrolled(guard, clock)
        challenge = await ana.challenge()
        sessions.meanwhile = lambda: guard.accounts.passwords.change(
            ana.principal, current_password=PASSWORD, new_password=NEW_PASSWORD
        )
        with pytest.raises(InvalidChallenge):
            await ana.give(challenge, ana.app.code())
        assert [session.session_id for session in await guard.sessions.list(ana.principal)] == [
            ana.principal.session_id
        ]
    finally:
        await guard.close()


async def test_disabling_takes_the_password_and_a_code_and_ends_the_other_sessions(
    ana: Ana, mailbox: Mailbox, engine: AsyncEngine
) -> None:
    other = await ana.give(await ana.challenge(), ana.codes[0], "recovery_code")
    ana.clock.advance(timedelta(minutes=6))
    factors, code = ana.guard.second_factors, ana.app.code()
    with pytest.raises(ReauthenticationRequired):
        await factors.disable_totp(ana.principal, code=code, current_password=None)
    with pytest.raises(WrongPassword):
        await factors.disable_totp(ana.principal, code=code, current_password="wrong horse battery")
    with pytest.raises(WrongCode):
        await factors.disable_totp(ana.principal, code="000000", current_password=PASSWORD)
    await factors.disable_totp(ana.principal, code=code, current_password=PASSWORD)
    with pytest.raises(Unauthenticated):
        await ana.guard.authenticate(other.tokens.access_token)
    assert isinstance(await ana.guard.login(email="ana@example.com", password=PASSWORD), Authenticated)
    assert (await factors.in_use(ana.principal)).recovery_codes_left == 0
    with pytest.raises(NoSecondFactor):
        await factors.disable_totp(ana.principal, code=code, current_password=PASSWORD)
    assert len(await events(engine, "second_factor.disabled")) == 1
    await ana.guard.accounts.work.settle()
    assert "A second factor was disabled" in mailbox.subjects("ana@example.com")


async def test_soon_after_a_login_no_password_is_needed_but_the_code_is(ana: Ana) -> None:
    fresh = await ana.guard.authenticate((await ana.give(await ana.challenge(), ana.app.code())).tokens.access_token)
    ana.clock.advance(timedelta(minutes=5))
    with pytest.raises(WrongCode):
        await ana.guard.second_factors.disable_totp(fresh, code="000000", current_password=None)
    await ana.guard.second_factors.disable_totp(fresh, code=ana.codes[0], current_password=None)


async def test_enrolling_takes_the_password_once_the_login_is_old(guard: SecurityGuard, clock: ManualClock) -> None:
    registered = await guard.register_user(**ANA)
    principal = await guard.authenticate(registered.tokens.access_token)
    clock.advance(timedelta(minutes=5, microseconds=1))
    with pytest.raises(ReauthenticationRequired):
        await guard.second_factors.enrol_totp(principal, current_password=None)
    with pytest.raises(WrongPassword):
        await guard.second_factors.enrol_totp(principal, current_password="wrong horse battery")
    refreshed = await guard.refresh(registered.tokens.refresh_token)
    principal = await guard.authenticate(refreshed.tokens.access_token)
    with pytest.raises(ReauthenticationRequired):  # A refresh is no login.
        await guard.second_factors.enrol_totp(principal, current_password=None)
    await guard.second_factors.enrol_totp(principal, current_password=PASSWORD)


async def test_new_recovery_codes_take_the_place_of_the_old(ana: Ana, mailbox: Mailbox) -> None:
    code = ana.app.code()
    new = await ana.guard.second_factors.regenerate_recovery_codes(ana.principal, code=code, current_password=PASSWORD)
    assert set(new).isdisjoint(ana.codes)
    with pytest.raises(WrongCode):
        await ana.give(await ana.challenge(), ana.codes[1], "recovery_code")
    await ana.give(await ana.challenge(), new[0], "recovery_code")
    await ana.guard.accounts.work.settle()
    assert "Your recovery codes were replaced" in mailbox.subjects("ana@example.com")


async def test_without_a_factor_there_are_no_recovery_codes(guard: SecurityGuard) -> None:
    principal = await guard.authenticate((await guard.register_user(**ANA)).tokens.access_token)
    with pytest.raises(NoSecondFactor):
        await guard.second_factors.regenerate_recovery_codes(principal, code="123456", current_password=PASSWORD)


async def test_a_deleted_account_takes_its_factors_along(ana: Ana, engine: AsyncEngine) -> None:
    await ana.challenge()
    await ana.guard.accounts.deletion.delete(ana.principal, current_password=PASSWORD)
    async with engine.connect() as connection:
        for table in (authenticator_apps, recovery_codes, login_challenges):
            assert (await connection.execute(select(table))).all() == []


async def test_another_process_knows_what_was_enrolled_here(ana: Ana, engine: AsyncEngine) -> None:
    other = await open_local_guard(sql_identity_stores(engine), CHEAP, ana.clock, encryption_key=lambda: KEY)
    try:
        asked = await other.login(email="ana@example.com", password=PASSWORD)
        assert isinstance(asked, SecondFactorRequired)
        await other.second_factors.complete(asked.challenge, method="totp", code=ana.app.code())
    finally:
        await other.close()


async def test_with_another_key_nobody_gets_in_by_the_app_and_recovery_codes_still_work(
    ana: Ana, engine: AsyncEngine
) -> None:
    other = await open_local_guard(sql_identity_stores(engine), CHEAP, ana.clock)
    try:
        asked = await other.login(email="ana@example.com", password=PASSWORD)
        assert isinstance(asked, SecondFactorRequired)
        with pytest.raises(Exception, match="encryption_key"):
            await other.second_factors.complete(asked.challenge, method="totp", code=ana.app.code())
        await other.second_factors.complete(asked.challenge, method="recovery_code", code=ana.codes[0])
    finally:
        await other.close()


async def test_who_is_gone_enrols_nothing(guard: SecurityGuard, clock: ManualClock) -> None:
    nobody = Principal(uuid4(), UUID(int=1), uuid4(), (), (), clock())
    with pytest.raises(ReauthenticationRequired):
        await guard.second_factors.enrol_totp(nobody, current_password=None)
    with pytest.raises(Unauthenticated):
        await guard.second_factors.enrol_totp(nobody, current_password=PASSWORD)


async def test_a_new_encryption_key_reads_what_the_old_one_sealed_and_takes_its_place_on_use(
    ana: Ana, engine: AsyncEngine, clock: ManualClock
) -> None:
    async def use(key: str, *previous: str) -> None:
        stores = sql_identity_stores(engine, clock)
        opened = await open_local_guard(
            stores, CHEAP, clock, encryption_key=lambda: key, previous_encryption_keys=previous
        )
        try:
            again = dataclasses.replace(ana, guard=opened)
            await again.give(await again.challenge(), ana.app.code())
        finally:
            await opened.close()
            clock.advance(STEP)

    new = "another encryption key for tests, long enough"
    with pytest.raises(SecretUnreadable):
        await use(new)
    await use(new, KEY)
    await use(new)
    with pytest.raises(SecretUnreadable):
        await use(KEY)


async def test_factors_that_an_admin_takes_away_are_asked_for_no_more(
    ana: Ana, engine: AsyncEngine, clock: ManualClock, mailbox: Mailbox
) -> None:
    waiting = await ana.challenge()
    passkey = Passkey(
        passkey_id=uuid4(),
        user_id=ana.principal.user_id,
        credential_id=b"c" * 16,
        public_key=b"k",
        sign_count=0,
        transports=(),
        backup_eligible=False,
        backed_up=False,
        name="Key",
        created_at=clock(),
    )
    stores = sql_identity_stores(engine, clock)
    await stores.passkeys.add(passkey, limit=1, recovery_digests=(), keep_session=ana.principal.session_id)
    await ana.guard.administration.reset_factors_of("ANA@example.com")
    with pytest.raises(InvalidRefreshToken):
        await ana.guard.refresh(ana.refresh_token)
    with pytest.raises(InvalidChallenge):
        await ana.give(waiting, ana.app.code())
    assert isinstance(await ana.guard.login(email="ana@example.com", password=PASSWORD), Authenticated)
    assert await stores.passkeys.of_user(ana.principal.user_id) == []
    assert await stores.recovery_codes.count_codes(ana.principal.user_id) == 0
    assert await events(engine, "second_factor.reset") == [{"by": "command"}]
    await ana.guard.close()
    assert mailbox.subjects("ana@example.com")[-1] == "Your second factors were removed"
