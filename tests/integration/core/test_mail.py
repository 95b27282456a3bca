"""Mails forwarded to the office: from a real IMAP server over TLS, through the killable parser, into the store of each engine."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from config.mail_round import AT_ONCE, read_mailbox
from config.settings import Settings, load
from config.wiring import make_mailbox
from core.errors import Misconfigured, Unavailable
from core.queries.mailbox import mailbox_health
from core.records.audit import AuditRow
from core.records.item import Capture, Item, Mention
from core.records.mail import MailboxPlace, MailSeen
from core.records.source import CrawlRequest, Quarantine
from core.services import crawl_requests, intake, outbox, units
from core.services.desk import Desk
from tests.engines.imap import ImapServer
from tests.integration.core.conftest import DYKE, START, candidate


def settings_for(server: ImapServer, home: Path, **more: Any) -> Settings:
    return load(
        {
            "home": home,
            "imap_host": "localhost",
            "imap_port": server.port,
            "imap_user": server.user,
            "imap_password": server.password,
            "imap_ca": str(server.ca),
            **more,
        }
    )


@pytest.fixture
def look(desk: Desk, office: int, imap_server: ImapServer, tmp_path: Path) -> Callable[..., dict[str, int]]:
    """Look into the inbox once: how many mails were stored, seen, refused, skipped."""

    def once(**more: Any) -> dict[str, int]:
        settings = settings_for(imap_server, tmp_path, **more)
        mailbox = make_mailbox(settings)
        assert mailbox is not None
        return dict(read_mailbox(desk, settings, mailbox))

    return once


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(out, "PNG")
    return out.getvalue()


def mail(
    number: int = 1, text: str = "Trên mạng nói đê xã Chí Minh, Hải Phòng đã vỡ.", **headers: str
) -> EmailMessage:
    message = EmailMessage()
    values = {
        "From": "Bà Lan <lan.to4@thu.example>",
        "To": "tiepnhan@xa.example",
        "Subject": f"Fwd: Tin đồn số {number}",
        "Message-ID": f"<{number}@thu.example>",
        "Date": "Mon, 23 Nov 2026 07:00:00 +0700",
    }
    for name, value in (values | {key.replace("_", "-"): value for key, value in headers.items()}).items():
        message[name] = value
    message.set_content(text)
    return message


def rows(desk: Desk, table: type[Any]) -> list[Any]:
    with desk.store.read() as session:
        found = list(session.scalars(select(table)))
        session.expunge_all()
        return found


def test_a_forwarded_mail_becomes_a_received_item_once(
    desk: Desk, imap_server: ImapServer, look, tmp_path
) -> None:
    imap_server.deliver(mail().as_bytes(), START.date())
    assert look() == {"stored": 1}
    (item,) = rows(desk, Item)
    assert (item.title, item.received_via, item.received_by) == ("Tin đồn số 1", "mail", None)
    assert item.seen_at == START - timedelta(hours=1)
    assert item.band == "in"
    (seen,) = rows(desk, MailSeen)
    assert (seen.outcome, seen.item_id, seen.uid) == ("stored", item.id, 1)
    audit = next(row for row in rows(desk, AuditRow) if row.act == "item.receive")
    assert (audit.account_id, audit.detail["via"], audit.content_sha256) == (
        None,
        "mail",
        item.content_sha256,
    )
    assert look() == {}, "nothing new"
    # moved to another folder and back, or the server was restored: other numbers, the same mail
    imap_server.deliver(mail().as_bytes(), START.date())
    assert look() == {"seen": 1}
    imap_server.validity += 1
    assert look() == {"seen": 2}
    assert len(rows(desk, Item)) == 1
    assert imap_server.touched == [], "nothing in the mailbox is changed"
    assert not any("SELECT" in command for command in imap_server.commands)


def test_who_forwarded_it_is_masked_everywhere_and_not_indexed(
    desk: Desk, imap_server: ImapServer, look
) -> None:
    text = (
        "Bà Lan (lan.to4@thu.example) gửi, hỏi anh @nguyenvana88.\n\nFrom: Ông Bảy <ong.bay@nha.example>\nSent: thứ hai\n"
        "Subject: Chuyện đê\n\nĐê xã Chí Minh, Hải Phòng có nước rò."
    )
    message = mail(text=text)
    message.add_attachment(b"x", maintype="application", subtype="zip", filename="lan.to4@thu.example.zip")
    imap_server.deliver(message.as_bytes(), START.date())
    assert look() == {"stored": 1}
    (item,) = rows(desk, Item)
    assert item.seen_where == "Hộp thư tiếp nhận, thư của la…4@thu.example"
    stored = "\n".join(
        str(vars(row))
        for table in (Item, MailSeen, MailboxPlace, AuditRow, CrawlRequest, Capture)
        for row in rows(desk, table)
    )
    for person in ("lan.to4", "ong.bay", "nguyenvana88"):
        assert person not in stored
    assert "Ông Bảy" not in item.text
    document = outbox.batch(desk, 0, 10).documents[0]
    assert "thu.example" not in document.title
    assert "lan.to4" not in document.text


def test_attachments_are_kept_by_their_first_bytes(desk: Desk, imap_server: ImapServer, look) -> None:
    message = mail()
    message.add_attachment(picture(), maintype="application", subtype="octet-stream", filename="anh.exe")
    message.add_attachment(b"MZ\x90\x00 program", maintype="image", subtype="png", filename="anh.png")
    message.add_attachment(
        b"%PDF-1.7 x", maintype="application", subtype="pdf", filename="../../cong-van.pdf"
    )
    imap_server.deliver(message.as_bytes(), START.date())
    assert look() == {"stored": 1}
    (item,) = rows(desk, Item)
    kept = rows(desk, Capture)
    assert sorted((row.kind, row.content_type, row.item_id) for row in kept) == [
        ("upload", "application/pdf", item.id),
        ("upload", "image/png", item.id),
    ]
    assert desk.captures.path(kept[0].path).read_bytes() in {picture(), b"%PDF-1.7 x"}
    assert item.note == "Tệp đính kèm không giữ: anh.png (Chỉ nhận tệp ảnh JPG, PNG hoặc PDF.)"


def test_links_are_read_like_pasted_ones(desk: Desk, imap_server: ImapServer, look) -> None:
    imap_server.deliver(
        mail(text="Nhờ xem https://bao.example/bai-1 và http://bao.example/bai-2").as_bytes(), START.date()
    )
    assert look() == {"stored": 1}
    taken = crawl_requests.take_requests(desk, "scheduler:h:1")
    assert [(one.kind, one.url) for one in taken] == [
        ("link", "https://bao.example/bai-1"),
        ("link", "http://bao.example/bai-2"),
    ]
    found = candidate("link", 1, "Đê xã Chí Minh", DYKE, url="https://bao.example/bai-1")
    item_id = intake.take_link_result(desk, taken[0].request_id, found)
    item = next(row for row in rows(desk, Item) if row.id == item_id)
    assert (item.received_via, item.received_by) == ("mail", None)
    assert item.seen_where == "Hộp thư tiếp nhận, thư của la…4@thu.example"


def test_a_mail_without_a_place_is_still_the_offices_and_says_why(
    desk: Desk, imap_server: ImapServer, look
) -> None:
    imap_server.deliver(mail(text="Nhờ cơ quan xem giúp việc này.").as_bytes(), START.date())
    assert look() == {"stored": 1}
    (mention,) = [row for row in rows(desk, Mention) if row.band == "check"]
    assert (mention.locality, mention.why[0]["code"]) == ("11131", "received_by_mail")


def test_marked_matter_leaves_nothing_but_its_number(desk: Desk, imap_server: ImapServer, look) -> None:
    secret = "kế hoạch phòng thủ khu vực"
    message = mail(text=f"Số 12\nTỐI MẬT\n{secret}")
    message.add_attachment(picture(), maintype="image", subtype="png", filename="anh.png")
    imap_server.deliver(message.as_bytes(), START.date())
    assert look() == {"refused": 1}
    assert rows(desk, Item) == rows(desk, Capture) == rows(desk, CrawlRequest) == []
    assert desk.captures.kept == []  # type: ignore[attr-defined]
    health = mailbox_health(desk, "localhost/INBOX")
    assert health is not None
    assert (health.stored, health.refused, health.error_vi, health.read_at) == (0, 1, "", START)
    (aside,) = rows(desk, Quarantine)
    assert "dấu độ mật" in aside.reason_vi
    everything = str([vars(row) for table in (Quarantine, AuditRow, MailSeen) for row in rows(desk, table)])
    assert secret not in everything
    assert "Tin đồn" not in everything
    assert [row.refused for row in rows(desk, AuditRow) if row.act == "item.receive"] == [True]


def nested(depth: int) -> bytes:
    lines = [b"From: a@b.example", b"Message-ID: <bomb@b.example>", b"MIME-Version: 1.0"]
    for level in range(depth):
        lines += [b'Content-Type: multipart/mixed; boundary="b%d"' % level, b"", b"--b%d" % level]
    return b"\r\n".join([*lines, b"Content-Type: text/plain", b"", b"x"])


@pytest.mark.long
def test_hostile_mails_cost_themselves_only(desk: Desk, imap_server: ImapServer, look) -> None:
    imap_server.deliver(nested(2000), START.date())
    imap_server.deliver(b" ", START.date())
    imap_server.deliver(b"Subject: =?utf-8?b?!!?=\r\n\r\n" + b"<div>" * 200_000, START.date())
    imap_server.deliver(mail(Auto_Submitted="auto-replied").as_bytes(), START.date())
    imap_server.deliver(mail(4).as_bytes(), START.date())
    counts = look()
    assert (counts["refused"], counts["skipped"], counts["stored"]) == (2, 1, 2)
    assert len(rows(desk, Quarantine)) == 2
    assert look() == {}


def test_mails_of_others_than_the_listed_are_left(desk: Desk, imap_server: ImapServer, look) -> None:
    imap_server.deliver(mail(1, From="a@xa.example").as_bytes(), START.date())
    imap_server.deliver(mail(2, From="b@khac.example").as_bytes(), START.date())
    imap_server.deliver(mail(3, From="b@xa.example.khac.example").as_bytes(), START.date())
    imap_server.deliver(mail(4, From="vanphong@xa.example").as_bytes(), START.date())
    assert look(imap_senders="@xa.example, tp@tp.example", mail_from="vanphong@xa.example") == {
        "stored": 1,
        "skipped": 3,
    }


def test_a_mailbox_never_read_before_gives_its_last_days_only(
    desk: Desk, imap_server: ImapServer, look
) -> None:
    imap_server.deliver(mail(1).as_bytes(), START.date() - timedelta(days=30))
    assert look() == {}
    assert look() == {}, "not at the second look either"
    imap_server.deliver(mail(2).as_bytes(), START.date() - timedelta(days=30))
    assert look() == {"stored": 1}, "afterwards the number counts, not the day"


@pytest.mark.long
def test_a_flood_is_taken_in_portions_and_none_is_lost(desk: Desk, imap_server: ImapServer, look) -> None:
    for number in range(AT_ONCE + 3):
        imap_server.deliver(mail(number, Auto_Submitted="auto-generated").as_bytes(), START.date())
    assert look() == {"skipped": AT_ONCE}
    assert look() == {"skipped": 3}


def test_a_connection_that_breaks_loses_and_repeats_nothing(
    desk: Desk, imap_server: ImapServer, look
) -> None:
    for number in (1, 2, 3):
        imap_server.deliver(
            mail(number, f"Đê xã Chí Minh, Hải Phòng: lần thứ {number}.").as_bytes(), START.date()
        )
    imap_server.drop_after = 2
    assert look() == {}
    (place,) = rows(desk, MailboxPlace)
    assert "ngắt kết nối" in place.error_vi
    imap_server.drop_after = 0
    assert look() == {"stored": 3}
    (place,) = rows(desk, MailboxPlace)
    assert (place.error_vi, place.last_uid) == ("", 3)
    assert place.read_at == START


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"imap_password": "sai-mat-khau"}, "LAMRO_IMAP_PASSWORD"),
        ({"imap_folder": "Khac"}, "LAMRO_IMAP_FOLDER"),
        ({"imap_folder": "Hộp thư"}, "không dấu"),
        ({"imap_ca": ""}, "chứng thư"),
        ({"imap_host": "127.0.0.1"}, "chứng thư"),
        ({"imap_port": 1}, "LAMRO_IMAP_PORT"),
        ({"imap_host": "thu.invalid"}, "LAMRO_IMAP_HOST"),
        ({"imap_security": "starttls"}, "không"),
        ({"imap_unit": "99999"}, "LAMRO_IMAP_UNIT"),
    ],
)  # fmt: skip
def test_a_mailbox_that_cannot_be_read_says_what_to_do(
    desk: Desk, imap_server: ImapServer, look, change, words, caplog
) -> None:
    imap_server.deliver(mail().as_bytes(), START.date())
    if "starttls" in change.values():
        change = {**change, "imap_port": 1}
    assert look(**change) == {}
    (place,) = rows(desk, MailboxPlace)
    assert words in place.error_vi
    assert place.error_en
    assert (place.read_at, rows(desk, Item)) == (None, [])
    for secret in ("sai-mat-khau", imap_server.password):
        assert secret not in place.error_vi + place.error_en + caplog.text


def test_an_outdated_certificate_is_refused(desk: Desk, office: int, tmp_path: Path) -> None:
    with ImapServer(tmp_path, days=-1) as server:
        mailbox = make_mailbox(settings_for(server, tmp_path))
        assert mailbox is not None
        with pytest.raises(Unavailable) as caught:
            mailbox.new(0, 0, START.date(), 5)
    assert "chứng thư" in caught.value.vi


def test_starttls_and_a_vietnamese_password(tmp_path: Path) -> None:
    with ImapServer(tmp_path, starttls=True) as server:
        server.password = "mật khẩu có dấu"
        server.deliver(mail().as_bytes(), START.date())
        mailbox = make_mailbox(settings_for(server, tmp_path, imap_security="starttls"))
        assert mailbox is not None
        new = mailbox.new(0, 0, START.date(), 5)
    assert ([one.uid for one in new.messages], new.validity, new.reached) == ([1], 7, 1)
    assert server.touched == []


def test_a_server_that_announces_too_much_is_left(tmp_path: Path) -> None:
    with ImapServer(tmp_path) as server:
        server.deliver(mail().as_bytes(), START.date())
        server.lie = 4 << 30
        mailbox = make_mailbox(settings_for(server, tmp_path))
        assert mailbox is not None
        with pytest.raises(Unavailable):
            mailbox.new(0, 0, START.date(), 5)


def test_several_offices_need_a_word_whose_inbox_it_is(desk: Desk, imap_server: ImapServer, look) -> None:
    other = units.ensure_unit(
        desk, "11557", "commune", "Ủy ban nhân dân phường Thiên Hương", "phường Thiên Hương"
    )
    units.watch(desk, None, other, ["11557"])
    imap_server.deliver(mail(text="Nhờ xem giúp việc này.").as_bytes(), START.date())
    assert look() == {}
    assert "LAMRO_IMAP_UNIT" in rows(desk, MailboxPlace)[0].error_vi
    assert look(imap_unit="11557") == {"stored": 1}
    assert {row.locality for row in rows(desk, Mention) if row.band == "check"} == {"11557"}


def test_an_inbox_needs_its_user_and_password(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        load({"home": tmp_path, "imap_host": "thu.example", "imap_user": "a"})
    assert re.search(r"LAMRO_IMAP_PASSWORD", caught.value.vi)
    assert make_mailbox(load({"home": tmp_path})) is None
