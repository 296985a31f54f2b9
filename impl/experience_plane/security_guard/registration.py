"""Registering: at once, or, where addresses must be verified, without telling which addresses have accounts."""

from __future__ import annotations

from experience_plane.security_guard.audit import AuditTrail, SecurityEvent
from experience_plane.security_guard.background import BackgroundWork
from experience_plane.security_guard.correspondence import Correspondence
from experience_plane.security_guard.emails import EmailAddress, parse_email
from experience_plane.security_guard.local_authentication import LocalAuthentication
from experience_plane.security_guard.names import parse_name
from experience_plane.security_guard.options import IdentityOptions
from experience_plane.security_guard.passwords import check_password
from experience_plane.security_guard.ports import EmailTaken
from experience_plane.security_guard.principal import Authenticated
from experience_plane.security_guard.storage import AccountStore


class Registration:
    """Creates accounts, and lets their owners prove the address."""

    def __init__(
        self,
        *,
        authentication: LocalAuthentication,
        accounts: AccountStore,
        correspondence: Correspondence,
        work: BackgroundWork,
        options: IdentityOptions,
        audit: AuditTrail,
    ) -> None:
        self._authentication = authentication
        self._accounts = accounts
        self._correspondence = correspondence
        self._work = work
        self._options = options
        self._audit = audit

    async def register(self, *, name: str, email: str, password: str) -> Authenticated | None:
        """Create an account and log it in; None where the address must be verified first: then a mail is on its way.

        With None, all that depends on whether the address has an account happens after the answer.

        Raises:
            InvalidEmail, InvalidName, PasswordRejected, Overloaded: as they say.
            EmailTaken: never where addresses must be verified.
        """
        if self._options.accounts.verification_required:
            await self._register_unseen(name, email, password)
            return None
        authenticated = await self._authentication.register_user(name=name, email=email, password=password)
        if self._options.accounts.mail_at_registration:
            address = parse_email(email)
            self._work.submit("resend_verification", lambda: self._verify_if_needed(address))
        return authenticated

    async def resend_verification(self, email: str) -> None:
        """Mail a new code if the address has an account that is not verified; never tells whether it has.

        Raises:
            InvalidEmail, Overloaded.
        """
        address = parse_email(email)
        self._work.submit("resend_verification", lambda: self._verify_if_needed(address))

    async def _register_unseen(self, name: str, email: str, password: str) -> None:
        parsed_name, address = parse_name(name), parse_email(email)
        check_password(password, self._options.passwords, context=(parsed_name, address.address))
        password_hash = await self._authentication.hashing.hash(password)
        self._work.submit("register", lambda: self._create_or_tell(parsed_name, address, password_hash))

    async def _create_or_tell(self, name: str, address: EmailAddress, password_hash: str) -> None:
        try:
            account = await self._authentication.create_account(name, address, password_hash)
        except EmailTaken:
            await self._tell_owner(address)
        else:
            await self._audit.record(SecurityEvent(kind="user.registered", user_id=account.user_id))
            await self._correspondence.ask_to_verify(account, address)

    async def _tell_owner(self, address: EmailAddress) -> None:
        found = await self._accounts.find_by_email_key(address.key)
        if found is None:
            return
        if found.account.email_verified:
            await self._correspondence.post(self._correspondence.letters.already_registered(found.account.email))
        else:
            # Whoever registered first may not own the address. Who does gets to say which password counts.
            await self._correspondence.ask_for_password(found.account, address, registering=True)

    async def _verify_if_needed(self, address: EmailAddress) -> None:
        found = await self._accounts.find_by_email_key(address.key)
        if found is not None and not found.account.email_verified:
            await self._correspondence.ask_to_verify(found.account, address)
