"""The weekly digest from records: who waits comes first, what was put aside is told, and a week is frozen once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from sqlalchemy import func, select

from alerts.documents.renderer import OfficialRenderer
from core.clock import VIETNAM
from core.errors import Invalid, NotFound
from core.queries import digest as query
from core.records.audit import AuditRow
from core.records.claim import Claim
from core.records.document import DigestRecord
from core.records.incident import Deadline, Incident
from core.records.item import TagEvent
from core.records.source import CrawlRun, SourceAlert
from core.rules.weeks import span_of, week_of
from core.services import audit, digest, office_rows
from tests.fixtures.office import AT, Office, make_office

WEEK = "2026-W37"  # 7 to 13 September 2026; the office's moment is Sunday 13 September, 07:32


@pytest.fixture
def office(tmp_path) -> Office:
    made = make_office(tmp_path)
    return replace(made, desk=replace(made.desk, renderer=OfficialRenderer()))


def tag(office: Office, key: str, *steps: tuple[str, timedelta], undone: bool = False, unit: int = 0) -> None:
    """Tags of a story with their age; of the own office, or of ``unit``."""
    with office.desk.store.write() as session:
        row = office_rows.row_of(session, office.stories[key], unit or office.unit_id)
        for word, age in steps:
            at = AT - age
            session.add(
                TagEvent(
                    story_id=row.story_id,
                    unit_id=row.unit_id,
                    tag=word,
                    before=row.tag,
                    account_id=office.accounts["hanh.dt"],
                    at=at,
                    undone_at=at if undone else None,
                )
            )
            row.tag, row.tagged_at, row.tagged_by = word, at, office.accounts["hanh.dt"]


def titles(rows: Any) -> list[int]:
    return [row["story_id"] for row in rows]


def test_weeks_are_those_of_viet_nam() -> None:
    assert week_of(AT) == WEEK
    start, end = span_of(WEEK)
    assert start == datetime(2026, 9, 6, 17, tzinfo=UTC)
    assert end - start == timedelta(days=7)
    assert week_of(start) == WEEK
    assert week_of(start - timedelta(seconds=1)) == "2026-W36"
    assert week_of(datetime(2026, 12, 31, 17, tzinfo=UTC)) == "2026-W53"
    for bad in ("2026-W54", "2026-38", "", "2026-W00", "9999-W53", "٢٠٢٦-W10"):
        with pytest.raises(Invalid):
            span_of(bad)


def test_criticism_waits_with_office_and_date(office) -> None:
    tag(office, "dien", ("criticism", timedelta(hours=1)))
    tag(office, "cong", ("criticism", timedelta(days=30)))
    tag(office, "kenh", ("watch", timedelta(hours=1)))
    made = digest.content(office.desk, office.unit_id, WEEK)
    assert titles(made.criticism) == [office.stories["cong"], office.stories["dien"]]
    old, fresh = made.criticism
    # taken up Friday 14 August; 1 and 2 September are holidays, the 15th working day is Tuesday 8 September
    assert old["due_day"] == "8/9"
    assert old["due_words"] == "Quá hạn 5 ngày"
    assert old["tone"] == "late"
    assert fresh["due_day"] == "2/10"
    assert fresh["due_words"] == "Còn 15 ngày làm việc"
    assert fresh["unit"] == "xã Chí Minh"
    assert fresh["source"] == "Báo Cửa Biển, mục Xã phường"
    assert "1 phản ánh đúng đang quá hạn" in made.headline[0]


@pytest.mark.parametrize(
    ("verdict", "sub", "waits"),
    [
        ("accurate", "", True),
        ("opinion", "criticism", True),
        ("opinion", "satire", False),
        ("misleading", "false", False),
        ("unverified", "", False),
        ("", "", False),
    ],
)
def test_a_claim_found_true_waits_too(office, verdict, sub, waits) -> None:
    with office.desk.store.write() as session:
        session.add(
            Claim(
                story_id=office.stories["qua"], item_id=office.items["qua"], quote="chưa nhận được quà", unit_id=office.unit_id,
                concerns_unit_id=office.neighbour_id, verdict=verdict, sub_verdict=sub, created_by=office.accounts["hanh.dt"], created_at=AT - timedelta(hours=3),
            )
        )  # fmt: skip
    rows = digest.content(office.desk, office.unit_id, WEEK).criticism
    assert titles(rows) == ([office.stories["qua"]] if waits else [])
    if waits:
        assert rows[0]["unit"] == "phường Thiên Hương"


@pytest.mark.parametrize(("change", "waits"), [("open", True), ("met", False), ("closed", False)])
def test_an_incidents_clock_decides(office, change, waits) -> None:
    tag(office, "cong", ("criticism", timedelta(days=13)))
    with office.desk.store.write() as session:
        incident = session.get_one(Incident, office.incidents[13])
        office_rows.row_of(session, office.stories["cong"], office.unit_id).incident_id = incident.id
        clock = session.scalars(select(Deadline).where(Deadline.incident_id == incident.id)).one()
        due = clock.due_at
        if change == "met":
            clock.met_at = AT
        if change == "closed":
            incident.state, incident.closed_at = "closed", AT
    rows = digest.content(office.desk, office.unit_id, WEEK).criticism
    assert len(rows) == waits
    if waits:
        assert datetime.fromisoformat(rows[0]["due"]) == due


def test_criticism_put_under_watch_is_told_after_seven_days(office) -> None:
    tag(office, "cong", ("criticism", timedelta(days=12)), ("watch", timedelta(days=8)))
    tag(office, "qua", ("criticism", timedelta(days=9)), ("watch", timedelta(days=6)))
    tag(office, "kenh", ("watch", timedelta(days=20)))
    tag(office, "zh", ("criticism", timedelta(days=12)), undone=True)
    tag(office, "zh", ("watch", timedelta(days=9)))
    made = digest.content(office.desk, office.unit_id, WEEK)
    assert titles(made.buried) == [office.stories["cong"]]
    assert made.buried[0]["days"] == 8
    assert any("quá 7 ngày" in sentence for sentence in made.headline)
    office.clock.move(days=2)
    assert titles(digest.content(office.desk, office.unit_id, WEEK).buried) == [
        office.stories["cong"],
        office.stories["qua"],
    ]


def test_incidents_carry_their_clocks(office) -> None:
    rows = {row["number"]: row for row in digest.content(office.desk, office.unit_id, WEEK).incidents}
    assert set(rows) == {9, 13, 14, 15}
    assert rows[15]["clocks"][0]["tone"] == "soon"
    assert rows[15]["clocks"][0]["words"].startswith("phát ngôn lần đầu: hạn 09:22 13/9")
    office.clock.move(hours=3)
    late = {row["number"]: row for row in digest.content(office.desk, office.unit_id, WEEK).incidents}[15]
    assert late["clocks"][0]["words"].startswith("phát ngôn lần đầu: quá hạn từ")
    assert any(
        "nước máy" in sentence for sentence in digest.content(office.desk, office.unit_id, WEEK).headline
    )


def test_figures_agree_with_the_rows(office) -> None:
    made = digest.content(office.desk, office.unit_id, WEEK)
    days = [row for row in made.trends if row["kind"] == "day"]
    figures = {label: this for label, this, _ in made.figures}
    assert (
        figures["tin báo chí về địa bàn"] + figures["tin mạng xã hội, nhận trực tiếp"]
        == sum(row["this"] for row in days)
        > 4
    )
    assert figures["tin mạng xã hội, nhận trực tiếp"] >= 1
    after = digest.content(
        replace(office.desk, clock=type(office.clock)(AT + timedelta(days=7))), office.unit_id, "2026-W38"
    )
    assert sum(row["before"] for row in after.trends if row["kind"] == "day") == sum(
        row["this"] for row in days
    )
    tag(office, "dien", ("irrelevant", timedelta(hours=1)))
    less = digest.content(office.desk, office.unit_id, WEEK)
    assert less.figures[0][1] == made.figures[0][1] - 1


def test_answers_on_time_are_counted_once(office) -> None:
    with office.desk.store.write() as session:
        clock = session.scalars(select(Deadline).where(Deadline.kind == "D")).one()
        clock.due_at, clock.met_at = AT - timedelta(days=1), AT - timedelta(days=2)
    assert digest.content(office.desk, office.unit_id, WEEK).answered == (1, 1, 1, 1)
    with office.desk.store.write() as session:
        clock = session.scalars(select(Deadline).where(Deadline.kind == "D")).one()
        clock.met_at = AT - timedelta(hours=1)
    assert digest.content(office.desk, office.unit_id, WEEK).answered == (0, 1, 0, 1)


def test_what_was_not_watched_is_told(office) -> None:
    rows = {
        row["source_id"]: row["sentence"]
        for row in digest.content(office.desk, office.unit_id, WEEK).not_watched
    }
    assert "im lặng bất thường" in rows["an-thanh"]
    assert "gio-bien" not in rows
    start, _ = span_of(WEEK)
    early = digest.content(office.desk, office.unit_id, week_of(start - timedelta(days=21)))
    said = {row["source_id"]: row["sentence"] for row in early.not_watched}
    assert re.fullmatch(r"Không được đọc lần nào trong tuần: từ 00:00 \S+ đến 00:00 \S+\.", said["gio-bien"])
    assert said["cu"].startswith("Đã tắt, không được đọc trong tuần: từ 00:00")


def test_what_was_not_watched_says_from_when_until_when(office) -> None:
    start, _ = span_of(WEEK)
    with office.desk.store.write() as session:
        for run in session.scalars(select(CrawlRun).where(CrawlRun.started_at >= start)):
            session.delete(run)
        for hours, good in ((10, True), (30, False), (31, False), (48, False), (55, True), (80, True)):
            at = start + timedelta(hours=hours)
            session.add(
                CrawlRun(
                    source_id="gio-bien", round_id="r", state="done" if good else "failed", started_at=at, finished_at=at,
                    outcome="seen" if good else "failed", counts={}, page_errors=[], error_vi="" if good else "Máy chủ lỗi.",
                )
            )  # fmt: skip
        session.add(
            SourceAlert(
                kind="network", since=start + timedelta(hours=90), opened_at=start + timedelta(hours=91),
                closed_at=start + timedelta(hours=95), tell_at=start, vi="Mạng", en="Network",
            )
        )  # fmt: skip
    made = digest.content(office.desk, office.unit_id, WEEK)
    rows = {row["name"]: row for row in made.not_watched}
    told = rows["Gió Biển Online"]
    day = (start + timedelta(hours=30)).astimezone(VIETNAM)
    over = (start + timedelta(hours=55)).astimezone(VIETNAM)
    words = f"từ {day:%H:%M} {day.day}/{day.month} đến {over:%H:%M} {over.day}/{over.month}"
    assert told["sentence"] == f"Không đọc được {words} (hỏng 3 trên 6 lần đọc). Lần cuối: Máy chủ lỗi."
    assert [datetime.fromisoformat(moment) for moment in told["periods"][0]] == [
        start + timedelta(hours=30),
        start + timedelta(hours=55),
    ]
    assert rows["Mạng của máy chủ"]["sentence"].startswith("Bị ngắt từ ")
    assert "không đọc nguồn nào" in rows["Máy chủ Làm Rõ"]["sentence"].lower()
    html, docx = OfficialRenderer().digest_html(made), OfficialRenderer().digest_docx(made)
    assert words in html
    assert words in "".join(paragraph.text for paragraph in Document(BytesIO(docx)).paragraphs)


def test_another_office_sees_nothing_of_it(office) -> None:
    tag(office, "cong", ("criticism", timedelta(days=13)), ("watch", timedelta(days=8)))
    tag(office, "dien", ("criticism", timedelta(days=1)))
    made = digest.content(office.desk, office.neighbour_id, WEEK)
    assert (made.criticism, made.buried, made.incidents) == ((), (), ())
    assert made.figures[0][1] == 0


def test_a_week_is_final_once_it_is_over(office) -> None:
    tag(office, "dien", ("criticism", timedelta(hours=1)))
    interim = digest.make(office.desk, office.unit_id, WEEK)
    assert "Bản tạm" in query.file(office.desk, interim).html
    office.clock.move(days=1)
    assert digest.make(office.desk, office.unit_id, WEEK) == interim
    made = query.file(office.desk, interim)
    assert "Bản tạm" not in made.html
    tag(office, "dien", ("irrelevant", timedelta(0)))
    office.clock.move(days=3)
    assert digest.make(office.desk, office.unit_id, WEEK) == interim
    again = query.file(office.desk, interim)
    assert (again.html, again.docx, again.digest) == (made.html, made.docx, made.digest)
    assert digest.content(office.desk, office.unit_id, WEEK) == made.digest
    assert made.docx == OfficialRenderer().digest_docx(made.digest), (
        "what is stored can be made again from its data"
    )
    with office.desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(DigestRecord)) == 1
        acts = session.scalars(
            select(AuditRow).where(AuditRow.act == "digest.make").order_by(AuditRow.id)
        ).all()
        assert [row.detail["final"] for row in acts] == [False, True]
        assert audit.verify_chain(session) is None
        assert made.digest.audit_head == acts[1].previous
        assert [row.final for row in query.rows(session, office.unit_id)] == [True]


def test_a_race_leaves_one_digest(office, monkeypatch) -> None:
    office.clock.move(days=1)
    first = digest.make(office.desk, office.unit_id, WEEK)
    monkeypatch.setattr(query, "frozen", lambda *_: None)
    assert digest.make(office.desk, office.unit_id, WEEK) == first
    with office.desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(DigestRecord)) == 1


def test_bad_weeks_and_offices_are_refused(office) -> None:
    with pytest.raises(Invalid):
        digest.make(office.desk, office.unit_id, "2026-W38")
    with pytest.raises(Invalid):
        digest.content(office.desk, office.unit_id, "tuần này")
    with pytest.raises(NotFound):
        digest.content(office.desk, 999, WEEK)
    with pytest.raises(NotFound):
        query.file(office.desk, 999)
