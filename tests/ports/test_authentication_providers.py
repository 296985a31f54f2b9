"""The authentication port, whoever keeps the accounts: this service, a GoTrue server, or an OpenID Connect issuer.

The issuer's adapter only verifies. Its documented exceptions: register, login and refresh are refused, and users log in
at the issuer itself; what follows from holding its access token is the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.external_authentication import open_external_authentication
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.security_guard.external import open_external_guard
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.options import HashingOptions, IdentityOptions, SessionOptions
from experience_plane.security_guard.ports import (
    EmailTaken,
    InvalidCredentials,
    InvalidEmail,
    InvalidName,
    InvalidRefreshToken,
    InvalidTicket,
    NotSupported,
    PasswordRejected,
    Unauthenticated,
)
from experience_plane.settings import AuthSettings, GoTrueSettings, OidcIssuerSettings
from gotrue_server import API_KEY, GoTrueServer
from manual_clock import ManualClock
from oidc_server import OidcServer
from real_server import listening, serving
from signing import IssuerKey, IssuerKeys

ANA: dict[str, Any] = {"name": "Ana", "email": "ana@example.com", "password": "correct horse battery"}
ISSUING = ["local", "gotrue-es256", "gotrue-hs256"]
ALL = [*ISSUING, "oidc"]
OPTIONS = IdentityOptions(
    hashing=HashingOptions(memory_cost_kib=8, time_cost=1), sessions=SessionOptions(state_max_age=timedelta(0))
)


@dataclass
class Stage:
    """A guard over one provider, and another as a second process would have it."""

    guard: SecurityGuard
    other_guard: SecurityGuard
    log_in: Callable[[], Awaitable[str]]
    """Starts a session of Ana, with an account or at the issuer, and answers its access token."""


@pytest.fixture(params=ALL)
def provider(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def stage(provider: str, engine: AsyncEngine, clock: ManualClock) -> AsyncIterator[Stage]:
    with listening() as (listener, url):
        open_guard, log_in, application = _provider(provider, engine, clock, url)
        with serving(application, listener):
            guard, other_guard = await open_guard(), await open_guard()

            async def log_in_with_an_account() -> str:
                try:
                    return (await guard.register_user(**ANA)).tokens.access_token
                except EmailTaken:
                    return (await guard.login(email=ANA["email"], password=ANA["password"])).tokens.access_token

            yield Stage(guard, other_guard, log_in or log_in_with_an_account)
            await guard.close()
            await other_guard.close()


def _provider(name: str, engine: AsyncEngine, clock: ManualClock, url: str) -> tuple[Any, Any, Any]:
    stores = sql_identity_stores(engine)

    async def open_local() -> SecurityGuard:
        return await open_local_guard(stores, OPTIONS, clock)

    async def open_external() -> SecurityGuard:
        return open_external_guard(open_external_authentication(engine, settings, clock), stores.tickets, clock=clock)

    async def token_of_the_issuer() -> str:
        person = {"sub": "ana-1", "email": "ana@example.com", "name": "Ana", "sid": str(uuid4())}
        return issuer.access_token(person, "experience-plane")

    gotrue = GoTrueServer(url, clock)
    issuer = OidcServer(url, clock)
    settings = AuthSettings(session_state_max_age_seconds=0)
    if name == "local":
        return open_local, None, issuer.application()
    if name == "oidc":
        settings = settings.model_copy(update={"provider": "oidc", "oidc": OidcIssuerSettings(issuer=url)})
        return open_external, token_of_the_issuer, issuer.application()
    secret = "s" * 32 if name == "gotrue-hs256" else None
    gotrue.secret, gotrue.keys = secret, IssuerKeys([IssuerKey("first", "ES256")])
    configured = GoTrueSettings.model_validate({"url": url, "api_key": API_KEY, "jwt_secret": secret})
    settings = settings.model_copy(update={"provider": "gotrue", "gotrue": configured})
    return open_external, None, gotrue.application()


async def test_an_access_token_says_who_it_is_with_tenant_role_and_permissions(stage: Stage) -> None:
    principal = await stage.guard.authenticate(await stage.log_in())
    assert principal.roles == ("member",)
    assert principal.permissions == (
        "access_tokens.manage",
        "account.manage",
        "agents.talk",
        "conversations.read",
        "liaisons.consult",
        "session.end",
    )
    user = await stage.guard.current_user(principal)
    assert (user.user_id, user.tenant_id) == (principal.user_id, principal.tenant_id)
    assert (user.name, user.email, user.roles) == ("Ana", "ana@example.com", ("member",))
    assert user.permissions == principal.permissions


async def test_two_logins_are_two_sessions_of_one_user_in_one_tenant(stage: Stage) -> None:
    first, second = [await stage.guard.authenticate(await stage.log_in()) for _ in range(2)]
    assert (first.user_id, first.tenant_id) == (second.user_id, second.tenant_id)
    assert first.session_id != second.session_id


async def test_every_process_believes_the_token_and_means_the_same_by_it(stage: Stage) -> None:
    token = await stage.log_in()
    assert await stage.other_guard.authenticate(token) == await stage.guard.authenticate(token)


async def test_an_access_token_ends_with_its_time(stage: Stage, clock: ManualClock) -> None:
    token = await stage.log_in()
    principal = await stage.guard.authenticate(token)
    clock.advance(principal.expires_at - clock())
    with pytest.raises(Unauthenticated):
        await stage.guard.authenticate(token)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é", "\ud800", "x" * 5000])
async def test_what_is_no_token_is_refused(stage: Stage, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await stage.guard.authenticate(token)


async def test_a_token_with_a_changed_signature_is_refused(stage: Stage) -> None:
    token = await stage.log_in()
    head, _, signature = token.rpartition(".")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    with pytest.raises(Unauthenticated):
        await stage.guard.authenticate(f"{head}.{changed}")


async def test_logging_out_ends_the_session_on_the_next_request_in_every_process(stage: Stage) -> None:
    token = await stage.log_in()
    principal = await stage.guard.authenticate(token)
    await stage.other_guard.authenticate(token)
    await stage.guard.logout(principal)
    await stage.guard.logout(principal)
    for guard in (stage.guard, stage.other_guard):
        with pytest.raises(Unauthenticated):
            await guard.authenticate(token)
        with pytest.raises(Unauthenticated):
            await guard.current_user(principal)


async def test_logging_out_leaves_the_users_other_sessions_alone(stage: Stage) -> None:
    ended, other = await stage.log_in(), await stage.log_in()
    await stage.guard.logout(await stage.guard.authenticate(ended))
    await stage.guard.authenticate(other)


async def test_a_ticket_stands_for_the_principal_once_and_in_any_process(stage: Stage, clock: ManualClock) -> None:
    principal = await stage.guard.authenticate(await stage.log_in())
    ticket = await stage.guard.issue_ticket(principal)
    assert ticket.expires_at == clock() + timedelta(seconds=30)
    assert await stage.other_guard.redeem_ticket(ticket.value) == principal
    with pytest.raises(InvalidTicket):
        await stage.guard.redeem_ticket(ticket.value)


async def test_a_ticket_dies_with_its_session(stage: Stage) -> None:
    principal = await stage.guard.authenticate(await stage.log_in())
    ticket = await stage.guard.issue_ticket(principal)
    await stage.guard.logout(principal)
    with pytest.raises(InvalidTicket):
        await stage.other_guard.redeem_ticket(ticket.value)


async def test_parallel_first_requests_of_a_session_all_pass(stage: Stage) -> None:
    token = await stage.log_in()
    principals = await asyncio.gather(*((stage.guard, stage.other_guard)[n % 2].authenticate(token) for n in range(20)))
    assert len(set(principals)) == 1


issuing = pytest.mark.parametrize("provider", ISSUING, indirect=True)


@issuing
async def test_registering_logs_in(stage: Stage) -> None:
    registered = await stage.guard.register_user(**ANA)
    assert (registered.user.name, registered.user.email) == ("Ana", "ana@example.com")
    assert registered.tokens.expires_in > 0
    principal = await stage.guard.authenticate(registered.tokens.access_token)
    assert await stage.guard.current_user(principal) == registered.user


@issuing
async def test_two_users_get_two_tenants(stage: Stage) -> None:
    ana = await stage.guard.register_user(**ANA)
    ben = await stage.guard.register_user(**ANA | {"email": "ben@example.com"})
    assert ana.user.tenant_id != ben.user.tenant_id
    assert ana.user.user_id != ben.user.user_id


@issuing
@pytest.mark.parametrize("email", ["ANA@Example.COM", " ana@example.com "])
async def test_an_e_mail_address_is_one_account_however_it_is_written(stage: Stage, email: str) -> None:
    registered = await stage.guard.register_user(**ANA)
    with pytest.raises(EmailTaken):
        await stage.guard.register_user(**ANA | {"email": email})
    assert (await stage.guard.login(email=email, password=ANA["password"])).user == registered.user


@issuing
async def test_the_same_password_in_another_unicode_form_logs_in(stage: Stage) -> None:
    await stage.guard.register_user(**ANA | {"password": "cafe\u0301 ﬁancé noir"})
    await stage.guard.login(email=ANA["email"], password="café fiancé noir")


@issuing
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
async def test_every_failed_login_looks_the_same(stage: Stage, email: str, password: str) -> None:
    await stage.guard.register_user(**ANA)
    with pytest.raises(InvalidCredentials) as caught:
        await stage.guard.login(email=email, password=password)
    assert caught.value.public_detail == InvalidCredentials.default_detail


@issuing
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"email": "not an address"}, InvalidEmail),
        ({"name": "  "}, InvalidName),
        ({"name": "An\x00a"}, InvalidName),
        ({"password": "short"}, PasswordRejected),
        ({"password": "password123"}, PasswordRejected),
    ],
)
async def test_what_cannot_be_registered_is_refused(
    stage: Stage, change: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await stage.guard.register_user(**ANA | change)


@issuing
async def test_refreshing_gives_new_tokens_for_the_same_session(stage: Stage) -> None:
    first = await stage.guard.register_user(**ANA)
    second = await stage.guard.refresh(first.tokens.refresh_token)
    assert second.user == first.user
    assert second.tokens.refresh_token != first.tokens.refresh_token
    before, after = [await stage.guard.authenticate(a.tokens.access_token) for a in (first, second)]
    assert before.session_id == after.session_id


@issuing
@pytest.mark.parametrize("value", ["", "unknown", "gotrue-refresh-token.", "gotrue-refresh-token.dW5rbm93bg", "\ud800"])
async def test_an_unknown_refresh_token_is_refused(stage: Stage, value: str) -> None:
    with pytest.raises(InvalidRefreshToken):
        await stage.guard.refresh(value)


@issuing
async def test_tokens_are_not_taken_for_each_other(stage: Stage) -> None:
    tokens = (await stage.guard.register_user(**ANA)).tokens
    with pytest.raises(InvalidRefreshToken):
        await stage.guard.refresh(tokens.access_token)
    with pytest.raises(Unauthenticated):
        await stage.guard.authenticate(tokens.refresh_token)


@issuing
async def test_a_logged_out_session_cannot_be_refreshed(stage: Stage) -> None:
    tokens = (await stage.guard.register_user(**ANA)).tokens
    await stage.guard.logout(await stage.guard.authenticate(tokens.access_token))
    with pytest.raises(InvalidRefreshToken):
        await stage.guard.refresh(tokens.refresh_token)


@issuing
async def test_a_refresh_token_stolen_and_used_ends_the_session(stage: Stage, clock: ManualClock) -> None:
    first = await stage.guard.register_user(**ANA)
    second = await stage.guard.refresh(first.tokens.refresh_token)
    clock.advance(timedelta(minutes=5))
    with pytest.raises(InvalidRefreshToken):
        await stage.guard.refresh(first.tokens.refresh_token)
    with pytest.raises(InvalidRefreshToken):
        await stage.guard.refresh(second.tokens.refresh_token)
    with pytest.raises(Unauthenticated):
        await stage.guard.authenticate(second.tokens.access_token)


@pytest.mark.parametrize("provider", ["oidc"], indirect=True)
async def test_a_provider_that_only_verifies_refuses_the_rest_and_says_where_to_log_in(stage: Stage) -> None:
    refused: list[Callable[[], Awaitable[Any]]] = [
        lambda: stage.guard.register_user(**ANA),
        lambda: stage.guard.login(email=ANA["email"], password=ANA["password"]),
        lambda: stage.guard.refresh("some refresh token"),
    ]
    for operation in refused:
        with pytest.raises(NotSupported, match="Log in at http://127"):
            await operation()
    with pytest.raises(NotSupported):
        stage.guard.json_web_key_set()
