"""The tag `runtime`: the way into the agent socket."""

from __future__ import annotations

from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.server import HTTPResult
from experience_plane_api.server.services import RuntimeService


class RuntimeHandlers(RuntimeService[Principal]):
    """Implements the runtime operations."""

    def __init__(self, guard: SecurityGuard) -> None:
        self._guard = guard

    async def create_agent_ticket(self, *, principal: Principal) -> models.AgentTicket | HTTPResult[models.Problem]:
        """See openapi.yaml, createAgentTicket."""
        ticket = await self._guard.issue_ticket(principal)
        return models.AgentTicket(ticket=ticket.value, expires_at=ticket.expires_at)
