"""Security Guard over the built-in implementations of its ports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from experience_plane.clock import Clock, system_clock
from experience_plane.security_guard.access_policy import PersonalWorkspaces, RolePermissions
from experience_plane.security_guard.accounts import local_accounts
from experience_plane.security_guard.administration import Administration
from experience_plane.security_guard.authenticator_apps import AuthenticatorApps
from experience_plane.security_guard.background import BackgroundWork
from experience_plane.security_guard.correspondence import Correspondence, Notices
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.guests import Guests
from experience_plane.security_guard.key_rotation import RotatingKeys
from experience_plane.security_guard.local_authentication import LocalAuthentication
from experience_plane.security_guard.local_passkeys import local_passkeys
from experience_plane.security_guard.mail import MailPort
from experience_plane.security_guard.oidc_sign_in import OidcSignIn, OidcSignInParts
from experience_plane.security_guard.options import IdentityOptions
from experience_plane.security_guard.passkeys import PasskeyFactor
from experience_plane.security_guard.personal_tokens import PersonalTokens
from experience_plane.security_guard.reauthentication import FreshReauthentication, Reauthentication
from experience_plane.security_guard.recovery_codes import RecoveryCodes
from experience_plane.security_guard.second_factor import SecondFactorGate
from experience_plane.security_guard.second_factors import SecondFactors
from experience_plane.security_guard.secret_box import SecretBox, session_key
from experience_plane.security_guard.storage import IdentityStores
from experience_plane.security_guard.tickets import Tickets
from experience_plane.security_guard.user_sessions import UserSessions


async def open_local_guard(
    stores: IdentityStores,
    options: IdentityOptions | None = None,
    clock: Clock = system_clock,
    oidc: OidcSignInParts | None = None,
    mail: MailPort | None = None,
    encryption_key: Callable[[], str] = session_key,
    previous_encryption_keys: Sequence[str] = (),
) -> SecurityGuard:
    """Load the signing keys, creating the first on first start, and answer a guard. Close it when done.

    Without `mail`, letters are written to nobody. Without `encryption_key`, what is sealed can be read only as long as
    the guard is open.
    """
    options = options or IdentityOptions()
    audit, lifecycle = stores.audit_trail, stores.account_lifecycle
    work = BackgroundWork()
    correspondence = Correspondence(store=lifecycle, mail=mail, options=options.accounts, clock=clock)
    box = SecretBox(encryption_key, previous_encryption_keys)
    factors = _Factors.over(stores, options, Notices(correspondence, work), box, clock)
    keys = await RotatingKeys.open(stores.signing_keys, options.keys, clock)
    authentication = LocalAuthentication(
        stores=stores,
        keys=keys,
        gate=factors.gate,
        tenancy=PersonalWorkspaces(),
        authorization=RolePermissions(),
        options=options,
        clock=clock,
        audit=audit,
    )
    reauthentication = Reauthentication(lifecycle, authentication.hashing, audit)
    accounts = local_accounts(
        authentication=authentication,
        accounts=stores.accounts,
        lifecycle=lifecycle,
        correspondence=correspondence,
        work=work,
        reauthentication=reauthentication,
        options=options,
        audit=audit,
        clock=clock,
    )
    administration = Administration(
        directory=stores.directory,
        audit_log=stores.audit_log,
        audit=audit,
        notices=factors.notices,
        account_changed=authentication.sessions.account_changed,
        clock=clock,
    )
    sign_in = None
    if oidc is not None:
        tenancy = PersonalWorkspaces()
        sign_in = OidcSignIn(parts=oidc, authentication=authentication, tenancy=tenancy, clock=clock, audit=audit)
    return SecurityGuard(
        authentication=authentication,
        tickets=Tickets(stores.tickets, options.tickets, clock),
        sessions=UserSessions(
            store=stores.sessions,
            sessions=authentication.sessions,
            audit=audit,
            clock=clock,
            check_interval=options.sessions.check_interval,
        ),
        key_set_max_age=keys.key_set_max_age,
        administration=administration,
        oidc_sign_in=sign_in,
        accounts=accounts,
        guests=Guests(
            authentication=authentication, store=stores.guests, options=options.guests, audit=audit, clock=clock
        ),
        personal_tokens=PersonalTokens(
            store=stores.personal_tokens,
            sessions=authentication.sessions,
            authorization=RolePermissions(),
            options=options.personal_tokens,
            audit=audit,
            clock=clock,
        ),
        second_factors=SecondFactors(
            authentication=authentication,
            gate=factors.gate,
            apps=factors.apps,
            recovery_codes=factors.recovery_codes,
            accounts=lifecycle,
            reauthentication=FreshReauthentication(
                reauthentication, stores.sessions, options.second_factors.recent_login, clock
            ),
            notices=factors.notices,
            audit=audit,
        ),
        passkeys=local_passkeys(
            stores=stores,
            authentication=authentication,
            reauthentication=reauthentication,
            gate=factors.gate,
            notices=factors.notices,
            options=options,
            clock=clock,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Factors:
    gate: SecondFactorGate
    apps: AuthenticatorApps
    recovery_codes: RecoveryCodes
    notices: Notices

    @classmethod
    def over(
        cls, stores: IdentityStores, options: IdentityOptions, notices: Notices, box: SecretBox, clock: Clock
    ) -> Self:
        audit = stores.audit_trail
        apps = AuthenticatorApps(
            store=stores.authenticator_apps,
            box=box,
            issuer=options.accounts.service_name,
            options=options.second_factors,
            clock=clock,
        )
        recovery_codes = RecoveryCodes(store=stores.recovery_codes, audit=audit, notices=notices)
        gate = SecondFactorGate(
            store=stores.challenges,
            accounts=stores.account_lifecycle,
            factors=[apps, PasskeyFactor(stores.passkeys)] if options.passkeys.enabled else [apps],
            fallbacks=[recovery_codes],
            options=options.second_factors,
            notices=notices,
            audit=audit,
            clock=clock,
        )
        return cls(gate, apps, recovery_codes, notices)
