from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from core.messages import Candidate, ImportRow
from core.ports import Analysis
from core.records.engine import Store
from core.records.item import Capture, CopyBand, Item, ItemVersion, Mention, OutboxRow, Story, StoryLocality
from core.records.migrate import upgrade
from core.records.source import CrawlRun, KnownEntry, Quarantine
from core.rules.vocabulary import Level
from core.services import crawl, intake, outbox, sources, stories, units
from core.services.desk import Desk
from indexer.analysis.analyst import LocalAnalyst
from tests.integration.core.conftest import DYKE, ELSEWHERE, START, StandingClock, candidate, make_desk


def count(desk: Desk, table: Any) -> int:
    with desk.store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def outcomes(desk: Desk, candidates: Sequence[Candidate], run_id: int | None = None) -> list[str]:
    return [taken.outcome for taken in intake.take(desk, candidates, run_id=run_id)]


def run_of(desk: Desk, source: str) -> int:
    return crawl.begin_round(desk, "test", crawl.lease(desk, "test", [source], minutes=5))[source]


def test_a_new_item_is_stored_whole(desk: Desk, press: str) -> None:
    taken = intake.take(
        desk,
        [candidate(press, 1, "Đê xã Chí Minh an toàn", DYKE, author="@nguoiviet88")],
        run_id=run_of(desk, press),
    )
    assert [one.outcome for one in taken] == ["new"]
    with desk.store.read() as session:
        item = session.get_one(Item, taken[0].item_id)
        assert (item.band, item.language, item.host) == ("in", "vi", "bao-a.example")
        assert item.author_masked == "@ng…8"
        mention = session.scalars(select(Mention).where(Mention.band == "in")).one()
        assert mention.locality == "11131"
        whole = f"{item.title}\n{item.text}"
        assert all("Chí Minh" in whole[start:end] for start, end in mention.spans)
        assert mention.why
        story = session.get_one(Story, item.story_id)
        assert (story.items, story.copies, story.sources, story.version, story.reach_tier) == (1, 0, 1, 1, 2)
        assert story.need > 0
        assert story.need_parts
        place = session.scalars(select(StoryLocality)).one()
        assert (place.locality, place.band) == ("11131", "in")
        assert session.scalars(select(Capture)).one().item_id == item.id
        assert session.scalars(select(KnownEntry)).one().canonical_url == item.canonical_url
        run = session.scalars(select(CrawlRun)).one()
        assert run.counts == {"new": 1}
    batch = outbox.batch(desk, 0, 10)
    assert [(d.id, d.version, d.localities, d.story) for d in batch.documents] == [
        (item.id, 1, ("11131",), story.id)
    ]
    assert batch.last_seq == outbox.last_seq(desk) == 1
    assert "nguoiviet88" not in str(batch)


def test_the_same_again_is_seen_and_changes_nothing(desk: Desk, press: str) -> None:
    one = candidate(press, 1, "Đê xã Chí Minh an toàn", DYKE)
    assert outcomes(desk, [one]) == ["new"]
    before = dump(desk)
    assert outcomes(desk, [one, one]) == ["seen", "seen"]
    tracked = candidate(
        press,
        1,
        "Đê xã Chí Minh an toàn ",
        DYKE.replace(". ", ".\n"),
        url="http://BAO-A.example/1?utm_source=x#top",
    )
    tracked = tracked.model_copy(update={"capture": one.capture, "entry_hash": one.entry_hash})
    assert outcomes(desk, [tracked]) == ["seen"]
    assert dump(desk) == before


def test_an_edit_keeps_both_states(desk: Desk, clock: StandingClock, press: str) -> None:
    run = run_of(desk, press)
    first = intake.take(desk, [candidate(press, 1, "Đê xã Chí Minh vỡ", DYKE)], run_id=run)[0]
    clock.move(hours=3)
    changed = candidate(press, 1, "Đính chính: đê xã Chí Minh an toàn", DYKE + " Báo đã sửa tiêu đề.")
    assert outcomes(desk, [changed], run) == ["edited"]
    assert outcomes(desk, [changed], run) == ["seen"]
    with desk.store.read() as session:
        item = session.get_one(Item, first.item_id)
        assert (item.edits, item.revision, item.title[:9]) == (1, 2, "Đính chín")
        assert item.first_seen_at == START
        versions = session.scalars(select(ItemVersion).order_by(ItemVersion.number)).all()
        assert [(v.number, v.title[:3], v.seen_at) for v in versions] == [
            (1, "Đê ", START),
            (2, "Đín", clock.at),
        ]
        assert session.get_one(Story, item.story_id).title == item.title
        assert session.get_one(CrawlRun, run).counts == {"new": 1, "edited": 1, "seen": 1}
        assert [row.revision for row in session.scalars(select(OutboxRow).order_by(OutboxRow.seq))] == [1, 2]
    clock.move(hours=3)
    assert outcomes(desk, [candidate(press, 1, "Đê xã Chí Minh vỡ", DYKE)], run) == ["edited"], (
        "going back is an edit too"
    )
    assert count(desk, ItemVersion) == 3


def test_a_summary_never_replaces_the_article(desk: Desk, press: str) -> None:
    assert outcomes(desk, [candidate(press, 1, "Đê an toàn", DYKE)]) == ["new"]
    short = candidate(press, 1, "Đê an toàn", DYKE[:60], warnings=["article_not_read"], entry_hash="")
    assert outcomes(desk, [short]) == ["seen"]
    with desk.store.read() as session:
        assert session.scalars(select(Item.text)).one() == DYKE
        assert session.scalars(select(KnownEntry.entry_hash)).one() == "", "it is read again next time"
    assert outcomes(desk, [short.model_copy(update={"text": DYKE + " Thêm một đoạn.", "warnings": []})]) == [
        "edited"
    ]


def test_press_in_every_band_social_only_near_home(desk: Desk, press: str, social: str) -> None:
    run = run_of(desk, social)
    assert outcomes(desk, [candidate(press, 1, "Giá cà phê", ELSEWHERE)]) == ["new"]
    post = candidate(social, 1, "Giá cà phê", ELSEWHERE + " @banhang99 nhận đặt.", kind="post")
    near = candidate(
        social, 2, "Tin xóm", "Nước ở xã Chí Minh, Hải Phòng đang lên, @nguyenvanb88 vừa chụp.", kind="post"
    )
    assert outcomes(desk, [post, near], run) == ["off_topic", "new"]
    assert outcomes(desk, [post, near], run) == ["off_topic", "seen"]
    with desk.store.read() as session:
        texts = session.scalars(select(Item.text).order_by(Item.id)).all()
        assert len(texts) == 2
        assert "banhang99" not in str(texts)
        assert "nguyenvanb88" not in str(texts)
        assert "@ng…8" in texts[1]
        assert session.get_one(CrawlRun, run).counts == {"off_topic": 2, "new": 1, "seen": 1}
        assert session.scalar(select(func.count()).select_from(StoryLocality)) == 1
        known = session.scalars(select(KnownEntry.canonical_url).where(KnownEntry.source_id == social)).all()
        assert len(known) == 2, "an entry that was off topic is not fetched again"


def test_what_cannot_be_an_item_is_kept_aside_and_counted_once(desk: Desk, press: str) -> None:
    run = run_of(desk, press)
    capture = candidate(press, 4, "x", "y").capture
    assert capture is not None
    astray = capture.model_copy(update={"path": "../../etc/passwd"})
    bad = [
        candidate(press, 1, "x", "y", url="javascript:alert(1)"),
        candidate(press, 2, "\u200b", "\x00"),
        candidate("nguon-la", 3, "x", "y"),
        candidate(press, 4, "x", "y").model_copy(update={"capture": astray}),
    ]
    good = candidate(press, 5, "Đê xã Chí Minh an toàn", DYKE)
    assert outcomes(desk, [*bad[:2], good, *bad[2:]], run) == [
        "quarantined",
        "quarantined",
        "new",
        "quarantined",
        "quarantined",
    ]
    with desk.store.read() as session:
        assert session.get_one(CrawlRun, run).counts == {"quarantined": 4, "new": 1}
        rows = session.scalars(select(Quarantine)).all()
        assert all(row.reason_vi and row.reason_en for row in rows)
        assert {row.source_id for row in rows} == {press, None}
    intake.quarantine_line(desk, press, "Dòng hỏng.", "bad line", "\x00{{{")
    intake.quarantine_line(desk, "khong-co", "Dòng hỏng.", "bad line", "x" * 9000)
    with desk.store.read() as session:
        assert session.get_one(CrawlRun, run).counts["quarantined"] == 5


class Poisoned(LocalAnalyst):
    def analyse(self, title: str, text: str, **others: Any) -> Analysis:
        if "độc" in title:
            raise RecursionError("too deep")
        return super().analyse(title, text, **others)


def test_a_text_that_breaks_the_analyst_stops_nobody(
    store: Store, clock: StandingClock, tmp_path: Path, press: str
) -> None:
    desk = make_desk(store, clock, tmp_path / "captures", analyst=Poisoned())
    found = outcomes(desk, [candidate(press, 1, "Bài độc", DYKE), candidate(press, 2, "Bài lành", DYKE)])
    assert found == ["quarantined", "new"]


def test_copies_point_to_the_earliest_and_share_its_story(
    desk: Desk, clock: StandingClock, press: str
) -> None:
    other = sources.add_source(
        desk, None, sources.NewSource("bao-c", "Báo C", "feed", "http://bao-c.example/rss", domestic=False)
    )
    assert outcomes(desk, [candidate(press, 1, "Đê xã Chí Minh an toàn", DYKE)]) == ["new"]
    clock.move(hours=1)
    # Without the name of another paper: who names one took it from there, whenever it was published.
    near = DYKE + " Người dân vẫn sinh hoạt bình thường."
    same = [
        candidate(other, 1, "Xã Chí Minh: đê không vỡ", DYKE),
        candidate(other, 2, "Chuyện con đê", near, published_at=START - timedelta(hours=9)),
    ]
    assert outcomes(desk, same) == ["new", "new"]
    with desk.store.read() as session:
        items = {item.canonical_url: item for item in session.scalars(select(Item))}
        original = items["http://bao-c.example/2"]
        assert original.copy_of_id is None, "published first, though it was found last"
        assert {item.copy_of_id for item in items.values() if item is not original} == {original.id}
        story = session.scalars(select(Story)).one()
        assert (story.items, story.copies, story.sources, story.title) == (3, 2, 2, "Chuyện con đê")


def test_one_event_one_story_in_72_hours(desk: Desk, clock: StandingClock, press: str) -> None:
    def report(number: int, title: str, text: str) -> int | None:
        taken = intake.take(desk, [candidate(press, number, title, text, published_at=clock.at)])
        with desk.store.read() as session:
            return session.get_one(Item, taken[0].item_id).story_id

    first = report(1, "Rò nước ở tuyến đê xã Chí Minh", DYKE)
    clock.move(hours=5)
    second = report(
        2,
        "Tuyến đê xã Chí Minh hết rò nước",
        "Sáng nay tuyến đê qua xã Chí Minh, Hải Phòng đã hết rò nước sau một đêm đắp bao cát. Lực lượng xung kích vẫn trực.",
    )
    clock.move(hours=1)
    third = report(
        3,
        "Khai giảng lớp dạy nghề",
        "Trung tâm học tập xã Chí Minh, Hải Phòng khai giảng lớp may công nghiệp cho ba mươi học viên nữ.",
    )
    assert first == second != third
    clock.move(days=9)
    again = "Tuyến đê xã Chí Minh, Hải Phòng lại có điểm rò nước vào rạng sáng. Lực lượng xung kích đang đắp bao cát."
    assert report(4, "Rò nước ở tuyến đê xã Chí Minh", again) != first


def test_a_namesake_is_not_our_place(desk: Desk, press: str) -> None:
    text = "Thành phố Hồ Chí Minh khởi công tuyến đường sắt đô thị mới. Người dân Thành phố Hồ Chí Minh chờ đợi dự án này từ lâu."
    assert outcomes(desk, [candidate(press, 1, "Hồ Chí Minh khởi công tuyến mới", text)]) == ["new"]
    assert count(desk, StoryLocality) == 0
    with desk.store.read() as session:
        assert session.scalars(select(Item.band)).one() == "out"


def test_import_stores_every_row_once(desk: Desk, press: str) -> None:
    rows = [
        ImportRow.model_validate(row)
        for row in (
            {
                "url": "http://x.example/1",
                "title": "Cà phê",
                "text": ELSEWHERE,
                "published_at": "2026-11-01T07:00:00",
            },
            {
                "url": "http://x.example/2",
                "title": "Đê",
                "text": DYKE,
                "source": press,
                "published_at": "2026-11-01T07:00:00+07:00",
            },
            {"url": "không phải địa chỉ", "title": "x", "text": "y"},
        )
    ]
    assert intake.import_rows(desk, rows) == {"new": 2, "seen": 0, "edited": 0, "refused": 1}
    assert intake.import_rows(desk, rows[:2]) == {"new": 0, "seen": 2, "edited": 0, "refused": 0}
    with desk.store.read() as session:
        found = {item.url[-1]: item for item in session.scalars(select(Item))}
        assert found["1"].published_at == found["2"].published_at, "a time without a zone is Vietnamese time"
        assert (found["1"].source_id, found["2"].source_id) == (None, press)


def test_more_than_a_batch(desk: Desk, press: str) -> None:
    many = [candidate(press, n, f"Bản tin số {n}", f"Việc thứ {n} " * 3, capture=None) for n in range(230)]
    run = run_of(desk, press)
    taken = intake.take(desk, many, run_id=run)
    assert {one.outcome for one in taken} == {"new"}
    with desk.store.read() as session:
        assert session.get_one(CrawlRun, run).counts == {"new": 230}
        urls = [session.get_one(Item, one.item_id).canonical_url for one in taken]
    assert urls == [one.canonical_url for one in many], "answers are in the order given"
    assert len(outbox.batch(desk, 0, 1000).documents) == 230


def test_more_texts_of_a_batch_do_not_question_the_store_more_often(desk: Desk, press: str) -> None:
    """What is neither a copy nor in the store costs no question of its own, whichever places it names and whatever came before."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement.split(None, 1)[0])

    def texts(first: int, many: int) -> list[Candidate]:
        chance = random.Random(first)
        places = [
            "xã Chí Minh",
            "phường Thiên Hương",
            "thành phố Hải Phòng",
            "xã Nghi Dương, thành phố Hải Phòng",
        ]
        made = []
        for number in range(first, first + many):
            words = ["".join(chance.choices("bcdghklmnt", k=3)) + chance.choice("aeiou") for _ in range(60)]
            title = f"{' '.join(words[:6]).capitalize()} ở {places[number % len(places)]}"
            made.append(candidate(press, number, title, f"{' '.join(words)} {number}."))
        return made

    def statements(batch: list[Candidate]) -> int:
        asked.clear()
        assert set(outcomes(desk, batch)) == {"new"}
        return asked.count("SELECT")

    statements(texts(0, 4))
    event.listen(desk.store.engine, "before_cursor_execute", note)
    few, many = statements(texts(100, 4)), statements(texts(200, intake.BATCH))
    assert 0 < many <= few


def test_a_copy_finds_its_original_in_the_store_and_in_its_batch(
    desk: Desk, clock: StandingClock, press: str
) -> None:
    """By equal bodies and by band keys, among texts of the same batch that are copies of nothing."""
    edited = DYKE.replace("trước nửa đêm", "vào sáng sớm")
    first = intake.take(desk, [candidate(press, 1, "Đê xã Chí Minh an toàn", DYKE)])[0].item_id
    clock.move(hours=1)
    batch = [
        candidate(press, 2, "Giá cà phê", ELSEWHERE),
        candidate(press, 3, "Đê Chí Minh đã an toàn", DYKE),
        candidate(press, 4, "Đê đã vững", edited),
        candidate(press, 5, "Cà phê tăng giá", f"(Báo B) - {ELSEWHERE}"),
    ]
    ids = [taken.item_id for taken in intake.take(desk, batch)]
    with desk.store.read() as session:
        of = dict(session.execute(select(Item.id, Item.copy_of_id)).all())
        keys = {row.item_id for row in session.scalars(select(CopyBand))}
        shingles = dict(session.execute(select(Item.id, Item.shingles)).all())
    coffee = sorted(number for number in (ids[0], ids[3]) if number is not None)
    assert of == {first: None, ids[1]: first, ids[2]: first, coffee[0]: None, coffee[1]: coffee[0]}
    assert keys == set(of)
    assert all(shingles.values())


def test_rescore_lets_old_stories_sink(desk: Desk, clock: StandingClock, press: str) -> None:
    intake.take(desk, [candidate(press, 1, "Vỡ đê ở xã Chí Minh", DYKE)])
    with desk.store.read() as session:
        before = session.scalars(select(Story.need)).one()
        version = session.scalars(select(Story.version)).one()
    seq = outbox.last_seq(desk)
    assert stories.rescore(desk) == 0
    assert outbox.last_seq(desk) == seq
    clock.move(days=6)
    assert stories.rescore(desk) == 1
    with desk.store.read() as session:
        assert session.scalars(select(Story.need)).one() < before
        assert session.scalars(select(Story.version)).one() == version, (
            "a machine's score never spoils a form"
        )
    batch = outbox.batch(desk, seq, 10)
    assert [document.version for document in batch.documents] == [2]


# --- properties ---------------------------------------------------------------------------------------------------------

NAMES = ["Chí Minh", "Văn Tố", "An Thanh"]


@st.composite
def newsroom(draw: st.DrawFn) -> list[Candidate]:
    """Some articles of two sources: new ones, copies, edits of one address, places and no places."""
    made = []
    for number in range(draw(st.integers(1, 7))):
        source = draw(st.sampled_from(["bao-a", "trang-b"]))
        text = draw(
            st.sampled_from(
                [DYKE, ELSEWHERE, DYKE + " Thêm một câu về bao cát.", "Xã Chí Minh, Hải Phòng mở chợ phiên."]
            )
        )
        made.append(
            candidate(
                source,
                draw(st.integers(1, 5)),
                draw(st.sampled_from(["Đê xã Chí Minh an toàn", "Giá cà phê", "Chợ phiên xã Chí Minh"])),
                text,
                published_at=START - timedelta(hours=draw(st.integers(1, 60)), minutes=number),
                kind="post" if source == "trang-b" else "article",
            )
        )
    return made


def dump(desk: Desk) -> list[list[tuple[Any, ...]]]:
    """Everything intake writes but the counters, as plain rows."""
    with desk.store.read() as session:
        return [
            sorted(
                (
                    tuple(str(getattr(row, column.key)) for column in table.__table__.columns)
                    for row in session.scalars(select(table))
                ),
            )
            for table in (
                Item,
                ItemVersion,
                Capture,
                Mention,
                CopyBand,
                Story,
                StoryLocality,
                OutboxRow,
                KnownEntry,
            )
        ]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("intake")
    store = Store(f"sqlite:///{folder / 'template.db'}")
    upgrade(store)
    desk = make_desk(store, StandingClock(), folder / "captures")
    unit = units.ensure_unit(desk, "11131", Level.COMMUNE, "UBND xã Chí Minh", "xã Chí Minh")
    units.watch(desk, None, unit, ["11131"])
    sources.add_source(desk, None, sources.NewSource("bao-a", "Báo A", "feed", "http://bao-a.example/rss"))
    sources.add_source(
        desk, None, sources.NewSource("trang-b", "Trang B", "feed", "http://b.example/rss", social=True)
    )
    with store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    store.close()
    return folder / "template.db"


def fresh(template: Path, folder: Path) -> Desk:
    path = folder / f"{random.getrandbits(60):x}.db"
    path.write_bytes(template.read_bytes())
    return make_desk(Store(f"sqlite:///{path}"), StandingClock(), folder / "captures")


@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(news=newsroom(), seed=st.integers(0, 10_000))
def test_shuffled_and_repeated_news_give_the_same_store(
    template: Path, tmp_path_factory: pytest.TempPathFactory, news: list[Candidate], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("property")
    one, two = fresh(template, folder), fresh(template, folder)
    intake.take(one, news)
    shuffled = news[:]
    random.Random(seed).shuffle(shuffled)
    intake.take(two, shuffled)
    assert dump(one) == dump(two)
    again = intake.take(two, [*news, *shuffled])
    assert {taken.outcome for taken in again} <= {"seen", "off_topic"}
    assert dump(one) == dump(two)
    with one.store.read() as session:
        for story in session.scalars(select(Story)):
            members = session.scalars(select(Item).where(Item.story_id == story.id)).all()
            assert story.items == len(members) > 0
            assert story.copies == sum(item.copy_of_id is not None for item in members)
    one.store.close()
    two.store.close()


# --- kill -9 --------------------------------------------------------------------------------------------------------------

PROGRAM = """
import sys
from pathlib import Path
from core.records.engine import Store
from core.services import intake
from tests.integration.core.conftest import DYKE, StandingClock, candidate, make_desk
intake.BATCH = 10
desk = make_desk(Store(sys.argv[1]), StandingClock(), Path(sys.argv[2]))
intake.take(desk, [candidate("bao-a", n, f"Tin số {n} của xã Chí Minh", DYKE + f" Bản tin thứ {n}.") for n in range(13)], run_id=int(sys.argv[3]))
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("point", "stored"),
    [
        ("intake.before_commit:1", 0),
        ("intake.after_commit:1", 10),
        ("intake.before_commit:2", 10),
        ("intake.after_commit:2", 13),
    ],
)
def test_killed_anywhere_a_repeat_completes_it(
    store_url: str, desk: Desk, press: str, tmp_path: Path, point: str, stored: int
) -> None:
    run = run_of(desk, press)
    command = [sys.executable, "-c", PROGRAM, store_url, str(tmp_path / "captures"), str(run)]
    killed = subprocess.run(
        command,
        env=os.environ | {"LAMRO_FAULT": point, "LAMRO_ENV": "test", "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert count(desk, Item) == count(desk, OutboxRow) == count(desk, KnownEntry) == stored
    with desk.store.read() as session:
        assert session.get_one(CrawlRun, run).counts.get("new", 0) == stored
    news = [
        candidate("bao-a", n, f"Tin số {n} của xã Chí Minh", DYKE + f" Bản tin thứ {n}.") for n in range(13)
    ]
    taken = intake.take(desk, news, run_id=run)
    assert sum(one.outcome == "new" for one in taken) == 13 - stored
    assert count(desk, Item) == 13
    with desk.store.read() as session:
        assert session.get_one(CrawlRun, run).counts["new"] == 13
        assert session.scalar(select(func.sum(Story.items))) == 13
