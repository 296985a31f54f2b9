"""`experience-plane keys`, beside a service that runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import jwt

from running_service import Service

ASKED_AT_MOST = 2000
"""A request takes milliseconds and the service looks for new keys each 50 of them."""


def test_keys_are_rotated_while_the_service_runs(start: Callable[..., Service], tmp_path: object) -> None:
    settings = {
        "EXPERIENCE_PLANE_AUTH__KEY_RELOAD_SECONDS": "0.05",
        "EXPERIENCE_PLANE_AUTH__KEY_PREPUBLISH_SECONDS": "0",
    }
    service = start(**settings)
    user = service.user()
    before = user.http.get("/.well-known/jwks.json")
    assert before.headers["cache-control"] == "public, max-age=0"
    environment = os.environ | settings
    environment["EXPERIENCE_PLANE_DATABASE__URL"] = f"sqlite+aiosqlite:///{tmp_path}/plane.sqlite3"
    for action, count in (("list", 1), ("rotate", 2), ("list", 2)):
        ran = subprocess.run(
            [sys.executable, "-m", "experience_plane", "keys", action],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert len(ran.stdout.splitlines()) == count
        assert "PRIVATE" not in ran.stdout
    for _ in range(ASKED_AT_MOST):
        if len(keys := user.http.get("/.well-known/jwks.json").json()["keys"]) == 2:
            break
    assert len(keys) == 2
    assert user.http.get("/api/auth/me").status_code == 200
    renewed = user.http.post("/api/auth/refresh", json={"refresh_token": user.refresh_token}).json()
    assert jwt.get_unverified_header(renewed["access_token"])["kid"] == keys[0]["kid"]
    assert keys[1:] == before.json()["keys"]
