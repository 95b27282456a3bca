"""Fault points for the kill tests (reliability.md §3): a process told so kills itself, exactly as a power cut would.

``LAMRO_FAULT`` names one point, or ``point:N`` for its N-th passing, in an environment where ``LAMRO_ENV`` is demo or test.
Anywhere else, and without the variable, a point does nothing. The fifteen points, in the order of the way of a piece of news:

=====================  ================================================================================================
crawl.leased           sources are leased, their crawler has not started
crawl.before_finish    all candidates of a source are stored, its run row is still "running"
intake.before_commit   a batch is written, not committed
intake.after_commit    a batch is committed with its outbox rows, nobody was told
feed.before_apply      a batch was read from the outbox, the index has not seen it
feed.after_apply       the index holds the batch, the feeder has not gone on
rebuild.before_fill    a batch of items was read for a fresh index, which has not seen it
rebuild.before_swap    the fresh index is full, the old one still answers
rebuild.after_swap     the fresh index answers, nobody was told
judge.before_commit    a tag, claim, evidence or verdict is written, not committed
approve.before_commit  an approval is written, not committed
approve.after_commit   an approval is committed, the person has not been told
dispatch.before_send   a message is marked "sending", the channel has not been called
dispatch.after_send    the other side accepted the message, the record does not say so yet
serve.after_click      a service answered, the page was not sent
=====================  ================================================================================================
"""

from __future__ import annotations

import os
import signal

from core.errors import Misconfigured

POINTS = (
    "crawl.leased",
    "crawl.before_finish",
    "intake.before_commit",
    "intake.after_commit",
    "feed.before_apply",
    "feed.after_apply",
    "rebuild.before_fill",
    "rebuild.before_swap",
    "rebuild.after_swap",
    "judge.before_commit",
    "approve.before_commit",
    "approve.after_commit",
    "dispatch.before_send",
    "dispatch.after_send",
    "serve.after_click",
)

_passed: dict[str, int] = {}


def point(name: str) -> None:
    """Die here by SIGKILL when LAMRO_FAULT says so (demo and test only). Raises ValueError for a name that is not listed."""
    if name not in POINTS:
        raise ValueError(f"not a fault point: {name}")
    wanted, _, number = os.environ.get("LAMRO_FAULT", "").partition(":")
    if wanted != name or os.environ.get("LAMRO_ENV", "production") not in {"demo", "test"}:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] >= int(number or 1):
        os.kill(os.getpid(), signal.SIGKILL)


def check_environment() -> None:
    """For the start of a process. Raises :class:`Misconfigured` when LAMRO_FAULT names no point of ours."""
    wanted, _, number = os.environ.get("LAMRO_FAULT", "").partition(":")
    if wanted and (wanted not in POINTS or (number and not number.isdecimal())):
        raise Misconfigured(
            f"LAMRO_FAULT={wanted} không phải điểm ngắt nào của chương trình. Bỏ biến này rồi chạy lại.",
            f"LAMRO_FAULT={wanted} is not a fault point. Points: {', '.join(POINTS)}.",
        )
