"""What is shown beside a suggestion: names and figures that tell one claim from another."""

from __future__ import annotations

import pytest

from core.ports import JudgedClaim
from indexer.analysis.claims.likeness import like_claims
from indexer.analysis.claims.telling import both_hold, date_parts, told_names


@pytest.mark.parametrize(
    "noise",
    [
        "November",
        "Nov",
        "novembre",
        "Monday",
        "Thứ Hai",
        "Chủ nhật",
        "Tháng Mười Một",
        "Tháng 6",
        "Nhật",
        "Trung",
        "Quốc",
    ],
)
def test_months_weekdays_and_halves_of_countries_are_not_shown(noise):
    assert told_names([noise, "Bến Trại"]) == ("Bến Trại",)


@pytest.mark.parametrize("name", ["Nhật Bản", "Trung Quốc", "Văn Tố", "Bến Trại", "Nhật Tân", "Lan"])
def test_names_that_tell_something_stay(name):
    assert told_names([name]) == (name,)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Sáng ngày 6 tháng 11 năm 2026, đê vỡ.", {"6", "11", "2026"}),
        ("Từ tháng 11 xã thu 500.000 đồng mỗi hộ.", {"11"}),
        ("On November 6, 2026 the dyke broke; 1,200 left.", {"6", "2026"}),
        ("On 6 November the dyke broke.", {"6"}),
        ("In November 2026 the dyke broke.", {"2026"}),
        ("11月6日，1200户撤离。", {"11", "6"}),
        ("Ngày 6 tháng 11 có 6 người bị thương.", {"11"}),
        ("Có 6 hộ, 11 người.", set()),
        ("Quý 3, năm 2026 thu hai lần.", {"3", "2026"}),
    ],
)
def test_parts_of_dates_are_told_from_numbers(text, parts):
    assert date_parts(text) == parts


def test_a_bare_digit_that_both_hold_is_not_shown():
    assert both_hold(["6", "14", "3%", "500000", "6/11", "20:15"]) == ("14", "20:15", "3%", "500000", "6/11")


def test_a_small_number_that_differs_is_what_the_officer_must_see():
    claim = JudgedClaim(1, "Ngày 6 tháng 11 ở Bến Trại có 6 người chết khi đê vỡ.")
    (found,) = like_claims("", "Ngày 6 tháng 11 ở Bến Trại có 2 người chết khi đê vỡ.", [claim])
    assert (found.claim_figures, found.text_figures, found.shared_figures) == (("6",), ("2",), ())
    assert found.shared_names == ("Bến Trại",)
