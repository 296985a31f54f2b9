"""The refresh token of a page: delivered in a cookie that no script reads, taken only from pages that may send it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Literal

from pydantic import MISSING
from starlette.requests import Request

from experience_plane.agent_socket.handshake import is_own_origin
from experience_plane.errors import ForeignPage
from experience_plane.security_guard.principal import Authenticated, LoginOutcome, User
from experience_plane_api import models
from experience_plane_api.server import HTTPResult

NAME = "__Host-experience-plane-refresh"
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
FORGET = {"Set-Cookie": f"{NAME}=; Max-Age=0; {_ATTRIBUTES}"}
"""The header that makes a browser forget its refresh token."""


def login_result(
    outcome: LoginOutcome, delivery: Literal["body", "cookie"] | MISSING
) -> HTTPResult[models.AuthenticationResult | models.SecondFactorRequired | models.Problem]:
    """What every login answers: 200 with tokens, or 202 with the question for the second factor."""
    if isinstance(outcome, Authenticated):
        return authentication_result(outcome, delivery)
    asked = models.SecondFactorRequired(
        challenge=outcome.challenge, methods=list(outcome.methods), expires_at=outcome.expires_at
    )
    return HTTPResult(202, asked)


def authentication_result(
    authenticated: Authenticated, delivery: Literal["body", "cookie"] | MISSING, *, status: int = 200
) -> HTTPResult[models.AuthenticationResult]:
    """Answer the tokens as the client wants them delivered: any operation that logs in ends with this."""
    by_cookie = delivery == "cookie"
    result = models.AuthenticationResult(
        access_token=authenticated.tokens.access_token,
        refresh_token=MISSING if by_cookie else authenticated.tokens.refresh_token,
        token_type="Bearer",  # noqa: S106 - the name of the scheme (RFC 6750)
        expires_in=authenticated.tokens.expires_in,
        user=user_of(authenticated.user),
    )
    cookie = {"Set-Cookie": f"{NAME}={authenticated.tokens.refresh_token}; {_ATTRIBUTES}"}
    return HTTPResult(status, result, cookie if by_cookie else None)


def user_of(user: User) -> models.User:
    """Answer a user as the contract shows it."""
    return models.User(
        user_id=user.user_id,
        tenant_id=user.tenant_id,
        email=MISSING if user.anonymous else user.email,
        email_verified=MISSING if user.anonymous else user.email_verified,
        anonymous=user.anonymous,
        name=user.name,
        roles=list(user.roles),
        permissions=list(user.permissions),
    )


def refuse_foreign_pages(
    allowed_origins: Collection[str], *, reads_cookie: bool
) -> Callable[[Request], Awaitable[None]]:
    """Answer the FastAPI dependency of an operation that sets the cookie, or reads it, too.

    It refuses with `ForeignPage`: a page that could have the cookie set would log its visitors in to an account of
    its choice. `SameSite=Strict` lets pages of the same site through: other subdomains, and other ports of this host.
    So the browser's own word counts: `Origin`, which it sends with every POST, and `Sec-Fetch-Site` where it knows it.
    A cookie without `Origin` is not read; who sends neither is no browser, and may be given one.
    """

    async def check(request: Request) -> None:  # a plain function would be run in a thread
        is_read = reads_cookie and NAME in request.cookies
        is_wanted = "origin" in request.headers and _asks_for_cookie(request)
        if (is_read or is_wanted) and not _is_allowed(request, allowed_origins):
            raise ForeignPage

    return check


def _asks_for_cookie(request: Request) -> bool:
    body = getattr(request.state, "body", None)
    return isinstance(body, dict) and body.get("token_delivery") == "cookie"


def _is_allowed(request: Request, allowed_origins: Collection[str]) -> bool:
    origin = request.headers.get("origin")
    if origin is None:
        return False
    if origin in allowed_origins:
        return True
    # Behind a proxy our own scheme is not known; that `http` is not `https` is what Sec-Fetch-Site says.
    own = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    return own and is_own_origin(origin, request.headers.get("host"))
