"""What is said to an Elasticsearch cluster and how its answers are taken: a scripted node, since a real one cannot be told to refuse."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from core.errors import Unavailable
from core.finding import Filters
from indexer.search import elastic_write
from indexer.search.elastic import ElasticIndex, ElasticSettings
from tests.contract.test_search_index import document
from tests.engines.imap import certificate

Verdict = Callable[[str, int], tuple[int, str]]


class Node:
    """Answers just enough of Elasticsearch 8. ``verdict`` gives (status, error type) for an item's id and its n-th try."""

    def __init__(self, tls: tuple[Path, Path] | None = None) -> None:
        self.verdict: Verdict = lambda item, times: (201, "")
        self.bulks: list[tuple[int, list[str]]] = []
        self.seen: list[dict[str, str]] = []
        self.state: dict[str, Any] = {}
        self.tries: dict[str, int] = {}
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                node.seen.append({name.lower(): value for name, value in self.headers.items()})
                status, told = node.reply(self.command, self.path.partition("?")[0], body)
                data = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("X-Elastic-Product", "Elasticsearch")
                self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_HEAD = answer

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https://localhost' if tls else 'http://127.0.0.1'}:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def reply(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if path == "/_alias/lamro":
            return 200, {"lamro-000001": {"aliases": {"lamro": {}}}}
        if path == "/lamro-state/_doc/lamro-000001":
            if method == "GET":
                return (200, {"_source": self.state}) if self.state else (404, {"found": False})
            self.state = json.loads(body)
            return 201, {"result": "created"}
        if path == "/_bulk":
            return 200, self.bulk(body)
        return 400, {"error": {"type": "unexpected", "reason": path}, "status": 400}

    def bulk(self, body: bytes) -> dict[str, Any]:
        lines = [json.loads(line) for line in body.splitlines()]
        actions = [line for line in lines if {"index", "delete"} & line.keys() and "title_exact" not in line]
        self.bulks.append((len(body), [next(iter(one.values()))["_id"] for one in actions]))
        items = []
        for action in actions:
            what, about = next(iter(action.items()))
            self.tries[about["_id"]] = self.tries.get(about["_id"], 0) + 1
            status, kind = self.verdict(about["_id"], self.tries[about["_id"]])
            told: dict[str, Any] = {"_id": about["_id"], "_index": about["_index"], "status": status}
            if kind:
                told["error"] = {"type": kind, "reason": "as told"}
            items.append({what: told})
        return {"errors": any(next(iter(item.values()))["status"] >= 300 for item in items), "items": items}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    monkeypatch.setattr(elastic_write, "FIRST_WAIT", 0.01)
    made = Node()
    yield made
    made.close()


def batch(many: int, text: str = "đê") -> list[Any]:
    return [document(number, f"bài {number}", text) for number in range(1, many + 1)]


def test_the_answer_of_every_item_is_read(node: Node) -> None:
    verdicts = {
        "2": (400, "document_parsing_exception"),
        "3": (409, "version_conflict_engine_exception"),
        "5": (404, ""),
    }
    node.verdict = lambda item, times: (429, "es_rejected_execution_exception") if item == "4" and times < 3 else verdicts.get(item, (201, ""))  # fmt: skip
    index = ElasticIndex(ElasticSettings(node.url))
    refused = index.apply(batch(4), [(5, 2)], 7)
    assert refused == [(2, "document_parsing_exception: as told")]
    assert node.state["last_seq"] == 7
    assert [ids for _, ids in node.bulks] == [["1", "2", "3", "4", "5"], ["4"], ["4"]]
    index.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, "cluster_block_exception"),
        (403, "cluster_block_exception"),
        (503, "unavailable_shards_exception"),
        (429, "es_rejected_execution_exception"),
    ],
)
def test_a_node_that_takes_no_writes_loses_nothing(node: Node, status: int, kind: str) -> None:
    node.verdict = lambda item, times: (status, kind)
    index = ElasticIndex(ElasticSettings(node.url))
    with pytest.raises(Unavailable):
        index.apply(batch(3), [], 3)
    assert node.state == {}
    node.verdict = lambda item, times: (200, "")
    assert index.apply(batch(3), [], 3) == []
    assert node.state["last_seq"] == 3
    index.close()


def test_requests_stay_below_the_limit_of_bytes(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic_write, "BULK_BYTES", 20_000)
    index = ElasticIndex(ElasticSettings(node.url))
    index.apply(batch(40, "nước lên " * 100), [], 40)
    assert len(node.bulks) > 2
    assert max(size for size, _ in node.bulks) <= 20_000
    assert sorted(int(one) for _, ids in node.bulks for one in ids) == list(range(1, 41))
    index.close()


def test_name_and_password_or_a_key(node: Node) -> None:
    for settings, wanted in (
        (
            ElasticSettings(node.url, user="lamro", password="bí mật"),
            "Basic " + base64.b64encode("lamro:bí mật".encode()).decode(),
        ),
        (ElasticSettings(node.url, api_key="YWJjOmRlZg=="), "ApiKey YWJjOmRlZg=="),
    ):
        node.seen.clear()
        index = ElasticIndex(settings)
        index.apply(batch(1), [], 1)
        assert {seen.get("authorization") for seen in node.seen} == {wanted}
        index.close()


def test_a_certificate_is_believed_only_from_the_authority_that_is_set(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    node = Node((cert, key))
    try:
        trusting = ElasticIndex(ElasticSettings(node.url, ca=str(cert)))
        assert trusting.apply(batch(1), [], 1) == []
        trusting.close()
        node.seen.clear()
        for ca in ("", str(tmp_path / "không có.pem")):
            other = ElasticIndex(ElasticSettings(node.url, ca=ca, user="lamro", password="bí mật"))
            with pytest.raises(Unavailable):
                other.search(None, Filters(), sort="newest", limit=1)
            other.close()
        assert node.seen == [], "nothing was said to a node that could not prove itself"
    finally:
        node.close()


def test_one_failure_speaks_for_the_next_seconds(node: Node) -> None:
    """A rail with eight counters must not wait eight times for a node that is away."""
    index = ElasticIndex(ElasticSettings(node.url, search_seconds=0.5))
    for _ in range(3):
        with pytest.raises(Unavailable):
            index.search(None, Filters(), sort="newest", limit=1)
    assert len([seen for seen in node.seen if seen]) == 3  # alias, state and one search; then it rests
    index.close()
