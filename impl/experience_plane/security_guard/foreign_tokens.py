"""JWTs that another issuer signed, read as strictly as our own where the issuer leaves us the choice (RFC 8725)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import jwt

from experience_plane.clock import Clock
from experience_plane.security_guard.strict_jws import MalformedToken, parse_compact, parse_object

ASYMMETRIC = frozenset({"EdDSA", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"})
"""Algorithms with a public key. A key set never verifies any other: its keys are known to everyone."""

_REFUSED_HEADERS = frozenset({"b64", "crit", "enc", "jku", "jwk", "x5c", "x5u", "zip"})
"""Members by which a token would choose its own key, or change what is signed."""


class KeySource(Protocol):
    """Where the keys of an issuer come from."""

    async def find(self, kid: str | None, algorithm: str) -> Any:
        """Answer the one key that may verify this algorithm, in the form that PyJWT takes.

        Raises:
            MalformedToken: there is no such key, or more than one without a `kid` to choose by.
            ProviderUnavailable: the issuer does not tell its keys.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignTokenRules:
    """What one kind of token of one issuer must look like."""

    issuer: str
    audience: str
    algorithms: frozenset[str]
    types: frozenset[str | None]
    """Acceptable `typ` headers in lower case without `application/`; None stands for a header without one."""
    max_length: int = 4096
    expiry_leeway: timedelta = timedelta(0)
    not_before_leeway: timedelta = timedelta(seconds=30)
    """How far the issuer's clock may run ahead of ours."""


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """The claims of a token with a good signature, for us and of now; `token_type` is its normalised `typ`."""

    claims: Mapping[str, Any]
    token_type: str | None
    algorithm: str
    expires_at: datetime


class ForeignTokens:
    """Verifies one kind of token of one issuer."""

    def __init__(self, rules: ForeignTokenRules, keys: KeySource, clock: Clock) -> None:
        self._rules = rules
        self._keys = keys
        self._clock = clock

    async def verify(self, token: str) -> VerifiedToken:
        """Check form, signature, issuer, audience and times.

        Raises:
            MalformedToken: for whatever reason the token is not believed.
            ProviderUnavailable: the issuer's keys cannot be had.
        """
        parsed = parse_compact(token, self._rules.max_length)
        algorithm, kid, token_type = self._header(parsed.header)
        key = await self._keys.find(kid, algorithm)
        try:
            jwt.PyJWS(algorithms=[algorithm]).decode(token, key, algorithms=[algorithm])
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise MalformedToken(str(error)) from error
        claims = parse_object(parsed.payload)
        return VerifiedToken(claims, token_type, algorithm, self._times(claims))

    def _header(self, header: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
        if refused := _REFUSED_HEADERS & header.keys():
            raise MalformedToken(f"header with {', '.join(sorted(refused))}")
        algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
        if not isinstance(algorithm, str) or algorithm not in self._rules.algorithms:
            raise MalformedToken("algorithm is not one of the issuer's")
        if kid is not None and not isinstance(kid, str):
            raise MalformedToken("kid is not a string")
        if kind is not None:
            kind = kind.lower().removeprefix("application/") if isinstance(kind, str) else ""
        if kind not in self._rules.types:
            raise MalformedToken("typ is not that of this kind of token")
        return algorithm, kid, kind

    def _times(self, claims: Mapping[str, Any]) -> datetime:
        if claims.get("iss") != self._rules.issuer:
            raise MalformedToken("wrong issuer")
        audience = claims.get("aud")
        if self._rules.audience not in (audience if isinstance(audience, list) else [audience]):
            raise MalformedToken("wrong audience")
        now = self._clock()
        expires_at = _moment(claims.get("exp"))
        if expires_at + self._rules.expiry_leeway <= now:
            raise MalformedToken("token expired")
        for name in ("nbf", "iat"):
            if name in claims and _moment(claims[name]) > now + self._rules.not_before_leeway:
                raise MalformedToken(f"{name} is in the future")
        return expires_at


def _moment(value: object) -> datetime:
    """A NumericDate (RFC 7519, section 2), which may have a fraction."""
    if type(value) not in {int, float}:
        raise MalformedToken("a time is missing or not a number")
    try:
        return datetime.fromtimestamp(float(value), UTC)  # type: ignore[arg-type]
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedToken("a time is out of range") from error
