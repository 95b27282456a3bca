"""When the page of a flagged item is looked at again, and what a visit saw. Pure; facts only, nothing is judged.

The plan (hours and days after flagging) is ours: most edits and deletions come in the first day, corrections within a week, and a
press correction may take a month (domain.md §2 row 11 asks for follow-up; no law names the interval).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from core.rules.vocabulary import Tag

PLAN: tuple[timedelta, ...] = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(hours=72),
    timedelta(days=7),
    timedelta(days=30),
)
#: a person's suspicion or a piece of criticism is worth following; claims and incidents always are
FLAGGING_TAGS: tuple[Tag, ...] = (Tag.SUSPECTED, Tag.CRITICISM)
RETRY = timedelta(minutes=30)
MAX_TRIES = 3


class Saw(StrEnum):
    """What a visit saw."""

    FIRST = "first"
    SAME = "same"
    EDITED = "edited"
    GONE = "gone"
    BACK = "back"
    MOVED = "moved"
    UNCLEAR = "unclear"
    FAILED = "failed"


#: the address answers, and says that the page is not for the public any more
_GONE = frozenset({"http_401", "http_404", "http_410", "http_451", "login_redirect", "home_redirect"})
#: something came back, but no article could be read in it: a person has to look
_UNCLEAR = frozenset(
    {"empty", "empty_text", "not_article", "not_text", "parser_killed", "parser_error", "too_large", "bomb", "bad_encoding"}
)  # fmt: skip
#: asking again soon would be impolite and would change nothing
_FINAL = frozenset({"robots", "private_address", "bad_url", "tls"})


def read_code(code: str) -> Saw:
    """What a failure's code means for a page that was there before."""
    if code in _GONE:
        return Saw.GONE
    return Saw.UNCLEAR if code in _UNCLEAR else Saw.FAILED


def tries_left(code: str, tries: int) -> bool:
    """Whether a visit that could not look is worth another try before the next step of the plan."""
    return code not in _FINAL and tries < MAX_TRIES


def next_visit(begun_at: datetime, now: datetime) -> tuple[int, datetime | None]:
    """(steps that lie behind, when to look next or None). Steps that a switched-off machine missed are not caught up one by one."""
    for step, wait in enumerate(PLAN):
        if begun_at + wait > now:
            return step, begun_at + wait
    return len(PLAN), None


def is_home(address: str) -> bool:
    """True for a site's front page."""
    try:
        path = urlsplit(address).path.strip("/").lower()
    except ValueError:
        return False
    return path in {
        "",
        "index.html",
        "index.htm",
        "index.php",
        "default.aspx",
        "home",
        "trang-chu",
        "vi",
        "en",
    }


def gone_words(status: int, asked: str, chain: Sequence[str], *, login: bool) -> str:
    """The code of an answer that says "no longer here", or "": by status, by a log-in page, or by being sent to the front page.

    ``chain`` is the way that the request took, the asked address first.
    """
    if status in {401, 404, 410, 451}:
        return f"http_{status}"
    if len(chain) > 1 and login:
        return "login_redirect"
    if len(chain) > 1 and is_home(chain[-1]) and not is_home(asked):
        return "home_redirect"
    return ""
