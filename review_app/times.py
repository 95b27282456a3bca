"""Moments and spans of time in words (ui.md §6). Everything comes in as aware UTC and is shown in Asia/Ho_Chi_Minh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Flask

from core.clock import VIETNAM
from review_app import context
from review_app.language import gettext, ngettext

WEEKDAYS = (
    lambda: gettext("Thứ hai"),
    lambda: gettext("Thứ ba"),
    lambda: gettext("Thứ tư"),
    lambda: gettext("Thứ năm"),
    lambda: gettext("Thứ sáu"),
    lambda: gettext("Thứ bảy"),
    lambda: gettext("Chủ nhật"),
)


def local(moment: datetime) -> datetime:
    """The moment in Viet Nam. Raises ValueError on a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime")
    return moment.astimezone(VIETNAM)


def today() -> date:
    """The day it is in Viet Nam by the desk's clock."""
    return local(context.now()).date()


def clock_time(moment: datetime) -> str:
    """07:32."""
    return f"{local(moment):%H:%M}"


def day(moment: datetime | date) -> str:
    """13/9 within the year, 13/9/2026 otherwise."""
    value = local(moment).date() if isinstance(moment, datetime) else moment
    return f"{value.day}/{value.month}" + ("" if value.year == today().year else f"/{value.year}")


def full_day(moment: datetime | date) -> str:
    """13/9/2026 always."""
    value = local(moment).date() if isinstance(moment, datetime) else moment
    return f"{value.day}/{value.month}/{value.year}"


def when(moment: datetime | None) -> str:
    """07:32 today, 12/9, 21:55 otherwise; a dash for never."""
    if moment is None:
        return "–"
    if local(moment).date() == today():
        return clock_time(moment)
    return f"{day(moment)}, {clock_time(moment)}"


def long_now(moment: datetime) -> str:
    """Chủ nhật, 13/9/2026, 07:32."""
    return f"{WEEKDAYS[local(moment).weekday()]()}, {full_day(moment)}, {clock_time(moment)}"


def due(moment: datetime) -> str:
    """23:10 hôm nay; 15/9 for a later day. The midnight that ends a day is that day's, as the law counts and the digest says."""
    if local(moment).time() == time():
        last = local(moment).date() - timedelta(days=1)
        if last == today():
            return gettext("hết hôm nay")
        return gettext("hết ngày mai") if last == today() + timedelta(days=1) else day(last)
    if local(moment).date() == today():
        return gettext("%(time)s hôm nay", time=clock_time(moment))
    if local(moment).date() == today() + timedelta(days=1):
        return gettext("%(time)s ngày mai", time=clock_time(moment))
    return day(moment)


def span(length: timedelta) -> str:
    """1 giờ 50 phút; 2 ngày. Never negative, at least one minute."""
    minutes = max(1, int(abs(length).total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(num)s phút", "%(num)s phút", minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        words = ngettext("%(num)s giờ", "%(num)s giờ", hours)
        return words + (" " + ngettext("%(num)s phút", "%(num)s phút", rest) if rest else "")
    days, hours = divmod(hours, 24)
    words = ngettext("%(num)s ngày", "%(num)s ngày", days)
    return words + (" " + ngettext("%(num)s giờ", "%(num)s giờ", hours) if hours and days < 2 else "")


def left(moment: datetime) -> str:
    """Còn 1 giờ 50 phút, or Quá hạn 2 ngày."""
    rest = moment - context.now()
    if rest <= timedelta():
        return gettext("Quá hạn %(span)s", span=span(rest))
    return gettext("Còn %(span)s", span=span(rest))


def ago(moment: datetime | None) -> str:
    """12 phút trước; the day and time when it is longer ago than a day."""
    if moment is None:
        return gettext("chưa lần nào")
    minutes = int((context.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return gettext("vừa xong")
    if minutes < 60:
        return ngettext("%(num)s phút trước", "%(num)s phút trước", minutes)
    if minutes < 24 * 60:
        return ngettext("%(num)s giờ trước", "%(num)s giờ trước", minutes // 60)
    return when(moment)


@dataclass(frozen=True, slots=True)
class Ring:
    """How a clock is drawn: ``state`` is "", "soon" (last tenth, or two hours) or "late"; ``used`` is 0–100."""

    state: str
    used: int


def ring(starts: datetime, ends: datetime) -> Ring:
    """The ring of a running clock."""
    now = context.now()
    whole = max((ends - starts).total_seconds(), 1.0)
    used = min(100, max(0, round((now - starts).total_seconds() * 100 / whole)))
    if now >= ends:
        return Ring("late", 100)
    soon = ends - now <= timedelta(hours=2) or used >= 90
    return Ring("soon" if soon else "", used)


def install(app: Flask) -> None:
    """Offer the words of time to templates."""
    for view in (clock_time, day, full_day, when, long_now, due, span, left, ago):
        app.jinja_env.filters[view.__name__] = view
    app.jinja_env.globals["ring"] = ring
    app.jinja_env.globals["now"] = context.now
