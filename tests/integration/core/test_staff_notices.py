"""Who is written to about alerts, how often, and what happens when the mail server is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts.channels.smtp import SmtpChannel, SmtpSettings
from config.schedule import Scheduler
from config.settings import Settings
from core.ports import Delivery
from core.records.account import Account
from core.records.source import Source, SourceAlert, StaffNotice
from core.rules.vocabulary import Role
from core.services import staff_notices
from core.services.desk import Actor, Desk
from tests.engines.mail import SmtpSink
from tests.integration.core.conftest import StandingClock


@pytest.fixture
def staff(desk: Desk, person: Callable[..., Actor]) -> None:
    """An administrator and an officer with an address; an officer without one, and a signer who is not asked."""
    for name, role, email in (
        ("quantri", Role.ADMINISTRATOR, "quantri@xa.example"),
        ("canbo", Role.OFFICER, "canbo@xa.example"),
        ("canbo2", Role.OFFICER, ""),
        ("nguoiky", Role.SIGNER, "nguoiky@xa.example"),
    ):
        actor = person(name, role)
        with desk.store.write() as session:
            session.get_one(Account, actor.account_id).email = email


def alert(desk: Desk, source: str | None, kind: str = "failing") -> int:
    now = desk.clock.now()
    with desk.store.write() as session:
        row = SourceAlert(
            kind=kind,
            source_id=source,
            since=now - timedelta(hours=3),
            opened_at=now,
            tell_at=now,
            vi="Không đọc được 3 lần liên tiếp: máy chủ lỗi.",
            en="Cannot be read 3 times in a row: server fault.",
            advice_vi="Chờ.",
            advice_en="Wait.",
        )
        session.add(row)
        session.flush()
        return row.id


def close(desk: Desk, alert_id: int) -> None:
    with desk.store.write() as session:
        session.get_one(SourceAlert, alert_id).closed_at = desk.clock.now()


def notices(desk: Desk) -> list[StaffNotice]:
    with desk.store.read() as session:
        return list(session.scalars(select(StaffNotice).order_by(StaffNotice.id)))


@pytest.mark.usefixtures("staff")
def test_each_is_told_once_and_once_that_it_works_again(
    desk: Desk, clock: StandingClock, press: str, social: str
) -> None:
    first = alert(desk, press)
    alert(desk, social, "silent")
    assert staff_notices.queue(desk) == 2
    assert staff_notices.queue(desk) == 0
    assert [row.recipient for row in notices(desk)] == ["quantri@xa.example", "canbo@xa.example"]
    told = notices(desk)[0]
    assert "Báo A: Không đọc được 3 lần liên tiếp" in told.body
    assert "Việc cần làm: Chờ." in told.body
    assert "2 việc về nguồn tin cần xem" in told.subject
    clock.move(hours=1)
    close(desk, first)
    assert staff_notices.queue(desk) == 2
    again = notices(desk)[-1]
    assert "Đã ổn:\n- Báo A: không theo dõi được từ" in again.body
    assert "Cần xem" not in again.body
    clock.move(hours=1)
    assert staff_notices.queue(desk) == 0


@pytest.mark.usefixtures("staff")
def test_what_happens_within_half_an_hour_is_one_message(
    desk: Desk, clock: StandingClock, press: str, social: str
) -> None:
    alert(desk, press)
    assert staff_notices.queue(desk) == 2
    clock.move(minutes=5)
    passed = alert(desk, social)
    assert staff_notices.queue(desk) == 0
    clock.move(minutes=10)
    close(desk, passed)
    alert(desk, None, "network")
    clock.move(minutes=20)
    assert staff_notices.queue(desk) == 2
    body = notices(desk)[-1].body
    assert "Mạng của máy chủ" in body
    assert "Trang B" not in body, "what began and ended unseen needs no message"


@pytest.mark.usefixtures("staff")
def test_a_mail_server_that_is_away_is_tried_again_for_a_day(
    desk: Desk, clock: StandingClock, press: str
) -> None:
    alert(desk, press)
    staff_notices.queue(desk)
    (first, message), (second, _) = staff_notices.take_due(desk)
    assert staff_notices.take_due(desk) == [], "each is somebody's for ten minutes"
    staff_notices.record(desk, first, Delivery("retry", "421"))
    staff_notices.record(desk, second, Delivery("sent"))
    assert [row.state for row in notices(desk)] == ["queued", "sent"]
    clock.move(minutes=2)
    ((number, again),) = staff_notices.take_due(desk)
    assert (number, again.message_id) == (first, message.message_id), "a repeat can be recognised"
    clock.move(minutes=11)
    assert len(staff_notices.take_due(desk)) == 1, "its process died"
    clock.move(hours=25)
    staff_notices.record(desk, first, Delivery("retry", "421"))
    assert [row.state for row in notices(desk)] == ["failed", "sent"]


@pytest.mark.usefixtures("staff")
def test_the_scheduler_writes_over_a_real_mail_server(
    desk: Desk, clock: StandingClock, press: str, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    channel = SmtpChannel(SmtpSettings(smtp_sink.host, smtp_sink.port, "lamro@xa.example", "none"))
    scheduler = Scheduler(desk, Settings(home=tmp_path), {"email": channel})
    with desk.store.write() as session:
        row = session.get_one(Source, press)
        row.last_run_at = row.failing_since = clock.at
        row.failures = row.hard_failures = 3
        row.last_code, row.error_vi, row.error_en = (
            "http_404",
            "Trang không còn. Tìm địa chỉ mới.",
            "Gone. Find it.",
        )
    for _ in range(3):
        scheduler.watch_sources()
        clock.move(hours=1)
    assert [mail.recipients for mail in smtp_sink.received] == [
        ("quantri@xa.example",),
        ("canbo@xa.example",),
    ]
    message = smtp_sink.received[0].message
    assert message["Subject"] == "Làm Rõ: 1 việc về nguồn tin cần xem, 0 đã ổn"
    assert "Việc cần làm: Tìm địa chỉ mới." in message.get_content()
    assert [row.state for row in notices(desk)] == ["sent", "sent"]


def test_an_english_reader_gets_english(desk: Desk, press: str, person: Callable[..., Actor]) -> None:
    actor = person("canbo", Role.OFFICER)
    with desk.store.write() as session:
        account = session.get_one(Account, actor.account_id)
        account.email, account.language = "canbo@xa.example", "en"
    alert(desk, press)
    staff_notices.queue(desk)
    (told,) = notices(desk)
    assert "To look at:\n- Báo A: Cannot be read" in told.body
    assert "Việc cần làm" not in told.body
