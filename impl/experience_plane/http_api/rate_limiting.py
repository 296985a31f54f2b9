"""Enforces `x-rate-limit` of the contract, for every operation, here and nowhere else; tells the client its standing.

The fields are those of draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` names the limits, `RateLimit` what
is left and for how many seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextvars import ContextVar

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from experience_plane.http_api.client_address import client_network
from experience_plane.http_api.contract_paths import rate_limit_policy
from experience_plane.http_api.problem_responses import error_response
from experience_plane.security_guard.emails import parse_email
from experience_plane.security_guard.ports import InvalidEmail, TooManyRequests
from experience_plane.security_guard.principal import Principal
from experience_plane.security_guard.rate_limits import Charges, RateLimits, Standing

_OWNER_IS_HERE = frozenset({"sign-in", "sign-up"})
"""Policies of operations whose success shows that the account's owner is at this network."""

_CHARGES: ContextVar[Charges | None] = ContextVar("charges", default=None)


async def charge_account(principal: Principal) -> None:
    """Count the request that is being served for the account that it is authenticated as.

    Raises:
        TooManyRequests.
    """
    charges = _CHARGES.get()
    if charges is not None:
        await charges.charge_account(str(principal.user_id))


async def charge_sign_in(email: str) -> None:
    """Count the request that is being served for the account that it would sign in to, known by other than its body.

    Its success makes the network known, as that of other sign-ins does.

    Raises:
        TooManyRequests.
    """
    charges = _CHARGES.get()
    if charges is not None:
        account = parse_email(email).key
        await charges.charge_claimed_account(account)
        charges.signing_in = account


class RateLimiting:
    """ASGI middleware; stands inside the body guard, which reads the address that a sign-in is for."""

    def __init__(self, app: ASGIApp, *, limits: RateLimits | None) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or answer 429."""
        policy = rate_limit_policy(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if policy is None or self._limits is None:
            await self._app(scope, receive, send)
            return
        host = (scope.get("client") or ("",))[0]
        charges = self._limits.begin(policy, client_network(host))
        account = _claimed_account(scope)
        charges.signing_in = account if policy in _OWNER_IS_HERE else None
        telling = _Telling(charges, send)
        try:
            await charges.charge_client()
            if account is not None:
                await charges.charge_claimed_account(account)
        except TooManyRequests as error:
            await error_response(Request(scope), error)(scope, receive, telling.send)
            return
        token = _CHARGES.set(charges)
        try:
            await self._app(scope, receive, telling.send)
        finally:
            _CHARGES.reset(token)


class _Telling:
    """Adds the standing to the answer; a sign-in that succeeded makes the network known first."""

    def __init__(self, charges: Charges, send: Send) -> None:
        self._charges = charges
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self._charges.signing_in is not None and message["status"] in {200, 201}:
                await self._charges.sign_in_succeeded(self._charges.signing_in)
            if self._charges.standings:
                message["headers"] = [*message["headers"], *_fields(self._charges.standings)]
        await self._send(message)


def _claimed_account(scope: Scope) -> str | None:
    """The e-mail address in the body, in the spelling that tells accounts apart; as typed when it is no address."""
    body = scope["state"].get("body")
    email = body.get("email") if isinstance(body, dict) else None
    if not isinstance(email, str):
        return None
    try:
        return parse_email(email).key
    except InvalidEmail:
        return email


def _fields(standings: Sequence[Standing]) -> Iterator[tuple[bytes, bytes]]:
    policies = [f'"{each.name}";q={each.limit.amount};w={each.limit.seconds}' for each in standings]
    left = [f'"{each.name}";r={each.count.remaining};t={math.ceil(each.count.reset_after)}' for each in standings]
    yield b"ratelimit-policy", ", ".join(policies).encode()
    yield b"ratelimit", ", ".join(left).encode()
