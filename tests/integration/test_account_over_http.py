"""The life of an account over HTTP, through the real application, with the mail in a folder."""

from __future__ import annotations

import asyncio
import email
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email.policy import default
from pathlib import Path

import pytest
from httpx import ASGITransport

from experience_plane.bootstrap import open_service
from experience_plane.settings import AuthSettings, DatabaseSettings, HashingSettings, MailSettings, Settings
from experience_plane_api import models
from experience_plane_api.http_client import HttpClient, ProblemError

OLD, NEW = "the engine weaves patterns", "just as the loom weaves flowers"
ADA = models.RegisterRequest(name="Ada", email="ada@example.com", password=OLD)


class Plane:
    """A client of an open service, and the folder where its mail goes."""

    def __init__(self, client: HttpClient, outbox: Path, settle: Callable[[], object]) -> None:
        self.client = client
        self.outbox = outbox
        self.settle = settle

    async def texts(self) -> list[str]:
        """All mails, the oldest first."""
        await self.settle()  # type: ignore[misc]
        paths = await asyncio.to_thread(lambda: sorted(self.outbox.glob("*.eml")))
        return [email.message_from_bytes(path.read_bytes(), policy=default).get_content() for path in paths]  # type: ignore[attr-defined]

    async def code(self, action: str) -> str:
        """The code of the last link of this kind."""
        return re.findall(rf"https://plane\.test/#{action}=([\w-]+)\n", "".join(await self.texts()))[-1]


Open = Callable[..., AbstractAsyncContextManager[Plane]]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    @asynccontextmanager
    async def open_plane(*, verification_required: bool = False) -> AsyncIterator[Plane]:
        settings = Settings(
            _env_file=None,
            database=DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path / 'plane.sqlite3'}"),
            auth=AuthSettings(
                public_url="https://plane.test",
                verification_required=verification_required,
                hashing=HashingSettings(memory_cost_kib=8, time_cost=1),
            ),
            mail=MailSettings(outbox_dir=tmp_path / "outbox"),
        )
        async with open_service(settings) as service:
            work = service.application.state.security_guard.accounts.work
            transport = ASGITransport(service.application)
            async with HttpClient("http://plane.test", transport=transport) as client:
                yield Plane(client, tmp_path / "outbox", work.settle)

    return open_plane


async def test_a_forgotten_password_is_reset_by_mail(opened: Open) -> None:
    async with opened() as plane:
        registered = await plane.client.register_user(ADA)
        assert isinstance(registered, models.AuthenticationResult)
        assert registered.user.email_verified is False
        assert await plane.texts() == []
        known = await plane.client.forgot_password(models.EmailRequest(email="ada@example.com"))
        unknown = await plane.client.forgot_password(models.EmailRequest(email="nobody@example.com"))
        assert known == unknown
        code = await plane.code("reset-password")
        body = models.ResetPasswordRequest(code=code, new_password="ada@example.com")
        with pytest.raises(ProblemError) as weak:
            await plane.client.reset_password(body)
        assert (weak.value.slug, weak.value.problem.errors[0].pointer) == ("weak-password", "/new_password")  # type: ignore[index]
        await plane.client.reset_password(models.ResetPasswordRequest(code=code, new_password=NEW))
        plane.client.access_token = registered.access_token
        with pytest.raises(ProblemError, match="Authentication is required"):
            await plane.client.get_current_user()
        with pytest.raises(ProblemError) as used:
            await plane.client.reset_password(models.ResetPasswordRequest(code=code, new_password=NEW))
        assert (used.value.slug, used.value.problem.status) == ("invalid-code", 400)
        logged_in = await plane.client.log_in(models.LoginRequest(email="ada@example.com", password=NEW))
        assert logged_in.user.email_verified is True


async def test_password_address_and_account_are_changed_with_the_current_password(opened: Open) -> None:
    async with opened() as plane:
        registered = await plane.client.register_user(ADA)
        assert isinstance(registered, models.AuthenticationResult)
        plane.client.access_token = registered.access_token
        with pytest.raises(ProblemError) as wrong:
            await plane.client.change_password(models.ChangePasswordRequest(current_password=NEW, new_password=NEW))
        assert (wrong.value.slug, wrong.value.problem.status) == ("wrong-password", 403)
        await plane.client.change_password(models.ChangePasswordRequest(current_password=OLD, new_password=NEW))
        change = models.ChangeEmailRequest(email="countess@example.com", current_password=NEW)
        await plane.client.change_email(change)
        await plane.client.verify_email(models.VerifyEmailRequest(code=await plane.code("verify-email")))
        user = await plane.client.get_current_user()
        assert (user.email, user.email_verified) == ("countess@example.com", True)
        await plane.client.delete_account(models.DeleteAccountRequest(current_password=NEW))
        with pytest.raises(ProblemError) as gone:
            await plane.client.get_current_user()
        assert gone.value.slug == "unauthenticated"
        assert "was deleted" in (await plane.texts())[-1]


async def test_where_addresses_must_be_verified_a_known_and_a_new_one_are_answered_alike(opened: Open) -> None:
    async with opened(verification_required=True) as plane:
        first = await plane.client.register_user(ADA)
        code = await plane.code("verify-email")
        with pytest.raises(ProblemError) as early:
            await plane.client.log_in(models.LoginRequest(email="ada@example.com", password=OLD))
        assert (early.value.slug, early.value.problem.status) == ("email-unconfirmed", 403)
        await plane.client.verify_email(models.VerifyEmailRequest(code=code))
        again = await plane.client.register_user(ADA)
        assert first == again == models.MailOnItsWay(status="check_your_mail")
        assert len(await plane.texts()) == 2
        assert (
            await plane.client.log_in(models.LoginRequest(email="ada@example.com", password=OLD))
        ).user.name == "Ada"
