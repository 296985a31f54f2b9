"""Tickets: what opens a socket where no header can be sent. Single use, short-lived, stored as a digest."""

from __future__ import annotations

from experience_plane.clock import Clock
from experience_plane.security_guard.opaque import digest, new_secret
from experience_plane.security_guard.options import TicketOptions
from experience_plane.security_guard.ports import InvalidTicket
from experience_plane.security_guard.principal import Principal, Ticket
from experience_plane.security_guard.storage import TicketStore


class Tickets:
    """Issues and redeems tickets. Whether the session behind one lives is the guard's question."""

    def __init__(self, store: TicketStore, options: TicketOptions, clock: Clock) -> None:
        self._store = store
        self._lifetime = options.lifetime
        self._clock = clock

    async def issue(self, principal: Principal) -> Ticket:
        """Make a ticket that stands for this principal; it never outlives the access token it was bought with."""
        now = self._clock()
        ticket = Ticket(value=new_secret(), expires_at=min(now + self._lifetime, principal.expires_at))
        await self._store.add(digest(ticket.value), principal, ticket.expires_at, now)
        return ticket

    async def redeem(self, value: str) -> Principal:
        """Use the ticket up; of parallel callers exactly one gets the principal.

        Raises:
            InvalidTicket: unknown, expired or redeemed before.
        """
        principal = await self._store.take(digest(value), self._clock())
        if principal is None:
            raise InvalidTicket
        return principal
