"""The tag `operations`: for operators and other services."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from experience_plane.errors import NotReady
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane_api import models
from experience_plane_api.server import HTTPResult
from experience_plane_api.server.services import OperationsService


class OperationsHandlers(OperationsService):
    """Implements the operations operations."""

    def __init__(self, guard: SecurityGuard, *, version: str, readiness: Callable[[], Awaitable[str | None]]) -> None:
        self._guard = guard
        self._version = version
        self._readiness = readiness

    async def get_json_web_key_set(self) -> HTTPResult[models.JsonWebKeySet | models.Problem]:
        """See openapi.yaml, getJsonWebKeySet."""
        keys = models.JsonWebKeySet.model_validate(self._guard.json_web_key_set())
        return HTTPResult(200, keys, {"Cache-Control": f"public, max-age={self._guard.key_set_max_age}"})

    async def get_health(self) -> models.Health:
        """See openapi.yaml, getHealth."""
        return models.Health(status="ok", version=self._version)

    async def get_readiness(self) -> models.Readiness:
        """See openapi.yaml, getReadiness."""
        obstacle = await self._readiness()
        if obstacle is None:
            return models.Readiness(status="ready")
        raise NotReady(obstacle)
