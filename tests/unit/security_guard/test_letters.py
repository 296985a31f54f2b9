"""What people read in their mail, and that it comes although they are not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from experience_plane.security_guard.background import BackgroundWork
from experience_plane.security_guard.correspondence import Correspondence
from experience_plane.security_guard.emails import parse_email
from experience_plane.security_guard.letters import Letters
from experience_plane.security_guard.mail import Mail, MailNotSent
from experience_plane.security_guard.options import AccountOptions
from experience_plane.security_guard.ports import Overloaded
from experience_plane.security_guard.storage import Account
from manual_clock import ManualClock

ACCOUNT = Account(UUID(int=1), "ana@example.com", "Ana buy at http://spam.test", UUID(int=2), ("member",))


def test_a_letter_says_who_writes_and_where_the_link_leads_and_how_long_it_works() -> None:
    letters = Letters(service_name="Atlas", public_url="https://atlas.example.com/app/")
    mail = letters.verify_email("ana@example.com", "c0de", timedelta(hours=24))
    assert (mail.to, mail.subject) == ("ana@example.com", "Confirm your e-mail address - Atlas")
    assert "\n\nhttps://atlas.example.com/app/#verify-email=c0de\n\n" in mail.text
    assert "once, for 1 day." in mail.text
    assert mail.text.startswith("Hello,\n\n")
    assert mail.text.endswith("\n\nAtlas\n")


@pytest.mark.parametrize(
    ("lifetime", "told"),
    [
        (timedelta(days=2), "2 days"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(seconds=61), "1 minute"),
    ],
)
def test_a_lifetime_is_told_in_the_largest_whole_unit(lifetime: timedelta, told: str) -> None:
    mail = Letters(service_name="Atlas", public_url="https://a.test").reset_password("a@a.test", "c0de", lifetime)
    assert f"for {told}," in mail.text


def test_a_mail_shows_no_text_in_a_log() -> None:
    assert "secret" not in repr(Mail("ana@example.com", "Hello", "secret"))


class Codes:
    """Storage that takes every code, or none."""

    def __init__(self, *, user_exists: bool = True) -> None:
        self.user_exists = user_exists

    async def put_code(self, code: Any, now: Any) -> bool:
        return self.user_exists


class Postbox:
    """Takes mail after `refusals` tries."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.mails: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        if self.refusals > 0:
            self.refusals -= 1
            raise MailNotSent("busy")
        self.mails.append(mail)


@pytest.fixture
def correspondence(clock: ManualClock) -> Callable[..., Correspondence]:
    def make(postbox: Postbox, codes: Codes | None = None) -> Correspondence:
        return Correspondence(
            store=codes or Codes(),  # type: ignore[arg-type]
            mail=postbox,
            options=AccountOptions(),
            clock=clock,
            retry_delays=(timedelta(0), timedelta(0)),
        )

    return make


async def test_a_mail_that_is_not_taken_is_tried_three_times(correspondence: Callable[..., Correspondence]) -> None:
    for refusals, sent in ((0, 1), (2, 1), (3, 0)):
        postbox = Postbox(refusals)
        await correspondence(postbox).post(Mail("ana@example.com", "Hello", "Hello"))
        assert len(postbox.mails) == sent


async def test_nothing_is_mailed_about_an_account_that_is_gone(correspondence: Callable[..., Correspondence]) -> None:
    postbox = Postbox()
    writer = correspondence(postbox, Codes(user_exists=False))
    await writer.ask_for_password(ACCOUNT, parse_email(ACCOUNT.email))
    assert postbox.mails == []


async def test_no_mail_to_an_unverified_address_holds_what_the_registrant_chose(
    correspondence: Callable[..., Correspondence],
) -> None:
    postbox, address = Postbox(), parse_email(ACCOUNT.email)
    writer = correspondence(postbox)
    await writer.ask_to_verify(ACCOUNT, address)
    await writer.ask_for_password(ACCOUNT, address, registering=True)
    await writer.ask_for_password(ACCOUNT, address)
    await writer.ask_to_confirm(ACCOUNT, address)
    assert len(postbox.mails) == 4
    assert not [mail for mail in postbox.mails if "spam" in mail.subject + mail.text]


async def test_background_work_is_bounded_survives_faults_and_is_given_time_to_end() -> None:
    work, gate, done = BackgroundWork(limit=2), asyncio.Event(), []

    async def wait() -> None:
        await gate.wait()
        done.append("waited")

    async def fail() -> None:
        raise RuntimeError("a fault")

    work.submit("wait", wait)
    work.submit("fail", fail)
    with pytest.raises(Overloaded):
        work.submit("wait", wait)
    gate.set()
    await work.settle()
    assert done == ["waited"]
    gate.clear()
    work.submit("wait", wait)
    await work.close(timedelta(0))
    assert done == ["waited"]
