"""Who may open the agent socket: everything that is decided before the handshake is accepted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.principal import Principal
from experience_plane_api import problem_types as types
from experience_plane_api.agent_socket import SUBPROTOCOL
from experience_plane_api.permissions import SOCKET_PERMISSION
from experience_plane_api.problem_types import ProblemType


class HandshakeRefused(Exception):
    """The handshake is answered with this problem instead of being accepted."""

    def __init__(self, problem_type: ProblemType, detail: str) -> None:
        self.problem_type = problem_type
        self.detail = detail
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a client said when it asked for the socket."""

    subprotocols: Collection[str]
    origin: str | None
    host: str | None
    authorization: str | None
    query: tuple[tuple[str, str], ...]


async def admit(handshake: Handshake, guard: SecurityGuard, allowed_origins: Collection[str]) -> Principal:
    """Answer who opens the socket.

    Raises:
        HandshakeRefused: no subprotocol in common, a foreign page, or no credential in its proper place.
        Unauthenticated, InvalidTicket, PermissionDenied: what the guard says of the credential.
    """
    if SUBPROTOCOL not in handshake.subprotocols:
        raise HandshakeRefused(types.UPGRADE_REQUIRED, f"Offer the subprotocol {SUBPROTOCOL}.")
    _check_origin(handshake, allowed_origins)
    principal = await _authenticate(handshake, guard)
    guard.require_permission(principal, SOCKET_PERMISSION)
    return principal


def _check_origin(handshake: Handshake, allowed_origins: Collection[str]) -> None:
    """Refuse pages of other sites, whose handshakes browsers let through (RFC 6455, section 10.2)."""
    if handshake.origin is None or handshake.origin in allowed_origins:
        return
    if not is_own_origin(handshake.origin, handshake.host):
        raise HandshakeRefused(types.FORBIDDEN, "Pages of this origin may not open the agent socket.")


def is_own_origin(origin: str, host: str | None) -> bool:
    """Answer whether a page of this origin was served by this host; the scheme is not looked at, proxies change it."""
    try:
        return host == urlsplit(origin).netloc != ""
    except ValueError:
        return False


async def _authenticate(handshake: Handshake, guard: SecurityGuard) -> Principal:
    if unknown := [name for name, _ in handshake.query if name != "ticket"]:
        shown = ", ".join(name[:64] for name in unknown[:8])
        detail = f"The URL may carry a ticket and nothing else, never an access token; found {shown}."
        raise HandshakeRefused(types.UNAUTHENTICATED, detail)
    tickets = [value for _, value in handshake.query]
    if handshake.authorization is not None:
        if tickets:
            raise HandshakeRefused(types.UNAUTHENTICATED, "Send an Authorization header or a ticket, not both.")
        return await guard.authenticate(_bearer_token(handshake.authorization))
    if len(tickets) != 1:
        raise HandshakeRefused(types.UNAUTHENTICATED, "Send an Authorization header, or one ticket in the URL.")
    return await guard.redeem_ticket(tickets[0])


def _bearer_token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HandshakeRefused(types.UNAUTHENTICATED, "The Authorization header is not a bearer token (RFC 6750).")
    return token.strip()
