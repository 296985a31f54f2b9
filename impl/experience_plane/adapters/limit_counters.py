"""Counters of the rate limits: moving windows in this process, or those of the library `limits` in Redis."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from time import time
from typing import Any
from urllib.parse import urlsplit

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool

from experience_plane.clock import Clock
from experience_plane.security_guard.rate_limits import Count, Counters, Limit

_LOG = structlog.get_logger(__name__)
_SHARED_STORE_TIMEOUT = 0.25
_SHARED_STORE_REST = 5.0


class MemoryCounters:
    """Moving windows in this process, bounded, on our clock.

    The library's own look through all keys, in a thread, on every request, and have no bound.
    """

    def __init__(self, clock: Clock, capacity: int = 100_000) -> None:
        self._clock = clock
        self._capacity = capacity
        self._windows: OrderedDict[tuple[str, Limit], deque[float]] = OrderedDict()
        """The moments of each key under each limit, the oldest first; the key used longest ago first."""

    async def take(self, key: str, limit: Limit) -> Count:
        """See `Counters.take`."""
        now, moments = self._clock().timestamp(), self._window((key, limit))
        while moments and moments[0] <= now - limit.seconds:
            moments.popleft()
        allowed = len(moments) < limit.amount
        if allowed:
            moments.append(now)
        reset_after = moments[0] + limit.seconds - now if moments else 0.0
        return Count(allowed, limit.amount - len(moments), reset_after)

    def _window(self, key: tuple[str, Limit]) -> deque[float]:
        moments = self._windows.get(key)
        if moments is None:
            moments = self._windows[key] = deque()
            if len(self._windows) > self._capacity:
                self._windows.popitem(last=False)
        else:
            self._windows.move_to_end(key)
        return moments


class _StoredCounters:
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
        self._shared = _StoredCounters(storage, clock)
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
