"""A small GoTrue-compatible server: the operations of Supabase Auth's public REST API that an adapter needs.

Answers, error codes and token claims are those of GoTrue with API version 2024-01-01. Passwords are compared as they
are: what is tested is the adapter.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from signing import IssuerKeys

API_KEY = "publishable"


@dataclass
class GoTrueServer:
    """State of the server, for tests to look at and change."""

    url: str
    clock: Callable[[], datetime]
    keys: IssuerKeys = field(default_factory=IssuerKeys)
    secret: str | None = None
    confirm_first: bool = False
    down: bool = False
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    refresh_tokens: dict[str, tuple[str, bool]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/signup", self._guarded(self._signup), methods=["POST"]),
                Route("/token", self._guarded(self._token), methods=["POST"]),
                Route("/logout", self._guarded(self._logout), methods=["POST"]),
                Route("/user", self._guarded(self._user)),
                Route("/.well-known/jwks.json", self._guarded(self._key_set)),
            ]
        )

    def end_all_sessions(self) -> None:
        self.sessions.clear()

    def access_token(self, user: dict[str, Any], session_id: str, **changes: Any) -> str:
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.url,
            "sub": user["id"],
            "aud": "authenticated",
            "exp": now + 3600,
            "iat": now,
            "email": user["email"],
            "phone": "",
            "app_metadata": user["app_metadata"],
            "user_metadata": user["user_metadata"],
            "role": "authenticated",
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": session_id,
            "is_anonymous": False,
            # GoTrue itself has no jti; without one two tokens of a second would be the same text.
            "jti": secrets.token_hex(8),
        } | changes
        if self.secret is not None:
            return jwt.encode(claims, self.secret, algorithm="HS256", headers={"typ": "JWT"})
        return self.keys.current.sign(claims)

    def _guarded(self, operation: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            self.requests.append(f"{request.method} {request.url.path}")
            if self.down:
                return Response("upstream connect error", status_code=503)
            if request.url.path != "/.well-known/jwks.json" and request.headers.get("apikey") != API_KEY:
                return _error(401, "no_authorization", "No API key found in request")
            answer: Response = await operation(request)
            return answer

        return serve

    async def _signup(self, request: Request) -> Response:
        body = await request.json()
        email = body["email"].lower()
        if email in self.users and not self.confirm_first:
            return _error(422, "user_already_exists", "User already registered")
        if len(body["password"]) < 6:
            return _error(422, "weak_password", "Password should be at least 6 characters.")
        known = self.users.get(email)
        user = known or {
            "id": str(uuid4()),
            "aud": "authenticated",
            "role": "authenticated",
            "email": email,
            "app_metadata": {"provider": "email", "providers": ["email"]},
            "user_metadata": body.get("data", {}),
            "confirmed": not self.confirm_first,
        }
        if known is None:
            self.users[email], self.passwords[email] = user, body["password"]
        return JSONResponse(user) if self.confirm_first else self._new_session(user)

    async def _token(self, request: Request) -> Response:
        body = await request.json()
        if request.query_params["grant_type"] == "refresh_token":
            return self._refresh(body["refresh_token"])
        email = body["email"].lower()
        if email not in self.users or self.passwords[email] != body["password"]:
            return _error(400, "invalid_credentials", "Invalid login credentials")
        if not self.users[email]["confirmed"]:
            return _error(400, "email_not_confirmed", "Email not confirmed")
        return self._new_session(self.users[email])

    def _refresh(self, token: str) -> Response:
        session_id, used = self.refresh_tokens.get(token, ("", False))
        if not session_id:
            return _error(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
        if session_id not in self.sessions:
            return _error(400, "session_not_found", "Invalid Refresh Token: No Valid Session Found")
        if used:
            del self.sessions[session_id]
            return _error(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
        self.refresh_tokens[token] = (session_id, True)
        return self._tokens(self.users[self.sessions[session_id]], session_id)

    async def _logout(self, request: Request) -> Response:
        session_id = self._session_of(request)
        if session_id is None:
            return _error(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        del self.sessions[session_id]
        return Response(status_code=204)

    async def _user(self, request: Request) -> Response:
        session_id = self._session_of(request)
        if session_id is None:
            return _error(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        return JSONResponse(self.users[self.sessions[session_id]])

    async def _key_set(self, request: Request) -> Response:
        return JSONResponse(self.keys.key_set())

    def _session_of(self, request: Request) -> str | None:
        token = request.headers["authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, options={"verify_signature": False})
        return claims["session_id"] if claims["session_id"] in self.sessions else None

    def _new_session(self, user: dict[str, Any]) -> Response:
        session_id = str(uuid4())
        self.sessions[session_id] = user["email"]
        return self._tokens(user, session_id)

    def _tokens(self, user: dict[str, Any], session_id: str) -> Response:
        refresh_token = secrets.token_urlsafe(9)
        self.refresh_tokens[refresh_token] = (session_id, False)
        return JSONResponse(
            {
                "access_token": self.access_token(user, session_id),
                "token_type": "bearer",
                "expires_in": 3600,
                "expires_at": int(self.clock().timestamp()) + 3600,
                "refresh_token": refresh_token,
                "user": user,
            }
        )


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"code": code, "message": message}, status_code=status)
