"""The contract's policies, the settings' numbers and the answers belong together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from experience_plane.settings import RateLimitSettings
from experience_plane_api import documents

METHODS = {"get", "put", "post", "delete", "patch"}


def operations() -> Iterator[Any]:
    for path, item in documents.load("openapi")["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield pytest.param(operation, id=f"{method} {path}")


LIMITED = [case for case in operations() if "x-rate-limit" in case.values[0]]


@pytest.mark.parametrize("operation", LIMITED)
def test_a_policy_of_the_contract_has_numbers_in_the_settings(operation: dict[str, Any]) -> None:
    name = operation["x-rate-limit"].replace("-", "_")
    # Who begins as a guest has no account yet.
    scopes = ("client",) if name == "guest" else ("client", "account")
    assert {f"{name}_per_{scope}" for scope in scopes} <= RateLimitSettings.model_fields.keys()


@pytest.mark.parametrize("operation", LIMITED)
def test_a_limited_operation_documents_429_and_its_fields(operation: dict[str, Any]) -> None:
    assert "429" in operation["responses"]
    success = next(response for status, response in operation["responses"].items() if status < "400")
    assert {"RateLimit", "RateLimit-Policy"} <= success["headers"].keys()


def test_a_limit_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(ValueError, match="sign_in_per_client"):
        RateLimitSettings(sign_in_per_client="often")
