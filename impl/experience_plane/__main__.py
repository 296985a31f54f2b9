"""The command `experience-plane`: serve, db upgrade, db check, keys list, keys rotate, users grant-role, chat."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_settings import SettingsError

from experience_plane import observability
from experience_plane.settings import Settings

if TYPE_CHECKING:
    from experience_plane.security_guard.storage import StoredSigningKey


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; answers the exit status."""
    options = _parser().parse_args(arguments)
    # Pydantic AI would greet on an interactive terminal.
    os.environ.setdefault("PYDANTIC_AI_NO_BANNER", "1")
    try:
        settings = Settings()
    except (ValidationError, SettingsError) as error:
        print(f"The settings are not valid:\n{error}", file=sys.stderr)  # noqa: T201 - the log is not set up yet
        return 2
    observability.configure(log_format=settings.log_format, level=settings.log_level)
    status: int = options.run(settings, options)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="experience-plane", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="start the service")
    serve.add_argument("--host", help="the address to listen on")
    serve.add_argument("--port", type=_port, help="the port to listen on; 0 takes a free one")
    serve.set_defaults(run=_serve)
    database = commands.add_parser("db", help="upgrade or check the database's schema")
    database.add_argument("action", choices=("upgrade", "check"))
    database.set_defaults(run=_database)
    keys = commands.add_parser(
        "keys", help="list the keys that sign access tokens, or add a new one that replaces them"
    )
    keys.add_argument("action", choices=("list", "rotate"))
    keys.set_defaults(run=_keys)
    users = commands.add_parser("users", help="make the first admin, or take lost second factors away")
    actions = users.add_subparsers(required=True, metavar="ACTION")
    granting = actions.add_parser("grant-role", help="give a role to a user")
    granting.add_argument("email", metavar="EMAIL")
    granting.add_argument("role", metavar="ROLE", help="guest, member, admin or platform_admin")
    granting.set_defaults(run=_grant_role)
    resetting = actions.add_parser("reset-factors", help="take the second factors of a user away, and end its sessions")
    resetting.add_argument("email", metavar="EMAIL")
    resetting.set_defaults(run=_reset_factors)
    chat = commands.add_parser("chat", help="talk with the agents in this terminal")
    chat.add_argument("--url", default="http://127.0.0.1:8000", help="where the service is")
    chat.add_argument("--email", help="log in as; asked for when not given")
    chat.add_argument("--register", metavar="NAME", help="register first, under this name")
    chat.add_argument("--conversation", metavar="ID", help="go on with this conversation")
    chat.set_defaults(run=_chat)
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    from experience_plane.server import serve

    listener = _listener(
        options.host or settings.http.host, settings.http.port if options.port is None else options.port
    )
    if listener is None:
        return 1
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(serve(settings, listener))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Uvloop where it exists: half the time of asyncio's own loop for each request."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _listener(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        print(f"Cannot listen on {host}:{port}: {error.strerror}. Is the service running already?", file=sys.stderr)  # noqa: T201
        return None


def _database(settings: Settings, options: argparse.Namespace) -> int:
    from experience_plane.adapters.sql import schema
    from experience_plane.adapters.sql.engine import create_engine

    async def act() -> str:
        engine = create_engine(settings.database.url)
        try:
            await (schema.upgrade if options.action == "upgrade" else schema.check)(engine)
        finally:
            await engine.dispose()
        return "The database's schema is current."

    try:
        print(asyncio.run(act()))  # noqa: T201 - the command's answer
    except (schema.SchemaOutdated, schema.SchemaTooNew) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _keys(settings: Settings, options: argparse.Namespace) -> int:
    from experience_plane.adapters.sql.schema import SchemaOutdated, SchemaTooNew
    from experience_plane.bootstrap import list_signing_keys, rotate_signing_keys

    async def act() -> list[str]:
        if options.action == "rotate":
            await rotate_signing_keys(settings)
        return [_told(key) for key in await list_signing_keys(settings)]

    try:
        print(*asyncio.run(act()), sep="\n")  # noqa: T201 - the command's answer
    except (SchemaOutdated, SchemaTooNew) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _told(key: StoredSigningKey) -> str:
    signs = (key.signs_from or key.created_at).isoformat(timespec="seconds")
    ends = "open" if key.not_after is None else key.not_after.isoformat(timespec="seconds")
    return f"{key.generation:3}  {key.kid}  signs from {signs}  believed until {ends}"


def _grant_role(settings: Settings, options: argparse.Namespace) -> int:
    from experience_plane.bootstrap import grant_role
    from experience_plane.errors import ExperiencePlaneError

    try:
        roles = asyncio.run(grant_role(settings, options.email, options.role))
    except ExperiencePlaneError as error:
        print(error.public_detail, file=sys.stderr)  # noqa: T201
        return 1
    print(f"{options.email} has the roles {', '.join(roles)}.")  # noqa: T201 - the command's answer
    return 0


def _reset_factors(settings: Settings, options: argparse.Namespace) -> int:
    from experience_plane.bootstrap import reset_factors
    from experience_plane.errors import ExperiencePlaneError

    try:
        asyncio.run(reset_factors(settings, options.email))
    except ExperiencePlaneError as error:
        print(error.public_detail, file=sys.stderr)  # noqa: T201
        return 1
    print(f"{options.email} has no second factor and no session any more, and is told by mail.")  # noqa: T201
    return 0


def _chat(_settings: Settings, options: argparse.Namespace) -> int:
    from experience_plane.terminal_chat import chat

    return asyncio.run(
        chat(options.url, email=options.email, register_as=options.register, conversation_id=options.conversation)
    )


if __name__ == "__main__":
    sys.exit(main())
