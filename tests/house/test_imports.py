"""Who may import whom. Each contract of pyproject.toml is broken on purpose once, so that none is a dead letter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOMS, ROOT, modules, pyproject

CONTRACTS = {contract["id"]: contract for contract in pyproject()["tool"]["importlinter"]["contracts"]}

# contract → (module that gets the line, the line, what the report must say of it)
PLANTED = {
    "rooms": ("alerts/channels/planted.py", "import indexer.search", "alerts -> indexer|alerts is not allowed to import indexer"),
    "inside-core": ("core/rules/planted.py", "import core.services", "core.rules is not allowed to import core.services"),
    "reading-changes-nothing": ("core/queries/planted.py", "import core.services", "core.queries is not allowed to import core.services"),
    "rules-are-pure": ("core/rules/planted_io.py", "import socket", "core.rules is not allowed to import socket"),
    "sql": ("review_app/forms/planted.py", "def late():\n    import sqlalchemy.orm", "review_app is not allowed to import sqlalchemy"),
    "index": ("config/planted.py", "from elasticsearch import Elasticsearch", "config is not allowed to import elasticsearch"),
    "sqlite": ("indexer/analysis/planted.py", "import sqlite3", "indexer.analysis is not allowed to import sqlite3"),
    "crawl": ("indexer/analysis/planted_bs.py", "from bs4 import BeautifulSoup", "indexer is not allowed to import bs4"),
    "documents": ("alerts/digests/planted.py", "import docx", "alerts.digests is not allowed to import docx"),
    "web": ("crawlers/fetch/planted.py", "import flask", "crawlers is not allowed to import flask"),
}  # fmt: skip


def _copy(folder: Path, extra: dict[str, str]) -> Path:
    """The six rooms' Python files, and pyproject.toml; lines are appended to new or old modules."""
    for path in modules():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / path).read_bytes())
    (folder / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for name, line in extra.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f'"""Planted."""\n\n{line}\n', encoding="utf-8")
    return folder


def _lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ["PYTHONPATH"]]), "COLUMNS": "200", "NO_COLOR": "1"},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_every_contract_has_a_planted_fault():
    assert set(PLANTED) == set(CONTRACTS)


def test_the_house_keeps_its_contracts(tmp_path):
    code, report = _lint(_copy(tmp_path, {}))
    assert code == 0, report
    assert "0 broken" in report


@pytest.fixture(scope="module")
def report_of_faults(tmp_path_factory):
    """One run with every planted fault in place; each is looked for under its own contract."""
    extra = {module: line for module, line, _ in PLANTED.values()}
    code, report = _lint(_copy(tmp_path_factory.mktemp("planted"), extra))
    return code, report


@pytest.mark.parametrize("contract", PLANTED)
def test_a_wrong_import_breaks_its_contract(contract, report_of_faults):
    code, report = report_of_faults
    name = CONTRACTS[contract]["name"]
    assert code == 1, report
    assert re.search(re.escape(name) + r"\s+BROKEN", report), report
    details = report.split("Broken contracts", 1)[1]
    section = details.split(name, 1)[1]
    for other in CONTRACTS.values():
        if other["name"] != name and other["name"] in section:
            section = section.split(other["name"], 1)[0]
    module, _, words = PLANTED[contract]
    planted = module.removesuffix(".py").replace("/", ".")
    assert planted in section, section
    assert any(part in section for part in words.split("|")), section


def test_contracts_that_list_rooms_leave_none_out():
    """A contract that names the rooms inside a package would not see a new one."""

    def children(room: str) -> set[str]:
        found = {path.parts[1].removesuffix(".py") for path in modules(room) if len(path.parts) > 1}
        return {f"{room}.{name}" for name in found - {"__init__", "__main__"}}

    def left_out(contract: str, allowed: set[str]) -> set[str]:
        named = set(CONTRACTS[contract]["source_modules"])
        inside = {name for room in ROOMS if room not in named for name in children(room)}
        return inside - named - allowed

    assert left_out("sql", {"core.records", "core.services", "core.queries"}) == set()
    assert left_out("index", {"indexer.search"}) == set()
    assert left_out("documents", {"alerts.documents"}) == set()
    assert left_out("crawl", children("crawlers")) == set()
    assert left_out("web", children("review_app")) == set()


def test_every_folder_of_code_is_a_package():
    """A folder without __init__.py is not seen by import-linter."""
    folders = {path.parent for path in modules() if "migrations" not in path.parts}
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").exists()] == []
