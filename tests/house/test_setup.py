"""The set-up script where the machine is not as it should be: a plain sentence in two languages, exit 1, nothing made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.house.tree import ROOT


@pytest.fixture
def clone(tmp_path):
    """A folder with what scripts/setup reads, and an empty PATH of our own making."""
    folder = tmp_path / "một thư mục"
    (folder / "scripts").mkdir(parents=True)
    for name in ("scripts/setup", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "cat", "cksum", "rm"):
        (tools / name).symlink_to(shutil.which(name) or "")
    return folder


def _setup(folder, **environment):
    tools = folder.parent / "bin"
    return subprocess.run(
        [tools / "sh", folder / "scripts" / "setup"], capture_output=True, text=True, check=False, env={"PATH": str(tools), **environment}
    )  # fmt: skip


def _python(folder, name, script):
    path = folder.parent / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_no_python(clone):
    done = _setup(clone)
    assert done.returncode == 1
    assert "Cần Python từ 3.11" in done.stderr
    assert "no Python at all" in done.stderr
    assert not (clone / ".venv").exists()


def test_python_too_old(clone):
    # An interpreter that answers as Python 3.9 does: the check fails, its version can be read.
    _python(clone, "python3", 'case "$2" in *print*) echo 3.9.18;; *) exit 1;; esac')
    done = _setup(clone)
    assert done.returncode == 1
    assert "Python 3.11 to 3.14 is needed; found on this machine: python3=3.9.18" in done.stderr
    assert "Hãy cài Python mới hơn" in done.stderr
    assert not (clone / ".venv").exists()


def test_a_name_that_answers_nothing_is_passed_over(clone):
    _python(clone, "python3.14", "exit 127")
    _python(clone, "python3.11", f'case "$2" in *ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"')
    done = _setup(clone)
    assert done.returncode == 1
    assert "thiếu phần venv" in done.stderr
    assert "python3.11" in done.stderr
    assert "apt install python3-venv" in done.stderr
    assert not (clone / ".venv").exists()


def test_a_second_call_does_nothing(clone):
    """With the stamp of this very state and a working .venv, the script ends before it looks for any Python."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "lamro"):
        (clone / ".venv" / "bin" / name).symlink_to(sys.executable)
    parts = b"".join((clone / name).read_bytes() for name in ("requirements.lock", "pyproject.toml", "scripts/setup"))
    total = subprocess.run(["cksum"], input=parts, capture_output=True, check=True).stdout.decode().strip()
    (clone / ".venv" / ".lamro-setup").write_text(f"{clone}\n{total}\n")
    done = _setup(clone)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (clone / "pyproject.toml").write_text("# changed\n")
    assert _setup(clone, PYTHON="no-such-python").stdout.startswith("Cài các thư viện")


def test_it_is_written_for_any_shell():
    for script in ("scripts/setup", ".ci/run"):
        subprocess.run(["sh" if script == "scripts/setup" else "bash", "-n", ROOT / script], check=True)
        assert os.access(ROOT / script, os.X_OK)
