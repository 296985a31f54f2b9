"""All storage of identity on one engine."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.sql.account_store import SqlAccountStore
from experience_plane.adapters.sql.session_store import SqlSessionStore
from experience_plane.adapters.sql.signing_key_store import SqlSigningKeyStore
from experience_plane.adapters.sql.ticket_store import SqlTicketStore
from experience_plane.security_guard.storage import IdentityStores


def sql_identity_stores(engine: AsyncEngine) -> IdentityStores:
    """The storage ports of identity over this engine's database."""
    return IdentityStores(
        accounts=SqlAccountStore(engine),
        sessions=SqlSessionStore(engine),
        signing_keys=SqlSigningKeyStore(engine),
        tickets=SqlTicketStore(engine),
    )
