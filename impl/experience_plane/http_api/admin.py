"""The tag `admin`: users, their roles, and what happened."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from experience_plane.security_guard.administration import Administration
from experience_plane.security_guard.audit import AuditQuery, RecordedEvent
from experience_plane.security_guard.directory import DirectoryEntry, DirectoryQuery
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.server.services import AdminService


class AdminHandlers(AdminService[Principal]):
    """Implements the admin operations."""

    def __init__(self, guard: SecurityGuard) -> None:
        self._guard = guard

    @property
    def _administration(self) -> Administration:
        return self._guard.administration

    async def list_users(
        self, *, principal: Principal, limit: int, email_prefix: str | None, cursor: str | None
    ) -> models.AdminUserList:
        """See openapi.yaml, listUsers."""
        after = None if cursor is None else bytes.fromhex(cursor).decode("utf-8", "replace").replace("\0", "")
        query = DirectoryQuery(
            tenant_id=principal.tenant_id, limit=limit + 1, email_prefix=email_prefix or "", after=after
        )
        found = await self._administration.users(principal, query)
        page = found[:limit]
        return models.AdminUserList(
            users=[self._user(entry) for entry in page],
            next_cursor=page[-1].email_key.encode().hex() if len(found) > limit else None,
        )

    async def get_user(self, *, principal: Principal, user_id: UUID) -> models.AdminUser:
        """See openapi.yaml, getUser."""
        return self._user(await self._administration.user(principal, user_id))

    async def disable_user(self, *, principal: Principal, user_id: UUID) -> models.AdminUser:
        """See openapi.yaml, disableUser."""
        return self._user(await self._administration.disable(principal, user_id))

    async def enable_user(self, *, principal: Principal, user_id: UUID) -> models.AdminUser:
        """See openapi.yaml, enableUser."""
        return self._user(await self._administration.enable(principal, user_id))

    async def set_user_roles(
        self, *, principal: Principal, user_id: UUID, body: models.RolesRequest
    ) -> models.AdminUser:
        """See openapi.yaml, setUserRoles."""
        return self._user(await self._administration.set_roles(principal, user_id, list(dict.fromkeys(body.roles))))

    async def end_user_sessions(self, *, principal: Principal, user_id: UUID) -> None:
        """See openapi.yaml, endUserSessions."""
        await self._administration.end_sessions(principal, user_id)

    async def reset_user_factors(self, *, principal: Principal, user_id: UUID) -> None:
        """See openapi.yaml, resetUserFactors."""
        await self._administration.reset_factors(principal, user_id)

    async def list_roles(self, *, principal: Principal) -> models.RoleList:  # noqa: ARG002 - the same for all
        """See openapi.yaml, listRoles."""
        roles = self._administration.roles().items()
        return models.RoleList(
            roles=[models.Role(name=name, permissions=sorted(permissions)) for name, permissions in roles]
        )

    async def list_audit_events(
        self,
        *,
        principal: Principal,
        limit: int,
        kind: str | None,
        user_id: UUID | None,
        since: datetime | None,
        until: datetime | None,
        cursor: int | None,
    ) -> models.AuditEventList:
        """See openapi.yaml, listAuditEvents."""
        query = AuditQuery(
            tenant_id=principal.tenant_id,
            limit=limit + 1,
            kind=kind,
            user_id=user_id,
            since=since,
            until=until,
            before=cursor,
        )
        found = await self._administration.audit_events(principal, query)
        page = found[:limit]
        return models.AuditEventList(
            events=[_event(recorded) for recorded in page],
            next_cursor=page[-1].event_id if len(found) > limit else None,
        )

    def _user(self, entry: DirectoryEntry) -> models.AdminUser:
        return models.AdminUser(
            user_id=entry.user_id,
            tenant_id=entry.tenant_id,
            email=entry.email,
            name=entry.name,
            roles=list(entry.roles),
            permissions=list(self._administration.permissions_of(entry)),
            created_at=entry.created_at,
            disabled_at=entry.disabled_at,
        )


def _event(recorded: RecordedEvent) -> models.AuditEvent:
    event, known = recorded.event, recorded.circumstances
    return models.AuditEvent(
        event_id=recorded.event_id,
        at=recorded.at,
        kind=event.kind,
        user_id=event.user_id,
        actor_id=event.actor_id,
        session_id=event.session_id,
        tenant_id=recorded.tenant_id,
        ip_address=known.ip_address,
        user_agent=known.user_agent,
        request_id=known.request_id,
        detail=dict(event.detail),
    )
