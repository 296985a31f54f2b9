"""The tag `factors`: translate, and delegate to Security Guard."""

from __future__ import annotations

from experience_plane.http_api.optional_fields import given
from experience_plane.http_api.rate_limiting import charge_sign_in
from experience_plane.http_api.refresh_cookie import authentication_result
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.server import HTTPResult
from experience_plane_api.server.services import FactorsService


class FactorsHandlers(FactorsService[Principal]):
    """Implements the factors operations."""

    def __init__(self, guard: SecurityGuard) -> None:
        self._guard = guard

    async def complete_second_factor(
        self, *, body: models.SecondFactorRequest
    ) -> HTTPResult[models.AuthenticationResult]:
        """See openapi.yaml, completeSecondFactor."""
        factors = self._guard.second_factors
        guest = await self._guard.guest_of(given(body.upgrade))
        await charge_sign_in((await factors.waiting(body.challenge)).email)
        authenticated = await factors.complete(body.challenge, method=body.method, code=body.code)
        await self._guard.carry_over(guest, authenticated)
        return authentication_result(authenticated, body.token_delivery)

    async def get_second_factors(self, *, principal: Principal) -> models.SecondFactors:
        """See openapi.yaml, getSecondFactors."""
        found = await self._guard.second_factors.in_use(principal)
        return models.SecondFactors(
            totp=found.totp, passkeys=found.passkeys, recovery_codes_left=found.recovery_codes_left
        )

    async def enrol_totp(
        self, *, principal: Principal, body: models.EnrolTotpRequest
    ) -> HTTPResult[models.TotpEnrolment | models.Problem]:
        """See openapi.yaml, enrolTotp."""
        enrolment = await self._guard.second_factors.enrol_totp(
            principal, current_password=given(body.current_password)
        )
        answer = models.TotpEnrolment(
            secret=enrolment.secret, otpauth_uri=enrolment.otpauth_uri, expires_at=enrolment.expires_at
        )
        return HTTPResult(201, answer)

    async def confirm_totp(self, *, principal: Principal, body: models.ConfirmTotpRequest) -> models.RecoveryCodes:
        """See openapi.yaml, confirmTotp."""
        codes = await self._guard.second_factors.confirm_totp(principal, body.code)
        return models.RecoveryCodes(recovery_codes=list(codes))

    async def disable_totp(self, *, principal: Principal, body: models.FactorProof) -> None:
        """See openapi.yaml, disableTotp."""
        await self._guard.second_factors.disable_totp(
            principal, code=body.code, current_password=given(body.current_password)
        )

    async def regenerate_recovery_codes(
        self, *, principal: Principal, body: models.FactorProof
    ) -> models.RecoveryCodes:
        """See openapi.yaml, regenerateRecoveryCodes."""
        codes = await self._guard.second_factors.regenerate_recovery_codes(
            principal, code=body.code, current_password=given(body.current_password)
        )
        return models.RecoveryCodes(recovery_codes=list(codes))
