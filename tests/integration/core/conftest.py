"""A real store on each engine, a clock that stands still until it is moved, and the analyst of this machine."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.captures import CaptureFolder
from config.file_reader import KillableReader
from core.messages import Candidate, CaptureRecord
from core.records.engine import Store
from core.records.migrate import upgrade
from core.rules.profiles import LegalProfiles
from core.rules.vocabulary import Level, Role
from core.services import accounts, sessions, sources, units
from core.services.desk import Actor, Desk
from crawlers.registry import KindRegistry
from indexer.analysis.analyst import LocalAnalyst
from tests.engines.postgresql import PostgresServer

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class StandingClock:
    """Stands still; ``move`` it."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def move(self, **parts: float) -> None:
        self.at += timedelta(**parts)


class Folder(CaptureFolder):
    """The capture store in a temporary folder; remembers what was kept."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.kept: list[str] = []

    def keep(self, data: bytes, suffix: str) -> tuple[str, str]:
        found = super().keep(data, suffix)
        self.kept.append(found[0])
        return found


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    store = Store(f"sqlite:///{path}")
    upgrade(store)
    store.close()
    return path


_templates: dict[str, str] = {}


def _postgres_template(server: PostgresServer) -> str:
    if server.url not in _templates:
        name = server.create()
        store = Store(server.url_of(name))
        upgrade(store)
        store.close()
        _templates[server.url] = name
    return _templates[server.url]


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database at the head revision, on each engine."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_template"), tmp_path / "lamro.db")
        yield f"sqlite:///{tmp_path / 'lamro.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(_postgres_template(server))
    yield server.url_of(name)
    server.drop(name)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = Store(store_url)
    yield store
    store.close()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def make_desk(store: Store, clock: StandingClock, folder: Path, **others: Any) -> Desk:
    """A desk of the real parts; what these services never touch is left empty."""
    folder.mkdir(exist_ok=True)
    values: dict[str, Any] = {
        "store": store,
        "clock": clock,
        "analyst": LocalAnalyst(),
        "captures": Folder(folder),
        "profiles": LegalProfiles(()),
        "kinds": KindRegistry(),
        "reader": KillableReader(clock),
    }
    values |= others
    for part in dataclasses.fields(Desk):
        if part.default is dataclasses.MISSING and part.default_factory is dataclasses.MISSING:
            values.setdefault(part.name, None)
    return Desk(**values)


@pytest.fixture
def desk(store: Store, clock: StandingClock, tmp_path: Path) -> Desk:
    return make_desk(store, clock, tmp_path / "captures")


@pytest.fixture
def office(desk: Desk) -> int:
    """The commune's office, watching its own area and the city."""
    city = units.ensure_unit(desk, "31", Level.PROVINCE, "Ủy ban nhân dân thành phố", "Hải Phòng")
    unit = units.ensure_unit(desk, "11131", Level.COMMUNE, "Ủy ban nhân dân xã Chí Minh", "xã Chí Minh", "31")
    units.watch(desk, None, unit, ["11131"])
    assert city != unit
    return unit


@pytest.fixture
def person(desk: Desk, office: int) -> Callable[..., Actor]:
    """Make an account and log it in: ``person("canbo", Role.OFFICER)``."""

    def make(username: str, *roles: Role, unit_id: int | None = None) -> Actor:
        made = accounts.create(
            desk,
            None,
            username,
            username.title(),
            "Công chức",
            "",
            unit_id or office,
            roles,
            "một câu chỉ mình biết",
        )
        assert made.one_time_password == ""
        return sessions.log_in(desk, username, "một câu chỉ mình biết", "127.0.0.1").actor

    return make


@pytest.fixture
def press(desk: Desk, office: int) -> str:
    """A provincial paper."""
    return sources.add_source(
        desk, None, sources.NewSource("bao-a", "Báo A", "feed", "http://bao-a.example/rss", reach_tier=2)
    )


@pytest.fixture
def social(desk: Desk, office: int) -> str:
    """A public social page."""
    return sources.add_source(
        desk,
        None,
        sources.NewSource("trang-b", "Trang B", "feed", "http://b.example/rss", social=True, reach_tier=1),
    )


DYKE = (
    "Tối qua, tuyến đê qua xã Chí Minh, thành phố Hải Phòng có điểm rò nước. Lực lượng xung kích đã đắp xong ba lớp "
    "bao cát trước nửa đêm. Ủy ban nhân dân xã Chí Minh cho biết không có hộ nào phải di dời và mực nước đang xuống chậm."
)
ELSEWHERE = (
    "Giá cà phê tại vùng cao nguyên tăng nhẹ trong phiên sáng nay, người trồng giữ hàng chờ giá. Thương lái cho rằng "
    "nguồn cung đầu vụ còn mỏng và nhu cầu của nhà máy rang xay chưa mạnh như cùng kỳ."
)


def candidate(source: str, number: int | str, title: str, text: str, **changes: Any) -> Candidate:
    """A candidate as a crawler would hand it over."""
    url = changes.pop("url", f"http://{source}.example/{number}")
    values: dict[str, Any] = {
        "source_id": source,
        "url": url,
        "canonical_url": url,
        "title": title,
        "text": text,
        "published_at": START - timedelta(hours=2),
        "date_from": "feed",
        "entry_hash": hashlib.sha256(f"{url}{title}{text}".encode()).hexdigest(),
        "capture": CaptureRecord(
            path=f"warc/{source}-{number}.warc.gz",
            url=url,
            url_chain=[url],
            status=200,
            peer="127.0.0.1",
            sha256="a" * 64,
            body_bytes=10,
            content_type="text/html",
            fetched_at=START,
        ),
    }
    return Candidate.model_validate(values | changes)
