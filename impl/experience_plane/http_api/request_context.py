"""Around every HTTP request: its id, its one line in the log, headers that protect a browser, the last resort."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from experience_plane.http_api.problem_responses import problem_response
from experience_plane.security_guard import device
from experience_plane_api import problem_types as types

_LOG = structlog.get_logger(__name__)
_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=63072000"}
"""Two years, for this host only: what runs on its subdomains is not ours to decide (RFC 6797, section 6.1)."""
_UNLOGGED = frozenset({"/healthz", "/readyz"})


class RequestContext:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = _SECURITY_HEADERS | (_HTTPS_HEADERS if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; sockets log for themselves."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        client = (scope.get("client") or (None,))[0]
        user_agent = Headers(scope=scope).get("user-agent")
        with structlog.contextvars.bound_contextvars(request_id=request_id), device.serving(user_agent, client):
            await _Exchange(self._app, scope, receive, send, self._headers).run()


class _Exchange:
    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, protection: Mapping[str, str]) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._protection = protection
        self._status: int | None = None

    async def run(self) -> None:
        began = perf_counter()
        try:
            await self._app(self._scope, self._receive, self._on_send)
        except ClientDisconnect:
            await _LOG.ainfo("client_gone")
        except Exception as error:  # noqa: BLE001 - the last resort: what nobody foresaw becomes a problem and a log line
            await _LOG.aerror("request_failed", exc_info=error)
            await self._answer_internal_error()
        finally:
            self._log(perf_counter() - began)

    async def _answer_internal_error(self) -> None:
        if self._status is None:
            detail = "Something went wrong on our side. The log has it under the request_id."
            response = problem_response(types.INTERNAL_ERROR, detail, Request(self._scope))
            await response(self._scope, self._receive, self._on_send)

    async def _on_send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._scope["state"]["request_id"]
            for name, value in self._protection.items():
                headers.setdefault(name, value)
            if self._scope["path"].startswith("/api/"):
                headers.setdefault("Cache-Control", "no-store")
        await self._send(message)

    def _log(self, seconds: float) -> None:
        if self._scope["path"] in _UNLOGGED and self._status == 200:
            return
        # On the loop: a thread for each line would cost more than the rest of the request.
        _LOG.info(
            "request_served",
            method=self._scope["method"],
            path=self._scope["path"],
            status=self._status,
            duration_ms=round(seconds * 1000, 2),
            client=(self._scope.get("client") or (None,))[0],
            refusal=self._scope["state"].get("refusal"),
        )
