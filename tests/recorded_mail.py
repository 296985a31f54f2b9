"""A mail port that keeps what it is given."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from experience_plane.security_guard.mail import Mail

_LINK = re.compile(r"http://localhost:8000/#(verify-email|reset-password)=([\w-]{43})\n")


@dataclass
class Mailbox:
    """Everybody's mail."""

    mails: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.mails.append(mail)

    def subjects(self, to: str) -> list[str]:
        return [mail.subject.removesuffix(" - Experience Plane") for mail in self.mails if mail.to == to]

    def code(self, to: str, action: str) -> str:
        """The code of the last link of this kind that was mailed to the address."""
        for mail in reversed(self.mails):
            if mail.to == to and (link := _LINK.search(mail.text)) and link[1] == action:
                return link[2]
        raise AssertionError(f"no link {action} was mailed to {to}")
