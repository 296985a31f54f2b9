"""Mail through an SMTP server."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
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
        try:
            await _hand_in(message_of(mail, self._sender), self._client())
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # The server's words may repeat an address, so they are the log's and nobody else's.
            raise MailNotSent(f"{type(error).__name__}: {error}") from error

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.encryption == "tls",
            start_tls=server.encryption == "starttls",
            tls_context=server.tls_context,
            timeout=server.timeout.total_seconds(),
        )


async def _hand_in(message: EmailMessage, client: aiosmtplib.SMTP) -> None:
    transport: asyncio.BaseTransport | None = None
    try:
        async with client:
            transport = client.transport
            await client.send_message(message)
    finally:
        if isinstance(transport, asyncio.WriteTransport):
            # The server has answered QUIT. What is left is the end of TLS, for which the client does not wait: a loop
            # that stops meanwhile would leave the socket open.
            transport.abort()
            await asyncio.sleep(0)
