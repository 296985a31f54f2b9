"""Runs: from an accepted message to its end, through routing, the Runtime and the log."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import structlog

from experience_plane.agent_socket import run_events
from experience_plane.agent_socket.run_laws import RunLaws
from experience_plane.agent_socket.run_writer import RunWriter
from experience_plane.agents.catalog import GUIDE_ID
from experience_plane.agents.routing import route
from experience_plane.conversations.log import ConversationLog, RunFenced, TooManyRuns
from experience_plane.conversations.model import AcceptedMessage, EventDraft, Message, NewMessage, Owner
from experience_plane.errors import NotReady
from experience_plane.problems import problem, problem_of
from experience_plane.runtime.events import ExecutionCompleted, HandoffRequested
from experience_plane.runtime.port import ExecutionFailed, ExecutionRequest, LiaisonsNotAllowed, Runtime, Turn
from experience_plane_api import problem_types as types

_LOG = structlog.get_logger(__name__)
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """How far one run may go."""

    max_active: int = 16
    """Runs of one user that may be active at once."""
    max_handoffs: int = 4
    """Times that agents may hand over; one more fails the run."""
    max_seconds: float = 300.0
    """How long a run may take; then it fails."""
    history_messages: int = 50
    """How many earlier messages an agent is given."""
    end_retries_seconds: tuple[float, ...] = (0.1, 1.0, 5.0)
    """Pauses before the end of a run is written again, when the log could not take it."""


@dataclass(frozen=True, slots=True)
class _Run:
    """A run that this process executes."""

    owner: Owner
    conversation_id: UUID
    run_id: UUID
    message: NewMessage
    accepted_cursor: int
    active_agent_id: str | None
    guide_only: bool


class Runs:
    """Begins, executes and cancels the runs of this process."""

    def __init__(self, *, log: ConversationLog, runtime: Runtime, limits: RunLimits | None = None) -> None:
        self._log = log
        self._runtime = runtime
        self._limits = limits or RunLimits()
        self._answers: dict[UUID, asyncio.Task[None]] = {}
        self._active: Counter[UUID] = Counter()
        # What may not be cancelled: accepting a message, and seeing its run through to an end.
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False

    async def start(
        self, owner: Owner, conversation_id: UUID, message: NewMessage, *, guide_only: bool = False
    ) -> AcceptedMessage:
        """Accept a message and begin to answer it; a message accepted before starts nothing.

        With `guide_only`, a run that a liaison would answer fails with `LiaisonsNotAllowed`.
        A caller that is cancelled meanwhile cancels nothing: what the log has accepted is answered.

        Raises:
            ConversationNotFound, MessageIdReused, RunInProgress, TooManyRuns.
            NotReady: the service is stopping.
        """
        if self._closing:
            raise NotReady("The service is stopping.")
        return await asyncio.shield(self._kept(self._start(owner, conversation_id, message, guide_only=guide_only)))

    async def cancel(self, conversation_id: UUID, run_id: UUID) -> None:
        """End a run at its next await point.

        Raises:
            RunNotFound, RunNotActive.
        """
        await self._log.run_of(conversation_id, run_id)
        if answering := self._answers.get(run_id):
            answering.cancel()

    async def fail_unfinished(self) -> int:
        """End what a crash of the service left without an end, and answer how many runs these were.

        Only for a start: no other process may be executing runs of the same log.
        """
        unfinished = await self._log.unfinished_runs()
        made = problem(types.AGENT_FAILED, "The service was restarted before the answer was whole.")
        for run in unfinished:
            # Another process that starts now may have been faster.
            with contextlib.suppress(RunFenced):
                await self._log.append(run.conversation_id, run.run_id, run.next_seq, [run_events.failed(made)])
        return len(unfinished)

    async def finish(self, seconds: float) -> None:
        """Begin no more runs, and wait until those that are active have ended, at most so long."""
        self._closing = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def close(self) -> None:
        """Cancel what still runs; each run gets its end in the log."""
        self._closing = True
        while self._tasks:
            for answering in self._answers.values():
                answering.cancel()
            await asyncio.wait(self._tasks)

    def _kept(self, work: Coroutine[Any, Any, ResultT]) -> asyncio.Task[ResultT]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _start(
        self, owner: Owner, conversation_id: UUID, message: NewMessage, *, guide_only: bool
    ) -> AcceptedMessage:
        conversation = await self._log.conversation(conversation_id, owner)
        if self._active[owner.user_id] >= self._limits.max_active:
            raise TooManyRuns(f"A user may have {self._limits.max_active} runs active.")
        self._active[owner.user_id] += 1
        try:
            accepted = await self._log.accept_message(conversation_id, message)
        except BaseException:
            self._release(owner)
            raise
        if not accepted.duplicate:
            event = accepted.event
            active = conversation.active_agent_id
            self._begin(_Run(owner, conversation_id, event.run_id, message, event.cursor, active, guide_only))
        else:
            self._release(owner)
        return accepted

    def _release(self, owner: Owner) -> None:
        self._active[owner.user_id] -= 1
        if not self._active[owner.user_id]:
            del self._active[owner.user_id]

    def _begin(self, run: _Run) -> None:
        with structlog.contextvars.bound_contextvars(conversation_id=str(run.conversation_id), run_id=str(run.run_id)):
            writer = RunWriter(self._log, run.conversation_id, run.run_id, next_seq=2)
            answering = asyncio.create_task(self._answer(run, writer), name=f"run {run.run_id}")
            self._answers[run.run_id] = answering
            self._kept(self._see_through(run, writer, answering))

    async def _see_through(self, run: _Run, writer: RunWriter, answering: asyncio.Task[None]) -> None:
        """Wait for the answer and write the end that it did not write itself; only `answering` is ever cancelled."""
        try:
            async with asyncio.timeout(self._limits.max_seconds):
                await answering
        except asyncio.CancelledError:
            await self._end(writer, run_events.cancelled())
        except TimeoutError:
            await self._fail(writer, ExecutionFailed("The answer took too long."))
        except Exception as error:  # noqa: BLE001 - every run gets an end, whatever happened
            await self._fail(writer, error)
        finally:
            del self._answers[run.run_id]
            self._release(run.owner)

    async def _answer(self, run: _Run, writer: RunWriter) -> None:
        chosen = route(run.message.surface, run.active_agent_id, run.message.text)
        handed_over_from = chosen.from_agent_id
        if chosen.from_agent_id and chosen.reason:
            await writer.write(run_events.handoff(chosen.from_agent_id, chosen.agent_id, chosen.reason))
        history = await self._history(run)
        laws = RunLaws()
        agent_id = chosen.agent_id
        for _ in range(self._limits.max_handoffs + 1):
            _check_allowed(run, agent_id)
            request = _request(run, agent_id, history, handed_over_from)
            await writer.write(run_events.started(agent_id))
            laws.agent_started()
            to_agent_id = await self._stream(request, writer, laws)
            if to_agent_id is None:
                return
            agent_id, handed_over_from = to_agent_id, agent_id
        raise ExecutionFailed("The agents kept handing over to each other.")

    async def _stream(self, request: ExecutionRequest, writer: RunWriter, laws: RunLaws) -> str | None:
        """Write what one agent emits; answers the agent to which it hands over, if it does."""
        async with contextlib.aclosing(self._runtime.execute(request)) as emitted:
            async for event in emitted:
                laws.check(event)
                await writer.add(run_events.draft(run_events.storable(event), request.agent_id))
                if isinstance(event, HandoffRequested | ExecutionCompleted):
                    await writer.flush()
                    return event.to_agent_id if isinstance(event, HandoffRequested) else None
        raise ExecutionFailed

    async def _history(self, run: _Run) -> tuple[Turn, ...]:
        earlier = await self._log.latest_messages(
            run.conversation_id, limit=self._limits.history_messages, before_cursor=run.accepted_cursor
        )
        return _turns(earlier)

    async def _fail(self, writer: RunWriter, error: Exception) -> None:
        problem_type, made = problem_of(error)
        await _LOG.awarning("run_failed", problem=problem_type.slug, exc_info=error)
        await self._end(writer, run_events.failed(made))

    async def _end(self, writer: RunWriter, end: EventDraft) -> None:
        for retry_in in (*self._limits.end_retries_seconds, None):
            try:
                await writer.write(end)
            except RunFenced:
                # A cancellation may come when the end is written already; the log then refuses a second.
                return
            except Exception as error:  # noqa: BLE001 - without its end the run would block the conversation
                await _LOG.aerror("run_end_not_written", exc_info=error, retry_in=retry_in)
                if retry_in is not None:
                    await asyncio.sleep(retry_in)
            else:
                return


def _check_allowed(run: _Run, agent_id: str) -> None:
    if run.guide_only and agent_id != GUIDE_ID:
        raise LiaisonsNotAllowed


def _request(run: _Run, agent_id: str, history: tuple[Turn, ...], handed_over_from: str | None) -> ExecutionRequest:
    return ExecutionRequest(
        run_id=run.run_id,
        conversation_id=run.conversation_id,
        tenant_id=run.owner.tenant_id,
        user_id=run.owner.user_id,
        agent_id=agent_id,
        text=run.message.text,
        surface=run.message.surface,
        project_id=run.message.project_id,
        history=history,
        handed_over_from=handed_over_from,
    )


def _turns(messages: Sequence[Message]) -> tuple[Turn, ...]:
    return tuple(Turn(role=message.role, text=message.text, agent_id=message.agent_id) for message in messages)
