"""Legal stories of one connection, told without the monitor: what it must accept, and what a mutation must break."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from experience_plane_api import documents

Message = dict[str, Any]
Story = list[tuple[str, Message]]

CONTRACT = documents.load("asyncapi")
PROTOCOL = CONTRACT["x-protocol"]
EXAMPLES: dict[str, list[Message]] = {
    name: [example["payload"] for example in message["examples"]]
    for name, message in CONTRACT["components"]["messages"].items()
}
DIRECTION: dict[str, str] = {
    name: message["x-direction"] for name, message in CONTRACT["components"]["messages"].items()
}
CONVERSATION = "0198c0de-a9f2-7c3e-8f4b-1a2b3c4d5e6f"
RUN = "0198c0de-b000-7c3e-8f4b-1a2b3c4d5e6f"
STEP = "0198c0de-b111-7c3e-8f4b-1a2b3c4d5e6f"


def example(message_type: str, **changes: Any) -> Message:
    """The contract's last example of a message, about one conversation, run and step, with some fields changed."""
    message = deepcopy(EXAMPLES[message_type][-1])
    properties = CONTRACT["components"]["schemas"][_schema_of(message_type)]["properties"]
    ids = {"conversation_id": CONVERSATION, "run_id": RUN, "step_id": STEP}
    message |= {name: value for name, value in ids.items() if name in properties}
    return message | changes


def _schema_of(message_type: str) -> str:
    reference: str = CONTRACT["components"]["messages"][message_type]["payload"]["$ref"]
    return reference.rpartition("/")[2]


READY = ("server", example("connection.ready"))


class Teller:
    """Makes the messages of a legal story, with the numbers that the laws ask for."""

    def __init__(self) -> None:
        self.story: Story = [READY]
        self.cursors: dict[str, int] = {}
        self.seqs: dict[str, int] = {}

    def client(self, message_type: str, **fields: Any) -> None:
        self.story.append(("client", example(message_type, **fields)))

    def server(self, message_type: str, **fields: Any) -> None:
        self.story.append(("server", example(message_type, **fields)))

    def open(self, conversation: str) -> None:
        self.client("conversation.open", conversation_id=conversation, after_cursor=0)
        self.server(
            "conversation.opened",
            conversation_id=conversation,
            cursor=self.cursors.setdefault(conversation, 0),
            active_runs=[],
        )

    def event(self, message_type: str, conversation: str, run: str, **fields: Any) -> None:
        self.cursors[conversation] += 1
        self.seqs[run] = self.seqs.get(run, 0) + 1
        place = {"conversation_id": conversation, "run_id": run}
        self.server(message_type, **place, seq=self.seqs[run], cursor=self.cursors[conversation], **fields)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Up to two conversations with up to three runs each, their events interleaved as two writers would."""
    conversations = [str(UUID(int=100 + number)) for number in range(draw(st.integers(1, 2)))]
    teller = Teller()
    for conversation in conversations:
        teller.open(conversation)
    writers = [_runs(draw, teller, number, conversation) for number, conversation in enumerate(conversations)]
    while writers:
        writer = draw(st.sampled_from(writers))
        if next(writer, None) is None:
            writers.remove(writer)
        if draw(st.booleans()):
            teller.client("connection.ping")
            teller.server("connection.pong")
    return teller.story


def _runs(draw: st.DrawFn, teller: Teller, number: int, conversation: str) -> Any:
    for count in range(draw(st.integers(1, 3))):
        run = str(UUID(int=1000 * (number + 1) + count))
        teller.client("agent.message", conversation_id=conversation)
        teller.event("message.accepted", conversation, run)
        yield True
        yield from _answer(draw, teller, conversation, run)


def _answer(draw: st.DrawFn, teller: Teller, conversation: str, run: str) -> Any:
    text, step = "", 0
    teller.event("agent.started", conversation, run)
    yield True
    for action in draw(st.lists(st.sampled_from(["token", "step", "handoff", "duplicate"]), max_size=5)):
        if action == "token":
            delta = draw(st.sampled_from(["a", "b ", "é"]))
            text += delta
            teller.event("agent.token", conversation, run, delta=delta)
        elif action == "step":
            step += 1
            step_id = str(UUID(int=UUID(run).int * 100 + step))
            teller.event("step.started", conversation, run, step_id=step_id)
            yield True
            teller.event(draw(st.sampled_from(["step.completed", "step.failed"])), conversation, run, step_id=step_id)
        elif action == "duplicate":
            again = {"conversation_id": conversation, "run_id": run, "cursor": 1, "duplicate": True}
            teller.server("message.accepted", **again)
        else:
            text = ""
            teller.event("agent.handoff", conversation, run)
            yield True
            teller.event("agent.started", conversation, run)
        yield True
    end = draw(st.sampled_from(["agent.completed", "agent.failed", "agent.cancelled"]))
    teller.event(end, conversation, run, **({"text": text} if end == "agent.completed" else {}))
    yield True
