"""``lamro demo``: a home of its own, the sample press, the past told once, then the review app and the scheduler running."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from config.demo.cast import CAST, OFFICE, engage
from config.demo.evenings import EVENINGS
from config.demo.home import DemoHome
from config.demo.past import DAYS, Past
from config.gazetteer import take_shipped
from config.settings import Settings, load, secret_key
from config.supervise import die_with_parent
from config.web import ADDRESS_FILE
from config.wiring import make_desk
from core.errors import Misconfigured
from core.records.engine import Store
from core.records.migrate import upgrade
from core.services.desk import Desk

READY_SECONDS = 60


def default_home() -> Path:
    """Where the demo lives when nothing else is said: beside the real home, never in it."""
    return load().home.parent / "var-demo" if "LAMRO_HOME" in os.environ else Path("var/demo")


def open_desk(home: DemoHome, settings: Settings) -> Desk:
    """Database, secret, people and index of a demo home; harmless when they exist."""
    secret_key(settings.home)
    store = Store(settings.store_url)
    upgrade(store)
    desk = make_desk(settings, store)
    if desk.index is not None:
        desk.index.create()
    # Before anybody watches a place: nothing is stored yet that had to be read again.
    take_shipped(desk)
    engage(desk, home.password)
    return desk


def run_stage(path: Path | None, port: int) -> int:
    """Run until Ctrl-C. Returns 0, or 1 when the app did not start."""
    from config.commands.running import start_log

    with DemoHome(path or default_home()) as home:
        settings = home.settings(port)
        start_log(settings)
        desk = open_desk(home, settings)
        _tell_the_past(home, desk, settings)
        now = datetime.now(UTC)
        home.clock.set(now, running=True)
        if "live_from" not in home.state:
            home.press.go_live(now)
            home.save(live_from=now.isoformat())
        desk.store.close()
        return _serve(home, settings)


def _tell_the_past(home: DemoHome, desk: Desk, settings: Settings) -> None:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    past = Past(home, desk, settings, EVENINGS)
    past.engage_sources()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} lượt đọc"),
        TimeElapsedColumn(),
    ) as bar:
        task = bar.add_task("Dựng lại bốn tuần tin mẫu", total=len(DAYS))
        counts = past.tell(lambda done, total: bar.update(task, completed=done, total=total))
        bar.update(task, completed=len(DAYS))
    if counts:
        print(
            f"Đã đọc {counts['new']} tin mới, {counts['edited']} tin báo sửa lại, {counts['off_topic']} bài ngoài địa bàn (không lưu)."
        )


def _serve(home: DemoHome, settings: Settings) -> int:
    (home.path / ADDRESS_FILE).unlink(missing_ok=True)
    log = (home.path / "serve.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "config", "serve"],
        env=settings.environment(),
        stdin=subprocess.DEVNULL,
        stderr=log,
        preexec_fn=die_with_parent,  # noqa: PLW1509  no thread of ours holds a lock here; see config.supervise
        start_new_session=True,
    )
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        url = _wait_for_address(home, process, stopped)
        if url:
            home.save(url=url)
            _welcome(home, url)
            while not stopped.wait(0.3):
                if process.poll() is not None:
                    raise Misconfigured(
                        f"Ứng dụng đã dừng. Xem {home.path / 'serve.log'} rồi chạy lại make demo.",
                        f"The review app stopped. See {home.path / 'serve.log'}.",
                    )
    finally:
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        log.close()
        home.save(url="")
    print("\nĐã tắt bản thử. Dữ liệu còn trong thư mục; chạy lại để đi tiếp. (Stopped.)")
    return 0


def _wait_for_address(home: DemoHome, process: subprocess.Popen[bytes], stopped: threading.Event) -> str:
    for _ in range(READY_SECONDS * 5):
        if process.poll() is not None:
            raise Misconfigured(
                f"Ứng dụng không khởi động được. Xem {home.path / 'serve.log'}.",
                f"The review app did not start. See {home.path / 'serve.log'}.",
            )
        with contextlib.suppress(OSError, ValueError):
            return str(json.loads((home.path / ADDRESS_FILE).read_text(encoding="utf-8"))["url"])
        if stopped.wait(0.2):
            return ""
    raise Misconfigured(
        f"Ứng dụng chưa sẵn sàng sau {READY_SECONDS} giây. Xem {home.path / 'serve.log'}.",
        f"The review app was not ready after {READY_SECONDS} s. See {home.path / 'serve.log'}.",
    )


def _welcome(home: DemoHome, url: str) -> None:
    width = max(len(person.username) for person in CAST)
    print(f"\nLàm Rõ đang chạy: {url}\n")
    print("Tài khoản mẫu (mật khẩu chung: " + home.password + ")")
    for person in CAST:
        if person.locality == OFFICE:
            print(f"  {person.username:<{width}}  {person.name}, {person.position} ({person.part})")
    print("Người ngoài cơ quan, để thử các rào chắn (cùng mật khẩu)")
    for person in CAST:
        if person.locality != OFFICE:
            print(f"  {person.username:<{width}}  {person.name}, {person.position} ({person.part})")
    print(f"\nDùng lệnh lamro với dữ liệu này: LAMRO_HOME={home.path} .venv/bin/lamro doctor")
    print("Tin mới sẽ về trong vài phút tới. Thư gửi đi nằm trong " + str(home.path / "mail"))
    print(
        "Ctrl-C để tắt. (Sample accounts above; new items arrive in the next minutes; Ctrl-C stops everything.)",
        flush=True,
    )
