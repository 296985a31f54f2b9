"""Around every HTTP request: its id, its one line in the log, headers that protect a browser, the last resort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from secrets import token_hex
from time import perf_counter

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from experience_plane.http_api.problem_responses import problem_response
from experience_plane.security_guard import device
from experience_plane_api import problem_types as types

_LOG = structlog.get_logger(__name__)
Headers = Sequence[tuple[bytes, bytes]]

_PAGE_HEADERS: Headers = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_API_HEADERS: Headers = (*_PAGE_HEADERS, (b"cache-control", b"no-store"))
_HTTPS_HEADERS = ((b"strict-transport-security", b"max-age=63072000"),)
"""Two years, for this host only: what runs on its subdomains is not ours to decide (RFC 6797, section 6.1)."""
_UNLOGGED = frozenset({"/healthz", "/readyz"})


class RequestContext:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._always: Headers = _HTTPS_HEADERS if https else ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; sockets log for themselves."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id
        client = (scope.get("client") or (None,))[0]
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            with device.serving(_user_agent(scope), client):
                await _Exchange(self._app, scope, receive, send, self._protection(scope)).run()
        finally:
            structlog.contextvars.reset_contextvars(**bound)

    def _protection(self, scope: Scope) -> Headers:
        return (*self._always, *(_API_HEADERS if scope["path"].startswith("/api/") else _PAGE_HEADERS))


def _user_agent(scope: Scope) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"user-agent"), None)


class _Exchange:
    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, protection: Headers) -> None:
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
            message["headers"] = [*message["headers"], *self._headers(message["headers"])]
        await self._send(message)

    def _headers(self, given: Headers) -> Iterator[tuple[bytes, bytes]]:
        """What is added to those that the answer has; what it says of its own protection stays."""
        yield b"x-request-id", self._scope["state"]["request_id"].encode()
        names = {name for name, _ in given}
        for header in self._protection:
            if header[0] not in names:
                yield header

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
