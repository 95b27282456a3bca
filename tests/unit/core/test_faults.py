from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from core import faults
from core.errors import Misconfigured

PROGRAM = "from core import faults\nfor _ in range(3):\n    print('before', flush=True)\n    faults.point('intake.after_commit')\n"


def run(**variables: str) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.count("before")


def test_a_named_point_kills_in_a_test_and_nowhere_else() -> None:
    assert run(LAMRO_FAULT="intake.after_commit", LAMRO_ENV="test") == (-signal.SIGKILL, 1)
    assert run(LAMRO_FAULT="intake.after_commit:3", LAMRO_ENV="demo") == (-signal.SIGKILL, 3)
    assert run(LAMRO_FAULT="intake.after_commit", LAMRO_ENV="production") == (0, 3)
    assert run(LAMRO_FAULT="feed.before_apply", LAMRO_ENV="test") == (0, 3)


def test_names_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(set(faults.POINTS)) == len(faults.POINTS) == 15
    with pytest.raises(ValueError, match="not a fault point"):
        faults.point("nowhere")
    monkeypatch.setenv("LAMRO_FAULT", "nowhere")
    with pytest.raises(Misconfigured, match="nowhere"):
        faults.check_environment()
    for word in ("", "judge.before_commit", "judge.before_commit:2"):
        monkeypatch.setenv("LAMRO_FAULT", word)
        faults.check_environment()
