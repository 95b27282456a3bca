"""``lamro demo --check``: the whole way without a person, a line a step, each figure read back a second way (config.demo.steps).

``--break STEP`` spoils what the step produced and proves that the step can fail. With ``--home`` an interrupted run goes on after
the last step that was done.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.demo.home import DemoHome
from config.demo.play import Director
from config.demo.stage import open_desk
from config.demo.steps import STEPS, StepFailed, Walk
from core.errors import Invalid, LamroError

OnStep = Callable[[str], object]


def run_check(path: Path | None, broken: str, on_step: OnStep | None = None) -> int:
    """Walk the way; 0 when every step agrees, 1 naming the step that failed. ``on_step`` is told each step that was done now.

    Raises :class:`Invalid` for an unknown step to break.
    """
    if broken and broken not in STEPS:
        raise Invalid(
            f"Không có bước {broken}. Các bước: {', '.join(STEPS)}.",
            f"No step {broken}. Steps: {', '.join(STEPS)}.",
        )
    if path is not None:
        return _walk(path, broken, on_step)
    with tempfile.TemporaryDirectory(prefix="lamro-check-") as scratch:
        return _walk(Path(scratch), broken, on_step)


def _walk(path: Path, broken: str, on_step: OnStep | None) -> int:
    from config.commands.running import start_log

    with DemoHome(path) as home:
        settings = home.settings()
        start_log(settings)
        if "told_until" not in home.state and "check" not in home.state:
            home.clock.set(datetime.combine(home.today, datetime.min.time(), UTC) - timedelta(days=29))
            home.save(check={})
        desk = open_desk(home, settings)
        done: dict[str, str] = dict(home.state.get("steps", {}))
        if broken in done:
            raise Invalid(
                f"Thư mục này đã đi qua bước {broken} nên không làm hỏng bước ấy được nữa. Chọn bước sau, hoặc thư mục mới.",
                f"This home has done step {broken} already. Choose a later step or a new home.",
            )
        walk = Walk(home, settings, desk, Director(home, desk), broken)
        try:
            for name in STEPS:
                if name in done:
                    print(f"đã xong  {name:<10} {done[name]}", flush=True)
                    continue
                started = time.monotonic()
                figure = _try(name, walk)
                if figure is None:
                    print(f"Bước hỏng: {name}", file=sys.stderr)
                    return 1
                done[name] = figure
                home.save(steps=done)
                print(f"tốt      {name:<10} {figure}  ({time.monotonic() - started:.1f} giây)", flush=True)
                if on_step:
                    on_step(name)
        finally:
            desk.store.close()
    print(f"Đi hết con đường: {len(STEPS)} bước.")
    return 0


def _try(name: str, walk: Walk) -> str | None:
    """The step's figure, or None when it failed; the reason is on the terminal."""
    try:
        return STEPS[name](walk)
    except (StepFailed, LamroError, OSError, sqlite3.Error) as error:
        sentence = error.vi if isinstance(error, LamroError) else str(error)
        print(f"HỎNG     {name:<10} {sentence}", flush=True)
        return None
