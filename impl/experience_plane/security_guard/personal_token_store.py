"""What is kept of personal access tokens, and beside it what can be wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from experience_plane.errors import ExperiencePlaneError, FieldError


class AccessTokenNotFound(ExperiencePlaneError):
    """The user has no such personal access token, or it has expired or was revoked."""

    default_detail = "There is no such personal access token."


class TooManyAccessTokens(ExperiencePlaneError):
    """The user has as many personal access tokens as may be."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"You have {limit} personal access tokens; revoke one first.")


class InvalidScope(ExperiencePlaneError):
    """The scope at `index` is no permission of the user, or none that a token may have."""

    def __init__(self, index: int) -> None:
        reason = "Only permissions that you have, and none over credentials, can be given to a token."
        super().__init__(reason, errors=(FieldError(f"/scopes/{index}", reason),))


class InvalidLifetime(ExperiencePlaneError):
    """The token would live longer than `longest` seconds."""

    def __init__(self, longest: int) -> None:
        reason = f"A token lives for at most {longest} seconds here."
        super().__init__(reason, errors=(FieldError("/expires_in", reason),))


@dataclass(frozen=True, slots=True)
class PersonalToken:
    """A personal access token, without the token. `token_id` is also the id of its session."""

    token_id: UUID
    user_id: UUID
    name: str
    scopes: tuple[str, ...]
    hint: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None


class PersonalTokenStore(Protocol):
    """Personal access tokens, each with the session that it stands for."""

    async def add(self, token: PersonalToken, digest: bytes, limit: int) -> bool:
        """Store a token and its session, unless the user has `limit` tokens that live; False then.

        Of parallel callers no more get through than the limit allows.
        """
        ...

    async def find(self, digest: bytes) -> PersonalToken | None:
        """Answer the token with this digest, whether its session lives or not."""
        ...

    async def list_live(self, user_id: UUID, now: datetime) -> Sequence[PersonalToken]:
        """Answer the user's tokens that can be used, the newest first."""
        ...

    async def revoke(self, user_id: UUID, token_id: UUID, now: datetime) -> bool:
        """End the session of one of the user's tokens; False when there is none that lives."""
        ...

    async def used(self, token_id: UUID, now: datetime) -> None:
        """Keep when the token was used last."""
        ...
