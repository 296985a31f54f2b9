"""The rotation of refresh tokens, many in one transaction: three statements and a commit, however many wait."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from experience_plane.adapters.sql.account_store import account_from, select_accounts
from experience_plane.adapters.sql.engine import write_transaction
from experience_plane.adapters.sql.identity_tables import refresh_tokens, sessions, users
from experience_plane.security_guard.storage import Account, Reused, Rotated, Rotation

Outcome = Rotated | Reused | None

_FIND = (
    select_accounts()
    .join(sessions, sessions.c.user_id == users.c.user_id)
    .join(refresh_tokens, refresh_tokens.c.session_id == sessions.c.session_id)
    .add_columns(
        refresh_tokens.c.digest,
        refresh_tokens.c.rotated_at,
        refresh_tokens.c.successor_seed,
        refresh_tokens.c.expires_at,
        sessions.c.session_id,
        sessions.c.ended_at,
        sessions.c.expires_at.label("session_expires_at"),
    )
    .where(refresh_tokens.c.digest.in_(bindparam("digests", expanding=True)))
    # Locked in one order, so that two processes with the same tokens do not wait for each other. SQLite has locked all.
    .order_by(refresh_tokens.c.digest)
    .with_for_update(of=[refresh_tokens, sessions])
)
_MARK = (
    update(refresh_tokens)
    .where(refresh_tokens.c.digest == bindparam("presented"))
    .values(rotated_at=bindparam("at"), successor_seed=bindparam("seed"))
)
_USED = (
    update(sessions)
    .where(sessions.c.session_id.in_(bindparam("used", expanding=True)))
    .values(last_used_at=bindparam("at"))
)
_END = (
    update(sessions)
    .where(sessions.c.session_id == bindparam("ended"), sessions.c.ended_at.is_(None))
    .values(ended_at=bindparam("at"), end_reason="refresh_token_reuse")
)


async def rotate(engine: AsyncEngine, rotations: Sequence[Rotation]) -> Sequence[Outcome]:
    """Decide on each rotation in order, as if it were alone, and write what follows in one transaction."""
    async with write_transaction(engine) as connection:
        digests = {rotation.digest for rotation in rotations}
        rows = (await connection.execute(_FIND, {"digests": list(digests)})).all()
        decisions = _Decisions(rows)
        outcomes = [decisions.decide(rotation) for rotation in rotations]
        await decisions.write(connection)
    return outcomes


@dataclass(slots=True)
class _Token:
    session_id: UUID
    account: Account
    rotated_at: datetime | None
    seed: bytes | None
    expires_at: datetime


class _Decisions:
    def __init__(self, rows: Collection[Row[Any]]) -> None:
        self._tokens = {
            row.digest: _Token(row.session_id, account_from(row), row.rotated_at, row.successor_seed, row.expires_at)
            for row in rows
        }
        self._limits = {row.session_id: row.session_expires_at for row in rows}
        self._over = {row.session_id for row in rows if row.ended_at is not None}
        self._marks: list[dict[str, Any]] = []
        self._successors: list[dict[str, Any]] = []
        self._ends: list[dict[str, Any]] = []

    def decide(self, rotation: Rotation) -> Outcome:
        token = self._tokens.get(rotation.digest)
        if token is None:
            return None
        if token.rotated_at is not None:
            return self._again(token, rotation)
        if token.expires_at <= rotation.now or not self._lives(token, rotation.now):
            return None
        self._exchange(token, rotation)
        return Rotated(token.session_id, token.account, rotation.seed)

    def _again(self, token: _Token, rotation: Rotation) -> Outcome:
        assert token.rotated_at is not None
        if token.seed is not None and rotation.now - token.rotated_at < rotation.grace:
            alive = self._lives(token, rotation.now)
            return Rotated(token.session_id, token.account, token.seed) if alive else None
        if token.session_id not in self._over:
            self._over.add(token.session_id)
            self._ends.append({"ended": token.session_id, "at": rotation.now})
        return Reused(token.session_id)

    def _lives(self, token: _Token, now: datetime) -> bool:
        limit = self._limits[token.session_id]
        return token.session_id not in self._over and (limit is None or limit > now)

    def _exchange(self, token: _Token, rotation: Rotation) -> None:
        token.rotated_at, token.seed = rotation.now, rotation.seed
        limit = self._limits[token.session_id]
        successor = rotation.successor
        expires_at = successor.expires_at if limit is None else min(successor.expires_at, limit)
        self._marks.append({"presented": rotation.digest, "at": rotation.now, "seed": rotation.seed})
        self._successors.append(
            {
                "digest": successor.digest,
                "session_id": token.session_id,
                "issued_at": successor.issued_at,
                "expires_at": expires_at,
            }
        )

    async def write(self, connection: AsyncConnection) -> None:
        if self._marks:
            used = list({successor["session_id"] for successor in self._successors})
            await connection.execute(_MARK, self._marks)
            await connection.execute(insert(refresh_tokens), self._successors)
            await connection.execute(_USED, {"used": used, "at": self._marks[-1]["at"]})
        if self._ends:
            await connection.execute(_END, self._ends)
