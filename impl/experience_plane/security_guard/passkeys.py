"""Passkeys: what is kept of them, and of the challenges that they answer (Web Authentication, W3C).

A passkey signs a challenge that we made. A challenge works once, for a short time, for one purpose, and only for the
session or the login that asked for it; only its digest is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from experience_plane.errors import ExperiencePlaneError, FieldError
from experience_plane.security_guard.principal import SecondFactorMethod

ChallengePurpose = Literal["register", "sign_in", "second_factor"]
UNBOUND = b""
"""What the challenge of a sign-in is bound to: nobody is known yet."""


class PasskeyNotFound(ExperiencePlaneError):
    """The user has no such passkey."""

    default_detail = "There is no such passkey."


class PasskeyTaken(ExperiencePlaneError):
    """The credential is registered already, here or with another account."""

    default_detail = "This passkey is registered already."


class TooManyPasskeys(ExperiencePlaneError):
    """The account has as many passkeys as it may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"An account has at most {limit} passkeys; delete one first.")


class PasskeyRejected(ExperiencePlaneError):
    """What the browser made cannot be registered. `reason` is for the log only."""

    default_detail = "The passkey cannot be registered; start again."

    def __init__(self, reason: str) -> None:
        super().__init__(errors=(FieldError("/credential", self.default_detail),))
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class PasskeyRefused(ExperiencePlaneError):
    """Nobody gets in with this. Why is for the log only: an unknown key and a disabled account look the same."""

    default_detail = "The passkey is not accepted; start again, or log in another way."

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A credential of an account."""

    passkey_id: UUID
    user_id: UUID
    credential_id: bytes
    public_key: bytes
    """As the authenticator gave it: a COSE key (RFC 9052)."""
    sign_count: int
    """What the authenticator's counter stood at when it last signed; 0 where it does not count."""
    transports: tuple[str, ...]
    """How browsers may reach the authenticator."""
    backup_eligible: bool
    """Whether it may be synchronised to other devices, which never changes."""
    backed_up: bool
    name: str
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge about to be stored, by digest only."""

    digest: bytes
    purpose: ChallengePurpose
    bound_to: bytes
    """What it belongs to besides: a session, a login that waits for its second factor, or nothing."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Added:
    """A passkey counts: the sessions that ended with that, and whether the recovery codes that came with it do, too."""

    ended_sessions: Sequence[UUID]
    recovery_codes_stored: bool


class PasskeyStore(Protocol):
    """Passkeys, unique by credential id, and challenges, each of which is taken once. Every method is atomic.

    A change of a factor ends all other sessions of the account, and all logins that wait for their second factor.
    """

    async def add_challenge(self, challenge: Challenge, now: datetime) -> None:
        """Store a challenge, and forget those that expired before `now`."""
        ...

    async def take_challenge(self, digest: bytes, now: datetime) -> Challenge | None:
        """Remove a challenge and answer it, unless expired; of parallel callers exactly one gets it."""
        ...

    async def add(
        self, passkey: Passkey, *, limit: int, recovery_digests: Sequence[bytes], keep_session: UUID
    ) -> Added:
        """Store a passkey; whatever happens at the same time, the account has at most `limit`.

        The recovery codes are stored if this is the account's first factor.

        Raises:
            PasskeyTaken, TooManyPasskeys.
        """
        ...

    async def of_user(self, user_id: UUID) -> Sequence[Passkey]:
        """Answer the user's passkeys, the oldest first."""
        ...

    async def find(self, credential_id: bytes) -> Passkey | None:
        """Answer the passkey with this credential id."""
        ...

    async def rename(self, user_id: UUID, passkey_id: UUID, name: str) -> Passkey | None:
        """Name a passkey of the user anew; None when there is none."""
        ...

    async def remove(
        self, user_id: UUID, passkey_id: UUID, *, keep_session: UUID, now: datetime
    ) -> Sequence[UUID] | None:
        """Remove a passkey of the user, and with the account's last factor its recovery codes.

        Answers the sessions that ended. None: there is no such passkey (any more).
        """
        ...

    async def record_use(self, passkey_id: UUID, *, sign_count: int, backed_up: bool, now: datetime) -> bool:
        """Remember what the authenticator said when it signed.

        False, and nothing is stored, when its counter has not gone on (WebAuthn, section 6.1.1): either that is a copy
        of the authenticator, or somebody signs twice at once. Authenticators that do not count always say 0.
        """
        ...


class PasskeyFactor:
    """Passkeys as a kind of second factor: whoever has one is asked for it beside a password."""

    def __init__(self, store: PasskeyStore) -> None:
        self._store = store

    async def methods_of(self, user_id: UUID) -> Sequence[SecondFactorMethod]:
        """See `Factor.methods_of`."""
        return ("passkey",) if await self._store.of_user(user_id) else ()
