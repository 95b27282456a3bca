"""The papers keep up with the program."""

from __future__ import annotations

import re

import pytest
import typer.main

from tests.house.tree import ROOT, files, pyproject, text

DOCS = [
    path for path in files() if path.suffix == ".md" and (path.parts[0] == "docs" or len(path.parts) == 1)
]


def _commands() -> list[str]:
    from config.cli import app

    def walk(command: object, name: str) -> list[str]:
        inner = getattr(command, "commands", {})
        return [name, *(deeper for key, child in inner.items() for deeper in walk(child, f"{name} {key}"))]

    return walk(typer.main.get_command(app), "lamro")


def test_every_command_stands_in_the_readme():
    readme = text(ROOT / "README.md")
    assert len(_commands()) > 10
    assert [name for name in _commands() if f"`{name}" not in readme] == []


def test_the_readme_names_no_command_that_does_not_exist():
    named = set(re.findall(r"`(lamro(?: [a-z-]+){1,2})", text(ROOT / "README.md")))
    known = set(_commands())
    unknown = {name for name in named if name not in known and " ".join(name.split()[:2]) not in known}
    assert unknown == set()


def test_every_setting_is_documented():
    from config.settings import Settings

    page = text(ROOT / "docs" / "settings.md")
    rows = dict(re.findall(r"^\| `(LAMRO_[A-Z_]+)` \| (.*) \|$", page, re.M))
    wanted = {f"LAMRO_{name.upper()}": field for name, field in Settings.model_fields.items()}
    assert sorted(set(wanted) - set(rows)) == []
    assert sorted(set(rows) - set(wanted)) == []
    assert [
        name for name, field in wanted.items() if not field.description or field.description not in rows[name]
    ] == []


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.M))
    named = {name for path in DOCS for name in re.findall(r"`make ([a-z]+)", text(path))}
    assert {"demo", "test", "run"} <= named
    assert sorted(named - targets) == []


def test_the_changelog_has_an_unreleased_section_and_this_version_is_not_forgotten():
    log = text(ROOT / "CHANGELOG.md")
    headings = re.findall(r"^## \[(.+?)\]", log, re.M)
    assert headings[0] == "Unreleased"
    version = pyproject()["project"]["version"]
    assert headings[1:] == [] or headings[1] == version
    kinds = re.findall(r"^### (.+)$", log, re.M)
    assert set(kinds) <= {"Security", "Added", "Changed", "Deprecated", "Removed", "Fixed"}


@pytest.mark.parametrize("path", DOCS, ids=str)
def test_links_between_the_papers_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text(path)):
        if "://" not in target and not target.startswith("mailto:"):
            assert ((ROOT / path).parent / target).exists(), target


def test_decisions_are_numbered_without_gaps_and_have_three_parts():
    decisions = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    assert len(decisions) >= 13
    for path in decisions:
        content = path.read_text(encoding="utf-8")
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in content, f"{path.name}: {part}"
        assert len(content.splitlines()) < 80, path.name


def test_the_architecture_page_names_every_room():
    page = text(ROOT / "docs" / "architecture.md")
    inner = {
        f"{path.parts[0]}/{path.parts[1]}"
        for path in files()
        if path.suffix == ".py" and path.parts[0] == "core" and len(path.parts) > 2
    }
    assert [
        room
        for room in sorted(inner | {"crawlers", "indexer", "review_app", "alerts", "config"})
        if room.split("/")[-1] not in page
    ] == []


def test_no_paper_says_how_the_work_is_organised():
    pattern = re.compile(r"\b(?:AI agent|sub-?agent|language model session|issue #?\d+|sprint)\b", re.I)
    assert [f"{path}: {match.group()}" for path in DOCS for match in pattern.finditer(text(path))] == []
