"""What identity writes to people.

A letter to an address that nobody has verified holds nothing that the person who typed the address chose: no name, no
text of theirs, so that the service cannot be used to send somebody else's message.
"""

from __future__ import annotations

import textwrap
from datetime import timedelta

from experience_plane.security_guard.mail import Mail

_WIDTH = 72


class Letters:
    """Writes letters. Links lead to the page at `public_url`, with the code after the `#`, which no server logs."""

    def __init__(self, *, service_name: str, public_url: str) -> None:
        self._service = service_name
        self._url = public_url.rstrip("/")

    def verify_email(self, to: str, code: str, lifetime: timedelta) -> Mail:
        """The address was used to register."""
        return self._letter(
            to,
            "Confirm your e-mail address",
            f"This address was used to register with {self._service}. Please confirm that it is yours:",
            self._link("verify-email", code),
            f"The link works once, for {_told(lifetime)}.",
            "If you did not register, ignore this mail; without your confirmation nobody can prove that the address is "
            "theirs.",
        )

    def already_registered(self, to: str) -> Mail:
        """Somebody registered with an address whose owner has an account."""
        return self._letter(
            to,
            "You have an account already",
            f"Somebody, probably you, tried to register with {self._service} under this address. It has an account "
            "already, and nothing was changed. You can log in, or ask for a new password, here:",
            f"{self._url}/",
            "If it was not you, you need not do anything.",
        )

    def finish_registration(self, to: str, code: str, lifetime: timedelta) -> Mail:
        """Somebody registered with an address that was registered before and never verified."""
        return self._letter(
            to,
            "Finish your registration",
            f"This address was used to register with {self._service} more than once and was never confirmed. To "
            "confirm that it is yours, choose the password that shall count:",
            self._link("reset-password", code),
            f"The link works once, for {_told(lifetime)}.",
            "If you did not register, ignore this mail.",
        )

    def reset_password(self, to: str, code: str, lifetime: timedelta) -> Mail:
        """The user forgot the password."""
        return self._letter(
            to,
            "Choose a new password",
            f"Somebody, probably you, asked for a new password for your account with {self._service}. Choose it here:",
            self._link("reset-password", code),
            f"The link works once, for {_told(lifetime)}, and only until a newer one is asked for. A new password ends "
            "all sessions.",
            "If it was not you, ignore this mail: your password stays as it is.",
        )

    def password_changed(self, to: str) -> Mail:
        """A notice after the fact."""
        return self._letter(
            to,
            "Your password was changed",
            f"The password of your account with {self._service} was changed, and other sessions were ended.",
            "If it was not you, ask for a new password at once:",
            f"{self._url}/",
        )

    def confirm_new_email(self, to: str, code: str, lifetime: timedelta) -> Mail:
        """To the address that an account shall have."""
        return self._letter(
            to,
            "Confirm your new e-mail address",
            f"This address shall become that of an account with {self._service}. Please confirm that it is yours:",
            self._link("verify-email", code),
            f"The link works once, for {_told(lifetime)}.",
            "If you do not know about this, ignore this mail; nothing will change.",
        )

    def new_email_has_account(self, to: str) -> Mail:
        """To an address that somebody wanted for another account."""
        return self._letter(
            to,
            "This address has an account already",
            f"Somebody, probably you, wanted to make this address that of another account with {self._service}. It has "
            "an account of its own, so nothing was changed.",
            "To use it for the other account, delete this one first.",
        )

    def email_change_requested(self, to: str) -> Mail:
        """To the address that the account still has."""
        return self._letter(
            to,
            "Your e-mail address is about to change",
            f"Your account with {self._service} shall get another e-mail address. It changes when the new address is "
            "confirmed.",
            "If it was not you, somebody knows your password. Change it at once:",
            f"{self._url}/",
        )

    def email_changed(self, to: str) -> Mail:
        """To the address that the account had."""
        return self._letter(
            to,
            "Your e-mail address was changed",
            f"Your account with {self._service} has another e-mail address now. This one is not used any more.",
            f"If it was not you, write to the people who run the service: {self._url}/",
        )

    def account_deleted(self, to: str) -> Mail:
        """A farewell."""
        return self._letter(
            to,
            "Your account was deleted",
            f"Your account with {self._service} was deleted, with its sessions and conversations. This cannot be "
            "undone.",
            f"If it was not you, write to the people who run the service: {self._url}/",
        )

    def second_factor_enabled(self, to: str) -> Mail:
        """A notice after the fact."""
        return self._letter(
            to,
            "Logging in takes a second factor now",
            f"Your account with {self._service} asks for a second factor at each login from now on. Other sessions "
            "were ended.",
            "Keep the recovery codes where you find them without your phone.",
            f"If it was not you, write to the people who run the service: {self._url}/",
        )

    def second_factor_disabled(self, to: str) -> Mail:
        """A notice after the fact."""
        return self._letter(
            to,
            "A second factor was disabled",
            f"An authenticator app of your account with {self._service} does not count any more. Other sessions were "
            "ended.",
            "If it was not you, change your password at once:",
            f"{self._url}/",
        )

    def second_factors_reset(self, to: str) -> Mail:
        """A notice after the fact."""
        return self._letter(
            to,
            "Your second factors were removed",
            f"The people who run {self._service} removed the second factors of your account: authenticator app, "
            "passkeys and recovery codes. All sessions were ended. Log in, and set up a second factor again.",
            f"If you did not ask for it, change your password at once and write to them: {self._url}/",
        )

    def second_factor_failed(self, to: str) -> Mail:
        """Somebody gave the first factor and used up all tries for the second."""
        return self._letter(
            to,
            "Somebody could not give your second factor",
            f"Somebody gave the right password of your account with {self._service}, then several wrong codes. Nobody "
            "was logged in.",
            "If it was not you, somebody knows your password. Change it at once:",
            f"{self._url}/",
        )

    def passkey_added(self, to: str) -> Mail:
        """A notice after the fact."""
        return self._letter(
            to,
            "A passkey was added",
            f"Your account with {self._service} has a new passkey, which logs in without the password. Other sessions "
            "were ended.",
            "If it was not you, log in, delete it, and change your password at once:",
            f"{self._url}/",
        )

    def passkey_deleted(self, to: str) -> Mail:
        """A notice after the fact."""
        return self._letter(
            to,
            "A passkey was deleted",
            f"A passkey of your account with {self._service} is not accepted any more. Other sessions were ended.",
            "If it was not you, change your password at once:",
            f"{self._url}/",
        )

    def recovery_code_used(self, to: str, left: int) -> Mail:
        """A notice after the fact."""
        return self._letter(
            to,
            "A recovery code was used",
            f"A recovery code of your account with {self._service} was used in place of a second factor. Left: {left}.",
            "If it was not you, change your password at once, and make new recovery codes:",
            f"{self._url}/",
        )

    def recovery_codes_replaced(self, to: str) -> Mail:
        """A notice after the fact."""
        return self._letter(
            to,
            "Your recovery codes were replaced",
            f"Your account with {self._service} has new recovery codes. The old ones do not work any more.",
            "If it was not you, change your password at once:",
            f"{self._url}/",
        )

    def _link(self, action: str, code: str) -> str:
        return f"{self._url}/#{action}={code}"

    def _letter(self, to: str, subject: str, *paragraphs: str) -> Mail:
        text = "\n\n".join(_wrapped(paragraph) for paragraph in ("Hello,", *paragraphs, self._service))
        return Mail(to, f"{subject} - {self._service}", text + "\n")


def _wrapped(paragraph: str) -> str:
    # A link stays in one piece, however long.
    return textwrap.fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _told(lifetime: timedelta) -> str:
    minutes = max(1, int(lifetime.total_seconds()) // 60)
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes % size == 0:
            count = minutes // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
