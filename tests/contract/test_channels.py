"""One meaning of "sent", "retry" and "failed" for every way out, against a real SMTP server and a real folder."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.channels.folder import FolderChannel, folder_name
from alerts.channels.safety import named, safe_name
from alerts.channels.smtp import SmtpChannel, SmtpSettings
from core.errors import Misconfigured
from core.ports import Attachment, OutgoingMessage

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MESSAGE = OutgoingMessage(
    message_id="d1-14-2026.v3@chiminh.example",
    recipient="toasoan@bao-cua-bien.example",
    subject="Thông cáo báo chí: tình hình đê Bến Trại",
    body="Kính gửi Quý Báo,\n\nỦy ban nhân dân xã Chí Minh gửi kèm thông cáo báo chí.\n.\n..hết\n",
    attachments=(Attachment("Thông cáo báo chí số 05.docx", DOCX, bytes(range(256)) * 40),),
    sent_at=datetime(2026, 9, 13, 1, 0, tzinfo=UTC),
)


def changed(field: str, value: str) -> dict[str, Any]:
    return {field: value}


def smtp(port: int, **more) -> SmtpChannel:
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "sender": "vhxh@chiminh.example",
        "security": "none",
        "timeout_seconds": 5.0,
    }
    return SmtpChannel(SmtpSettings(**{**settings, **more}))


@pytest.fixture(params=["email", "folder"])
def channel(request, tmp_path, smtp_sink):
    return smtp(smtp_sink.port) if request.param == "email" else FolderChannel(tmp_path / "gui")


def arrived(channel, smtp_sink) -> int:
    return (
        len(smtp_sink.received)
        if channel.name == "email"
        else len(list(channel.root.glob("[!.]*")))
        if channel.root.exists()
        else 0
    )


# --- every channel --------------------------------------------------------------------------------------------------


def test_a_message_arrives(channel, smtp_sink) -> None:
    delivery = channel.send(MESSAGE)
    assert delivery.state == "sent"
    assert delivery.detail
    assert arrived(channel, smtp_sink) == 1


@pytest.mark.parametrize("field", ["recipient", "subject", "message_id"])
@pytest.mark.parametrize("mark", ["\r\n", "\n", "\r", "\u2028", "\x00", "\x85"])
def test_a_line_break_in_a_header_is_refused_for_good(channel, smtp_sink, field, mark) -> None:
    poisoned = replace(MESSAGE, **changed(field, f"{getattr(MESSAGE, field)}{mark}Bcc: ai-do@la.example"))
    delivery = channel.send(poisoned)
    assert delivery.state == "failed"
    assert "xuống dòng" in delivery.detail
    assert arrived(channel, smtp_sink) == 0


@pytest.mark.parametrize("field", ["recipient", "message_id"])
def test_a_message_without_recipient_or_id_fails(channel, smtp_sink, field) -> None:
    assert channel.send(replace(MESSAGE, **changed(field, "  "))).state == "failed"
    assert arrived(channel, smtp_sink) == 0


def test_lone_surrogates_do_not_break_a_channel(channel, smtp_sink) -> None:
    assert channel.send(replace(MESSAGE, body="a\ud800b", subject="x\udfffy")).state == "sent"
    assert arrived(channel, smtp_sink) == 1


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Thông cáo số 05.docx", "Thông cáo số 05.docx"),
        ("../../etc/passwd", "etc-passwd"),
        ("..\\..\\a.docx", "a.docx"),
        ("a\r\nContent-Type: x.docx", "a Content-Type- x.docx"),
        ("", "tep-dinh-kem"),
        ("...", "tep-dinh-kem"),
        ("CON.docx", "tep-CON.docx"),
        ("a\u202excod.exe", "axcod.exe"),
    ],
)
def test_file_names_are_only_names(name, wanted) -> None:
    assert safe_name(name) == wanted


def test_long_names_keep_their_suffix() -> None:
    name = safe_name("văn bản " * 100 + ".docx")
    assert name.endswith(".docx")
    assert len(name.encode()) <= 150


def test_names_never_collide() -> None:
    files = tuple(
        Attachment(name, "text/plain", b"") for name in ("A.docx", "a.docx", "A.DOCX", "message.txt")
    )
    found = [name for name, _ in named(files, taken=frozenset({"message.txt"}))]
    assert found == ["A.docx", "a-2.docx", "A-3.DOCX", "message-2.txt"]


# --- e-mail ---------------------------------------------------------------------------------------------------------


def test_the_mail_is_what_was_given(smtp_sink) -> None:
    assert smtp(smtp_sink.port).send(MESSAGE).state == "sent"
    (received,) = smtp_sink.received
    assert received.sender == "vhxh@chiminh.example"
    assert received.recipients == ("toasoan@bao-cua-bien.example",)
    mail = received.message
    assert mail["Message-ID"] == "<d1-14-2026.v3@chiminh.example>"
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Date"].datetime == MESSAGE.sent_at
    assert mail.get_body().get_content().replace("\r\n", "\n") == MESSAGE.body
    (file,) = mail.iter_attachments()
    assert file.get_filename() == "Thông cáo báo chí số 05.docx"
    assert file.get_content_type() == DOCX
    assert file.get_content() == MESSAGE.attachments[0].data
    assert socket.gethostname().encode() not in received.raw


def test_a_repeat_carries_the_same_id(smtp_sink) -> None:
    channel = smtp(smtp_sink.port)
    smtp_sink.answers.append("451 4.3.0 hop thu ban")
    first = channel.send(MESSAGE)
    assert first.state == "retry"
    assert "451" in first.detail
    assert "hop thu ban" in first.detail
    assert channel.send(MESSAGE).state == "sent"
    assert channel.send(MESSAGE).state == "sent"
    assert {one.message["Message-ID"] for one in smtp_sink.received} == {"<d1-14-2026.v3@chiminh.example>"}


def test_a_lasting_no_is_final(smtp_sink) -> None:
    smtp_sink.answers.append("550 5.1.1 khong co hop thu nay")
    delivery = smtp(smtp_sink.port).send(MESSAGE)
    assert delivery.state == "failed"
    assert "550" in delivery.detail
    assert smtp_sink.received == []


def test_nobody_listens(smtp_sink) -> None:
    smtp_sink.stop()
    assert smtp(smtp_sink.port).send(MESSAGE).state == "retry"


@pytest.mark.parametrize(
    "recipient",
    ["khong-co-ten-mien", "a@b, c@d.example", "@x.example", "hộp@thư.example", "a b@c.example", "<a@b>>"],
)
def test_what_is_no_address_fails_without_a_call(smtp_sink, recipient) -> None:
    smtp_sink.stop()
    delivery = smtp(smtp_sink.port).send(replace(MESSAGE, recipient=recipient))
    assert delivery.state == "failed"
    assert "địa chỉ" in delivery.detail


def test_a_name_before_the_address_is_kept(smtp_sink) -> None:
    assert (
        smtp(smtp_sink.port).send(replace(MESSAGE, recipient="Báo Cửa Biển <toasoan@cuabien.example>")).state
        == "sent"
    )
    assert smtp_sink.received[0].recipients == ("toasoan@cuabien.example",)
    assert smtp_sink.received[0].message["To"].addresses[0].display_name == "Báo Cửa Biển"


class ScriptedServer:
    """A raw server that says what a test wrote: ``answers`` by command word; None closes the line, "…" says nothing for ever."""

    def __init__(self, **answers) -> None:
        self.answers = {
            "greeting": "220 chao",
            "EHLO": "250 chao",
            "MAIL": "250 ok",
            "RCPT": "250 ok",
            "DATA": "354 gui di",
            ".": "250 nhan",
            "QUIT": "221 tam biet",
            **answers,
        }
        self.seen: list[str] = []
        self.text = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _say(self, line, word) -> bool:
        answer = self.answers[word]
        if answer is None:
            return False
        if answer != "…":
            line.sendall(answer.encode() + b"\r\n")
        return True

    def _serve(self) -> None:
        try:
            line, _ = self._socket.accept()
        except OSError:
            return
        with line, line.makefile("rb") as lines:
            if not self._say(line, "greeting"):
                return
            in_text = False
            for raw in lines:
                if in_text:
                    if raw == b".\r\n":
                        in_text = False
                        if not self._say(line, "."):
                            return
                    else:
                        self.text += raw
                    continue
                word = raw.split()[0].decode("ascii", "replace").upper()
                self.seen.append(word)
                if word not in self.answers:
                    return
                if not self._say(line, word):
                    return
                in_text = word == "DATA" and self.answers["DATA"].startswith("354")

    def close(self) -> None:
        self._socket.close()
        self._thread.join(10)


@pytest.fixture
def scripted():
    made = []

    def start(**answers) -> ScriptedServer:
        made.append(ScriptedServer(**answers))
        return made[-1]

    yield start
    for server in made:
        server.close()


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({}, "sent"),
        ({"greeting": "554 khong phuc vu"}, "retry"),
        ({"greeting": "421 dang ban"}, "retry"),
        ({"greeting": None}, "retry"),
        ({"MAIL": "451 thu lai"}, "retry"),
        ({"MAIL": "553 nguoi gui la"}, "failed"),
        ({"RCPT": "450 hop thu day"}, "retry"),
        ({"RCPT": "550 khong co ai"}, "failed"),
        ({"RCPT": "251 se chuyen"}, "sent"),
        ({"DATA": "452 het cho"}, "retry"),
        ({"DATA": "554 khong nhan"}, "failed"),
        ({".": "451 thu lai"}, "retry"),
        ({".": "552 qua lon"}, "failed"),
        ({".": None}, "retry"),
        ({"QUIT": "500 khong hieu"}, "sent"),
        ({"QUIT": None}, "sent"),
    ],
)
def test_every_answer_has_its_meaning(scripted, answers, state) -> None:
    delivery = smtp(scripted(**answers).port).send(MESSAGE)
    assert delivery.state == state, delivery.detail


def test_a_line_lost_after_the_text_says_that_it_may_have_arrived(scripted) -> None:
    server = scripted(**{".": None})
    delivery = smtp(server.port).send(MESSAGE)
    assert "có thể đã tới" in delivery.detail
    assert b"d1-14-2026.v3@chiminh.example" in server.text
    assert "có thể đã tới" not in smtp(scripted(RCPT=None).port).send(MESSAGE).detail


@pytest.mark.parametrize("word", ["greeting", "RCPT", "."])
def test_a_silent_server_is_left(scripted, word) -> None:
    assert smtp(scripted(**{word: "…"}).port, timeout_seconds=0.3).send(MESSAGE).state == "retry"


def test_a_servers_words_are_made_harmless(scripted) -> None:
    delivery = smtp(scripted(RCPT="550 " + "\x1b[31m<script>\u202e" + "x" * 480).port).send(MESSAGE)
    assert delivery.state == "failed"
    assert "\x1b" not in delivery.detail
    assert "\u202e" not in delivery.detail
    assert len(delivery.detail) < 400


def test_login_and_encryption_faults_are_ours_to_mend(scripted) -> None:
    delivery = smtp(scripted().port, security="starttls").send(MESSAGE)
    assert delivery.state == "retry"
    assert "LAMRO_SMTP_SECURITY" in delivery.detail
    delivery = smtp(
        scripted(EHLO="250-chao\r\n250 AUTH PLAIN", AUTH="535 sai mat khau").port, user="a", password="b"
    ).send(MESSAGE)
    assert delivery.state == "retry"
    assert "LAMRO_SMTP_PASSWORD" in delivery.detail
    assert smtp(scripted().port, security="tls", timeout_seconds=0.5).send(MESSAGE).state == "retry"


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(Misconfigured):
        smtp(25, sender="khong phai dia chi")
    with pytest.raises(Misconfigured):
        smtp(25, host="mail.example", user="a", password="b")
    assert "bí mật" not in repr(SmtpSettings("h", 1, "a@b.c", password="bí mật"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1, signed by itself."""
    from datetime import timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [True, False])
def test_encrypted_ways(certificate, security, trusted) -> None:
    import ssl

    from aiosmtpd.smtp import SMTP, AuthResult

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    received = []

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            received.append((session.ssl is not None, bool(session.authenticated), envelope.original_content))
            return "250 nhan"

    def factory():
        if security == "tls":
            return SMTP(Handler(), hostname="thu.example")
        return SMTP(
            Handler(), hostname="thu.example", tls_context=context, require_starttls=True,
            authenticator=lambda *_: AuthResult(success=True), auth_required=True,
        )  # fmt: skip

    # a loop of its own thread: a browser test before this one may have left the main thread's loop running
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen():
        return await loop.create_server(factory, "127.0.0.1", 0, ssl=context if security == "tls" else None)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        port = server.sockets[0].getsockname()[1]
        ca = str(certificate) if trusted else ""
        login = {"user": "a", "password": "b"} if security == "starttls" else {}
        delivery = smtp(port, security=security, ca=ca, **login).send(MESSAGE)
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
    if trusted:
        assert delivery.state == "sent", delivery.detail
        assert len(received) == 1
        assert received[0][:2] == ((True, True) if security == "starttls" else (False, False))
    else:
        assert delivery.state == "retry"
        assert "mã hóa" in delivery.detail
        assert received == []


# --- folder ---------------------------------------------------------------------------------------------------------


def test_the_folder_holds_the_message(tmp_path) -> None:
    channel = FolderChannel(tmp_path / "gui")
    assert channel.send(MESSAGE).state == "sent"
    (folder,) = (tmp_path / "gui").iterdir()
    assert folder.name == folder_name(MESSAGE.message_id)
    assert sorted(path.name for path in folder.iterdir()) == ["Thông cáo báo chí số 05.docx", "message.txt"]
    assert (folder / "Thông cáo báo chí số 05.docx").read_bytes() == MESSAGE.attachments[0].data
    text = (folder / "message.txt").read_text(encoding="utf-8-sig")
    assert "Gửi lúc: 08:00 ngày 13/09/2026 (giờ Việt Nam)" in text
    assert text.endswith("..hết\n")


def test_a_repeat_writes_nothing(tmp_path) -> None:
    channel = FolderChannel(tmp_path)
    channel.send(MESSAGE)
    (folder,) = tmp_path.iterdir()
    (folder / "message.txt").write_text("đã đọc")
    assert channel.send(replace(MESSAGE, body="khác")).state == "sent"
    assert (folder / "message.txt").read_text() == "đã đọc"
    assert len(list(tmp_path.iterdir())) == 1


def test_ids_that_look_alike_have_folders_of_their_own(tmp_path) -> None:
    channel = FolderChannel(tmp_path)
    for message_id in ("a/b@x", "a-b@x", "../a-b@x", "A-B@x", "a" * 300 + "1", "a" * 300 + "2"):
        assert channel.send(replace(MESSAGE, message_id=message_id)).state == "sent"
    assert len(list(tmp_path.iterdir())) == 6
    assert all(path.parent == tmp_path for path in tmp_path.iterdir())


@pytest.mark.parametrize("point", ["write", "rename"])
def test_a_killed_try_leaves_nothing_that_looks_whole(tmp_path, monkeypatch, point) -> None:
    channel = FolderChannel(tmp_path)

    class Killed(BaseException):
        pass

    def die(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename" if point == "rename" else "fsync", die)
        with pytest.raises(Killed):
            channel.send(MESSAGE)
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
    assert channel.send(MESSAGE).state == "sent"
    assert len(list(tmp_path.iterdir())) == 1, "what the killed try left is gone"


def test_a_folder_that_is_away_is_tried_later(tmp_path) -> None:
    (tmp_path / "gui").write_text("một tệp, không phải thư mục")
    delivery = FolderChannel(tmp_path / "gui").send(MESSAGE)
    assert delivery.state == "retry"
    assert "Kiểm tra ổ đĩa" in delivery.detail


def test_a_full_disk_is_tried_later(tmp_path, monkeypatch) -> None:
    def full(_handle):
        raise OSError(28, "No space left on device")

    channel = FolderChannel(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert channel.send(MESSAGE).state == "retry"
    assert list(tmp_path.iterdir()) == []
    assert channel.send(MESSAGE).state == "sent"
