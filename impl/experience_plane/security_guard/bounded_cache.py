"""A mapping that forgets what was used longest ago."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """Least recently used first out, once it holds more than `capacity` entries."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: K) -> V | None:
        """Answer the value and count it as used."""
        value = self._entries.get(key)
        if value is not None:
            self._entries.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Store the value, and drop the oldest entry when there are too many."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def discard_where(self, condition: Callable[[V], bool]) -> None:
        """Forget every entry whose value meets the condition; looks at all of them."""
        for key in [key for key, value in self._entries.items() if condition(value)]:
            del self._entries[key]

    def discard(self, key: K) -> None:
        """Forget the key, if known."""
        self._entries.pop(key, None)
