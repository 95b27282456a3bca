"""Hostile sources in one round: each ends as its row says, and the healthy ones are stored whatever the others do.

The round is the scheduler's own, from lease to store, and is played twice in two orders: the second finds nothing new.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.process_tree import Watch
from config.rounds import Round
from config.settings import Settings
from core.messages import Candidate, CrawlJob, SourceResult
from core.records.engine import Store
from core.records.item import Item
from core.records.migrate import upgrade
from core.services import crawl, sources
from core.services.desk import Desk
from crawlers import round as crawler_round
from crawlers.failures import REASONS, reason_of
from tests.integration.core.conftest import StandingClock, make_desk
from tests.integration.crawlers.hostile import XML, Server, article, reply, rss
from tests.integration.crawlers.hostile_cases import Case
from tests.integration.crawlers.hostile_cases import cases as all_cases
from tests.integration.crawlers.tls_servers import make_authority

pytestmark = pytest.mark.long

CONTROLS = {"control-feed": 2, "control-listing": 3, "control-page": 1, "control-https": 1}
SEEDS = (20261121, 7)
#: Crawler and parse child together, whatever is thrown at them.
MOST_BYTES = 640 << 20
cases = cache(all_cases)

#: Names of a resolver that lies. The last one answers with a public address, behind which the dialled address is another.
RESOLVER = """
import socket
import closed_network
closed_network.install()
_ask, _dial = socket.getaddrinfo, socket.socket.connect_ex
NAMES = {"noi-bo.bao-mau.vn": ["127.0.0.1"], "lan-lon.bao-mau.vn": ["203.162.4.1", "127.0.0.1"], "doi-y.bao-mau.vn": ["203.162.4.1"]}
def ask(host, port, *more, **named):
    name = host.decode() if isinstance(host, bytes) else host
    if name in NAMES:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in NAMES[name]]
    return _ask(host, port, *more, **named)
def dial(self, address):
    return _dial(self, ("127.0.0.1", %s) if address[0] == "203.162.4.1" else address)
socket.getaddrinfo, socket.socket.connect_ex = ask, dial
"""


@dataclass
class Played:
    """What two rounds said, and what is stored after each."""

    desk: Desk
    server: Server
    canary: Server
    secure: list[Server]
    candidates: list[list[Candidate]] = field(default_factory=lambda: [[], []])
    results: list[dict[str, SourceResult]] = field(default_factory=lambda: [{}, {}])
    bad: list[object] = field(default_factory=list)
    stored: list[Counter[str]] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)

    @property
    def table(self) -> list[Case]:
        """The cases of this run."""
        return cases(self.canary.address)

    def of(self, name: str, number: int = 0) -> list[Candidate]:
        """What came out of one source in the round of that number."""
        return [c for c in self.candidates[number] if c.source_id == name]


def healthy(server: Server) -> dict[str, tuple[str, str]]:
    """Three sources that nothing is wrong with: name → kind and path."""
    listing = "".join(
        f'<a href="/bai-viet-so-{i}-10000{i}.html">Xã sửa đường liên thôn số {i}</a>' for i in range(3)
    )
    server.pages["/tin"] = reply(f"<html><body><main>{listing}</main></body></html>".encode())
    server.pages["/rss"] = reply(rss("/f0.html", "/f1.html"), kind=XML)
    pages = ["/f0.html", "/f1.html", "/trang.html", *(f"/bai-viet-so-{i}-10000{i}.html" for i in range(3))]
    for path in pages:
        server.pages[path] = reply(article(f"Xã khơi thông kênh mương {path}"))
    return {
        "control-feed": ("feed", server.url("/rss")),
        "control-listing": ("listing", server.url("/tin")),
        "control-page": ("page", server.url("/trang.html")),
    }


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    store = Store(f"sqlite:///{tmp_path / 'lamro.db'}")
    upgrade(store)
    authority = make_authority(tmp_path)
    with ExitStack() as stack:
        canary, server = stack.enter_context(Server()), stack.enter_context(Server())
        secure = {name: stack.enter_context(one) for name, one in authority.servers.items()}
        stack.callback(store.close)
        desk = make_desk(store, StandingClock(), tmp_path / "kept")
        canary.pages["/robots.txt"] = reply(b"", "404 Not Found")
        server.pages["/account/login"] = reply(b"<form><input type=password></form>")
        play = Played(desk, server, canary, [one for name, one in secure.items() if name != "good"])
        asked: dict[str, tuple[str, str]] = healthy(server)
        for case in play.table:
            server.pages[f"/{case.name}"] = case.answer
            asked[case.name] = (case.kind, case.url or server.url(f"/{case.name}"))
        for name, one in secure.items():
            one.pages["/a.html"] = reply(article("Xã khơi thông kênh mương qua đường kín"))
            asked["control-https" if name == "good" else f"tls-{name}"] = (
                "page",
                f"https://{one.address}/a.html",
            )
        for name, (kind, _) in asked.items():
            sources.add_source(
                desk,
                None,
                sources.NewSource(name, name, kind, f"http://nguon.example/{name}", interval_minutes=5),
            )
        hosts = ",".join([server.address, *(one.address for one in secure.values())])
        liar = tmp_path / "liar"
        liar.mkdir()
        shutil.copy(Path(__file__).parents[2] / "engines/network/closed_network.py", liar)
        (liar / "sitecustomize.py").write_text(RESOLVER % canary.address.partition(":")[2], encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", str(liar))
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
        settings = Settings(home=tmp_path, env="test", allow_hosts=hosts, contact="ubnd@example.vn")
        opens = {case.name: case.opens for case in play.table}
        for number, seed in enumerate(SEEDS):
            order = sorted(asked)
            random.Random(seed).shuffle(order)
            leased = {job.source_id: job for job in crawl.lease(desk, "test", order, 30)}
            jobs = [
                leased[name].model_copy(
                    update={"url": asked[name][1], "fetch_articles": opens.get(name, True)}
                )
                for name in order
            ]
            play_round(play, number, jobs, settings, monkeypatch)
        yield play


def play_round(
    play: Played, number: int, jobs: list[CrawlJob], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One round through the scheduler's code, every line of the crawler noted on its way."""

    class Noted(crawler_round.Round):
        def __iter__(self) -> Iterator[Candidate | SourceResult | crawler_round.BadLine]:
            lines = super().__iter__()
            first = next(lines)
            assert self.pid is not None
            with Watch(self.pid) as watch:
                yield self.note(first)
                for line in lines:
                    yield self.note(line)
            assert watch.looks > 50
            play.peaks.append(watch.peak)

        def note(
            self, line: Candidate | SourceResult | crawler_round.BadLine
        ) -> Candidate | SourceResult | crawler_round.BadLine:
            if isinstance(line, Candidate):
                play.candidates[number].append(line)
            elif isinstance(line, SourceResult):
                play.results[number][line.source_id] = line
            else:
                play.bad.append(line)
            return line

    def start(jobs, captures_dir, env, timeout, log, ready):
        return Noted(jobs, captures_dir, env, 300, log)

    monkeypatch.setattr(crawler_round, "run_round", start)
    report = Round(play.desk, settings, "test").run(jobs)
    assert report.crashed == []
    with play.desk.store.read() as session:
        play.stored.append(
            Counter(
                dict(
                    session.execute(
                        select(Item.canonical_url, func.count()).group_by(Item.canonical_url)
                    ).all()
                )
            )
        )


def every_source_gets_exactly_one_result_and_no_line_is_bad(played: Played) -> None:
    wanted = (
        {case.name for case in played.table}
        | set(CONTROLS)
        | {"tls-expired", "tls-other-name", "tls-self-signed"}
    )
    assert set(played.results[0]) == set(played.results[1]) == wanted
    assert played.bad == []


def a_hostile_source_ends_as_its_row_says(played: Played, case: Case) -> None:
    result = played.results[0][case.name]
    assert (result.outcome, result.code in case.codes) == (case.outcome, True), result
    if result.code:
        assert result.error_vi == reason_of(result.code).vi
        assert result.error_en == reason_of(result.code).en
    found = played.of(case.name)
    assert len(found) == case.kept, (result, found[:3])
    for candidate in found:
        assert set(case.warns) <= set(candidate.warnings), candidate.warnings
        assert not set("\0\x07\x1b\u202e\u202c") & set(candidate.title + candidate.text + candidate.summary)
    assert case.holds is None or case.holds(found), found[:5]
    again = played.results[1][case.name]
    assert (again.outcome in {case.outcome, "seen", "unchanged"}) or (again.outcome, case.outcome) == (
        "new",
        "new",
    )


def a_healthy_source_is_stored_in_full_and_not_twice(played: Played, name: str, expected: int) -> None:
    result = played.results[0][name]
    assert (result.outcome, result.candidates, result.page_errors) == ("new", expected, []), result
    found = played.of(name)
    assert len(found) == expected
    for candidate in found:
        assert candidate.text.count("\n") >= 4
        assert candidate.published_at is not None
        assert (candidate.published_at.isoformat(), candidate.date_from) == (
            "2026-11-21T13:15:00+00:00",
            "byline",
        )
        assert candidate.capture is not None
        assert played.stored[0][candidate.canonical_url] == played.stored[1][candidate.canonical_url] == 1
    assert played.of(name, 1) == []
    assert played.results[1][name].outcome in {"seen", "unchanged"}


def the_second_round_stores_nothing_new_and_nothing_twice(played: Played) -> None:
    assert played.stored[0] == played.stored[1]
    assert set(played.stored[1].values()) == {1}
    assert sum(played.stored[1].values()) >= sum(CONTROLS.values()) + 15


def the_memory_of_crawler_and_parser_stays_bounded(played: Played) -> None:
    assert len(played.peaks) == len(SEEDS)
    assert max(played.peaks) <= MOST_BYTES, [peak >> 20 for peak in played.peaks]


def nothing_reached_the_address_that_was_not_allowed(played: Played) -> None:
    assert played.canary.hits == []


def nobody_without_a_good_certificate_was_told_anything(played: Played) -> None:
    assert [server.hits for server in played.secure] == [[], [], []]
    for name in ("expired", "other-name", "self-signed"):
        result = played.results[0][f"tls-{name}"]
        assert (result.outcome, result.code, result.error_vi) == ("refused", "tls", REASONS["tls"].vi)


def a_request_to_wait_is_capped_at_a_day_and_not_tried_again(played: Played) -> None:
    assert played.results[0]["429"].retry_after_seconds == 86_400
    assert played.results[0]["503"].retry_after_seconds == 120
    assert played.server.hits.count("/429") == len(SEEDS)
    assert played.server.hits.count("/503") == len(SEEDS)


def a_fault_is_tried_once_more_and_a_time_out_is_not(played: Played) -> None:
    assert played.server.hits.count("/500-with-feed") == 2 * len(SEEDS)
    assert played.server.hits.count("/silence") == len(SEEDS)


def the_loop_is_left_after_five_redirects(played: Played) -> None:
    assert played.server.hits.count("/loop") == 6 * len(SEEDS)


def the_office_says_who_it_is_and_sends_no_cookies(played: Played) -> None:
    head = next(h for h in played.server.heads if h.startswith("GET /rss "))
    assert "LamRo/" in head
    assert "ubnd@example.vn" in head
    assert not [h for h in played.server.heads if "\ncookie:" in h.lower()]


def no_local_file_leaked(played: Played) -> None:
    said = json.dumps([c.model_dump(mode="json") for round_ in played.candidates for c in round_])
    assert "root:" not in said
    assert "root:" in Path("/etc/passwd").read_text(encoding="utf-8")


CHECKS = (
    every_source_gets_exactly_one_result_and_no_line_is_bad,
    the_second_round_stores_nothing_new_and_nothing_twice,
    the_memory_of_crawler_and_parser_stays_bounded,
    nothing_reached_the_address_that_was_not_allowed,
    nobody_without_a_good_certificate_was_told_anything,
    a_request_to_wait_is_capped_at_a_day_and_not_tried_again,
    a_fault_is_tried_once_more_and_a_time_out_is_not,
    the_loop_is_left_after_five_redirects,
    the_office_says_who_it_is_and_sends_no_cookies,
    no_local_file_leaked,
)


@pytest.mark.timeout(600)
def test_hostile_sources_end_as_their_rows_say_and_healthy_ones_are_stored(
    played: Played, subtests: pytest.Subtests
) -> None:
    """One test, so that the rounds are played once however the tests are spread over processes."""
    for check in CHECKS:
        with subtests.test(check.__name__):
            check(played)
    for case in played.table:
        with subtests.test(case.name):
            a_hostile_source_ends_as_its_row_says(played, case)
    for name, expected in CONTROLS.items():
        with subtests.test(name):
            a_healthy_source_is_stored_in_full_and_not_twice(played, name, expected)


def test_the_table_covers_the_rows_of_fetching_and_parsing() -> None:
    table = cases("127.0.0.1:9")
    assert len({case.name for case in table}) == len(table) >= 110
    # 28 is played by servers of its own; 51 is a rule of templates (tests/house).
    assert {case.row for case in table} >= {*range(1, 54), 65, 66} - {28, 51}


def test_every_code_has_two_sentences_without_program_words() -> None:
    for code, reason in REASONS.items():
        assert reason.vi.endswith((".", "!")), code
        assert reason.en.endswith("."), code
        assert "Traceback" not in reason.vi + reason.en
        assert reason.vi.count(". ") <= 1, code
