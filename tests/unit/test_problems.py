"""The table from exception to problem type is whole, and says nothing that it should not."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import experience_plane
from experience_plane import problems
from experience_plane.agents.models import ModelNotConfigured
from experience_plane.errors import ExperiencePlaneError, FieldError
from experience_plane.problems import PROBLEM_TYPE_OF, problem, problem_of
from experience_plane_api import problem_types as types
from experience_plane_api.problem_types import ProblemType

# What the service says of itself without an exception: of paths, methods, frames and sockets.
SAID_DIRECTLY = {
    "agent-failed", "content-too-large", "forbidden", "invalid-message", "malformed-message", "malformed-request",
    "message-out-of-order", "method-not-allowed", "not-found", "too-many-requests", "unsupported-media-type",
    "upgrade-required", "unauthenticated", "internal-error", "invalid-request", "connection-timeout", "slow-reader",
}  # fmt: skip
# Raised before there is a client who could be told, or told by an agent in words.
NEVER_SENT = {ModelNotConfigured.__name__, "MaterialMissing", "SchemaOutdated", "SchemaTooNew"}


def every_error(root: type[ExperiencePlaneError]) -> Iterator[type[ExperiencePlaneError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from every_error(kind)


def test_every_exception_of_the_service_has_a_problem_type() -> None:
    """Also those that a later module declares."""
    for module in pkgutil.walk_packages(experience_plane.__path__, "experience_plane."):
        if not module.name.endswith(("__main__", ".env")) and ".versions" not in module.name:
            importlib.import_module(module.name)
    kinds = {kind for kind in every_error(ExperiencePlaneError) if kind.__module__.startswith("experience_plane.")}
    assert {kind.__name__ for kind in kinds - set(PROBLEM_TYPE_OF)} - NEVER_SENT == set()


def test_every_problem_type_is_reached() -> None:
    """The registry promises nothing that never happens."""
    registry = {value.slug for value in vars(types).values() if isinstance(value, ProblemType)}
    assert {problem_type.slug for problem_type in PROBLEM_TYPE_OF.values()} | SAID_DIRECTLY == registry


def test_an_unforeseen_error_says_nothing_of_itself() -> None:
    problem_type, made = problem_of(RuntimeError("hunter2"), instance="/x", request_id="r1")
    assert problem_type is types.INTERNAL_ERROR
    assert "hunter2" not in made.model_dump_json()
    assert (made.instance, made.request_id) == ("/x", "r1")


def test_an_error_of_ours_tells_its_public_detail_and_nothing_else() -> None:
    error = problems.identity.InvalidCredentials()
    error.args = ("the hash of user 7 differs",)
    assert "user 7" not in problem_of(error)[1].model_dump_json()


def test_a_subclass_that_is_not_in_the_table_is_our_fault() -> None:
    class New(problems.identity.EmailTaken):
        pass

    try:
        assert problem_of(New())[0] is types.INTERNAL_ERROR
    finally:
        del New


def test_what_is_too_long_for_the_contract_is_cut() -> None:
    errors = [FieldError("/" + "x" * 1000, "y" * 5000)] * 100
    made = problem(types.INVALID_REQUEST, "z" * 5000, errors=errors, instance="/" * 5000)
    assert len(made.model_dump_json()) < 60_000
    assert len(made.errors) == 32  # type: ignore[arg-type]
