"""Rounds over real HTTP: what is read, what is not read again, what is kept, and what the scheduler is told."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from warcio.archiveiterator import ArchiveIterator

from config.rounds import Crawlers
from core.messages import Candidate, CrawlJob, SourceResult
from crawlers import round as rounds
from crawlers.round import BadLine, Round, crawler_environment, run_round, start_crawler
from tests.integration.crawlers.hostile import XML, Server, article, reply, rss
from tests.integration.crawlers.tls_servers import make_authority


@pytest.fixture
def server():
    with Server() as server:
        yield server


def crawl(server: Server, captures: Path, *jobs: CrawlJob, timeout: float = 60, **env: str):
    """(candidates, results by source) of one round."""
    round_ = run_round(
        jobs,
        captures,
        {**os.environ, "LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": server.address, **env},
        timeout,
    )
    candidates: list[Candidate] = []
    results: dict[str, SourceResult] = {}
    for message in round_:
        assert not isinstance(message, BadLine), message
        if isinstance(message, Candidate):
            candidates.append(message)
        else:
            results[message.source_id] = message
    assert round_.returncode == 0
    return candidates, results


def feed_job(server: Server, path: str = "/rss", **more) -> CrawlJob:
    return CrawlJob(source_id="bao", kind="feed", url=server.url(path), **more)


def known(candidates: list[Candidate]) -> dict[str, str]:
    return {c.canonical_url: c.entry_hash for c in candidates}


def test_a_feed_is_read_once_and_then_only_what_changed(server, tmp_path):
    server.pages["/rss"] = reply(
        rss("/1.html?utm_source=rss", "/2.html"),
        kind=XML,
        ETag='"v1"',
        Last_Modified="Fri, 20 Nov 2026 01:00:00 GMT",
    )
    for path in ("/1.html", "/2.html"):
        server.pages[path] = reply(article(f"Xã họp dân {path}"))
    first, results = crawl(server, tmp_path, feed_job(server))
    result = results["bao"]
    assert (result.outcome, result.entries, result.candidates, result.seen) == ("new", 2, 2, 0)
    assert [c.canonical_url for c in first] == [server.url("/1.html"), server.url("/2.html")]
    assert result.etag == '"v1"'
    memory = {
        "etag": result.etag,
        "last_modified": result.last_modified,
        "body_sha256": result.body_sha256,
        "known": known(first),
    }

    # the same bytes: nothing is parsed, nothing is opened
    server.hits.clear()
    again, results = crawl(server, tmp_path, feed_job(server, **memory))
    assert (again, results["bao"].outcome, results["bao"].etag) == ([], "unchanged", '"v1"')
    assert server.hits == ["/robots.txt", "/rss"]
    assert 'If-None-Match: "v1"' in server.heads[-1]
    assert "If-Modified-Since: Fri, 20 Nov 2026" in server.heads[-1]

    # one entry edited, one new, one as before
    edited = (
        rss("/1.html?utm_source=rss", "/2.html", "/3.html")
        .replace(b"Tin x\xc3\xa3", b"Kh\xc3\xa1c")
        .replace("Tóm tắt số 1".encode(), "Đã đính chính".encode())
    )
    server.pages["/rss"] = reply(edited, kind=XML)
    server.pages["/3.html"] = reply(article("Xã họp dân /3.html"))
    server.hits.clear()
    changed, results = crawl(server, tmp_path, feed_job(server, **memory))
    assert [c.canonical_url for c in changed] == [server.url("/2.html"), server.url("/3.html")]
    assert (results["bao"].outcome, results["bao"].seen) == ("new", 1)
    assert "/1.html" not in server.hits

    # all known: "seen"
    everything = {**memory, "known": {**memory["known"], **known(changed)}}
    nothing, results = crawl(server, tmp_path, feed_job(server, **everything))
    assert (nothing, results["bao"].outcome, results["bao"].seen) == ([], "seen", 3)


def test_a_304_is_unchanged_and_keeps_the_validators(server, tmp_path):
    server.pages["/rss"] = b'HTTP/1.1 304 Not Modified\r\nETag: "v2"\r\nConnection: close\r\n\r\n'
    _, results = crawl(server, tmp_path, feed_job(server, etag='"v1"', last_modified="x", body_sha256="h"))
    result = results["bao"]
    assert (result.outcome, result.http_status, result.etag, result.last_modified, result.body_sha256) == (
        "unchanged",
        304,
        '"v2"',
        "x",
        "h",
    )


@pytest.mark.long
def test_an_entry_that_redirects_is_not_opened_again(server, tmp_path):
    server.pages["/rss"] = reply(rss("/go?1"), kind=XML)
    server.pages["/go"] = reply(b"", "302 Found", Location="/that/xa-hop-dan-100001.html")
    server.pages["/that/xa-hop-dan-100001.html"] = reply(article("Xã họp dân"))
    first, _ = crawl(server, tmp_path, feed_job(server))
    assert first[0].url == server.url("/that/xa-hop-dan-100001.html")
    assert first[0].capture is not None
    assert first[0].capture.url_chain == [server.url("/go?1"), first[0].url]
    server.hits.clear()
    _, results = crawl(server, tmp_path, feed_job(server, known=known(first)))
    assert results["bao"].outcome == "seen"
    assert "/go?1" not in server.hits


@pytest.mark.long
def test_a_failing_article_costs_neither_the_source_nor_the_item(server, tmp_path):
    server.pages["/rss"] = reply(rss("/good.html", "/gone.html", "/blank.html"), kind=XML, ETag='"v1"')
    server.pages["/good.html"] = reply(article("Xã họp dân"))
    server.pages["/blank.html"] = reply(b"<html><body><script>x()</script></body></html>")
    found, results = crawl(server, tmp_path, feed_job(server))
    result = results["bao"]
    assert (result.outcome, result.candidates) == ("new", 3)
    assert [(e["url"], e["code"]) for e in result.page_errors] == [
        (server.url("/gone.html"), "http_404"),
        (server.url("/blank.html"), "empty_text"),
    ]
    assert all(e["error_vi"] for e in result.page_errors)
    short = {c.url: c for c in found}[server.url("/gone.html")]
    assert (short.text, short.date_from, short.entry_hash) == ("Tóm tắt số 1", "feed", "")
    assert "article_not_read" in short.warnings
    # nothing may say "unchanged" next time, or the two articles would never be read
    assert (result.etag, result.last_modified, result.body_sha256) == ("", "", "")


@pytest.mark.long
def test_after_five_failures_in_a_row_the_rest_waits(server, tmp_path):
    server.pages["/rss"] = reply(rss(*(f"/{i}.html" for i in range(8))), kind=XML)
    _, results = crawl(server, tmp_path, feed_job(server))
    assert [e["code"] for e in results["bao"].page_errors] == ["http_404"] * 5 + ["skipped"] * 3
    assert sum(path.endswith(".html") for path in server.hits) == 5


@pytest.mark.long
def test_what_was_cut_is_said_and_comes_in_the_next_round(server, tmp_path):
    server.pages["/rss"] = reply(rss("/1.html", "/2.html", "/3.html"), kind=XML, ETag='"v1"')
    found, results = crawl(server, tmp_path, feed_job(server, max_entries=2, fetch_articles=False))
    result = results["bao"]
    assert (len(found), result.outcome, result.entries) == (2, "truncated", 3)
    assert (result.etag, result.last_modified, result.body_sha256) == ("", "", "")
    found, results = crawl(
        server, tmp_path, feed_job(server, max_entries=2, fetch_articles=False, known=known(found))
    )
    assert [c.url for c in found] == [server.url("/3.html")]
    assert (results["bao"].outcome, results["bao"].seen, results["bao"].etag) == ("new", 2, '"v1"')


@pytest.mark.long
def test_social_posts_are_whole_and_share_the_feeds_capture(server, tmp_path):
    server.pages["/rss"] = reply(rss("/@a/1", "/@a/2"), kind=XML)
    found, _ = crawl(server, tmp_path, feed_job(server, social=True))
    assert [c.kind for c in found] == ["post", "post"]
    assert found[0].capture is not None
    assert found[0].capture == found[1].capture
    assert found[0].capture.url == server.url("/rss")
    assert server.hits == ["/robots.txt", "/rss"]
    assert len(list(tmp_path.rglob("*.warc.gz"))) == 1


@pytest.mark.long
def test_a_preview_keeps_nothing_and_ignores_what_is_known(server, tmp_path):
    server.pages["/rss"] = reply(rss("/1.html"), kind=XML)
    server.pages["/1.html"] = reply(article("Xã họp dân"))
    first, _ = crawl(server, tmp_path / "a", feed_job(server))
    found, results = crawl(
        server, tmp_path / "b", feed_job(server, preview=True, known=known(first), etag='"x"')
    )
    assert (len(found), found[0].capture, results["bao"].outcome) == (1, None, "new")
    assert list((tmp_path / "b").rglob("*.warc.gz")) == []


def test_a_capture_is_a_warc_that_reads_back_byte_for_byte(server, tmp_path):
    page = article("Xã họp dân bàn việc kênh mương")
    server.pages["/a.html"] = reply(
        gzip.compress(page), Content_Encoding="gzip", Set_Cookie="a=b", Date="Sat, 21 Nov 2026 01:00:00 GMT"
    )
    (candidate,), _ = crawl(server, tmp_path, CrawlJob(source_id="a", kind="page", url=server.url("/a.html")))
    capture = candidate.capture
    assert capture is not None
    assert (capture.sha256, capture.body_bytes) == (hashlib.sha256(page).hexdigest(), len(page))
    assert (capture.peer, capture.status, capture.url_chain) == ("127.0.0.1", 200, [server.url("/a.html")])
    path = tmp_path / capture.path
    assert path.resolve().is_relative_to(tmp_path.resolve())
    with path.open("rb") as stream:
        records = [
            (r.rec_type, r.rec_headers, r.http_headers, r.content_stream().read())
            for r in ArchiveIterator(stream, check_digests="raise")
        ]
    assert [kind for kind, *_ in records] == ["response", "request", "metadata"]
    assert records[1][2].get_header("User-Agent").startswith("LamRo/")
    assert json.loads(records[2][3])["clock_offset_seconds"] == capture.clock_offset
    expected = (capture.fetched_at - datetime(2026, 11, 21, 1, tzinfo=UTC)).total_seconds()
    assert capture.clock_offset == round(expected)
    assert "set-cookie" not in {name.lower() for name, _ in capture.headers}
    assert ("Content-Type", "text/html; charset=utf-8") in capture.headers
    assert hashlib.sha256(path.read_bytes()).hexdigest() == capture.file_sha256
    _, headers, http, body = records[0]
    assert body == page
    assert headers.get_header("WARC-Target-URI") == server.url("/a.html")
    assert headers.get_header("WARC-IP-Address") == "127.0.0.1"
    assert http.get_header("Set-Cookie") is None
    assert list(tmp_path.rglob("*.tmp")) == []


@pytest.mark.long
def test_captures_that_cannot_be_written_fail_the_page_with_words(server, tmp_path):
    server.pages["/a.html"] = reply(article("Xã họp dân"))
    (tmp_path / "2026").write_text("a file where a folder should be")
    for year in range(2025, 2060):
        (tmp_path / str(year)).write_text("x")
    _, results = crawl(server, tmp_path, CrawlJob(source_id="a", kind="page", url=server.url("/a.html")))
    assert (results["a"].outcome, results["a"].code) == ("failed", "captures_unwritable")


def test_a_listing_page_is_read_and_known_links_are_left(server, tmp_path):
    links = "".join(
        f'<a href="/tin/xa-sua-duong-lien-thon-10000{i}.html">Xã sửa đường liên thôn số {i}</a>'
        for i in range(3)
    )
    server.pages["/tin"] = reply(f"<html><body><main>{links}</main></body></html>".encode())
    for i in range(3):
        server.pages[f"/tin/xa-sua-duong-lien-thon-10000{i}.html"] = reply(
            article(f"Xã sửa đường liên thôn số {i}")
        )
    job = CrawlJob(source_id="cong", kind="listing", url=server.url("/tin"))
    first, results = crawl(server, tmp_path, job)
    assert (results["cong"].outcome, len(first)) == ("new", 3)
    second, results = crawl(server, tmp_path, job.model_copy(update={"known": known(first[:2])}))
    assert [c.url for c in second] == [first[2].url]
    assert results["cong"].seen == 2


@pytest.mark.long
def test_a_listing_whose_rule_finds_nothing_is_an_error(server, tmp_path):
    server.pages["/tin"] = reply(article("Trang"))
    job = CrawlJob(
        source_id="cong", kind="listing", url=server.url("/tin"), rules={"link_css": ".khong-co a"}
    )
    _, results = crawl(server, tmp_path, job)
    assert (results["cong"].outcome, results["cong"].code) == ("failed", "no_links")


@pytest.mark.long
def test_a_page_read_twice_without_a_change_is_seen(server, tmp_path):
    server.pages["/a.html"] = reply(article("Xã họp dân"))
    job = CrawlJob(source_id="a", kind="page", url=server.url("/a.html"))
    first, _ = crawl(server, tmp_path, job)
    second, results = crawl(server, tmp_path, job.model_copy(update={"known": known(first)}))
    assert (second, results["a"].outcome) == ([], "seen")
    server.pages["/a.html"] = reply(article("Xã họp dân (đính chính)"))
    third, _ = crawl(server, tmp_path, job.model_copy(update={"known": known(first)}))
    assert [c.title for c in third] == ["Xã họp dân (đính chính)"]


@pytest.mark.long
def test_time_comes_from_the_clock_the_process_is_told(server, tmp_path):
    from core.clock import FileClock

    clock = FileClock(tmp_path / "clock.json")
    clock.set(datetime(2030, 1, 2, 3, 4, tzinfo=UTC))
    server.pages["/rss"] = reply(
        rss("/1.html").replace(b"Sat, 21 Nov 2026 08:00:00 +0700", "2 giờ trước".encode()), kind=XML
    )
    found, results = crawl(
        server,
        tmp_path / "c",
        feed_job(server, fetch_articles=False),
        LAMRO_CLOCK=str(tmp_path / "clock.json"),
    )
    assert found[0].published_at == datetime(2030, 1, 2, 1, 4, tzinfo=UTC)
    assert results["bao"].started_at == datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    assert found[0].capture is not None
    assert found[0].capture.path.startswith("2030/01/02/")


@pytest.mark.long
def test_a_round_that_runs_out_of_time_interrupts_and_answers_for_every_source(server, tmp_path):
    server.pages["/slow"] = lambda sock, head: time.sleep(30)
    server.pages["/rss"] = reply(rss("/1.html"), kind=XML)
    slow = CrawlJob(source_id="cham", kind="page", url=server.url("/slow"))
    _, results = crawl(server, tmp_path, slow, feed_job(server, fetch_articles=False), timeout=6)
    assert (results["cham"].outcome, results["cham"].code) == ("interrupted", "round_timeout")
    assert results["bao"].outcome == "new"


# --- the scheduler's side -------------------------------------------------------------------------------------------


def fake(monkeypatch, program: str) -> None:
    """Put another program in the crawler's place, to see what the client makes of it."""
    real = subprocess.Popen

    def start(command, **options):
        return real([sys.executable, "-c", program], **options)

    monkeypatch.setattr("crawlers.round.subprocess.Popen", start)


JOBS = [CrawlJob(source_id=name, kind="page", url=f"http://{name}.example/") for name in ("a", "b")]
RESULT = '{"type":"result","source_id":"%s","outcome":"seen","started_at":"2026-11-23T00:00:00Z","finished_at":"2026-11-23T00:00:00Z"}'


def test_a_round_ended_before_it_begins_starts_nothing(monkeypatch, tmp_path):
    started: list[object] = []
    monkeypatch.setattr("crawlers.round.subprocess.Popen", lambda *_, **__: started.append(1))
    round_ = run_round(JOBS, tmp_path)
    round_.stop()
    assert list(round_) == []
    # The same for one that a scheduler was about to begin when it was told to end.
    crawlers = Crawlers()
    crawlers.end()
    with crawlers.watching(run_round(JOBS, tmp_path)) as late:
        assert list(late) == []
    assert [job.source_id for job in late.unanswered] == ["a", "b"]
    assert started == []


@pytest.mark.long
def test_a_page_over_https_is_kept_with_its_certificate(tmp_path):
    authority = make_authority(tmp_path)
    with authority.servers["good"] as secure:
        secure.pages["/a.html"] = reply(article("Bài một"))
        job = CrawlJob(source_id="trang", kind="page", url=f"https://{secure.address}/a.html")
        (candidate,), results = crawl(secure, tmp_path / "kept", job, SSL_CERT_FILE=str(authority.bundle))
    assert results["trang"].outcome == "new"
    capture = candidate.capture
    assert capture is not None
    certificate = x509.load_pem_x509_certificate((tmp_path / "good.pem").read_bytes())
    assert capture.tls_sha256 == certificate.fingerprint(hashes.SHA256()).hex()


def test_a_crawler_started_ahead_waits_for_its_jobs_and_ends_without_them(server, tmp_path):
    server.pages["/rss"] = reply(rss("/1.html"), kind=XML)
    server.pages["/1.html"] = reply(article("Bài một"))
    env = {**os.environ, "LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": server.address}
    ahead, idle = start_crawler(tmp_path, env, 60), start_crawler(tmp_path, env, 60)
    said = list(run_round([feed_job(server)], tmp_path, env, 60, ready=ahead))
    assert [type(message).__name__ for message in said] == ["Candidate", "SourceResult"]
    assert ahead.poll() == 0
    assert idle.poll() is None
    assert idle.communicate(timeout=60)[0] == b""
    assert idle.returncode == 0


def test_lines_that_are_not_ours_are_handed_on_as_bad(monkeypatch, tmp_path):
    lines = [
        b"not json",
        b'{"type":"result"}',
        (RESULT % "a").encode(),
        (RESULT % "a").encode(),
        (RESULT % "x").encode(),
        b"\xff\xfe\x00",
    ]
    answer = b"\n".join(lines) + b"\n"
    fake(monkeypatch, f"import sys; sys.stdin.read(); sys.stdout.buffer.write({answer!r})")
    round_ = run_round(JOBS, tmp_path, timeout=20)
    said = list(round_)
    assert [type(m).__name__ for m in said] == [
        "BadLine",
        "BadLine",
        "SourceResult",
        "BadLine",
        "BadLine",
        "BadLine",
    ]
    assert said[3].source_id == "a"
    assert [job.source_id for job in round_.unanswered] == ["b"]


def test_a_crawler_that_dies_leaves_its_jobs_unanswered(monkeypatch, tmp_path):
    fake(monkeypatch, f"import os, sys; print('{RESULT % 'a'}', flush=True); os.kill(os.getpid(), 9)")
    round_ = run_round(JOBS, tmp_path, timeout=20)
    assert [m.source_id for m in round_] == ["a"]
    assert [job.source_id for job in round_.unanswered] == ["b"]
    assert round_.returncode == -9


def test_a_crawler_that_hangs_is_killed_at_the_limit(monkeypatch, tmp_path):
    monkeypatch.setattr(rounds, "GRACE_SECONDS", 0.5)
    fake(monkeypatch, "import time; time.sleep(60)")
    round_ = run_round(JOBS, tmp_path, timeout=0.5)
    assert list(round_) == []
    assert round_.timed_out
    assert len(round_.unanswered) == 2
    assert round_.returncode == -9


def test_an_endless_line_does_not_fill_the_memory(monkeypatch, tmp_path):
    monkeypatch.setattr(rounds, "LINE_LIMIT", 10_000)
    fake(monkeypatch, f"print('x' * 5_000_000); print('{RESULT % 'a'}'); print('{RESULT % 'b'}')")
    said = list(run_round(JOBS, tmp_path, timeout=20))
    assert [type(m).__name__ for m in said] == ["BadLine", "SourceResult", "SourceResult"]


def test_leaving_early_kills_crawler_and_parser(server, tmp_path):
    server.pages["/rss"] = reply(rss("/1.html"), kind=XML)
    server.pages["/1.html"] = lambda sock, head: time.sleep(30)
    env = {**os.environ, "LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": server.address}
    jobs = [feed_job(server), CrawlJob(source_id="b", kind="feed", url=server.url("/none"))]
    with Round(jobs, tmp_path, env, timeout=60) as round_:
        next(iter(round_))
        pid = round_.pid
    assert pid is not None

    def group() -> list[Path]:
        return [p for p in Path("/proc").glob("[0-9]*/stat") if _group_of(p) == pid]

    deadline = time.monotonic() + 30
    while group() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert group() == []
    assert [job.source_id for job in round_.unanswered] == ["bao"]


def _group_of(stat: Path) -> int:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return -1
    return int(fields[2]) if fields[0] != "Z" else -1


def test_the_crawler_is_given_no_secrets():
    env = {
        "PATH": "/bin",
        "LAMRO_DATABASE_URL": "postgresql://u:p@h/d",
        "LAMRO_SECRET_KEY": "s",
        "https_proxy": "http://x",
        "LAMRO_ENV": "demo",
    }
    kept = crawler_environment(env)
    assert kept["LAMRO_ENV"] == "demo"
    assert "LAMRO_DATABASE_URL" not in kept
    assert "LAMRO_SECRET_KEY" not in kept
    assert "https_proxy" not in kept


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("nonsense", marks=pytest.mark.long),
        '{"source_id":"a","kind":"Tele Pathy","url":"http://x.example/"}',
        pytest.param("", marks=pytest.mark.long),
    ],
)
def test_the_program_says_what_is_wrong_with_its_input(line, tmp_path):
    root = str(Path(__file__).resolve().parents[3])
    done = subprocess.run([sys.executable, "-m", "crawlers", "--captures", str(tmp_path)], input=line, capture_output=True, text=True,
                          cwd=root, timeout=60, check=False)  # fmt: skip
    assert done.returncode == (2 if line else 0)
    assert done.stdout == ""
    assert ("line 1 is not a crawl job" in done.stderr) == bool(line)
