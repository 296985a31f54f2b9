"""Authentication by an external OpenID Connect issuer, where this service only verifies access tokens.

The documented exceptions to the port: register, login and refresh raise `NotSupported`, because the issuer does them.
Ending a session ends it here; the issuer's own goes on, and a new session of it is let in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

from experience_plane.adapters.json_web_keys import JsonWebKeys
from experience_plane.adapters.oidc_discovery import Discovery
from experience_plane.adapters.outbound_http import OutboundHttp
from experience_plane.clock import Clock
from experience_plane.security_guard.audit import AuditTrail, LoggedAuditTrail, SecurityEvent
from experience_plane.security_guard.bounded_cache import BoundedCache
from experience_plane.security_guard.external_identity import (
    ClaimNames,
    ExternalSession,
    email_of,
    id_of,
    name_of,
    roles_of,
    tenant_of,
)
from experience_plane.security_guard.external_sessions import ExternalSessions, ExternalSessionStore
from experience_plane.security_guard.foreign_tokens import ASYMMETRIC, ForeignTokenRules, ForeignTokens, VerifiedToken
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.ports import AuthorizationPort, NotSupported, ProviderUnavailable, Unauthenticated
from experience_plane.security_guard.principal import Authenticated, Principal, User
from experience_plane.security_guard.strict_jws import MalformedToken

_ACCESS_TOKEN = "at+jwt"  # noqa: S105 - RFC 9068, section 2.1
_ID_TOKEN_CLAIMS = frozenset({"nonce", "at_hash", "c_hash"})
_CACHE_SIZE = 10_000
_CLAIMS = ClaimNames(tenant="tenant", roles="roles")


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcVerificationOptions:
    """Whose tokens are believed, and how its claims are read."""

    issuer: str
    audience: str
    claims: ClaimNames = _CLAIMS
    session_max_age: timedelta = timedelta(seconds=1)


class OidcVerification:
    """An `AuthenticationPort` that verifies and does not issue. Closing it closes `http`."""

    def __init__(
        self,
        *,
        http: OutboundHttp,
        options: OidcVerificationOptions,
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
        self._discovery = Discovery(http, options.issuer, clock)
        keys = JsonWebKeys(http, self._discovery.jwks_uri, clock)
        self._tokens = ForeignTokens(_rules(options), keys, clock)
        self._sessions = ExternalSessions(sessions, clock, max_age=options.session_max_age)
        self._verified: BoundedCache[bytes, ExternalSession] = BoundedCache(_CACHE_SIZE)

    async def register_user(self, *, name: str, email: str, password: str) -> Authenticated:  # noqa: ARG002
        """Raise `NotSupported`."""
        self._refuse()

    async def login(self, *, email: str, password: str) -> Authenticated:  # noqa: ARG002
        """Raise `NotSupported`."""
        self._refuse()

    async def refresh(self, refresh_token: str) -> Authenticated:  # noqa: ARG002
        """Raise `NotSupported`."""
        self._refuse()

    async def end_session(self, session_id: UUID) -> None:
        """See `AuthenticationPort.end_session`."""
        await self._sessions.end(session_id)
        await self._audit.record(SecurityEvent(kind="session.ended", session_id=session_id))

    async def verify_access_token(self, access_token: str) -> Principal:
        """See `AuthenticationPort.verify_access_token`."""
        session = await self._believe(access_token)
        await self._sessions.admit(session)
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
        session = await self._sessions.find(principal.session_id)
        return User(
            user_id=session.user_id,
            tenant_id=session.tenant_id,
            email=session.email,
            name=session.name,
            roles=session.roles,
            permissions=await self._authorization.permissions_of(session.roles),
        )

    def json_web_key_set(self) -> Mapping[str, Any]:
        """Raise `NotSupported`: the keys are the issuer's to publish."""
        self._refuse()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    def _refuse(self) -> NoReturn:
        raise NotSupported(f"Log in at {self._options.issuer}; this service only verifies its tokens.")

    async def _believe(self, token: str) -> ExternalSession:
        key = digest(token)
        session = self._verified.get(key)
        if session is None:
            try:
                session = await self._session(await self._tokens.verify(token), token)
            except MalformedToken as error:
                raise Unauthenticated(str(error)) from error
            self._verified.put(key, session)
        if session.expires_at <= self._clock():
            self._verified.discard(key)
            raise Unauthenticated("token expired")
        return session

    async def _session(self, token: VerifiedToken, text: str) -> ExternalSession:
        claims, issuer, names = token.claims, self._options.issuer, self._options.claims
        if token.token_type != _ACCESS_TOKEN and _ID_TOKEN_CLAIMS & claims.keys():
            raise MalformedToken("an ID token is not an access token")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise MalformedToken("no subject")
        person = claims if "email" in claims else await self._userinfo(text, subject)
        email = email_of(person.get("email"))
        return ExternalSession(
            session_id=id_of(issuer, "session", f"{len(subject)} {subject} {_session_name(claims, text)}"),
            user_id=id_of(issuer, "user", subject),
            tenant_id=tenant_of(claims, names, issuer, subject),
            email=email,
            name=name_of(person.get("name"), email),
            roles=roles_of(claims, names),
            expires_at=token.expires_at,
        )

    async def _userinfo(self, token: str, subject: str) -> Mapping[str, Any]:
        """Ask the issuer who this is (OpenID Connect Core, section 5.3): access tokens need not say."""
        endpoint = (await self._discovery.metadata()).userinfo_endpoint
        if endpoint is None:
            return {}
        answer = await self._http.get(endpoint, headers={"Authorization": f"Bearer {token}"})
        if answer.status in {401, 403}:
            raise MalformedToken("the issuer does not accept its own token")
        if answer.status != 200:
            raise ProviderUnavailable(f"userinfo is answered with {answer.status}")
        if answer.body.get("sub") != subject:
            raise MalformedToken("userinfo is about someone else")
        return answer.body


def _rules(options: OidcVerificationOptions) -> ForeignTokenRules:
    return ForeignTokenRules(
        issuer=options.issuer,
        audience=options.audience,
        algorithms=ASYMMETRIC,
        types=frozenset({_ACCESS_TOKEN, "jwt", None}),
    )


def _session_name(claims: Mapping[str, Any], token: str) -> str:
    """What tells the subject's sessions apart: the issuer's session, else this one token."""
    for name in ("sid", "jti"):
        value = claims.get(name)
        if isinstance(value, str) and value:
            return f"{name} {value}"
    return f"token {digest(token).hex()}"
