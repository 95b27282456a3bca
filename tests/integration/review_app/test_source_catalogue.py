"""Danh mục nguồn and lists of sources as files, as the administrator uses them."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from core.records.audit import AuditRow
from core.records.source import Source
from core.rules.catalogue import CatalogueEntry, Certainty
from core.services import source_catalogue
from core.services.source_files import read
from tests.fixtures.web import found

ENTRIES = (
    CatalogueEntry("ben-do", "Báo Bến Đò", "provincial", Certainty.MEDIUM, "feed", "https://ben-do.example/rss", "vi", "VN", province="31", reach_tier=2),
    CatalogueEntry("nui-cao", "Báo Núi Cao", "provincial", Certainty.LOW, "feed", "https://nui-cao.example/rss", "vi", "VN", province="38", former="Núi Cao"),
    CatalogueEntry("ngay-moi", "Ngày Mới", "central", Certainty.HIGH, "feed", "https://ngay-moi.example/rss", "vi", "VN", reach_tier=3, interval_minutes=30),
    CatalogueEntry("harbour", "Harbour Post", "foreign", Certainty.HIGH, "feed", "https://harbour.example/rss", "en", "SG", domestic=False, reach_tier=3),
    CatalogueEntry("tim", "Máy tìm", "search", Certainty.MEDIUM, "feed", "https://tim.example/rss?q={query}"),
    CatalogueEntry("kenh", "Kênh", "social", Certainty.MEDIUM, "feed", "https://kenh.example/{id}.rss", social=True),
    CatalogueEntry("dong", "Trang Đóng", "central", Certainty.BROKEN, note_vi="Trang đã đóng cửa.", note_en="The site has closed."),
    CatalogueEntry("gio", "Gió Biển", "central", Certainty.HIGH, "feed", "https://gio-bien.example/rss"),
)  # fmt: skip


@pytest.fixture
def office(office):
    return replace(office, desk=replace(office.desk, catalogue=lambda: ENTRIES))


def with_catalogue(office, entries):
    return replace(office.desk, catalogue=lambda: entries)


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def source(office, source_id):
    with office.desk.store.read() as session:
        return session.get(Source, source_id)


def test_the_catalogue_is_searched_and_ours_stands_first(person):
    boss = person("tu.la")
    page = boss.get("/sources/_catalogue")
    names = re.findall(r'class="offer[^"]*">.*?<b>(.+?)</b>', page.text, re.S)
    assert names[0] == "Báo Bến Đò" and names[-1] == "Trang Đóng" and len(names) == len(ENTRIES)
    assert "Trang đã đóng cửa." in words(page) and "Không thêm được" in words(page)
    assert "Báo của tỉnh Núi Cao trước khi nhập vào tỉnh Thanh Hóa" in words(page)
    assert "Đã có trong danh sách" in words(page), "the address of Gió Biển Online is read already"
    for query, names in [
        ("q=ben+do", ["Báo Bến Đò"]),
        ("province=38", ["Báo Núi Cao"]),
        ("language=en", ["Harbour Post"]),
        ("group=social", ["Kênh"]),
        ("q=khong-co", []),
    ]:
        shown = re.findall(
            r'class="offer[^"]*">.*?<b>(.+?)</b>', boss.get(f"/sources/_catalogue?{query}").text, re.S
        )
        assert shown == names, query
    assert "Không có nguồn nào khớp" in words(boss.get("/sources/_catalogue?q=khong-co"))


def test_one_click_adds_and_the_source_page_follows(office, person):
    boss = person("tu.la")
    answer = boss.post("/sources/_catalogue", {"only": "ben-do"}, page="/sources/_catalogue")
    assert answer.location == "/sources/ben-do"
    made = source(office, "ben-do")
    assert (made.name, made.locality, made.reach_tier, made.enabled) == ("Báo Bến Đò", "31", 2, True)
    assert made.catalogue_id == "ben-do" and made.catalogue_values["url"] == "https://ben-do.example/rss"
    assert "Đã thêm 1 nguồn. Máy đọc thử ngay." in words(boss.get("/sources/ben-do"))
    # Pressing twice makes no second one, and the page says why.
    again = boss.post("/sources/_catalogue", {"only": "ben-do", "next": "/sources/_catalogue?q=ben"})
    assert again.location == "/sources/_catalogue?q=ben"
    assert "đã có trong danh sách với tên Báo Bến Đò" in words(boss.get(again.location))


def test_several_are_added_and_those_that_cannot_be_are_named(office, person):
    boss = person("tu.la")
    data = {"entry": ["ngay-moi", "harbour", "dong", "tim", "gio", "bia-ra"]}
    assert boss.post("/sources/_catalogue", data).location == "/sources"
    said = words(boss.get("/sources"))
    assert "Đã thêm 2 nguồn." in said and "Trang đã đóng cửa." in said and "còn chỗ phải điền" in said
    assert source(office, "harbour").domestic is False and source(office, "dong") is None
    assert boss.post("/sources/_catalogue", {}).location == "/sources/_catalogue"
    assert "Chưa chọn nguồn nào" in words(boss.get("/sources/_catalogue"))


def test_blanks_are_filled_in_on_the_form(person):
    boss = person("tu.la")
    page = boss.get("/sources/_add?entry=tim")
    url = found(r'name="url"[^>]*value="([^"]*)"', page.text)
    assert url == "https://tim.example/rss?q=%22x%C3%A3%20Ch%C3%AD%20Minh%22%20%22H%E1%BA%A3i%20Ph%C3%B2ng%22"
    page = boss.get("/sources/_add?entry=kenh")
    url = found(r'name="url"[^>]*value="([^"]*)"', page.text)
    data = {
        "name": "Kênh",
        "kind": "feed",
        "url": url,
        "interval_minutes": 60,
        "reach_tier": 1,
        "language": "",
    }
    refused = boss.post("/sources/_add", data)
    assert refused.status_code == 400 and "Thay {id} trong địa chỉ" in words(refused)


def test_an_officer_cannot_open_it(person):
    someone = person("hanh.dt")
    assert someone.get("/sources/_catalogue").status_code == 403
    assert someone.post("/sources/_catalogue", {"only": "ben-do"}).status_code == 403
    assert someone.get("/sources/_export").status_code == 403


def test_a_change_of_the_catalogue_is_offered_never_forced(office, person, app):
    boss = person("tu.la")
    boss.post("/sources/_catalogue", {"only": "ben-do"})
    page = boss.get("/sources/ben-do")
    assert "có thay đổi cho nguồn này" not in words(page)
    moved = (replace(ENTRIES[0], url="https://moi.example/rss", reach_tier=3), *ENTRIES[1:])
    app.extensions["lamro_desk"] = with_catalogue(office, moved)
    page = boss.get("/sources/ben-do")
    said = words(page)
    assert "Danh mục nguồn có thay đổi cho nguồn này." in said and "https://moi.example/rss" in said
    assert source(office, "ben-do").url == "https://ben-do.example/rss"
    # What staff changed elsewhere stays when the offer is taken.
    with office.desk.store.write() as session:
        session.get_one(Source, "ben-do").name = "Bến Đò của xã"
    version = found(r'name="version" value="(\d+)"', page.text)
    boss.post("/sources/ben-do/update", {"do": "take", "version": version})
    now = source(office, "ben-do")
    assert (now.url, now.reach_tier, now.name) == ("https://moi.example/rss", 3, "Bến Đò của xã")
    assert "có thay đổi cho nguồn này" not in words(boss.get("/sources/ben-do"))
    # Left once, it is not asked again until the entry changes again.
    app.extensions["lamro_desk"] = with_catalogue(
        office, (replace(moved[0], name="Bến Đò mới"), *ENTRIES[1:])
    )
    boss.post("/sources/ben-do/update", {"do": "keep"})
    assert source(office, "ben-do").name == "Bến Đò của xã"
    assert "có thay đổi cho nguồn này" not in words(boss.get("/sources/ben-do"))
    closed = replace(
        ENTRIES[0], certainty=Certainty.BROKEN, note_vi="Báo ngừng phát hành.", note_en="It ended."
    )
    app.extensions["lamro_desk"] = with_catalogue(office, (closed,))
    assert "Báo ngừng phát hành." in words(boss.get("/sources/ben-do"))
    assert boss.post("/sources/ben-do/update", {"do": "take", "version": 9}).status_code == 404


def test_a_new_office_begins_once(office):
    desk = office.desk
    assert source_catalogue.start(desk, "31") == ["ben-do", "ngay-moi"], "Gió Biển is read already"
    with desk.store.write() as session:
        session.get_one(Source, "ngay-moi").enabled = False
    later = (
        *ENTRIES,
        CatalogueEntry("them", "Thêm", "central", Certainty.HIGH, "feed", "https://them.example/rss"),
    )
    assert source_catalogue.start(with_catalogue(office, later), "31") == []
    assert source(office, "ngay-moi").enabled is False


# --- files ----------------------------------------------------------------------------------------------------------


def upload(boss, data, name="nguon.opml"):
    return boss.post(
        "/sources/_import",
        {"file": (io.BytesIO(data), name)},
        page="/sources/_import",
        content_type="multipart/form-data",
    )


def outlines(*pairs):
    body = "\n".join(f'<outline text="{name}" xmlUrl="{url}"/>' for name, url in pairs)
    return f'<?xml version="1.0"?>\n<opml version="2.0"><body>\n{body}\n</body></opml>'.encode()


def test_a_file_is_looked_at_before_it_is_added(office, person):
    boss = person("tu.la")
    data = outlines(
        ("Bến Đò", "https://ben-do.example/rss?a=1"),
        ("Bến Đò, mục khác", "https://ben-do.example/rss?a=2"),
        ("Gió", "https://gio-bien.example/rss"),
        ("Hỏng", "ftp://hong.example/"),
    )
    page = upload(boss, data)
    said = words(page)
    assert page.status_code == 200
    assert "2 nguồn mới , 1 nguồn đã có , 1 mục không nhận được" in said.replace("mới,", "mới ,").replace(
        "có,", "có ,"
    )
    assert "Dòng 6: địa chỉ ftp://hong.example/" in said and "Gió Biển Online" in said
    assert source(office, "ben-do-example-rss") is None, "nothing before the button"
    entries = found(r'name="entries" value="([^"]*)"', page.text)
    import html

    answer = boss.post("/sources/_import/add", {"entries": html.unescape(entries)}, page="/sources/_import")
    assert answer.location == "/sources"
    assert "Đã thêm 2 nguồn." in words(boss.get("/sources"))
    assert source(office, "ben-do-example-rss").name == "Bến Đò"
    assert source(office, "ben-do-example-rss-2").url == "https://ben-do.example/rss?a=2"
    with office.desk.store.read() as session:
        rows = session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.act == "source.add"))
    assert rows == 2
    # The same again adds nothing.
    assert "Không thêm nguồn nào." in words(
        boss.client.get(boss.post("/sources/_import/add", {"entries": html.unescape(entries)}).location)
    )


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "", "Chưa chọn tệp"),
        (b"<html><p>x</p></html>", "trang.html", "không phải OPML"),
        (b'<!DOCTYPE o [<!ENTITY a "b">]><opml/>', "x.opml", "khai báo thực thể XML"),
        (outlines(*[(str(n), f"https://a.example/{n}") for n in range(2001)]), "to.opml", "hơn 2000 mục"),
        (b"<opml>" + b" " * 5_100_000, "nang.opml", "quá lớn"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(person, data, name, sentence):
    page = upload(person("tu.la"), data, name)
    assert page.status_code == 400 and sentence in words(page) and "Chưa thêm nguồn nào." in words(page)


def test_every_source_goes_out_and_comes_back(office, person):
    boss = person("tu.la")
    answer = boss.get("/sources/_export")
    assert (
        answer.mimetype == "text/x-opml" and "nguon-tin-lam-ro.opml" in answer.headers["Content-Disposition"]
    )
    back = read(answer.data, "tep")
    assert len(back) == 9 and all(one.source is not None for one in back)
    page = upload(boss, answer.data)
    assert "0 nguồn mới" in words(page) and "9 nguồn đã có" in words(page)
