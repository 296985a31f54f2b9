"""Security Guard over the built-in implementations of its ports."""

from __future__ import annotations

from experience_plane.clock import Clock, system_clock
from experience_plane.security_guard.access_policy import PersonalWorkspaces, RolePermissions
from experience_plane.security_guard.accounts import local_accounts
from experience_plane.security_guard.administration import Administration
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.guests import Guests
from experience_plane.security_guard.key_rotation import RotatingKeys
from experience_plane.security_guard.local_authentication import LocalAuthentication
from experience_plane.security_guard.mail import MailPort
from experience_plane.security_guard.oidc_sign_in import OidcSignIn, OidcSignInParts
from experience_plane.security_guard.options import IdentityOptions
from experience_plane.security_guard.storage import IdentityStores
from experience_plane.security_guard.tickets import Tickets
from experience_plane.security_guard.user_sessions import UserSessions


async def open_local_guard(
    stores: IdentityStores,
    options: IdentityOptions | None = None,
    clock: Clock = system_clock,
    oidc: OidcSignInParts | None = None,
    mail: MailPort | None = None,
) -> SecurityGuard:
    """Load the signing keys, creating the first on first start, and answer a guard. Close it when done.

    Without `mail`, letters are written to nobody.
    """
    options = options or IdentityOptions()
    audit = stores.audit_trail
    keys = await RotatingKeys.open(stores.signing_keys, options.keys, clock)
    authentication = LocalAuthentication(
        stores=stores,
        keys=keys,
        tenancy=PersonalWorkspaces(),
        authorization=RolePermissions(),
        options=options,
        clock=clock,
        audit=audit,
    )
    accounts = local_accounts(
        authentication=authentication,
        accounts=stores.accounts,
        lifecycle=stores.account_lifecycle,
        mail=mail,
        options=options,
        audit=audit,
        clock=clock,
    )
    administration = Administration(
        directory=stores.directory,
        audit_log=stores.audit_log,
        audit=audit,
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
    )
