"""Services to talk to."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from postgresql_database import postgresql_url
from running_service import Service

__all__ = ["postgresql_url"]


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests that do not end it."""
    service = Service(tmp_path_factory.mktemp("service") / "plane.sqlite3")
    yield service
    service.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts services over one database, with settings of their own."""
    started: list[Service] = []

    def begin(**settings: str) -> Service:
        started.append(Service(tmp_path / "plane.sqlite3", **settings))
        return started[-1]

    yield begin
    for service in started:
        if service.process.poll() is None:
            service.stop(signal.SIGKILL)
