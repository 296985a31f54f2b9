"""Reads a request's body before the routers do: bounded, declared as JSON, and JSON that every parser reads alike."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from experience_plane import strict_json
from experience_plane.http_api.contract_paths import takes_body
from experience_plane.http_api.problem_responses import problem_response
from experience_plane_api import problem_types as types


class BodyGuard:
    """ASGI middleware. `max_bytes` bounds the body of a request, `larger` that of requests to some paths."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass the request on with its body read."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await self._read(request)
        refusal = self._too_large(request) if body is None else _fault(request, body)
        if refusal is not None:
            await refusal(scope, receive, send)
        elif body is not None:
            await self._app(scope, _replaying(body, receive), send)

    async def _read(self, request: Request) -> bytes | None:
        """Answer the body; None once it is larger than the limit."""
        limit = self._limit(request)
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            return None
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                return None
        return bytes(body)

    def _limit(self, request: Request) -> int:
        return self._larger.get(request.scope["path"], self._max_bytes)

    def _too_large(self, request: Request) -> Response:
        detail = f"The body has more than {self._limit(request)} bytes."
        # The rest of the body is not read, so the connection cannot serve another request.
        return problem_response(types.CONTENT_TOO_LARGE, detail, request, headers={"Connection": "close"})


def _fault(request: Request, body: bytes) -> Response | None:
    if not takes_body(request.method, request.scope["path"]):
        return None
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return problem_response(types.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.", request)
    try:
        request.state.body = strict_json.parse(body)
    except strict_json.MalformedJson as error:
        return problem_response(types.MALFORMED_REQUEST, str(error), request)
    return None


def _replaying(body: bytes, receive: Receive) -> Receive:
    """Give the body once more; after it, whatever the client does."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
