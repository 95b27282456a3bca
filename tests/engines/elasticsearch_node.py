"""An Elasticsearch of the test's own, which may be killed and wiped: never the node that other tests share.

The server's files are taken from an installed node (hard links), data and settings are its own. Started by the script
``elasticsearch-node`` (``LAMRO_TEST_ELASTICSEARCH_NODE``, else where ``.ci/run`` looks for it), which runs it as a user of its own.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import registry

SCRIPT_VARIABLE = "LAMRO_TEST_ELASTICSEARCH_NODE"
_SCRIPT = Path(__file__).resolve().parents[2] / ".." / "shared" / "bin" / "elasticsearch-node"
_INSTALLED = Path("/opt/elasticsearch-node")
#: generous: a start takes 15 s on an idle machine
PATIENCE = 300


def _script() -> Path:
    return Path(os.environ.get(SCRIPT_VARIABLE) or _SCRIPT)


def _server() -> Path | None:
    found = sorted(path.parent.parent for path in _INSTALLED.glob("8.*/bin/elasticsearch"))
    return found[-1] if found else None


def probe() -> str:
    """Whether a second node can be made here."""
    if not _script().is_file():
        raise registry.Missing(f"{SCRIPT_VARIABLE} is not set (the script that starts and kills a test node)")
    if _server() is None or shutil.which("java") is None or os.geteuid() != 0:
        raise registry.Missing(
            f"no server below {_INSTALLED}, no java, or not root: no second node can be made"
        )
    return f"a node of our own, from {_server()}"


registry.register("elasticsearch-node", "Own node", probe)


class CrashNode:
    """One node; ``url`` stays the same over kills and restarts."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        # The transport's port is a hundred above; both must be below the end.
        self.port = port if port < 65_000 else port - 1000
        self.url = f"http://127.0.0.1:{self.port}"

    def _run(self, word: str) -> None:
        env = {key: value for key, value in os.environ.items() if key != "HOME"}
        env |= {"ES_NODE_HOME": str(self.home), "ES_NODE_PORT": str(self.port), "ES_NODE_HEAP": "512m"}
        with (self.home / "script.log").open("ab") as log:
            done = subprocess.run(
                ["bash", str(_script()), word],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                timeout=PATIENCE,
            )
        if done.returncode:
            raise RuntimeError(f"elasticsearch-node {word}: {(self.home / 'script.log').read_text()[-2000:]}")

    def start(self) -> None:
        """Until it answers."""
        self._run("start")

    def kill(self) -> None:
        """As a power cut would."""
        self._run("kill")

    def wipe(self) -> None:
        """Stopped, its data deleted, started again with nothing."""
        self._run("wipe")
        self.start()


@pytest.fixture(scope="module")
def crash_node(request: pytest.FixtureRequest) -> Iterator[CrashNode]:
    """A running node of this module's own."""
    registry.need("elasticsearch-node", request)
    server = _server()
    assert server is not None
    home = Path(tempfile.mkdtemp(prefix="lamro-elasticsearch-"))
    own = home / server.name
    shutil.copytree(server, own, copy_function=_link, ignore=shutil.ignore_patterns("config", "logs"))
    shutil.copytree(server / "config", own / "config")  # written to: never a link to the other node's
    node = CrashNode(home)
    try:
        node.start()
        yield node
    finally:
        node.kill()
        shutil.rmtree(home, ignore_errors=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
