"""What the local implementation of identity keeps, as narrow storage ports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from experience_plane.security_guard.audit import AuditLog, AuditTrail
from experience_plane.security_guard.device import UNKNOWN_DEVICE, Device
from experience_plane.security_guard.directory import UserDirectory
from experience_plane.security_guard.factor_storage import AuthenticatorAppStore, ChallengeStore, RecoveryCodeStore
from experience_plane.security_guard.passkeys import PasskeyStore
from experience_plane.security_guard.personal_token_store import PersonalTokenStore
from experience_plane.security_guard.ports import TenantAssignment
from experience_plane.security_guard.principal import Principal, User

CodePurpose = Literal["verify_email", "change_email", "reset_password"]
SessionEnd = Literal[
    "logout", "refresh_token_reuse", "ended_by_user", "password_changed", "password_reset", "factor_changed"
]


@dataclass(frozen=True, slots=True)
class Account:
    """A user with the tenant it works in and its roles there."""

    user_id: UUID
    email: str
    name: str
    tenant_id: UUID
    roles: tuple[str, ...]
    disabled: bool = False
    """An admin has disabled it: nobody logs in to it."""
    email_verified: bool = False
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class NewAccount:
    """All rows of an account, written in one transaction."""

    user_id: UUID
    email: str
    email_key: str
    name: str
    password_hash: str
    tenant: TenantAssignment
    created_at: datetime
    email_verified_at: datetime | None = None
    """When the address was proven, if it was by somebody else before the account came to be."""
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class PasswordAccount:
    """An account with the hash that its password is checked against."""

    account: Account
    password_hash: str


@dataclass(frozen=True, slots=True)
class NewSession:
    """A login about to be stored."""

    session_id: UUID
    user_id: UUID
    started_at: datetime
    expires_at: datetime | None = None
    """When the session ends however much it is used; None: never."""
    device: Device = UNKNOWN_DEVICE
    password_hash: str | None = field(default=None, repr=False)
    """What the password of this login was checked against; None where none was."""


class PasswordReplacedMeanwhile(Exception):
    """The account has another password hash than the one that a login was checked against."""


@dataclass(frozen=True, slots=True)
class NewRefreshToken:
    """A refresh token about to be stored, by digest only."""

    digest: bytes
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A refresh token is presented, by its digest, to be exchanged for `successor`, which is derived from `seed`."""

    digest: bytes
    seed: bytes
    successor: NewRefreshToken
    now: datetime
    grace: timedelta
    """How long after its exchange a token may be presented again; it then gets the successor that it got before."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """The refresh token was exchanged, now or within the grace period, for the successor that `seed` makes."""

    session_id: UUID
    account: Account
    seed: bytes


@dataclass(frozen=True, slots=True)
class Reused:
    """The refresh token had been exchanged before; its session has now ended."""

    session_id: UUID


@dataclass(frozen=True, slots=True)
class StoredSigningKey:
    """A private key that signs access tokens. `generation` counts from 1; the highest one that may sign does."""

    kid: str
    generation: int
    algorithm: str
    private_key_pem: str
    created_at: datetime
    not_after: datetime | None
    """When its tokens stop being believed; None while that is open."""
    signs_from: datetime | None = None
    """When it may sign: it is published before. None: from the beginning."""

    def __repr__(self) -> str:
        return f"StoredSigningKey(kid={self.kid!r}, generation={self.generation})"


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session that lives."""

    session_id: UUID
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime | None
    device: Device


@dataclass(frozen=True, slots=True)
class NewCode:
    """A mailed code about to be stored, by digest only. It proves that whoever has it reads mail to `email`."""

    digest: bytes
    purpose: CodePurpose
    user_id: UUID
    email: str
    email_key: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EmailVerified:
    """A code was used up: the account as it is now, and the address it had before if that was another."""

    account: Account
    former_email: str | None


@dataclass(frozen=True, slots=True)
class PasswordReplaced:
    """The password is another: the account, and the sessions that ended with the old one."""

    account: Account
    ended_sessions: Sequence[UUID]


class AccountStore(Protocol):
    """Accounts, unique by e-mail key."""

    async def add(self, account: NewAccount) -> None:
        """Store an account with its tenant and membership, all or nothing.

        Raises:
            EmailTaken: an account has this e-mail key; of parallel callers exactly one gets through.
        """
        ...

    async def find_by_email_key(self, email_key: str) -> PasswordAccount | None:
        """Answer the account with this e-mail key."""
        ...


class AccountLifecycleStore(Protocol):
    """Codes, passwords and addresses of existing accounts. Every method is atomic."""

    async def find(self, user_id: UUID) -> PasswordAccount | None:
        """Answer the account."""
        ...

    async def put_code(self, code: NewCode, now: datetime) -> bool:
        """Store a code in place of the user's last one for the purpose; False when there is no such user any more."""
        ...

    async def find_code_account(self, digest: bytes, purpose: CodePurpose, now: datetime) -> Account | None:
        """Answer whose code this is, if it could be used now. Uses nothing up."""
        ...

    async def verify_email(self, digest: bytes, now: datetime) -> EmailVerified | None:
        """Use a verify_email or change_email code up: of parallel callers exactly one gets an answer.

        A changed address ends the user's other codes, which went to the old one. None: the code is not good (any more).

        Raises:
            EmailTaken: the new address has an account by now; the code stays.
        """
        ...

    async def reset_password(self, digest: bytes, password_hash: str, now: datetime) -> PasswordReplaced | None:
        """Use a reset_password code up, set the password, verify the address, end all sessions and codes of the user.

        Personal access tokens end too.

        Of parallel callers exactly one gets an answer. None: the code is not good (any more).
        """
        ...

    async def change_password(
        self, user_id: UUID, *, old_hash: str, new_hash: str, keep_session: UUID, now: datetime
    ) -> PasswordReplaced | None:
        """Set the password, end all other sessions and all codes of the user. None: `old_hash` is not the hash.

        Personal access tokens go on.
        """
        ...

    async def rehash(self, user_id: UUID, *, old_hash: str, new_hash: str) -> None:
        """Store the same password's new hash, unless the password was changed in the meantime."""
        ...

    async def delete(self, user_id: UUID, *, password_hash: str, seats: Collection[str]) -> Sequence[UUID] | None:
        """Remove the user with sessions, codes, conversations and a tenant that is nobody else's.

        Answers the sessions that ended. None: `password_hash` is not the hash (any more), or there is no such user.

        Raises:
            LastAdmin: the user has the last of the `seats` of a tenant with other members; see `UserDirectory`.
        """
        ...


class GuestStore(Protocol):
    """Guests: users without an account, who own conversations for a while."""

    async def carry_over(self, guest: Principal, user: User, now: datetime) -> Sequence[UUID] | None:
        """Give a guest's conversations to a user with an account and remove the guest, all or nothing.

        Answers the guest's sessions, which ended. None: guest or user is no more, or the guest's session has ended; of
        parallel callers exactly one gets an answer.
        """
        ...

    async def delete_idle(self, unused_since: datetime, limit: int) -> int:
        """Remove at most `limit` guests with their conversations; answer how many were there."""
        ...


class SessionStore(Protocol):
    """Sessions and their refresh tokens: one session is one refresh token family."""

    async def start(self, session: NewSession, refresh_token: NewRefreshToken) -> None:
        """Store a session with its first refresh token.

        Either the session begins before a change of the password and is ended by it, or it does not begin.

        Raises:
            PasswordReplacedMeanwhile: the session's password hash is not the account's (any more).
        """
        ...

    async def rotate(self, rotation: Rotation) -> Rotated | Reused | None:
        """Exchange a refresh token, once; of parallel callers all within the grace period get the same successor.

        A token that was exchanged before that ends its session. None: unknown, expired, or its session has ended.
        """
        ...

    async def end(self, session_id: UUID, reason: SessionEnd, now: datetime) -> None:
        """End a session. Idempotent: the first reason stays."""
        ...

    async def find_start(self, session_id: UUID) -> datetime | None:
        """Answer when the session began with a login."""
        ...

    async def find_live_account(self, session_id: UUID, now: datetime) -> Account | None:
        """Answer the account whose session this is, unless that has ended or expired."""
        ...

    async def list_live(self, user_id: UUID, now: datetime, limit: int) -> Sequence[StoredSession]:
        """Answer the user's sessions that can still be used, the one used last first."""
        ...

    async def end_of_user(
        self, user_id: UUID, reason: SessionEnd, now: datetime, *, only: UUID | None = None, but: UUID | None = None
    ) -> Sequence[UUID]:
        """End the user's sessions: all, `only` one, or all `but` one. Answer those that lived until now.

        Those of personal access tokens go on.
        """
        ...

    async def live_among(self, session_ids: Collection[UUID], now: datetime) -> Collection[UUID]:
        """Answer which of these sessions have neither ended nor expired, in one query."""
        ...


class SigningKeyStore(Protocol):
    """The private keys that sign access tokens."""

    async def add(self, key: StoredSigningKey) -> bool:
        """Store a key; False when its generation exists already. Of parallel callers exactly one gets True."""
        ...

    async def replace(self, key: StoredSigningKey, retire_at: datetime) -> bool:
        """Store a key as `add` does, and let each older one be believed until `retire_at` at the longest."""
        ...

    async def all(self) -> Sequence[StoredSigningKey]:
        """Answer the keys by generation, oldest first."""
        ...


class TicketStore(Protocol):
    """Tickets not yet redeemed."""

    async def add(self, digest: bytes, principal: Principal, expires_at: datetime, now: datetime) -> None:
        """Store a ticket, and forget those that expired before `now`."""
        ...

    async def take(self, digest: bytes, now: datetime) -> Principal | None:
        """Remove the ticket and answer its principal, unless expired; of parallel callers exactly one gets it."""
        ...


@dataclass(frozen=True, slots=True)
class IdentityStores:
    """The storage ports together, as one adapter provides them."""

    accounts: AccountStore
    sessions: SessionStore
    signing_keys: SigningKeyStore
    tickets: TicketStore
    directory: UserDirectory
    audit_log: AuditLog
    audit_trail: AuditTrail
    account_lifecycle: AccountLifecycleStore
    guests: GuestStore
    personal_tokens: PersonalTokenStore
    challenges: ChallengeStore
    authenticator_apps: AuthenticatorAppStore
    recovery_codes: RecoveryCodeStore
    passkeys: PasskeyStore
