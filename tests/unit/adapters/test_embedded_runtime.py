"""The embedded Runtime: order, backpressure, cancellation, and errors that leak nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

import pytest

from experience_plane.adapters.embedded_runtime import EmbeddedRuntime
from experience_plane.runtime.events import ExecutionCompleted, RuntimeEvent, TokenEmitted
from experience_plane.runtime.port import ExecutionFailed, ExecutionRequest, UnknownAgent

_ID = UUID(int=1)
_REQUEST = ExecutionRequest(_ID, _ID, _ID, _ID, "guide.concierge", "hello", "general", None, ())


async def _three(_: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
    yield TokenEmitted("a")
    yield TokenEmitted("b")
    yield ExecutionCompleted("ab")


async def test_events_arrive_in_order_and_end_with_the_answer() -> None:
    """Nothing is added and nothing lost."""
    events = [event async for event in EmbeddedRuntime(_three).execute(_REQUEST)]
    assert events == [TokenEmitted("a"), TokenEmitted("b"), ExecutionCompleted("ab")]


async def test_an_execution_waits_for_a_slow_reader() -> None:
    """Memory stays bounded by `events_ahead`."""
    made: list[int] = []

    async def endless(_: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        while True:
            made.append(1)
            yield TokenEmitted("x")

    events = EmbeddedRuntime(endless, events_ahead=4).execute(_REQUEST)
    await anext(events)
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(made) <= 6
    await events.aclose()


async def test_closing_the_events_cancels_the_execution_where_it_awaits() -> None:
    """Closing returns only when the execution has ended."""
    ended = False

    async def stuck(_: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        nonlocal ended
        try:
            yield TokenEmitted("x")
            await asyncio.Event().wait()
        finally:
            ended = True

    events = EmbeddedRuntime(stuck).execute(_REQUEST)
    await anext(events)
    await events.aclose()
    assert ended


async def test_cancelling_the_reader_cancels_the_execution() -> None:
    """A dropped task takes its execution with it."""
    ended = asyncio.Event()
    begun = asyncio.Event()

    async def stuck(_: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        try:
            begun.set()
            await asyncio.Event().wait()
            yield TokenEmitted("never")
        finally:
            ended.set()

    async def read() -> None:
        async for _ in EmbeddedRuntime(stuck).execute(_REQUEST):
            pass

    reader = asyncio.create_task(read())
    await begun.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert ended.is_set()


async def test_closing_the_runtime_ends_its_readers() -> None:
    """A stopping service leaves nobody waiting."""
    begun = asyncio.Event()

    async def stuck(_: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        begun.set()
        await asyncio.Event().wait()
        yield TokenEmitted("never")

    runtime = EmbeddedRuntime(stuck)
    reader = asyncio.create_task(anext(runtime.execute(_REQUEST)))
    await begun.wait()
    await runtime.close()
    with pytest.raises(ExecutionFailed):
        await reader


async def test_an_unforeseen_error_becomes_a_failure_that_tells_nothing() -> None:
    """Its cause is kept for the log."""

    async def broken(_: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        yield TokenEmitted("x")
        raise RuntimeError("secret path")

    with pytest.raises(ExecutionFailed) as failed:
        [event async for event in EmbeddedRuntime(broken).execute(_REQUEST)]
    assert "secret" not in str(failed.value)
    assert isinstance(failed.value.__cause__, RuntimeError)


async def test_an_error_of_ours_arrives_as_it_is() -> None:
    """It carries what the client is told."""

    async def unknown(_: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        raise UnknownAgent
        yield TokenEmitted("never")

    with pytest.raises(UnknownAgent):
        [event async for event in EmbeddedRuntime(unknown).execute(_REQUEST)]


async def test_an_execution_without_an_end_is_a_failure() -> None:
    """A run owes exactly one end."""

    async def silent(_: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        yield TokenEmitted("x")

    with pytest.raises(ExecutionFailed):
        [event async for event in EmbeddedRuntime(silent).execute(_REQUEST)]


async def test_executions_run_side_by_side() -> None:
    """One that waits holds no other up."""
    gate = asyncio.Event()

    async def gated(request: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        if request.text == "wait":
            await gate.wait()
        yield ExecutionCompleted(request.text)

    runtime = EmbeddedRuntime(gated)
    waiting = ExecutionRequest(_ID, _ID, _ID, _ID, "guide.concierge", "wait", "general", None, ())
    first = asyncio.create_task(anext(runtime.execute(waiting)))
    assert await anext(runtime.execute(_REQUEST)) == ExecutionCompleted("hello")
    gate.set()
    assert await first == ExecutionCompleted("wait")
