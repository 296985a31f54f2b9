"""The tag `auth`: translate, and delegate to Security Guard."""

from __future__ import annotations

from pydantic import MISSING

from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.principal import Authenticated, Principal, User
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
        authenticated = await self._guard.register(
            name=body.name, email=body.email, password=body.password, upgrade=_given(body.upgrade)
        )
        if authenticated is None:
            return HTTPResult(202, models.MailOnItsWay(status="check_your_mail"))
        return HTTPResult(201, authentication_result(authenticated))

    async def log_in(self, *, body: models.LoginRequest) -> models.AuthenticationResult:
        """See openapi.yaml, logIn."""
        upgrade = _given(body.upgrade)
        return authentication_result(await self._guard.login(email=body.email, password=body.password, upgrade=upgrade))

    async def start_anonymous_session(self) -> models.AuthenticationResult:
        """See openapi.yaml, startAnonymousSession."""
        return authentication_result(await self._guard.guests.start())

    async def refresh_session(self, *, body: models.RefreshRequest) -> models.AuthenticationResult:
        """See openapi.yaml, refreshSession."""
        return authentication_result(await self._guard.refresh(body.refresh_token))

    async def log_out(self, *, principal: Principal) -> None:
        """See openapi.yaml, logOut."""
        await self._guard.logout(principal)

    async def get_current_user(self, *, principal: Principal) -> models.User:
        """See openapi.yaml, getCurrentUser."""
        return _user(await self._guard.current_user(principal))


def _given(upgrade: str | MISSING) -> str | None:
    return None if upgrade is MISSING else upgrade


def authentication_result(authenticated: Authenticated) -> models.AuthenticationResult:
    return models.AuthenticationResult(
        access_token=authenticated.tokens.access_token,
        refresh_token=authenticated.tokens.refresh_token,
        token_type="Bearer",  # noqa: S106 - the name of the scheme (RFC 6750)
        expires_in=authenticated.tokens.expires_in,
        user=_user(authenticated.user),
    )


def _user(user: User) -> models.User:
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
