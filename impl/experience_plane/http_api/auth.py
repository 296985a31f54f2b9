"""The tag `auth`: translate, and delegate to Security Guard."""

from __future__ import annotations

from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.principal import Authenticated, LoginOutcome, Principal, User
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
        authenticated = await self._guard.register(name=body.name, email=body.email, password=body.password)
        if authenticated is None:
            return HTTPResult(202, models.MailOnItsWay(status="check_your_mail"))
        return HTTPResult(201, authentication_result(authenticated))

    async def log_in(
        self, *, body: models.LoginRequest
    ) -> HTTPResult[models.AuthenticationResult | models.SecondFactorRequired | models.Problem]:
        """See openapi.yaml, logIn."""
        return login_result(await self._guard.login(email=body.email, password=body.password))

    async def refresh_session(self, *, body: models.RefreshRequest) -> models.AuthenticationResult:
        """See openapi.yaml, refreshSession."""
        return authentication_result(await self._guard.refresh(body.refresh_token))

    async def log_out(self, *, principal: Principal) -> None:
        """See openapi.yaml, logOut."""
        await self._guard.logout(principal)

    async def get_current_user(self, *, principal: Principal) -> models.User:
        """See openapi.yaml, getCurrentUser."""
        return _user(await self._guard.current_user(principal))


def login_result(
    outcome: LoginOutcome,
) -> HTTPResult[models.AuthenticationResult | models.SecondFactorRequired | models.Problem]:
    """What every login answers: 200 with tokens, or 202 with the question for the second factor."""
    if isinstance(outcome, Authenticated):
        return HTTPResult(200, authentication_result(outcome))
    asked = models.SecondFactorRequired(
        challenge=outcome.challenge, methods=list(outcome.methods), expires_at=outcome.expires_at
    )
    return HTTPResult(202, asked)


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
        email=user.email,
        email_verified=user.email_verified,
        name=user.name,
        roles=list(user.roles),
        permissions=list(user.permissions),
    )
