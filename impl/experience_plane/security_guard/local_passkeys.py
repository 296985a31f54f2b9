"""Passkeys over the built-in authentication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from experience_plane.clock import Clock
from experience_plane.security_guard.correspondence import Notices
from experience_plane.security_guard.local_authentication import LocalAuthentication
from experience_plane.security_guard.options import IdentityOptions
from experience_plane.security_guard.passkey_ceremonies import Ceremonies
from experience_plane.security_guard.passkey_challenges import PasskeyChallenges
from experience_plane.security_guard.passkey_enrolment import PasskeyEnrolment
from experience_plane.security_guard.passkey_sign_in import PasskeySignIn
from experience_plane.security_guard.reauthentication import FreshReauthentication, Reauthentication
from experience_plane.security_guard.second_factor import SecondFactorGate
from experience_plane.security_guard.storage import IdentityStores

_SHORTEST_RECENT_LOGIN = timedelta(minutes=1)
"""Where no login counts as recent otherwise: without one no passkey could be deleted."""


@dataclass(frozen=True, slots=True)
class Passkeys:
    """What users do with passkeys."""

    enrolment: PasskeyEnrolment
    sign_in: PasskeySignIn


def local_passkeys(
    *,
    stores: IdentityStores,
    authentication: LocalAuthentication,
    reauthentication: Reauthentication,
    gate: SecondFactorGate,
    notices: Notices,
    options: IdentityOptions,
    clock: Clock,
) -> Passkeys | None:
    """Put the parts together; None where passkeys are switched off."""
    passkeys, recent = options.passkeys, options.second_factors.recent_login
    if not passkeys.enabled:
        return None
    ceremonies = Ceremonies(passkeys)
    challenges = PasskeyChallenges(stores.passkeys, passkeys.challenge_lifetime, clock)
    return Passkeys(
        enrolment=PasskeyEnrolment(
            store=stores.passkeys,
            ceremonies=ceremonies,
            challenges=challenges,
            authentication=authentication,
            reauthentication=FreshReauthentication(reauthentication, stores.sessions, recent, clock),
            recent_login=FreshReauthentication(
                reauthentication, stores.sessions, max(recent, _SHORTEST_RECENT_LOGIN), clock
            ),
            notices=notices,
            max_per_account=passkeys.max_per_account,
            audit=stores.audit_trail,
            clock=clock,
        ),
        sign_in=PasskeySignIn(
            store=stores.passkeys,
            accounts=stores.account_lifecycle,
            ceremonies=ceremonies,
            challenges=challenges,
            authentication=authentication,
            gate=gate,
            audit=stores.audit_trail,
            clock=clock,
        ),
    )
