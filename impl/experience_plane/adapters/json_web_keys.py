"""The public keys of an issuer: fetched, kept for a while, fetched again when a new one is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from experience_plane.adapters.outbound_http import OutboundHttp
from experience_plane.clock import Clock
from experience_plane.security_guard.foreign_tokens import ASYMMETRIC
from experience_plane.security_guard.ports import ProviderUnavailable
from experience_plane.security_guard.strict_jws import MalformedToken

MAX_AGE = timedelta(minutes=5)
"""For how long a key that its issuer has withdrawn may still be believed."""
MIN_INTERVAL = timedelta(seconds=10)
"""Between two requests for keys, so that tokens with invented `kid`s cannot make us flood the issuer."""
_MIN_RSA_BITS = 2048
_MAX_KEYS = 100
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}


class JsonWebKeys:
    """A `KeySource` over a JWK Set (RFC 7517) at an address."""

    def __init__(self, http: OutboundHttp, address: Callable[[], Awaitable[str]], clock: Clock) -> None:
        self._http = http
        self._address = address
        self._clock = clock
        self._keys: Sequence[Mapping[str, Any]] = ()
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._fetching = asyncio.Lock()

    async def find(self, kid: str | None, algorithm: str) -> Any:
        """See `KeySource.find`."""
        if algorithm not in ASYMMETRIC:
            raise MalformedToken("not an algorithm with a public key")
        if self._is_older_than(self._fetched_at, MAX_AGE):
            await self._fetch(self._fetched_at)
        found = self._matching(kid, algorithm)
        if not found and self._is_older_than(self._tried_at, MIN_INTERVAL):
            await self._fetch(self._fetched_at)
            found = self._matching(kid, algorithm)
        if len(found) != 1:
            raise MalformedToken("unknown key")
        return _public_key(found[0], algorithm)

    async def _fetch(self, known: datetime | None) -> None:
        async with self._fetching:
            if self._fetched_at != known:
                return  # Another request has fetched them while we waited.
            self._tried_at = self._clock()
            answer = await self._http.get(await self._address())
            keys = answer.body.get("keys")
            if answer.status != 200 or not isinstance(keys, list):
                raise ProviderUnavailable(f"the key set is answered with {answer.status}")
            self._keys = [key for key in keys[:_MAX_KEYS] if isinstance(key, dict)]
            self._fetched_at = self._clock()

    def _matching(self, kid: str | None, algorithm: str) -> list[Mapping[str, Any]]:
        return [key for key in self._keys if (kid is None or key.get("kid") == kid) and _is_for(key, algorithm)]

    def _is_older_than(self, moment: datetime | None, age: timedelta) -> bool:
        return moment is None or self._clock() - moment >= age


def _is_for(key: Mapping[str, Any], algorithm: str) -> bool:
    """Whether the key is a public one, for signatures, of this algorithm and no other (RFC 8725, section 3.1)."""
    if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
        return False
    if key.get("kty") == "RSA":
        return algorithm[:2] in {"RS", "PS"}
    return key.get("kty") in {"EC", "OKP"} and _CURVES.get(str(key.get("crv"))) == algorithm


def _public_key(key: Mapping[str, Any], algorithm: str) -> Any:
    public = {name: value for name, value in key.items() if name not in {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}}
    try:
        read = jwt.PyJWK(public, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise MalformedToken("the issuer's key cannot be read") from error
    if isinstance(read.key, RSAPublicKey) and read.key.key_size < _MIN_RSA_BITS:
        raise MalformedToken("the issuer's key is too short")
    return read
