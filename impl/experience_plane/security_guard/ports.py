"""The abstractions behind Security Guard, and beside them the exceptions they raise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from experience_plane.errors import ExperiencePlaneError, FieldError
from experience_plane.security_guard.principal import Authenticated, LoginOutcome, Principal, User


class EmailTaken(ExperiencePlaneError):
    """Another account has this e-mail address."""

    default_detail = "An account with this e-mail address exists already."


class InvalidCredentials(ExperiencePlaneError):
    """No account has this e-mail address and password; which of the two is wrong is not told."""

    default_detail = "The e-mail address or the password is wrong."


class InvalidRefreshToken(ExperiencePlaneError):
    """The refresh token is unknown, expired, used before, or its session has ended."""

    default_detail = "The refresh token is not valid; log in again."


class Unauthenticated(ExperiencePlaneError):
    """No believable access token. `reason` says why, for the log only."""

    default_detail = "A valid access token is required."

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason

    def __str__(self) -> str:
        return self.reason or self.public_detail


class SessionNotFound(ExperiencePlaneError):
    """The user has no such session, or it has ended."""

    default_detail = "There is no such session."


class InvalidTicket(ExperiencePlaneError):
    """The ticket is unknown, expired, redeemed before, or its session has ended."""

    default_detail = "The ticket is not valid; tickets work once, and only for a short time."


class WrongPassword(ExperiencePlaneError):
    """Who is logged in gave another password than the current one."""

    default_detail = "This is not your current password."

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("/current_password", self.default_detail),))


class ReauthenticationRequired(ExperiencePlaneError):
    """What was asked for needs the current password, or a login in the last few minutes."""

    default_detail = "This needs your current password, or a login in the last few minutes."


class InvalidCode(ExperiencePlaneError):
    """The mailed code is unknown, expired, used before, or replaced by a newer one."""

    default_detail = "The code is not valid any more; ask for a new one."


class PasswordRejected(ExperiencePlaneError):
    """The new password breaks a rule; `public_detail` names the rule, `pointer` the field."""

    def __init__(self, reason: str, pointer: str = "/password") -> None:
        super().__init__(reason, errors=(FieldError(pointer, reason),))


class InvalidEmail(ExperiencePlaneError):
    """The e-mail address cannot be one; `public_detail` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, errors=(FieldError("/email", reason),))


class InvalidUpgrade(ExperiencePlaneError):
    """What should be a guest's access token is none that can be believed."""

    default_detail = "This is not a valid access token of a guest."

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("/upgrade", self.default_detail),))


class GuestsNotAllowed(ExperiencePlaneError):
    """This service serves only people with an account."""

    default_detail = "Register or log in; this service is not for guests."


class InvalidName(ExperiencePlaneError):
    """The name is empty, too long or holds control characters."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, errors=(FieldError("/name", reason),))


class Overloaded(ExperiencePlaneError):
    """More work waits than the service lets wait; `retry_after` is in seconds."""

    default_detail = "The service is busy; try again shortly."

    def __init__(self, retry_after: float) -> None:
        super().__init__(retry_after=retry_after)


class TooManyRequests(ExperiencePlaneError):
    """The caller has used up its allowance; `retry_after` is in seconds."""

    default_detail = "Too many requests; try again later."

    def __init__(self, retry_after: float) -> None:
        super().__init__(retry_after=retry_after)


class PermissionDenied(ExperiencePlaneError):
    """The caller is known and lacks `permission`."""

    default_detail = "You do not have the permission that this needs."

    def __init__(self, permission: str) -> None:
        super().__init__()
        self.permission = permission

    def __str__(self) -> str:
        return f"missing permission {self.permission}"


class NotSupported(ExperiencePlaneError):
    """The configured identity provider does not do this here; `public_detail` says where it is done."""

    default_detail = "The configured identity provider does not offer this here."


class EmailUnconfirmed(ExperiencePlaneError):
    """Nobody gets in, here or at the external provider, before the user has confirmed the e-mail address."""

    default_detail = "The e-mail address waits to be confirmed: follow the link in the mail, then log in."


class ProviderUnavailable(ExperiencePlaneError):
    """An external identity provider does not answer, or answers what cannot be believed. `reason` is for the log."""

    default_detail = "The identity provider does not answer as it should; try again shortly."

    def __init__(self, reason: str, retry_after: float = 5.0) -> None:
        super().__init__(retry_after=retry_after)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class AuthenticationPort(Protocol):
    """Accounts, logins and access tokens. Tokens come out of the same call that authenticates.

    An implementation that only verifies tokens raises `NotSupported` where the issuer does the work; one over a network
    may raise `ProviderUnavailable` anywhere.
    """

    async def register_user(self, *, name: str, email: str, password: str) -> Authenticated:
        """Create an account with its tenant and log it in.

        Raises:
            EmailTaken, InvalidEmail, InvalidName, PasswordRejected: what was sent cannot be registered.
            Overloaded: too many passwords wait to be hashed.
        """
        ...

    async def login(self, *, email: str, password: str) -> LoginOutcome:
        """Start a session, or ask for the second factor of an account that has one.

        Raises:
            InvalidCredentials: the same, after the same work, for an unknown address and a wrong password.
            EmailUnconfirmed: the password is right, but this service requires verified addresses.
            Overloaded: too many passwords wait to be hashed.
        """
        ...

    async def refresh(self, refresh_token: str) -> Authenticated:
        """Exchange a refresh token for its successor and a new access token.

        Raises:
            InvalidRefreshToken: also ends the session when the token was exchanged before.
        """
        ...

    async def end_session(self, session_id: UUID) -> None:
        """End a login: neither its refresh tokens nor its access tokens work on the next request. Idempotent."""
        ...

    async def verify_access_token(self, access_token: str) -> Principal:
        """Answer whom the token stands for, if its session lives.

        Raises:
            Unauthenticated: for whatever reason the token is not believed.
        """
        ...

    async def current_user(self, principal: Principal) -> User:
        """Answer the principal's user as stored now.

        Raises:
            Unauthenticated: the session has ended or the account is gone.
        """
        ...

    def json_web_key_set(self) -> Mapping[str, Any]:
        """The public keys that verify access tokens (RFC 7517, section 5)."""
        ...

    async def close(self) -> None:
        """Free threads and connections."""
        ...


class AuthorizationPort(Protocol):
    """What roles allow."""

    async def permissions_of(self, roles: Sequence[str]) -> tuple[str, ...]:
        """Answer the permissions of these roles together, sorted; an unknown role adds none."""
        ...


@dataclass(frozen=True, slots=True)
class TenantAssignment:
    """The tenant that a new account lives in, and its roles there."""

    tenant_id: UUID
    tenant_name: str
    roles: tuple[str, ...]


class TenancyPort(Protocol):
    """Where a new account belongs."""

    async def assign_tenant(self, *, user_id: UUID, user_name: str) -> TenantAssignment:
        """Choose the tenant and roles of an account about to be created."""
        ...
