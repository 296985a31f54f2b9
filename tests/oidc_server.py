"""A small OpenID Connect provider: discovery, keys, authorization with PKCE, tokens, userinfo. Tests make it lie."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from signing import IssuerKey, IssuerKeys, b64

CLIENT_ID = "plane"
CLIENT_SECRET = "hush: a secret+with/signs"


def _keys() -> IssuerKeys:
    return IssuerKeys([IssuerKey("first", "ES256")])


@dataclass
class OidcServer:
    """State of the provider. `person` is who logs in next; the `forge_*` hooks change what is sent."""

    url: str
    clock: Callable[[], datetime]
    keys: IssuerKeys = field(default_factory=_keys)
    person: dict[str, Any] = field(default_factory=dict)
    sends_issuer: bool = True
    metadata_changes: dict[str, Any] = field(default_factory=dict)
    claim_changes: dict[str, Any] = field(default_factory=dict)
    forge_id_token: Callable[[dict[str, Any]], str] | None = None
    forge_callback: Callable[[dict[str, str]], dict[str, str]] | None = None
    token_form: dict[str, str] = field(default_factory=dict)
    key_requests: int = 0
    _codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    _access_tokens: dict[str, dict[str, Any]] = field(default_factory=dict)

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/keys", self._key_set),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
            ]
        )

    def access_token(self, person: dict[str, Any], audience: str, **changes: Any) -> str:
        """An access token after RFC 9068; a change to None leaves a claim out."""
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.url,
            "aud": audience,
            "exp": now + 900,
            "iat": now,
            "jti": secrets.token_hex(8),
            **person,
        } | changes
        token = self.keys.current.sign({k: v for k, v in claims.items() if v is not None}, typ="at+jwt")
        self._access_tokens[token] = person
        return token

    def remember(self, token: str, person: dict[str, Any]) -> None:
        self._access_tokens[token] = person

    async def _metadata(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
                "response_types_supported": ["code"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": self.sends_issuer,
            }
            | self.metadata_changes
        )

    async def _key_set(self, request: Request) -> Response:
        self.key_requests += 1
        return JSONResponse(self.keys.key_set())

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = {**asked, "person": self.person}
        answer = {"code": code, "state": asked["state"]} | ({"iss": self.url} if self.sends_issuer else {})
        if self.forge_callback is not None:
            answer = self.forge_callback(answer)
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", status_code=302)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.token_form = form
        basic = base64.b64encode(b"plane:hush%3A+a+secret%2Bwith%2Fsigns").decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        grant = self._codes.pop(str(form.get("code")), None)
        challenge = b64(hashlib.sha256(str(form.get("code_verifier")).encode()).digest())
        if grant is None or grant["code_challenge"] != challenge or grant["redirect_uri"] != form.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        access_token = secrets.token_urlsafe(16)
        self._access_tokens[access_token] = grant["person"]
        return JSONResponse(
            {
                "access_token": access_token,
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": self._id_token(grant, access_token),
            }
        )

    def _id_token(self, grant: dict[str, Any], access_token: str) -> str:
        now = int(self.clock().timestamp())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": grant["nonce"],
            "at_hash": b64(half),
            **grant["person"],
        } | self.claim_changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return self.forge_id_token(claims) if self.forge_id_token else self.keys.current.sign(claims)

    async def _userinfo(self, request: Request) -> Response:
        person = self._access_tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        return JSONResponse(person) if person else Response(status_code=401)
