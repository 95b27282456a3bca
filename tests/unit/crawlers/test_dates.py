"""Dates as Vietnamese outlets write them; every expected moment was worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsers.dates import read_date

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Monday noon in Viet Nam

CASES = {
    # the seven spellings of seventeen real feeds
    "Fri, 20 Nov 2026 08:00:00 +0700": "2026-11-20T01:00",
    "Fri, 20 Nov 2026 08:00:00 +07:00": "2026-11-20T01:00",
    "Fri, 20 Nov 2026 08:00:00 +07": "2026-11-20T01:00",
    "Fri, 20 Nov 2026 08:00:00 GMT": "2026-11-20T08:00",
    "Fri, 20 Nov 26 08:00:00 +0700": "2026-11-20T01:00",
    "8/20/2026 4:23:00 PM": "2026-08-20T09:23",
    "8/6/2026 4:23:00\u202fPM": "2026-08-06T09:23",
    # zones that libraries read seven hours wrong
    "Fri, 20 Nov 2026 08:00:00 GMT+7": "2026-11-20T01:00",
    "Fri, 20 Nov 2026 08:00:00 ICT": "2026-11-20T01:00",
    "Fri, 20 Nov 2026 08:00:00": "2026-11-20T01:00",
    "2026-11-20T08:00:00": "2026-11-20T01:00",
    "2026-11-20T08:00:00Z": "2026-11-20T08:00",
    "2026-11-20T08:00:00.500+07:00": "2026-11-20T01:00",
    "20/11/2026 08:00 (GMT+7)": "2026-11-20T01:00",
    "Sat, 21 Nov 2026 10:15:00 EST": "2026-11-21T15:15",
    "Fri Nov 20 08:00:00 2026": "2026-11-20T01:00",
    # bylines
    "Thứ bảy, 21/11/2026, 20:15 (GMT+7)": "2026-11-21T13:15",
    "20:15 21/11/2026": "2026-11-21T13:15",
    "Cập nhật: 08h15 ngày 22/11/2026": "2026-11-22T01:15",
    "Thứ Sáu, ngày 20/11/2026 - 14:05": "2026-11-20T07:05",
    "Ngày 22 tháng 11 năm 2026": "2026-11-21T17:00",
    "Cập nhật 21-11-2026": "2026-11-20T17:00",
    "22.11.2026 | 08:15": "2026-11-22T01:15",
    "20/11/2026 2:15 CH": "2026-11-20T07:15",
    "20/11/2026 8:15 SA": "2026-11-20T01:15",
    "06/08/2026 4:23 PM": "2026-08-06T09:23",
    "02/03/2026": "2026-03-01T17:00",
    "12/11/2026": "2026-11-11T17:00",
    # relative
    "vừa xong": "2026-11-23T05:00",
    "5 phút trước": "2026-11-23T04:55",
    "2 giờ trước": "2026-11-23T03:00",
    "3 ngày trước": "2026-11-20T05:00",
    "hôm nay, 09:30": "2026-11-23T02:30",
    "Hôm qua, 08:15": "2026-11-22T01:15",
    "hôm kia": "2026-11-20T17:00",
    # others
    "2026年11月20日 08:00": "2026-11-20T01:00",
    "November 20, 2026 8:00 AM": "2026-11-20T01:00",
    "1700000000": "2023-11-14T22:13",
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_a_spelling_gives_the_moment(text, expected):
    found = read_date(text, NOW).at
    assert found is not None
    assert found.strftime("%Y-%m-%dT%H:%M") == expected
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("9999-01-01", "date_in_future"),
        ("2569-11-20", "date_in_future"),
        ("30/12/2026", "date_in_future"),
        ("01/02/1975", "date_too_old"),
        ("0000-01-01", "date_impossible"),
        ("20/11/2026 25:61:61", "date_impossible"),
        ("31/02/2026", "date_impossible"),
        ("2026-11-20T08:00:00+99:00", "date_impossible"),
        ("tin mới", ""),
        ("", ""),
        ("2026", ""),
        ("đường dây 1900 1234", ""),
    ],
)
def test_what_cannot_be_believed_gives_no_date(text, warning):
    assert read_date(text, NOW) == (None, False, warning)


def test_one_day_ahead_is_believed_and_a_minute_more_is_not():
    assert read_date("2026-11-24T12:00:00+07:00", NOW).at is not None
    assert read_date("2026-11-24T12:01:00+07:00", NOW).at is None


def test_a_date_without_a_time_says_so():
    assert read_date("21/11/2026", NOW).has_time is False
    assert read_date("21/11/2026 00:00", NOW).has_time is True


@given(st.text(max_size=80))
def test_no_text_makes_it_raise(text):
    found = read_date(text, NOW)
    assert found.at is None or found.at.tzinfo is not None


@given(st.datetimes(min_value=datetime(1995, 1, 2), max_value=datetime(2026, 11, 23)))
def test_the_usual_byline_comes_back(moment):
    text = f"{moment:%d/%m/%Y} - {moment:%H:%M} (GMT+7)"
    found = read_date(text, NOW).at
    assert found is not None
    assert found.replace(tzinfo=None) + timedelta(hours=7) == moment.replace(second=0, microsecond=0)
