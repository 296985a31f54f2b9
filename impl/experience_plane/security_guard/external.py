"""Security Guard over an identity provider elsewhere."""

from __future__ import annotations

from experience_plane.clock import Clock, system_clock
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.options import TicketOptions
from experience_plane.security_guard.ports import AuthenticationPort
from experience_plane.security_guard.storage import TicketStore
from experience_plane.security_guard.tickets import Tickets


def open_external_guard(
    authentication: AuthenticationPort,
    tickets: TicketStore,
    options: TicketOptions | None = None,
    clock: Clock = system_clock,
) -> SecurityGuard:
    """Answer a guard whose logins are elsewhere and whose tickets are ours. Close it when done."""
    return SecurityGuard(authentication=authentication, tickets=Tickets(tickets, options or TicketOptions(), clock))
