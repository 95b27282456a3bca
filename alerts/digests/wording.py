"""Lines that both layouts of the digest print: dates, changes, shares. All times in Viet Nam."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import VIETNAM
from core.ports import WeeklyDigest
from core.rules.weeks import number_of

NOTHING_WAITS = "Không có phản ánh đúng nào chờ trả lời."
NO_INCIDENT = "Không có vụ việc nào đang mở hoặc đóng trong tuần."
NOTHING_AHEAD = "Không có hạn nào trong bảy ngày tới."
ALL_WATCHED = "Mọi nguồn đang bật đều được đọc và có tin như thường lệ."


def day(at: datetime) -> str:
    """A day as "14/9"."""
    here = at.astimezone(VIETNAM)
    return f"{here.day}/{here.month}"


def title(digest: WeeklyDigest) -> str:
    """The digest's name: "Bản tin tuần 38"."""
    return f"Bản tin tuần {number_of(digest.week)}"


def span(digest: WeeklyDigest) -> str:
    """From which day to which, and when it was made."""
    last = digest.ends_on - timedelta(seconds=1)
    made = digest.made_at.astimezone(VIETNAM)
    return (
        f"Từ thứ Hai {day(digest.starts_on)} đến Chủ nhật {day(last)}/{last.astimezone(VIETNAM).year}. "
        f"Lập {made:%H:%M} ngày {made.day}/{made.month}/{made.year}."
        f"{'' if digest.made_at >= digest.ends_on else ' Bản tạm: tuần chưa kết thúc.'}"
    )


def change(this: int, before: int) -> str:
    """A figure beside last week's: "giảm 41% so với tuần trước (252)". A base too small for a share gets the number alone."""
    if this == before:
        return "bằng tuần trước"
    if before < 10:
        return f"tuần trước: {before}"
    share = round(abs(this - before) * 100 / before)
    return f"{'tăng' if this > before else 'giảm'} {share}% so với tuần trước ({before})"


def answered(digest: WeeklyDigest) -> str:
    """How much criticism was answered on time, in the week and since New Year."""
    on_time, due, year_on_time, year_due = digest.answered
    week = f"trong tuần {on_time} trên {due}" if due else "trong tuần chưa việc nào đến hạn"
    year = f"từ đầu năm {year_on_time} trên {year_due}" if year_due else "từ đầu năm chưa việc nào đến hạn"
    share = f" ({round(year_on_time * 100 / year_due)}%)" if year_due else ""
    return f"Phản ánh được trả lời đúng hạn: {week}; {year}{share}."


def silent_sources(digest: WeeklyDigest) -> str:
    """The heading's number of sources that were not watched."""
    return f"{len(digest.not_watched)} nguồn" if digest.not_watched else "không có"
