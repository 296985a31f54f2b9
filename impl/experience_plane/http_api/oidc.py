"""The tag `oidc`: translate, and delegate to the sign-in by OpenID Connect."""

from __future__ import annotations

from urllib.parse import urlencode

from experience_plane.http_api.optional_fields import given
from experience_plane.http_api.refresh_cookie import login_result
from experience_plane.problems import problem_of
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.oidc_sign_in import Completed, Started
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.server import HTTPResult
from experience_plane_api.server.services import OidcService


class OidcHandlers(OidcService[Principal]):
    """Implements the oidc operations."""

    def __init__(self, guard: SecurityGuard) -> None:
        self._guard = guard

    async def list_oidc_providers(self) -> models.OidcProviderList:
        """See openapi.yaml, listOidcProviders. Without a configured provider the list is empty."""
        configured = self._guard.oidc_providers
        return models.OidcProviderList(
            providers=[models.OidcProvider(provider_id=each.provider_id, name=each.name) for each in configured]
        )

    async def start_oidc_sign_in(self, *, provider_id: str, body: models.OidcStartRequest) -> models.OidcStarted:
        """See openapi.yaml, startOidcSignIn."""
        return _started(
            await self._guard.oidc_sign_in.start(
                provider_id, return_to=body.return_to, code_challenge=body.code_challenge
            )
        )

    async def start_oidc_link(
        self, *, provider_id: str, body: models.OidcStartRequest, principal: Principal
    ) -> models.OidcStarted:
        """See openapi.yaml, startOidcLink."""
        return _started(
            await self._guard.oidc_sign_in.start(
                provider_id, return_to=body.return_to, code_challenge=body.code_challenge, principal=principal
            )
        )

    async def complete_oidc_sign_in(
        self, *, provider_id: str, state: str, code: str | None, error: str | None, iss: str | None
    ) -> HTTPResult[models.Problem]:
        """See openapi.yaml, completeOidcSignIn."""
        completed = await self._guard.oidc_sign_in.complete(
            provider_id, state=state, code=code, error=error, issuer=iss
        )
        return HTTPResult(303, None, {"Location": _location(completed)})

    async def exchange_oidc_code(
        self, *, body: models.OidcExchangeRequest
    ) -> HTTPResult[models.AuthenticationResult | models.SecondFactorRequired | models.Problem]:
        """See openapi.yaml, exchangeOidcCode."""
        guest = await self._guard.guest_of(given(body.upgrade))
        outcome = await self._guard.oidc_sign_in.exchange(code=body.code, code_verifier=body.code_verifier)
        await self._guard.carry_over(guest, outcome)
        return login_result(outcome, body.token_delivery)

    async def link_oidc_identity(
        self, *, body: models.OidcExchangeRequest, principal: Principal
    ) -> models.LinkedOidcIdentity:
        """See openapi.yaml, linkOidcIdentity."""
        identity = await self._guard.oidc_sign_in.link(principal, code=body.code, code_verifier=body.code_verifier)
        return models.LinkedOidcIdentity(provider_id=identity.provider_id, issuer=identity.issuer)


def _started(started: Started) -> models.OidcStarted:
    return models.OidcStarted(authorization_url=started.authorization_url, expires_at=started.expires_at)


def _location(completed: Completed) -> str:
    if completed.failure is None:
        return f"{completed.return_to}?{urlencode({'code': completed.code})}"
    problem_type, _ = problem_of(completed.failure)
    return f"{completed.return_to}?{urlencode({'problem': problem_type.uri})}"
