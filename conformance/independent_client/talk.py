"""Talks with a service through the generated application: opens a conversation, sends one message, reads the answer.

Runs in the environment of its own, where `agent_application` was generated. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import uuid
from pathlib import Path
from typing import Any

from asyncapi_python.contrib.codec.json import JsonCodec, JsonCodecFactory
from asyncapi_python.contrib.codec.registry import CodecRegistry
from asyncapi_python.kernel.document.message import Message
from pydantic import BaseModel
from wire import WebSocketWireFactory

ENDS = {"agent.completed", "agent.failed", "agent.cancelled"}
ANSWER_SECONDS = 30.0


class AbsentMeansAbsent(JsonCodec):
    """The library writes `null` for an optional field that was not given, which a closed contract refuses."""

    def encode(self, payload: BaseModel) -> bytes:
        return payload.model_dump_json(exclude_unset=True).encode()


class AbsentMeansAbsentFactory(JsonCodecFactory):
    def create(self, message: Message) -> JsonCodec:
        return AbsentMeansAbsent(self._resolve_model_class(message))


async def talk(uri: str, subprotocol: str, text: str) -> dict[str, Any]:
    """Answers what was said and which messages, as the generated models, came by."""
    from agent_application import Application
    from agent_application.messages import json as messages

    # None, because the generator does not hand on `defaultContentType`.
    CodecRegistry.register(None, AbsentMeansAbsentFactory)
    wire = WebSocketWireFactory()
    application = Application(wire, endpoint_params={"service_name": "conformance"})
    heard: list[Any] = []
    ended = asyncio.Event()

    @application.consumer.stream_run
    async def on_event(event: Any) -> None:
        heard.append(event)
        if event.type in ENDS:
            ended.set()

    @application.consumer.welcome
    async def on_ready(_: Any) -> None: ...

    @application.consumer.warn
    async def on_warning(_: Any) -> None: ...

    @application.consumer.report_error
    async def on_error(_: Any) -> None: ...

    await application.start()
    await wire.open(uri, subprotocol)
    opened = await application.producer.open_conversation(
        messages.ConversationOpen(type="conversation.open", correlation_id="independent-1"), timeout=ANSWER_SECONDS
    )
    accepted = await application.producer.send_message(
        messages.AgentMessage(
            type="agent.message",
            conversation_id=opened.conversation_id,
            message_id=uuid.uuid4(),
            text=text,
            context=messages.MessageContext(surface=messages.Surface.GENERAL),
        ),
        timeout=ANSWER_SECONDS,
    )
    waiting = [asyncio.create_task(event.wait()) for event in (ended, wire.deaf)]
    await asyncio.wait(waiting, timeout=ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    await wire.close()
    await application.stop()
    return {
        "opened": type(opened).__name__,
        "accepted": type(accepted).__name__,
        "heard": [type(event).__name__ for event in heard],
        "answer": next((event.text for event in heard if event.type == "agent.completed"), None),
        "tokens": "".join(event.delta for event in heard if event.type == "agent.token"),
        "refused": [payload.decode() for payload in wire.refused],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--application", type=Path, required=True, help="where agent_application was generated")
    parser.add_argument("--uri", required=True, help="the socket, with a ticket")
    parser.add_argument("--subprotocol", required=True)
    parser.add_argument("--text", required=True)
    options = parser.parse_args()
    sys.path.insert(0, str(options.application))
    sys.stdout.write(json.dumps(asyncio.run(talk(options.uri, options.subprotocol, options.text))) + "\n")


if __name__ == "__main__":
    main()
