"""The command `experience-conformance`."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from pathlib import Path

from experience_conformance import __version__
from experience_conformance.backend import Backend
from experience_conformance.documents import DocumentError, load
from experience_conformance.identity import IdentityError, Promotion
from experience_conformance.judge import Contract
from experience_conformance.results import render, write_junit

DEFAULT_SEED = 20261123
PASSED, FAILED = 0, 1


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; answers 0 when the contract is kept, 1 when it is not or could not be judged."""
    options = _parser().parse_args(arguments)
    try:
        return _judge_backend(options)
    except (DocumentError, IdentityError) as error:
        sys.stderr.write(f"FAIL: nothing could be judged. {error}\n")
        return FAILED


def _judge_backend(options: argparse.Namespace) -> int:
    seed = random.SystemRandom().randrange(2**32) if options.seed == "random" else int(options.seed)
    promotion = Promotion(options.make_admin) if options.make_admin else None
    backend = Backend.at(options.url.rstrip("/"), Contract.of(load(options.contracts)), seed, promotion)
    both = options.http == options.socket
    suites = asyncio.run(backend.judge(http=options.http or both, socket=options.socket or both))
    sys.stdout.write(render(suites) + "\n")
    if options.junit:
        write_junit(suites, options.junit)
    return PASSED if all(suite.passed for suite in suites) else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="experience-conformance", description="Judges a backend by its OpenAPI and AsyncAPI documents."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    backend = commands.add_parser("backend", help="judge a backend that runs somewhere", description=_BACKEND)
    backend.add_argument("--url", required=True, help="the address of the service, such as http://127.0.0.1:8000")
    backend.add_argument("--contracts", type=Path, required=True, help="where openapi.yaml is")
    backend.add_argument("--http", action="store_true", help="only the HTTP half")
    backend.add_argument("--socket", action="store_true", help="only the socket half")
    backend.add_argument("--seed", default=str(DEFAULT_SEED), help="a number, or 'random' (default: %(default)s)")
    backend.add_argument(
        "--make-admin",
        metavar="COMMAND",
        help="how to make the user {email} an admin of all tenants; then HTTP is also judged as one",
    )
    backend.add_argument("--junit", type=Path, help="also write the verdict as JUnit XML to this file")
    return parser


_BACKEND = (
    "Registers users on the service, talks with it over HTTP and over the socket, and compares all that comes back "
    "with the contract. Judges both halves unless one is chosen."
)


if __name__ == "__main__":
    sys.exit(main())
