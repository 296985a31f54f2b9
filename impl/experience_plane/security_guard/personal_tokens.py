"""Personal access tokens: what lets a user's scripts in, with less than the user may do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from experience_plane.clock import Clock
from experience_plane.security_guard.access_policy import NOT_GRANTABLE
from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.bounded_cache import BoundedCache
from experience_plane.security_guard.names import parse_name
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.options import PersonalTokenOptions
from experience_plane.security_guard.personal_token_format import hint_of, is_personal_token, new_personal_token
from experience_plane.security_guard.personal_token_store import (
    AccessTokenNotFound,
    InvalidLifetime,
    InvalidScope,
    PersonalToken,
    PersonalTokenStore,
    TooManyAccessTokens,
)
from experience_plane.security_guard.ports import AuthorizationPort, Unauthenticated
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.sessions import Sessions


@dataclass(frozen=True, slots=True)
class CreatedToken:
    """A new token; `value` is the secret, known here and now only."""

    value: str
    token: PersonalToken

    def __repr__(self) -> str:
        return f"CreatedToken(<secret>, {self.token!r})"


class PersonalTokens:
    """Makes, believes and revokes personal access tokens.

    Each is a session without a refresh token, with the token's id: whatever ends a session ends the token, in every
    process, and closes its sockets.
    """

    def __init__(
        self,
        *,
        store: PersonalTokenStore,
        sessions: Sessions,
        authorization: AuthorizationPort,
        options: PersonalTokenOptions,
        audit: AuditTrail,
        clock: Clock,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._authorization = authorization
        self._options = options
        self._audit = audit
        self._clock = clock
        self._known: BoundedCache[bytes, PersonalToken] = BoundedCache(options.cache_size)
        self._used: BoundedCache[UUID, datetime] = BoundedCache(options.cache_size)

    async def create(
        self, principal: Principal, *, name: str, scopes: Sequence[str], lifetime: timedelta | None
    ) -> CreatedToken:
        """Make a token that lives for `lifetime`, or for as long as is usual.

        Raises:
            InvalidName, InvalidScope, InvalidLifetime, TooManyAccessTokens.
        """
        _check_scopes(scopes, principal.permissions)
        value, now = new_personal_token(), self._clock()
        token = PersonalToken(
            token_id=uuid4(),
            user_id=principal.user_id,
            name=parse_name(name),
            scopes=tuple(sorted(set(scopes))),
            hint=hint_of(value),
            created_at=now,
            expires_at=now + self._lifetime(lifetime),
        )
        if not await self._store.add(token, digest(value), self._options.limit):
            raise TooManyAccessTokens(self._options.limit)
        await self._record("access_token.created", token.user_id, token.token_id, {"scopes": " ".join(token.scopes)})
        return CreatedToken(value, token)

    async def list(self, principal: Principal) -> Sequence[PersonalToken]:
        """Answer the user's tokens that live, the newest first."""
        return await self._store.list_live(principal.user_id, self._clock())

    async def revoke(self, principal: Principal, token_id: UUID) -> None:
        """End a token; it is refused from the next request on.

        Raises:
            AccessTokenNotFound.
        """
        if not await self._store.revoke(principal.user_id, token_id, self._clock()):
            raise AccessTokenNotFound
        self._sessions.forget(token_id)
        await self._record("access_token.revoked", principal.user_id, token_id)

    async def authenticate(self, value: str) -> Principal:
        """Answer whom a token stands for, with what its scopes and its user's permissions have in common now.

        Raises:
            Unauthenticated: malformed, unknown, expired, revoked, or its user may not log in.
        """
        token = await self._find(value)
        account = await self._sessions.live_account(token.token_id)
        if account is None:
            raise Unauthenticated("personal access token ended")
        await self._note_use(token)
        permissions = await self._authorization.permissions_of(account.roles)
        return Principal(
            user_id=account.user_id,
            tenant_id=account.tenant_id,
            session_id=token.token_id,
            roles=account.roles,
            permissions=within(token.scopes, permissions),
            expires_at=token.expires_at,
            scopes=token.scopes,
        )

    async def _find(self, value: str) -> PersonalToken:
        if not is_personal_token(value):
            raise Unauthenticated("malformed personal access token")
        key = digest(value)
        token = self._known.get(key) or await self._store.find(key)
        if token is None:
            raise Unauthenticated("unknown personal access token")
        if token.expires_at <= self._clock():
            self._known.discard(key)
            raise Unauthenticated("personal access token expired")
        self._known.put(key, token)
        return token

    async def _note_use(self, token: PersonalToken) -> None:
        now = self._clock()
        before = self._used.get(token.token_id) or token.last_used_at
        if before is None or now - before >= self._options.use_interval:
            # Before the write, so that requests in parallel do not write the same.
            self._used.put(token.token_id, now)
            await self._store.used(token.token_id, now)

    def _lifetime(self, asked: timedelta | None) -> timedelta:
        longest = self._options.longest_lifetime
        if asked is None:
            return min(self._options.usual_lifetime, longest)
        if asked > longest:
            raise InvalidLifetime(int(longest.total_seconds()))
        return asked

    async def _record(self, kind: str, user_id: UUID, token_id: UUID, detail: dict[str, str] | None = None) -> None:
        await self._audit.record(SecurityEvent(kind=kind, user_id=user_id, session_id=token_id, detail=detail or {}))


def within(scopes: Collection[str], permissions: Sequence[str]) -> tuple[str, ...]:
    """Answer which permissions a token with these scopes has; never one over credentials."""
    return tuple(each for each in permissions if each in scopes and each not in NOT_GRANTABLE)


def _check_scopes(scopes: Sequence[str], permissions: Sequence[str]) -> None:
    grantable = within(permissions, permissions)
    for index, scope in enumerate(scopes):
        if scope not in grantable:
            raise InvalidScope(index)
