"""What admins do: find and manage the users of their tenant, read what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from experience_plane.clock import Clock
from experience_plane.security_guard.access_policy import PLATFORM_MANAGE, ROLE_PERMISSIONS, USERS_MANAGE, seats_of
from experience_plane.security_guard.audit import AuditLog, AuditQuery, AuditTrail, RecordedEvent, SecurityEvent
from experience_plane.security_guard.correspondence import Notices
from experience_plane.security_guard.directory import (
    DirectoryEntry,
    DirectoryQuery,
    UnknownRole,
    UserDirectory,
    UserNotFound,
)
from experience_plane.security_guard.emails import parse_email
from experience_plane.security_guard.ports import PermissionDenied
from experience_plane.security_guard.principal import Principal


class Administration:
    """Acts within the admin's tenant, or in all with the permission `platform.manage`.

    That the caller has the permission of the operation is the contract's matter and was checked before. Two rules are
    kept here: nobody changes a user who may do more than it may itself, or gives a role that allows more; and a tenant
    that has somebody who may manage its users keeps one.
    """

    def __init__(
        self,
        *,
        directory: UserDirectory,
        audit_log: AuditLog,
        audit: AuditTrail,
        notices: Notices,
        account_changed: Callable[[UUID], None],
        clock: Clock,
        roles: Mapping[str, tuple[str, ...]] = ROLE_PERMISSIONS,
    ) -> None:
        self._directory = directory
        self._audit_log = audit_log
        self._audit = audit
        self._notices = notices
        self._account_changed = account_changed
        self._clock = clock
        self._roles = roles
        self._seats = seats_of(roles)

    def roles(self) -> Mapping[str, tuple[str, ...]]:
        """Answer what each role allows."""
        return self._roles

    def permissions_of(self, entry: DirectoryEntry) -> tuple[str, ...]:
        """Answer what a user may do, sorted."""
        return tuple(sorted({permission for role in entry.roles for permission in self._roles.get(role, ())}))

    async def users(self, admin: Principal, query: DirectoryQuery) -> Sequence[DirectoryEntry]:
        """Answer users whom the admin may see, by e-mail key; the query's tenant does not count."""
        prefix = query.email_prefix.casefold()
        return await self._directory.list(replace(query, tenant_id=_scope(admin), email_prefix=prefix))

    async def user(self, admin: Principal, user_id: UUID) -> DirectoryEntry:
        """Answer a user.

        Raises:
            UserNotFound.
        """
        entry = await self._directory.find(user_id)
        if entry is None or _scope(admin) not in {None, entry.tenant_id}:
            raise UserNotFound
        return entry

    async def set_roles(self, admin: Principal, user_id: UUID, roles: Sequence[str]) -> DirectoryEntry:
        """Replace a user's roles; they count from its next request on.

        Raises:
            UserNotFound, UnknownRole, PermissionDenied, LastAdmin.
        """
        before = await self._manageable(admin, user_id)
        for index, role in enumerate(roles):
            self._check_role(role, index)
            _no_more_than(admin, self._roles[role])
        await self._directory.set_roles(user_id, roles, self._seats)
        self._account_changed(user_id)
        detail = {"before": " ".join(before.roles), "after": " ".join(roles)}
        await self._record("user.roles_changed", admin, user_id, detail)
        return replace(before, roles=tuple(roles))

    async def disable(self, admin: Principal, user_id: UUID) -> DirectoryEntry:
        """End a user's sessions and refuse its logins.

        Raises:
            UserNotFound, PermissionDenied, LastAdmin.
        """
        await self._manageable(admin, user_id)
        await self._directory.disable(user_id, self._seats, self._clock())
        self._account_changed(user_id)
        await self._record("user.disabled", admin, user_id)
        return await self.user(admin, user_id)

    async def enable(self, admin: Principal, user_id: UUID) -> DirectoryEntry:
        """Let a disabled user log in again.

        Raises:
            UserNotFound, PermissionDenied.
        """
        entry = await self._manageable(admin, user_id)
        await self._directory.enable(user_id)
        self._account_changed(user_id)
        await self._record("user.enabled", admin, user_id)
        return replace(entry, disabled_at=None)

    async def end_sessions(self, admin: Principal, user_id: UUID) -> None:
        """Log a user out everywhere.

        Raises:
            UserNotFound, PermissionDenied.
        """
        await self._manageable(admin, user_id)
        await self._directory.end_sessions(user_id, self._clock())
        self._account_changed(user_id)
        await self._record("user.sessions_ended", admin, user_id)

    async def reset_factors(self, admin: Principal, user_id: UUID) -> None:
        """Take a user's second factors away and log it out everywhere; it is told by mail. Not for the admin itself.

        Raises:
            UserNotFound, PermissionDenied, Overloaded.
        """
        entry = await self._manageable(admin, user_id)
        if user_id == admin.user_id:
            # Who has an admin's session, and no more, must not get around the proofs that removing a factor takes.
            raise PermissionDenied(USERS_MANAGE)
        await self._remove_factors(
            entry, SecurityEvent(kind="second_factor.reset", user_id=user_id, actor_id=admin.user_id)
        )

    async def reset_factors_of(self, email: str) -> None:
        """Take a user's second factors away, asked for by who operates the service; see `reset_factors`.

        Raises:
            InvalidEmail, UserNotFound, Overloaded.
        """
        entry = await self._directory.find_by_email_key(parse_email(email).key)
        if entry is None:
            raise UserNotFound
        event = SecurityEvent(kind="second_factor.reset", user_id=entry.user_id, detail={"by": "command"})
        await self._remove_factors(entry, event)

    async def grant_role(self, email: str, role: str) -> DirectoryEntry:
        """Give a role to a user, asked for by who operates the service: this is how there comes to be a first admin.

        Raises:
            InvalidEmail, UnknownRole, UserNotFound.
        """
        self._check_role(role, 0)
        entry = await self._directory.find_by_email_key(parse_email(email).key)
        if entry is None:
            raise UserNotFound
        roles = (*entry.roles, *({role} - set(entry.roles)))
        await self._directory.set_roles(entry.user_id, roles, self._seats)
        self._account_changed(entry.user_id)
        detail = {"before": " ".join(entry.roles), "after": " ".join(roles), "by": "command"}
        await self._audit.record(SecurityEvent(kind="user.roles_changed", user_id=entry.user_id, detail=detail))
        return replace(entry, roles=roles)

    async def audit_events(self, admin: Principal, query: AuditQuery) -> Sequence[RecordedEvent]:
        """Answer security events that the admin may see, the latest first; the query's tenant does not count."""
        return await self._audit_log.find(replace(query, tenant_id=_scope(admin)))

    async def _remove_factors(self, entry: DirectoryEntry, event: SecurityEvent) -> None:
        await self._directory.remove_factors(entry.user_id, self._clock())
        self._account_changed(entry.user_id)
        await self._audit.record(event)
        self._notices.post("second_factors_reset", lambda letters: letters.second_factors_reset(entry.email))

    def _check_role(self, role: str, index: int) -> None:
        if role not in self._roles:
            raise UnknownRole(role, index)

    async def _manageable(self, admin: Principal, user_id: UUID) -> DirectoryEntry:
        entry = await self.user(admin, user_id)
        _no_more_than(admin, self.permissions_of(entry))
        return entry

    async def _record(
        self, kind: str, admin: Principal, user_id: UUID, detail: Mapping[str, str] | None = None
    ) -> None:
        await self._audit.record(SecurityEvent(kind=kind, user_id=user_id, actor_id=admin.user_id, detail=detail or {}))


def _scope(admin: Principal) -> UUID | None:
    return None if PLATFORM_MANAGE in admin.permissions else admin.tenant_id


def _no_more_than(admin: Principal, permissions: Sequence[str]) -> None:
    for permission in permissions:
        if permission not in admin.permissions:
            raise PermissionDenied(permission)
