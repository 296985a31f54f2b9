"""Signing keys replaced while the service runs: a new one is published, then signs, and the old one fades out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from experience_plane.clock import Clock
from experience_plane.security_guard.options import KeyOptions
from experience_plane.security_guard.signing_keys import KeyRing, key_ring, load_signing_keys, new_signing_key
from experience_plane.security_guard.storage import SigningKeyStore, StoredSigningKey

_LOG = structlog.get_logger(__name__)
_LONGEST_CACHE = timedelta(minutes=5)
_UNKNOWN_KEY_INTERVAL = timedelta(seconds=1)
"""Tokens that name unknown keys cost a query no more often than this."""


class RotatingKeys:
    """A `KeyRing` that follows the clock and the storage. Close it when done."""

    def __init__(
        self, store: SigningKeyStore, stored: Sequence[StoredSigningKey], options: KeyOptions, clock: Clock
    ) -> None:
        self._store = store
        self._options = options
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._take(stored)

    @classmethod
    async def open(cls, store: SigningKeyStore, options: KeyOptions, clock: Clock) -> RotatingKeys:
        """Read the keys, creating the first one when there is none, and go on reading them from time to time."""
        keys = cls(store, await load_signing_keys(store, clock), options, clock)
        keys._task = asyncio.create_task(keys._follow(), name="follow signing keys")
        return keys

    def current(self) -> KeyRing:
        """See `SigningKeys.current`."""
        if self._next_change is not None and self._clock() >= self._next_change:
            self._renew()
        return self._current

    @property
    def key_set_max_age(self) -> int:
        """For how many seconds others may keep the key set: a new key must reach them before it signs."""
        slack = self._options.prepublish - self._options.reload_interval
        return int(max(timedelta(0), min(_LONGEST_CACHE, slack)).total_seconds())

    async def reload(self) -> None:
        """Read the keys again, unless that has just been done."""
        if self._clock() - self._read_at >= _UNKNOWN_KEY_INTERVAL:
            self._take(await self._store.all())

    async def close(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _take(self, stored: Sequence[StoredSigningKey]) -> None:
        self._stored = stored
        self._read_at = self._clock()
        self._renew()

    def _renew(self) -> None:
        now = self._clock()
        moments = [moment for key in self._stored for moment in (key.signs_from, key.not_after)]
        self._next_change: datetime | None = min((m for m in moments if m is not None and m > now), default=None)
        self._current = key_ring(self._stored, self._clock)

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._options.reload_interval.total_seconds())
            try:
                self._take(await self._store.all())
            except Exception as error:  # noqa: BLE001 - the keys that are known go on; the next time may succeed
                await _LOG.awarning("signing_keys_not_read", exc_info=error)


async def rotate_keys(
    store: SigningKeyStore, options: KeyOptions, *, token_lifetime: timedelta, clock: Clock
) -> StoredSigningKey:
    """Add a key that signs after `options.prepublish`; older ones are believed until the last token they sign is over.

    Raises:
        RuntimeError: another rotation came first.
    """
    stored = await load_signing_keys(store, clock)
    signs_from = clock() + options.prepublish
    generation = max(key.generation for key in stored) + 1
    key = new_signing_key(generation=generation, clock=clock, signs_from=signs_from)
    # A process learns of the new key within the reload interval, and signs with the old one until then.
    if not await store.replace(key, signs_from + options.reload_interval + token_lifetime):
        raise RuntimeError("the keys are being rotated by someone else")
    return key
