"""From where a request comes, for the user's list of sessions: not a credential, and never believed as one.

It travels in a context variable, because every way to start a session (password, passkey, another provider) wants it
and none of them has a use for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_MAX_USER_AGENT = 400
_MAX_ADDRESS = 45
"""The longest text of an IPv6 address (RFC 4291, section 2.2)."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a client says of itself, and its address as the service sees it."""

    user_agent: str | None = None
    ip_address: str | None = None


UNKNOWN_DEVICE = Device()
_CURRENT: ContextVar[Device] = ContextVar("device", default=UNKNOWN_DEVICE)


def current_device() -> Device:
    """The device of the request that is being served; an empty one outside of a request."""
    return _CURRENT.get()


@contextmanager
def serving(user_agent: str | None, ip_address: str | None) -> Iterator[None]:
    """Serve a request from this device."""
    token = _CURRENT.set(Device(_printable(user_agent or "") or None, ip_address and ip_address[:_MAX_ADDRESS]))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def _printable(text: str) -> str:
    shown = text if text.isprintable() else "".join(filter(str.isprintable, text))
    return shown[:_MAX_USER_AGENT]
