"""A real PostgreSQL for tests: a cluster of our own in a temporary folder, or the server that LAMRO_TEST_POSTGRES_URL names.

On a server that was handed to us only databases that we made ourselves (random names) are touched.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest

from tests.engines import registry

URL_VARIABLE = "LAMRO_TEST_POSTGRES_URL"


def _binaries() -> Path | None:
    roots = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: int(path.parent.name.split(".")[0]),
        reverse=True,
    )
    on_path = shutil.which("initdb")
    candidates = [*roots, *([Path(on_path).resolve().parent] if on_path else [])]
    return next(
        (folder for folder in candidates if (folder / "initdb").exists() and (folder / "postgres").exists()),
        None,
    )


def _unprivileged() -> str | None:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            return name
    return None


def probe() -> str:
    """What there is to run tests on."""
    if os.environ.get(URL_VARIABLE):
        return f"the server named by {URL_VARIABLE}"
    folder = _binaries()
    if folder is None:
        raise registry.Missing(
            f"no PostgreSQL server programs found (Debian: apt install postgresql), and {URL_VARIABLE} is not set"
        )
    if os.geteuid() == 0 and (_unprivileged() is None or shutil.which("setpriv") is None):
        raise registry.Missing(
            "PostgreSQL refuses to run as root, and there is no other user or no setpriv to run it with"
        )
    version = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return " ".join(version.split()[1:3])


registry.register("postgresql", "PostgreSQL", probe)


def plain(url: str) -> str:
    """The URL as libpq reads it, without SQLAlchemy's driver."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


class PostgresServer:
    """A running server. ``url`` is the maintenance database; SQLAlchemy's form, ``postgresql+psycopg://``."""

    def __init__(self, url: str, data: Path | None = None, crash: Callable[[], None] | None = None) -> None:
        self.url = (
            url if url.startswith("postgresql+") else url.replace("postgresql://", "postgresql+psycopg://", 1)
        )
        self.data = data
        #: Kill the server as a power cut does and start it again on the same data and port; None for a server that is not ours.
        self.crash = crash

    def url_of(self, database: str) -> str:
        """The SQLAlchemy URL of one database."""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path=f"/{database}"))

    def create(self, template: str | None = None) -> str:
        """Make a fresh database, a copy of ``template`` where one is named, and return its name."""
        name = f"lamro_test_{secrets.token_hex(6)}"
        with psycopg.connect(plain(self.url), autocommit=True) as connection:
            copied = f' TEMPLATE "{template}"' if template else " TEMPLATE template0 ENCODING 'UTF8'"
            connection.execute(f'CREATE DATABASE "{name}"{copied}')
        return name

    def drop(self, name: str) -> None:
        """Delete a database that :meth:`create` made, whoever still holds a connection."""
        if not name.startswith("lamro_test_"):
            raise ValueError(f"not a database of the tests: {name}")
        with psycopg.connect(plain(self.url), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _initialise(folder: Path, home: Path, run_as: list[str]) -> None:
    subprocess.run(
        [*run_as, folder / "initdb", "-D", home / "data", "-U", "lamro", "--encoding=UTF8", "--locale=C", "--no-sync",
         "--auth=scram-sha-256", f"--pwfile={home / 'password'}"],
        check=True, capture_output=True, cwd=home, env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    )  # fmt: skip


def _start(
    folder: Path, home: Path, port: int, run_as: list[str], *, durable: bool
) -> subprocess.Popen[bytes]:
    # A cluster that lives for one test run has no use for safety against power cuts, but where they are what is tested.
    settings = {
        "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "full_page_writes": "off",
        "synchronous_commit": "off", "shared_buffers": "32MB", "max_connections": "60", "timezone": "UTC",
        "jit": "off", "autovacuum_naptime": "1d",
    } | ({"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"} if durable else {})  # fmt: skip
    with (home / "server.log").open("ab") as log:
        return subprocess.Popen(
            [*run_as, folder / "postgres", "-D", home / "data", "-p", str(port), *(part for key, value in settings.items() for part in ("-c", f"{key}={value}"))],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=home, env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        )  # fmt: skip


def _wait(process: subprocess.Popen[bytes], url: str, home: Path) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                log = (home / "server.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"PostgreSQL did not start:\n{log}") from None
            time.sleep(0.05)
        else:
            return


@contextlib.contextmanager
def cluster(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A cluster of our own on a free port of loopback, gone afterwards; it dies with this process too. ``durable``: as in production."""
    folder = _binaries()
    assert folder is not None
    home = Path(tempfile.mkdtemp(prefix="lamro-postgresql-"))
    password = secrets.token_urlsafe(18)
    (home / "password").write_text(password)
    run_as: list[str] = []
    if shutil.which("setpriv"):
        run_as = ["setpriv", "--pdeathsig", "QUIT"]
        if os.geteuid() == 0:
            user = pwd.getpwnam(_unprivileged() or "nobody")
            run_as += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
            for path in (home, home / "password"):
                os.chown(path, user.pw_uid, user.pw_gid)
    port = _free_port()
    url = f"postgresql://lamro:{quote(password)}@127.0.0.1:{port}/postgres"
    process: subprocess.Popen[bytes] | None = None

    def end() -> None:
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGQUIT)  # at once, nothing here is worth keeping
            process.wait(30)

    def crash() -> None:
        nonlocal process
        end()
        process = _start(folder, home, port, run_as, durable=durable)
        _wait(process, url, home)

    try:
        _initialise(folder, home, run_as)
        process = _start(folder, home, port, run_as, durable=durable)
        _wait(process, url, home)
        yield PostgresServer(url, home / "data", crash)
    finally:
        end()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def _postgres_running() -> Iterator[PostgresServer]:
    url = os.environ.get(URL_VARIABLE)
    if url:
        yield PostgresServer(url)
    else:
        with cluster() as server:
            yield server


@pytest.fixture
def postgres_server(request: pytest.FixtureRequest) -> PostgresServer:
    """The running PostgreSQL of this session: make databases with ``create`` and drop them with ``drop``."""
    registry.need("postgresql", request)
    server: PostgresServer = request.getfixturevalue("_postgres_running")
    return server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh, empty database, dropped after the test."""
    name = postgres_server.create()
    yield postgres_server.url_of(name)
    postgres_server.drop(name)
