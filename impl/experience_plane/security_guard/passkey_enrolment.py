"""Passkeys added, named and deleted by their users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID, uuid4

from experience_plane.clock import Clock
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.correspondence import Notices
from experience_plane.security_guard.names import parse_name
from experience_plane.security_guard.passkey_ceremonies import Ceremonies, CeremonyFailed, NewCredential
from experience_plane.security_guard.passkey_challenges import PasskeyChallenges
from experience_plane.security_guard.passkeys import (
    Passkey,
    PasskeyNotFound,
    PasskeyRejected,
    PasskeyStore,
    TooManyPasskeys,
)
from experience_plane.security_guard.principal import Principal, User
from experience_plane.security_guard.reauthentication import FreshReauthentication
from experience_plane.security_guard.recovery_codes import new_recovery_codes, recovery_code_digests
from experience_plane.security_guard.sessions import Sessions


class Authentication(Protocol):
    """The part of the built-in authentication that knows users and their sessions."""

    @property
    def sessions(self) -> Sessions: ...

    async def current_user(self, principal: Principal) -> User: ...


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey that counts; with an account's first factor come recovery codes."""

    passkey: Passkey
    recovery_codes: Sequence[str] = field(repr=False)


class PasskeyEnrolment:
    """What users do with their passkeys, besides signing in."""

    def __init__(
        self,
        *,
        store: PasskeyStore,
        ceremonies: Ceremonies,
        challenges: PasskeyChallenges,
        authentication: Authentication,
        reauthentication: FreshReauthentication,
        recent_login: FreshReauthentication,
        notices: Notices,
        max_per_account: int,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        self._store = store
        self._ceremonies = ceremonies
        self._challenges = challenges
        self._authentication = authentication
        self._reauthentication = reauthentication
        self._recent_login = recent_login
        self._notices = notices
        self._max_per_account = max_per_account
        self._audit = audit
        self._clock = clock

    async def options(self, principal: Principal, *, current_password: str | None) -> Mapping[str, Any]:
        """What the browser is to make; it can be answered once, in the same session.

        Raises:
            TooManyPasskeys, ReauthenticationRequired, WrongPassword, Overloaded.
        """
        await self._reauthentication.require(principal, current_password)
        present = await self._store.of_user(principal.user_id)
        if len(present) >= self._max_per_account:
            raise TooManyPasskeys(self._max_per_account)
        user = await self._authentication.current_user(principal)
        challenge = await self._challenges.issue("register", principal.session_id.bytes)
        return self._ceremonies.creation_options(user, challenge, present)

    async def register(self, principal: Principal, *, name: str, credential: Mapping[str, Any]) -> Registered:
        """Let a passkey count from now on, and end all other sessions.

        Raises:
            InvalidName, PasskeyRejected, PasskeyTaken, TooManyPasskeys.
        """
        parsed_name = parse_name(name)
        try:
            challenge = await self._challenges.redeem(credential, "register", principal.session_id.bytes)
            made = self._ceremonies.verify_registration(credential, challenge)
        except CeremonyFailed as error:
            raise PasskeyRejected(str(error)) from error
        passkey, codes = self._passkey(principal, parsed_name, made), new_recovery_codes()
        added = await self._store.add(
            passkey,
            limit=self._max_per_account,
            recovery_digests=recovery_code_digests(codes),
            keep_session=principal.session_id,
        )
        await self._changed("passkey.registered", principal, passkey.passkey_id, added.ended_sessions)
        return Registered(passkey, codes if added.recovery_codes_stored else ())

    async def list(self, principal: Principal) -> Sequence[Passkey]:
        """Answer the user's passkeys, the oldest first."""
        return await self._store.of_user(principal.user_id)

    async def rename(self, principal: Principal, passkey_id: UUID, name: str) -> Passkey:
        """Name a passkey anew.

        Raises:
            InvalidName, PasskeyNotFound.
        """
        renamed = await self._store.rename(principal.user_id, passkey_id, parse_name(name))
        if renamed is None:
            raise PasskeyNotFound
        return renamed

    async def delete(self, principal: Principal, passkey_id: UUID) -> None:
        """Accept a passkey no more, and end all other sessions.

        The password alone is not enough: it takes a recent login, which had to give a second factor, too.

        Raises:
            ReauthenticationRequired, PasskeyNotFound.
        """
        await self._recent_login.require(principal, None)
        ended = await self._store.remove(
            principal.user_id, passkey_id, keep_session=principal.session_id, now=self._clock()
        )
        if ended is None:
            raise PasskeyNotFound
        await self._changed("passkey.deleted", principal, passkey_id, ended)

    def _passkey(self, principal: Principal, name: str, made: NewCredential) -> Passkey:
        return Passkey(
            passkey_id=uuid4(),
            user_id=principal.user_id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=made.transports,
            backup_eligible=made.backup_eligible,
            backed_up=made.backed_up,
            name=name,
            created_at=self._clock(),
        )

    async def _changed(self, kind: str, principal: Principal, passkey_id: UUID, ended: Sequence[UUID]) -> None:
        for session_id in ended:
            self._authentication.sessions.forget(session_id)
        detail = {"passkey_id": str(passkey_id), "sessions_ended": str(len(ended))}
        await self._audit.record(
            SecurityEvent(kind=kind, user_id=principal.user_id, session_id=principal.session_id, detail=detail)
        )
        to = (await self._authentication.current_user(principal)).email
        self._notices.post(
            kind,
            lambda letters: letters.passkey_added(to) if kind == "passkey.registered" else letters.passkey_deleted(to),
        )
