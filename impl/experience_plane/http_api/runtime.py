"""The tag `runtime`: the ways to the agents beside the agent socket, and into it."""

from __future__ import annotations

from starlette.responses import Response

from experience_plane.http_api.ag_ui import AgUiRuns
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.server import HTTPResult
from experience_plane_api.server.services import RuntimeService


class RuntimeHandlers(RuntimeService[Principal]):
    """Implements the runtime operations."""

    def __init__(self, guard: SecurityGuard, ag_ui: AgUiRuns) -> None:
        self._guard = guard
        self._ag_ui = ag_ui

    async def create_agent_ticket(self, *, principal: Principal) -> models.AgentTicket | HTTPResult[models.Problem]:
        """See openapi.yaml, createAgentTicket."""
        ticket = await self._guard.issue_ticket(principal)
        return models.AgentTicket(ticket=ticket.value, expires_at=ticket.expires_at)

    async def run_ag_ui(self, *, principal: Principal, body: models.RunAgentInput) -> Response:
        """See openapi.yaml, runAgUi."""
        return await self._ag_ui.answer(principal, body)
