"""Access tokens: JWTs after RFC 9068, signed with EdDSA, believed only in the exact form in which they are issued."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from experience_plane.clock import Clock
from experience_plane.security_guard.bounded_cache import BoundedCache
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.options import TokenOptions
from experience_plane.security_guard.ports import Unauthenticated
from experience_plane.security_guard.principal import Principal, User
from experience_plane.security_guard.signing_keys import ALGORITHM, SigningKeys
from experience_plane.security_guard.strict_jws import MalformedToken, parse_compact, parse_object

TYPE = "at+jwt"
"""The header's `typ` (RFC 9068, section 2.1): no other kind of JWT passes for an access token."""

_CLAIMS = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "tenant", "roles", "permissions"},
)
_JWS = jwt.PyJWS(algorithms=[ALGORITHM])


class UnknownSigningKey(Unauthenticated):
    """The token names a key that is not known here; it may be newer than what was read."""


class AccessTokens:
    """Issues and verifies access tokens; remembers those verified, by digest, until they expire."""

    def __init__(self, keys: SigningKeys, options: TokenOptions, clock: Clock) -> None:
        self._keys = keys
        self._options = options
        self._clock = clock
        self._verified: BoundedCache[bytes, Principal] = BoundedCache(options.verified_cache_size)

    def issue(self, user: User, session_id: UUID) -> str:
        """Sign a token for this user in this session."""
        issued_at = math.floor(self._clock().timestamp())
        claims = {
            "iss": self._options.issuer,
            "sub": str(user.user_id),
            "aud": self._options.audience,
            "exp": issued_at + int(self._options.lifetime.total_seconds()),
            "nbf": issued_at,
            "iat": issued_at,
            "jti": secrets.token_urlsafe(16),
            "sid": str(session_id),
            "tenant": str(user.tenant_id),
            "roles": list(user.roles),
            "permissions": list(user.permissions),
        }
        keys = self._keys.current()
        return _JWS.encode(
            json.dumps(claims, separators=(",", ":")).encode(),
            keys.signing_key,
            algorithm=ALGORITHM,
            headers={"kid": keys.signing_kid, "typ": TYPE},
        )

    def verify(self, token: str) -> Principal:
        """Answer whom the token stands for. Whether its session lives is not asked here.

        Raises:
            Unauthenticated: malformed, not signed by us, not for us, expired or not valid yet.
        """
        if len(token) > self._options.max_length:
            raise Unauthenticated("token too long")
        key = digest(token)
        principal = self._verified.get(key)
        if principal is None:
            principal = self._verify_anew(token)
            self._verified.put(key, principal)
        if principal.expires_at <= self._clock():
            self._verified.discard(key)
            raise Unauthenticated("token expired")
        return principal

    def _verify_anew(self, token: str) -> Principal:
        try:
            parsed = parse_compact(token, self._options.max_length)
            public_key = self._public_key(parsed.header)
            _JWS.decode(token, public_key, algorithms=[ALGORITHM])
            return self._principal(parse_object(parsed.payload))
        except (MalformedToken, jwt.PyJWTError) as error:
            raise Unauthenticated(str(error)) from error

    def _public_key(self, header: Mapping[str, Any]) -> Ed25519PublicKey:
        """The key that is named by a header with exactly the members that ours have: no jku, jwk, x5u, crit or b64."""
        kid = header.get("kid")
        if header != {"alg": ALGORITHM, "typ": TYPE, "kid": kid}:
            raise MalformedToken("header is not one of ours")
        if not isinstance(kid, str):
            raise MalformedToken("kid is not a string")
        public_key = self._keys.current().public_keys.get(kid)
        if public_key is None:
            raise UnknownSigningKey("unknown kid")
        return public_key

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        if claims.keys() != _CLAIMS:
            raise MalformedToken("claims are not those of an access token")
        if claims["iss"] != self._options.issuer or claims["aud"] != self._options.audience:
            raise MalformedToken("wrong issuer or audience")
        if not isinstance(claims["jti"], str):
            raise MalformedToken("jti is not a string")
        _timestamp(claims["iat"])
        if _timestamp(claims["nbf"]) > self._clock() + self._options.not_before_leeway:
            raise MalformedToken("token not valid yet")
        return Principal(
            user_id=_uuid(claims["sub"]),
            tenant_id=_uuid(claims["tenant"]),
            session_id=_uuid(claims["sid"]),
            roles=_strings(claims["roles"]),
            permissions=_strings(claims["permissions"]),
            expires_at=_timestamp(claims["exp"]),
        )


def _timestamp(value: object) -> datetime:
    if type(value) is not int:
        raise MalformedToken("a time is not whole seconds")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedToken("a time is out of range") from error


def _uuid(value: object) -> UUID:
    try:
        parsed = UUID(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or str(parsed) != value:
        raise MalformedToken("an id is not a UUID")
    return parsed


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise MalformedToken("not a list of strings")
    return tuple(value)
