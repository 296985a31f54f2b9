"""Mail leaves the service: through a real SMTP server, or into a folder."""

from __future__ import annotations

import asyncio
import email
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from experience_plane.adapters.mail.outbox import Outbox
from experience_plane.adapters.mail.smtp import SmtpMail, SmtpServer
from experience_plane.security_guard.mail import Mail, MailNotSent
from experience_plane.settings import MailSettings

SENDER = "Atlas <no-reply@atlas.example.com>"
MAIL = Mail("ana@münchen.de", "Bestätigung", "Hello,\n\nhttps://atlas.example.com/#verify-email=c0de\n")


class Received:
    """An SMTP server's handler that keeps what comes; `answer` is what it says to a mail."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope)
        return self.answer

    def message(self) -> EmailMessage:
        (envelope,) = self.envelopes
        assert isinstance(envelope.content, bytes)
        return cast("EmailMessage", email.message_from_bytes(envelope.content, policy=default))


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of its own, and a client's that believes it."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    chain = tmp_path / "chain.pem"
    pem = certificate.public_bytes(Encoding.PEM)
    chain.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(chain)
    return server, ssl.create_default_context(cadata=pem.decode("ascii"))


def smtp(port: int, **changes: Any) -> SmtpMail:
    options: dict[str, Any] = {
        "host": "localhost",
        "port": port,
        "username": None,
        "password": None,
        "encryption": "none",
        "timeout": timedelta(seconds=30),
    }
    return SmtpMail(SmtpServer(**options | changes), sender=SENDER)


Serve = Callable[..., Received]


@pytest.fixture
def serve(free_port: int) -> Iterator[Serve]:
    """Start a real SMTP server on `free_port`."""
    running: list[Controller] = []

    def start(**options: Any) -> Received:
        received = Received()
        controller = Controller(received, hostname="localhost", port=free_port, **options)
        controller.start()
        running.append(controller)
        return received

    yield start
    for controller in running:
        controller.stop()


async def test_a_mail_arrives_whole_at_an_smtp_server(serve: Serve, free_port: int) -> None:
    received = serve()
    await smtp(free_port).send(MAIL)
    message = received.message()
    assert received.envelopes[0].mail_from == "no-reply@atlas.example.com"
    assert received.envelopes[0].rcpt_tos == ["ana@xn--mnchen-3ya.de"]
    assert (message["From"], message["To"], message["Subject"]) == (SENDER, "ana@xn--mnchen-3ya.de", "Bestätigung")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@atlas.example.com>")
    assert message["Date"]
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == MAIL.text


async def test_the_server_is_logged_in_to_under_starttls(
    serve: Serve, free_port: int, tls: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    logins: list[tuple[bytes, bytes]] = []

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"s3cret", handled=False)

    received = serve(tls_context=tls[0], require_starttls=True, authenticator=check, auth_required=True)
    options = {"encryption": "starttls", "username": "atlas", "tls_context": tls[1]}
    await smtp(free_port, password="s3cret", **options).send(MAIL)
    assert logins == [(b"atlas", b"s3cret")]
    assert len(received.envelopes) == 1
    with pytest.raises(MailNotSent) as caught:
        await smtp(free_port, password="wrong", **options).send(MAIL)
    assert "wrong" not in str(caught.value)


async def test_a_server_with_a_certificate_that_nobody_vouches_for_gets_no_mail(
    serve: Serve, free_port: int, tls: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    received = serve(tls_context=tls[0])
    with pytest.raises(MailNotSent):
        await smtp(free_port, encryption="starttls").send(MAIL)
    assert received.envelopes == []


async def test_a_server_that_does_not_encrypt_gets_no_mail_where_that_is_asked_for(
    serve: Serve, free_port: int
) -> None:
    received = serve()
    with pytest.raises(MailNotSent):
        await smtp(free_port, encryption="starttls").send(MAIL)
    assert received.envelopes == []


async def test_a_refusing_and_an_absent_server_are_told_as_not_sent(serve: Serve, free_port: int) -> None:
    with pytest.raises(MailNotSent):
        await smtp(free_port).send(MAIL)
    received = serve()
    received.answer = "451 later"
    with pytest.raises(MailNotSent, match="451"):
        await smtp(free_port).send(MAIL)


async def test_without_a_server_each_mail_is_a_file_that_only_we_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "outbox"
    outbox = Outbox(folder, sender=SENDER)
    with capture_logs() as logged:
        await asyncio.gather(*(outbox.send(MAIL) for _ in range(5)))
    paths = sorted(folder.glob("*.eml"))
    assert len(paths) == 5
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    message = cast("EmailMessage", email.message_from_bytes(paths[0].read_bytes(), policy=default))
    assert "c0de" in message.get_content()
    assert {entry["event"] for entry in logged} == {"mail_written"}
    assert "c0de" not in str(logged)


async def test_a_folder_that_cannot_be_written_is_told_as_not_sent(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MailNotSent):
        await Outbox(tmp_path / "file", sender=SENDER).send(MAIL)


def test_a_password_is_not_configured_without_encryption() -> None:
    with pytest.raises(ValueError, match="without encryption"):
        MailSettings(host="localhost", username="atlas", password="s3cret", encryption="none")
