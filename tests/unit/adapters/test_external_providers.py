"""What external providers may do to us, on purpose or not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from experience_plane.adapters.gotrue_authentication import GoTrueAuthentication, GoTrueOptions
from experience_plane.adapters.json_web_keys import MAX_AGE, MIN_INTERVAL
from experience_plane.adapters.oidc_verification import OidcVerification, OidcVerificationOptions
from experience_plane.adapters.outbound_http import OutboundHttp
from experience_plane.security_guard.access_policy import RolePermissions
from experience_plane.security_guard.external_identity import ExternalSession
from experience_plane.security_guard.ports import (
    EmailUnconfirmed,
    NotSupported,
    PasswordRejected,
    ProviderUnavailable,
    Unauthenticated,
)
from gotrue_server import API_KEY, GoTrueServer
from manual_clock import ManualClock
from oidc_server import OidcServer
from real_server import listening, serving
from signing import IssuerKey, IssuerKeys, forged, hmac_sha256, unsigned

ANA: dict[str, Any] = {"name": "Ana", "email": "ana@example.com", "password": "correct horse battery"}
PERSON = {"sub": "ana-1", "email": "ana@example.com", "name": "Ana", "sid": "s1"}
AUDIENCE = "experience-plane"


class MemorySessions:
    """`ExternalSessionStore` in a dictionary."""

    def __init__(self) -> None:
        self.sessions: dict[UUID, ExternalSession | None] = {}

    async def admit(self, session: ExternalSession, now: datetime) -> ExternalSession | None:
        known = self.sessions.setdefault(session.session_id, session)
        if known is not None and known.expires_at < session.expires_at:
            self.sessions[session.session_id] = session
        return self.sessions[session.session_id]

    async def find(self, session_id: UUID) -> ExternalSession | None:
        return self.sessions.get(session_id)

    async def end(self, session_id: UUID, now: datetime) -> None:
        self.sessions[session_id] = None


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def issuer(clock: ManualClock) -> Iterator[OidcServer]:
    with listening() as (listener, url):
        server = OidcServer(url, clock)
        with serving(server.application(), listener):
            yield server


@pytest.fixture
async def verification(issuer: OidcServer, clock: ManualClock) -> AsyncIterator[OidcVerification]:
    opened = OidcVerification(
        http=OutboundHttp(),
        options=OidcVerificationOptions(issuer=issuer.url, audience=AUDIENCE),
        sessions=MemorySessions(),
        authorization=RolePermissions(),
        clock=clock,
    )
    yield opened
    await opened.close()


@pytest.fixture
def gotrue(clock: ManualClock) -> Iterator[GoTrueServer]:
    with listening() as (listener, url):
        server = GoTrueServer(url, clock, IssuerKeys([IssuerKey("first", "ES256")]))
        with serving(server.application(), listener):
            yield server


@pytest.fixture
async def authentication(gotrue: GoTrueServer, clock: ManualClock) -> AsyncIterator[GoTrueAuthentication]:
    opened = GoTrueAuthentication(
        http=OutboundHttp(),
        options=GoTrueOptions(url=gotrue.url, api_key=API_KEY, issuer=gotrue.url),
        sessions=MemorySessions(),
        authorization=RolePermissions(),
        clock=clock,
    )
    yield opened
    await opened.close()


def _claims(issuer: OidcServer, **changes: Any) -> dict[str, Any]:
    now = int(issuer.clock().timestamp())
    claims = {"iss": issuer.url, "aud": AUDIENCE, "exp": now + 900, "iat": now, **PERSON} | changes
    return {name: value for name, value in claims.items() if value is not None}


def _signed(**changes: Any) -> Callable[[OidcServer], str]:
    return lambda issuer: issuer.keys.current.sign(_claims(issuer, **changes), typ="at+jwt")


def _with_header(**header: Any) -> Callable[[OidcServer], str]:
    return lambda issuer: issuer.keys.current.sign(_claims(issuer), **{"typ": "at+jwt"} | header)


def _hmac_with_the_public_key(issuer: OidcServer) -> str:
    header = {"alg": "HS256", "kid": "first", "typ": "at+jwt"}
    return forged(header, _claims(issuer), hmac_sha256(issuer.keys.current.public_der))


def _with_b64(issuer: OidcServer) -> str:
    header = {"alg": "ES256", "kid": "first", "typ": "at+jwt", "b64": True}
    return forged(header, _claims(issuer), issuer.keys.current.sign_bytes)


def _by_a_stranger(issuer: OidcServer) -> str:
    return IssuerKey("first", "ES256").sign(_claims(issuer), typ="at+jwt")


def _embedded_key(issuer: OidcServer) -> str:
    stranger = IssuerKey("first", "ES256")
    return stranger.sign(_claims(issuer), typ="at+jwt", jwk=stranger.public_jwk)


def _duplicate_claim(issuer: OidcServer) -> str:
    key = issuer.keys.current
    payload = b'{"sub":"eve",' + jwt.utils.base64url_decode(key.sign(_claims(issuer)).split(".")[1])[1:]
    return jwt.PyJWS().encode(payload, key.private, "ES256", {"kid": key.kid, "typ": "at+jwt"})


HOSTILE: dict[str, Callable[[OidcServer], str]] = {
    "alg none": lambda issuer: unsigned(_claims(issuer), typ="at+jwt"),
    "alg nOnE": lambda issuer: unsigned(_claims(issuer), alg="nOnE", typ="at+jwt"),
    "HS256 with the public key": _hmac_with_the_public_key,
    "a stranger's key under a known kid": _by_a_stranger,
    "a key in the header": _embedded_key,
    "jku": _with_header(jku="https://evil.example/keys"),
    "x5u": _with_header(x5u="https://evil.example/cert"),
    "crit": _with_header(crit=["exp"]),
    "b64": _with_b64,
    "unknown kid": _with_header(kid="second"),
    "kid as a path": _with_header(kid="../../etc/passwd"),
    "typ of another token": _with_header(typ="logout+jwt"),
    "another issuer": _signed(iss="https://evil.example"),
    "an issuer with a slash more": lambda issuer: _signed(iss=issuer.url + "/")(issuer),
    "no issuer": _signed(iss=None),
    "another audience": _signed(aud="another-service"),
    "no audience": _signed(aud=None),
    "audience that contains ours": _signed(aud=f"{AUDIENCE}-2"),
    "no expiry": _signed(exp=None),
    "expiry as text": _signed(exp="9999999999"),
    "expiry true": _signed(exp=True),
    "expired": _signed(exp=1),
    "not valid yet": _signed(nbf=4_000_000_000),
    "issued in the future": _signed(iat=4_000_000_000),
    "no subject": _signed(sub=None),
    "subject as a number": _signed(sub=1),
    "an endless subject": _signed(sub="x" * 256),
    "tenant as a number": _signed(tenant=1),
    "no usable e-mail address": _signed(email="nobody"),
    "a duplicate claim": _duplicate_claim,
    "an ID token": lambda issuer: issuer.keys.current.sign(_claims(issuer, nonce="n")),
    "too long": _signed(padding="x" * 4096),
}


@pytest.mark.parametrize("forge", HOSTILE.values(), ids=HOSTILE.keys())
async def test_no_forged_or_foreign_token_is_believed(
    verification: OidcVerification, issuer: OidcServer, forge: Callable[[OidcServer], str]
) -> None:
    with pytest.raises(Unauthenticated):
        await verification.verify_access_token(forge(issuer))
    await verification.verify_access_token(_signed()(issuer))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_each_algorithm_with_a_public_key_is_verified(
    verification: OidcVerification, issuer: OidcServer, algorithm: str
) -> None:
    issuer.keys = IssuerKeys([IssuerKey("other", algorithm)])
    await verification.verify_access_token(_signed()(issuer))


async def test_a_short_rsa_key_is_not_believed(verification: OidcVerification, issuer: OidcServer) -> None:
    short = IssuerKey("short", "RS256", rsa.generate_private_key(65537, 1024))
    issuer.keys = IssuerKeys([short])
    header = {"alg": "RS256", "kid": "short", "typ": "at+jwt"}
    with pytest.raises(Unauthenticated, match="too short"):
        await verification.verify_access_token(forged(header, _claims(issuer), short.sign_bytes))


async def test_a_new_key_is_found_at_once_and_a_withdrawn_one_forgotten_in_time(
    verification: OidcVerification, issuer: OidcServer, clock: ManualClock
) -> None:
    await verification.verify_access_token(_signed()(issuer))
    old, new = issuer.keys.current, IssuerKey("second", "ES256")
    issuer.keys = IssuerKeys([new])
    clock.advance(MIN_INTERVAL)
    await verification.verify_access_token(_signed()(issuer))
    clock.advance(MAX_AGE)
    with pytest.raises(Unauthenticated):
        await verification.verify_access_token(old.sign(_claims(issuer), typ="at+jwt"))


async def test_invented_kids_do_not_make_us_flood_the_issuer(
    verification: OidcVerification, issuer: OidcServer
) -> None:
    for n in range(20):
        with pytest.raises(Unauthenticated):
            await verification.verify_access_token(_with_header(kid=f"invented-{n}")(issuer))
    assert issuer.key_requests == 1


async def test_claims_say_tenant_and_roles(verification: OidcVerification, issuer: OidcServer) -> None:
    tenant = uuid4()
    token = _signed(tenant=str(tenant), roles=["editor", "BAD ROLE", 7, "editor"])(issuer)
    principal = await verification.verify_access_token(token)
    assert (principal.tenant_id, principal.roles, principal.permissions) == (tenant, ("editor",), ())


async def test_a_token_without_an_address_is_completed_by_userinfo_about_the_same_subject(
    verification: OidcVerification, issuer: OidcServer
) -> None:
    token = _signed(email=None)(issuer)
    issuer.remember(token, PERSON | {"sub": "eve-2"})
    with pytest.raises(Unauthenticated, match="someone else"):
        await verification.verify_access_token(token)
    issuer.remember(token, PERSON)
    principal = await verification.verify_access_token(token)
    assert (await verification.current_user(principal)).email == "ana@example.com"


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example"},
        {"jwks_uri": "http://evil.example/keys"},
        {"jwks_uri": None},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
async def test_an_issuer_that_describes_itself_wrongly_is_not_asked_for_keys(
    verification: OidcVerification, issuer: OidcServer, changes: dict[str, Any]
) -> None:
    issuer.metadata_changes = changes
    with pytest.raises(ProviderUnavailable):
        await verification.verify_access_token(_signed()(issuer))


@pytest.mark.parametrize(
    "answer",
    [
        RedirectResponse("/elsewhere"),
        Response(b"x" * 300_000),
        Response("<html>", media_type="text/html"),
        Response('{"issuer": 1, "issuer": 2}'),
        Response(status_code=500),
    ],
    ids=["redirect", "endless", "no JSON", "duplicate key", "failure"],
)
async def test_an_answer_that_is_none_is_a_provider_that_is_unavailable(clock: ManualClock, answer: Response) -> None:
    async def answer_it(_request: Any) -> Response:
        return answer

    with listening() as (listener, url), serving(Starlette(routes=[Route("/{_:path}", answer_it)]), listener):
        port = OidcVerification(
            http=OutboundHttp(),
            options=OidcVerificationOptions(issuer=url, audience=AUDIENCE),
            sessions=MemorySessions(),
            authorization=RolePermissions(),
            clock=clock,
        )
        with pytest.raises(ProviderUnavailable):
            await port.verify_access_token(IssuerKey("first", "ES256").sign({}))
        await port.close()


async def test_a_gotrue_server_that_signs_with_a_secret_does_not_make_its_public_keys_secrets(
    gotrue: GoTrueServer, authentication: GoTrueAuthentication
) -> None:
    registered = await authentication.register_user(**ANA)
    claims = jwt.decode(registered.tokens.access_token, options={"verify_signature": False})
    header = {"alg": "HS256", "typ": "JWT"}
    for token in (
        forged(header, claims, hmac_sha256(gotrue.keys.current.public_der)),
        forged(header, claims, hmac_sha256(API_KEY.encode())),
        unsigned(claims),
        gotrue.keys.current.sign(claims | {"aud": "service"}),
        gotrue.keys.current.sign(claims | {"session_id": ""}),
        gotrue.keys.current.sign(claims | {"sub": "ana"}),
    ):
        with pytest.raises(Unauthenticated):
            await authentication.verify_access_token(token)


async def test_users_cannot_give_themselves_roles_in_gotrue(
    gotrue: GoTrueServer, authentication: GoTrueAuthentication
) -> None:
    await authentication.register_user(**ANA)
    user = gotrue.users["ana@example.com"]
    user["user_metadata"] |= {"roles": ["admin"], "tenant_id": str(uuid4())}
    assert (await authentication.login(email=ANA["email"], password=ANA["password"])).user.roles == ("member",)
    user["app_metadata"] |= {"roles": ["editor"]}
    assert (await authentication.login(email=ANA["email"], password=ANA["password"])).user.roles == ("editor",)


async def test_a_session_that_gotrue_ended_is_noticed_within_the_documented_second(
    gotrue: GoTrueServer, authentication: GoTrueAuthentication, clock: ManualClock
) -> None:
    token = (await authentication.register_user(**ANA)).tokens.access_token
    await authentication.verify_access_token(token)
    gotrue.end_all_sessions()
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        await authentication.verify_access_token(token)


async def test_gotrue_is_not_asked_on_every_request(gotrue: GoTrueServer, authentication: GoTrueAuthentication) -> None:
    token = (await authentication.register_user(**ANA)).tokens.access_token
    for _ in range(10):
        await authentication.verify_access_token(token)
    assert gotrue.requests.count("GET /user") == 1


async def test_a_logout_that_gotrue_does_not_hear_still_counts_here(
    gotrue: GoTrueServer, authentication: GoTrueAuthentication
) -> None:
    tokens = (await authentication.register_user(**ANA)).tokens
    principal = await authentication.verify_access_token(tokens.access_token)
    gotrue.down = True
    await authentication.end_session(principal.session_id)
    gotrue.down = False
    with pytest.raises(Unauthenticated):
        await authentication.verify_access_token(tokens.access_token)


async def test_a_gotrue_server_that_is_down_lets_nobody_in(
    gotrue: GoTrueServer, authentication: GoTrueAuthentication, clock: ManualClock
) -> None:
    token = (await authentication.register_user(**ANA)).tokens.access_token
    gotrue.down = True
    clock.advance(timedelta(seconds=1))
    with pytest.raises(ProviderUnavailable):
        await authentication.verify_access_token(token)
    with pytest.raises(ProviderUnavailable):
        await authentication.login(email=ANA["email"], password=ANA["password"])


async def test_with_confirmation_gotrue_answers_the_same_for_new_and_known_addresses(
    gotrue: GoTrueServer, authentication: GoTrueAuthentication
) -> None:
    gotrue.confirm_first = True
    for _ in range(2):
        with pytest.raises(EmailUnconfirmed):
            await authentication.register_user(**ANA)
    with pytest.raises(EmailUnconfirmed):
        await authentication.login(email=ANA["email"], password=ANA["password"])


async def test_a_password_longer_than_bcrypt_reads_is_refused_here(authentication: GoTrueAuthentication) -> None:
    with pytest.raises(PasswordRejected):
        await authentication.register_user(**ANA | {"password": "é" * 40})


async def test_gotrue_publishes_its_keys_itself(authentication: GoTrueAuthentication) -> None:
    with pytest.raises(NotSupported):
        authentication.json_web_key_set()


def test_options_show_no_secret() -> None:
    options = GoTrueOptions(url="https://id.example", api_key="k3y", issuer="i", jwt_secret="s3cret")
    assert "s3cret" not in repr(options)
    assert "k3y" not in repr(replace(options, audience="b"))


async def test_where_a_second_factor_is_demanded_of_gotrue_no_session_without_one_is_believed(
    gotrue: GoTrueServer, clock: ManualClock
) -> None:
    demanding = GoTrueAuthentication(
        http=OutboundHttp(),
        options=GoTrueOptions(url=gotrue.url, api_key=API_KEY, issuer=gotrue.url, assurance="aal2"),
        sessions=MemorySessions(),
        authorization=RolePermissions(),
        clock=clock,
    )
    with pytest.raises(NotSupported):
        await demanding.register_user(**ANA)
    with pytest.raises(NotSupported):
        await demanding.login(email=ANA["email"], password=ANA["password"])
    user, session_id = gotrue.users[ANA["email"]], next(iter(gotrue.sessions))
    for level in ("aal1", "AAL2", "", None, ["aal2"], 2):
        with pytest.raises(Unauthenticated):
            await demanding.verify_access_token(gotrue.access_token(user, session_id, aal=level))
    principal = await demanding.verify_access_token(gotrue.access_token(user, session_id, aal="aal2"))
    assert str(principal.user_id) == user["id"]
    await demanding.close()
