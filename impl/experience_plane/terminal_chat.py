"""`experience-plane chat`: log in, talk, and watch the answer stream in, on the generated client alone."""

from __future__ import annotations

import asyncio
import getpass
import os
import re
import sys
from contextlib import suppress
from typing import Literal
from uuid import UUID

import httpx
from pydantic import ValidationError

from experience_plane_api import messages, models
from experience_plane_api.agent_socket import AgentSocketListener
from experience_plane_api.http_client import HttpClient, ProblemError, UnexpectedResponse
from experience_plane_api.socket_client import AgentSocketConnection, SocketClosed

_HELP = "Write a message; an empty line or Ctrl-D ends the conversation."


async def chat(base_url: str, *, email: str | None, register_as: str | None, conversation_id: str | None) -> int:
    """Hold a conversation in the terminal; answers the exit status.

    The password is asked for, never an argument. A personal access token in EXPERIENCE_PLANE_TOKEN is used instead.
    """
    try:
        async with HttpClient(base_url) as http:
            await _authenticate(http, email, register_as)
            ticket = await http.create_agent_ticket()
            async with await AgentSocketConnection.open(base_url, ticket=ticket.ticket) as connection:
                await _converse(connection, None if conversation_id is None else UUID(conversation_id))
    except ProblemError as error:
        return _failed(_told(error))
    except (httpx.TransportError, UnexpectedResponse, OSError) as error:
        return _failed(f"Cannot reach the service at {base_url}: {error}")
    except SocketClosed as error:
        return _failed(f"The service closed the connection ({error}).")
    except (ValidationError, ValueError) as error:
        return _failed(f"This cannot be sent: {error}")
    return 0


async def _authenticate(http: HttpClient, email: str | None, register_as: str | None) -> None:
    if token := os.environ.get("EXPERIENCE_PLANE_TOKEN"):
        http.access_token = token
        _say(f"Talking as {(await http.get_current_user()).name}. {_HELP}\n")
        return
    address = email or await _ask("E-mail: ")
    password = await asyncio.to_thread(_password)
    if register_as is not None:
        body = models.RegisterRequest(name=register_as, email=address, password=password)
        registered = await http.register_user(body)
        if isinstance(registered, models.MailOnItsWay):
            await _ask("Open the link in the mail that is on its way to you, then press Enter. ")
            result = await _log_in(http, address, password)
        else:
            result = registered
    else:
        result = await _log_in(http, address, password)
    http.access_token = result.access_token
    _say(f"Logged in as {result.user.name}. {_HELP}\n")


async def _log_in(http: HttpClient, address: str, password: str) -> models.AuthenticationResult:
    answer = await http.log_in(models.LoginRequest(email=address, password=password))
    while isinstance(answer, models.SecondFactorRequired):
        code = await _ask("Code of your authenticator app, or a recovery code: ")
        method: Literal["totp", "recovery_code"] = "recovery_code" if re.search("[A-Za-z]", code) else "totp"
        given = models.SecondFactorRequest(challenge=answer.challenge, method=method, code=code)
        try:
            return await http.complete_second_factor(given)
        except ProblemError as error:
            if error.slug != "wrong-code":
                raise
            _say(f"{_told(error)}\n")
    return answer


async def _converse(connection: AgentSocketConnection, conversation_id: UUID | None) -> None:
    screen = _Screen()
    opened = await connection.open_conversation(conversation_id)
    screen.receive(opened)
    while text := await _ask("\nyou> "):
        try:
            async for event in connection.ask(opened.conversation_id, text):
                screen.receive(event)
        except ProblemError as error:
            _say(f"{_told(error)}\n")


class _Screen(AgentSocketListener):
    """Shows each message of the service; a message that the contract gains is a type error here until it is shown."""

    def on_connection_ready(self, message: messages.ConnectionReady) -> None:
        """The log-in has said it."""

    def on_conversation_opened(self, message: messages.ConversationOpened) -> None:
        _say(f"Conversation {message.conversation_id}\n")

    def on_message_accepted(self, message: messages.MessageAccepted) -> None:
        """The user has just typed it."""

    def on_agent_started(self, message: messages.AgentStarted) -> None:
        _say(f"\n{message.agent_id}> ")

    def on_agent_handoff(self, message: messages.AgentHandoff) -> None:
        _say(f"\n  [handed over to {message.to_agent_id}: {message.reason}]")

    def on_agent_token(self, message: messages.AgentToken) -> None:
        _say(message.delta)

    def on_step_started(self, message: messages.StepStarted) -> None:
        _say(f"\n  [{message.title} …")

    def on_step_completed(self, message: messages.StepCompleted) -> None:
        _say(f" {message.summary}]\n")

    def on_step_failed(self, message: messages.StepFailed) -> None:
        _say(f" {message.reason}]\n")

    def on_agent_completed(self, message: messages.AgentCompleted) -> None:  # noqa: ARG002
        _say("\n")

    def on_agent_failed(self, message: messages.AgentFailed) -> None:
        _say(f"\n{message.problem.title}: {message.problem.detail}\n")

    def on_agent_cancelled(self, message: messages.AgentCancelled) -> None:  # noqa: ARG002
        _say("\n[cancelled]\n")

    def on_connection_expiring(self, message: messages.ConnectionExpiring) -> None:  # noqa: ARG002
        _say("\n[the login ends soon; start again to go on]\n")

    def on_connection_reauthenticated(self, message: messages.ConnectionReauthenticated) -> None:
        """Nobody has asked for it here."""

    def on_connection_draining(self, message: messages.ConnectionDraining) -> None:  # noqa: ARG002
        _say("\n[the service is stopping]\n")

    def on_conversation_closed(self, message: messages.ConversationClosed) -> None:
        """Nobody has asked for it here."""

    def on_events(self, message: messages.Events) -> None:
        for event in message.events:
            self.receive(event)

    def on_connection_pong(self, message: messages.ConnectionPong) -> None:
        """Nobody has asked for it here."""

    def on_error(self, message: messages.Error) -> None:
        _say(f"\n{message.problem.title}: {message.problem.detail}\n")


async def _ask(prompt: str) -> str:
    with suppress(EOFError):
        return (await asyncio.to_thread(input, prompt)).strip()
    return ""


def _password() -> str:
    """A password from a pipe, for scripts, is read as a line; on a terminal it is not shown."""
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _told(error: ProblemError) -> str:
    faults = [] if not isinstance(error.problem.errors, list) else error.problem.errors
    return "\n".join([str(error), *(f"  {fault.pointer}: {fault.detail}" for fault in faults)])


def _failed(text: str) -> int:
    print(text, file=sys.stderr)  # noqa: T201 - this is a terminal
    return 1


def _say(text: str) -> None:
    print(text, end="", flush=True)  # noqa: T201 - this is a terminal
