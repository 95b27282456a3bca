"""What holds for every test: the network is closed, settings of the machine do not leak in, and engines are counted."""

from __future__ import annotations

import atexit
import functools
import gc
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache

from tests.engines import compiled, registry
from tests.engines.network import closed_network

# --- this process and its children, before any test is collected ----------------------------------------------------

_KEEP = {registry.REQUIRE_VARIABLE}
for _name in [name for name in os.environ if name.startswith("LAMRO_")]:
    if not _name.startswith("LAMRO_TEST_") and _name not in _KEEP:
        del os.environ[_name]


def _memory() -> str | None:
    """A folder in memory where there is plenty: homes are made by the hundred, and each commit waits for a disk (design §3.1)."""
    folder = "/dev/shm"
    try:
        plenty = shutil.disk_usage(folder).free >= 4 << 30
    except OSError:
        return None
    return folder if plenty and os.access(folder, os.W_OK | os.X_OK) else None


if "TMPDIR" not in os.environ and (_folder := _memory()):
    # Children and pytest's own tmp_path follow it.
    os.environ["TMPDIR"] = tempfile.tempdir = _folder
_scratch = Path(tempfile.mkdtemp(prefix="lamro-tests-"))
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
# Whatever a library caches in a home folder goes into a folder of this run.
os.environ["HOME"] = str(_scratch / "home")
for _name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
    os.environ.pop(_name, None)
(_scratch / "home").mkdir()
# Children keep what they compiled beside the source: dozens of them start with the same modules.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ[closed_network.LOG_VARIABLE] = str(_scratch / "refused")
# Hundreds of apps are made; a template that one has compiled need not be compiled by the next, nor by the next process of this run.
flask.Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(_scratch))}
_hook_folder = str(Path(closed_network.__file__).parent)
_paths = [
    part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part and part != _hook_folder
]
os.environ["PYTHONPATH"] = os.pathsep.join([_hook_folder, *_paths])
closed_network.install()


compiled.share()


def _count_sqlite(event: str, args: tuple[Any, ...]) -> None:
    if event == "sqlite3.connect":
        registry.note("sqlite")


registry.register("sqlite", "SQLite", lambda: sqlite3.sqlite_version)
sys.addaudithook(_count_sqlite)

pytest_plugins = [
    "tests.engines.postgresql",
    "tests.engines.elasticsearch",
    "tests.engines.elasticsearch_node",
    "tests.engines.browser",
    "tests.engines.printing",
    "tests.engines.imap",
    "tests.engines.mail",
]

# The same examples on every machine, and no clock in the verdict.
hypothesis_settings.register_profile(
    "lamro",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("lamro")


# --- every test -----------------------------------------------------------------------------------------------------


#: Here each engine meets the database it usually stands beside; under `make long` the other one too.
_CROSSED = ({"fts5", "postgresql"}, {"elasticsearch", "sqlite"})
#: Where the database itself is the matter: locks, leases, migrations, the whole way. These always meet both.
_OF_THE_DATABASE = {"test_audit.py", "test_crawl.py", "test_intake.py", "test_migrations.py", "test_searching.py", "test_triage.py",
                    "test_the_whole_way", "test_writers.py"}  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Set apart for `make long`, before the words of -m choose: crossed pairs of search engine and database, and rules of the office told
    again on PostgreSQL. A test that is asked for alone by its name is never set apart."""
    collected = {item.nodeid for item in items}
    for item in items:
        called = getattr(item, "callspec", None)
        if called is None:
            continue
        names = {value for value in called.params.values() if isinstance(value, str)}
        if item.path.parent.name == "contract":
            again = any(pair <= names for pair in _CROSSED)
        else:
            again = (
                "postgresql" in names
                and not _OF_THE_DATABASE & {item.path.name, getattr(item, "originalname", "")}
                and item.nodeid.replace("postgresql", "sqlite") in collected
            )
        if again:
            item.add_marker(pytest.mark.long)


def pytest_collection_finish() -> None:
    """Everything imported and collected stays to the end: the garbage collector need not look at it after each few tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> None:
    """Passwords hashed with the real algorithm at its lowest cost; a unit test holds the real cost, and processes of ours pay it."""
    from argon2 import PasswordHasher

    from core.services import password_hashes

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    password_hashes.hasher = functools.wraps(password_hashes.hasher)(lambda: cheap)  # type: ignore[assignment]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Tell the registry whose turn it is, so that use of an engine is counted for the right test."""
    registry.begin(item.nodeid)
    try:
        return (yield)
    finally:
        registry.end()


def _refused() -> str:
    log = Path(os.environ[closed_network.LOG_VARIABLE])
    try:
        text = log.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    log.unlink()
    return text


@pytest.fixture(autouse=True)
def _network_stays_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test fails when it, or a child of it, tried to leave the machine, even if the error was swallowed."""
    _refused()
    yield
    tries = _refused()
    if tries and request.node.get_closest_marker("refused_network") is None:
        pytest.fail(f"the network is closed in tests, but something tried:\n{tries}", pytrace=False)


# --- the end of the run: which engines took part --------------------------------------------------------------------

_from_workers: dict[str, set[str]] = {}


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A worker hands its counts over; the main process fails the run when a required engine was missing or unused."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["lamro_engines"] = {name: sorted(engine.tests) for name, engine in registry.engines().items()}
        return
    if exitstatus == pytest.ExitCode.OK and _shortfalls(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect what a worker of xdist used."""
    for name, tests in (getattr(node, "workeroutput", None) or {}).get("lamro_engines", {}).items():
        _from_workers.setdefault(name, set()).update(tests)


def _tests_of(engine: registry.Engine) -> int:
    return len(engine.tests | _from_workers.get(engine.name, set()))


def _whole_suite(config: pytest.Config) -> bool:
    chosen = (
        config.args_source is pytest.Config.ArgsSource.ARGS
        or config.option.keyword
        or config.option.collectonly
    )
    return not chosen and config.option.markexpr in {"", "not soak and not long"}


def _shortfalls(config: pytest.Config) -> list[str]:
    if config.option.collectonly:
        return []
    found = []
    for name in registry.required():
        engine = registry.engines()[name]
        here, words = engine.look()
        if not here:
            found.append(f"{engine.title} is required but missing: {words}")
        elif _whole_suite(config) and not _tests_of(engine):
            found.append(f"{engine.title} is required and here, but no test used it")
    return found


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say in plain words which engines took part."""
    order = ["sqlite", "postgresql", "elasticsearch", "browser", "fonts", "pango"]
    terminalreporter.section("engines")
    for name in order:
        engine = registry.engines()[name]
        count = _tests_of(engine)
        here, words = engine.look()
        if count and here:
            line = f"took part ({words}) in {count} test{'s' if count != 1 else ''}"
        elif here:
            line = f"is here ({words}), but no test of this run used it"
        else:
            line = f"did not take part: {words}"
        terminalreporter.line(f"{engine.title + ':':15} {line}")
    for shortfall in _shortfalls(config):
        terminalreporter.line(f"ERROR: {shortfall}", red=True)
