"""Authentication by an external GoTrue-compatible server (Supabase Auth), over its public REST API.

Accounts, passwords and refresh tokens are there. Here stays what ends a session at once in every process: GoTrue's own
access tokens are believed by whoever holds the key until they expire.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NoReturn
from uuid import UUID

from experience_plane.adapters.json_web_keys import JsonWebKeys
from experience_plane.adapters.outbound_http import Answer, OutboundHttp
from experience_plane.clock import Clock
from experience_plane.security_guard.audit import AuditTrail, LoggedAuditTrail, SecurityEvent
from experience_plane.security_guard.bounded_cache import BoundedCache
from experience_plane.security_guard.emails import parse_email
from experience_plane.security_guard.external_identity import (
    ClaimNames,
    ExternalSession,
    email_of,
    name_of,
    roles_of,
    tenant_of,
)
from experience_plane.security_guard.external_sessions import ExternalSessions, ExternalSessionStore
from experience_plane.security_guard.foreign_tokens import ASYMMETRIC, ForeignTokenRules, ForeignTokens
from experience_plane.security_guard.names import parse_name
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.options import PasswordOptions
from experience_plane.security_guard.passwords import check_password, normalise_password
from experience_plane.security_guard.ports import (
    AuthorizationPort,
    EmailTaken,
    EmailUnconfirmed,
    InvalidCredentials,
    InvalidEmail,
    InvalidRefreshToken,
    NotSupported,
    PasswordRejected,
    ProviderUnavailable,
    TooManyRequests,
    Unauthenticated,
)
from experience_plane.security_guard.principal import Authenticated, Principal, TokenPair, User
from experience_plane.security_guard.strict_jws import MalformedToken

_REFRESH_PREFIX = "gotrue-refresh-token."
"""Makes a refresh token of GoTrue one of our contract's, which are longer and have a narrower alphabet."""
_MAX_PASSWORD_BYTES = 72
"""bcrypt, which GoTrue uses, reads no further."""
_NO_SECOND_FACTOR = "the session has given no second factor (aal)"
_API_VERSION = {"X-Supabase-Api-Version": "2024-01-01"}
_RATE_LIMIT_SECONDS = 60.0
_CACHE_SIZE = 10_000
_CLAIMS = ClaimNames(tenant="app_metadata.tenant_id", roles="app_metadata.roles")
"""What only the server's administrators write; users write `user_metadata` themselves."""

_LOGIN_REFUSALS = frozenset({"invalid_credentials", "invalid_grant", "user_banned", "validation_failed"})
_REFRESH_REFUSALS = frozenset(
    {
        "bad_json",
        "invalid_grant",
        "refresh_token_already_used",
        "refresh_token_not_found",
        "session_expired",
        "session_not_found",
        "user_banned",
        "user_not_found",
        "validation_failed",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoTrueOptions:
    """Where the server is and what its tokens look like."""

    url: str
    """Where its API begins, `https://{project}.supabase.co/auth/v1`."""
    api_key: str = field(repr=False)
    issuer: str
    audience: str = "authenticated"
    jwt_secret: str | None = field(default=None, repr=False)
    """The shared secret of a server that signs with HS256; without one, only keys of its JWK Set are believed."""
    claims: ClaimNames = _CLAIMS
    assurance: Literal["aal1", "aal2"] = "aal1"
    """What `aal` must say at least: aal2 where each session must have given a second factor at GoTrue."""
    passwords: PasswordOptions = field(default_factory=PasswordOptions)
    session_max_age: timedelta = timedelta(seconds=1)
    """How long the end of a session elsewhere may go unnoticed."""


class _Keys:
    """The shared secret for HS256 and the key set for the rest: neither can be taken for the other."""

    def __init__(self, secret: str | None, published: JsonWebKeys) -> None:
        self._secret = secret
        self._published = published

    async def find(self, kid: str | None, algorithm: str) -> Any:
        if algorithm == "HS256" and self._secret is not None:
            return self._secret.encode()
        return await self._published.find(kid, algorithm)


class GoTrueAuthentication:
    """An `AuthenticationPort`. Closing it closes `http`."""

    def __init__(
        self,
        *,
        http: OutboundHttp,
        options: GoTrueOptions,
        sessions: ExternalSessionStore,
        authorization: AuthorizationPort,
        clock: Clock,
        audit: AuditTrail | None = None,
    ) -> None:
        self._http = http
        self._options = options
        self._authorization = authorization
        self._clock = clock
        self._audit = audit or LoggedAuditTrail()
        self._sessions = ExternalSessions(sessions, clock, max_age=options.session_max_age)
        self._tokens = ForeignTokens(_rules(options), _Keys(options.jwt_secret, self._published_keys()), clock)
        self._verified: BoundedCache[bytes, ExternalSession] = BoundedCache(_CACHE_SIZE)
        self._confirmed: BoundedCache[UUID, datetime] = BoundedCache(_CACHE_SIZE)
        self._latest: BoundedCache[UUID, str] = BoundedCache(_CACHE_SIZE)

    async def register_user(self, *, name: str, email: str, password: str) -> Authenticated:
        """See `AuthenticationPort.register_user`.

        Raises:
            EmailUnconfirmed: the server wants the address confirmed first, and answers the same for a known one.
        """
        parsed_name, address = parse_name(name), parse_email(email)
        check_password(password, self._options.passwords)
        secret = normalise_password(password)
        if len(secret.encode("utf-8", "surrogatepass")) > _MAX_PASSWORD_BYTES:
            raise PasswordRejected(f"The password must have at most {_MAX_PASSWORD_BYTES} bytes in UTF-8.")
        answer = await self._post("/signup", {"email": address.key, "password": secret, "data": {"name": parsed_name}})
        if answer.status != 200:
            _refuse_registration(answer)
        if "access_token" not in answer.body:
            raise EmailUnconfirmed
        registered = await self._authenticated(answer)
        await self._audit.record(SecurityEvent(kind="user.registered", user_id=registered.user.user_id))
        return registered

    async def login(self, *, email: str, password: str) -> Authenticated:
        """See `AuthenticationPort.login`.

        Raises:
            EmailUnconfirmed: the credentials are right, and the address is not confirmed.
        """
        try:
            key, secret = parse_email(email).key, normalise_password(password)
            secret.encode()
        except (InvalidEmail, UnicodeEncodeError) as error:
            raise InvalidCredentials from error
        answer = await self._post("/token?grant_type=password", {"email": key, "password": secret})
        if answer.status != 200:
            await self._audit.record(SecurityEvent(kind="login.failed", detail={"code": _code(answer)}))
            _refuse_login(answer)
        return await self._authenticated(answer)

    async def refresh(self, refresh_token: str) -> Authenticated:
        """See `AuthenticationPort.refresh`."""
        answer = await self._post("/token?grant_type=refresh_token", {"refresh_token": _unwrap(refresh_token)})
        if answer.status != 200:
            if _code(answer) == "refresh_token_already_used":
                await self._audit.record(SecurityEvent(kind="refresh_token.reused"))
            _refuse_refresh(answer)
        try:
            return await self._authenticated(answer)
        except Unauthenticated as error:
            raise InvalidRefreshToken from error

    async def end_session(self, session_id: UUID) -> None:
        """See `AuthenticationPort.end_session`. It is ended here even if GoTrue does not answer."""
        await self._sessions.end(session_id)
        confirmed = await self._end_there(session_id)
        detail = {} if confirmed else {"provider": "not confirmed"}
        await self._audit.record(SecurityEvent(kind="session.ended", session_id=session_id, detail=detail))

    async def verify_access_token(self, access_token: str) -> Principal:
        """See `AuthenticationPort.verify_access_token`."""
        session = await self._believe(access_token)
        await self._sessions.admit(session)
        await self._confirm(session.session_id, access_token)
        return Principal(
            user_id=session.user_id,
            tenant_id=session.tenant_id,
            session_id=session.session_id,
            roles=session.roles,
            permissions=await self._authorization.permissions_of(session.roles),
            expires_at=session.expires_at,
        )

    async def current_user(self, principal: Principal) -> User:
        """See `AuthenticationPort.current_user`: as the latest token of the session says."""
        return await self._user(await self._sessions.find(principal.session_id))

    def json_web_key_set(self) -> Mapping[str, Any]:
        """Raise `NotSupported`: the keys are GoTrue's to publish."""
        raise NotSupported(f"Access tokens are signed by {self._options.issuer}; it publishes their keys.")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _believe(self, token: str) -> ExternalSession:
        key = digest(token)
        session = self._verified.get(key)
        if session is None:
            try:
                session = self._session((await self._tokens.verify(token)).claims)
            except MalformedToken as error:
                raise Unauthenticated(str(error)) from error
            self._verified.put(key, session)
        if session.expires_at <= self._clock():
            self._verified.discard(key)
            raise Unauthenticated("token expired")
        self._latest.put(session.session_id, token)
        return session

    def _session(self, claims: Mapping[str, Any]) -> ExternalSession:
        if self._options.assurance == "aal2" and claims.get("aal") != "aal2":
            raise Unauthenticated(_NO_SECOND_FACTOR)
        subject = claims.get("sub")
        email = email_of(claims.get("email"))
        shown = claims.get("user_metadata")
        names = self._options.claims
        return ExternalSession(
            session_id=_uuid(claims.get("session_id")),
            user_id=_uuid(subject),
            tenant_id=tenant_of(claims, names, self._options.issuer, str(subject)),
            email=email,
            name=name_of(shown.get("name") if isinstance(shown, dict) else None, email),
            roles=roles_of(claims, names),
            expires_at=datetime.fromtimestamp(claims["exp"], self._clock().tzinfo),
        )

    async def _confirm(self, session_id: UUID, token: str) -> None:
        """Ask GoTrue whether it has ended the session, unless that was asked a moment ago."""
        asked = self._confirmed.get(session_id)
        now = self._clock()
        if asked is not None and now - asked < self._options.session_max_age:
            return
        answer = await self._http.get(f"{self._options.url}/user", headers=self._headers(token))
        if answer.status in {401, 403, 404}:
            self._confirmed.discard(session_id)
            raise Unauthenticated(f"GoTrue: {_code(answer)}")
        if answer.status != 200:
            raise ProviderUnavailable(f"GoTrue answers {answer.status} to GET /user")
        self._confirmed.put(session_id, now)

    async def _end_there(self, session_id: UUID) -> bool:
        """Whether GoTrue has ended the session too."""
        token = self._latest.get(session_id)
        if token is None:
            return False
        try:
            address = f"{self._options.url}/logout?scope=local"
            answer = await self._http.post(address, headers=self._headers(token))
        except ProviderUnavailable:
            return False
        return answer.status in {204, 401, 403, 404}

    async def _authenticated(self, answer: Answer) -> Authenticated:
        """Answer the tokens of a token response, believed only after its access token was verified."""
        access_token, refresh_token = answer.body.get("access_token"), answer.body.get("refresh_token")
        if not isinstance(access_token, str) or not isinstance(refresh_token, str) or not refresh_token:
            raise ProviderUnavailable("GoTrue answers no tokens")
        try:
            session = await self._believe(access_token)
        except Unauthenticated as error:
            if error.reason == _NO_SECOND_FACTOR:
                raise NotSupported("Log in at the identity provider, which asks for your second factor.") from error
            raise ProviderUnavailable(f"GoTrue's access token is not believed: {error}") from error
        await self._sessions.admit(session)
        expires_in = int((session.expires_at - self._clock()).total_seconds())
        tokens = TokenPair(access_token, _wrap(refresh_token), max(1, expires_in))
        return Authenticated(await self._user(session), tokens)

    async def _user(self, session: ExternalSession) -> User:
        return User(
            user_id=session.user_id,
            tenant_id=session.tenant_id,
            email=session.email,
            name=session.name,
            roles=session.roles,
            permissions=await self._authorization.permissions_of(session.roles),
        )

    async def _post(self, path: str, body: Mapping[str, Any]) -> Answer:
        return await self._http.post(f"{self._options.url}{path}", json=body, headers=self._headers(None))

    def _headers(self, token: str | None) -> Mapping[str, str]:
        return {
            "apikey": self._options.api_key,
            "Authorization": f"Bearer {token or self._options.api_key}",
            **_API_VERSION,
        }

    def _published_keys(self) -> JsonWebKeys:
        address = f"{self._options.url}/.well-known/jwks.json"

        async def published_at() -> str:
            return address

        return JsonWebKeys(self._http, published_at, self._clock)


def _rules(options: GoTrueOptions) -> ForeignTokenRules:
    return ForeignTokenRules(
        issuer=options.issuer,
        audience=options.audience,
        algorithms=ASYMMETRIC | {"HS256"} if options.jwt_secret is not None else ASYMMETRIC,
        types=frozenset({"jwt", None}),
    )


def _refuse_registration(answer: Answer) -> NoReturn:
    code = _code(answer)
    if code in {"user_already_exists", "email_exists"}:
        raise EmailTaken
    if code == "weak_password":
        raise PasswordRejected("The identity provider does not accept this password; choose another.")
    if code in {"email_address_invalid", "email_address_not_authorized", "validation_failed"}:
        raise InvalidEmail("The identity provider does not accept this e-mail address.")
    if code in {"signup_disabled", "email_provider_disabled"}:
        raise NotSupported("The identity provider registers nobody by e-mail address and password.")
    _refuse(answer)


def _refuse_login(answer: Answer) -> NoReturn:
    code = _code(answer)
    if code in _LOGIN_REFUSALS:
        raise InvalidCredentials
    if code == "email_not_confirmed":
        raise EmailUnconfirmed
    if code == "email_provider_disabled":
        raise NotSupported("The identity provider lets nobody log in by e-mail address and password.")
    _refuse(answer)


def _refuse_refresh(answer: Answer) -> NoReturn:
    if _code(answer) in _REFRESH_REFUSALS:
        raise InvalidRefreshToken
    _refuse(answer)


def _refuse(answer: Answer) -> NoReturn:
    if answer.status == 429:
        raise TooManyRequests(_retry_after(answer))
    if _code(answer) == "captcha_failed":
        raise NotSupported("The identity provider demands a CAPTCHA, which this service does not pass on.")
    raise ProviderUnavailable(f"GoTrue answers {answer.status} {_code(answer)}")


def _code(answer: Answer) -> str:
    """The error code: `code` since API version 2024-01-01, `error_code` before it, `error` (RFC 6749) before that."""
    named = (answer.body.get(name) for name in ("error_code", "code", "error"))
    return next((value[:64] for value in named if isinstance(value, str)), "unknown")


def _retry_after(answer: Answer) -> float:
    seconds = answer.headers.get("retry-after", "")
    return float(seconds) if seconds.isdecimal() else _RATE_LIMIT_SECONDS


def _uuid(value: object) -> UUID:
    try:
        return UUID(value if isinstance(value, str) else "")
    except ValueError as error:
        raise MalformedToken("an id is not a UUID") from error


def _wrap(token: str) -> str:
    return _REFRESH_PREFIX + base64.urlsafe_b64encode(token.encode()).rstrip(b"=").decode()


def _unwrap(token: str) -> str:
    wrapped = token.removeprefix(_REFRESH_PREFIX)
    try:
        plain = base64.b64decode(wrapped + "=" * (-len(wrapped) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise InvalidRefreshToken from error
    if not plain or wrapped == token:
        raise InvalidRefreshToken
    return plain
