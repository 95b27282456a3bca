"""Hostile sources in one round: each ends as its row says, and the healthy ones are read whatever the others do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.messages import Candidate, CrawlJob, SourceResult
from crawlers.failures import REASONS, reason_of
from crawlers.round import BadLine, run_round
from tests.integration.crawlers.hostile import XML, Server, article, cases, reply, rss

NAMES = [case.name for case in cases("127.0.0.1:9")]
CONTROLS = ("control-feed", "control-listing", "control-page")


class Outcome:
    """Everything one round said."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.results: dict[str, SourceResult] = {}
        self.bad: list[BadLine] = []


Played = tuple[Outcome, Server, Server]


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    with Server() as canary, Server() as server:
        canary.pages["/robots.txt"] = reply(b"", "404 Not Found")
        jobs = []
        for case in cases(canary.address):
            server.pages[f"/{case.name}"] = case.answer
            jobs.append(CrawlJob(source_id=case.name, kind=case.kind, url=server.url(f"/{case.name}")))
        server.pages["/account/login"] = reply(b"<form><input type=password></form>")
        listing = "".join(
            f'<a href="/bai-viet-so-{i}-10000{i}.html">Xã sửa đường liên thôn số {i}</a>' for i in range(3)
        )
        server.pages["/tin"] = reply(f"<html><body><main>{listing}</main></body></html>".encode())
        server.pages["/rss"] = reply(rss("/f0.html", "/f1.html"), kind=XML)
        for path in (
            "/f0.html",
            "/f1.html",
            "/trang.html",
            *(f"/bai-viet-so-{i}-10000{i}.html" for i in range(3)),
        ):
            server.pages[path] = reply(article(f"Xã khơi thông kênh mương {path}"))
        jobs.append(CrawlJob(source_id="control-feed", kind="feed", url=server.url("/rss")))
        jobs.append(CrawlJob(source_id="control-listing", kind="listing", url=server.url("/tin")))
        jobs.append(CrawlJob(source_id="control-page", kind="page", url=server.url("/trang.html")))
        outcome = Outcome()
        env = {"LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": server.address, "LAMRO_CONTACT": "ubnd@example.vn"}
        round_ = run_round(jobs, tmp_path, env, timeout=150, page_seconds=6)
        for message in round_:
            if isinstance(message, Candidate):
                outcome.candidates.append(message)
            elif isinstance(message, SourceResult):
                outcome.results[message.source_id] = message
            else:
                outcome.bad.append(message)
        assert round_.returncode == 0
        assert not round_.unanswered
        yield outcome, server, canary


def every_source_gets_exactly_one_result_and_no_line_is_bad(played: Played) -> None:
    outcome, _, _ = played
    assert set(outcome.results) == {*NAMES, *CONTROLS}
    assert outcome.bad == []


def a_hostile_source_ends_as_its_row_says(played: Played, name: str) -> None:
    outcome, _, canary = played
    case = next(c for c in cases(canary.address) if c.name == name)
    result = outcome.results[name]
    assert (result.outcome, result.code in case.codes) == (case.outcome, True), result
    assert result.error_vi == reason_of(result.code).vi
    assert result.error_en
    assert not [c for c in outcome.candidates if c.source_id == name]


def the_healthy_sources_are_read_in_full(played: Played, name: str, expected: int) -> None:
    outcome, _, _ = played
    result = outcome.results[name]
    assert (result.outcome, result.candidates, result.page_errors) == ("new", expected, [])
    found = [c for c in outcome.candidates if c.source_id == name]
    assert len(found) == expected
    for candidate in found:
        assert candidate.text.count("\n") >= 4
        assert candidate.published_at is not None
        assert candidate.published_at.isoformat() == "2026-11-21T13:15:00+00:00"
        assert candidate.date_from == "byline"
        assert candidate.capture is not None


def nothing_reached_the_address_that_was_not_allowed(played: Played) -> None:
    _, _, canary = played
    assert canary.hits == []


def a_request_to_wait_is_capped_at_a_day_and_not_tried_again(played: Played) -> None:
    outcome, server, _ = played
    assert outcome.results["429"].retry_after_seconds == 86_400
    assert outcome.results["503"].retry_after_seconds == 120
    assert server.hits.count("/429") == 1
    assert server.hits.count("/503") == 1


def a_fault_is_tried_once_more_and_a_time_out_is_not(played: Played) -> None:
    _, server, _ = played
    assert server.hits.count("/500-with-feed") == 2
    assert server.hits.count("/silence") == 1


def the_loop_is_left_after_five_redirects(played: Played) -> None:
    _, server, _ = played
    assert server.hits.count("/loop") == 6


def the_office_says_who_it_is_and_sends_no_cookies(played: Played) -> None:
    _, server, _ = played
    head = next(h for h in server.heads if h.startswith("GET /rss "))
    assert "LamRo/" in head
    assert "ubnd@example.vn" in head
    assert "cookie" not in head.lower()


def no_local_file_leaked(played: Played) -> None:
    outcome, _, _ = played
    said = json.dumps([c.model_dump(mode="json") for c in outcome.candidates])
    assert "root:" not in said
    assert Path("/etc/passwd").exists()


CHECKS = (
    every_source_gets_exactly_one_result_and_no_line_is_bad,
    nothing_reached_the_address_that_was_not_allowed,
    a_request_to_wait_is_capped_at_a_day_and_not_tried_again,
    a_fault_is_tried_once_more_and_a_time_out_is_not,
    the_loop_is_left_after_five_redirects,
    the_office_says_who_it_is_and_sends_no_cookies,
    no_local_file_leaked,
)


@pytest.mark.timeout(300)
def test_hostile_sources_end_as_their_rows_say_and_healthy_ones_are_read(
    played: Played, subtests: pytest.Subtests
) -> None:
    """One test, so that the round is played once however the tests are spread over processes."""
    for check in CHECKS:
        with subtests.test(check.__name__):
            check(played)
    for name in NAMES:
        with subtests.test(name):
            a_hostile_source_ends_as_its_row_says(played, name)
    for name, expected in zip(CONTROLS, (2, 3, 1), strict=True):
        with subtests.test(name):
            the_healthy_sources_are_read_in_full(played, name, expected)


def test_every_code_has_two_sentences_without_program_words() -> None:
    for code, reason in REASONS.items():
        assert reason.vi.endswith((".", "!")), code
        assert reason.en.endswith("."), code
        assert "Traceback" not in reason.vi + reason.en
        assert reason.vi.count(". ") <= 1, code
