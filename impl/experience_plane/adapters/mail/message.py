"""A mail as it goes over the wire (RFC 5322)."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, make_msgid, parseaddr

from email_validator import EmailNotValidError, validate_email

from experience_plane.security_guard.mail import Mail


def message_of(mail: Mail, sender: str) -> EmailMessage:
    """Answer the message; nobody's machine answers it (RFC 3834)."""
    to = _deliverable(mail.to)
    message = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    # Quoted-printable would break links apart for who reads the .eml as it is; text of ours has no long lines.
    message.set_content(mail.text, cte="7bit" if mail.text.isascii() else None)
    return message


def _deliverable(address: str) -> str:
    """The address in ASCII where it has such a form: not every server takes another."""
    try:
        valid = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return address
    return valid.ascii_email or valid.normalized
