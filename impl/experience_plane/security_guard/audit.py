"""The audit trail: every event of identity that an investigator would ask about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import structlog

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
