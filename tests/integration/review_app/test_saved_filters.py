"""Filters that an office keeps: saved from the list, counted in the rail, shared, removed."""

from __future__ import annotations

import dataclasses
import re

from sqlalchemy import select

from core.records.audit import AuditRow
from core.records.item import Item
from core.records.saved_filter import SavedFilter
from core.services.outbox import index_document
from indexer.search.fts5 import Fts5Index
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.web import SECRET, Person


def lines(answer):
    """Name → (address, count) of the rail's links into the inbox."""
    rail = answer.text.partition('<nav class="rail"')[2].partition("</nav>")[0]
    found = re.findall(r'<a href="(/inbox\?[^"]*)"[^>]*>([^<]+)(?:<span class="n">([^<]+)</span>)?</a>', rail)
    return {name.strip(): (address.replace("&amp;", "&"), number) for address, name, number in found}


def test_a_filter_is_kept_for_the_whole_office_and_counts_what_it_opens(office, person):
    officer = person("hanh.dt")
    answer = officer.post(
        "/inbox/filters", {"name": "  Báo   nước ngoài gần đây ", "query": "foreign=with&page=3&zzz=1&days=7"}
    )
    assert answer.status_code == 303 and answer.location == "/inbox?foreign=with&days=7"
    page = officer.get(answer.location)
    assert "Đã lưu bộ lọc “Báo nước ngoài gần đây” cho cả cơ quan." in page.text
    for someone in (officer, person("luc.pv")):
        address, number = lines(someone.get("/today"))["Báo nước ngoài gần đây"]
        assert address == "/inbox?foreign=with&days=7"
        shown = someone.get(address)
        assert int(number) == len(re.findall(r'class="story" data-row', shown.text)) == 2
        assert re.search(r'href="/inbox\?foreign=with&amp;days=7" aria-current="page"', shown.text)
    assert "Báo nước ngoài gần đây" in officer.get("/more").text
    assert "Báo nước ngoài gần đây" not in lines(person("xa.ban").get("/today"))
    # The number is of this moment: a tagged story leaves the list and the count.
    office.clock.move(days=8)
    assert lines(person("hanh.dt").get("/today"))["Báo nước ngoài gần đây"][1] == ""


def test_words_are_counted_by_the_index_and_not_at_all_without_one(office, person, tmp_path):
    officer = person("hanh.dt")
    officer.post("/inbox/filters", {"name": "Đê điều", "query": "q=đê"})
    assert lines(officer.get("/today"))["Đê điều"][1] == ""
    index = Fts5Index(tmp_path / "index.db")
    index.create()
    with office.desk.store.read() as session:
        index.apply(index_document(session, list(session.scalars(select(Item.id)))), [], 1)
    app = create_app(
        dataclasses.replace(office.desk, index=index), WebSettings(secret_key=SECRET, environment="test")
    )
    someone = Person(app).log_in("hanh.dt")
    address, number = lines(someone.get("/today"))["Đê điều"]
    assert int(number) == len(re.findall(r'class="story" data-row', someone.get(address).text)) > 0
    index.close()


def test_what_cannot_be_kept_is_said_beside_the_name(person):
    officer = person("hanh.dt")
    officer.post("/inbox/filters", {"name": "Một", "query": "foreign=with"})
    for name, query, said in (
        ("", "foreign=with", "cần có tên"),
        ("x" * 61, "foreign=with", "cần có tên"),
        ("Một", "foreign=with", "Đã có bộ lọc tên “Một”"),
        ("Trống", "", "Chưa chọn điều kiện"),
        ("Trống", "handled=without&named=with", "Chưa chọn điều kiện"),
    ):
        answer = officer.post("/inbox/filters", {"name": name, "query": query})
        assert answer.status_code == 400 and said in answer.text, name
        assert 'id="save-filter" open' in answer.text and f'value="{name}"' in answer.text
    for number in range(7):
        assert (
            officer.post("/inbox/filters", {"name": f"Bộ {number}", "query": "language=en"}).status_code
            == 303
        )
    assert "Đã có đủ 8 bộ lọc" in officer.post("/inbox/filters", {"name": "Nữa", "query": "language=en"}).text


def test_a_kept_filter_is_removed_where_it_is_open(office, person):
    officer = person("hanh.dt")
    officer.post("/inbox/filters", {"name": "Tiếng Anh", "query": "language=en"})
    page = officer.get("/inbox?language=en")
    action = re.findall(r'action="(/inbox/filters/\d+/remove)"', page.text)
    assert len(action) == 1 and "Bộ lọc đã lưu: Tiếng Anh" in page.text
    assert re.findall(r"/inbox/filters/\d+/remove", officer.get("/inbox?language=zh").text) == []
    # Another office neither sees nor removes it.
    assert person("xa.ban").post(action[0]).status_code == 404
    answer = officer.post(action[0], {"next": "/inbox?language=en"})
    assert answer.location == "/inbox?language=en"
    assert "Tiếng Anh" not in lines(officer.get("/today"))
    with office.desk.store.read() as session:
        acts = list(session.scalars(select(AuditRow.act).where(AuditRow.object_type == "filter")))
    assert acts == ["filter.save", "filter.remove"]


def test_the_administrator_and_the_auditor_keep_none(person):
    for name in ("tu.la", "kiem.tv"):
        assert person(name).post("/inbox/filters", {"name": "x", "query": "language=en"}).status_code == 403


def test_the_page_of_saved_filters_counts_and_switches_alerts(office, person):
    officer = person("hanh.dt")
    assert "Chưa lưu bộ lọc nào" in officer.get("/inbox/filters").text
    officer.post("/inbox/filters", {"name": "Báo nước ngoài", "query": "foreign=with&days=7"})
    page = officer.get("/inbox/filters").text
    assert "Không báo tin mới." in page and "2 tin" in page
    action = re.search(r'action="(/inbox/filters/\d+/alert)"', page)
    assert action
    assert officer.post(action[1], {"on": "1"}).status_code == 303
    page = officer.get("/inbox/filters").text
    assert "Sẽ báo khi có tin mới khớp “Báo nước ngoài”." in page
    assert "Báo tin mới đang bật; chưa có tin nào khớp" in page
    officer.post(action[1], {"on": "0"})
    assert "Không báo tin mới." in officer.get("/inbox/filters").text
    assert person("xa.ban").post(action[1], {"on": "1"}).status_code == 404


def test_new_items_of_an_alerted_filter_stand_on_the_first_screen_for_a_day(office, person):
    officer = person("hanh.dt")
    officer.post("/inbox/filters", {"name": "Báo nước ngoài mới", "query": "foreign=with"})
    officer.post("/inbox/filters", {"name": "Không báo", "query": "copies=with"})
    assert "Bộ lọc có tin mới" not in officer.get("/today").text
    with office.desk.store.write() as session:
        for line in session.scalars(select(SavedFilter)):
            line.told_at, line.told_items = office.clock.now(), 3
            line.alert = line.name == "Báo nước ngoài mới"
    page = officer.get("/today").text.partition("<main")[2]
    section = page.partition("Bộ lọc có tin mới")[2].partition("</section>")[0]
    assert 'href="/inbox?foreign=with"' in section
    assert "3 tin mới" in section
    assert "Không báo" not in section
    assert "Bộ lọc có tin mới" not in person("xa.ban").get("/today").text
    office.clock.move(hours=25)
    assert "Bộ lọc có tin mới" not in person("hanh.dt").get("/today").text
