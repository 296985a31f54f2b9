"""Requests to identity providers: over TLS, without redirects, bounded in time and size, answers read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from experience_plane import strict_json
from experience_plane.security_guard.ports import ProviderUnavailable

_MAX_BYTES = 262_144
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its body read as one JSON object; an empty one where the body is something else."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]


class OutboundHttp:
    """One pool of connections. `timeout` is in seconds, for each step of a request."""

    def __init__(self, timeout: float = 5.0) -> None:
        self._client = httpx.AsyncClient(
            timeout=timeout, follow_redirects=False, limits=httpx.Limits(max_connections=50)
        )

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Read a resource.

        Raises:
            ProviderUnavailable: no answer, too slow, too large, or the address is neither HTTPS nor this machine.
        """
        return await self._send("GET", url, headers=headers)

    async def post(
        self,
        url: str,
        *,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """Send JSON or a form.

        Raises:
            ProviderUnavailable: as for `get`.
        """
        return await self._send("POST", url, json=json, data=form, headers=headers, auth=auth)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _send(self, method: str, url: str, **request: Any) -> Answer:
        if not is_secure(url):
            raise ProviderUnavailable(f"{_place(url)} is not HTTPS")
        headers = {"Accept": "application/json", **(request.pop("headers") or {})}
        try:
            async with self._client.stream(method, url, headers=headers, **request) as response:
                content = await _read(response)
        except httpx.HTTPError as error:
            raise ProviderUnavailable(f"{_place(url)}: {type(error).__name__}") from error
        return Answer(response.status_code, _object(content), response.headers)


def is_secure(url: str) -> bool:
    """Whether what is sent to this address stays between us and its owner: HTTPS, or this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


async def _read(response: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > _MAX_BYTES:
            raise ProviderUnavailable(f"{_place(str(response.url))} answers more than {_MAX_BYTES} bytes")
    return bytes(content)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        value = strict_json.parse(content)
    except strict_json.MalformedJson:
        return {}
    return value if isinstance(value, dict) else {}


def _place(url: str) -> str:
    """The address without its query, which may hold what does not belong into a log."""
    return url.partition("?")[0]
