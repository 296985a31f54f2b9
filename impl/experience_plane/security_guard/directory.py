"""The accounts of a tenant as admins manage them: the storage port, and the exceptions it raises."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from experience_plane.errors import ExperiencePlaneError, FieldError


class UserNotFound(ExperiencePlaneError):
    """The user does not exist, or not in the tenant of who asks."""

    default_detail = "There is no such user."


class LastAdmin(ExperiencePlaneError):
    """The tenant would be left with nobody who may manage its users."""

    default_detail = "This is the last admin of the tenant; make somebody else an admin first."


class UnknownRole(ExperiencePlaneError):
    """A role that is not in the table of roles."""

    def __init__(self, role: str, index: int) -> None:
        super().__init__(f"There is no role {role}.", errors=(FieldError(f"/roles/{index}", f"no role {role}"),))


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A user in its tenant."""

    user_id: UUID
    tenant_id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None
    email_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryQuery:
    """Which users are asked for, by e-mail key; `tenant_id` None means of all tenants."""

    tenant_id: UUID | None
    limit: int
    email_prefix: str = ""
    after: str | None = None
    """Only users whose e-mail key is greater."""


class UserDirectory(Protocol):
    """Accounts, found and changed. `seats` are the roles of which a tenant that has one keeps one."""

    async def find(self, user_id: UUID) -> DirectoryEntry | None:
        """Answer a user."""
        ...

    async def find_by_email_key(self, email_key: str) -> DirectoryEntry | None:
        """Answer the user with this e-mail key."""
        ...

    async def list(self, query: DirectoryQuery) -> Sequence[DirectoryEntry]:
        """Answer users by e-mail key."""
        ...

    async def set_roles(self, user_id: UUID, roles: Sequence[str], seats: Collection[str]) -> None:
        """Replace a user's roles.

        Raises:
            LastAdmin: of parallel callers as many get through as leave one.
        """
        ...

    async def disable(self, user_id: UUID, seats: Collection[str], now: datetime) -> None:
        """Disable a user, unless it is already, and end its sessions.

        Raises:
            LastAdmin: see `set_roles`.
        """
        ...

    async def enable(self, user_id: UUID) -> None:
        """Enable a user again."""
        ...

    async def end_sessions(self, user_id: UUID, now: datetime) -> None:
        """End every session of a user."""
        ...

    async def remove_factors(self, user_id: UUID, now: datetime) -> None:
        """Remove a user's second factors, recovery codes and waiting logins, and end its sessions."""
        ...
