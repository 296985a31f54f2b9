"""A client that a generator we did not write made of the contract, against a server that knows nothing of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from reference_server import ReferenceServer

from experience_conformance.judge import Contract

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "conformance" / "independent_client"
PYTHON = ROOT / "build" / "asyncapi-python-venv" / "bin" / "python"
APPLICATION = ROOT / "build" / "asyncapi-python"

prepared = pytest.mark.skipif(
    not (PYTHON.exists() and (APPLICATION / "agent_application").exists()),
    reason="THE INDEPENDENT CLIENT IS NOT THERE: run `python conformance/independent_client/prepare.py`",
)


async def talk(uri: str, ticket: str, text: str) -> dict[str, Any]:
    arguments = ["--application", str(APPLICATION), "--uri", f"{uri}?{urlencode({'ticket': ticket})}"]
    process = await asyncio.create_subprocess_exec(
        str(PYTHON),
        str(CLIENT / "talk.py"),
        *arguments,
        *("--subprotocol", "experience.agent.v1", "--text", text),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    found: dict[str, Any] = json.loads(output)
    return found


def assert_answered(told: dict[str, Any]) -> None:
    assert told["refused"] == []
    assert told["opened"] == "ConversationOpened"
    assert told["accepted"] == "MessageAccepted"
    for name in ("AgentStarted", "AgentToken", "AgentCompleted"):
        assert name in told["heard"]
    assert told["answer"]
    assert told["tokens"].endswith(told["answer"])


@prepared
async def test_the_generated_client_talks_with_a_server_that_keeps_the_contract(contract: Contract) -> None:
    async with ReferenceServer(contract).running() as server:
        assert_answered(await talk(server.uri, await server.ticket("ada"), "What can you do?"))
