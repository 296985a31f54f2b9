"""Identity under load: one server process on one core, the load on another, everything beside something known.

Read the ratios; a rate is this machine's, and of the hour.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.load import SERVER_CORE, Connection, Load, Requests, drive, load_on_the_other_cores, request, server

PORT, HELLO_PORT = 8260, 8261
ROUNDS, SECONDS = 3, 1.5
PASSWORD = "the engine weaves patterns"
_NUMBERS = itertools.count()


def lines() -> Iterator[str]:
    """Measure, and say each result in a line."""
    with (
        load_on_the_other_cores(),
        server(PORT, "experience_plane", "serve", "--port", str(PORT)),
        server(HELLO_PORT, "benchmarks.hello_world", str(HELLO_PORT)),
    ):
        yield from _me_beside_hello_world()
        yield from _hashing_beside_its_limit()
        yield _refresh()
        yield from _others_while_logins_saturate()
        yield _past_the_queue()


def _me_beside_hello_world() -> Iterator[str]:
    token = asyncio.run(_register())["access_token"]
    rounds = [(_gets(PORT, "/api/auth/me", token), _gets(HELLO_PORT, "/")) for _ in range(ROUNDS)]
    ratio = median(me.rate / hello.rate for me, hello in rounds)
    rate, hello = median(me.rate for me, _ in rounds), median(hello.rate for _, hello in rounds)
    yield f"GET /api/auth/me with a token: {rate:7.0f}/s   FastAPI hello-world: {hello:7.0f}/s   ratio {ratio:5.2f}"


def _hashing_beside_its_limit() -> Iterator[str]:
    email = asyncio.run(_register())["user"]["email"]
    for name, make in (("login", lambda: _login(email)), ("register", _registration)):
        rounds = [(_posts(make), _hash_limit()) for _ in range(ROUNDS)]
        ratio = median(load.rate / limit for load, limit in rounds)
        rate, limit = median(load.rate for load, _ in rounds), median(limit for _, limit in rounds)
        yield f"{name:30} {rate:7.1f}/s   hashes alone: {limit:7.1f}/s   ratio {ratio:5.2f}"


def _refresh() -> str:
    load = asyncio.run(_refreshing(16, SECONDS * 2))
    return f"refresh on SQLite              {load.rate:7.0f}/s   p99 {load.percentile(0.99):6.1f} ms"


def _others_while_logins_saturate() -> Iterator[str]:
    me, health = asyncio.run(_under_logins())
    p99 = f"me {me.percentile(0.99):.1f} ms, healthz {health.percentile(0.99):.1f} ms"
    yield f"p99 while logins saturate the pool: {p99}"


def _past_the_queue() -> str:
    refused, times = asyncio.run(_flood(150))
    slowest = max(times, default=0) * 1000
    return f"150 logins at once: {refused} answered 503 with Retry-After, within {slowest:.0f} ms"


def _gets(port: int, path: str, token: str = "") -> Load:
    sent = request("GET", path, token=token)
    return _clean(asyncio.run(drive(port, 8, SECONDS, lambda _: lambda: sent)))


def _posts(make: Requests) -> Load:
    return _clean(asyncio.run(drive(PORT, 4, SECONDS * 2, lambda _: make)))


def _clean(load: Load) -> Load:
    if not load.statuses.keys() <= {200, 201}:
        raise RuntimeError(f"answers were {load.statuses}")
    return load


def _hash_limit() -> float:
    command = [sys.executable, "-m", "benchmarks.hash_limit", str(SERVER_CORE), str(SECONDS)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _login(email: str) -> bytes:
    return request("POST", "/api/auth/login", json.dumps({"email": email, "password": PASSWORD}))


def _registration() -> bytes:
    user = {"name": "Ada", "email": f"user{next(_NUMBERS)}@example.com", "password": PASSWORD}
    return request("POST", "/api/auth/register", json.dumps(user))


async def _register() -> Any:
    connection = await Connection.to(PORT)
    _, _, body = await connection.exchange(_registration())
    connection.close()
    return json.loads(body)


async def _refreshing(connections: int, seconds: float) -> Load:
    tokens = [(await _register())["refresh_token"] for _ in range(connections)]
    load, loop = Load(), asyncio.get_running_loop()
    began = loop.time()

    async def rotate(token: str) -> None:
        connection = await Connection.to(PORT)
        while (sent_at := loop.time()) - began < seconds:
            sent = request("POST", "/api/auth/refresh", json.dumps({"refresh_token": token}))
            status, _, body = await connection.exchange(sent)
            load.latencies.append(loop.time() - sent_at)
            load.statuses[status] = load.statuses.get(status, 0) + 1
            token = json.loads(body)["refresh_token"]
        connection.close()

    await asyncio.gather(*map(rotate, tokens))
    load.seconds = loop.time() - began
    return _clean(load)


async def _under_logins() -> tuple[Load, Load]:
    user = await _register()
    login = _login(user["user"]["email"])
    me, health = request("GET", "/api/auth/me", token=user["access_token"]), request("GET", "/healthz")
    seconds = SECONDS * 3
    _, of_me, of_health = await asyncio.gather(
        drive(PORT, 32, seconds, lambda _: lambda: login),
        drive(PORT, 1, seconds, lambda _: lambda: me),
        drive(PORT, 1, seconds, lambda _: lambda: health),
    )
    return _clean(of_me), _clean(of_health)


async def _flood(number: int) -> tuple[int, list[float]]:
    login, loop = _login((await _register())["user"]["email"]), asyncio.get_running_loop()
    connections = [await Connection.to(PORT) for _ in range(number)]
    refused: list[float] = []

    async def attempt(connection: Connection) -> None:
        began = loop.time()
        status, head, _ = await connection.exchange(login)
        if status == 503 and b"retry-after:" in head.lower():
            refused.append(loop.time() - began)
        connection.close()

    await asyncio.gather(*map(attempt, connections))
    return len(refused), refused
