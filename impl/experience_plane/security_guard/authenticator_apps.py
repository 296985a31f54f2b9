"""Authenticator apps as second factors: enrolled, confirmed, asked for codes, disabled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from experience_plane.clock import Clock
from experience_plane.errors import ExperiencePlaneError
from experience_plane.security_guard.factor_storage import AuthenticatorAppStore, Confirmation, StoredApp
from experience_plane.security_guard.options import SecondFactorOptions
from experience_plane.security_guard.principal import SecondFactorMethod
from experience_plane.security_guard.second_factor import WrongCode
from experience_plane.security_guard.secret_box import SecretBox
from experience_plane.security_guard.storage import Account
from experience_plane.security_guard.totp import base32, matching_steps, new_totp_secret, otpauth_uri


class SecondFactorExists(ExperiencePlaneError):
    """The account uses an authenticator app already."""

    default_detail = "An authenticator app is used already; disable it first."


class NoSecondFactor(ExperiencePlaneError):
    """No authenticator app is used; or none waits to be confirmed, or none does any more."""

    default_detail = "There is no authenticator app to confirm or to disable."


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret to be put into an app, and to be confirmed until `expires_at`."""

    secret: str = field(repr=False)
    otpauth_uri: str = field(repr=False)
    expires_at: datetime


class AuthenticatorApps:
    """Knows the secrets of apps, and which of their codes were used; a `Factor`."""

    def __init__(
        self,
        *,
        store: AuthenticatorAppStore,
        box: SecretBox,
        issuer: str,
        options: SecondFactorOptions,
        clock: Clock,
    ) -> None:
        self._store = store
        self._box = box
        self._issuer = issuer
        self._options = options
        self._clock = clock

    async def methods_of(self, user_id: UUID) -> Sequence[SecondFactorMethod]:
        """See `Factor.methods_of`."""
        app = await self._store.find_app(user_id)
        return ("totp",) if app is not None and app.confirmed else ()

    async def enrol(self, account: Account) -> Enrolment:
        """Make a secret, which waits to be confirmed.

        Raises:
            SecondFactorExists.
        """
        secret, now = new_totp_secret(), self._clock()
        sealed = self._box.seal(secret, owner=account.user_id.bytes)
        if not await self._store.put_app(StoredApp(account.user_id, sealed, now)):
            raise SecondFactorExists
        uri = otpauth_uri(secret, account=account.email, issuer=self._issuer)
        return Enrolment(base32(secret), uri, now + self._options.enrolment_lifetime)

    async def confirm(
        self, account: Account, code: str, *, recovery_digests: Sequence[bytes], keep_session: UUID
    ) -> Sequence[UUID]:
        """Let the app that waits count from now on, if it has made this code; answer the sessions that ended.

        Raises:
            NoSecondFactor, WrongCode.
        """
        app, now = await self._store.find_app(account.user_id), self._clock()
        if app is None or app.confirmed or now - app.enrolled_at > self._options.enrolment_lifetime:
            raise NoSecondFactor
        steps = self._steps(app, code)
        if not steps:
            raise WrongCode
        confirmation = Confirmation(
            app=app, step=steps[-1], recovery_digests=recovery_digests, keep_session=keep_session, now=now
        )
        ended = await self._store.confirm_app(confirmation)
        if ended is None:
            raise NoSecondFactor
        return ended

    async def use(self, account: Account, code: str) -> bool:
        """Use a code up; False when it is wrong, or one of its time or later was used before."""
        app = await self._store.find_app(account.user_id)
        if app is None or not app.confirmed:
            return False
        for step in self._steps(app, code):
            if await self._store.accept_step(account.user_id, step):
                await self._reseal(app)
                return True
        return False

    async def remove(self, account: Account, *, keep_recovery_codes: bool, keep_session: UUID) -> Sequence[UUID]:
        """Ask for no codes any more; answer the sessions that ended.

        Raises:
            NoSecondFactor.
        """
        ended = await self._store.remove_app(
            account.user_id, keep_recovery_codes=keep_recovery_codes, keep_session=keep_session, now=self._clock()
        )
        if ended is None:
            raise NoSecondFactor
        return ended

    async def _reseal(self, app: StoredApp) -> None:
        resealed = self._box.resealed(app.sealed_secret, owner=app.user_id.bytes)
        if resealed is not None:
            await self._store.replace_secret(app, resealed)

    def _steps(self, app: StoredApp, code: str) -> Sequence[int]:
        return matching_steps(self._box.open(app.sealed_secret, owner=app.user_id.bytes), code, self._clock())
