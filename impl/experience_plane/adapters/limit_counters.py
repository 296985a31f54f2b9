"""Counters of the rate limits: the moving window of the library `limits`, in this process or in Redis."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from time import time
from typing import Any
from urllib.parse import urlsplit

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MovingWindowSupport, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool

from experience_plane.clock import Clock
from experience_plane.security_guard.rate_limits import Count, Counters, Limit

_LOG = structlog.get_logger(__name__)
_SHARED_STORE_TIMEOUT = 0.25
_SHARED_STORE_REST = 5.0


class MemoryStorage(Storage, MovingWindowSupport):
    """The library's storage interface in this process, bounded, on our clock.

    The library's own looks through all keys, in a thread, on every request, and has no bound.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock, capacity: int = 100_000) -> None:
        super().__init__()
        self._clock = clock
        self._capacity = capacity
        self._windows: OrderedDict[str, deque[float]] = OrderedDict()
        """The moments of each key, the oldest first; the key used longest ago first."""

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._clock().timestamp()
        moments = self._windows.setdefault(key, deque())
        self._windows.move_to_end(key)
        while len(self._windows) > self._capacity:
            self._windows.popitem(last=False)
        while moments and moments[0] <= now - expiry:
            moments.popleft()
        if len(moments) + amount > limit:
            return False
        moments.extend([now] * amount)
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002
        now = self._clock().timestamp()
        moments = self._windows.get(key, deque())
        while moments and moments[0] <= now - expiry:
            moments.popleft()
        return (moments[0] if moments else now), len(moments)

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError

    async def get(self, key: str) -> int:
        raise NotImplementedError

    async def get_expiry(self, key: str) -> float:
        raise NotImplementedError

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        number = len(self._windows)
        self._windows.clear()
        return number

    async def clear(self, key: str) -> None:
        self._windows.pop(key, None)


class WindowCounters:
    """`Counters` over a storage of the library. Raises what the storage raises."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._limiter = MovingWindowRateLimiter(storage)
        self._clock = clock
        self._items: dict[Limit, RateLimitItem] = {}

    async def take(self, key: str, limit: Limit) -> Count:
        """See `Counters.take`."""
        item = self._items.get(limit)
        if item is None:
            item = self._items[limit] = RateLimitItemPerSecond(limit.amount, limit.seconds, namespace="ep")
        allowed = await self._limiter.hit(item, key)
        stats = await self._limiter.get_window_stats(item, key)
        remaining = max(0, stats.remaining) if allowed else 0
        return Count(allowed, remaining, max(0.0, stats.reset_time - self._clock().timestamp()))


class SharedCounters:
    """Counts in Redis; while that does not answer, in this process: a lost store neither opens nor shuts the door."""

    def __init__(self, url: str, fallback: Counters, clock: Clock) -> None:
        # The library takes a pool, though its types do not say so.
        self._connections = ConnectionPool.from_url(
            url, socket_connect_timeout=_SHARED_STORE_TIMEOUT, socket_timeout=_SHARED_STORE_TIMEOUT
        )
        options: dict[str, Any] = {"connection_pool": self._connections}
        storage = RedisStorage(f"async+{url}", wrap_exceptions=True, implementation="redispy", **options)
        # Redis is told the time of this machine by the library; the counters must read it from the same clock.
        self._shared = WindowCounters(storage, clock)
        self._host = urlsplit(url).hostname
        self._fallback = fallback
        self._rests_until = -math.inf

    async def take(self, key: str, limit: Limit) -> Count:
        """See `Counters.take`."""
        if time() >= self._rests_until:
            try:
                return await self._shared.take(key, limit)
            except (StorageError, OSError) as error:
                self._rests_until = time() + _SHARED_STORE_REST
                await _LOG.aerror("shared_rate_limits_unreachable", host=self._host, reason=str(error))
        return await self._fallback.take(key, limit)

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.disconnect()


def memory_counters(clock: Clock) -> Counters:
    """Counters of this process."""
    return WindowCounters(MemoryStorage(clock), clock)
