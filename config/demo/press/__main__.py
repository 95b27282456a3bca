"""The sample press as a process: ``python -m config.demo.press --today 2026-11-23 --clock FILE``.

Prints one JSON line with the addresses when it is ready. A line ``live`` (or ``live 2026-11-23T01:00:00+00:00``) on
stdin starts the live part and is answered with a JSON line. Ends on SIGTERM, Ctrl-C or when stdin is closed.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from config.demo.press.server import RunningPress, SamplePress
from core.clock import VIETNAM, Clock, FileClock, SystemClock


class _Ended(Exception):
    pass


def main(argv: list[str] | None = None) -> int:
    """Run until told to end. Exit code 0; 2 on wrong arguments (argparse)."""
    parser = argparse.ArgumentParser(
        prog="python -m config.demo.press", description="Báo mẫu trên máy này (127.0.0.1)."
    )
    parser.add_argument(
        "--today", type=date.fromisoformat, help="the demo's today (Vietnam); default: the clock's"
    )
    parser.add_argument("--clock", type=Path, help="clock file of the demo; default: the machine's clock")
    parser.add_argument("--live-from", type=_aware, help="when the live part began (ISO 8601 with zone)")
    parser.add_argument(
        "--ports", type=Path, help="JSON file that keeps the ports from one start to the next"
    )
    options = parser.parse_args(argv)
    clock: Clock = FileClock(options.clock) if options.clock else SystemClock()
    today = options.today or clock.now().astimezone(VIETNAM).date()
    press = SamplePress(clock, today, live_from=options.live_from, ports=_read_ports(options.ports))

    def end(signum: int, frame: object) -> None:
        raise _Ended

    signal.signal(signal.SIGTERM, end)
    try:
        with press.start() as running:
            if options.ports:
                options.ports.write_text(json.dumps(running.ports), encoding="utf-8")
            _say(
                {"outlets": running.outlets, "sources": running.sources(), "allow_hosts": running.allow_hosts}
            )
            for line in sys.stdin:
                _obey(line.split(), running)
    except (_Ended, KeyboardInterrupt):
        pass
    return 0


def _obey(words: list[str], running: RunningPress) -> None:
    if not words:
        return
    if words[0] != "live" or len(words) > 2:
        _say({"error": "write: live [ISO time with zone]"})
        return
    try:
        at = _aware(words[1]) if len(words) == 2 else None
    except ValueError as error:
        _say({"error": str(error)})
        return
    _say({"live_from": running.go_live(at).isoformat()})


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("the time needs a zone, as in 2026-11-23T08:00:00+07:00")
    return moment.astimezone(UTC)


def _read_ports(path: Path | None) -> dict[str, int]:
    if path is None or not path.exists():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): int(port) for name, port in data.items()}
    except (ValueError, AttributeError, TypeError):
        # A damaged file only costs the old addresses; new ports are written over it.
        return {}


def _say(data: dict[str, Any]) -> None:
    print(json.dumps(data, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
