"""Time is a port (decision 11): the real clock, and a simulated one that child processes obey.

``LAMRO_CLOCK`` names a small JSON file ``{"at": ISO-8601 with zone, "since": seconds of the epoch or null, "rate": 1.0}``.
With ``since`` null, time stands still at ``at``; otherwise it runs from ``at`` at ``rate`` simulated seconds a real second.
The file is replaced atomically, so every process sees the same time. Refused unless ``LAMRO_ENV`` is demo or test.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from core.errors import Misconfigured

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """Where every part takes its time from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


class FileClock:
    """A simulated clock kept in a file, shared by every process that is told its path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        """The simulated moment in UTC. Raises OSError when the file is gone."""
        state = json.loads(self.path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(state["at"]).astimezone(UTC)
        if state.get("since") is None:
            return at
        return at + timedelta(seconds=(time.time() - float(state["since"])) * float(state.get("rate", 1.0)))

    def set(self, at: datetime, *, running: bool = False, rate: float = 1.0) -> None:
        """Move the clock to ``at`` (aware); it then stands still, or runs at ``rate``."""
        if at.tzinfo is None:
            raise ValueError("FileClock.set needs an aware datetime")
        state = {
            "at": at.astimezone(UTC).isoformat(),
            "since": time.time() if running else None,
            "rate": rate,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=".clock-")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(state, out)
        os.replace(temporary, self.path)


def clock_from_environment(environ: Mapping[str, str] | None = None) -> Clock:
    """The clock this process must obey. Raises :class:`Misconfigured` when LAMRO_CLOCK is set in production."""
    env = os.environ if environ is None else environ
    path = env.get("LAMRO_CLOCK", "")
    if not path:
        return SystemClock()
    if env.get("LAMRO_ENV", "production") not in {"demo", "test"}:
        raise Misconfigured(
            "Đồng hồ giả lập (LAMRO_CLOCK) chỉ được dùng khi LAMRO_ENV là demo hoặc test. Bỏ biến này rồi chạy lại.",
            "LAMRO_CLOCK is for LAMRO_ENV=demo or test only. Unset it and start again.",
        )
    return FileClock(Path(path))
