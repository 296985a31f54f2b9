"""Which domain and which pages passkeys belong to, as the settings have it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from experience_plane.settings import AuthSettings, PasskeySettings


@pytest.mark.parametrize(
    ("public_url", "domain", "origin"),
    [
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("https://Plane.Example/talk/", "plane.example", "https://plane.example"),
        ("https://plane.example:443", "plane.example", "https://plane.example"),
        ("https://plane.example:8443/", "plane.example", "https://plane.example:8443"),
    ],
)
def test_the_public_address_says_where_unless_it_is_set(public_url: str, domain: str, origin: str) -> None:
    auth = AuthSettings(public_url=public_url)
    assert (auth.passkey_domain, auth.passkey_origins, auth.takes_passkeys) == (domain, (origin,), True)


def test_a_bare_address_has_no_passkeys_and_a_switch_takes_them_away() -> None:
    assert not AuthSettings(public_url="http://192.0.2.7:8000").takes_passkeys
    assert not AuthSettings(passkeys=PasskeySettings(enabled=False)).takes_passkeys


def test_pages_within_the_domain_may_be_named() -> None:
    origins = ["https://a.plane.example", "https://plane.example:8443"]
    auth = AuthSettings(passkeys=PasskeySettings(rp_id="plane.example", origins=origins))
    assert auth.passkey_origins == tuple(origins)


@pytest.mark.parametrize(
    "passkeys",
    [
        {"rp_id": "plane.example"},
        {"rp_id": "plane.example", "origins": ["https://evilplane.example"]},
        {"rp_id": "a.plane.example", "origins": ["https://plane.example"]},
        {"origins": ["https://plane.example"]},
        {"rp_id": "https://plane.example"},
        {"origins": ["http://localhost:8000/"]},
    ],
)
def test_what_no_browser_would_accept_stops_the_start(passkeys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AuthSettings.model_validate({"passkeys": passkeys})
