"""Names, sizes and things that no file of the project may hold."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import files, modules, text

BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "stuff"}
MOST_LINES = 600
# Modules that are long for a reason: path → the reason.
LONG: dict[str, str] = {
    "core/records/migrations/versions/0001_first_tables.py": "every table of the first release, written by Alembic",
}

BINARY = {".woff2", ".png", ".jpg", ".ico", ".docx", ".pdf", ".gz", ".mo", ".zip", ".warc", ".db"}


def _readable():
    return [path for path in files() if path.suffix not in BINARY]


def test_no_module_is_called_nothing_in_particular():
    named = [
        str(path)
        for path in modules()
        if path.stem in BANNED or "-" in path.stem or {*path.parent.parts} & BANNED
    ]
    assert named == []


def test_no_module_is_too_long():
    lengths = {str(path): text(path).count("\n") for path in modules()}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES and path not in LONG} == {}
    assert [path for path in LONG if lengths.get(path, 0) <= MOST_LINES] == [], (
        "no longer long: take it off the list"
    )


def test_package_files_hold_no_logic():
    """``__init__.py``: a docstring, imports, names; never a function or a class."""
    wrong = []
    for path in modules():
        if path.name == "__init__.py":
            body = ast.parse(text(path)).body
            allowed = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign, ast.AnnAssign)
            if any(not isinstance(node, allowed) for node in body) or text(path).count("\n") > 15:
                wrong.append(str(path))
    assert wrong == []


# Character classes of one letter keep this file from being its own finding.
LEAKS = {
    "a path of one machine": r"/[w]ork/(?:main|shared)|/[h]ome/[a-z]+/|/[r]oot/|/[U]sers/[A-Za-z]+/|C:\\+[U]sers",
    "a registry's address": r"[p]ypi\.org/simple|[f]iles\.pythonhosted\.org|[r]egistry\.npmjs\.org|[i]ndex-url[ =]+http",
    "a private key": r"-----BEGIN (?:RSA |EC |OPENSSH )?[P]RIVATE KEY-----",
    "a merge that nobody finished": r"(?m)^(?:[<]{7}|[>]{7}) ",
    "a cloud key": r"\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b|\bxox[bp]-[0-9]{8,}",
}


@pytest.mark.parametrize("what", LEAKS)
def test_no_file_holds(what):
    pattern = re.compile(LEAKS[what])
    found = []
    for path in _readable():
        try:
            content = text(path)
        except UnicodeDecodeError:
            found.append(f"{path}: not UTF-8")
            continue
        found += [f"{path}: {match.group()}" for match in pattern.finditer(content)]
    assert found == []


@pytest.mark.parametrize("what", LEAKS)
def test_the_patterns_find_what_they_are_for(what):
    samples = {
        "a path of one machine": "/h@ome/an/lamro",
        "a registry's address": "https://py@pi.org/simple",
        "a private key": "-----BEGIN PRIV@ATE KEY-----",
        "a merge that nobody finished": "<<<@<<<< HEAD",
        "a cloud key": "AKIA@ABCDEFGHIJKLMNOP",
    }
    samples = {name: sample.replace("@", "") for name, sample in samples.items()}
    assert re.search(LEAKS[what], samples[what])


def test_no_unfinished_work_is_marked_in_code():
    pattern = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    assert [str(path) for path in modules() if pattern.search(text(path))] == []


def test_text_files_end_with_a_line_and_hold_no_composed_letters_apart():
    import unicodedata

    suffixes = {".py", ".md", ".yaml", ".yml", ".html", ".css", ".js", ".toml", ""}
    wrong = []
    for path in _readable():
        if path.suffix not in suffixes or "fixtures" in path.parts or "vendor" in path.parts:
            continue
        content = text(path)
        if content and (not content.endswith("\n") or "\r" in content):
            wrong.append(f"{path}: line ends")
        if path.suffix != ".py" and unicodedata.normalize("NFC", content) != content:
            wrong.append(f"{path}: not NFC")
    assert wrong == []


def _calls(path: Path):
    return [node for node in ast.walk(ast.parse(text(path))) if isinstance(node, ast.Call)]


def _name(node: ast.expr) -> str:
    return ast.unparse(node)


def test_feedparser_reads_bytes_in_memory_only():
    """Handed a str, feedparser takes it for an address and fetches it, or for a path and opens it."""
    wrong = []
    for path in (path for path in modules() if "feedparser" in text(path)):
        tree = ast.parse(text(path))
        streams = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and _name(node.value).startswith(("BytesIO(", "io.BytesIO("))
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in _calls(path):
            if _name(call.func).endswith("feedparser.parse"):
                first = _name(call.args[0]) if call.args else ""
                if first not in streams and not first.startswith(("BytesIO(", "io.BytesIO(")):
                    wrong.append(f"{path}:{call.lineno}: feedparser.parse({first})")
    assert wrong == []


def test_nobody_fetches_past_the_crawler():
    """HTTP clients belong to crawlers/fetch and to the channels of alerts; everywhere else they would pass the gates by."""
    clients = {"requests", "urllib.request", "http.client", "aiohttp", "urllib3", "httpx"}
    wrong = []
    for path in modules():
        # Translation speaks to one address that the administrator set, as the channels do; no address from outside reaches it.
        if path.parts[:2] in {("crawlers", "fetch"), ("alerts", "channels"), ("indexer", "translation.py")}:
            continue
        for node in ast.walk(ast.parse(text(path))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            if clients & set(names):
                wrong.append(f"{path}: {', '.join(sorted(clients & set(names)))}")
    # The demo checks from outside what it did, over HTTP, as a browser would.
    assert [line for line in wrong if not line.startswith("config/demo/")] == []


# Where the machine's own time is meant, and why.
REAL_TIME = {
    "core/clock.py": "the clock itself",
    "config/schedule.py": "when the scheduler wakes up, not what it writes down",
    "config/demo/": "the demo sets its simulated clock by the real one",
}


def test_time_comes_from_the_clock():
    """Decision 11: the moment of an act is told by Clock, so that the demo and long tests can run it."""
    pattern = re.compile(r"\bdatetime\.(?:now|utcnow|today)\(|\bdate\.today\(")
    asking = {str(path) for path in modules() if pattern.search(text(path))}
    assert sorted(path for path in asking if not path.startswith(tuple(REAL_TIME))) == []
