"""Who wants to know at once that a session has ended: sockets, which are authenticated only when they open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

Revoked = Callable[[], None]


class RevocationWatch:
    """Calls back, once, when a session ends."""

    def __init__(self) -> None:
        self._watchers: dict[UUID, list[Revoked]] = {}

    @property
    def watched(self) -> Collection[UUID]:
        """The sessions that somebody watches."""
        return self._watchers.keys()

    @contextmanager
    def watching(self, session_id: UUID, revoked: Revoked) -> Iterator[None]:
        """Within the block, `revoked` is called when the session ends."""
        self._watchers.setdefault(session_id, []).append(revoked)
        try:
            yield
        finally:
            remaining = [watcher for watcher in self._watchers.get(session_id, ()) if watcher is not revoked]
            if remaining:
                self._watchers[session_id] = remaining
            else:
                self._watchers.pop(session_id, None)

    def announce(self, session_id: UUID) -> None:
        """Tell who watches that the session has ended."""
        for revoked in self._watchers.pop(session_id, ()):
            revoked()
