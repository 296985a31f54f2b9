"""What the contract's laws ask of a Runtime's events, checked before they are in the log, which keeps them for good."""

from __future__ import annotations

import hashlib
from typing import NoReturn
from uuid import UUID

from experience_plane.runtime.events import (
    ExecutionCompleted,
    HandoffRequested,
    RuntimeEvent,
    StepCompleted,
    StepFailed,
    StepStarted,
    TokenEmitted,
)
from experience_plane.runtime.port import ExecutionFailed


class RunLaws:
    """Follows one run: steps begin once and end once, none is left open, and an answer is its tokens, joined."""

    def __init__(self) -> None:
        self._under_way: set[UUID] = set()
        self._ended: set[UUID] = set()
        self._text = hashlib.sha256()

    def agent_started(self) -> None:
        """Another agent begins, and with it another text."""
        self._text = hashlib.sha256()

    def check(self, event: RuntimeEvent) -> None:
        """Take the next event of an execution.

        Raises:
            ExecutionFailed: it breaks a law; the cause says which.
        """
        match event:
            case TokenEmitted(delta):
                self._text.update(_bytes(delta))
            case StepStarted(step_id):
                self._begin(step_id)
            case StepCompleted(step_id) | StepFailed(step_id):
                self._end(step_id)
            case HandoffRequested():
                self._all_ended()
            case ExecutionCompleted(text):
                self._all_ended()
                if hashlib.sha256(_bytes(text)).digest() != self._text.digest():
                    _broken("the text is not the tokens, joined")

    def _begin(self, step_id: UUID) -> None:
        if step_id in self._under_way or step_id in self._ended:
            _broken(f"step {step_id} began before")
        self._under_way.add(step_id)

    def _end(self, step_id: UUID) -> None:
        if step_id not in self._under_way:
            _broken(f"step {step_id} is not under way")
        self._under_way.remove(step_id)
        self._ended.add(step_id)

    def _all_ended(self) -> None:
        if self._under_way:
            _broken(f"{len(self._under_way)} steps are under way")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _broken(law: str) -> NoReturn:
    raise ExecutionFailed from ValueError(law)
