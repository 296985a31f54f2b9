"""Conversations followed as event streams, over a real server."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from experience_plane_api.http_client import HttpClient, ProblemError
from running_service import ENDS, Service, User

Event = dict[str, Any]


def read(response: httpx.Response) -> Iterator[Event]:
    """The events of a stream; comments are left out."""
    blocks = ""
    for chunk in response.iter_text():
        *whole, blocks = (blocks + chunk).split("\n\n")
        for block in whole:
            fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
            if "data" in fields:
                event = json.loads(fields["data"])
                assert (fields["id"], fields["event"]) == (str(event["cursor"]), event["type"])
                yield event


@contextmanager
def following(user: User, conversation_id: str, **given: Any) -> Iterator[Iterator[Event]]:
    with user.http.stream("GET", f"/api/conversations/{conversation_id}/events", timeout=30, **given) as response:
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        yield read(response)


def up_to_end(events: Iterator[Event]) -> list[Event]:
    heard: list[Event] = []
    while not heard or heard[-1]["type"] not in ENDS:
        heard.append(next(events))
    return heard


def test_a_stream_has_what_the_socket_has(service: Service) -> None:
    user = service.user()
    with user.socket() as talk:
        conversation_id = talk.opens()["conversation_id"]
        with following(user, conversation_id) as events:
            talk.writes(conversation_id, "Hello")
            assert up_to_end(events) == talk.hears(*ENDS)


def test_a_reader_that_comes_back_misses_nothing_and_gets_nothing_twice(service: Service) -> None:
    user = service.user()
    with user.socket() as talk:
        conversation_id = talk.opens()["conversation_id"]
        talk.writes(conversation_id, "Hello")
        sent = talk.hears(*ENDS)
        heard: list[Event] = []
        while len(heard) < len(sent):
            cursor = heard[-1]["cursor"] if heard else 0
            # The header goes before the query, as a browser repeats the address with which it began.
            place = {"headers": {"Last-Event-ID": str(cursor)}} if heard else {}
            with following(user, conversation_id, params={"after_cursor": 0}, **place) as events:
                heard += [next(events) for _ in range(min(3, len(sent) - len(heard)))]
        assert heard == sent
        with following(user, conversation_id, params={"after_cursor": sent[-2]["cursor"]}) as events:
            assert next(events) == sent[-1]
            talk.writes(conversation_id, "And again")
            assert up_to_end(events) == talk.hears(*ENDS)


def test_what_cannot_be_followed(service: Service) -> None:
    user, other = service.user(), service.user()
    with user.socket() as talk:
        conversation_id = talk.opens()["conversation_id"]
    path = f"/api/conversations/{conversation_id}/events"
    for refused in (other.http.get(path), user.http.get(f"/api/conversations/{uuid4()}/events")):
        assert (refused.status_code, refused.json()["type"]) == (404, "/problems/conversation-not-found")
    ahead = user.http.get(path, params={"after_cursor": 1})
    assert (ahead.status_code, ahead.json()["errors"][0]["pointer"]) == (422, "/query/after_cursor")
    ahead = user.http.get(path, headers={"Last-Event-ID": "1"})
    assert (ahead.status_code, ahead.json()["errors"][0]["pointer"]) == (422, "/header/Last-Event-ID")
    assert user.http.get(path, headers={"Last-Event-ID": "x"}).json()["type"] == "/problems/invalid-request"
    assert service.http().get(path).status_code == 401


def test_a_stream_ends_with_its_session(service: Service) -> None:
    user, other = service.user(), service.user()
    with user.socket() as talk:
        conversation_id = talk.opens()["conversation_id"]
        with following(user, conversation_id) as events:
            user.http.post("/api/auth/logout")
            assert list(events) == []
    assert other.http.get("/api/conversations").status_code == 200


def test_a_stream_ends_with_its_token_and_breathes_until_then(start: Callable[..., Service]) -> None:
    service = start(
        EXPERIENCE_PLANE_AUTH__ACCESS_TOKEN_SECONDS="2", EXPERIENCE_PLANE_EVENT_STREAMS__HEARTBEAT_SECONDS="0.1"
    )
    user = service.user()
    with user.socket() as talk:
        conversation_id = talk.opens()["conversation_id"]
        with user.http.stream("GET", f"/api/conversations/{conversation_id}/events", timeout=30) as response:
            text = "".join(response.iter_text())
    assert set(text.removeprefix("retry: 2000\n\n").split("\n\n")) == {":", ""}


def test_streams_are_counted_and_end_when_the_service_stops(start: Callable[..., Service]) -> None:
    service = start(EXPERIENCE_PLANE_EVENT_STREAMS__MAX_STREAMS_PER_USER="1")
    user, other = service.user(), service.user()
    with user.socket() as talk, other.socket() as else_where:
        mine, theirs = talk.opens()["conversation_id"], else_where.opens()["conversation_id"]
        with following(user, mine) as events, following(other, theirs):
            refused = user.http.get(f"/api/conversations/{mine}/events")
            assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-requests")
            assert refused.headers["retry-after"] == "1"
            service.process.send_signal(signal.SIGTERM)
            assert list(events) == []
    assert service.stop() == 0
    assert not [line for line in service.lines if '"level":"error"' in line.replace(" ", "")]


async def test_the_python_client_follows(service: Service) -> None:
    user = service.user()
    with user.socket() as talk:
        conversation_id = talk.opens()["conversation_id"]
        talk.writes(conversation_id, "Hello")
        sent = talk.hears(*ENDS)
    async with HttpClient(service.address, access_token=user.access_token) as client:
        heard = []
        async for event in (events := client.follow_conversation(conversation_id, after_cursor=0)):  # type: ignore[arg-type]
            heard.append(json.loads(event.data))
            if event.event in ENDS:
                break
        await events.aclose()
        assert heard == sent
        with pytest.raises(ProblemError) as refused:
            await anext(client.follow_conversation(uuid4()))
        assert refused.value.slug == "conversation-not-found"
