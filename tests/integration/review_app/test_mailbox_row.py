"""The inbox for forwarded reports on the status screen: not set, never looked into, well, away, forgotten by the scheduler."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from config.settings import load
from config.wiring import make_mailbox
from core.errors import Unavailable
from core.messages import IncomingMail
from core.services import mail
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.web import SECRET, Person, found

NAME = "thu.example/INBOX"


def row(office, language="vi", **settings):
    """The row as the administrator reads it."""
    boss = Person(
        create_app(office.desk, WebSettings(secret_key=SECRET, environment="test", **settings))
    ).log_in("tu.la")
    if language != "vi":
        boss.post("/account", {"language": language, "theme": "auto"})
    title = {"vi": "Hộp thư tiếp nhận", "en": "Inbox for forwarded reports"}[language]
    body = found(rf"<dt>{title}</dt><dd>(.*?)</dd>", boss.get("/health").text, re.S)
    return body, " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_none_is_one_quiet_line(office):
    body, words = row(office)
    assert words == "không đặt; tin nhận được nhập bằng tay"
    assert 'class="quiet"' in body and "st-bad" not in body


def test_one_that_was_never_looked_into(office):
    assert row(office, mailbox=NAME)[1] == f"{NAME}: chưa xem lần nào"


@pytest.fixture
def looked_into(office):
    """Two mails put aside, one passed by, read without a fault."""
    outcomes: tuple[mail.MailOutcome, ...] = ("refused", "refused", "skipped")
    for number, outcome in enumerate(outcomes, 1):
        message = IncomingMail(uid=number, size=10, data=b"x" * number)
        mail.note(office.desk, NAME, 7, message, mail.key_of(message, None), outcome)
    mail.looked(office.desk, NAME, 7, 3)
    return office


def test_it_says_what_was_taken_and_when(looked_into):
    body, words = row(looked_into, mailbox=NAME)
    assert "st-ok" in body and "st-bad" not in body
    assert "0 thư đã thành tin, 2 thư bị giữ riêng, 1 thư bỏ qua" in words
    assert "xem lần cuối" in words and "<b>" not in body


def test_one_that_is_away_says_what_to_do_and_that_nothing_is_lost(looked_into):
    mail.failed(
        looked_into.desk,
        NAME,
        Unavailable(
            "Không đăng nhập được hộp thư: kiểm tra LAMRO_IMAP_PASSWORD.", "Log-in failed: check it."
        ),
    )
    body, words = row(looked_into, mailbox=NAME, mailbox_minutes=7)
    assert "st-bad" in body
    assert "kiểm tra LAMRO_IMAP_PASSWORD." in words
    assert "Đọc được lần cuối" in words and "máy xem lại sau mỗi 7 phút" in words
    assert "Log-in failed: check it." in row(looked_into, "en", mailbox=NAME)[1]


def test_one_that_nobody_looks_into_any_more_points_at_the_scheduler(looked_into):
    looked_into.clock.at += timedelta(minutes=16)
    assert "chạy lamro serve" in row(looked_into, mailbox=NAME, mailbox_minutes=5)[1]
    assert "chạy lamro serve" not in row(looked_into, mailbox=NAME, mailbox_minutes=6)[1]


def test_the_app_is_told_the_name_that_the_scheduler_writes(tmp_path):
    settings = load({"home": tmp_path, "imap_host": "thu.example", "imap_user": "a", "imap_password": "b"})
    mailbox = make_mailbox(settings)
    assert mailbox is not None and mailbox.name == NAME
