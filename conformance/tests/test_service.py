"""The service is judged by the contract: handshakes, conversations, all of HTTP, and through the independent client."""

from __future__ import annotations

import pytest

from experience_conformance.backend import Backend
from experience_conformance.cases import Case, load_cases
from experience_conformance.handshake import REFUSALS, Refusal, play_refusal
from experience_conformance.identity import Promotion
from experience_conformance.player import play
from experience_conformance.results import SuiteResult, render
from independent_client_process import assert_answered, prepare, talk

pytestmark = pytest.mark.service


@pytest.mark.parametrize("refusal", [pytest.param(refusal, id=refusal.id) for refusal in REFUSALS])
async def test_handshake_is_refused(backend: Backend, refusal: Refusal) -> None:
    result = await play_refusal(refusal, backend.contract, backend.target)
    assert result.passed, render([SuiteResult("socket", (result,))])


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in load_cases()])
async def test_conversation_keeps_the_contract(backend: Backend, case: Case) -> None:
    result = await play(case, backend.contract, backend.target)
    assert result.passed, render([SuiteResult("socket", (result,))])


async def test_http_keeps_the_contract(backend: Backend) -> None:
    result = await backend.judge_http()
    assert result.passed, render([result])


async def test_http_keeps_the_contract_for_an_admin(backend: Backend, promotion: Promotion) -> None:
    result = await backend.judge_admin(promotion)
    assert result.passed, render([result])


async def test_a_client_of_another_generator_can_talk_with_the_service(backend: Backend) -> None:
    prepare()
    # A user of its own: the admin of the test before may have disabled the others.
    ticket = await backend.target.credentials.ticket("grace")
    assert_answered(await talk(backend.target.uri, ticket, "What can you do?"))
