"""Reading and writing messages: the contract's schemas judge, and each fault is named."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.agent_socket import codec
from experience_plane.agent_socket.codec import MessageRejected
from experience_plane_api.agent_socket import CLIENT_MESSAGES, SERVER_MESSAGES
from protocol_stories import CONTRACT, CONVERSATION, DIRECTION, EXAMPLES, RUN, example

EVERY_EXAMPLE = [(name, payload) for name, payloads in EXAMPLES.items() for payload in payloads]
OPEN = example("conversation.open")
WRITE = example("agent.message")


def rejected(payload: Any) -> MessageRejected:
    """The rejection of a message, given as text or as a value."""
    with pytest.raises(MessageRejected) as caught:
        codec.decode(payload if isinstance(payload, str) else json.dumps(payload))
    return caught.value


def pointers(payload: Any) -> list[str]:
    """Where the faults of an invalid message are."""
    rejection = rejected(payload)
    assert rejection.problem_type.slug == "invalid-message"
    return [error.pointer for error in rejection.errors]


@pytest.mark.parametrize(("name", "payload"), EVERY_EXAMPLE)
def test_every_example_of_the_contract_is_a_message(name: str, payload: dict[str, Any]) -> None:
    """Of a client it is decoded; of the service it is encoded to the same JSON."""
    if DIRECTION[name] == "client":
        message, read = codec.decode(json.dumps(payload))
        assert isinstance(message, CLIENT_MESSAGES[name])
        assert read == payload
        assert json.loads(message.model_dump_json()) == payload
    else:
        written = json.loads(codec.encode(SERVER_MESSAGES[name].model_validate(payload)))
        assert _without_time(written) == _without_time(payload)


def _without_time(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in {"at", "expires_at"}}


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", "[]", "null", '"conversation.open"', "17", '{"type":"connection.ping","type":"connection.ping"}',
        '{"type":"connection.ping","n":NaN}', '{"type":"connection.ping","n":1e999}',
        '{"type":"connection.ping","correlation_id":"\\ud800"}', '{"type":' + "[" * 300 + "]" * 300 + "}",
        '{"type":"connection.ping","n":' + "9" * 5000 + "}", '{"type":"connection.ping"} x',
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_malformed(text: str) -> None:
    """Nothing can be said about its fields."""
    rejection = rejected(text)
    assert rejection.problem_type.slug == "malformed-message"
    assert rejection.errors == ()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, ["/type"]),
        ({"type": "intent", "text": "hello"}, ["/type"]),
        ({"type": None}, ["/type"]),
        ({"type": 7}, ["/type"]),
        ({"type": ["conversation.open"]}, ["/type"]),
        ({"type": "agent.started"}, ["/type"]),
        ({"type": "Conversation.Open"}, ["/type"]),
        (OPEN | {"surface": "general"}, ["/surface"]),
        (OPEN | {"a/b~c": 1}, ["/a~1b~0c"]),
        (OPEN | {"conversation_id": "not-a-uuid"}, ["/conversation_id"]),
        (OPEN | {"conversation_id": CONVERSATION.replace("-", "")}, ["/conversation_id"]),
        (OPEN | {"conversation_id": "urn:uuid:" + CONVERSATION}, ["/conversation_id"]),
        (OPEN | {"after_cursor": -1}, ["/after_cursor"]),
        (OPEN | {"after_cursor": 2**53}, ["/after_cursor"]),
        (OPEN | {"after_cursor": 2**70}, ["/after_cursor"]),
        (OPEN | {"after_cursor": 1.5}, ["/after_cursor"]),
        (OPEN | {"after_cursor": "1"}, ["/after_cursor"]),
        (OPEN | {"after_cursor": True}, ["/after_cursor"]),
        (OPEN | {"after_cursor": None}, ["/after_cursor"]),
        (OPEN | {"correlation_id": ""}, ["/correlation_id"]),
        (OPEN | {"correlation_id": "a" * 65}, ["/correlation_id"]),
        (OPEN | {"correlation_id": "a\n"}, ["/correlation_id"]),
        (WRITE | {"context": {"surface": "sales"}}, ["/context/surface"]),
        (WRITE | {"context": {"surface": "general", "x": 1}}, ["/context/x"]),
        (WRITE | {"context": {}}, ["/context/surface"]),
        (WRITE | {"context": []}, ["/context"]),
        (WRITE | {"text": ""}, ["/text"]),
        (WRITE | {"text": " \n\t "}, ["/text"]),
        (WRITE | {"text": "a\u0000b"}, ["/text"]),
        (WRITE | {"text": "\u0085"}, ["/text"]),
        (WRITE | {"text": "\ufeff"}, ["/text"]),
        (WRITE | {"text": "x" * 100_001}, ["/text"]),
        ({"type": "run.cancel"}, ["/conversation_id", "/run_id"]),
    ],
)  # fmt: skip
def test_each_fault_is_pointed_at(payload: dict[str, Any], expected: list[str]) -> None:
    """A JSON Pointer names the field, not its parent."""
    assert sorted(set(pointers(payload))) == expected


def test_a_cursor_without_its_conversation_is_refused() -> None:
    """`after_cursor` depends on `conversation_id`."""
    assert pointers({"type": "conversation.open", "after_cursor": 1})


@pytest.mark.parametrize("written", ["12", "12.0", "1.2e1"])
def test_an_integer_may_be_written_with_a_zero_fraction(written: str) -> None:
    """JSON Schema: 12.0 is an integer."""
    message, _ = codec.decode(
        f'{{"type":"conversation.open","conversation_id":"{CONVERSATION}","after_cursor":{written}}}'
    )
    assert message.after_cursor == 12  # type: ignore[union-attr]


@pytest.mark.parametrize("shown", ['"intent"', "7", "null", "{}", "1" + "0" * 308])
def test_an_unknown_type_is_told_the_accepted_ones(shown: str) -> None:
    """The drift that started the project is found within one message."""
    rejection = rejected(f'{{"type":{shown}}}')
    for accepted in CLIENT_MESSAGES:
        assert accepted in rejection.detail
        assert accepted in rejection.errors[0].detail
    assert shown[:64] in rejection.detail


def test_a_missing_type_is_told_the_accepted_ones() -> None:
    """It is missing, not unknown."""
    assert "missing" in rejected({}).detail


def test_valid_ids_are_repeated_and_invalid_ones_are_not() -> None:
    """So that a client finds the message that the error is about."""
    payload = {
        "type": "intent",
        "correlation_id": "c 1",
        "conversation_id": CONVERSATION,
        "run_id": [],
        "message_id": RUN,
    }
    reference = rejected(payload).reference
    assert reference.correlation_id is None
    assert str(reference.conversation_id) == CONVERSATION
    assert reference.run_id is None
    assert str(reference.message_id) == RUN
    assert rejected({"type": "intent", "correlation_id": "c-1"}).reference.correlation_id == "c-1"


def test_values_that_were_sent_are_not_repeated() -> None:
    """A client that sends its token in the wrong field does not find it in a log."""
    rejection = rejected(OPEN | {"correlation_id": "secret value " * 10})
    assert "secret" not in str(rejection.errors) + rejection.detail


def test_a_text_of_the_greatest_length_is_read() -> None:
    """Code points are counted, not bytes."""
    codec.decode(json.dumps(WRITE | {"text": "😀" * 100_000}))


def test_nesting_below_the_limit_is_a_wrong_type() -> None:
    """Deeper is malformed; neither breaks the validator."""
    for depth in (10, 60):
        nested = "[" * depth + "]" * depth
        assert (
            rejected(f'{{"type":"connection.ping","correlation_id":{nested}}}').problem_type.slug == "invalid-message"
        )


SCHEMAS = {
    name: jsonschema_rs.Draft202012Validator(
        {**message["payload"], "components": {"schemas": CONTRACT["components"]["schemas"]}}, validate_formats=True
    )
    for name, message in CONTRACT["components"]["messages"].items()
}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from([*EXAMPLES]), st.data())
def test_the_codec_takes_what_the_schema_takes_and_never_breaks(name: str, data: st.DataObject) -> None:
    """Examples in which one field is changed, added or lost."""
    payload: dict[str, Any] = dict(data.draw(st.sampled_from(EXAMPLES[name])))
    field = data.draw(st.sampled_from([*payload, "extra"]))
    if data.draw(st.booleans()):
        payload.pop(field, None)
    else:
        payload[field] = data.draw(JUNK)
    text = json.dumps(payload)
    schema = SCHEMAS.get(payload.get("type")) if isinstance(payload.get("type"), str) else None  # type: ignore[arg-type]
    fits = schema is not None and payload["type"] in CLIENT_MESSAGES and schema.is_valid(json.loads(text))
    try:
        codec.decode(text)
        taken = True
    except MessageRejected:
        taken = False
    assert taken == fits
