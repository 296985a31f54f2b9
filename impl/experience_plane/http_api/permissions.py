"""The one place where `x-permission` of the contract is enforced on HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Annotated, cast

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials

from experience_plane.http_api.contract_paths import operations_that_take
from experience_plane.http_api.refresh_cookie import refuse_foreign_pages
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane_api.permissions import OPERATION_PERMISSIONS
from experience_plane_api.server import OperationDependencies, security

Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(security.bearer_auth)]


def operation_dependencies(guard: SecurityGuard, allowed_origins: Collection[str]) -> OperationDependencies:
    """Answer what runs before an operation: it refuses with `PermissionDenied`, or foreign pages with `ForeignPage`."""
    required = {
        operation: [Depends(_requires(guard, permission))] for operation, permission in OPERATION_PERMISSIONS.items()
    }
    for operation in operations_that_take("token_delivery"):
        check = refuse_foreign_pages(allowed_origins, reads_cookie=operation == "refresh_session")
        required.setdefault(operation, []).append(Depends(check))
    return cast("OperationDependencies", required)


def _requires(guard: SecurityGuard, permission: str) -> Callable[[Bearer], Awaitable[None]]:
    async def check(bearer: Bearer) -> None:
        # Who sends no token is refused by the operation's own authentication, which comes after this.
        if bearer is not None:
            guard.require_permission(await guard.authenticate(bearer.credentials), permission)

    return check
