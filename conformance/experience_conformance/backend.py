"""Judges a backend that runs somewhere, by its URL."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from experience_conformance.cases import load_cases
from experience_conformance.documents import Documents
from experience_conformance.http_suite import run_http_suite
from experience_conformance.identity import Accounts, IdentityError
from experience_conformance.judge import Contract
from experience_conformance.player import Player, Target
from experience_conformance.results import SuiteResult
from experience_conformance.socket_suite import run_socket_suite

# The conversation with which the HTTP suite has something to read.
FIRST_CONVERSATION = "agent.message-8"


@dataclass(frozen=True, slots=True)
class Backend:
    """The service under test; `url` without a path, `seed` for all that is random."""

    documents: Documents
    url: str
    seed: int

    async def judge(self, *, http: bool, socket: bool) -> list[SuiteResult]:
        """Answers the verdicts; raises IdentityError when the service does not even give out an account."""
        contract = Contract.of(self.documents)
        accounts = Accounts(self.url)
        target = Target(self._socket_uri(), self._channel()["x-subprotocol"], accounts)
        suites = []
        if socket:
            suites.append(await run_socket_suite(contract, target))
        if http:
            suites.append(await self._judge_http(contract, target, accounts))
        return suites

    async def _judge_http(self, contract: Contract, target: Target, accounts: Accounts) -> SuiteResult:
        conversation_id = await self._converse(contract, target)
        owner, peer = await accounts.account("ada"), await accounts.account("eve")
        return await run_http_suite(self.documents, self.url, self.seed, owner, peer, [conversation_id])

    async def _converse(self, contract: Contract, target: Target) -> str:
        """Leaves a conversation with messages behind. It is judged by the socket suite; here it only has to work."""
        player = Player(contract, target)
        case = next(case for case in load_cases() if case.id == FIRST_CONVERSATION)
        try:
            await player.play(case)
        except Exception as error:
            raise IdentityError(f"no conversation to read over HTTP could be made: {error}") from error
        return str(player.bindings.values["conversation"])

    def _channel(self) -> dict[str, str]:
        name = self.documents.asyncapi["x-protocol"]["channel"]
        channel: dict[str, str] = self.documents.asyncapi["channels"][name]
        return channel

    def _socket_uri(self) -> str:
        parts = urlsplit(self.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        return urlunsplit((scheme, parts.netloc, self._channel()["address"], "", ""))
