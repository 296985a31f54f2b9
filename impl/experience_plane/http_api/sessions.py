"""The tag `sessions`: translate, and delegate to Security Guard."""

from __future__ import annotations

from uuid import UUID

from experience_plane.http_api import refresh_cookie
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.storage import StoredSession
from experience_plane_api import models
from experience_plane_api.server import HTTPResult
from experience_plane_api.server.services import SessionsService


class SessionsHandlers(SessionsService[Principal]):
    """Implements the sessions operations."""

    def __init__(self, guard: SecurityGuard) -> None:
        self._guard = guard

    async def list_sessions(self, *, principal: Principal) -> models.SessionList:
        """See openapi.yaml, listSessions."""
        found = await self._guard.sessions.list(principal)
        return models.SessionList(sessions=[_description(session, principal) for session in found])

    async def end_session(self, *, principal: Principal, session_id: UUID) -> None:
        """See openapi.yaml, endSession."""
        await self._guard.sessions.end(principal, session_id)

    async def end_other_sessions(self, *, principal: Principal) -> None:
        """See openapi.yaml, endOtherSessions."""
        await self._guard.sessions.end_others(principal)

    async def log_out_everywhere(self, *, principal: Principal) -> HTTPResult[models.Problem]:
        """See openapi.yaml, logOutEverywhere."""
        await self._guard.sessions.end_all(principal)
        return HTTPResult(204, None, refresh_cookie.FORGET)


def _description(session: StoredSession, principal: Principal) -> models.SessionDescription:
    return models.SessionDescription(
        session_id=session.session_id,
        current=session.session_id == principal.session_id,
        user_agent=session.device.user_agent,
        ip_address=session.device.ip_address,
        started_at=session.started_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
    )
