"""The service's settings, from the environment (prefix EXPERIENCE_PLANE_, `__` between levels) and .env."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from limits import parse_many
from pydantic import AfterValidator, BaseModel, Field, IPvAnyNetwork, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_DEFAULT_PORTS = {"http": 80, "https": 443}


def _checked_limits(notation: str) -> str:
    if notation:
        parse_many(notation)
    return notation


class DatabaseSettings(BaseModel):
    """Where identity and conversations are kept."""

    url: str = Field(
        "sqlite+aiosqlite:///var/experience-plane.sqlite3",
        description="sqlite+aiosqlite:///… or postgresql+asyncpg://…",
    )
    pool_size: int = Field(10, ge=1, le=200, description="Connections kept open.")


class HttpSettings(BaseModel):
    """The web server."""

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    max_body_bytes: int = Field(
        65_536, ge=1024, le=16_777_216, description="Bytes of one request body; more is answered with 413."
    )
    max_ag_ui_body_bytes: int = Field(
        1_048_576, ge=1024, le=16_777_216, description="The same for AG-UI, whose clients send the whole conversation."
    )
    trusted_proxies: list[IPvAnyNetwork] = Field(
        [], description="Networks of the reverse proxies that are believed when they say where a request comes from."
    )
    forwarded_header: Literal["x-forwarded-for", "forwarded"] = Field(
        "x-forwarded-for", description="The header in which the trusted proxies say it: x-forwarded-for or forwarded."
    )
    allowed_origins: list[Annotated[str, Field(pattern=r"^https?://[a-z0-9.:\[\]-]+$")]] = Field(
        [], description="Origins, besides the service's own, of pages that may use the API and open the socket."
    )


class HashingSettings(BaseModel):
    """Password hashing (argon2id at OWASP's cost)."""

    memory_cost_kib: int = Field(19_456, ge=8, description="KiB of memory for one hash.")
    time_cost: int = Field(2, ge=1, description="Passes over the memory.")
    workers: int = Field(0, ge=0, le=256, description="Threads that hash; 0 means as many as there are cores.")
    queue_limit: int = Field(64, ge=0, le=100_000, description="Hashes that may wait; one more is answered with 503.")


class GoTrueSettings(BaseModel):
    """An external GoTrue-compatible server (Supabase Auth), with auth.provider=gotrue."""

    url: str = Field("", description="Where its API begins: https://{project}.supabase.co/auth/v1.")
    api_key: SecretStr = Field(SecretStr(""), description="The publishable (anon) key.")
    issuer: str | None = Field(None, description="`iss` of its tokens; the URL when not set.")
    audience: str = Field("authenticated", description="`aud` of its tokens.")
    jwt_secret: SecretStr | None = Field(
        None, min_length=32, description="The secret of a server that signs with HS256; else its key set is used."
    )
    assurance: Literal["aal1", "aal2"] = Field(
        "aal1",
        description="What `aal` of its tokens must be at least: aal2 where a second factor must have been given.",
    )
    tenant_claim: str = Field("app_metadata.tenant_id", description="Where the tenant stands in its tokens.")
    roles_claim: str = Field("app_metadata.roles", description="Where the roles stand in its tokens.")


class OidcIssuerSettings(BaseModel):
    """An external OpenID Connect issuer whose access tokens are verified here, with auth.provider=oidc."""

    issuer: str = Field("", description="Its URL, exactly as in `iss`.")
    audience: str = Field("experience-plane", description="`aud` of the access tokens that are meant for this service.")
    tenant_claim: str = Field("tenant", description="Where the tenant stands in its tokens.")
    roles_claim: str = Field("roles", description="Where the roles stand in its tokens.")


class OidcProviderSettings(BaseModel):
    """A provider to sign in with."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=32)
    name: str = Field(min_length=1, max_length=100)
    issuer: str = Field(min_length=1, max_length=500)
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    scopes: list[str] = ["openid", "email", "profile"]


class PasskeySettings(BaseModel):
    """Passkeys. They belong to a domain and are asked for by pages; both are those of auth.public_url unless set."""

    enabled: bool = Field(True, description="Whether passkeys are taken; without, accounts have their other factors.")
    rp_id: str | None = Field(
        None,
        pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$",
        description="The domain that passkeys belong to. To change it makes every passkey useless.",
    )
    rp_name: str | None = Field(
        None, min_length=1, max_length=100, description="What authenticators call the service; auth.service_name."
    )
    origins: list[Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]] = Field(
        [], description="Origins of the pages that may ask for a passkey, all within the domain."
    )
    challenge_seconds: int = Field(300, ge=30, le=3600, description="How long a browser may take to answer.")
    max_per_account: int = Field(20, ge=1, le=100, description="Passkeys that an account may have.")


class AuthSettings(BaseModel):
    """Identity."""

    provider: Literal["local", "gotrue", "oidc"] = Field(
        "local", description="Who keeps accounts: this service, a GoTrue server, or an OpenID Connect issuer."
    )
    issuer: str = Field("experience-plane", description="`iss` of access tokens.")
    audience: str = Field("experience-plane", description="`aud` of access tokens.")
    access_token_seconds: int = Field(900, ge=1, le=86_400, description="How long an access token is valid.")
    refresh_token_seconds: int = Field(
        2_592_000, ge=1, description="How long a refresh token is valid, so how long a session may go unused."
    )
    session_seconds: int = Field(7_776_000, ge=1, description="How long a session lasts, however much it is used.")
    refresh_grace_seconds: float = Field(
        10.0, ge=0, le=60, description="How long an exchanged refresh token still answers, with the same successor."
    )
    ticket_seconds: int = Field(30, ge=1, le=300, description="How long a socket ticket is valid.")
    session_state_max_age_seconds: float = Field(
        1.0, ge=0, le=60, description="How long another process's logout may go unnoticed."
    )
    key_prepublish_seconds: int = Field(
        900,
        ge=0,
        description="How long a new signing key is published before it signs (`experience-plane keys rotate`).",
    )
    key_reload_seconds: float = Field(60.0, gt=0, description="Between two looks at the stored signing keys.")
    session_check_seconds: float = Field(
        0.8, gt=0, le=60, description="Between two looks, one query each, whether sessions of open sockets have ended."
    )
    service_name: str = Field(
        "Experience Plane",
        min_length=1,
        max_length=100,
        description="What mails call the service; no password is made of it.",
    )
    public_url: str = Field(
        "http://localhost:8000",
        pattern=r"^https?://[^\s#?]+$",
        description="Where people open the page; links in mails begin with it.",
    )
    oidc_providers: list[OidcProviderSettings] = Field(
        [],
        max_length=32,
        description="Providers to sign in with, as JSON: [{id, name, issuer, client_id, client_secret, scopes}, …].",
    )
    oidc_return_origins: list[str] = Field(
        [], description="Origins, besides the public URL's, of pages that a sign-in may come back to."
    )
    verification_required: bool = Field(
        False, description="Whether an e-mail address must be verified before its account can be used."
    )
    verification_seconds: int = Field(
        86_400, ge=60, le=2_592_000, description="How long a code that verifies is valid."
    )
    email_change_seconds: int = Field(3600, ge=60, le=86_400, description="How long a code for a new address is valid.")
    password_reset_seconds: int = Field(
        3600, ge=60, le=86_400, description="How long a code for a new password is valid."
    )
    guests_allowed: bool = Field(True, description="Whether people may talk to the guide without an account.")
    guest_idle_seconds: int = Field(
        2_592_000, ge=3600, description="How long a guest who is not here is remembered, with the conversations."
    )
    personal_token_seconds: int = Field(
        31_536_000, ge=60, le=31_536_000, description="How long a personal access token may live at most."
    )
    personal_tokens_per_user: int = Field(
        50, ge=0, le=1000, description="Personal access tokens that a user may have; one more is answered with 409."
    )
    challenge_seconds: int = Field(300, ge=30, le=3600, description="How long a login waits for its second factor.")
    challenge_tries: int = Field(
        5, ge=1, le=20, description="Codes that a login takes as its second factor before it has to start again."
    )
    enrolment_seconds: int = Field(
        600, ge=60, le=86_400, description="How long a new authenticator app may take to be confirmed."
    )
    recent_login_seconds: int = Field(
        300, ge=0, le=3600, description="How long after a login second factors can be changed without the password."
    )
    encryption_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="Encrypts secrets that must be read again (authenticator apps), the same for all processes.",
    )
    previous_encryption_keys: list[SecretStr] = Field(
        [],
        max_length=8,
        description="Keys that it replaced, as JSON: still read; a secret is sealed anew when it is used.",
    )
    encryption_key_file: Path = Field(
        Path("var/encryption.key"), description="Where that key is kept when it is not set; made when first needed."
    )
    hashing: HashingSettings = HashingSettings()
    passkeys: PasskeySettings = PasskeySettings()
    gotrue: GoTrueSettings = GoTrueSettings()
    oidc: OidcIssuerSettings = OidcIssuerSettings()

    @property
    def passkey_domain(self) -> str:
        """The domain that passkeys belong to (the RP ID of Web Authentication)."""
        return self.passkeys.rp_id or urlsplit(self.public_url).hostname or ""

    @property
    def passkey_origins(self) -> tuple[str, ...]:
        """The origins of the pages that may ask for a passkey."""
        page = urlsplit(self.public_url)
        port = "" if page.port in {None, _DEFAULT_PORTS[page.scheme]} else f":{page.port}"
        return tuple(self.passkeys.origins) or (f"{page.scheme}://{page.hostname}{port}",)

    @property
    def takes_passkeys(self) -> bool:
        """Whether passkeys are switched on, and can be: browsers have none for bare addresses."""
        try:
            ip_address(self.passkey_domain)
        except ValueError:
            return self.passkeys.enabled
        return False

    @model_validator(mode="after")
    def _passkeys_belong_to_their_pages(self) -> Self:
        for origin in self.passkey_origins:
            host = urlsplit(origin).hostname or ""
            if host != self.passkey_domain and not host.endswith(f".{self.passkey_domain}"):
                raise ValueError(f"browsers at {origin} have no passkeys of {self.passkey_domain} (auth.passkeys)")
        return self


RateLimit = Annotated[str, AfterValidator(_checked_limits)]


class RateLimitSettings(BaseModel):
    """Rate limits, like `10 per 15 minutes;100/day`; empty is no limit. The contract says which operation has which."""

    enabled: bool = Field(True, description="Whether requests are limited at all.")
    storage_url: str = Field(
        "memory://",
        description="Where requests are counted: memory:// (each process for itself) or redis://host:port/db.",
    )
    factor: int = Field(1, ge=1, le=1_000_000, description="Multiplies every limit, for load tests.")
    sign_in_per_client: RateLimit = Field("60/minute", description="Sign-ins of one client network.")
    sign_in_per_account: RateLimit = Field(
        "10 per 15 minutes;100/day",
        description="Sign-ins to one account from all networks unknown to it; from each known one, as many again.",
    )
    sign_up_per_client: RateLimit = Field("60/hour", description="Registrations of one client network.")
    sign_up_per_account: RateLimit = Field("10/hour", description="Registrations of one e-mail address.")
    guest_per_client: RateLimit = Field("20/hour", description="Guests who begin from one client network.")
    mail_per_client: RateLimit = Field("30/hour", description="Requests of one client network that send mail.")
    mail_per_account: RateLimit = Field("5/hour", description="Requests that send mail to one e-mail address.")
    code_per_client: RateLimit = Field("60/minute", description="Codes and links tried by one client network.")
    code_per_account: RateLimit = Field("10 per 15 minutes;100/day", description="Codes tried for one account.")
    renewal_per_client: RateLimit = Field("600/minute", description="Refreshes of one client network.")
    renewal_per_account: RateLimit = Field("60/minute", description="Refreshes of one account.")
    talk_per_client: RateLimit = Field("600/minute", description="Messages over HTTP of one client network.")
    talk_per_account: RateLimit = Field("60/minute", description="Messages over HTTP of one account.")
    standard_per_client: RateLimit = Field("6000/minute", description="Other requests of one client network.")
    standard_per_account: RateLimit = Field("1200/minute", description="Other requests of one account.")


class MailSettings(BaseModel):
    """Mail: through an SMTP server, or without one into a folder where it can be read."""

    host: str | None = Field(None, description="The SMTP server; without one, mails are written to `outbox_dir`.")
    port: int = Field(587, ge=1, le=65_535, description="Its port.")
    username: str | None = Field(None, description="The name to log in with; nobody logs in without one.")
    password: SecretStr | None = Field(None, description="Its password.")
    encryption: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="`starttls` (mostly port 587), `tls` from the start (465), or `none` (a relay on this machine).",
    )
    sender: str = Field("Experience Plane <no-reply@localhost>", description="From whom mails are.")
    timeout_seconds: float = Field(20.0, gt=0, le=300, description="How long the server may take for one mail.")
    outbox_dir: Path = Field(Path("var/outbox"), description="Where mails are written without a server, one .eml each.")

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.password is not None and self.encryption == "none":
            raise ValueError("a password is not sent without encryption")
        return self


class AgentSocketSettings(BaseModel):
    """The agent socket; the limits are announced in connection.ready."""

    max_message_bytes: int = Field(
        1_048_576, ge=1024, le=16_777_216, description="Bytes of one message; more closes with 1009."
    )
    max_text_length: int = Field(100_000, ge=1, le=100_000, description="Code points of a message's text.")
    max_open_conversations: int = Field(
        32, ge=1, le=10_000, description="Conversations that a connection may have open."
    )
    max_messages_per_minute: int = Field(60, ge=1, le=100_000, description="agent.message in 60 seconds.")
    max_violations_per_minute: int = Field(
        20, ge=1, le=1000, description="Messages against the contract in 60 seconds before 4400."
    )
    max_batch_events: int = Field(256, ge=1, le=1024, description="Events in one `events` message.")
    max_batch_bytes: int = Field(
        65_536, ge=1024, le=16_777_216, description="Bytes of one `events` message with more than one event."
    )
    max_json_depth: int = Field(64, ge=4, le=512, description="Arrays and objects within each other in a message.")
    max_active_runs: int = Field(16, ge=1, le=10_000, description="Runs of one user that may be active at once.")
    max_sockets_per_user: int = Field(
        20, ge=1, le=100_000, description="Sockets of one user; one more is answered with 429."
    )
    max_send_queue_bytes: int = Field(
        1_048_576, ge=4096, le=268_435_456, description="Bytes that may wait to be sent to one socket."
    )
    slow_reader_seconds: float = Field(
        10.0, gt=0, description="How long they may stay at that bound before the socket is closed with 4508."
    )
    ping_interval_seconds: float = Field(20.0, gt=0, description="Between two WebSocket pings of the service.")
    ping_timeout_seconds: float = Field(20.0, gt=0, description="How long a pong may take.")
    expiry_notice_seconds: float = Field(
        60.0, ge=0, description="How long before its authentication ends a client is warned."
    )
    drain_seconds: float = Field(5.0, ge=0, description="How long active runs may take to end when the service stops.")
    reconnect_window_seconds: float = Field(
        5.0, ge=0, le=600, description="The time over which clients come back that were sent elsewhere."
    )


class EventStreamSettings(BaseModel):
    """Event streams over HTTP."""

    max_streams_per_user: int = Field(
        20, ge=1, le=100_000, description="Event streams of one user; one more is answered with 429."
    )
    heartbeat_seconds: float = Field(15.0, gt=0, description="Between two comments in a stream.")
    write_seconds: float = Field(30.0, gt=0, description="How long a reader may take nothing before its stream ends.")
    drain_seconds: float = Field(5.0, ge=0, description="How long streams get to end when the service stops.")


class RunSettings(BaseModel):
    """Runs."""

    max_handoffs: int = Field(4, ge=0, le=100, description="Times that agents may hand over within a run.")
    max_seconds: float = Field(300.0, gt=0, description="How long a run may take.")
    history_messages: int = Field(50, ge=0, le=1000, description="Earlier messages that an agent is given.")


class ModelSettings(BaseModel):
    """The language model behind the agents."""

    name: str = Field("offline", description="`offline`, or provider:model as Pydantic AI names it.")
    base_url: str | None = Field(None, description="The address of an OpenAI-compatible server.")
    api_key: SecretStr | None = Field(None, description="Its key.")


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(
        env_prefix="EXPERIENCE_PLANE_",
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
        frozen=True,
    )

    database: DatabaseSettings = DatabaseSettings()
    http: HttpSettings = HttpSettings()
    auth: AuthSettings = AuthSettings()
    rate_limits: RateLimitSettings = RateLimitSettings()
    mail: MailSettings = MailSettings()
    agent_socket: AgentSocketSettings = AgentSocketSettings()
    event_streams: EventStreamSettings = EventStreamSettings()
    runs: RunSettings = RunSettings()
    model: ModelSettings = ModelSettings()
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="`auto` is console on a terminal, else json."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least level that is logged."
    )
    static_dir: Path | None = Field(None, description="The built pages; the package's own when not set.")
