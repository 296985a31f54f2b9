"""What the built-in roles allow."""

from __future__ import annotations

import pytest

from experience_plane.security_guard.access_policy import ROLE_PERMISSIONS, RolePermissions
from experience_plane_api.permissions import MESSAGE_PERMISSIONS, OPERATION_PERMISSIONS, SOCKET_PERMISSION


@pytest.mark.parametrize(("role", "above"), [("guest", "member"), ("member", "admin"), ("admin", "platform_admin")])
def test_each_role_allows_more_than_the_one_below(role: str, above: str) -> None:
    assert set(ROLE_PERMISSIONS[role]) < set(ROLE_PERMISSIONS[above])


def test_every_permission_that_the_contract_asks_for_comes_with_a_role() -> None:
    asked = {*OPERATION_PERMISSIONS.values(), *MESSAGE_PERMISSIONS.values(), SOCKET_PERMISSION}
    assert asked <= {permission for permissions in ROLE_PERMISSIONS.values() for permission in permissions}


async def test_the_permissions_of_several_roles_are_joined_and_an_unknown_role_adds_none() -> None:
    policy = RolePermissions({"reader": ("b.read", "a.read"), "writer": ("a.read", "c.write")})
    assert await policy.permissions_of(("reader", "writer", "unknown")) == ("a.read", "b.read", "c.write")
