"""``lamro serve``: review app and scheduler as two child processes; one that dies is started again, Ctrl-C ends both.

Two processes because a crash of one must not take the other along, and because the scheduler must be alone (decision 3).
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from config.settings import Settings

log = structlog.get_logger("lamro.serve")

#: a child that ends sooner than this after its start is waited for longer and longer before the next start
SETTLED_SECONDS = 30
LONGEST_WAIT = 60.0
STOP_SECONDS = 20
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent dies, so that kill -9 of ``lamro serve`` leaves nothing behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One kept-alive process."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    waits: int = 0
    next_start: float = field(default=0.0)


class Supervisor:
    """Starts the children, starts them again when they die, stops them in order."""

    def __init__(self, settings: Settings, commands: dict[str, Sequence[str]]) -> None:
        self.settings = settings
        self.children = [Child(name, command) for name, command in commands.items()]
        self.stopped = threading.Event()

    def run(self) -> int:
        """Block until stopped. Returns 0, or 1 when a child refuses to start at once (its own message is on the terminal)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopped.set())
        result = 0
        while not self.stopped.is_set():
            now = time.monotonic()
            for child in self.children:
                if child.process is None and now >= child.next_start:
                    self._start(child, now)
                elif child.process is not None and child.process.poll() is not None:
                    code = child.process.returncode
                    if now - child.started < SETTLED_SECONDS and code in {1, 2} and child.waits == 0:
                        log.error("could not start", part=child.name, code=code)
                        result = 1
                        self.stopped.set()
                        break
                    self._failed(child, now, code)
            self.stopped.wait(0.2)
        self.stop()
        return result

    def _start(self, child: Child, now: float) -> None:
        child.process = subprocess.Popen(
            list(child.command),
            env=self.settings.environment(),
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509  the child only asks the kernel to end it with us
        )
        child.started = now
        log.info("started", part=child.name, pid=child.process.pid)

    def _failed(self, child: Child, now: float, code: int) -> None:
        if now - child.started >= SETTLED_SECONDS:
            child.waits = 0
        wait = min(LONGEST_WAIT, 0.5 * 2**child.waits)
        child.waits += 1
        child.process = None
        child.next_start = now + wait
        log.error("died, starting again", part=child.name, code=code, wait_seconds=wait)

    def stop(self) -> None:
        """SIGTERM to all, then SIGKILL to those that do not end."""
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()


def serve_commands(*, scheduler: bool) -> dict[str, Sequence[str]]:
    """The children of ``lamro serve``."""
    commands: dict[str, Sequence[str]] = {
        "review app": [sys.executable, "-m", "config", "serve", "--no-scheduler"]
    }
    if scheduler:
        commands["scheduler"] = [sys.executable, "-m", "config", "schedule"]
    return commands
