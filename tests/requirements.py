"""What a test needs of the machine: skipped loudly where it is missing, failed where it is required (.ci/run)."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

REQUIRED = "EXPERIENCE_PLANE_REQUIRE_SERVICES"


def not_here(what: str) -> NoReturn:
    """Skip the test, or fail it where everything is required."""
    if REQUIRED in os.environ:
        pytest.fail(f"{what} ({REQUIRED} is set)")
    pytest.skip(f"NOT RUN: {what}")
