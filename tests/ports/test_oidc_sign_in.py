"""Sign-in by OpenID Connect against a real provider over real HTTP, honest and not, on each database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.external_authentication import oidc_sign_in_parts
from experience_plane.adapters.sql.external_tables import oidc_identities
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.adapters.sql.identity_tables import users
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.oidc_sign_in import (
    AccountLinkRequired,
    Completed,
    IdentityTaken,
    InvalidReturnAddress,
    ProviderNotFound,
    SignInRefused,
    UnverifiedIdentity,
    s256,
)
from experience_plane.security_guard.opaque import new_secret
from experience_plane.security_guard.options import HashingOptions, IdentityOptions
from experience_plane.security_guard.ports import EmailTaken, InvalidCredentials, ProviderUnavailable
from experience_plane.security_guard.principal import Authenticated, Principal
from experience_plane.settings import AuthSettings, OidcProviderSettings
from manual_clock import ManualClock
from oidc_server import CLIENT_ID, CLIENT_SECRET, OidcServer
from real_server import listening, serving
from signing import IssuerKey, IssuerKeys, forged, hmac_sha256, unsigned

ANA: dict[str, Any] = {"name": "Ana", "email": "ana@example.com", "password": "correct horse battery"}
PERSON = {"sub": "ana-1", "email": "ana@example.com", "email_verified": True, "name": "Ana"}
PAGE = "https://app.example/signed-in"
CHEAP = IdentityOptions(hashing=HashingOptions(memory_cost_kib=8, time_cost=1))


@dataclass
class Stage:
    """A guard, two providers, and a browser that shows what is in its address bar."""

    guard: SecurityGuard
    provider: OidcServer
    other: OidcServer
    settings: AuthSettings

    async def start(self, verifier: str, provider_id: str = "example", **options: Any) -> str:
        started = await self.guard.oidc_sign_in.start(
            provider_id, **{"return_to": PAGE, "code_challenge": s256(verifier)} | options
        )
        return started.authorization_url

    async def ask(self, authorization_url: str) -> dict[str, str]:
        """Let the provider ask the user; answers what the browser brings to the callback."""
        async with httpx.AsyncClient() as browser:
            answer = await browser.get(authorization_url)
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    async def call_back(self, brought: dict[str, str], provider_id: str = "example") -> Completed:
        return await self.guard.oidc_sign_in.complete(
            provider_id,
            state=brought["state"],
            code=brought.get("code"),
            error=brought.get("error"),
            issuer=brought.get("iss"),
        )

    async def come_back(self, verifier: str, **options: Any) -> Completed:
        return await self.call_back(await self.ask(await self.start(verifier, **options)))

    async def sign_in(self) -> Authenticated:
        verifier = new_secret()
        completed = await self.come_back(verifier)
        if completed.failure is not None:
            raise completed.failure
        return await self.guard.oidc_sign_in.exchange(code=completed.code or "", code_verifier=verifier)

    async def link(self, principal: Principal) -> None:
        verifier = new_secret()
        completed = await self.come_back(verifier, principal=principal)
        await self.guard.oidc_sign_in.link(principal, code=completed.code or "", code_verifier=verifier)


@pytest.fixture
async def stage(engine: AsyncEngine, clock: ManualClock) -> AsyncIterator[Stage]:
    with listening() as (listener, url), listening() as (other_listener, other_url):
        provider, other = OidcServer(url, clock, person=PERSON), OidcServer(other_url, clock, person=PERSON)
        settings = AuthSettings(
            public_url="https://plane.example",
            oidc_return_origins=["https://app.example"],
            oidc_providers=[_settings("example", url), _settings("other", other_url)],
        )
        with serving(provider.application(), listener), serving(other.application(), other_listener):
            parts = oidc_sign_in_parts(engine, settings, clock)
            guard = await open_local_guard(sql_identity_stores(engine), CHEAP, clock=clock, oidc=parts)
            yield Stage(guard, provider, other, settings)
            await guard.close()


def _settings(provider_id: str, issuer: str) -> OidcProviderSettings:
    return OidcProviderSettings.model_validate(
        {
            "id": provider_id,
            "name": provider_id.title(),
            "issuer": issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
    )


async def _principal(stage: Stage, authenticated: Authenticated) -> Principal:
    return await stage.guard.authenticate(authenticated.tokens.access_token)


async def test_who_is_new_gets_an_account_with_a_tenant_and_is_logged_in(stage: Stage) -> None:
    signed_in = await stage.sign_in()
    assert (signed_in.user.email, signed_in.user.name, signed_in.user.roles) == ("ana@example.com", "Ana", ("member",))
    assert signed_in.user.email_verified
    principal = await _principal(stage, signed_in)
    assert await stage.guard.current_user(principal) == signed_in.user
    assert (await stage.guard.refresh(signed_in.tokens.refresh_token)).user == signed_in.user


async def test_signing_in_again_is_the_same_account_whatever_the_address_is_by_then(stage: Stage) -> None:
    first = await stage.sign_in()
    stage.provider.person = PERSON | {"email": "ana@elsewhere.example", "email_verified": False}
    assert (await stage.sign_in()).user == first.user


async def test_an_account_made_by_a_provider_has_no_password_to_guess(stage: Stage) -> None:
    await stage.sign_in()
    for password in ("", "!", "password", "None"):
        with pytest.raises(InvalidCredentials):
            await stage.guard.login(email="ana@example.com", password=password)
    with pytest.raises(EmailTaken):
        await stage.guard.register_user(**ANA)


async def test_the_provider_is_asked_with_pkce_state_and_nonce_and_told_no_secret_in_a_url(stage: Stage) -> None:
    verifier = new_secret()
    url = await stage.start(verifier)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "https://plane.example/api/auth/oidc/example/callback"
    assert {asked["state"], asked["nonce"], asked["code_challenge"]}.isdisjoint({verifier, s256(verifier)})
    assert CLIENT_SECRET not in url
    await stage.call_back(await stage.ask(url))
    assert "client_secret" not in stage.provider.token_form


async def test_what_goes_back_to_the_page_is_a_code_and_no_token(stage: Stage) -> None:
    completed = await stage.come_back(new_secret())
    assert completed.return_to == PAGE
    assert completed.code is not None
    assert "." not in completed.code


async def test_a_verified_address_alone_does_not_open_an_existing_account(stage: Stage) -> None:
    await stage.guard.register_user(**ANA)
    with pytest.raises(AccountLinkRequired):
        await stage.sign_in()


async def test_who_logs_in_first_can_link_and_signs_in_from_then_on(stage: Stage) -> None:
    registered = await stage.guard.register_user(**ANA)
    await stage.link(await _principal(stage, registered))
    await stage.link(await _principal(stage, registered))
    assert (await stage.sign_in()).user == registered.user


async def test_a_disabled_account_is_not_opened(stage: Stage, engine: AsyncEngine, clock: ManualClock) -> None:
    await stage.sign_in()
    async with engine.begin() as connection:
        await connection.execute(update(users).values(disabled_at=clock()))
    with pytest.raises(SignInRefused):
        await stage.sign_in()


async def test_a_link_needs_the_accounts_own_address_verified(stage: Stage) -> None:
    principal = await _principal(stage, await stage.guard.register_user(**ANA))
    for changes in ({"email_verified": False}, {"email": "eve@example.com"}, {"email": None}, {"email": "nobody"}):
        stage.provider.person = {k: v for k, v in (PERSON | changes).items() if v is not None}
        with pytest.raises(UnverifiedIdentity):
            await stage.link(principal)


async def test_an_identity_belongs_to_one_account(stage: Stage, engine: AsyncEngine) -> None:
    await stage.sign_in()
    eve = await stage.guard.register_user(**ANA | {"email": "eve@example.com"})
    stage.provider.person = PERSON | {"email": "eve@example.com"}
    with pytest.raises(IdentityTaken):
        await stage.link(await _principal(stage, eve))


async def test_a_link_is_finished_only_by_who_began_it(stage: Stage) -> None:
    ana = await _principal(stage, await stage.guard.register_user(**ANA))
    eve = await _principal(stage, await stage.guard.register_user(**ANA | {"email": "eve@example.com"}))
    verifier = new_secret()
    completed = await stage.come_back(verifier, principal=eve)
    with pytest.raises(SignInRefused):
        await stage.guard.oidc_sign_in.link(ana, code=completed.code or "", code_verifier=verifier)
    completed = await stage.come_back(verifier, principal=eve)
    with pytest.raises(SignInRefused):
        await stage.guard.oidc_sign_in.exchange(code=completed.code or "", code_verifier=verifier)
    completed = await stage.come_back(verifier)
    with pytest.raises(SignInRefused):
        await stage.guard.oidc_sign_in.link(ana, code=completed.code or "", code_verifier=verifier)


@pytest.mark.parametrize("changes", [{"email_verified": False}, {"email_verified": None}, {"email_verified": "yes"}])
async def test_no_account_is_made_for_an_unverified_address(
    stage: Stage, engine: AsyncEngine, changes: dict[str, Any]
) -> None:
    stage.provider.person = {k: v for k, v in (PERSON | changes).items() if v is not None}
    with pytest.raises(UnverifiedIdentity):
        await stage.sign_in()
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(users)) == 0


async def test_userinfo_completes_an_id_token_without_an_address(stage: Stage) -> None:
    stage.provider.claim_changes = {"email": None, "email_verified": None, "name": None}
    assert (await stage.sign_in()).user.email == "ana@example.com"


Forge = Callable[[OidcServer, dict[str, Any]], str]


def _changed(**changes: Any) -> Forge:
    def forge(provider: OidcServer, claims: dict[str, Any]) -> str:
        changed = {name: value for name, value in (claims | changes).items() if value is not None}
        return provider.keys.current.sign(changed)

    return forge


def _public_key_as_secret(provider: OidcServer, claims: dict[str, Any]) -> str:
    header = {"alg": "HS256", "typ": "JWT", "kid": provider.keys.current.kid}
    return forged(header, claims, hmac_sha256(provider.keys.current.public_der))


def _client_secret_as_key(provider: OidcServer, claims: dict[str, Any]) -> str:
    return forged({"alg": "HS256", "typ": "JWT"}, claims, hmac_sha256(CLIENT_SECRET.encode()))


HOSTILE: dict[str, Forge] = {
    "alg none": lambda _, claims: unsigned(claims),
    "alg None": lambda _, claims: unsigned(claims, alg="None"),
    "the public key as a secret": _public_key_as_secret,
    "the client secret as a key": _client_secret_as_key,
    "a stranger's key": lambda p, claims: IssuerKey(p.keys.current.kid, "ES256").sign(claims),
    "a key in the header": lambda p, claims: p.keys.current.sign(claims, jwk=p.keys.current.public_jwk),
    "an algorithm that the provider did not announce": lambda p, claims: IssuerKey("x", "EdDSA").sign(claims),
    "typ of an access token": lambda p, claims: p.keys.current.sign(claims, typ="at+jwt"),
    "another nonce": _changed(nonce="another"),
    "no nonce": _changed(nonce=None),
    "another audience": _changed(aud="another-client"),
    "several audiences without azp": _changed(aud=[CLIENT_ID, "another-client"]),
    "azp of another": _changed(azp="another-client"),
    "another issuer": _changed(iss="https://evil.example"),
    "expired": _changed(exp=1),
    "no expiry": _changed(exp=None),
    "issued long ago": _changed(iat=1),
    "no time of issue": _changed(iat=None),
    "issued in the future": _changed(iat=4_000_000_000),
    "no subject": _changed(sub=None),
    "an endless subject": _changed(sub="x" * 256),
    "of another access token": _changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "not a token": lambda _p, _claims: "nonsense",
}


@pytest.mark.parametrize("forge", HOSTILE.values(), ids=HOSTILE.keys())
async def test_no_forged_id_token_signs_anybody_in(stage: Stage, forge: Forge) -> None:
    stage.provider.forge_id_token = lambda claims: forge(stage.provider, claims)
    completed = await stage.come_back(new_secret())
    assert completed.code is None
    assert isinstance(completed.failure, SignInRefused)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_each_announced_algorithm_with_a_public_key_is_verified(stage: Stage, algorithm: str) -> None:
    stage.provider.metadata_changes = {"id_token_signing_alg_values_supported": [algorithm]}
    stage.provider.keys = IssuerKeys([IssuerKey("k", algorithm)])
    stage.provider.claim_changes = {"at_hash": None}
    await stage.sign_in()


async def test_a_state_is_accepted_once(stage: Stage) -> None:
    brought = await stage.ask(await stage.start(new_secret()))
    assert (await stage.call_back(brought)).code
    with pytest.raises(SignInRefused):
        await stage.call_back(brought)


async def test_of_parallel_callbacks_with_one_state_exactly_one_is_accepted(stage: Stage) -> None:
    brought = await stage.ask(await stage.start(new_secret()))
    outcomes = await asyncio.gather(*(stage.call_back(brought) for _ in range(10)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(Completed) == 1


async def test_a_state_that_nobody_gave_is_refused_with_nowhere_to_go(stage: Stage) -> None:
    with pytest.raises(SignInRefused):
        await stage.call_back({"state": new_secret(), "code": "c"})


async def test_an_attempt_lives_ten_minutes_and_a_code_one(stage: Stage, clock: ManualClock) -> None:
    brought = await stage.ask(await stage.start(new_secret()))
    clock.advance(timedelta(minutes=10))
    with pytest.raises(SignInRefused):
        await stage.call_back(brought)
    verifier = new_secret()
    completed = await stage.come_back(verifier)
    clock.advance(timedelta(seconds=60))
    with pytest.raises(SignInRefused):
        await stage.guard.oidc_sign_in.exchange(code=completed.code or "", code_verifier=verifier)


async def test_a_code_works_once_even_in_parallel(stage: Stage, engine: AsyncEngine) -> None:
    verifier = new_secret()
    code = (await stage.come_back(verifier)).code or ""
    exchange = stage.guard.oidc_sign_in.exchange
    outcomes = await asyncio.gather(
        *(exchange(code=code, code_verifier=verifier) for _ in range(10)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes].count(Authenticated) == 1


async def test_parallel_first_sign_ins_make_one_account(stage: Stage, engine: AsyncEngine) -> None:
    signed_in = await asyncio.gather(*(stage.sign_in() for _ in range(10)))
    assert len({each.user.user_id for each in signed_in}) == 1
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(users)) == 1
        assert await connection.scalar(select(func.count()).select_from(oidc_identities)) == 1


async def test_a_stolen_code_is_worth_nothing_and_is_used_up(stage: Stage) -> None:
    verifier = new_secret()
    code = (await stage.come_back(verifier)).code or ""
    for guess in (new_secret(), verifier):
        with pytest.raises(SignInRefused):
            await stage.guard.oidc_sign_in.exchange(code=code, code_verifier=guess)


async def test_a_code_planted_from_another_sign_in_is_refused(stage: Stage) -> None:
    mine, planted = await stage.start(new_secret()), await stage.start(new_secret())
    brought = await stage.ask(mine)
    brought["code"] = (await stage.ask(planted))["code"]
    completed = await stage.call_back(brought)
    assert isinstance(completed.failure, SignInRefused)


async def test_an_answer_of_one_provider_does_not_pass_for_anothers(stage: Stage) -> None:
    brought = await stage.ask(await stage.start(new_secret(), "other"))
    with pytest.raises(SignInRefused):
        await stage.call_back(brought, "example")
    for issuer in (stage.other.url, None):
        brought = await stage.ask(await stage.start(new_secret()))
        brought = {k: v for k, v in (brought | {"iss": issuer}).items() if v is not None}  # type: ignore[dict-item]
        assert isinstance((await stage.call_back(brought)).failure, SignInRefused)


async def test_a_provider_that_sends_no_issuer_is_not_asked_to(stage: Stage) -> None:
    stage.provider.sends_issuer = False
    await stage.sign_in()


async def test_the_same_subject_at_another_provider_is_someone_else(stage: Stage) -> None:
    ana = await stage.sign_in()
    stage.other.person = PERSON | {"email": "eve@example.com"}
    verifier = new_secret()
    completed = await stage.call_back(await stage.ask(await stage.start(verifier, "other")), "other")
    eve = await stage.guard.oidc_sign_in.exchange(code=completed.code or "", code_verifier=verifier)
    assert eve.user.user_id != ana.user.user_id


async def test_a_user_who_declines_comes_back_without_a_code(stage: Stage) -> None:
    stage.provider.forge_callback = lambda answer: {
        "state": answer["state"],
        "error": "access_denied",
        "iss": stage.provider.url,
    }
    completed = await stage.come_back(new_secret())
    assert isinstance(completed.failure, SignInRefused)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "https://app.example.evil.example/",
        "https://app.example@evil.example/",
        "https://evil.example\\@app.example/",
        "http://app.example/",
        "https://app.example:444/",
        "https://app.example/#fragment",
        "https://app.example/?query",
        "https://app.example/a b",
        "https://app.example/\r\nSet-Cookie: a=b",
        "//app.example/",
        "javascript:alert(1)",
        "https://[",
        "",
    ],
)
async def test_browsers_are_sent_to_listed_origins_only(stage: Stage, address: str) -> None:
    with pytest.raises(InvalidReturnAddress):
        await stage.start(new_secret(), return_to=address)


async def test_an_unknown_provider_is_not_found(stage: Stage) -> None:
    with pytest.raises(ProviderNotFound):
        await stage.start(new_secret(), "unknown")


async def test_a_provider_that_describes_itself_wrongly_is_unavailable(stage: Stage) -> None:
    stage.provider.metadata_changes = {"issuer": stage.other.url}
    with pytest.raises(ProviderUnavailable):
        await stage.start(new_secret())


async def test_nothing_that_opens_anything_is_in_the_database(stage: Stage, engine: AsyncEngine) -> None:
    verifier = new_secret()
    brought = await stage.ask(await stage.start(verifier))
    async with engine.connect() as connection:
        attempts = (await connection.execute(text("SELECT * FROM oidc_attempts"))).all()
    completed = await stage.call_back(brought)
    async with engine.connect() as connection:
        outcomes = (await connection.execute(text("SELECT * FROM oidc_outcomes"))).all()
    stored = json.dumps([[str(value) for value in row] for row in (*attempts, *outcomes)])
    for secret in (verifier, brought["state"], brought["code"], completed.code or "-", CLIENT_SECRET):
        assert secret not in stored
    assert urlencode({"c": CLIENT_SECRET}) not in repr(stage.settings)
