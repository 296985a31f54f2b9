"""An OpenID Connect provider that users sign in with: code flow with PKCE S256 and ID token (Core, section 3.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

from experience_plane.adapters.json_web_keys import JsonWebKeys
from experience_plane.adapters.oidc_discovery import Discovery, ProviderMetadata
from experience_plane.adapters.outbound_http import Answer, OutboundHttp
from experience_plane.clock import Clock
from experience_plane.security_guard.foreign_tokens import ASYMMETRIC, ForeignTokenRules, ForeignTokens, VerifiedToken
from experience_plane.security_guard.oidc_sign_in import ProviderIdentity, SignInRefused
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.ports import ProviderUnavailable
from experience_plane.security_guard.strict_jws import MalformedToken

_MAX_ID_TOKEN = 16_384
_MAX_AGE = timedelta(minutes=10)
"""How long ago an ID token may have been issued: it comes straight from the token endpoint."""
_CLOCK_SKEW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcProviderOptions:
    """How this service is known to a provider."""

    provider_id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = ("openid", "email", "profile")


class OidcProvider:
    """An `OidcProviderPort`. Closing it closes `http`."""

    def __init__(self, http: OutboundHttp, options: OidcProviderOptions, clock: Clock) -> None:
        self._http = http
        self._options = options
        self._clock = clock
        self._discovery = Discovery(http, options.issuer, clock)
        self._keys = JsonWebKeys(http, self._discovery.jwks_uri, clock)

    @property
    def provider_id(self) -> str:
        """See `OidcProviderPort.provider_id`."""
        return self._options.provider_id

    @property
    def name(self) -> str:
        """See `OidcProviderPort.name`."""
        return self._options.name

    async def authorization_url(self, *, state: str, nonce: str, code_challenge: str, redirect_uri: str) -> str:
        """See `OidcProviderPort.authorization_url`."""
        endpoint = _named((await self._discovery.metadata()).authorization_endpoint)
        query = {
            "response_type": "code",
            "client_id": self._options.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(dict.fromkeys(("openid", *self._options.scopes))),
            "state": state,
            "nonce": nonce,
            "code_challenge": code_challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def check_issuer(self, issuer: str | None) -> None:
        """See `OidcProviderPort.check_issuer`."""
        expected = (await self._discovery.metadata()).sends_issuer
        if issuer != self._options.issuer and (issuer is not None or expected):
            raise SignInRefused("the answer is not this issuer's")

    async def redeem(
        self, *, code: str, code_verifier: str, nonce_digest: bytes, redirect_uri: str
    ) -> ProviderIdentity:
        """See `OidcProviderPort.redeem`."""
        metadata = await self._discovery.metadata()
        answer = await self._exchange(
            metadata, {"code": code, "code_verifier": code_verifier, "redirect_uri": redirect_uri}
        )
        id_token, access_token = answer.body.get("id_token"), answer.body.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise SignInRefused("no ID token")
        try:
            token = await ForeignTokens(self._rules(metadata), self._keys, self._clock).verify(id_token)
            self._check(token, nonce_digest, access_token)
        except MalformedToken as error:
            raise SignInRefused(f"ID token: {error}") from error
        return self._identity(token.claims, await self._person(metadata, token.claims, access_token))

    async def close(self) -> None:
        """See `OidcProviderPort.close`."""
        await self._http.close()

    async def _exchange(self, metadata: ProviderMetadata, form: dict[str, str]) -> Answer:
        endpoint, options, auth = _named(metadata.token_endpoint), self._options, None
        form |= {"grant_type": "authorization_code"}
        if options.client_secret is None:
            form |= {"client_id": options.client_id}
        elif "client_secret_basic" in metadata.token_auth_methods:
            auth = (quote_plus(options.client_id), quote_plus(options.client_secret))  # RFC 6749, section 2.3.1
        else:
            form |= {"client_id": options.client_id, "client_secret": options.client_secret}
        answer = await self._http.post(endpoint, form=form, auth=auth)
        if answer.status == 400 and answer.body.get("error") == "invalid_grant":
            raise SignInRefused("the provider does not accept the code")
        if answer.status != 200:
            raise ProviderUnavailable(f"the token endpoint answers {answer.status} {answer.body.get('error')}")
        return answer

    def _rules(self, metadata: ProviderMetadata) -> ForeignTokenRules:
        return ForeignTokenRules(
            issuer=self._options.issuer,
            audience=self._options.client_id,
            algorithms=ASYMMETRIC & metadata.id_token_algorithms,
            types=frozenset({"jwt", None}),
            max_length=_MAX_ID_TOKEN,
            expiry_leeway=_CLOCK_SKEW,
            not_before_leeway=_CLOCK_SKEW,
        )

    def _check(self, token: VerifiedToken, nonce_digest: bytes, access_token: str) -> None:
        """What an ID token must say beyond what any token must (OpenID Connect Core, section 3.1.3.7)."""
        claims, client_id = token.claims, self._options.client_id
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", None if several else client_id) != client_id:
            raise MalformedToken("issued to another party")
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(digest(nonce), nonce_digest):
            raise MalformedToken("wrong nonce")
        issued_at = claims.get("iat")
        if type(issued_at) not in {int, float} or issued_at < (self._clock() - _MAX_AGE).timestamp():  # type: ignore[operator]
            raise MalformedToken("issued too long ago")
        if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token, token.algorithm):
            raise MalformedToken("not of this access token")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise MalformedToken("no subject")

    async def _person(
        self, metadata: ProviderMetadata, claims: Mapping[str, Any], access_token: str
    ) -> Mapping[str, Any]:
        """The claims about the user: of the ID token, or of userinfo if it says the same subject."""
        if "email" in claims or metadata.userinfo_endpoint is None:
            return claims
        answer = await self._http.get(metadata.userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}"})
        if answer.status != 200:
            raise ProviderUnavailable(f"userinfo is answered with {answer.status}")
        if answer.body.get("sub") != claims["sub"]:
            raise SignInRefused("userinfo is about someone else")
        return answer.body

    def _identity(self, claims: Mapping[str, Any], person: Mapping[str, Any]) -> ProviderIdentity:
        email, name, verified = person.get("email"), person.get("name"), person.get("email_verified")
        return ProviderIdentity(
            provider_id=self._options.provider_id,
            issuer=self._options.issuer,
            subject=claims["sub"],
            email=email if isinstance(email, str) and len(email) <= 254 else None,
            email_verified=verified is True or verified == "true",  # Some providers write booleans as text.
            name=name[:100] if isinstance(name, str) else None,
        )


def _named(endpoint: str | None) -> str:
    if endpoint is None:
        raise ProviderUnavailable("the issuer does not name its endpoints")
    return endpoint


def _half_hash(text: str, algorithm: str) -> str:
    """The left half of a hash, by the algorithm of the signature (OpenID Connect Core, section 3.1.3.6)."""
    hashed = hashlib.new("sha512" if algorithm == "EdDSA" else f"sha{algorithm[-3:]}", text.encode()).digest()
    return base64.urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()
