"""The external identity providers that the settings choose."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.gotrue_authentication import GoTrueAuthentication, GoTrueOptions
from experience_plane.adapters.oidc_provider import OidcProvider, OidcProviderOptions
from experience_plane.adapters.oidc_verification import OidcVerification, OidcVerificationOptions
from experience_plane.adapters.outbound_http import OutboundHttp, is_secure
from experience_plane.adapters.sql.external_session_store import SqlExternalSessionStore
from experience_plane.adapters.sql.oidc_store import SqlOidcStore
from experience_plane.clock import Clock, system_clock
from experience_plane.security_guard.access_policy import RolePermissions
from experience_plane.security_guard.external_identity import ClaimNames
from experience_plane.security_guard.oidc_sign_in import OidcSignInOptions, OidcSignInParts
from experience_plane.security_guard.ports import AuthenticationPort
from experience_plane.settings import AuthSettings, OidcProviderSettings


class ProviderNotConfigured(Exception):
    """The settings choose an identity provider and do not say where it is, or not over HTTPS."""


def open_external_authentication(
    engine: AsyncEngine, settings: AuthSettings, clock: Clock = system_clock
) -> AuthenticationPort:
    """Answer the external provider. It is not asked for anything yet: the service starts without it.

    Raises:
        ProviderNotConfigured: its address is missing, or neither HTTPS nor this machine.
    """
    max_age = timedelta(seconds=settings.session_state_max_age_seconds)
    sessions, authorization = SqlExternalSessionStore(engine), RolePermissions()
    if settings.provider == "gotrue":
        return GoTrueAuthentication(
            http=OutboundHttp(),
            options=_gotrue_options(settings, max_age),
            sessions=sessions,
            authorization=authorization,
            clock=clock,
        )
    return OidcVerification(
        http=OutboundHttp(),
        options=_oidc_options(settings, max_age),
        sessions=sessions,
        authorization=authorization,
        clock=clock,
    )


def oidc_sign_in_parts(engine: AsyncEngine, settings: AuthSettings, clock: Clock = system_clock) -> OidcSignInParts:
    """Answer the providers that users can sign in with. None of them is asked for anything yet.

    Raises:
        ProviderNotConfigured: an issuer is neither HTTPS nor this machine, two have one id, or an address is none.
    """
    configured = settings.oidc_providers
    if len({provider.id for provider in configured}) != len(configured):
        raise ProviderNotConfigured("two providers of EXPERIENCE_PLANE_AUTH__OIDC_PROVIDERS have the same id")
    return OidcSignInParts(
        providers=[_provider(provider, clock) for provider in configured],
        store=SqlOidcStore(engine),
        options=OidcSignInOptions(
            callback_base=settings.public_url, return_origins=tuple(settings.oidc_return_origins)
        ),
    )


def _provider(settings: OidcProviderSettings, clock: Clock) -> OidcProvider:
    secret = settings.client_secret
    options = OidcProviderOptions(
        provider_id=settings.id,
        name=settings.name,
        issuer=_address(settings.issuer, f"the issuer of {settings.id} in EXPERIENCE_PLANE_AUTH__OIDC_PROVIDERS"),
        client_id=settings.client_id,
        client_secret=None if secret is None else secret.get_secret_value(),
        scopes=tuple(settings.scopes),
    )
    return OidcProvider(OutboundHttp(), options, clock)


def _gotrue_options(settings: AuthSettings, max_age: timedelta) -> GoTrueOptions:
    gotrue = settings.gotrue
    url = _address(gotrue.url, "EXPERIENCE_PLANE_AUTH__GOTRUE__URL").removesuffix("/")
    return GoTrueOptions(
        url=url,
        api_key=gotrue.api_key.get_secret_value(),
        issuer=gotrue.issuer or url,
        audience=gotrue.audience,
        assurance=gotrue.assurance,
        jwt_secret=None if gotrue.jwt_secret is None else gotrue.jwt_secret.get_secret_value(),
        claims=ClaimNames(tenant=gotrue.tenant_claim, roles=gotrue.roles_claim),
        session_max_age=max_age,
    )


def _oidc_options(settings: AuthSettings, max_age: timedelta) -> OidcVerificationOptions:
    oidc = settings.oidc
    return OidcVerificationOptions(
        issuer=_address(oidc.issuer, "EXPERIENCE_PLANE_AUTH__OIDC__ISSUER"),
        audience=oidc.audience,
        claims=ClaimNames(tenant=oidc.tenant_claim, roles=oidc.roles_claim),
        session_max_age=max_age,
    )


def _address(url: str, variable: str) -> str:
    if not is_secure(url):
        raise ProviderNotConfigured(f"{variable} must be an https:// address")
    return url
