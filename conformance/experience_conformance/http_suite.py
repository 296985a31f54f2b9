"""The HTTP half of the verdict, by Schemathesis as a command.

As a command and not as a library, because its reports, its warnings that fail, its second user and its stateful phase
belong to the command; and a suite that runs in a process of its own cannot take the judge down with it.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experience_conformance.documents import Documents
from experience_conformance.identity import Account
from experience_conformance.results import CaseResult, SuiteResult
from experience_conformance.violations import Violation

PACKAGE = Path(__file__).parent
PHASES = ("examples", "coverage", "fuzzing", "stateful")
LONGEST_RUN_SECONDS = 600
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


async def run_http_suite(
    documents: Documents, url: str, seed: int, owner: Account, peer: Account, conversation_ids: list[str]
) -> SuiteResult:
    """Runs all checks and phases over all operations. `conversation_ids` exist and belong to `owner`, not to `peer`."""
    accounts = {"ada": owner, "eve": peer}
    return await _judge(
        _Plan("http", "schemathesis.toml", documents, accounts, conversations=conversation_ids), url, seed
    )


async def run_admin_suite(
    documents: Documents, url: str, seed: int, admin: Account, user_ids: list[str]
) -> SuiteResult:
    """Runs the operations with the tag `admin` as an admin of all tenants. `user_ids` are users whom nobody needs."""
    only = replace(documents, openapi=with_tag(documents.openapi, "admin"))
    return await _judge(
        _Plan("http-admin", "schemathesis-admin.toml", only, {"admin": admin}, users=user_ids), url, seed
    )


def with_tag(openapi: dict[str, Any], tag: str) -> dict[str, Any]:
    """The document with the operations that have this tag, and no others."""
    paths = {
        path: {key: value for key, value in item.items() if not isinstance(value, dict) or tag in value.get("tags", ())}
        for path, item in openapi["paths"].items()
    }
    return {**openapi, "paths": {path: item for path, item in paths.items() if item.keys() & METHODS}}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one run of Schemathesis has before it: a configuration, the accounts that it names, the ids that exist."""

    suite: str
    configuration: str
    documents: Documents
    accounts: dict[str, Account]
    conversations: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    def write(self, place: Path) -> None:
        """Writes the files that the command reads."""
        (place / "openapi.json").write_text(json.dumps(self.documents.openapi, default=str), encoding="utf-8")
        (place / "conversations.txt").write_text(_quoted(self.conversations), encoding="utf-8")
        (place / "users.txt").write_text(_quoted(self.users), encoding="utf-8")
        (place / "auth.json").write_text(json.dumps(_users(self.accounts)), encoding="utf-8")
        shutil.copy(configuration(self.configuration), place / "schemathesis.toml")


def _quoted(values: list[str]) -> str:
    return "".join(f'"{value}"\n' for value in values)


def configuration(name: str) -> Path:
    """A configuration: beside the package in a checkout, inside of it when installed."""
    return next(path for path in (PACKAGE.parent / name, PACKAGE / name) if path.exists())


async def _judge(plan: _Plan, url: str, seed: int) -> SuiteResult:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="experience-conformance-") as directory:
        place = Path(directory)
        plan.write(place)
        text, report = await _run(place, url, seed)
    if report is None:
        failure = Violation("http/run", f"Schemathesis wrote no report:\n{text}")
        return SuiteResult(plan.suite, (CaseResult("http-run", "Schemathesis runs", (failure,)),))
    return _result(plan, report, text, time.monotonic() - started)


def _users(accounts: dict[str, Account]) -> dict[str, Any]:
    """The ways in, as Web Fuzzing Commons writes them: each logs in when it needs a token."""
    login = {
        "endpoint": "/api/auth/login",
        "verb": "POST",
        "contentType": "application/json",
        "token": {
            "extractFrom": "body",
            "extractSelector": "/access_token",
            "sendIn": "header",
            "sendName": "Authorization",
            "sendTemplate": "Bearer {token}",
        },
    }
    users = []
    for name, account in accounts.items():
        credentials = {
            "username": account.email,
            "usernameField": "email",
            "password": account.password,
            "passwordField": "password",
        }
        users.append({"name": name, "loginEndpointAuth": {**login, "payloadUserPwd": credentials}})
    return {"auth": users}


async def _run(place: Path, url: str, seed: int) -> tuple[str, dict[str, Any] | None]:
    """Answers what Schemathesis prints, and its report if it came to write one."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", "openapi.json"]
    options = ["--url", url, "--seed", str(seed), "--phases", ",".join(PHASES), "--checks", "all"]
    reports = ["--report", "json", "--report-json-path", "report.json"]
    process = await asyncio.create_subprocess_exec(
        *command, *options, *reports, cwd=place, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), LONGEST_RUN_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"stopped after {LONGEST_RUN_SECONDS} s", None
    path = place / "report.json"
    return output.decode(errors="replace"), json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _result(plan: _Plan, report: dict[str, Any], text: str, seconds: float) -> SuiteResult:
    operations = _operations(plan)
    cases = [
        CaseResult(name, title, _failures(report, label, set(operations)), seconds=seconds / len(operations))
        for label, (name, title) in operations.items()
    ]
    cases += [_run_case(report, len(operations)), _sequence_case(report, operations), _warning_case(report)]
    generated = report["test_cases"]["generated"]
    notes = [f"{generated} requests judged in {seconds:.0f} s, seed {report['seed']}"]
    if not all(case.passed for case in cases):
        notes += _told(text)
    return SuiteResult(plan.suite, tuple(cases), tuple(notes))


def _told(text: str) -> list[str]:
    """The part of the output that shows each failure with the request that reproduces it."""
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines) if line.startswith("=====")]
    return lines[heads[0] : heads[-1]] if heads else lines


def _operations(plan: _Plan) -> dict[str, tuple[str, str]]:
    """The name and the summary of each operation that is tested, by the label that Schemathesis gives it."""
    found = {}
    left_out = _left_out(plan.configuration)
    for path, item in plan.documents.openapi["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and operation.get("operationId") not in {None, *left_out}:
                found[f"{method.upper()} {path}"] = (operation["operationId"], operation["summary"])
    return found


def _left_out(name: str) -> list[str]:
    """The operations that a configuration does not test; it says why."""
    tables = tomllib.loads(configuration(name).read_text(encoding="utf-8"))["operations"]
    return [table["include-operation-id"] for table in tables if not table.get("enabled", True)]


def _failures(report: dict[str, Any], label: str, known: set[str]) -> tuple[Violation, ...]:
    """What was found on an operation, or with a method that the contract does not know on its path."""
    path = label.partition(" ")[2]
    return tuple(
        Violation(f"http/{failure['type']}", f"{failure['title']}, {failure['count']} times, by {found}")
        for failure in report["failures"]
        for found in failure["operations"]
        if found == label or (found not in known and found.partition(" ")[2] == path)
    )


def _run_case(report: dict[str, Any], total: int) -> CaseResult:
    """Who tests nothing finds nothing: every operation and every phase must have run, without an error."""
    found = [Violation("http/error", f"{error['title']} ({error['count']} times)") for error in report["errors"]]
    operations = report["operations"] or {"tested": 0}
    if operations["tested"] != total:
        found.append(Violation("http/operations", f"{operations['tested']} of {total} operations were tested"))
    phases = {name.lower(): phase["status"] for name, phase in (report["phases"] or {}).items()}
    for wanted in PHASES:
        status = next((status for name, status in phases.items() if wanted in name), "missing")
        if status not in {"success", "failure"}:
            found.append(Violation("http/phase", f"the phase {wanted} is {status}"))
    if report["exit_code"] and not found and not report["failures"] and not any(report["warnings"].values()):
        found.append(Violation("http/run", f"Schemathesis ended with {report['exit_code']}"))
    return CaseResult("http-run", "Every operation is tested, in every phase", tuple(found))


def _sequence_case(report: dict[str, Any], operations: Collection[str]) -> CaseResult:
    """What only a sequence of requests shows; Schemathesis names no operation for it."""
    paths = {label.partition(" ")[2] for label in operations}
    found = tuple(
        Violation(f"http/{failure['type']}", f"{failure['title']}, {failure['count']} times, by {label}")
        for failure in report["failures"]
        for label in failure["operations"]
        if label.partition(" ")[2] not in paths
    )
    return CaseResult("http-sequences", "Sequences of operations keep the contract", found)


def _warning_case(report: dict[str, Any]) -> CaseResult:
    found = tuple(
        Violation(f"http/warning/{kind}", label) for kind, labels in report["warnings"].items() for label in labels
    )
    return CaseResult("http-warnings", "Schemathesis has nothing to warn of", found)
