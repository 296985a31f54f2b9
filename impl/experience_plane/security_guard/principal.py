"""Who is calling, and what the guard hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

SecondFactorMethod = Literal["totp", "recovery_code", "passkey"]
"""What can be given beside the first factor, as the contract names it."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The authenticated caller of one request or socket, with the roles and permissions of that moment."""

    user_id: UUID
    tenant_id: UUID
    session_id: UUID
    """The login behind it, or the personal access token, which is a session of its own."""
    roles: tuple[str, ...]
    permissions: tuple[str, ...]
    """What the caller may do; no more than `scopes` where there are any."""
    expires_at: datetime
    """When the access token behind it stops being believed (aware, UTC)."""
    scopes: tuple[str, ...] | None = None
    """What a personal access token is limited to, whatever its user may do; None where no such token is behind it."""


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account, as clients see it."""

    user_id: UUID
    tenant_id: UUID
    email: str
    """Empty where `anonymous`."""
    name: str
    roles: tuple[str, ...]
    permissions: tuple[str, ...]
    email_verified: bool = False
    anonymous: bool = False
    """A guest, who has no account."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token and the refresh token that buys the next one."""

    access_token: str
    refresh_token: str
    expires_in: int
    """Seconds that the access token lives (RFC 6749, section 5.1)."""

    def __repr__(self) -> str:
        return f"TokenPair(<secret>, <secret>, expires_in={self.expires_in})"


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The outcome of register, login and refresh: the user and the tokens, from one call."""

    user: User
    tokens: TokenPair


@dataclass(frozen=True, slots=True)
class SecondFactorRequired:
    """The first factor is right, and the account has a second one: whoever has it answers the challenge with it."""

    challenge: str
    methods: tuple[SecondFactorMethod, ...]
    """What the account can give, any one of them."""
    expires_at: datetime

    def __repr__(self) -> str:
        return f"SecondFactorRequired(<secret>, {self.methods!r}, expires_at={self.expires_at.isoformat()})"


LoginOutcome = Authenticated | SecondFactorRequired
"""What a login comes to: tokens, or the question for the second factor, and never both."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Opens one socket, once, before `expires_at` (aware, UTC)."""

    value: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Ticket(<secret>, expires_at={self.expires_at.isoformat()})"
