"""Codes by mail: made, stored as digests, sent in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from experience_plane.clock import Clock
from experience_plane.security_guard.background import BackgroundWork
from experience_plane.security_guard.emails import EmailAddress
from experience_plane.security_guard.letters import Letters
from experience_plane.security_guard.mail import Mail, MailNotSent, MailPort
from experience_plane.security_guard.opaque import digest, new_secret
from experience_plane.security_guard.options import AccountOptions
from experience_plane.security_guard.storage import Account, AccountLifecycleStore, CodePurpose, NewCode

_LOG = structlog.get_logger(__name__)


class Correspondence:
    """Makes codes and posts letters. Everything here is meant for `BackgroundWork`: it may wait for a mail server."""

    def __init__(
        self,
        *,
        store: AccountLifecycleStore,
        mail: MailPort | None,
        options: AccountOptions,
        clock: Clock,
        retry_delays: Sequence[timedelta] = (timedelta(seconds=2), timedelta(seconds=15)),
    ) -> None:
        self._store = store
        self._mail = mail
        self._options = options
        self._clock = clock
        self._retry_delays = retry_delays
        self.letters = Letters(service_name=options.service_name, public_url=options.public_url)

    async def ask_to_verify(self, account: Account, address: EmailAddress) -> None:
        """Mail the code that verifies the account's own address."""
        lifetime = self._options.verification_lifetime
        if code := await self._new_code(account, address, "verify_email", lifetime):
            await self.post(self.letters.verify_email(account.email, code, lifetime))

    async def ask_for_password(self, account: Account, address: EmailAddress, *, registering: bool = False) -> None:
        """Mail the code that sets a new password, as the answer to a forgotten one or as the end of registering."""
        lifetime = self._options.password_reset_lifetime
        if code := await self._new_code(account, address, "reset_password", lifetime):
            write = self.letters.finish_registration if registering else self.letters.reset_password
            await self.post(write(account.email, code, lifetime))

    async def ask_to_confirm(self, account: Account, address: EmailAddress) -> None:
        """Mail the code that makes another address the account's."""
        lifetime = self._options.email_change_lifetime
        if code := await self._new_code(account, address, "change_email", lifetime):
            await self.post(self.letters.confirm_new_email(address.address, code, lifetime))

    async def post(self, mail: Mail) -> None:
        """Send a letter; after the last try in vain, the log has it (without what it says)."""
        if self._mail is None:
            return
        for delay in (*self._retry_delays, None):
            try:
                await self._mail.send(mail)
            except MailNotSent as error:
                if delay is None:
                    await _LOG.aerror("mail_not_sent", subject=mail.subject, reason=str(error))
                    return
                await _LOG.awarning("mail_delayed", subject=mail.subject, reason=str(error))
                await asyncio.sleep(delay.total_seconds())
            else:
                return

    async def _new_code(
        self, account: Account, address: EmailAddress, purpose: CodePurpose, lifetime: timedelta
    ) -> str | None:
        code, now = new_secret(), self._clock()
        row = NewCode(digest(code), purpose, account.user_id, address.address, address.key, now + lifetime)
        return code if await self._store.put_code(row, now) else None


class Notices:
    """Tells owners of accounts, in the background, what has happened to them."""

    def __init__(self, correspondence: Correspondence, work: BackgroundWork) -> None:
        self._correspondence = correspondence
        self._work = work

    def post(self, kind: str, write: Callable[[Letters], Mail]) -> None:
        """Post a letter.

        Raises:
            Overloaded: too much mail waits already.
        """
        letter = write(self._correspondence.letters)
        self._work.submit(kind, lambda: self._correspondence.post(letter))
