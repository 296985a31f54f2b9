"""The root of the service's own exceptions: transport-free, carrying data instead of prose.

Each package declares its exceptions beside its ports; `experience_plane.problems` holds the one table
that names the problem type (RFC 9457) of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault in what a client sent: `pointer` is a JSON Pointer (RFC 6901) into the body or message."""

    pointer: str
    detail: str


class ExperiencePlaneError(Exception):
    """A failure that a client is told about.

    `public_detail` is safe to send; `str(error)` may say more and goes to the log only.
    """

    default_detail: ClassVar[str] = "The request could not be completed."

    def __init__(
        self,
        public_detail: str | None = None,
        *,
        errors: tuple[FieldError, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        self.public_detail = public_detail or self.default_detail
        self.errors = errors
        self.retry_after = retry_after
        super().__init__(self.public_detail)


class ForeignPage(ExperiencePlaneError):
    """The refresh cookie was sent by a page that may not use it, or by nobody knows whom."""

    default_detail = "Pages of this origin may not use the refresh cookie."


class NotReady(ExperiencePlaneError):
    """The service cannot take traffic; `public_detail` says why."""

    default_detail = "The service is not ready."
