"""The built-in answers to where an account belongs and what its roles allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from experience_plane.security_guard.ports import TenantAssignment

GUEST_ROLE = "guest"
AGENTS_TALK = "agents.talk"
LIAISONS_CONSULT = "liaisons.consult"
"""To be answered by a liaison of a realm, and not by the guide alone."""
CONVERSATIONS_READ = "conversations.read"
ACCOUNT_MANAGE = "account.manage"
"""To change one's own credentials and sessions; personal access tokens never have it."""
ACCESS_TOKENS_MANAGE = "access_tokens.manage"
"""To create and revoke one's personal access tokens; personal access tokens never have it."""
SESSION_END = "session.end"
"""To log out; personal access tokens never have it."""
USERS_READ = "users.read"
USERS_MANAGE = "users.manage"
AUDIT_READ = "audit.read"
PLATFORM_MANAGE = "platform.manage"
"""To do across all tenants what the other permissions allow in one's own."""

NOT_GRANTABLE = frozenset({ACCOUNT_MANAGE, ACCESS_TOKENS_MANAGE, SESSION_END})
"""What no personal access token may do, whatever its scopes say: all that manages credentials and logins."""

DEFAULT_ROLE = "member"
_GUEST = (AGENTS_TALK, CONVERSATIONS_READ, SESSION_END)
_MEMBER = (*_GUEST, LIAISONS_CONSULT, ACCOUNT_MANAGE, ACCESS_TOKENS_MANAGE)
_ADMIN = (*_MEMBER, USERS_READ, USERS_MANAGE, AUDIT_READ)
ROLE_PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    GUEST_ROLE: _GUEST,
    DEFAULT_ROLE: _MEMBER,
    "admin": _ADMIN,
    "platform_admin": (*_ADMIN, PLATFORM_MANAGE),
}
"""The roles there are. A change counts from the next start on, for tokens issued before it too."""


def seats_of(roles: Mapping[str, tuple[str, ...]] = ROLE_PERMISSIONS) -> tuple[str, ...]:
    """Answer the roles that allow to manage a tenant's users: a tenant with somebody who has one keeps somebody."""
    return tuple(role for role, permissions in roles.items() if USERS_MANAGE in permissions)


class RolePermissions:
    """Authorization by a fixed table from role to permissions."""

    def __init__(self, permissions_by_role: Mapping[str, tuple[str, ...]] = ROLE_PERMISSIONS) -> None:
        self._permissions_by_role = permissions_by_role

    async def permissions_of(self, roles: Sequence[str]) -> tuple[str, ...]:
        """Answer the permissions of these roles together, sorted; an unknown role adds none."""
        return tuple(sorted({permission for role in roles for permission in self._permissions_by_role.get(role, ())}))


class PersonalWorkspaces:
    """Tenancy where every new account gets a workspace of its own."""

    async def assign_tenant(self, *, user_id: UUID, user_name: str) -> TenantAssignment:  # noqa: ARG002
        """Answer a new tenant named after the user."""
        return TenantAssignment(tenant_id=uuid4(), tenant_name=f"{user_name}'s workspace", roles=(DEFAULT_ROLE,))
