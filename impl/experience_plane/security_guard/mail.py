"""Mail as identity needs it: plain text to one address, by whatever way the composition root chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """One plain-text mail. `text` may hold a secret link: it is for the mailbox and never for a log."""

    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        return f"Mail(to={self.to!r}, subject={self.subject!r})"


class MailNotSent(Exception):
    """The mail was not taken; another try may help."""


class MailPort(Protocol):
    """Hands mail on."""

    async def send(self, mail: Mail) -> None:
        """Hand one mail on.

        Raises:
            MailNotSent: nobody took it.
        """
        ...
