"""The state of runs at a position of the log, read from their events as x-protocol's run machine reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from uuid import UUID

from experience_plane.conversations.model import ActiveRun, LoggedEvent, RunState

_STATES: dict[str, RunState] = {
    "message.accepted": "accepted",
    "agent.started": "running",
    "agent.handoff": "handing_off",
}
_STEP_STARTED = "step.started"
_STEP_ENDED = frozenset({"step.completed", "step.failed"})


def active_run(run_id: UUID, seq: int, events: Iterable[LoggedEvent]) -> ActiveRun:
    """Answer the run as it is at `seq`, by its events up to there, tokens left out; none of them ends it."""
    state: RunState = "accepted"
    steps: dict[UUID, None] = {}
    for event in events:
        state = _STATES.get(event.type, state)
        if event.type == _STEP_STARTED:
            steps[_step_id(event)] = None
        elif event.type in _STEP_ENDED:
            steps.pop(_step_id(event), None)
    return ActiveRun(run_id=run_id, seq=seq, state=state, steps=tuple(steps))


def _step_id(event: LoggedEvent) -> UUID:
    return UUID(json.loads(event.text)["step_id"])
