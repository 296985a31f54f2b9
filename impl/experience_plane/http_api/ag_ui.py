"""AG-UI over HTTP: a `RunAgentInput` becomes a message of a conversation, its run the answer."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any
from uuid import UUID, uuid5

from ag_ui.encoder import EventEncoder
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from experience_plane.agent_socket.ag_ui import AgUiRun
from experience_plane.agent_socket.runs import Runs
from experience_plane.conversations.log import ConversationLog, ConversationNotFound, TooManyRuns
from experience_plane.conversations.model import AcceptedMessage, NewMessage, Owner
from experience_plane.http_api.event_streams import EventStreams
from experience_plane.security_guard.access_policy import LIAISONS_CONSULT
from experience_plane.security_guard.ports import TooManyRequests
from experience_plane.security_guard.principal import Principal
from experience_plane_api import messages, models

_THREADS = UUID("5f0c6a52-6e0e-5a7e-9d0b-3f4e2a1c7b90")
"""The namespace (RFC 9562, section 5.5) of conversations that AG-UI clients have named."""


class AgUiRuns:
    """Answers AG-UI clients from the same runs and log as the agent socket."""

    def __init__(self, log: ConversationLog, runs: Runs, streams: EventStreams, *, max_text_length: int) -> None:
        self._log = log
        self._runs = runs
        self._streams = streams
        self._max_text_length = max_text_length

    async def answer(self, principal: Principal, request: models.RunAgentInput) -> Response:
        """Begin the run that the request asks for, or find the one that it began before, and answer its events.

        Raises:
            RequestValidationError: the request asks for no message that the agents could answer.
            MessageIdReused, RunInProgress, TooManyRequests, NotReady.
        """
        body = request.model_dump(mode="json", by_alias=True)
        owner = Owner(principal.user_id, principal.tenant_id)
        conversation_id = await self._conversation_id(owner, body["threadId"])
        message = self._message(body, conversation_id)
        await self._log.open_conversation(owner, conversation_id)
        guide_only = LIAISONS_CONSULT not in principal.permissions
        try:
            accepted = await self._runs.start(owner, conversation_id, message, guide_only=guide_only)
        except TooManyRuns as error:
            raise TooManyRequests(retry_after=1.0) from error
        return self._streams.answer(principal, self._blocks(AgUiRun(body["threadId"], body["runId"]), accepted))

    async def _conversation_id(self, owner: Owner, thread_id: str) -> UUID:
        """A thread is the conversation of that id if the owner has it, and otherwise one of its own for each owner."""
        with contextlib.suppress(ValueError, ConversationNotFound):
            return (await self._log.conversation(UUID(thread_id), owner)).conversation_id
        return uuid5(uuid5(_THREADS, f"{owner.tenant_id} {owner.user_id}"), thread_id)

    def _message(self, body: Mapping[str, Any], conversation_id: UUID) -> NewMessage:
        index = len(body["messages"]) - 1
        last = body["messages"][index]
        if last["role"] != "user":
            raise _invalid(
                ["messages", index, "role"], "The last message must be the user's; agents answer nothing else."
            )
        text = _text(last.get("content"), index)
        if len(text) > self._max_text_length:
            raise _invalid(["messages", index, "content"], f"More than {self._max_text_length} code points.")
        message = _judged(
            {
                "type": "agent.message",
                "conversation_id": str(conversation_id),
                "message_id": str(uuid5(conversation_id, last["id"])),
                "text": text,
                "context": _context(body.get("forwardedProps")),
            },
            index,
        )
        context = message.context.model_dump()
        return NewMessage(message.message_id, message.text, context["surface"], context.get("project_id"))

    async def _blocks(self, run: AgUiRun, accepted: AcceptedMessage) -> AsyncGenerator[bytes, None]:
        encoder, first = EventEncoder(), accepted.event
        async with contextlib.aclosing(self._log.follow(first.conversation_id, first.cursor - 1)) as pages:
            async for page in pages:
                events = [event for event in page if event.run_id == first.run_id]
                told = [encoder.encode(one) for event in events for one in run.translate(event.message)]
                if told:
                    yield "".join(told).encode()
                if run.ended:
                    return


def _text(content: object, index: int) -> str:
    """The text of a message: a string, or parts of type `text`, joined."""
    if isinstance(content, str):
        return content
    texts = []
    for number, part in enumerate(content if isinstance(content, list) else [None]):
        text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
        if not isinstance(text, str):
            raise _invalid(["messages", index, "content", number], "The agents read text only.")
        texts.append(text)
    return "".join(texts)


def _context(forwarded: object) -> dict[str, Any]:
    given = forwarded if isinstance(forwarded, dict) else {}
    names = ("surface", "project_id")
    return {"surface": "general"} | {name: given[name] for name in names if given.get(name) is not None}


def _judged(message: Mapping[str, Any], index: int) -> messages.AgentMessage:
    try:
        return messages.AgentMessage.model_validate_json(json.dumps(message))
    except ValidationError as error:
        fault = error.errors()[0]
        where: list[int | str] = ["messages", index, "content"]
        if fault["loc"][0] == "context":
            where = ["forwardedProps", *fault["loc"][1:]]
        raise _invalid(where, fault["msg"]) from error


def _invalid(place: list[int | str], detail: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("body", *place), "msg": detail}])
