"""The limits of a connection, as `connection.ready` announces them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketLimits:
    """What one connection may do; the contract (asyncapi.yaml, Limits) says what happens beyond."""

    max_message_bytes: int = 1_048_576
    max_text_length: int = 100_000
    max_open_conversations: int = 32
    max_messages_per_minute: int = 60
    max_violations_per_minute: int = 20
    max_batch_events: int = 256
    max_batch_bytes: int = 65_536
    max_json_depth: int = 64
    max_active_runs: int = 16
    max_sockets_per_user: int = 20
    max_send_queue_bytes: int = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """How the service finds out that a client is gone."""

    interval_seconds: float = 20.0
    timeout_seconds: float = 20.0


class MinuteWindow:
    """Counts what happened in the last 60 seconds."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._moments: deque[datetime] = deque()

    def admits(self, now: datetime) -> bool:
        """Count one more and answer True, unless the limit is reached; what is refused is not counted."""
        while self._moments and self._moments[0] <= now - _MINUTE:
            self._moments.popleft()
        if len(self._moments) >= self._limit:
            return False
        self._moments.append(now)
        return True
