"""Mail through an SMTP server."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import aiosmtplib

from experience_plane.adapters.mail.message import message_of
from experience_plane.security_guard.mail import Mail, MailNotSent


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mail is handed in, and how."""

    host: str
    port: int
    username: str | None
    password: str | None
    encryption: Literal["starttls", "tls", "none"]
    timeout: timedelta
    tls_context: ssl.SSLContext | None = None
    """Whose certificates are believed; the system's when not given."""

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port}, {self.encryption})"


class SmtpMail:
    """`MailPort` over SMTP: a connection for each mail."""

    def __init__(self, server: SmtpServer, *, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """See `MailPort.send`."""
        server = self._server
        try:
            await aiosmtplib.send(
                message_of(mail, self._sender),
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.encryption == "tls",
                start_tls=server.encryption == "starttls",
                tls_context=server.tls_context,
                timeout=server.timeout.total_seconds(),
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # The server's words may repeat an address, so they are the log's and nobody else's.
            raise MailNotSent(f"{type(error).__name__}: {error}") from error
