"""Lists of a large store go through the days they are about, and say the same as a look at everything would."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, text

from core.queries import inbox
from core.queries.frame import CEILING, frame
from core.queries.inbox import Wanted
from core.records.item import Item, Story, StoryLocality
from core.services import intake, sources
from core.services.desk import Desk
from tests.integration.core.conftest import DYKE, ELSEWHERE, StandingClock, candidate

HERE = ["11131"]


def test_a_list_of_some_days_begins_where_they_begin(
    desk: Desk, clock: StandingClock, office: int, press: str
) -> None:
    intake.take(desk, [candidate(press, 1, "Đê xã Chí Minh cũ", DYKE)])
    clock.move(days=40)
    intake.take(desk, [candidate(press, 2, "Đê xã Chí Minh mới", f"{DYKE} Ngày thứ hai.")])
    clock.move(hours=-3)  # the clock of the machine was set back: a higher id, an earlier moment
    intake.take(desk, [candidate(press, 3, "Chợ xã Chí Minh", f"{ELSEWHERE} Ở xã Chí Minh, thành phố Hải Phòng.")])  # fmt: skip
    clock.move(days=30, hours=1)
    now = clock.now()
    with desk.store.read() as session:

        def listed(days: int) -> list[int]:
            query = inbox._where(select(Item.id), Wanted(days=days), office, HERE, now)
            return sorted(session.scalars(query))

        def plainly(days: int) -> list[int]:
            since = now - timedelta(days=days)
            return sorted(session.scalars(select(Item.id).where(Item.first_seen_at >= since)))

        for days in (1, 7, 30, 31, 90):
            assert listed(days) == plainly(days), days
        assert (listed(1), listed(30), listed(31)) == ([], [2], [2, 3])
        if desk.store.dialect == "sqlite":
            query = (
                inbox._where(select(Item.id), Wanted(), office, HERE, now).order_by(Item.id.desc()).limit(20)
            )
            said = str(query.compile(desk.store.engine, compile_kwargs={"literal_binds": True}))
            plan = [row[3] for row in session.execute(text("EXPLAIN QUERY PLAN " + said.replace(":", "\\:")))]
            assert plan[0] == "SEARCH item USING INTEGER PRIMARY KEY (rowid>?)", plan


def test_counters_of_the_queue_are_exact_up_to_their_ceiling(
    desk: Desk, clock: StandingClock, office: int, press: str
) -> None:
    sources.add_source(
        desk, None, sources.NewSource("ngoai", "Sông Xa", "feed", "http://xa.example/rss", domestic=False)
    )
    now = clock.now()

    def put(first: int, many: int) -> None:
        with desk.store.write() as session:
            story = Story(title="Chuyện", first_seen_at=now, last_seen_at=now, items=many, need_parts=[])
            session.add(story)
            session.flush()
            session.add(StoryLocality(story_id=story.id, locality="11131", band="in", score=1.0))
            for number in range(first, first + many):
                session.add(Item(
                    source_id="ngoai" if number % 3 == 0 else press if number % 3 == 1 else None, url_sha256=f"{number:064}", title="Tin",
                    text="Tin", first_seen_at=now, content_sha256="0" * 64, story_id=story.id, band="check" if number % 2 else "in",
                ))  # fmt: skip

    def counters() -> dict[str, int]:
        with desk.store.read() as session:
            found = frame(session, office, now).counters
            return {name: found[name] for name in ("today", "inbox", "foreign", "check")}

    assert counters() == {"today": 0, "inbox": 0, "foreign": 0, "check": 0}
    put(0, 30)
    assert counters() == {"today": 1, "inbox": 30, "foreign": 10, "check": 15}
    put(30, CEILING)
    assert counters() == {"today": 2, "inbox": CEILING + 1, "foreign": 343, "check": 515 - 1}
