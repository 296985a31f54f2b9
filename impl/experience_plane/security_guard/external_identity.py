"""Who the subject of another issuer's token is to us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from experience_plane.security_guard.access_policy import DEFAULT_ROLE
from experience_plane.security_guard.emails import parse_email
from experience_plane.security_guard.names import parse_name
from experience_plane.security_guard.ports import InvalidEmail, InvalidName
from experience_plane.security_guard.strict_jws import MalformedToken

_NAMESPACE = UUID("5f0c6c0e-6e52-4c5b-9c4e-0f9b6a3f6c11")
"""Ids made from an issuer's own are UUIDs of version 5 (RFC 9562, section 5.5) in this namespace."""

_ROLE = re.compile(r"[a-z]+(_[a-z]+)*")
_MAX_ROLES = 32
_MAX_ROLE = 64
_MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class ExternalSession:
    """A session at another issuer and its user, as the latest token of it says."""

    session_id: UUID
    user_id: UUID
    tenant_id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
    expires_at: datetime
    """When that token stops being believed (aware, UTC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNames:
    """Where tenant and roles stand in the claims; a dot goes into an object. Users must not be able to write there."""

    tenant: str
    roles: str


def id_of(issuer: str, kind: str, value: str) -> UUID:
    """Our id for something that an issuer names; the same on every process and after every restart."""
    return uuid5(_NAMESPACE, f"{issuer}\n{kind}\n{value}")


def tenant_of(claims: Mapping[str, Any], names: ClaimNames, issuer: str, subject: str) -> UUID:
    """Answer the tenant that the issuer names; without one, a tenant of the user's own."""
    value = claim_at(claims, names.tenant)
    if value is None:
        return id_of(issuer, "personal tenant", subject)
    if not isinstance(value, str) or not value:
        raise MalformedToken("the tenant is not a string")
    try:
        return UUID(value)
    except ValueError:
        return id_of(issuer, "tenant", value)


def roles_of(claims: Mapping[str, Any], names: ClaimNames) -> tuple[str, ...]:
    """Answer the roles that the issuer names, without those whose names we could not have; else the default role."""
    value = claim_at(claims, names.roles)
    named = value if isinstance(value, list) else []
    roles = [role for role in named if isinstance(role, str) and len(role) <= _MAX_ROLE and _ROLE.fullmatch(role)]
    return tuple(dict.fromkeys(roles))[:_MAX_ROLES] or (DEFAULT_ROLE,)


def email_of(value: object) -> str:
    """Answer the e-mail address in its normal form.

    Raises:
        MalformedToken: there is none, or it is none.
    """
    try:
        return parse_email(value if isinstance(value, str) else "").address
    except InvalidEmail as error:
        raise MalformedToken("the token names no usable e-mail address") from error


def name_of(value: object, email: str) -> str:
    """Answer what the user is called; without a usable name, what stands before the @."""
    try:
        return parse_name(value[:_MAX_NAME] if isinstance(value, str) else "")
    except InvalidName:
        return email.partition("@")[0]


def claim_at(claims: Mapping[str, Any], path: str) -> Any:
    """Answer the claim at a dotted path; None without one. A claim that has the whole path as its name goes first."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value
