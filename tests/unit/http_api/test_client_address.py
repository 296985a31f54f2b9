"""Only trusted proxies are believed, and only about the hop that they saw themselves."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from experience_plane.http_api.client_address import TrustedProxies, client_address, client_network

PROXIES = TrustedProxies((ip_network("10.0.0.0/8"), ip_network("fd00::/8")))
FORWARDED = TrustedProxies(PROXIES.networks, "forwarded")


@pytest.mark.parametrize(
    ("peer", "header", "client"),
    [
        ("203.0.113.9", "192.0.2.1", "203.0.113.9"),  # the peer is no proxy of ours: its header is its own word
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.66, 192.0.2.1", "192.0.2.1"),  # what the client claims is left of what we saw
        ("10.0.0.1", "198.51.100.66, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.1", "10.9.9.9, 10.0.0.2", "10.9.9.9"),
        ("10.0.0.1", "192.0.2.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.1, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "192.0.2.1:4711", "192.0.2.1"),
        ("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("::ffff:10.0.0.1", "::ffff:192.0.2.1", "192.0.2.1"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("testclient", "192.0.2.1", "testclient"),
    ],
)
def test_x_forwarded_for(peer: str, header: str, client: str) -> None:
    assert client_address(peer, header, PROXIES) == client


@pytest.mark.parametrize(
    ("header", "client"),
    [
        ("for=192.0.2.1", "192.0.2.1"),
        ('For="[2001:db8::7]:4711";proto=https', "2001:db8::7"),
        ("for=198.51.100.66, for=192.0.2.1;by=10.0.0.1", "192.0.2.1"),
        ("proto=https;for=192.0.2.1", "192.0.2.1"),
        ("for=192.0.2.1, for=_hidden", "10.0.0.1"),
        ("for=192.0.2.1, proto=https", "10.0.0.1"),
        ('for="198.51.100.66, for=198.51.100.67", for=192.0.2.1', "192.0.2.1"),
    ],
)
def test_forwarded(header: str, client: str) -> None:
    assert client_address("10.0.0.1", header, FORWARDED) == client


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_client_is_counted_by_its_64_bit_prefix(address: str, network: str) -> None:
    assert client_network(address) == network
