"""The audit trail: every event of identity that an investigator would ask about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from experience_plane.security_guard.device import current_device

_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """One fact, named `noun.verb_past` (`user.registered`, `login.failed`, `session.ended`).

    `user_id` is whom it is about, `actor_id` who did it where that is someone else. `detail` holds no secret.
    """

    kind: str
    user_id: UUID | None = None
    actor_id: UUID | None = None
    session_id: UUID | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """In which request something happened; None where it was in none, or where that is not known."""

    ip_address: str | None
    user_agent: str | None
    request_id: str | None


def circumstances() -> Circumstances:
    """What is known of the request that is being served."""
    device, known = current_device(), structlog.contextvars.get_contextvars()
    return Circumstances(
        ip_address=device.ip_address,
        user_agent=device.user_agent,
        request_id=known.get("request_id") or known.get("connection_id"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """A security event as the audit log keeps it; `event_id` counts up."""

    event_id: int
    at: datetime
    event: SecurityEvent
    tenant_id: UUID | None
    circumstances: Circumstances


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which events are asked for: `tenant_id` None means of all tenants, and of nobody known."""

    tenant_id: UUID | None
    limit: int
    kind: str | None = None
    user_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    """Only events whose id is less."""


class AuditLog(Protocol):
    """What the trail has kept, to be read."""

    async def find(self, query: AuditQuery) -> Sequence[RecordedEvent]:
        """Answer the events, the latest first."""
        ...


class AuditTrail(Protocol):
    """Keeps security events; append only."""

    async def record(self, event: SecurityEvent) -> None:
        """Keep an event. A trail that cannot be written must not let the action pass unseen: it raises."""
        ...


class LoggedAuditTrail:
    """Writes events to the service's log."""

    async def record(self, event: SecurityEvent) -> None:
        """See `AuditTrail.record`."""
        await _LOG.ainfo(
            "security_event",
            kind=event.kind,
            user_id=str(event.user_id) if event.user_id else None,
            actor_id=str(event.actor_id) if event.actor_id else None,
            session_id=str(event.session_id) if event.session_id else None,
            detail=dict(event.detail),
        )
