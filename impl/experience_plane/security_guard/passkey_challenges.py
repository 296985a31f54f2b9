"""Challenges for passkeys: made at random, stored as digests, redeemed once."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from experience_plane.clock import Clock
from experience_plane.security_guard.opaque import digest, new_secret
from experience_plane.security_guard.passkey_ceremonies import CeremonyFailed, answered_challenge
from experience_plane.security_guard.passkeys import Challenge, ChallengePurpose, PasskeyStore


class PasskeyChallenges:
    """Issues and redeems them."""

    def __init__(self, store: PasskeyStore, lifetime: timedelta, clock: Clock) -> None:
        self._store = store
        self._lifetime = lifetime
        self._clock = clock

    async def issue(self, purpose: ChallengePurpose, bound_to: bytes) -> str:
        """Make a challenge of 256 random bits, in base64url."""
        value, now = new_secret(), self._clock()
        await self._store.add_challenge(Challenge(digest(value), purpose, bound_to, now + self._lifetime), now)
        return value

    async def redeem(self, credential: Mapping[str, Any], purpose: ChallengePurpose, bound_to: bytes) -> str:
        """Use up the challenge that the credential answers, and answer it if it was issued for this.

        One that was issued for something else is used up, too: whoever presents it there has no good reason.

        Raises:
            CeremonyFailed: unknown, expired, used before, or issued for something else.
        """
        value = answered_challenge(credential)
        challenge = await self._store.take_challenge(digest(value), self._clock())
        if challenge is None:
            raise CeremonyFailed("the challenge is unknown, expired or used")
        if challenge.purpose != purpose or not hmac.compare_digest(challenge.bound_to, bound_to):
            raise CeremonyFailed(f"the challenge was for {challenge.purpose}, or for somebody else")
        return value
