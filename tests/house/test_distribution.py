"""What is shipped: the wheel holds our six packages with all their data, and nothing else."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import zipfile

import pytest

from tests.house.tree import ROOMS, ROOT, files, pyproject, text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of the tracked files."""
    folder = tmp_path_factory.mktemp("wheel")
    for path in files():
        if path.parts[0] in ROOMS or len(path.parts) == 1:
            (folder / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "tree" / path).write_bytes((ROOT / path).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-qq", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, folder / "tree"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    (built,) = folder.glob("lamro-*.whl")
    with zipfile.ZipFile(built) as archive:
        yield archive


@pytest.mark.long
def test_the_wheel_holds_our_packages_and_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {*ROOMS, f"lamro-{pyproject()['project']['version']}.dist-info"}
    assert [name for name in wheel.namelist() if re.search(r"(^|/)tests?/|conftest|__pycache__", name)] == []


def test_the_wheel_holds_every_file_of_our_packages(wheel):
    """Templates, styles, fonts, translations, catalogues, migrations: what git has, the wheel has."""
    wanted = {str(path) for path in files() if path.parts[0] in ROOMS}
    assert sorted(wanted - set(wheel.namelist())) == []


def test_the_command_is_declared(wheel):
    entries = wheel.read(f"lamro-{pyproject()['project']['version']}.dist-info/entry_points.txt").decode()
    assert "lamro = config.cli:main" in entries


def test_the_import_names_are_ours_alone():
    """`config`, `core`, `alerts` are words that another distribution could use as well: then ours would be hidden, or theirs."""
    owners = importlib.metadata.packages_distributions()
    assert {
        room: sorted(set(owners.get(room, []))) for room in ROOMS if set(owners.get(room, [])) - {"lamro"}
    } == {}


def test_every_library_is_locked_with_hashes():
    lock = text(ROOT / "requirements.lock")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock.split("\n", 2)[2])
    assert len(blocks) > 100
    assert [
        block.split(" ")[0] for block in blocks if "--hash=sha256:" not in block or "==" not in block
    ] == []
    locked = {re.sub(r"[-_.]+", "-", block.split("==")[0].split("[")[0]).lower() for block in blocks}
    project = pyproject()["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    names = {re.sub(r"[-_.]+", "-", re.findall(r"^[A-Za-z0-9._-]+", line)[0]).lower() for line in wanted} - {
        "lamro"
    }
    assert sorted(names - locked) == []
    assert "://" not in lock


def test_the_versions_agree():
    assert f"image: lamro:{pyproject()['project']['version']}" in text(ROOT / "docker-compose.yml")
