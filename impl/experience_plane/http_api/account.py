"""The tag `account`: translate, and delegate to Security Guard."""

from __future__ import annotations

from experience_plane.http_api import refresh_cookie
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.server import HTTPResult
from experience_plane_api.server.services import AccountService

_MAIL_ON_ITS_WAY = models.MailOnItsWay(status="check_your_mail")


class AccountHandlers(AccountService[Principal]):
    """Implements the account operations."""

    def __init__(self, guard: SecurityGuard) -> None:
        self._guard = guard

    async def verify_email(self, *, body: models.VerifyEmailRequest) -> None:
        """See openapi.yaml, verifyEmail."""
        await self._guard.accounts.emails.verify(body.code)

    async def resend_verification(self, *, body: models.EmailRequest) -> models.MailOnItsWay:
        """See openapi.yaml, resendVerification."""
        await self._guard.accounts.registration.resend_verification(body.email)
        return _MAIL_ON_ITS_WAY

    async def change_email(self, *, principal: Principal, body: models.ChangeEmailRequest) -> models.MailOnItsWay:
        """See openapi.yaml, changeEmail."""
        await self._guard.accounts.emails.change(principal, email=body.email, current_password=body.current_password)
        return _MAIL_ON_ITS_WAY

    async def forgot_password(self, *, body: models.EmailRequest) -> models.MailOnItsWay:
        """See openapi.yaml, forgotPassword."""
        await self._guard.accounts.passwords.forgot(body.email)
        return _MAIL_ON_ITS_WAY

    async def reset_password(self, *, body: models.ResetPasswordRequest) -> None:
        """See openapi.yaml, resetPassword."""
        await self._guard.accounts.passwords.reset(code=body.code, new_password=body.new_password)

    async def change_password(self, *, principal: Principal, body: models.ChangePasswordRequest) -> None:
        """See openapi.yaml, changePassword."""
        await self._guard.accounts.passwords.change(
            principal, current_password=body.current_password, new_password=body.new_password
        )

    async def delete_account(
        self, *, principal: Principal, body: models.DeleteAccountRequest
    ) -> HTTPResult[models.Problem]:
        """See openapi.yaml, deleteAccount."""
        await self._guard.accounts.deletion.delete(principal, current_password=body.current_password)
        return HTTPResult(204, None, refresh_cookie.FORGET)
