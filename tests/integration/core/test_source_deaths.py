"""Ways in which a source dies: each is flagged within 24 hours or three readings, once, and is told to work again once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from config.demo.past import DAYS, EVENING
from config.demo.press.catalogue import load_catalogue
from config.demo.press.newsroom import Newsroom
from core.clock import VIETNAM
from core.messages import SourceResult
from core.queries import source_state
from core.records.audit import AuditRow
from core.records.source import CrawlRun, Source, SourceAlert
from core.services import crawl, intake, leases, source_alerts, sources
from core.services.desk import Desk
from crawlers.failures import reason_of
from tests.integration.core.conftest import ELSEWHERE, START, StandingClock, candidate

pytestmark = pytest.mark.long

DAY = timedelta(days=1)
#: hours of the day (UTC) at which a living source publishes
PUBLISHES = (0, 5, 11)


@dataclass(frozen=True)
class Way:
    """What the crawler says of a source after its death; ``code`` "" : it still answers well."""

    code: str = ""
    outcome: str = ""
    old_dates: bool = False
    died: bool = False
    words: str = ""


WAYS: dict[str, Way] = {
    "chuyen-dang-nhap": Way("login_redirect", words="đăng nhập"),
    "trang-dang-nhap": Way("not_a_feed", words="không trả về nguồn cấp tin"),
    "ma-401": Way("http_401", words="đăng nhập"),
    "ma-403": Way("http_403", words="từ chối"),
    "ma-404": Way("http_404", words="404"),
    "ma-410": Way("http_410", words="410"),
    "ma-429": Way("http_429", words="429"),
    "ma-500": Way("http_500", words="5xx"),
    "ma-503": Way("http_503", words="5xx"),
    "vong-chuyen": Way("too_many_redirects", words="chuyển hướng quá 5 lần"),
    "mat-ten-mien": Way("dns", words="tên miền"),
    "chung-thu": Way("tls", words="Chứng thư"),
    "qua-cham": Way("timeout", words="quá chậm"),
    "ngat-ket-noi": Way("connection_lost", words="Kết nối bị ngắt"),
    "cam-robot": Way("robots", words="robots.txt"),
    "khong-doi-mai": Way(outcome="unchanged", words="Im lặng"),
    "mai-mot-danh-sach": Way(outcome="seen", words="Im lặng"),
    "trang-trong": Way("empty", words="không có bài"),
    "het-muc": Way("no_entries", words="không có bài"),
    "chi-bai-cu": Way(old_dates=True, words="ngày cũ"),
    "ten-mien-ban": Way("no_links", words="không có liên kết bài nào"),
    "tra-ve-tep": Way("not_text", words="tệp"),
    "khong-mo-duoc-bai": Way("all_pages_failed", words="không mở được bài nào"),
    "bom": Way("bomb", words="phá hoại"),
    "giet-bo-doc": Way(died=True, words="ba lần"),
}


class Press:
    """Many sources that publish three times a day, read by the real schedule, until they die."""

    def __init__(self, desk: Desk, clock: StandingClock, ids: list[str]) -> None:
        self.desk, self.clock, self.ids = desk, clock, ids
        self.dead: dict[str, Way] = {}
        self.read_at: dict[str, datetime] = {}
        self.readings: dict[str, int] = dict.fromkeys(ids, 0)

    def live(self, hours: int) -> None:
        """Hour by hour: read what is due, then look at the sources as the scheduler does."""
        for _ in range(hours):
            self.clock.move(hours=1)
            jobs = crawl.lease(self.desk, "scheduler:h:1", crawl.due(self.desk, 100), minutes=5)
            runs = crawl.begin_round(self.desk, "scheduler:h:1", jobs)
            found = {job.source_id: self._published(job.source_id) for job in jobs}
            intake.take(self.desk, [one for many in found.values() for one in many])
            for job in jobs:
                self._end(job.source_id, runs[job.source_id], len(found[job.source_id]))
            source_alerts.sweep(self.desk)

    def _published(self, source: str) -> list[Any]:
        way = self.dead.get(source)
        before = self.read_at.get(source, self.clock.at - DAY)
        if way is not None and not way.old_dates:
            if not way.code:
                self.read_at[source] = self.clock.at  # it was read, and there was nothing
            return []
        self.read_at[source] = self.clock.at
        hours = [
            before + timedelta(hours=n)
            for n in range(1, int((self.clock.at - before) / timedelta(hours=1)) + 1)
        ]
        at = [moment.replace(minute=0) for moment in hours if moment.hour in PUBLISHES]
        age = 30 * DAY if way is not None else timedelta(0)
        return [
            candidate(
                source,
                f"{moment:%m%d%H}",
                f"Giá cà phê {moment:%d.%m %H}",
                ELSEWHERE,
                published_at=moment - age,
            )
            for moment in at[-1:]
        ]

    def _end(self, source: str, run: int, new: int) -> None:
        way = self.dead.get(source, Way())
        self.readings[source] += 1
        if way.died:
            crawl.crashed(self.desk, source, run)
            return
        values: dict[str, Any] = {"outcome": way.outcome or "new", "etag": '"a"', "body_sha256": "b" * 64}
        if way.code:
            reason = reason_of(way.code)
            values = {
                "outcome": reason.outcome,
                "code": way.code,
                "error_vi": reason.vi,
                "error_en": reason.en,
                "retry_after_seconds": 7200 if way.code in {"http_429", "http_503"} else None,
            }
        told = {"source_id": source, "started_at": START, "finished_at": START} | values
        crawl.finish(self.desk, run, SourceResult.model_validate(told), {"new": new})


@pytest.fixture
def press_of(desk: Desk, clock: StandingClock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Press]:
    monkeypatch.setattr(leases, "PROCESS_CLOCK", clock)

    def make(*ids: str) -> Press:
        for name in ids:
            sources.add_source(
                desk,
                None,
                sources.NewSource(
                    name,
                    name,
                    "feed",
                    f"http://{name}.example/rss",
                    interval_minutes=180,
                    interval_fixed=False,
                ),
            )
        return Press(desk, clock, list(ids))

    return make


def alerts(desk: Desk) -> list[SourceAlert]:
    with desk.store.read() as session:
        return list(session.scalars(select(SourceAlert).order_by(SourceAlert.id)))


def row(desk: Desk, source: str) -> Source:
    with desk.store.read() as session:
        return session.get_one(Source, source)


@pytest.mark.timeout(600)
def test_each_way_to_die_is_flagged_once_and_told_over_once(
    desk: Desk, clock: StandingClock, press_of: Callable[..., Press]
) -> None:
    press = press_of("van-song", *WAYS)
    press.live(3 * 24)
    assert alerts(desk) == [], "three days of nights and mornings call nobody"
    died_at, before = clock.at, dict(press.readings)
    press.dead = dict(WAYS)
    flagged: dict[str, tuple[timedelta, int]] = {}
    while set(flagged) != set(WAYS) and clock.at < died_at + 2 * DAY:
        press.live(1)
        for alert in alerts(desk):
            source = str(alert.source_id)
            flagged.setdefault(source, (clock.at - died_at, press.readings[source] - before[source]))
    assert set(flagged) == set(WAYS)
    late = {name: when for name, when in flagged.items() if when[0] > DAY and when[1] > 3}
    assert not late, f"neither within a day nor within three readings: {late}"
    now = clock.at
    for name, way in WAYS.items():
        health = source_state.health(row(desk, name), now)
        assert way.words in health.vi, (name, health.vi)
        assert health.advice_vi, name
        assert ". " not in health.vi, f"one sentence: {health.vi}"
        assert health.state in {"failing", "silent", "empty", "disabled"}, name
    press.dead = {"giet-bo-doc": WAYS["giet-bo-doc"]}
    press.live(30)
    told = alerts(desk)
    assert len(told) == len(WAYS), "once each"
    still = [alert.source_id for alert in told if alert.closed_at is None]
    assert still == ["giet-bo-doc"], "what killed the crawler waits for a person"
    assert row(desk, "van-song").state == "working"
    assert {row(desk, name).state for name in WAYS} == {"working", "disabled"}


def test_hard_failures_stop_a_source_and_the_daily_probe_brings_it_back(
    desk: Desk, clock: StandingClock, press_of: Callable[..., Press]
) -> None:
    press = press_of("ma-404", "ma-503")
    press.live(48)
    press.dead = {name: WAYS[name] for name in press.ids}
    press.live(72)
    stopped = row(desk, "ma-404")
    assert (stopped.state, stopped.enabled, stopped.stopped_at is not None) == ("disabled", True, True)
    assert (
        "sau 5 lần hỏng" in source_state.health(stopped, stopped.stopped_at or clock.at).vi
        or stopped.failures > 5
    )
    assert row(desk, "ma-503").state == "failing", "a server in trouble is never given up"
    readings = press.readings["ma-404"]
    press.live(5 * 24)
    assert 4 <= press.readings["ma-404"] - readings <= 7, "about once a day"
    press.dead = {}
    press.live(30)
    assert [row(desk, name).state for name in press.ids] == ["working", "working"]
    with desk.store.read() as session:
        acts = list(
            session.scalars(select(AuditRow.act).where(AuditRow.object_id == "ma-404").order_by(AuditRow.id))
        )
    assert [act for act in acts if act in {"source.stop", "source.recover"}] == [
        "source.stop",
        "source.recover",
    ]


def test_unchanged_never_hides_a_failure(
    desk: Desk, clock: StandingClock, press_of: Callable[..., Press]
) -> None:
    press = press_of("ma-404")
    press.live(24)
    press.dead = {"ma-404": WAYS["ma-404"]}
    press.live(8)
    assert row(desk, "ma-404").etag == "", "the next reading asks for everything"
    failures = row(desk, "ma-404").failures
    press.dead = {"ma-404": Way(outcome="unchanged")}
    press.live(48)
    failing = row(desk, "ma-404")
    assert (failing.state, failing.failures) == ("failing", failures)
    assert "404" in source_state.health(failing, clock.at).vi
    press.dead = {}
    press.live(24)
    assert row(desk, "ma-404").state == "working"


def test_unchanged_from_a_server_that_never_gave_anything_is_a_failure(
    desk: Desk, clock: StandingClock, press_of: Callable[..., Press]
) -> None:
    press = press_of("moi")
    press.dead = {"moi": Way(outcome="unchanged")}
    press.live(24)
    assert row(desk, "moi").state == "failing"
    assert [alert.kind for alert in alerts(desk)] == ["failing"]
    with desk.store.read() as session:
        assert {run.outcome for run in session.scalars(select(CrawlRun))} == {"unchanged"}, (
            "the word is the crawler's"
        )


def test_a_silent_source_is_asked_for_everything(
    desk: Desk, clock: StandingClock, press_of: Callable[..., Press]
) -> None:
    press = press_of("khong-doi-mai")
    press.live(3 * 24)
    assert row(desk, "khong-doi-mai").etag == '"a"'
    press.dead = {"khong-doi-mai": WAYS["khong-doi-mai"]}
    press.live(48)
    silent = row(desk, "khong-doi-mai")
    assert (silent.state, silent.etag) == ("silent", "")


def test_when_the_network_is_gone_there_is_one_notice(
    desk: Desk, clock: StandingClock, press_of: Callable[..., Press]
) -> None:
    press = press_of(*[f"nguon-{n}" for n in range(8)])
    press.live(3 * 24)
    press.dead = dict.fromkeys(press.ids, Way("dns"))
    press.live(20)
    assert [(alert.kind, alert.source_id) for alert in alerts(desk)] == [("network", None)]
    assert "Mạng của máy chủ" in alerts(desk)[0].vi
    press.dead = {}
    press.live(2)
    assert alerts(desk)[0].closed_at is not None, "one source is tried every ten minutes, whatever its wait"
    press.live(24)
    assert len(alerts(desk)) == 1
    assert {row(desk, name).state for name in press.ids} == {"working"}


def test_a_trouble_that_comes_back_is_the_same_alert(
    desk: Desk, clock: StandingClock, press_of: Callable[..., Press]
) -> None:
    press = press_of("ma-404")
    press.live(48)
    for _ in range(3):
        press.dead = {"ma-404": WAYS["ma-404"]}
        press.live(4)
        press.dead = {}
        press.live(5)
    press.live(30)
    assert len(alerts(desk)) == 1
    assert alerts(desk)[0].closed_at is not None


def test_switching_off_ends_the_alert_without_a_word(
    desk: Desk, clock: StandingClock, press_of: Callable[..., Press]
) -> None:
    press = press_of("ma-404")
    press.live(48)
    press.dead = {"ma-404": WAYS["ma-404"]}
    press.live(24)
    sources.set_enabled(desk, None, "ma-404", False)
    press.live(1)
    (alert,) = alerts(desk)
    assert alert.closed_at == clock.at
    assert alert.told_closed
    assert row(desk, "ma-404").off_since is not None


def test_the_demos_silent_outlet_is_flagged_and_cleared(
    desk: Desk, clock: StandingClock, press_of: Callable[..., Press]
) -> None:
    """The sample press as the demo reads it, evening by evening, through intake and the run's end."""
    today = date(2026, 11, 23)
    live = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    catalogue = load_catalogue()
    newsroom = Newsroom(catalogue, today, live)
    clock.at = datetime.combine(today + timedelta(days=DAYS[0]), time(8), VIETNAM)
    press = press_of(*catalogue.outlets)
    shown: set[tuple[str, str]] = set()

    def evening(at: datetime, *, extra: str = "") -> None:
        clock.at = at
        jobs = crawl.lease(desk, "demo:h:1", press.ids, minutes=5)
        runs = crawl.begin_round(desk, "demo:h:1", jobs)
        for outlet in press.ids:
            if newsroom.broken(outlet, at):
                press.dead = {outlet: WAYS["ma-503"]}
                press._end(outlet, runs[outlet], 0)
                continue
            posts = [(e.item.id, e.published) for e in newsroom.shelf(outlet, at)]
            posts += [(extra, at - timedelta(hours=1))] if extra and outlet == "an-thanh" else []
            new = [(name, when) for name, when in posts if (outlet, name) not in shown]
            shown.update((outlet, name) for name, _ in new)
            intake.take(
                desk,
                [
                    candidate(outlet, name, f"Giá cà phê, bản {name}", ELSEWHERE, published_at=when)
                    for name, when in new
                ],
                run_id=runs[outlet],
            )
            press._end(outlet, runs[outlet], len(new))
        source_alerts.sweep(desk)

    for day in DAYS:
        evening(datetime.combine(today + timedelta(days=day), EVENING, VIETNAM))
    flagged = [(alert.source_id, alert.kind) for alert in alerts(desk) if alert.closed_at is None]
    assert sorted(flagged) == [("an-thanh", "silent"), ("dong-bai", "failing")]
    assert "Im lặng bất thường: 10 ngày" in next(a.vi for a in alerts(desk) if a.kind == "silent")
    evening(live, extra="bai-moi")
    (last,) = [alert for alert in alerts(desk) if alert.source_id == "an-thanh"]
    assert last.closed_at == live
    assert row(desk, "an-thanh").state == "working"
