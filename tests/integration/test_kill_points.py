"""kill -9 of the real processes at the named points, and a restart: what was told is what is stored, nothing is lost or doubled."""

from __future__ import annotations

import email
import json
import re
import signal
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.indexing import follow
from core.faults import POINTS
from core.finding import Filters
from core.messages import ImportRow
from core.rules.vocabulary import Role
from core.services import intake, publish, searching
from core.services.desk import Actor
from tests.fixtures.demo_homes import copied, snapshots
from tests.fixtures.kills import random_kills
from tests.fixtures.product import (
    Lost,
    Outlets,
    Product,
    Visitor,
    assert_acts,
    assert_sound,
    begin,
    contents,
    copy,
    new_home,
    until,
)

#: point → which passing of it kills: the first ones are easy, later ones have work before and after them
READING = {
    "crawl.leased": 1,
    "crawl.before_finish": 2,
    "intake.before_commit": 2,
    "intake.after_commit": 1,
    "feed.before_apply": 2,
    "feed.after_apply": 1,
}
CLICKING = {"judge.before_commit", "serve.after_click"}
APPROVING = {"approve.before_commit", "approve.after_commit"}
SENDING = {"dispatch.before_send", "dispatch.after_send"}
#: point → whether the next try goes on with what is there
REBUILDING = {"rebuild.before_fill": True, "rebuild.before_swap": True, "rebuild.after_swap": False}


def test_every_point_has_its_kill():
    assert set(READING) | CLICKING | APPROVING | SENDING | set(REBUILDING) == set(POINTS)


# --- reading and indexing ---------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_scheduler_killed_at_each_point_of_reading(tmp_path):
    """Each start takes up what the one before left behind, and dies at the next point. An undisturbed twin ends the same."""
    outlets = Outlets("abc", number=1)
    try:
        fresh = new_home(tmp_path / "fresh", outlets)
        with copy(fresh, tmp_path / "home") as product:
            interrupted = sum(killed_reading(product, outlets, point) for point in READING)
            product.settle()
            assert_sound(product)
            assert_told(product, interrupted)
            until("no process left", lambda: not product.processes())
            with copy(fresh, tmp_path / "twin") as twin:
                twin.settle()
                assert_sound(twin)
                assert len(contents(twin)) == 3 * outlets.number
                assert contents(product) == contents(twin)
    finally:
        outlets.close()


def killed_reading(product: Product, outlets: Outlets, point: str) -> int:
    """A new article everywhere, a scheduler that dies at the point; returns how many runs it left open."""
    outlets.number += 1
    product.change("UPDATE source SET next_due_at = NULL")
    before = contents(product)
    product.die("schedule", fault=f"{point}:{READING[point]}")
    assert product.sql("PRAGMA integrity_check") == [("ok",)]
    assert before.items() <= contents(product).items()
    if not point.startswith("feed"):
        assert product.sql("SELECT count(*) FROM source WHERE lease_owner <> ''")[0][0] > 0
    return int(product.sql("SELECT count(*) FROM crawl_run WHERE state = 'running'")[0][0])


def assert_told(product: Product, interrupted: int) -> None:
    """What the commands print is what is stored, and each cut run says so in words."""
    ended = product.sql("SELECT error_vi FROM crawl_run WHERE state = 'interrupted'")
    assert len(ended) == interrupted > 0
    assert all("bị ngắt" in sentence for (sentence,) in ended)
    sources = json.loads(product.run("sources", "--json").stdout)
    assert {(row["id"], row["error"]) for row in sources} == {("to-a", ""), ("to-b", ""), ("to-c", "")}
    rows = [json.loads(line) for line in product.run("items", "--json").stdout.splitlines()]
    assert Counter((row["id"], row["title"]) for row in rows) == Counter(
        product.sql("SELECT id, title FROM item")
    )


# --- making the index anew --------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("engine", ["fts5", "elasticsearch"])
def test_a_reindex_killed_at_each_point_leaves_an_index_that_answers(tmp_path, request, engine):
    settings: dict[str, object] = {"search_backend": engine}
    if engine == "elasticsearch":
        settings["elasticsearch_url"] = request.getfixturevalue("elasticsearch_url")
        settings["elasticsearch_index"] = request.getfixturevalue("elasticsearch_prefix") + "kills"
    with Product(begin(tmp_path / "home"), **settings) as product:
        assert product.run("init", "--locality", "11131", "--no-sources").returncode == 0  # its index
        _import(product, range(1, 8))
        for number, (point, resumed) in enumerate(REBUILDING.items(), start=10):
            product.die("reindex", fault=point)
            with product.desk() as desk:
                found = searching.search(desk, None, "khơi thông", Filters())
            stored = product.sql("SELECT count(*) FROM item")[0][0]
            assert (found.total, found.banner, stored) == (number - 3, "", number - 3)
            _import(product, [number])  # people go on writing between a death and the next try
            made = product.run("reindex", "--json")
            assert made.returncode == 0, made.stderr
            told = json.loads(made.stdout)
            assert (told["documents"], told["resumed"], told["refused"]) == (number - 2, resumed, 0)
            with product.desk() as desk:
                assert desk.index is not None
                held = list(desk.index.versions())
            assert held == product.sql("SELECT id, revision FROM item ORDER BY id")
        left = sorted(path.name for path in product.home.glob("index*.db"))
        assert engine == "elasticsearch" or len(left) == 2, left
        with product.desk() as desk:
            assert desk.index is not None
            desk.index.drop()


def _import(product: Product, numbers: Iterable[int]) -> None:
    rows = [
        ImportRow(
            url=f"http://ben-do.example/{number}",
            title=f"Khơi thông kênh số {number}",
            text=f"Xã Chí Minh khơi thông kênh số {number} cùng bà con tổ {number * 7}.",
            published_at=datetime(2026, 11, 20, tzinfo=UTC),
        )
        for number in numbers
    ]
    with product.desk() as desk:
        intake.import_rows(desk, rows)
        follow(desk)
        assert desk.index is not None
        desk.index.refresh()


# --- acts of people ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    return snapshots(tmp_path_factory)


def office(homes: Path, step: str, path: Path, **settings: object) -> Product:
    """A demo home after a step, without its press: nothing is read in it."""
    home = copied(homes, step, path)
    product = Product(
        home,
        env="demo",
        clock=str(home / "clock.json"),
        mail_from="vanthu@xachiminh.example",
        smtp_security="none",
        **settings,
    )
    product.change("UPDATE source SET enabled = 0")
    return product


def password(product: Product) -> str:
    return str(json.loads((product.home / "demo.json").read_text(encoding="utf-8"))["password"])


def version_on(page: str) -> int:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return int(found.group(1))


def events(product: Product, story: int) -> list[tuple[str, int]]:
    return product.sql(
        "SELECT tag, account_id FROM tag_event WHERE story_id = ? AND undone_at IS NULL ORDER BY id", story
    )


def acts(product: Product, act: str, thing: object) -> int:
    """How many rows of the audit log say that the act was done."""
    rows = product.sql(
        "SELECT count(*) FROM audit WHERE act = ? AND object_id = ? AND refused = 0", act, str(thing)
    )
    return int(rows[0][0])


@pytest.mark.long
@pytest.mark.parametrize(("point", "happened"), [("judge.before_commit", 0), ("serve.after_click:3", 1)])
def test_the_review_app_killed_during_a_click(point, happened, homes, tmp_path):
    """First click answered, second click dies: before the commit nothing of it stands, after it everything does."""
    with office(homes, "receive", tmp_path / "home") as product:
        first, second = (
            row[0]
            for row in product.sql(
                "SELECT id FROM story WHERE id NOT IN (SELECT story_id FROM story_office WHERE tag <> '')"
                " AND id NOT IN (SELECT story_id FROM claim)"
                " AND id IN (SELECT story_id FROM story_locality WHERE locality = '11131') ORDER BY id LIMIT 2"
            )
        )
        if point.startswith("judge"):
            point = "judge.before_commit:2"
        process, address = product.serve(fault=point)
        officer = Visitor(address).log_in("canbo", password(product))
        assert (
            officer.post(
                f"/stories/{first}/tag", version=version_on(officer.get(f"/stories/{first}")), tag="watch"
            )
            == 303
        )
        seen = version_on(officer.get(f"/stories/{second}"))
        with pytest.raises(Lost):
            officer.post(f"/stories/{second}/tag", version=seen, tag="opinion")
        until("death", lambda: process.poll() is not None)
        assert process.returncode == -signal.SIGKILL

        # what was told stands; what was not told stands wholly or not at all
        assert officer.told == [("/login", 303), (f"/stories/{first}/tag", 303)]
        assert len(events(product, first)) == acts(product, "story.tag", first) == 1
        assert len(events(product, second)) == acts(product, "story.tag", second) == happened
        shown = product.sql("SELECT tag FROM story_office WHERE story_id = ?", second)
        assert shown == [("opinion",)] * happened

        # the person clicks again in the same page: done once, whatever had happened
        process, address = product.serve()
        officer = Visitor(address).log_in("canbo", password(product))
        assert officer.post(f"/stories/{second}/tag", version=seen, tag="opinion") == 303
        assert len(events(product, second)) == acts(product, "story.tag", second) == 1
        product.stop(process)
        assert_acts(product)


@pytest.mark.long
@pytest.mark.parametrize(
    ("point", "happened"), [("approve.before_commit:3", 0), ("approve.after_commit:2", 1)]
)
def test_the_review_app_killed_during_an_approval(point, happened, homes, tmp_path):
    """Content approved and told; secrecy dies: a whole approval with its audit row, or none."""
    with office(homes, "documents", tmp_path / "home") as product:
        number, incident = product.sql("SELECT id, incident_id FROM document WHERE kind = 'D1'")[0]
        process, address = product.serve(fault=point)
        manager = Visitor(address).log_in("quanly", password(product))
        version = product.sql("SELECT version FROM document WHERE id = ?", number)[0][0]
        assert manager.post(f"/documents/{number}/checked", version=version) == 303
        assert approve(manager, number, incident) == 303
        with pytest.raises(Lost):
            approve(manager, number, incident)
        until("death", lambda: process.poll() is not None)
        assert process.returncode == -signal.SIGKILL

        assert [status for _, status in manager.told] == [303] * 3
        steps = [
            row[0]
            for row in product.sql("SELECT step FROM approval WHERE document_id = ? ORDER BY id", number)
        ]
        assert steps == ["content", "secrecy"][: 1 + happened]
        assert acts(product, "document.approve", number) == 1 + happened
        assert product.sql("SELECT state FROM document WHERE id = ?", number) == [("submitted",)]

        # the same form sent again approves what is missing and refuses what stands
        process, address = product.serve()
        manager = Visitor(address).log_in("quanly", password(product))
        if happened:
            page = manager.get(f"/approvals/{incident}")
            assert f'name="step-{number}" value="secrecy"' not in page
        else:
            assert approve(manager, number, incident) == 303
        speaker = Visitor(address).log_in("nguoiphatngon", password(product))
        assert approve(speaker, number, incident) == 303
        assert product.sql("SELECT state FROM document WHERE id = ?", number) == [("approved",)]
        assert acts(product, "document.approve", number) == 3
        product.stop(process)
        assert_acts(product)


def approve(person: Visitor, number: int, incident: int) -> int:
    """Read the document, then approve it in the form that the page shows."""
    person.get(f"/documents/{number}")
    page = person.get(f"/approvals/{incident}")
    fields = dict(re.findall(r'<input type="hidden" name="((?:version|step)-\d+)" value="([^"]*)"', page))
    return person.post(f"/approvals/{incident}", document=number, decision="approved", comment="", **fields)


# --- sending ----------------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("point", ["dispatch.before_send", "dispatch.after_send", "dispatch.after_send:2"])
def test_a_dispatcher_killed_while_it_sends(point, homes, tmp_path, smtp_sink):
    with office(
        homes, "approve", tmp_path / "home", smtp_host=smtp_sink.host, smtp_port=smtp_sink.port
    ) as product:
        number = product.sql("SELECT id FROM document WHERE kind = 'D1'")[0][0]
        queue(product, number)
        queued = dict(product.sql("SELECT message_id, id FROM dispatch"))
        assert len(queued) == 2

        product.die("schedule", fault=point)
        accepted = letters(smtp_sink)
        assert (
            acts_of(product, "dispatch.sent")
            == product.sql("SELECT count(*) FROM dispatch WHERE state = 'sent'")[0][0]
        )
        assert (
            len(accepted)
            == {"dispatch.before_send": 0, "dispatch.after_send": 1, "dispatch.after_send:2": 2}[point]
        )

        product.settle()
        assert_sound(product)
        came = Counter(letters(smtp_sink))
        assert set(came) == set(queued)  # nothing lost, under the Message-IDs of the rows
        doubled = {name for name, times in came.items() if times > 1}
        assert sum(came.values()) - len(came) == len(doubled) <= 1
        assert len(doubled) == (point != "dispatch.before_send")
        marked = {row[0] for row in product.sql("SELECT message_id FROM dispatch WHERE maybe_twice")}
        assert doubled <= marked
        assert acts_of(product, "dispatch.sent") == 2
        assert acts_of(product, "dispatch.recover") == len(marked) > 0

        if point == "dispatch.after_send":
            # the person is told
            process, address = product.serve()
            officer = Visitor(address).log_in("canbo", password(product))
            assert "hai lần" in officer.get(f"/documents/{number}")
            product.stop(process)


def queue(product: Product, number: int) -> None:
    """Two recipients of the issued document, queued by the officer."""
    account, unit = product.sql("SELECT id, unit_id FROM account WHERE username = 'canbo'")[0]
    officer = Actor(account, "canbo", "", "", unit, frozenset({Role.PUBLISHER}))
    recipients = [
        ("Báo Bến Sông", "email", "toasoan@bensong.example"),
        ("Báo Cửa Biển", "email", "tin@cuabien.example"),
    ]
    with product.desk() as desk:
        publish.queue(desk, officer, number, recipients)


def letters(sink) -> list[str]:
    return [email.message_from_bytes(mail.raw)["Message-ID"] for mail in list(sink.received)]


def acts_of(product: Product, act: str) -> int:
    return int(product.sql("SELECT count(*) FROM audit WHERE act = ?", act)[0][0])


# --- any moment -------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_scheduler_killed_at_ten_random_moments(tmp_path):
    random_kills(tmp_path, seeds=range(10))
