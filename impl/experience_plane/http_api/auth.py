"""The tag `auth`: translate, and delegate to Security Guard."""

from __future__ import annotations

from pydantic import MISSING

from experience_plane.http_api import refresh_cookie
from experience_plane.http_api.optional_fields import given
from experience_plane.http_api.refresh_cookie import authentication_result, login_result, user_of
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.ports import InvalidRefreshToken
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.server import HTTPResult
from experience_plane_api.server.services import AuthService


class AuthHandlers(AuthService[Principal]):
    """Implements the auth operations."""

    def __init__(self, guard: SecurityGuard) -> None:
        self._guard = guard

    async def register_user(
        self, *, body: models.RegisterRequest
    ) -> HTTPResult[models.AuthenticationResult | models.MailOnItsWay | models.Problem]:
        """See openapi.yaml, registerUser."""
        guest = await self._guard.guest_of(given(body.upgrade))
        authenticated = await self._guard.register(name=body.name, email=body.email, password=body.password)
        await self._guard.carry_over(guest, authenticated)
        if authenticated is None:
            return HTTPResult(202, models.MailOnItsWay(status="check_your_mail"))
        return authentication_result(authenticated, body.token_delivery, status=201)

    async def log_in(
        self, *, body: models.LoginRequest
    ) -> HTTPResult[models.AuthenticationResult | models.SecondFactorRequired | models.Problem]:
        """See openapi.yaml, logIn."""
        guest = await self._guard.guest_of(given(body.upgrade))
        outcome = await self._guard.login(email=body.email, password=body.password)
        await self._guard.carry_over(guest, outcome)
        return login_result(outcome, body.token_delivery)

    async def start_anonymous_session(
        self, *, body: models.AnonymousSessionRequest
    ) -> HTTPResult[models.AuthenticationResult | models.Problem]:
        """See openapi.yaml, startAnonymousSession."""
        return authentication_result(await self._guard.guests.start(), body.token_delivery, status=201)

    async def refresh_session(
        self, *, field__host_experience_plane_refresh: str | None, body: models.RefreshRequest
    ) -> HTTPResult[models.AuthenticationResult]:
        """See openapi.yaml, refreshSession."""
        if body.refresh_token is not MISSING:
            return authentication_result(await self._guard.refresh(body.refresh_token), body.token_delivery)
        if field__host_experience_plane_refresh is None:
            raise InvalidRefreshToken
        # Never in the body: a script that got into the page could ask for it there and carry it away.
        return authentication_result(await self._guard.refresh(field__host_experience_plane_refresh), "cookie")

    async def log_out(self, *, principal: Principal) -> HTTPResult[models.Problem]:
        """See openapi.yaml, logOut."""
        await self._guard.logout(principal)
        return HTTPResult(204, None, refresh_cookie.FORGET)

    async def get_current_user(self, *, principal: Principal) -> models.User:
        """See openapi.yaml, getCurrentUser."""
        return user_of(await self._guard.current_user(principal))
