"""Captures in the store: what is noted, read back, purged, copied into a dossier. The pages are written by the crawler's own code."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from config.legal import load_profiles
from config.response import load_matrix
from core.errors import Forbidden, Invalid, NotFound, RuleBroken
from core.messages import CaptureRecord
from core.queries import capture as queries
from core.records.audit import AuditRow
from core.records.engine import Store
from core.records.item import Capture, Item, Story
from core.rules.vocabulary import Role
from core.services import answer, audit, capturing, claims, intake, purging
from core.services.desk import Actor, Desk
from crawlers.fetch.captures import Captures
from crawlers.fetch.client import Page
from tests.integration.core.conftest import DYKE, START, StandingClock, candidate, make_desk


@pytest.fixture
def desk(store: Store, clock: StandingClock, tmp_path: Path) -> Desk:
    """With the law and the matrix, since incidents are opened here."""
    return make_desk(store, clock, tmp_path / "captures", profiles=load_profiles(), matrix=load_matrix())


REASON = "Người đăng yêu cầu xóa theo luật bảo vệ dữ liệu"


def kept(desk: Desk, body: bytes, url: str = "http://bao-a.example/1") -> CaptureRecord:
    """A page as the crawler keeps it, in the desk's own folder."""
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Date", "Mon, 23 Nov 2026 00:59:56 GMT"),
        ("Set-Cookie", "phien=bi-mat-cua-nguoi-khac"),
        ("X-Auth-Token", "bi-mat-nua"),
    ]
    return Captures(desk.captures.path("")).write(
        Page(
            url=url,
            chain=["http://bao-a.example/r", url],
            status=200,
            reason_headers=headers,
            headers={name.lower(): value for name, value in headers},
            body=body,
            sha256=hashlib.sha256(body).hexdigest(),
            peer="203.0.113.7",
            fetched_at=START,
            warnings=[],
            request_headers=[("User-Agent", "LamRo/0.1"), ("Authorization", "Basic bi-mat")],
            tls_sha256="ab" * 32,
        )
    )


@pytest.fixture
def page_item(desk: Desk, press: str) -> int:
    body = f"<html><body><article>{DYKE}</article></body></html>".encode()
    found = intake.take(desk, [candidate(press, 1, "Đê xã Chí Minh", DYKE, capture=kept(desk, body))])
    assert found[0].item_id is not None
    return found[0].item_id


def line_of(desk: Desk, item_id: int) -> queries.CaptureLine:
    with desk.store.read() as session:
        (row,) = queries.lines(session, item_id)
    return row


def test_what_the_fetch_was_like_is_in_the_store_and_in_the_file(desk: Desk, page_item: int) -> None:
    row = line_of(desk, page_item)
    assert (row.status, row.peer, row.tls_sha256, row.clock_offset) == (200, "203.0.113.7", "ab" * 32, 4)
    assert row.url_chain == ("http://bao-a.example/r", "http://bao-a.example/1")
    assert ("Content-Type", "text/html; charset=utf-8") in row.headers
    data = desk.captures.path(row.path).read_bytes()
    assert hashlib.sha256(data).hexdigest() == row.file_sha256
    played = queries.play(desk.captures, row)
    assert played.state == "intact" and played.page is not None
    assert hashlib.sha256(played.data).hexdigest() == row.sha256
    assert played.page.status_line == "HTTP/1.1 200 OK"
    assert ("User-Agent", "LamRo/0.1") in played.page.request_headers
    assert played.page.facts["clock_offset_seconds"] == 4
    assert played.page.facts["tls_certificate_sha256"] == "ab" * 32


def test_cookies_and_authorisation_are_nowhere(desk: Desk, page_item: int) -> None:
    row = line_of(desk, page_item)
    with desk.captures.path(row.path).open("rb") as stream:
        whole = b"".join(
            str(record.http_headers).encode() + record.content_stream().read()
            for record in ArchiveIterator(stream)
        )
    assert b"bi-mat" not in whole and b"LamRo/0.1" in whole
    assert "bi-mat" not in str(row)


def test_a_changed_a_cut_and_a_missing_file_are_said(desk: Desk, page_item: int) -> None:
    row = line_of(desk, page_item)
    path = desk.captures.path(row.path)
    whole = path.read_bytes()
    other = kept(desk, b"<html>khac han</html>")
    for data in (
        desk.captures.path(other.path).read_bytes(),
        whole[: len(whole) // 2],
        b"\x1f\x8b junk",
        b"",
    ):
        path.write_bytes(data)
        assert queries.play(desk.captures, row).state == "changed"
    path.unlink()
    assert queries.play(desk.captures, row).state == "missing"


def test_only_the_head_of_the_file_was_touched(desk: Desk, page_item: int) -> None:
    """The body's hash agrees, the file's does not: a forged header is seen too."""
    import gzip

    row = line_of(desk, page_item)
    path = desk.captures.path(row.path)
    parts = [
        gzip.compress(part)
        for part in [gzip.decompress(path.read_bytes()).replace(b"203.0.113.7", b"203.0.113.8")]
    ]
    path.write_bytes(b"".join(parts))
    assert queries.play(desk.captures, row).state == "changed"


def test_a_purge_leaves_a_tombstone_without_words(
    desk: Desk, page_item: int, person: Callable[..., Actor]
) -> None:
    row = line_of(desk, page_item)
    manager = person("truong", Role.MANAGER)
    assert purging.purge(desk, manager, page_item, REASON) == purging.Purged(1)
    assert not desk.captures.path(row.path).exists()
    left = line_of(desk, page_item)
    assert (left.path, left.url, left.peer, left.url_chain, left.headers) == ("", "", "", (), ())
    assert (left.sha256, left.purged_at, left.purge_reason) == (row.sha256, START, REASON)
    assert queries.play(desk.captures, left).state == "purged"
    with desk.store.read() as session:
        line = session.scalars(select(AuditRow).where(AuditRow.act == "capture.purge")).one()
        assert line.detail["sha256"] == [row.sha256] and "bao-a" not in str(line.detail)
    assert purging.purge(desk, manager, page_item, REASON) == purging.Purged(0), "once is enough"


@pytest.fixture
def two_posts(desk: Desk, social: str) -> tuple[CaptureRecord, int, int]:
    """A feed's page, kept once, and two items of it."""
    shared = kept(desk, b"<rss>hai bai</rss>", "http://b.example/rss")
    both = intake.take(
        desk,
        [
            candidate(social, n, "", f"{DYKE} Bài số {n} của một người khác.", kind="post", capture=shared)
            for n in (1, 2)
        ],
    )
    assert [one.outcome for one in both] == ["new", "new"]
    return shared, both[0].item_id or 0, both[1].item_id or 0


def test_a_purge_takes_the_shared_file_and_leaves_the_other_item_its_own_extract(
    desk: Desk, two_posts: tuple[CaptureRecord, int, int], person: Callable[..., Actor]
) -> None:
    shared, first, second = two_posts
    manager = person("truong", Role.MANAGER)
    assert purging.purge(desk, manager, first, REASON) == purging.Purged(1, (second,))
    assert not desk.captures.path(shared.path).exists(), "it held that person's words"
    with desk.store.read() as session:
        gone, extract = queries.lines(session, second)
    assert gone.purged_at == START and gone.sha256 == shared.sha256 and "trích riêng" in gone.purge_reason
    assert (extract.kind, extract.purged_at, extract.fetched_at) == ("extract", None, gone.fetched_at)
    played = queries.play(desk.captures, extract)
    assert played.state == "intact"
    words = json.loads(played.data)
    assert words["item"] == second and "Bài số 2" in words["text"] and "Bài số 1" not in played.data.decode()
    assert words["shared_capture"]["sha256"] == shared.sha256
    assert words["shared_capture"]["url_chain"] == shared.url_chain
    with desk.store.read() as session:
        line = session.scalars(select(AuditRow).where(AuditRow.act == "capture.purge")).one()
        assert line.detail["extracts"] == [second]
        assert audit.verify_chain(session) is None
    # The extract is that item's own: purging it takes nothing from anybody.
    assert purging.purge(desk, manager, second, REASON) == purging.Purged(1)
    assert queries.play(desk.captures, line_of(desk, first)).state == "purged"
    assert not desk.captures.path(extract.path).exists()


def test_a_purge_that_would_take_anothers_evidence_is_refused_and_names_it(
    desk: Desk, two_posts: tuple[CaptureRecord, int, int], person: Callable[..., Actor]
) -> None:
    shared, first, second = two_posts
    with desk.store.read() as session:
        story_id = session.get_one(Item, second).story_id or 0
        version = session.get_one(Story, story_id).version
    claims.open_claim(desk, person("canbo", Role.OFFICER), story_id, version, second, "mực nước đang xuống chậm", "")  # fmt: skip
    with pytest.raises(RuleBroken) as caught:
        purging.purge(desk, person("truong", Role.MANAGER), first, REASON)
    assert caught.value.rule == "held" and f"tin số {second} " in caught.value.vi
    assert desk.captures.path(shared.path).exists()
    assert queries.play(desk.captures, line_of(desk, first)).state == "intact"


def test_an_upload_that_two_items_have_stays_with_the_other(
    desk: Desk, two_posts: tuple[CaptureRecord, int, int], person: Callable[..., Actor]
) -> None:
    _, first, second = two_posts
    path, sha256 = desk.captures.keep(b"%PDF-1.4 cung mot tep", ".pdf")
    with desk.store.write() as session:
        for item_id in (first, second):
            session.add(
                Capture(item_id=item_id, kind="upload", path=path, sha256=sha256, body_bytes=21, url_chain=[],
                        content_type="application/pdf", fetched_at=START)
            )  # fmt: skip
    done = purging.purge(desk, person("truong", Role.MANAGER), first, REASON)
    assert (done.captures, done.kept_uploads) == (2, (second,))
    assert desk.captures.path(path).exists()
    with desk.store.read() as session:
        states = {
            (row.kind, queries.play(desk.captures, row).state) for row in queries.lines(session, second)
        }
    assert states == {("warc", "purged"), ("upload", "intact"), ("extract", "intact")}


def test_what_a_claim_rests_on_stays(desk: Desk, page_item: int, person: Callable[..., Actor]) -> None:
    officer, manager = person("canbo", Role.OFFICER), person("truong", Role.MANAGER)
    with pytest.raises(Forbidden):
        purging.purge(desk, officer, page_item, REASON)
    with pytest.raises(Invalid):
        purging.purge(desk, manager, page_item, "...")
    with desk.store.read() as session:
        story_id = session.get_one(Item, page_item).story_id or 0
        version = session.get_one(Story, story_id).version
    quote = "mực nước đang xuống chậm"
    claims.open_claim(desk, officer, story_id, version, page_item, quote, "")
    with pytest.raises(RuleBroken) as caught:
        purging.purge(desk, manager, page_item, REASON)
    assert caught.value.rule == "held"
    assert queries.play(desk.captures, line_of(desk, page_item)).state == "intact"
    with pytest.raises(NotFound):
        purging.purge(desk, manager, 999, REASON)


def test_an_incidents_pages_are_copied_with_a_manifest(
    desk: Desk, page_item: int, person: Callable[..., Actor]
) -> None:
    officer = person("canbo", Role.OFFICER)
    with desk.store.read() as session:
        story_id = session.get_one(Item, page_item).story_id or 0
        version = session.get_one(Story, story_id).version
    claims.open_claim(desk, officer, story_id, version, page_item, "mực nước đang xuống chậm", "")
    incident = answer.open_incident(desk, officer, story_id, "Tin rò nước ở đê")
    packed = capturing.pack(desk, officer, incident)
    assert (packed.files, packed.faults) == (1, ())
    with zipfile.ZipFile(desk.captures.path(packed.path)) as archive:
        assert archive.testzip() is None
        manifest = archive.read("manifest.json")
        assert hashlib.sha256(manifest).hexdigest() == packed.manifest_sha256
        (entry,) = json.loads(manifest)["files"]
        data = archive.read(entry["name"])
        assert packed.manifest_sha256 in archive.read("DOC-TRUOC.txt").decode()
    row = line_of(desk, page_item)
    assert (entry["sha256"], entry["state"], entry["url"]) == (row.sha256, "intact", row.url)
    assert hashlib.sha256(data).hexdigest() == row.file_sha256
    (record, *_) = [
        (one.rec_type, one.content_stream().read())
        for one in ArchiveIterator(io.BytesIO(data), check_digests="raise")
    ]
    assert hashlib.sha256(record[1]).hexdigest() == row.sha256
    with desk.store.read() as session:
        line = session.scalars(select(AuditRow).where(AuditRow.act == "incident.pack")).one()
        assert line.content_sha256 == packed.manifest_sha256
        assert audit.verify_chain(session) is None
    assert capturing.pack(desk, officer, incident) == packed, "equal contents, equal file"

    desk.captures.path(row.path).unlink()
    again = capturing.pack(desk, officer, incident)
    assert again.faults == (row.id,) and again.manifest_sha256 != packed.manifest_sha256
    with pytest.raises(NotFound):
        capturing.pack(desk, officer, 999)


def test_nothing_to_copy_is_said(desk: Desk, page_item: int, person: Callable[..., Actor]) -> None:
    officer = person("canbo", Role.OFFICER)
    with desk.store.write() as session:
        session.delete(session.scalars(select(Capture)).one())
        story_id = session.get_one(Item, page_item).story_id or 0
    with desk.store.read() as session:
        version = session.get_one(Story, story_id).version
    claims.open_claim(desk, officer, story_id, version, page_item, "mực nước đang xuống chậm", "")
    incident = answer.open_incident(desk, officer, story_id, "Tin rò nước ở đê")
    with pytest.raises(Invalid):
        capturing.pack(desk, officer, incident)


def test_a_file_never_leaves_its_folder_and_is_whole_or_absent(desk: Desk) -> None:
    for outside in ("../x.warc.gz", "/etc/passwd", "a/../../x"):
        with pytest.raises(ValueError, match="leaves"):
            desk.captures.path(outside)
        with pytest.raises(ValueError, match="leaves"):
            desk.captures.remove(outside)
    with pytest.raises(RuntimeError), desk.captures.writing("dossiers/1/x.zip") as out:
        out.write(b"half")
        raise RuntimeError
    folder = Path(desk.captures.path("dossiers/1"))
    assert list(folder.iterdir()) == []
