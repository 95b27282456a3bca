"""A store of any size, written straight into its tables: what intake would have left, without paying for the analysis of a million texts.

300 items a day, four to a story, one story in fifty about the watched commune; of those, what is older than 30 days is tagged, so that the
queue of a larger store is no longer than that of a smaller one, as in an office that works. Nobody ever tags the others. Words are made up
(:mod:`bench.corpus`).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.corpus import Words
from bench.scale_multiply import multiply
from core.records.account import Account
from core.records.incident import Incident
from core.records.item import Item, Mention, OutboxRow, Story, StoryLocality, StoryOffice
from core.rules.vocabulary import Band, Level, Role
from core.services import accounts, sessions, sources, units
from core.services.desk import Actor, Desk

HERE = "11131"
SOURCES = 40
A_DAY = 300
OF_A_STORY = 4
OURS = 50
WORDS = 60
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
#: of the indexes on an Elasticsearch
PREFIX = "lamro-test-scale-bench-"
PASSWORD = "một câu chỉ mình biết"  # noqa: S105 (of a home that is thrown away)
_BATCH = 4000
#: so many are made one by one; the older ones of a larger store are made from them
MADE = 50_000


@dataclass(frozen=True, slots=True)
class Filled:
    """Who works there, and what the screens open."""

    officer: Actor
    story: int
    incident: int


def desk_of(folder: Path, engine: str = "fts5", url: str = "") -> Desk:
    """The product's own desk on a home of SQLite, with either index; a fresh home is made."""
    from config.settings import Settings
    from config.wiring import make_desk
    from core.records.engine import Store
    from core.records.migrate import upgrade

    settings = Settings(home=folder, env="test")
    store = Store(settings.store_url)
    upgrade(store)
    desk = make_desk(settings, store)
    if engine == "elasticsearch":
        from indexer.search.elastic import ElasticIndex, ElasticSettings

        return replace(desk, index=ElasticIndex(ElasticSettings(url, PREFIX + "ours")))
    return desk


def peak() -> int:
    """The most memory that this process held, in MB: of its own since it began, where ``getrusage`` also knows what its parent held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) // 1024


def prepare(desk: Desk) -> Actor:
    """Office, sources, one officer."""
    units.ensure_unit(desk, "31", Level.PROVINCE, "Ủy ban nhân dân thành phố", "Hải Phòng")
    office = units.ensure_unit(desk, HERE, Level.COMMUNE, "Ủy ban nhân dân xã", "xã Chí Minh", "31")
    units.watch(desk, None, office, [HERE])
    for number in range(SOURCES):
        sources.add_source(
            desk,
            None,
            sources.NewSource(
                f"bao-{number}",
                f"Báo Mẫu {number}",
                "feed",
                f"http://bao-{number}.example/rss",
                social=number % 5 == 4,
                domestic=number % 10 != 9,
                reach_tier=number % 4,
            ),
        )
    accounts.create(
        desk, None, "canbo", "Cán bộ", "Công chức", "", office, [Role.OFFICER, Role.MANAGER], PASSWORD
    )
    return sessions.log_in(desk, "canbo", PASSWORD, "127.0.0.1").actor


def fill(desk: Desk, officer: Actor, count: int, *, first: int = 1, outbox: bool = False, whole: int = 0) -> Filled:  # fmt: skip
    """Items ``first`` to ``first + count - 1`` of ``whole``; with ``outbox``, as something that the index has yet to see."""
    whole = whole or count
    by_hand = min(count, MADE) if first == 1 else count
    rows = _rows(first + count - by_hand, by_hand, whole, officer.unit_id)
    while part := list(islice(rows, _BATCH)):
        with desk.store.write() as session:
            for table, at in ((Story, 1), (Item, 0), (Mention, 2), (StoryLocality, 3), (StoryOffice, 4)):
                made = [row[at] for row in part if row[at] is not None]
                if made:
                    session.connection().execute(insert(table), made)
            if outbox:
                session.connection().execute(insert(OutboxRow), [{"item_id": row[0]["id"], "revision": 1, "at": NOW} for row in part])  # fmt: skip
    if by_hand < count:
        multiply(desk, officer.unit_id, last=count, made=MADE, a_day=A_DAY, of_a_story=OF_A_STORY)
    story = _ours_before(first + count)
    with desk.store.write() as session:
        known = session.query(Incident.id).first()
        if known is None:
            account = session.query(Account.id).first()
            made_one = Incident(
                unit_id=officer.unit_id, year=2026, number=1, title="Vụ việc mẫu", state="received",
                opened_by=account[0] if account else 1, received_at=NOW,
            )  # fmt: skip
            session.add(made_one)
            session.flush()
            session.add(
                StoryOffice(story_id=story, unit_id=officer.unit_id, incident_id=made_one.id, version=1)
            )
            number = made_one.id
        else:
            number = known[0]
    return Filled(officer, story, number)


def _ours_before(item: int) -> int:
    """The newest whole story about the commune."""
    story = (item - 1) // OF_A_STORY
    return story - story % OURS


def _rows(
    first: int, count: int, whole: int, office: int
) -> Iterator[tuple[dict[str, Any], Any, Any, Any, Any]]:
    chance = random.Random(first)
    words = Words(random.Random(1))
    words.draw_by(chance)
    for number in range(first, first + count):
        at = NOW - timedelta(days=(whole - number) / A_DAY)
        story = (number + OF_A_STORY - 1) // OF_A_STORY
        ours = story % OURS == 0
        old = NOW - at > timedelta(days=30)
        title = words.line(9) + (" ở xã Chí Minh" if ours else "")
        text = words.line(WORDS) + (". Xã Chí Minh, thành phố Hải Phòng." if ours else ".")
        key = hashlib.sha256(f"{number}".encode()).hexdigest()
        item = {
            "id": number, "source_id": f"bao-{chance.randrange(SOURCES)}", "url": f"http://bao.example/{number}",
            "canonical_url": f"http://bao.example/{number}", "url_sha256": key, "host": "bao.example", "title": title, "text": text,
            "language": "vi", "published_at": at, "first_seen_at": at, "band": Band.IN if ours else Band.OUT, "content_sha256": key,
            "body_hash": key, "story_id": story, "revision": 1,
        }  # fmt: skip
        begins = number % OF_A_STORY == 1
        place = {"locality": HERE, "band": Band.IN, "score": 0.9}
        yield (
            item,
            {
                "id": story, "title": title, "first_seen_at": at, "last_seen_at": at, "items": OF_A_STORY, "sources": OF_A_STORY,
                "need": float(story % 100),
            } if begins else None,
            {"item_id": number, "spans": [], "why": [], **place} if ours else None,
            {"story_id": story, **place} if ours and begins else None,
            {"story_id": story, "unit_id": office, "tag": "watch", "tagged_at": at, "version": 1} if ours and old and begins else None,
        )  # fmt: skip
