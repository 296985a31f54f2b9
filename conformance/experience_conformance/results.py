"""What a run found, and how it is told: as text for people, as JUnit for machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from experience_conformance.judge import TraceEntry
from experience_conformance.violations import Violation

ARROWS = {"sent": "->", "received": "<-", "closed": "<x"}
TRACE_LINES = 20


@dataclass(frozen=True, slots=True)
class Trace:
    """All that happened on one connection."""

    socket: str
    entries: tuple[TraceEntry, ...]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The verdict on one case; `seconds` with all its attempts, `frames` those received in the last."""

    id: str
    title: str
    violations: tuple[Violation, ...]
    traces: tuple[Trace, ...] = ()
    seconds: float = 0.0
    frames: int = 0

    @property
    def passed(self) -> bool:
        return not self.violations


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """The verdict on one half of the contract; `notes` are lines for people."""

    name: str
    cases: tuple[CaseResult, ...]
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return bool(self.cases) and all(case.passed for case in self.cases)


def render(suites: list[SuiteResult]) -> str:
    """The whole report, the verdict last."""
    lines = [line for suite in suites for line in _suite_lines(suite)]
    return "\n".join([*lines, "", _verdict(suites)])


def write_junit(suites: list[SuiteResult], path: Path) -> None:
    """Writes the same as JUnit XML, one testsuite for each half."""
    root = ET.Element("testsuites", name="experience-conformance")
    for suite in suites:
        failures = sum(not case.passed for case in suite.cases)
        element = ET.SubElement(root, "testsuite", name=suite.name, tests=str(len(suite.cases)), failures=str(failures))
        for case in suite.cases:
            _junit_case(element, suite, case)
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _junit_case(parent: ET.Element, suite: SuiteResult, case: CaseResult) -> None:
    element = ET.SubElement(
        parent, "testcase", classname=suite.name, name=f"{case.id} {case.title}", time=f"{case.seconds:.3f}"
    )
    if not case.passed:
        failure = ET.SubElement(element, "failure", message=_printable(str(case.violations[0])))
        failure.text = _printable("\n".join([*map(str, case.violations), *_trace_lines(case)]))


def _printable(text: str) -> str:
    """XML 1.0 has no way to write control characters."""
    return "".join(
        character if character in "\n\t" or ord(character) >= 32 else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def _suite_lines(suite: SuiteResult) -> Iterator[str]:
    yield ""
    yield suite.name
    for note in suite.notes:
        yield f"  {note}"
    for case in suite.cases:
        mark = "pass" if case.passed else "FAIL"
        yield f"  {mark}  {case.id:<28} {case.title}"
        if not case.passed:
            yield from (f"        {violation}" for violation in case.violations)
            yield from (f"        {line}" for line in _trace_lines(case))


def _trace_lines(case: CaseResult) -> Iterator[str]:
    for trace in case.traces:
        entries = trace.entries
        if len(entries) > TRACE_LINES:
            yield f"({len(entries) - TRACE_LINES} earlier frames of socket {trace.socket} left out)"
        for entry in entries[-TRACE_LINES:]:
            text = entry.text if len(entry.text) <= 300 else f"{entry.text[:300]} …"
            yield f"{trace.socket} {ARROWS[entry.direction]} {text}"


def _verdict(suites: list[SuiteResult]) -> str:
    cases = [case for suite in suites for case in suite.cases]
    failed = sum(not case.passed for case in cases)
    if all(suite.passed for suite in suites):
        return f"PASS: the backend keeps the contract in all {len(cases)} cases."
    if not cases:
        return "FAIL: nothing was judged."
    return f"FAIL: the backend breaks the contract in {failed} of {len(cases)} cases."
