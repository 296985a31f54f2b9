"""A Runtime that does what a test wrote down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from experience_plane.runtime.events import RuntimeEvent
from experience_plane.runtime.port import ExecutionRequest

Line = RuntimeEvent | Exception | asyncio.Event
"""An event is emitted, an exception raised, an asyncio.Event waited for."""


class ScriptedRuntime:
    """Plays one script after the other, the last of them again and again."""

    def __init__(self, *scripts: Sequence[Line]) -> None:
        self._scripts = list(scripts)
        self.requests: list[ExecutionRequest] = []
        self.waiting = asyncio.Event()
        """Set once a script waits."""
        self.closed = 0

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[RuntimeEvent, None]:
        self.requests.append(request)
        script = self._scripts[min(len(self.requests), len(self._scripts)) - 1]
        try:
            for line in script:
                if isinstance(line, Exception):
                    raise line
                if isinstance(line, asyncio.Event):
                    self.waiting.set()
                    await line.wait()
                else:
                    yield line
        finally:
            self.closed += 1

    async def close(self) -> None:
        pass
