"""What an OpenID Connect issuer says of itself (OpenID Connect Discovery 1.0; RFC 8414)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from experience_plane.adapters.outbound_http import OutboundHttp, is_secure
from experience_plane.clock import Clock
from experience_plane.security_guard.ports import ProviderUnavailable

_MAX_AGE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The members of the discovery document that we use."""

    issuer: str
    authorization_endpoint: str | None
    token_endpoint: str | None
    userinfo_endpoint: str | None
    jwks_uri: str
    id_token_algorithms: frozenset[str]
    token_auth_methods: frozenset[str]
    sends_issuer: bool
    """Whether authorization responses name their issuer (RFC 9207, section 3)."""


class Discovery:
    """The metadata of one issuer, kept for an hour."""

    def __init__(self, http: OutboundHttp, issuer: str, clock: Clock) -> None:
        self._http = http
        self._issuer = issuer
        self._clock = clock
        self._known: ProviderMetadata | None = None
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()

    async def metadata(self) -> ProviderMetadata:
        """Answer the issuer's metadata.

        Raises:
            ProviderUnavailable: none, of another issuer, or with an endpoint that is not HTTPS.
        """
        async with self._reading:
            if self._known is None or self._read_at is None or self._clock() - self._read_at >= _MAX_AGE:
                self._known = await self._read()
                self._read_at = self._clock()
            return self._known

    async def jwks_uri(self) -> str:
        """Answer where the issuer's keys are."""
        return (await self.metadata()).jwks_uri

    async def _read(self) -> ProviderMetadata:
        answer = await self._http.get(f"{self._issuer.removesuffix('/')}/.well-known/openid-configuration")
        if answer.status != 200:
            raise ProviderUnavailable(f"discovery of {self._issuer} is answered with {answer.status}")
        # Section 4.3: exactly the issuer that was asked for, or one issuer could speak for another.
        if answer.body.get("issuer") != self._issuer:
            raise ProviderUnavailable(f"discovery of {self._issuer} names another issuer")
        return self._metadata(answer.body)

    def _metadata(self, body: Any) -> ProviderMetadata:
        jwks_uri = _endpoint(body.get("jwks_uri"))
        if jwks_uri is None:
            raise ProviderUnavailable(f"{self._issuer} names no key set")
        return ProviderMetadata(
            issuer=self._issuer,
            authorization_endpoint=_endpoint(body.get("authorization_endpoint")),
            token_endpoint=_endpoint(body.get("token_endpoint")),
            userinfo_endpoint=_endpoint(body.get("userinfo_endpoint")),
            jwks_uri=jwks_uri,
            id_token_algorithms=_strings(body.get("id_token_signing_alg_values_supported"), {"RS256"}),
            token_auth_methods=_strings(body.get("token_endpoint_auth_methods_supported"), {"client_secret_basic"}),
            sends_issuer=body.get("authorization_response_iss_parameter_supported") is True,
        )


def _endpoint(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not is_secure(value):
        raise ProviderUnavailable("an endpoint of the issuer is not HTTPS")
    return value


def _strings(value: object, default: set[str]) -> frozenset[str]:
    if not isinstance(value, list):
        return frozenset(default)
    return frozenset(item for item in value if isinstance(item, str))
