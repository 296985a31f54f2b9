"""A client that a generator we did not write made of the contract, against a server that knows nothing of it."""

from __future__ import annotations

import pytest

from experience_conformance.judge import Contract
from independent_client_process import APPLICATION, PYTHON, assert_answered, talk
from reference_server import ReferenceServer


@pytest.mark.skipif(
    not (PYTHON.exists() and (APPLICATION / "agent_application").exists()),
    reason="THE INDEPENDENT CLIENT IS NOT THERE: run `python conformance/independent_client/prepare.py`",
)
async def test_the_generated_client_talks_with_a_server_that_keeps_the_contract(contract: Contract) -> None:
    async with ReferenceServer(contract).running() as server:
        assert_answered(await talk(server.uri, await server.ticket("ada"), "What can you do?"))
