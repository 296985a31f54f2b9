"""The tag `access_tokens`: translate, and delegate to Security Guard."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.personal_token_store import PersonalToken
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.server.services import AccessTokensService


class AccessTokensHandlers(AccessTokensService[Principal]):
    """Implements the access_tokens operations."""

    def __init__(self, guard: SecurityGuard) -> None:
        self._guard = guard

    async def list_access_tokens(self, *, principal: Principal) -> models.AccessTokenList:
        """See openapi.yaml, listAccessTokens."""
        found = await self._guard.personal_tokens.list(principal)
        return models.AccessTokenList(access_tokens=[_description(token) for token in found])

    async def create_access_token(
        self, *, principal: Principal, body: models.CreateAccessTokenRequest
    ) -> models.CreatedAccessToken:
        """See openapi.yaml, createAccessToken."""
        lifetime = timedelta(seconds=body.expires_in) if isinstance(body.expires_in, int) else None
        created = await self._guard.personal_tokens.create(
            principal, name=body.name, scopes=body.scopes, lifetime=lifetime
        )
        return _created(created.value, created.token)

    async def revoke_access_token(self, *, principal: Principal, access_token_id: UUID) -> None:
        """See openapi.yaml, revokeAccessToken."""
        await self._guard.personal_tokens.revoke(principal, access_token_id)


def _created(value: str, token: PersonalToken) -> models.CreatedAccessToken:
    return models.CreatedAccessToken(
        access_token_id=token.token_id,
        token=value,
        name=token.name,
        scopes=list(token.scopes),
        hint=token.hint,
        created_at=token.created_at,
        expires_at=token.expires_at,
    )


def _description(token: PersonalToken) -> models.AccessTokenDescription:
    return models.AccessTokenDescription(
        access_token_id=token.token_id,
        name=token.name,
        scopes=list(token.scopes),
        hint=token.hint,
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        expires_at=token.expires_at,
    )
