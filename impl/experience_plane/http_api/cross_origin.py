"""Which pages of other origins may read what the service answers (CORS)."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Message, Receive, Scope, Send

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_REQUEST_HEADERS = ("Authorization", "Content-Type", "Last-Event-ID")
_EXPOSED = ("RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-Id")
_PREFLIGHT_SECONDS = 600


def cross_origin(allowed_origins: Collection[str]) -> list[Middleware]:
    """Answer the middleware; none without allowed origins, so that browsers keep the answers from every other page."""
    if not allowed_origins:
        return []
    return [
        Middleware(
            CrossOrigin,
            allow_origins=tuple(allowed_origins),
            allow_methods=_METHODS,
            allow_headers=_REQUEST_HEADERS,
            allow_credentials=True,
            expose_headers=_EXPOSED,
            max_age=_PREFLIGHT_SECONDS,
        )
    ]


class CrossOrigin(CORSMiddleware):
    """Starlette's, which leaves out `Vary` for unlisted pages, and yet tells them that credentials are allowed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; a listed origin may read the answer."""

        async def mended(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mend(MutableHeaders(scope=message))
            await send(message)

        await super().__call__(scope, receive, mended if scope["type"] == "http" else send)


def _mend(headers: MutableHeaders) -> None:
    if "access-control-allow-origin" not in headers:
        for name in ("Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"):
            del headers[name]
    if "origin" not in headers.get("vary", "").lower():
        headers.add_vary_header("Origin")
