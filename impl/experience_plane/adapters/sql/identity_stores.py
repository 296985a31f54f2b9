"""All storage of identity on one engine."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.account_lifecycle_store import SqlAccountLifecycleStore
from experience_plane.adapters.sql.account_store import SqlAccountStore
from experience_plane.adapters.sql.audit_log import SqlAuditTrail
from experience_plane.adapters.sql.challenge_store import SqlChallengeStore
from experience_plane.adapters.sql.guest_store import SqlGuestStore
from experience_plane.adapters.sql.passkey_store import SqlPasskeyStore
from experience_plane.adapters.sql.personal_token_store import SqlPersonalTokenStore
from experience_plane.adapters.sql.second_factor_stores import SqlAuthenticatorAppStore, SqlRecoveryCodeStore
from experience_plane.adapters.sql.session_store import SqlSessionStore
from experience_plane.adapters.sql.signing_key_store import SqlSigningKeyStore
from experience_plane.adapters.sql.ticket_store import SqlTicketStore
from experience_plane.adapters.sql.user_directory import SqlUserDirectory
from experience_plane.clock import Clock, system_clock
from experience_plane.security_guard.audit import LoggedAuditTrail
from experience_plane.security_guard.storage import IdentityStores


def sql_identity_stores(engine: AsyncEngine, clock: Clock = system_clock) -> IdentityStores:
    """The storage ports of identity over this engine's database."""
    audit = SqlAuditTrail(engine, LoggedAuditTrail(), clock)
    return IdentityStores(
        accounts=SqlAccountStore(engine),
        sessions=SqlSessionStore(engine),
        signing_keys=SqlSigningKeyStore(engine),
        tickets=SqlTicketStore(engine),
        directory=SqlUserDirectory(engine),
        audit_log=audit,
        audit_trail=audit,
        guests=SqlGuestStore(engine),
        account_lifecycle=SqlAccountLifecycleStore(engine),
        personal_tokens=SqlPersonalTokenStore(engine),
        challenges=SqlChallengeStore(engine),
        authenticator_apps=SqlAuthenticatorAppStore(engine),
        recovery_codes=SqlRecoveryCodeStore(engine),
        passkeys=SqlPasskeyStore(engine),
    )
