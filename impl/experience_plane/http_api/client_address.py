"""From where a request comes: the peer, or what trusted proxies say of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

from starlette.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address
ForwardedHeader = Literal["x-forwarded-for", "forwarded"]

_IPV6_CLIENT_PREFIX = 64
_FORWARDED_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^;,"\s]*))', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_WITH_PORT = re.compile(r"(\d+\.\d+\.\d+\.\d+):\d+|\[([^\]]*)\](?::\d+)?")


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The proxies that are believed, and the one header in which they say where a request comes from.

    One header only: a proxy that writes one of them passes the other on as the client wrote it.
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    header: ForwardedHeader = "x-forwarded-for"

    def trust(self, address: Address) -> bool:
        """Answer whether this is one of the proxies."""
        return any(address in network for network in self.networks)


NO_PROXIES = TrustedProxies()
"""The peer is the client."""


class ClientAddress:
    """ASGI middleware: makes `scope["client"]` the client, also behind trusted proxies, for all that look at it."""

    def __init__(self, app: ASGIApp, *, proxies: TrustedProxies) -> None:
        self._app = app
        self._proxies = proxies
        self._header = proxies.header.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request as the client's."""
        if self._proxies.networks and scope["type"] in {"http", "websocket"} and scope.get("client"):
            host, port = scope["client"]
            values = [value.decode("latin-1") for name, value in scope["headers"] if name == self._header]
            found = client_address(host, ",".join(values), self._proxies)
            if found != host:
                port = 0
            scope["client"] = (found, port)
        await self._app(scope, receive, send)


def client_address(peer: str, forwarded: str, proxies: TrustedProxies) -> str:
    """Answer the rightmost address that no trusted proxy has; an entry that is no address ends the search.

    What is left of it was written by someone whom we do not trust, so it counts for nothing.
    """
    client = _address(peer)
    if client is None:
        return peer
    hops = _forwarded_for(forwarded) if proxies.header == "forwarded" else forwarded.split(",")
    for hop in reversed(hops):
        if not proxies.trust(client):
            break
        told = _address(hop)
        if told is None:
            break
        client = told
    return str(client)


@lru_cache(maxsize=10_000)
def client_network(address: str) -> str:
    """Answer what the limits count by: an IPv4 address, or the /64 that one IPv6 client has to itself (RFC 6177)."""
    parsed = _address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, _IPV6_CLIENT_PREFIX), strict=False))
    return str(parsed) if parsed else address


def _address(text: str) -> Address | None:
    bare = text.strip()
    if match := _WITH_PORT.fullmatch(bare):
        bare = match[1] or match[2]
    try:
        parsed = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped
    return parsed


def _forwarded_for(value: str) -> Sequence[str]:
    """The `for` of each element of a Forwarded header (RFC 7239, section 4); an element without one is no address."""
    masked = _QUOTED.sub(lambda match: match[0].replace(",", "\0"), value)
    matches = [_FORWARDED_FOR.search(element.replace("\0", ",")) for element in masked.split(",")]
    return [(match[1] or match[2] or "") if match else "" for match in matches]
