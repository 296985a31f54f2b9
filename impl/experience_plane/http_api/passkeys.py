"""The tag `passkeys`: translate, and delegate to Security Guard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from experience_plane.http_api.optional_fields import given
from experience_plane.http_api.rate_limiting import charge_sign_in
from experience_plane.http_api.refresh_cookie import authentication_result
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.passkeys import Passkey
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.server import HTTPResult
from experience_plane_api.server.services import PasskeysService


class PasskeysHandlers(PasskeysService[Principal]):
    """Implements the passkeys operations."""

    def __init__(self, guard: SecurityGuard) -> None:
        self._guard = guard

    async def create_passkey_authentication_options(
        self,
    ) -> HTTPResult[models.PasskeyRequestOptions | models.Problem]:
        """See openapi.yaml, createPasskeyAuthenticationOptions."""
        options = await self._guard.passkeys.sign_in.options()
        return HTTPResult(201, models.PasskeyRequestOptions.model_validate(options))

    async def log_in_with_passkey(self, *, body: models.PasskeyLoginRequest) -> HTTPResult[models.AuthenticationResult]:
        """See openapi.yaml, logInWithPasskey."""
        guest = await self._guard.guest_of(given(body.upgrade))
        authenticated = await self._guard.passkeys.sign_in.log_in(_given(body.credential))
        await self._guard.carry_over(guest, authenticated)
        return authentication_result(authenticated, body.token_delivery)

    async def create_second_factor_passkey_options(
        self, *, body: models.SecondFactorPasskeyOptionsRequest
    ) -> HTTPResult[models.PasskeyRequestOptions | models.Problem]:
        """See openapi.yaml, createSecondFactorPasskeyOptions."""
        options = await self._guard.passkeys.sign_in.second_factor_options(body.challenge)
        return HTTPResult(201, models.PasskeyRequestOptions.model_validate(options))

    async def complete_second_factor_with_passkey(
        self, *, body: models.SecondFactorPasskeyRequest
    ) -> HTTPResult[models.AuthenticationResult]:
        """See openapi.yaml, completeSecondFactorWithPasskey."""
        sign_in = self._guard.passkeys.sign_in
        guest = await self._guard.guest_of(given(body.upgrade))
        await charge_sign_in((await self._guard.second_factors.waiting(body.challenge)).email)
        authenticated = await sign_in.complete_login(body.challenge, _given(body.credential))
        await self._guard.carry_over(guest, authenticated)
        return authentication_result(authenticated, body.token_delivery)

    async def create_passkey_registration_options(
        self, *, principal: Principal, body: models.PasskeyRegistrationOptionsRequest
    ) -> HTTPResult[models.PasskeyCreationOptions | models.Problem]:
        """See openapi.yaml, createPasskeyRegistrationOptions."""
        password = body.current_password if isinstance(body.current_password, str) else None
        options = await self._guard.passkeys.enrolment.options(principal, current_password=password)
        return HTTPResult(201, models.PasskeyCreationOptions.model_validate(options))

    async def register_passkey(
        self, *, principal: Principal, body: models.RegisterPasskeyRequest
    ) -> HTTPResult[models.RegisteredPasskey | models.Problem]:
        """See openapi.yaml, registerPasskey."""
        registered = await self._guard.passkeys.enrolment.register(
            principal, name=body.name, credential=_given(body.credential)
        )
        codes = list(registered.recovery_codes)
        return HTTPResult(201, models.RegisteredPasskey(passkey=_passkey(registered.passkey), recovery_codes=codes))

    async def list_passkeys(self, *, principal: Principal) -> models.PasskeyList:
        """See openapi.yaml, listPasskeys."""
        found = await self._guard.passkeys.enrolment.list(principal)
        return models.PasskeyList(passkeys=[_passkey(passkey) for passkey in found])

    async def rename_passkey(
        self, *, principal: Principal, passkey_id: UUID, body: models.RenamePasskeyRequest
    ) -> models.Passkey:
        """See openapi.yaml, renamePasskey."""
        return _passkey(await self._guard.passkeys.enrolment.rename(principal, passkey_id, body.name))

    async def delete_passkey(self, *, principal: Principal, passkey_id: UUID) -> None:
        """See openapi.yaml, deletePasskey."""
        await self._guard.passkeys.enrolment.delete(principal, passkey_id)


def _given(credential: models.RegistrationCredential | models.AuthenticationCredential) -> Mapping[str, Any]:
    """The credential as the browser sent it."""
    return credential.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _passkey(passkey: Passkey) -> models.Passkey:
    return models.Passkey(
        passkey_id=passkey.passkey_id,
        name=passkey.name,
        backed_up=passkey.backed_up,
        created_at=passkey.created_at,
        last_used_at=passkey.last_used_at,
    )
