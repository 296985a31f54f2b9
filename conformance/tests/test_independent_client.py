"""A client that a generator we did not write made of the contract, against a server that knows nothing of it."""

from __future__ import annotations

import pytest

from experience_conformance.judge import Contract
from independent_client_process import APPLICATION, PYTHON, assert_answered, talk
from reference_server import Fault, ReferenceServer

prepared = pytest.mark.skipif(
    not (PYTHON.exists() and (APPLICATION / "agent_application").exists()),
    reason="THE INDEPENDENT CLIENT IS NOT THERE: run `python conformance/independent_client/prepare.py`",
)


@prepared
async def test_the_generated_client_talks_with_a_server_that_keeps_the_contract(contract: Contract) -> None:
    async with ReferenceServer(contract).running() as server:
        assert_answered(await talk(server.uri, await server.ticket("ada"), "What can you do?"))


@prepared
async def test_the_generated_client_names_a_frame_that_its_models_refuse(contract: Contract) -> None:
    """The library only goes deaf; the wire tells why."""
    fault = Fault(
        mutate=lambda message: [message | {"agent_id": 5}] if message["type"] == "agent.started" else [message]
    )
    async with ReferenceServer(contract, fault).running() as server:
        told = await talk(server.uri, await server.ticket("ada"), "What can you do?")
    assert told["answer"] is None
    assert any('"agent_id": 5' in payload for payload in told["refused"])
