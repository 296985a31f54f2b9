"""The life of the process: settings, signals, crashes, expiry."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from running_service import Service

LONG = "Find the paragraph about fees:\n" + "\n\n".join(f"Paragraph {n} about fees and terms." for n in range(400))


def command(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EXPERIENCE_PLANE_")}
    environment |= {"EXPERIENCE_PLANE_DATABASE__URL": f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}"} | settings
    return subprocess.run(
        [sys.executable, "-m", "experience_plane", *arguments],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_signal_drains_the_sockets_finishes_the_runs_and_exits_with_0(start: Callable[..., Service]) -> None:
    service = start()
    user = service.user()
    with user.socket() as talk:
        conversation = talk.opens()["conversation_id"]
        talk.writes(conversation, LONG, surface="content")
        talk.hears("message.accepted")
        assert service.stop(signal.SIGTERM) == 0
        heard, closed = talk.hears_to_the_end()
    types = [message["type"] for message in heard]
    assert types.count("connection.draining") == 1
    assert types[-1] in {"agent.completed", "agent.cancelled"}
    assert closed == (1001, "the service is stopping")
    service = start()
    user.service, user.http.base_url = service, service.address
    with user.socket() as talk:
        assert talk.opens(conversation)["active_runs"] == []
        talk.opens(conversation, after_cursor=0)
        end = talk.hears("agent.cancelled", "agent.completed", "agent.failed")[-1]
        assert end["type"] != "agent.failed", "the run was finished before the process ended"
    assert service.stop(signal.SIGINT) == 0


def test_a_run_that_was_killed_with_the_process_gets_its_one_end_at_the_next_start(
    start: Callable[..., Service],
) -> None:
    service = start()
    user = service.user()
    with user.socket() as talk:
        conversation = talk.opens()["conversation_id"]
        talk.writes(conversation, LONG, surface="content")
        seen = talk.hears("agent.started")
        service.stop(signal.SIGKILL)
    service = start()
    user.service, user.http.base_url = service, service.address
    with user.socket() as talk:
        talk.opens(conversation, after_cursor=0)
        story = talk.hears("agent.failed", "agent.completed")
        assert story[: len(seen)] == seen
        assert story[-1]["type"] == "agent.failed"
        assert [event["seq"] for event in story] == list(range(1, len(story) + 1))
        talk.writes(conversation, "And now?")
        assert talk.hears("agent.completed")
    assert any("unfinished_runs_failed" in line for line in service.lines)
    assert service.stop() == 0


def test_a_socket_closes_when_its_authentication_ends(start: Callable[..., Service]) -> None:
    service = start(EXPERIENCE_PLANE_AUTH__ACCESS_TOKEN_SECONDS="3")
    with service.user().socket() as talk:
        talk.hears("connection.expiring")
        with pytest.raises(ConnectionClosed) as closed:
            talk.connection.recv(timeout=30)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4401, "unauthenticated")
    assert service.stop() == 0


def test_the_database_is_checked_and_upgraded_by_command(tmp_path: Path) -> None:
    before = command(tmp_path, "db", "check")
    assert (before.returncode, before.stdout) == (1, "")
    assert "Traceback" not in before.stderr
    assert command(tmp_path, "db", "upgrade").returncode == 0
    after = command(tmp_path, "db", "check")
    assert (after.returncode, after.stdout) == (0, "The database's schema is current.\n")


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        refused = command(tmp_path, "serve", "--port", str(port))
    assert refused.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("HTTP__PORT", "abc", "http.port"),
        ("HTTP__ALLOWED_ORIGINS", "not json", "http"),
        ("MODEL__NAME", "nobody:nothing", "nobody"),
        ("DATABASE__URL", "mysql://localhost/x", "mysql"),
        ("DATABASE__URL", "postgresql+asyncpg://postgres:hunter2@127.0.0.1:1/x", "database"),
    ],
)
def test_a_setting_that_is_not_valid_is_named_without_a_traceback(
    tmp_path: Path, setting: str, value: str, said: str
) -> None:
    refused = command(tmp_path, "serve", "--port", "0", **{f"EXPERIENCE_PLANE_{setting}": value})
    assert refused.returncode in {1, 2}
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "hunter2" not in refused.stderr


def test_a_port_that_is_no_port_is_named(tmp_path: Path) -> None:
    refused = command(tmp_path, "serve", "--port", "70000")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
