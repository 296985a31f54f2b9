"""Runs the independent client in its own environment."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "conformance" / "independent_client"
PYTHON = ROOT / "build" / "asyncapi-python-venv" / "bin" / "python"
APPLICATION = ROOT / "build" / "asyncapi-python"


def prepare() -> None:
    """Makes the environment when its lock has changed, and the application anew from the contract."""
    subprocess.run([sys.executable, CLIENT / "prepare.py"], check=True)


async def talk(uri: str, ticket: str, text: str) -> dict[str, Any]:
    """Answers what the client tells of its conversation."""
    process = await asyncio.create_subprocess_exec(
        *(str(PYTHON), str(CLIENT / "talk.py"), "--application", str(APPLICATION)),
        *("--uri", f"{uri}?{urlencode({'ticket': ticket})}", "--subprotocol", "experience.agent.v1", "--text", text),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    found: dict[str, Any] = json.loads(output)
    return found


def assert_answered(told: dict[str, Any]) -> None:
    """It opened a conversation, its message was accepted, and it read the answer as it was streamed."""
    assert told["refused"] == []
    assert told["opened"] == "ConversationOpened"
    assert told["accepted"] == "MessageAccepted"
    for name in ("AgentStarted", "AgentToken", "AgentCompleted"):
        assert name in told["heard"]
    assert told["answer"]
    assert told["tokens"].endswith(told["answer"])
