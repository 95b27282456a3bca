"""The Elasticsearch that LAMRO_TEST_ELASTICSEARCH_URL names, used only when its cluster is called ``lamro-test``.

A test gets a random prefix and deletes only indexes that begin with it, each by its full name.
"""

from __future__ import annotations

import json
import os
import secrets
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.engines import registry
from tests.engines.network.closed_network import is_loopback

URL_VARIABLE = "LAMRO_TEST_ELASTICSEARCH_URL"
CLUSTER = "lamro-test"


def _ask(method: str, url: str) -> object:
    request = urllib.request.Request(url, method=method, headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def address() -> str:
    """The node's URL without a trailing slash, or an empty string."""
    return os.environ.get(URL_VARIABLE, "").rstrip("/")


def probe() -> str:
    """The version that answers, once it is sure that the node is a test node."""
    url = address()
    if not url:
        raise registry.Missing(
            f"{URL_VARIABLE} is not set (the address of a test node whose cluster is called {CLUSTER})"
        )
    if not is_loopback(urlsplit(url).hostname or ""):
        raise registry.Missing(f"{URL_VARIABLE} is not on this machine; tests talk to loopback only")
    try:
        answer = _ask("GET", url)
    except (OSError, ValueError) as error:
        raise registry.Missing(f"nothing answers as Elasticsearch at {URL_VARIABLE}: {error}") from error
    name = answer.get("cluster_name") if isinstance(answer, dict) else None
    if name != CLUSTER:
        raise registry.Missing(f"the cluster is called {name!r}, not {CLUSTER!r}: it is left alone")
    assert isinstance(answer, dict)
    return str(answer["version"]["number"])


registry.register("elasticsearch", "Elasticsearch", probe)


def clean(prefix: str) -> None:
    """Delete the indexes of one test, and nothing else."""
    if not prefix.startswith("lamro-test-") or len(prefix) < 20:
        raise ValueError(f"not a prefix of the tests: {prefix!r}")
    rows = _ask("GET", f"{address()}/_cat/indices/{prefix}*?h=index&format=json&expand_wildcards=all")
    assert isinstance(rows, list)
    for row in rows:
        name = str(row["index"])
        if name.startswith(prefix):
            _ask("DELETE", f"{address()}/{name}")


@pytest.fixture
def elasticsearch_url(request: pytest.FixtureRequest) -> str:
    """The address of the test node."""
    registry.need("elasticsearch", request)
    return address()


@pytest.fixture
def elasticsearch_prefix(elasticsearch_url: str) -> Iterator[str]:
    """A random prefix for index names (lower case, ends with a hyphen); its indexes are deleted afterwards."""
    prefix = f"lamro-test-{secrets.token_hex(6)}-"
    yield prefix
    clean(prefix)
