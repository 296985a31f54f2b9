"""The composition root: the only place that knows the concrete adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version as installed_version

import structlog
from fastapi import FastAPI
from limits import parse_many
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from experience_plane.adapters.embedded_runtime import EmbeddedRuntime
from experience_plane.adapters.encryption_key_file import EncryptionKeyFile
from experience_plane.adapters.external_authentication import oidc_sign_in_parts, open_external_authentication
from experience_plane.adapters.limit_counters import MemoryCounters, SharedCounters
from experience_plane.adapters.mail.outbox import Outbox
from experience_plane.adapters.mail.smtp import SmtpMail, SmtpServer
from experience_plane.adapters.sql import schema
from experience_plane.adapters.sql.conversation_log import SqlConversationLog
from experience_plane.adapters.sql.engine import create_engine, read_connection
from experience_plane.adapters.sql.identity_stores import sql_identity_stores
from experience_plane.adapters.sql.known_networks import SqlKnownNetworks
from experience_plane.agent_socket.endpoint import AgentSocket, AgentSocketOptions
from experience_plane.agent_socket.limits import Heartbeat, SocketLimits
from experience_plane.agent_socket.runs import RunLimits, Runs
from experience_plane.agents.engine import AgentEngine
from experience_plane.agents.models import ModelOptions, build_model
from experience_plane.clock import system_clock
from experience_plane.http_api.ag_ui import AgUiRuns
from experience_plane.http_api.application import Components, create_application
from experience_plane.http_api.client_address import TrustedProxies
from experience_plane.http_api.event_streams import EventStreamOptions, EventStreams
from experience_plane.security_guard.administration import Administration
from experience_plane.security_guard.audit import SecurityEvent
from experience_plane.security_guard.external import open_external_guard
from experience_plane.security_guard.guard import SecurityGuard
from experience_plane.security_guard.key_rotation import rotate_keys
from experience_plane.security_guard.local import open_local_guard
from experience_plane.security_guard.mail import MailPort
from experience_plane.security_guard.options import (
    AccountOptions,
    GuestOptions,
    HashingOptions,
    IdentityOptions,
    KeyOptions,
    PasskeyOptions,
    PasswordOptions,
    PersonalTokenOptions,
    SecondFactorOptions,
    SessionOptions,
    TicketOptions,
    TokenOptions,
)
from experience_plane.security_guard.rate_limits import Counters, Limit, RateLimitPolicy, RateLimits
from experience_plane.security_guard.storage import IdentityStores, StoredSigningKey
from experience_plane.settings import AuthSettings, RateLimitSettings, Settings

_LOG = structlog.get_logger(__name__)
VERSION = installed_version("experience-plane")


class DatabaseNotOpened(Exception):
    """The service's database cannot be used as the settings name it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database (EXPERIENCE_PLANE_DATABASE__URL) cannot be opened: {reason}")


@dataclass(slots=True)
class _Readiness:
    engine: AsyncEngine
    stopping: bool = False

    async def __call__(self) -> str | None:
        if self.stopping:
            return "The service is stopping."
        try:
            async with read_connection(self.engine) as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:  # noqa: BLE001 - drivers raise exceptions of their own when they cannot connect
            await _LOG.awarning("database_not_ready", exc_info=error)
            return "The database does not answer."
        return None


@dataclass(frozen=True, slots=True)
class Service:
    """The service, open."""

    application: FastAPI
    agent_socket: AgentSocket
    event_streams: EventStreams
    readiness: _Readiness

    async def drain(self) -> None:
        """Stop taking traffic, let runs end, and close the sockets, then the event streams, which show these ends."""
        self.readiness.stopping = True
        await self.agent_socket.drain()
        await self.event_streams.drain()


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Open everything that the settings name, in order; close it in the opposite order.

    Raises:
        DatabaseNotOpened: the database does not answer, or its address is none.
        SchemaTooNew: the database belongs to a newer version of the service.
        ModelNotConfigured: the settings name a model that cannot be built.
        ProviderNotConfigured: the settings choose an external identity provider and do not say where it is.
    """
    engine = await _open_database(settings)
    try:
        model = build_model(_model_options(settings))
        guard = await _open_guard(engine, settings)
        log = SqlConversationLog(engine, owners_are_here=settings.auth.provider == "local")
        counters = _counters(settings)
        runtime = EmbeddedRuntime(AgentEngine(model).run)
        if settings.auth.provider == "local":
            guard.guests.begin_cleanup()
        runs = Runs(log=log, runtime=runtime, limits=_run_limits(settings))
        if unfinished := await runs.fail_unfinished():
            await _LOG.awarning("unfinished_runs_failed", runs=unfinished)
        agent_socket = AgentSocket(log=log, runs=runs, server_version=VERSION, options=_socket_options(settings))
        readiness = _Readiness(engine)
        event_streams = EventStreams(guard, _stream_options(settings))
        ag_ui = AgUiRuns(log, runs, event_streams, max_text_length=settings.agent_socket.max_text_length)
        components = Components(
            guard=guard,
            log=log,
            agent_socket=agent_socket,
            event_streams=event_streams,
            ag_ui=ag_ui,
            readiness=readiness,
        )
        application = create_application(
            components,
            version=VERSION,
            max_body_bytes=settings.http.max_body_bytes,
            max_ag_ui_body_bytes=settings.http.max_ag_ui_body_bytes,
            static_dir=settings.static_dir,
            proxies=TrustedProxies(tuple(settings.http.trusted_proxies), settings.http.forwarded_header),
            allowed_origins=tuple(settings.http.allowed_origins),
            https=settings.auth.public_url.startswith("https://"),
            rate_limits=_rate_limits(settings, counters, SqlKnownNetworks(engine)),
        )
        try:
            async with model:
                yield Service(application, agent_socket, event_streams, readiness)
        finally:
            await runs.close()
            await runtime.close()
            await log.close()
            await guard.close()
            if isinstance(counters, SharedCounters):
                await counters.close()
    finally:
        await engine.dispose()


async def _open_database(settings: Settings) -> AsyncEngine:
    try:
        engine = create_engine(settings.database.url, pool_size=settings.database.pool_size)
    except (ValueError, ArgumentError, OSError) as error:
        raise DatabaseNotOpened(str(error)) from error
    try:
        await schema.upgrade(engine)
    except (OSError, SQLAlchemyError) as error:
        await engine.dispose()
        raise DatabaseNotOpened(str(error)) from error
    except BaseException:
        await engine.dispose()
        raise
    return engine


async def grant_role(settings: Settings, email: str, role: str) -> tuple[str, ...]:
    """Give a role to a user and answer all its roles; a service that runs learns of it within a second.

    Raises:
        InvalidEmail, UnknownRole, UserNotFound.
        NotSupported: the accounts are those of an external identity provider.
    """
    async with _administration(settings) as administration:
        return (await administration.grant_role(email, role)).roles


async def reset_factors(settings: Settings, email: str) -> None:
    """Take a user's second factors away; the mail about it has been sent, or tried, afterwards.

    Raises:
        InvalidEmail, UserNotFound.
        NotSupported: the accounts are those of an external identity provider.
    """
    async with _administration(settings) as administration:
        await administration.reset_factors_of(email)


@asynccontextmanager
async def _administration(settings: Settings) -> AsyncIterator[Administration]:
    engine = await _open_database(settings)
    try:
        guard = await _open_guard(engine, settings)
        try:
            yield guard.administration
        finally:
            await guard.close()
    finally:
        await engine.dispose()


async def _open_guard(engine: AsyncEngine, settings: Settings) -> SecurityGuard:
    options, stores = _identity_options(settings), sql_identity_stores(engine)
    if settings.auth.provider == "local":
        return await open_local_guard(
            stores,
            options,
            mail=_mail(settings),
            oidc=oidc_sign_in_parts(engine, settings.auth),
            encryption_key=_encryption_key(settings),
            previous_encryption_keys=[key.get_secret_value() for key in settings.auth.previous_encryption_keys],
        )
    return open_external_guard(open_external_authentication(engine, settings.auth), stores.tickets, options.tickets)


def _model_options(settings: Settings) -> ModelOptions:
    key = settings.model.api_key
    return ModelOptions(
        name=settings.model.name,
        base_url=settings.model.base_url,
        api_key=None if key is None else key.get_secret_value(),
    )


def _counters(settings: Settings) -> Counters:
    in_memory = MemoryCounters(system_clock)
    url = settings.rate_limits.storage_url
    return in_memory if url == "memory://" else SharedCounters(url, in_memory, system_clock)


def _rate_limits(settings: Settings, counters: Counters, known_networks: SqlKnownNetworks) -> RateLimits | None:
    if not settings.rate_limits.enabled:
        return None
    names = ("sign-in", "sign-up", "guest", "mail", "code", "renewal", "talk", "standard")
    policies = {name: _rate_limit_policy(name, settings.rate_limits) for name in names}
    return RateLimits(policies=policies, counters=counters, known_networks=known_networks, clock=system_clock)


def _rate_limit_policy(name: str, settings: RateLimitSettings) -> RateLimitPolicy:
    def limits(scope: str) -> tuple[Limit, ...]:
        notation = getattr(settings, f"{name.replace('-', '_')}_per_{scope}", "")
        items = parse_many(notation) if notation else []
        return tuple(Limit(item.amount * settings.factor, item.get_expiry()) for item in items)

    return RateLimitPolicy(name=name, per_client=limits("client"), per_account=limits("account"))


def _identity_options(settings: Settings) -> IdentityOptions:
    auth = settings.auth
    hashing = {
        "memory_cost_kib": auth.hashing.memory_cost_kib,
        "time_cost": auth.hashing.time_cost,
        "queue_limit": auth.hashing.queue_limit,
    }
    if auth.hashing.workers:
        hashing["workers"] = auth.hashing.workers
    return IdentityOptions(
        hashing=HashingOptions(**hashing),
        tokens=TokenOptions(
            issuer=auth.issuer, audience=auth.audience, lifetime=timedelta(seconds=auth.access_token_seconds)
        ),
        sessions=SessionOptions(
            refresh_token_lifetime=timedelta(seconds=auth.refresh_token_seconds),
            absolute_lifetime=timedelta(seconds=auth.session_seconds),
            refresh_grace=timedelta(seconds=auth.refresh_grace_seconds),
            state_max_age=timedelta(seconds=auth.session_state_max_age_seconds),
            check_interval=timedelta(seconds=auth.session_check_seconds),
        ),
        keys=_key_options(settings),
        tickets=TicketOptions(lifetime=timedelta(seconds=auth.ticket_seconds)),
        passwords=PasswordOptions(service_name=auth.service_name),
        personal_tokens=PersonalTokenOptions(
            limit=auth.personal_tokens_per_user, longest_lifetime=timedelta(seconds=auth.personal_token_seconds)
        ),
        accounts=AccountOptions(
            verification_required=auth.verification_required,
            mail_at_registration=settings.mail.host is not None,
            service_name=auth.service_name,
            public_url=auth.public_url,
            verification_lifetime=timedelta(seconds=auth.verification_seconds),
            email_change_lifetime=timedelta(seconds=auth.email_change_seconds),
            password_reset_lifetime=timedelta(seconds=auth.password_reset_seconds),
        ),
        guests=GuestOptions(allowed=auth.guests_allowed, idle_lifetime=timedelta(seconds=auth.guest_idle_seconds)),
        second_factors=SecondFactorOptions(
            challenge_lifetime=timedelta(seconds=auth.challenge_seconds),
            challenge_tries=auth.challenge_tries,
            enrolment_lifetime=timedelta(seconds=auth.enrolment_seconds),
            recent_login=timedelta(seconds=auth.recent_login_seconds),
        ),
        passkeys=_passkey_options(auth),
    )


def _passkey_options(auth: AuthSettings) -> PasskeyOptions:
    passkeys = auth.passkeys
    return PasskeyOptions(
        enabled=auth.takes_passkeys,
        rp_id=auth.passkey_domain,
        rp_name=passkeys.rp_name or auth.service_name,
        origins=auth.passkey_origins,
        any_local_port=auth.passkey_domain == "localhost" and not passkeys.origins,
        challenge_lifetime=timedelta(seconds=passkeys.challenge_seconds),
        max_per_account=passkeys.max_per_account,
    )


def _mail(settings: Settings) -> MailPort:
    mail = settings.mail
    if mail.host is None:
        return Outbox(mail.outbox_dir, sender=mail.sender)
    return SmtpMail(
        SmtpServer(
            host=mail.host,
            port=mail.port,
            username=mail.username,
            password=None if mail.password is None else mail.password.get_secret_value(),
            encryption=mail.encryption,
            timeout=timedelta(seconds=mail.timeout_seconds),
        ),
        sender=mail.sender,
    )


def _encryption_key(settings: Settings) -> Callable[[], str]:
    configured = settings.auth.encryption_key
    if configured is None:
        return EncryptionKeyFile(settings.auth.encryption_key_file)
    return configured.get_secret_value


def _key_options(settings: Settings) -> KeyOptions:
    return KeyOptions(
        prepublish=timedelta(seconds=settings.auth.key_prepublish_seconds),
        reload_interval=timedelta(seconds=settings.auth.key_reload_seconds),
    )


async def rotate_signing_keys(settings: Settings) -> StoredSigningKey:
    """Add a signing key to the database; running services pick it up.

    Raises:
        SchemaOutdated, SchemaTooNew: the database is of another version.
    """
    async with _identity_stores(settings) as stores:
        lifetime = timedelta(seconds=settings.auth.access_token_seconds)
        key = await rotate_keys(
            stores.signing_keys, _key_options(settings), token_lifetime=lifetime, clock=system_clock
        )
        await stores.audit_trail.record(SecurityEvent(kind="signing_key.added", detail={"kid": key.kid}))
        return key


async def list_signing_keys(settings: Settings) -> Sequence[StoredSigningKey]:
    """Answer the signing keys in the database, the oldest first.

    Raises:
        SchemaOutdated, SchemaTooNew: the database is of another version.
    """
    async with _identity_stores(settings) as stores:
        return await stores.signing_keys.all()


@asynccontextmanager
async def _identity_stores(settings: Settings) -> AsyncIterator[IdentityStores]:
    engine = create_engine(settings.database.url)
    try:
        await schema.check(engine)
        yield sql_identity_stores(engine)
    finally:
        await engine.dispose()


def _run_limits(settings: Settings) -> RunLimits:
    runs = settings.runs
    return RunLimits(
        max_active=settings.agent_socket.max_active_runs,
        max_handoffs=runs.max_handoffs,
        max_seconds=runs.max_seconds,
        history_messages=runs.history_messages,
    )


def _socket_options(settings: Settings) -> AgentSocketOptions:
    socket = settings.agent_socket
    return AgentSocketOptions(
        limits=SocketLimits(
            max_message_bytes=socket.max_message_bytes,
            max_text_length=socket.max_text_length,
            max_open_conversations=socket.max_open_conversations,
            max_messages_per_minute=socket.max_messages_per_minute,
            max_violations_per_minute=socket.max_violations_per_minute,
            max_batch_events=socket.max_batch_events,
            max_batch_bytes=socket.max_batch_bytes,
            max_json_depth=socket.max_json_depth,
            max_active_runs=socket.max_active_runs,
            max_sockets_per_user=socket.max_sockets_per_user,
            max_send_queue_bytes=socket.max_send_queue_bytes,
        ),
        heartbeat=Heartbeat(interval_seconds=socket.ping_interval_seconds, timeout_seconds=socket.ping_timeout_seconds),
        slow_reader_seconds=socket.slow_reader_seconds,
        allowed_origins=tuple(settings.http.allowed_origins),
        expiry_notice_seconds=socket.expiry_notice_seconds,
        drain_seconds=socket.drain_seconds,
        reconnect_window_seconds=socket.reconnect_window_seconds,
    )


def _stream_options(settings: Settings) -> EventStreamOptions:
    streams = settings.event_streams
    return EventStreamOptions(
        max_streams_per_user=streams.max_streams_per_user,
        heartbeat_seconds=streams.heartbeat_seconds,
        write_seconds=streams.write_seconds,
        drain_seconds=streams.drain_seconds,
    )
