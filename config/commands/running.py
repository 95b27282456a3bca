"""``lamro serve``, ``schedule``, ``demo``: the processes."""

from __future__ import annotations

import sys
from pathlib import Path

from config.settings import Settings, load


def run_serve(host: str | None, port: int | None, *, scheduler: bool) -> int:
    """Review app with its scheduler under one supervisor; the app alone without."""
    settings = load({"host": host, "port": port})
    start_log(settings)
    if scheduler:
        from config.supervise import Supervisor, serve_commands

        make_ready(settings)
        return Supervisor(settings, serve_commands(scheduler=True)).run()
    from config.supervise import die_with_parent
    from config.web import serve
    from config.wiring import make_desk, make_web

    die_with_parent()
    try:
        serve(make_web(settings, make_desk(settings, screens=True)), settings)
    except OSError as error:
        print(
            f"Lỗi: không mở được cổng {settings.port} trên {settings.host} ({error.strerror}). Chọn cổng khác: lamro serve --port SỐ\n"
            f"       (Cannot listen on {settings.host}:{settings.port}.)",
            file=sys.stderr,
        )
        return 1
    return 0


def make_ready(settings: Settings) -> None:
    """Bring the database to this program's revision before the processes start. Raises when there is no home yet."""
    from config.wiring import require_home
    from core.records.engine import Store
    from core.records.migrate import upgrade

    require_home(settings)
    store = Store(settings.store_url)
    upgrade(store)
    store.close()


def run_schedule() -> None:
    """The scheduler alone."""
    from config.schedule import run_scheduler
    from config.supervise import die_with_parent
    from config.wiring import make_channels, make_desk, make_mailbox

    settings = load()
    start_log(settings)
    if settings.env != "production":
        die_with_parent()
    run_scheduler(make_desk(settings), settings, make_channels(settings), make_mailbox(settings))


def run_worker() -> None:
    """A reader of sources beside the scheduler; several of them share one PostgreSQL."""
    from config import crawl_worker
    from config.supervise import die_with_parent
    from config.wiring import make_desk

    settings = load()
    start_log(settings)
    if settings.env != "production":
        die_with_parent()
    crawl_worker.run_worker(make_desk(settings), settings)


def run_demo(*, check: bool, home: Path | None, break_step: str, port: int) -> int:
    """The demo for a person, or with ``--check`` the whole way without one."""
    if check or break_step:
        from config.demo.check import run_check

        return run_check(home, break_step)
    from config.demo.stage import run_stage

    return run_stage(home, port)


def start_log(settings: Settings) -> None:
    """Log lines on stderr: JSON in UTC for machines, readable on a terminal; never a body, a password or a token."""
    import logging

    import structlog

    level = getattr(logging, settings.log_level)
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    renderer = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Asked for at each line: whoever put another stream in its place meant the log too.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
