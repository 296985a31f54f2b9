from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from experience_conformance import documents
from experience_conformance.__main__ import DEFAULT_SEED
from experience_conformance.backend import Backend
from experience_conformance.identity import Promotion
from experience_conformance.judge import Contract

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts"
SERVICE_COMMAND = f"{shlex.quote(sys.executable)} -m experience_plane serve --port 0"
MAKE_ADMIN_COMMAND = f"{shlex.quote(sys.executable)} -m experience_plane users grant-role {{email}} platform_admin"
UNHURRIED = {
    "EXPERIENCE_PLANE_RATE_LIMITS__FACTOR": "1000000",
    "EXPERIENCE_PLANE_AUTH__HASHING__MEMORY_COST_KIB": "8",
    "EXPERIENCE_PLANE_AUTH__HASHING__TIME_COST": "1",
}
"""The judge asks more in a minute than any client may, and most with a password; the answers stay as they are."""
STOP_SECONDS = 20
POLL_SECONDS = 0.05


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance")
    group.addoption("--base-url", help="judge a service that runs already")
    group.addoption("--service-command", default=SERVICE_COMMAND, help="how to start one (default: %(default)s)")
    group.addoption("--make-admin", help="how to make {email} an admin (default: the command of the service started)")
    group.addoption("--seed", type=int, default=DEFAULT_SEED, help="for what is random (default: %(default)s)")


@pytest.fixture(scope="session")
def contract() -> Contract:
    return Contract.of(documents.load(CONTRACTS))


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest, contract: Contract) -> Backend:
    url = request.config.getoption("--base-url") or request.getfixturevalue("started_service")
    return Backend.at(url.rstrip("/"), contract, request.config.getoption("--seed"))


@pytest.fixture(scope="session")
def promotion(request: pytest.FixtureRequest, place: Path) -> Promotion:
    command = request.config.getoption("--make-admin")
    if command is None and request.config.getoption("--base-url"):
        pytest.skip("a service that runs already has an admin for the judge only by --make-admin")
    return Promotion(command or MAKE_ADMIN_COMMAND, place)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service runs: an empty directory, so with an empty database."""
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="session")
def started_service(request: pytest.FixtureRequest, place: Path) -> Iterator[str]:
    """Starts the service; its log says where it listens."""
    command = shlex.split(request.config.getoption("--service-command"))
    with (place / "service.log").open("w") as log:
        process = subprocess.Popen(command, cwd=place, stdout=log, stderr=subprocess.STDOUT, env=os.environ | UNHURRIED)
    try:
        yield address_of(process, place / "service.log")
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def address_of(process: subprocess.Popen[bytes], log: Path) -> str:
    """Reads the log until a line of JSON has an `address`; there is no limit of time but that of the test run."""
    with log.open() as lines:
        while True:
            line = lines.readline()
            if not line and process.poll() is not None:
                pytest.fail(f"the service ended with {process.returncode}:\n{log.read_text()}")
            if line.startswith("{") and "address" in (entry := json.loads(line)):
                return str(entry["address"])
            if not line:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(POLL_SECONDS)
