"""Judges a backend that runs somewhere, by its URL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from experience_conformance.cases import load_cases
from experience_conformance.documents import Documents
from experience_conformance.exchanges import play_exchanges
from experience_conformance.http_suite import run_admin_suite, run_http_suite
from experience_conformance.identity import Accounts, IdentityError, Promotion
from experience_conformance.judge import Contract
from experience_conformance.player import ExpectationError, Player, Target
from experience_conformance.results import SuiteResult
from experience_conformance.socket_client import ClosedError, NoAnswerError
from experience_conformance.socket_suite import run_socket_suite

# The conversation with which the HTTP suite has something to read.
FIRST_CONVERSATION = "agent.message-8"
# To whom the admin does what admins do.
SUBJECTS = ("uma", "vic", "wim")


@dataclass(frozen=True, slots=True)
class Backend:
    """The service under test; `url` without a path, `seed` for all that is random.

    Without a `promotion` there is no admin, and what only admins may do is judged as a refusal.
    """

    contract: Contract
    url: str
    seed: int
    accounts: Accounts
    target: Target
    promotion: Promotion | None = None

    @classmethod
    def at(cls, url: str, contract: Contract, seed: int, promotion: Promotion | None = None) -> Backend:
        """The service at `url`, and its socket where the contract has it."""
        channel = _channel(contract.documents)
        accounts = Accounts(url)
        target = Target(_socket_uri(url, channel["address"]), channel["x-subprotocol"], accounts)
        return cls(contract, url, seed, accounts, target, promotion)

    async def judge(self, *, http: bool, socket: bool) -> list[SuiteResult]:
        """Answers the verdicts; raises IdentityError when the service does not even give out an account."""
        suites = []
        if socket:
            suites.append(await run_socket_suite(self.contract, self.target))
        if http:
            suites.append(await self.judge_http())
            if self.promotion is not None:
                suites.append(await self.judge_admin(self.promotion))
        return suites

    async def judge_http(self) -> SuiteResult:
        """Judges all operations, as users who are no admins."""
        conversation_id = await self._converse()
        owner, peer = await self.accounts.account("ada"), await self.accounts.account("eve")
        exchanges = await play_exchanges(self.url, owner)
        suite = await run_http_suite(self.contract.documents, self.url, self.seed, owner, peer, [conversation_id])
        return replace(suite, cases=(*exchanges, *suite.cases))

    async def judge_admin(self, promotion: Promotion) -> SuiteResult:
        """Judges the operations of admins, as one whom `promotion` makes."""
        admin = await self.accounts.account("admin")
        await promotion.give(admin)
        user_ids = [await self.accounts.user_id(name) for name in SUBJECTS]
        return await run_admin_suite(self.contract.documents, self.url, self.seed, admin, user_ids)

    async def _converse(self) -> str:
        """Leaves a conversation with messages behind. It is judged by the socket suite; here it only has to work."""
        player = Player(self.contract, self.target)
        case = next(case for case in load_cases() if case.id == FIRST_CONVERSATION)
        try:
            await player.play(case)
        except (ExpectationError, ClosedError, NoAnswerError) as error:
            raise IdentityError(f"no conversation to read over HTTP could be made: {error}") from error
        return str(player.bindings.values["conversation"])


def _channel(documents: Documents) -> dict[str, str]:
    channel: dict[str, str] = documents.asyncapi["channels"][documents.asyncapi["x-protocol"]["channel"]]
    return channel


def _socket_uri(url: str, address: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(("wss" if parts.scheme == "https" else "ws", parts.netloc, address, "", ""))
