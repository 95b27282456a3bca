"""The set-up script where the machine is not as it should be: a plain sentence in two languages, exit 1, nothing made."""

from __future__ import annotations

import os
import pty
import re
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
    for name in ("sh", "dirname", "cat", "cksum", "rm", "mkdir", "sleep"):
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


@pytest.fixture
def made(clone):
    """The clone with a .venv whose Python only writes down what pip is asked for: a test installs nothing anywhere."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "lamro"):
        path = clone / ".venv" / "bin" / name
        path.write_text(f"#!/bin/sh\n[ \"$1 $2\" = '-m pip' ] || exit 0\necho \"$*\" >> '{clone}/asked'\n")
        path.chmod(0o755)
    return clone


def test_a_second_call_does_nothing(made):
    assert _setup(made).returncode == 0
    asked = (made / "asked").read_text().splitlines()
    assert asked[-2:] == [
        "-m pip install -qq --require-hashes --only-binary :all: -r requirements.lock",
        "-m pip install -qq --no-build-isolation --no-deps --no-index -e .",
    ]
    done = _setup(made)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (made / "asked").read_text().splitlines() == asked


def test_the_number_of_libraries_is_said_and_a_terminal_sees_the_progress(made):
    number = len(re.findall(r"^[A-Za-z0-9]\S*==", (made / "requirements.lock").read_text(), re.M))
    assert number > 50
    assert f"tải {number} thư viện" in _setup(made).stdout
    for environment, asked in (({}, "--progress-bar=on"), ({"CI": "true"}, "-qq")):
        (made / ".venv" / ".lamro-setup").unlink()
        (made / "asked").unlink()
        ours, theirs = pty.openpty()
        tools = made.parent / "bin"
        done = subprocess.run(
            [tools / "sh", made / "scripts" / "setup"], stdout=theirs, check=False, env={"PATH": str(tools), **environment}
        )  # fmt: skip
        assert done.returncode == 0
        assert f"{number}" in os.read(ours, 4096).decode()
        os.close(ours)
        os.close(theirs)
        assert f"-m pip install {asked} --require-hashes" in (made / "asked").read_text()


def test_a_log_is_told_how_many_libraries_are_there(made):
    """A pip that downloads three wheels and takes its time, and a clock of our own that runs fast."""
    real = shutil.which("sleep")
    tools = made.parent / "bin"
    (tools / "sleep").unlink()
    _python(made, "sleep", f"exec {real} 0.01")
    pip = made / ".venv" / "bin" / "python"
    pip.write_text(
        '#!/bin/sh\n[ "$1 $2" = \'-m pip\' ] || exit 0\ncase "$*" in *--require-hashes*) ;; *) exit 0;; esac\n'
        'mkdir -p "$TMPDIR/pip-unpack-a"\n'
        f'for name in a b c; do cat /dev/null > "$TMPDIR/pip-unpack-a/$name.whl"; done\n{real} 4\nexit "${{ENDS:-0}}"\n'
    )
    done = _setup(made)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("…")]
    count = r"… đã tải 3 trên (\d+) thư viện / 3 of \1 libraries downloaded"
    assert sum(bool(re.fullmatch(count, line)) for line in lines) == 1, done.stdout
    after = [line for line in lines if re.match(r"… vẫn đang làm, đã \d+ giây: ", line)]
    assert after and lines[-1] == after[-1], done.stdout
    assert len(set(after)) == len(after)  # time goes on
    assert not (made / ".venv" / ".lamro-download").exists()
    (made / ".venv" / ".lamro-setup").unlink()
    failed = _setup(made, ENDS="3")
    assert failed.returncode == 3 and not (made / ".venv" / ".lamro-setup").exists()


@pytest.mark.parametrize("change", ["requirements.lock", "pyproject.toml", "moved", "no command"])
def test_a_changed_or_moved_folder_is_set_up_again(made, change):
    assert _setup(made).returncode == 0
    if change == "moved":
        made = made.rename(made.with_name("nơi khác"))
        (made.parent / "một thư mục").mkdir()
    elif change == "no command":
        (made / ".venv" / "bin" / "lamro").unlink()
    else:
        with (made / change).open("a") as file:
            file.write("# changed\n")
    done = _setup(made)
    assert done.returncode == 0
    assert "Cài các thư viện" in done.stdout


def test_it_is_written_for_any_shell():
    for script in ("scripts/setup", ".ci/run"):
        subprocess.run(["sh" if script == "scripts/setup" else "bash", "-n", ROOT / script], check=True)
        assert os.access(ROOT / script, os.X_OK)
