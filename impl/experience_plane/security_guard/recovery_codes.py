"""Recovery codes: what stands in for a lost second factor, each once."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from uuid import UUID

from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.correspondence import Notices
from experience_plane.security_guard.factor_storage import RecoveryCodeStore
from experience_plane.security_guard.opaque import digest
from experience_plane.security_guard.principal import SecondFactorMethod
from experience_plane.security_guard.storage import Account
from experience_plane.security_guard.totp import plain_code

COUNT = 10
_BYTES = 15
"""120 bits: enough for a plain digest at rest (ASVS 5.0, 6.5.2 asks for 112)."""
_GROUP = 6


def new_recovery_codes() -> Sequence[str]:
    """Ten codes, grouped for reading."""
    return [_grouped(base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()) for _ in range(COUNT)]


def recovery_code_digests(codes: Sequence[str]) -> Sequence[bytes]:
    """What is stored of codes, however they are typed."""
    return [digest(plain_code(code)) for code in codes]


class RecoveryCodes:
    """Takes recovery codes; a `Factor` that the gate offers beside others."""

    def __init__(self, *, store: RecoveryCodeStore, audit: AuditTrail, notices: Notices) -> None:
        self._store = store
        self._audit = audit
        self._notices = notices

    async def methods_of(self, user_id: UUID) -> Sequence[SecondFactorMethod]:
        """See `Factor.methods_of`."""
        return ("recovery_code",) if await self.left(user_id) else ()

    async def left(self, user_id: UUID) -> int:
        """Answer how many codes were not used yet."""
        return await self._store.count_codes(user_id)

    async def use(self, account: Account, code: str) -> bool:
        """Use a code up, and tell the owner; False when it is none of the account's."""
        (key,) = recovery_code_digests([code])
        left = await self._store.use_code(account.user_id, key)
        if left is None:
            return False
        detail = {"left": str(left)}
        await self._audit.record(SecurityEvent(kind="recovery_code.used", user_id=account.user_id, detail=detail))
        self._notices.post("recovery_code_used", lambda letters: letters.recovery_code_used(account.email, left))
        return True

    async def replace(self, account: Account) -> Sequence[str]:
        """Make new codes, and tell the owner; the old ones stop working."""
        codes = new_recovery_codes()
        await self._store.replace_codes(account.user_id, recovery_code_digests(codes))
        await self._audit.record(SecurityEvent(kind="recovery_codes.replaced", user_id=account.user_id))
        self._notices.post("recovery_codes_replaced", lambda letters: letters.recovery_codes_replaced(account.email))
        return codes


def _grouped(text: str) -> str:
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
