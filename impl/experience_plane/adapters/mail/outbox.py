"""Mail into a folder, for whoever tries the service without a mail server."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path

import structlog

from experience_plane.adapters.mail.message import message_of
from experience_plane.security_guard.mail import Mail, MailNotSent

_LOG = structlog.get_logger(__name__)


class Outbox:
    """`MailPort` that writes one .eml for each mail, which only the service's user can read."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """See `MailPort.send`. The log says where the mail is, and nothing that is in it."""
        try:
            path = await asyncio.to_thread(self._write, message_of(mail, self._sender).as_bytes(policy=default))
        except (OSError, ValueError) as error:
            raise MailNotSent(f"{type(error).__name__}: {error}") from error
        await _LOG.ainfo("mail_written", path=str(path), subject=mail.subject)

    def _write(self, content: bytes) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}.eml"
        path.touch(mode=0o600)
        path.write_bytes(content)
        return path
