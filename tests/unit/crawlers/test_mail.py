"""Mails, good and hostile. Every person and outlet is made up."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from crawlers.parsers.mail import parse_mail
from crawlers.parsers.results import Unreadable

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def mail(text: str = "Bài này nói sai về xã.", html: str = "", **headers: str) -> EmailMessage:
    message = EmailMessage()
    values = {
        "From": "Bà Lan <lan.to4@thu.example>",
        "To": "tiepnhan@xa.example",
        "Subject": "Fwd: Tin về tuyến đê",
        "Message-ID": "<1@thu.example>",
        "Date": "Fri, 20 Nov 2026 08:00:00 +0700",
    }
    for name, value in (values | {key.replace("_", "-"): value for key, value in headers.items()}).items():
        message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def read(message: EmailMessage | bytes):
    return parse_mail(message if isinstance(message, bytes) else message.as_bytes(), NOW)


def test_words_subject_time_and_sender():
    found = read(mail())
    assert (found.subject, found.text) == ("Tin về tuyến đê", "Bài này nói sai về xã.")
    assert (found.message_id, found.sender) == ("<1@thu.example>", "lan.to4@thu.example")
    assert found.sent_at == datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert (found.automatic, found.links, found.attachments, found.warnings) == (False, [], [], [])


def test_of_an_alternative_the_plain_words_are_taken_and_the_links_of_both():
    found = read(
        mail(
            "Xem https://bao.example/bai-1.html?utm_source=mail, đúng không?",
            '<p>Xem <a href="https://bao.example/bai-1.html">bài</a> và <a href="https://khac.example/b">bài hai</a></p>'
            '<a href="https://thu.example/unsubscribe?u=1">thôi nhận</a><a href="javascript:x()">x</a><img src="https://do.example/p.gif">',
        )
    )
    assert found.text == "Xem https://bao.example/bai-1.html?utm_source=mail, đúng không?"
    assert found.links == ["https://bao.example/bai-1.html?utm_source=mail", "https://khac.example/b"]


def test_a_mail_of_html_alone_becomes_plain_text():
    message = mail("")
    message.set_content("<div>Nước <b>lên</b><br>ở bến</div><script>x()</script>", subtype="html")
    assert read(message).text == "Nước lên\nở bến"


def test_people_above_a_forwarded_text_are_left_out_and_its_date_stays():
    text = (
        "Nhờ xã xem giúp.\n\n---------- Forwarded message ---------\nTừ: Ông Bảy <bay@nha.example>\n"
        "Date: T6, 20 thg 11, 2026\nSubject: Sụt đường\nTo: <lan.to4@thu.example>\n\nTo: chữ trong bài, không phải tiêu đề\n"
        "Dòng một\nDòng hai\nDòng ba\nDòng bốn\nTừ: đây là lời văn"
    )
    found = read(mail(text)).text
    assert "bay@nha" not in found
    assert "lan.to4" not in found
    assert "Date: T6, 20 thg 11, 2026\nSubject: Sụt đường" in found
    assert found.endswith("Từ: đây là lời văn")


@pytest.mark.parametrize(
    ("charset", "coded"),
    [("utf-8", "Đê xã"), ("windows-1258", None), ("x-khong-co", "Đê xã"), ("utf-7", "Đê xã")],
)
def test_a_lying_or_unknown_character_set_is_lived_with(charset, coded):
    body = "Đê xã".encode() if coded else b"\xd0\xea xa\xde"
    raw = b"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=" + charset.encode()
    found = read(raw + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body)
    assert found.text == "Đê xã"


def test_attachments_come_with_their_hash_and_a_name_without_tricks():
    message = mail()
    message.add_attachment(
        b"\x89PNG rest", maintype="image", subtype="png", filename="../../\u202egnp.exe\r\nanh.png"
    )
    message.add_attachment("chữ trong tệp", filename="ghi-chu.txt")
    found = read(message)
    assert base64.b64decode(found.attachments[0].base64) == b"\x89PNG rest"
    assert "\u202e" not in found.attachments[0].name
    assert "\n" not in found.attachments[0].name
    assert found.text == "Bài này nói sai về xã.", "a text file is a file, not words of the mail"
    assert len(found.attachments[1].sha256) == 64


def test_a_mail_inside_a_mail_is_read():
    inner = mail("Lời trong thư được chuyển kèm.")
    outer = mail("Gửi kèm thư của dân.")
    outer.add_attachment(inner)
    assert read(outer).text == "Gửi kèm thư của dân.\n\nLời trong thư được chuyển kèm."


def test_too_many_or_too_large_attachments_are_cut_and_said():
    message = mail()
    for number in range(12):
        message.add_attachment(
            b"%PDF-" + bytes([number]), maintype="application", subtype="pdf", filename=f"{number}.pdf"
        )
    found = read(message)
    assert (len(found.attachments), found.warnings) == (10, ["attachments_cut"])
    message = mail()
    message.add_attachment(
        b"%PDF-" + b"0" * (20 << 20), maintype="application", subtype="pdf", filename="a.pdf"
    )
    found = read(message)
    assert (found.attachments, found.warnings) == ([], ["attachments_cut"])


def nested(depth: int) -> bytes:
    lines = [b"From: a@b.example", b"MIME-Version: 1.0"]
    for level in range(depth):
        lines += [b'Content-Type: multipart/mixed; boundary="b%d"' % level, b"", b"--b%d" % level]
    return b"\r\n".join([*lines, b"Content-Type: text/plain", b"", b"x"])


@pytest.mark.parametrize("body", [nested(9), nested(3000)])
def test_mails_nested_to_no_end_are_refused(body):
    with pytest.raises(Unreadable) as caught:
        read(body)
    assert caught.value.code == "bomb"


def test_a_mail_of_a_thousand_parts_is_refused():
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 1000
    with pytest.raises(Unreadable) as caught:
        read(
            b'From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
            + parts
        )
    assert caught.value.code == "bomb"


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Return_Path": "<>"}, {"X_Autoreply": "yes"}],
)
def test_letters_of_programs_are_told_apart(headers):
    assert read(mail(**headers)).automatic
    assert not read(mail(Auto_Submitted="no", List_Id="<to4.thu.example>")).automatic


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: =?utf-8?b?!!!?=\r\nFrom: =?x?q?=00?= <@>\r\nDate: 99/99/9999\r\nMessage-ID: "
        + b"<" * 5000,
        b"Subject: " + b"=?utf-8?q?a?= " * 5000,
        b"Content-Type: text/plain; charset*0*=x'; name*=utf-8''%ff%00\r\nContent-Transfer-Encoding: base64",
        b"\x00\xff\xfe: x\r\n : y\r\nContent-Type: multipart/mixed",
        b'Content-Type: multipart/alternative; boundary=""',
    ],
)
def test_broken_headers_break_nothing(head):
    found = read(head + b"\r\n\r\nCh\xe1\xbb\xaf c\xe1\xbb\xa7a d\xc3\xa2n")
    assert len(found.subject) <= 500
    assert len(found.message_id) <= 1000
    assert "\x00" not in found.model_dump_json()


def test_nothing_is_no_mail():
    with pytest.raises(Unreadable) as caught:
        read(b" \r\n")
    assert caught.value.code == "empty"
