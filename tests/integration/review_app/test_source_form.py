"""The form of a source: settings by kind, a try before saving, and nothing that was typed is lost."""

from __future__ import annotations

import html
import re

import pytest

from core.records.source import CrawlRequest, Source
from core.services import crawl_requests
from crawlers.registry import KindRegistry, all_kinds
from review_app import kind_words
from tests.fixtures.web import found

DATA = {
    "name": "Cổng Bến Đò",
    "kind": "listing",
    "url": "https://ben-do.example/tin",
    "language": "vi",
    "reach_tier": "2",
    "interval_minutes": "30",
    "domestic": "y",
    "rule_link_css": "h3 a",
}


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(answer.text)).split())


def test_every_kind_and_setting_has_its_words():
    kinds = KindRegistry()
    assert set(all_kinds()) <= set(kind_words.KINDS)
    settings = {option.name for kind in kinds.names() for option in kinds.options(kind)}
    assert settings <= set(kind_words.OPTIONS)
    assert str(kind_words.kind_words("chua-co").label) == "chua-co"


@pytest.mark.parametrize("kind", sorted(all_kinds()))
def test_a_kind_asks_for_its_own_settings(person, kind):
    page = person("tu.la").get(f"/sources/_add?kind={kind}")
    wanted = {f"rule_{option.name}" for option in KindRegistry().options(kind)}
    assert set(re.findall(r'name="(rule_\w+)"', page.text)) == wanted
    assert re.search(rf'<option selected value="{kind}">', page.text)


def test_another_kind_keeps_what_was_typed_and_saves_nothing(office, person):
    boss = person("tu.la")
    page = boss.post("/sources/_add", {**DATA, "kind": "sitemap", "do": "kind"})
    assert page.status_code == 200 and "Còn" not in words(page)
    assert 'value="Cổng Bến Đò"' in page.text and 'name="rule_max_age_days"' in page.text
    assert 'name="rule_link_css"' not in page.text
    with office.desk.store.read() as session:
        assert session.get(Source, "cong-ben-do") is None


def test_the_bounds_of_the_learned_interval_are_edited_on_the_sources_screen(office, person):
    boss = person("tu.la")
    page = boss.get("/sources/gio-bien/edit")
    version = found(r'name="version"[^>]*value="(\d+)"', page.text)
    assert found(r'name="poll_least_minutes"[^>]*value="(\d+)"', page.text) == "15"
    given = {**DATA, "version": version, "kind": "feed", "name": "Gió Biển", "poll_least_minutes": "30"}
    del given["rule_link_css"]
    wrong = boss.post("/sources/gio-bien/edit", {**given, "poll_most_minutes": "20"})
    assert wrong.status_code == 400 and "nhanh nhất không dài hơn chậm nhất" in words(wrong)
    assert boss.post("/sources/gio-bien/edit", {**given, "poll_most_minutes": "4"}).status_code == 400
    assert boss.post("/sources/gio-bien/edit", {**given, "poll_most_minutes": "90"}).status_code == 303
    with office.desk.store.read() as session:
        row = session.get_one(Source, "gio-bien")
        assert (row.poll_least_minutes, row.poll_most_minutes) == (30, 90)
        version = str(row.version)
    assert "từ 30 đến 90 phút" in words(boss.get("/sources/gio-bien"))
    # What is left empty stays.
    left = {**given, "version": version, "poll_least_minutes": "", "poll_most_minutes": ""}
    assert boss.post("/sources/gio-bien/edit", left).status_code == 303
    with office.desk.store.read() as session:
        assert session.get_one(Source, "gio-bien").poll_least_minutes == 30


def test_settings_are_saved_shown_and_changed(office, person):
    boss = person("tu.la")
    assert boss.post("/sources/_add", DATA).location == "/sources/cong-ben-do"
    assert "Chỗ lấy liên kết (CSS) h3 a" in words(boss.get("/sources/cong-ben-do"))
    page = boss.get("/sources/cong-ben-do/edit")
    assert found(r'name="rule_link_css"[^>]*value="([^"]*)"', page.text) == "h3 a"
    version = found(r'name="version"[^>]*value="(\d+)"', page.text)
    assert (
        boss.post("/sources/cong-ben-do/edit", {**DATA, "rule_link_css": "", "version": version}).status_code
        == 303
    )
    with office.desk.store.read() as session:
        assert session.get_one(Source, "cong-ben-do").rules == {}


def test_numbers_and_choices(office, person):
    boss = person("tu.la")
    data = {**DATA, "kind": "google-news", "url": '"xã Chí Minh"', "rule_edition": "en", "rule_days": "7"}
    assert boss.post("/sources/_add", data).status_code == 303
    with office.desk.store.read() as session:
        row = session.get_one(Source, "cong-ben-do")
        assert row.rules == {"edition": "en", "days": 7} and row.url.startswith(
            "https://news.google.com/rss/search?q="
        )
    refused = boss.post("/sources/_add", {**data, "id": "khac", "rule_days": "bảy"})
    assert refused.status_code == 400 and "Cần một số nguyên" in words(refused)
    refused = boss.post("/sources/_add", {**data, "id": "khac", "rule_days": "999"})
    assert refused.status_code == 400 and "days" in words(refused)


def tell(office, number, state="done", **result):
    crawl_requests.take_requests(office.desk, "scheduler:h:1")
    crawl_requests.finish_request(office.desk, number, result, failed=state == "failed")


def asked(page):
    return int(found(r'name="preview" value="(\d+)"', page.text))


def test_a_try_shows_what_would_be_found_and_saves_nothing(office, person):
    boss = person("tu.la")
    page = boss.post("/sources/_add", {**DATA, "do": "preview"})
    assert page.status_code == 200 and "Đang đọc thử, chưa lưu gì." in words(page)
    number = asked(page)
    assert f'data-live="/sources/_preview/{number}" data-moving' in page.text
    tell(
        office, number, outcome="new", found=40,
        entries=[
            {"title": "Cống tiêu <b>hỏng</b>", "url": "https://ben-do.example/1", "published_at": "2026-09-12T08:00:00+07:00", "words": 210},
            {"title": "", "url": "https://ben-do.example/2", "published_at": None, "words": 0},
        ],
    )  # fmt: skip
    part = boss.get(f"/sources/_preview/{number}")
    said = words(part)
    assert "thấy 40 mục, chưa lưu gì" in said and "1 trên 2 mục không rõ ngày đăng." in said
    assert "210 chữ" in said and "https://ben-do.example/2" in said and "12/9" in said
    assert "<b>hỏng</b>" not in part.text and "data-moving" not in part.text
    # Without script the same stands under the form, with all that was typed.
    again = boss.post("/sources/_add", {**DATA, "do": "look", "preview": number})
    assert "thấy 40 mục" in words(again) and 'value="h3 a"' in again.text
    with office.desk.store.read() as session:
        assert session.get(Source, "cong-ben-do") is None
        assert session.get_one(CrawlRequest, number).details["rules"] == {"link_css": "h3 a"}


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (
            {"outcome": "failed", "error_vi": "Máy chủ không trả lời.", "error_en": "No answer."},
            "Máy chủ không trả lời.",
        ),
        ({"outcome": "seen", "error_vi": "", "error_en": "", "entries": []}, "không thấy bài"),
        ({}, "không thấy bài"),
        ({"entries": "x", "found": True}, "không thấy bài"),
    ],
)
def test_a_try_that_fails_says_why(office, person, result, sentence):
    boss = person("tu.la")
    number = asked(boss.post("/sources/_add", {**DATA, "do": "preview"}))
    tell(office, number, "failed", **result)
    said = words(boss.get(f"/sources/_preview/{number}"))
    assert "Xem thử không thấy tin nào." in said and sentence in said


def test_a_try_of_what_cannot_be_is_refused_at_once(office, person):
    boss = person("tu.la")
    page = boss.post("/sources/_add", {**DATA, "url": "ftp://x", "do": "preview"})
    assert page.status_code == 400 and "http" in words(page) and "data-live" not in page.text
    page = boss.post("/sources/_add", {**DATA, "name": "", "url": "", "do": "preview"})
    assert page.status_code == 400 and "Nhập tên nguồn." not in words(page) and "Nhập địa chỉ" in words(page)
    assert boss.get("/sources/_preview/4711").status_code == 404


def test_a_try_needs_no_name_and_offers_the_one_that_was_found(office, person):
    boss = person("tu.la")
    number = asked(boss.post("/sources/_add", {**DATA, "name": "", "do": "preview"}))
    tell(
        office, number, outcome="new", found=1, title="  Cổng tin <i>Bến Đò</i> ",
        entries=[{"title": "Cống hỏng", "url": "https://ben-do.example/1", "published_at": None, "words": 0}],
    )  # fmt: skip
    part = boss.get(f"/sources/_preview/{number}").text
    assert "Nguồn tự gọi là “Cổng tin &lt;i&gt;Bến Đò&lt;/i&gt;”." in part and 'form="source-form"' in part
    with_it = boss.post("/sources/_add", {**DATA, "name": " ", "do": "name", "preview": number})
    assert 'name="name" required type="text" value="Cổng tin &lt;i&gt;Bến Đò&lt;/i&gt;"' in with_it.text
    own = boss.post("/sources/_add", {**DATA, "do": "name", "preview": number})
    assert 'value="Cổng Bến Đò"' in own.text, "a name that was typed stays"
    refused = boss.post("/sources/_add", {**DATA, "name": "", "preview": number})
    assert refused.status_code == 400 and "Nhập tên nguồn." in words(refused), "saving needs one"


def test_a_try_belongs_to_who_asked_for_it(office, person):
    boss = person("tu.la")
    number = asked(boss.post("/sources/_add", {**DATA, "do": "preview"}))
    with office.desk.store.write() as session:
        session.get_one(CrawlRequest, number).requested_by = office.accounts["hanh.dt"]
    assert boss.get(f"/sources/_preview/{number}").status_code == 404
    assert person("hanh.dt").get(f"/sources/_preview/{number}").status_code == 403


def test_a_try_of_a_source_that_exists_changes_nothing(office, person):
    boss = person("tu.la")
    page = boss.post("/sources/gio-bien/edit", {**DATA, "kind": "feed", "version": 1, "do": "preview"})
    assert "Đang đọc thử" in words(page)
    with office.desk.store.read() as session:
        assert session.get_one(Source, "gio-bien").name == "Gió Biển Online"
