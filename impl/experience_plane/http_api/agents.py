"""The tag `agents`: who answers."""

from __future__ import annotations

from experience_plane.agents.catalog import AGENTS, AgentDescription
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.permissions import MESSAGE_PERMISSIONS
from experience_plane_api.server.services import AgentsService


class AgentsHandlers(AgentsService[Principal]):
    """Implements the agents operations."""

    async def list_agents(self, *, principal: Principal) -> models.AgentList:  # noqa: ARG002 - any user may
        """See openapi.yaml, listAgents."""
        return models.AgentList(agents=[_agent(agent) for agent in AGENTS])


def _agent(agent: AgentDescription) -> models.Agent:
    return models.Agent(
        agent_id=agent.agent_id,
        role=agent.role,
        realm=agent.realm,
        name=agent.name,
        description=agent.description,
        intents=list(agent.intents),
        permission=MESSAGE_PERMISSIONS["agent.message"],
    )
