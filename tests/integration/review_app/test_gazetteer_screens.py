"""Tên gọi địa bàn on screen: read by everybody, corrected by the administrator, previewed before it is saved, undone by one button."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from config.gazetteer import loader
from core.queries import locality
from core.records.account import Account
from core.rules.gazetteer import Link, Name, NameNature, Nature, Unit
from core.services import rereading
from core.services.gazetteer_import import take_in
from indexer.analysis.analyst import LocalAnalyst
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.web import SECRET, Person

EVE, DAY = date(2025, 6, 30), date(2025, 7, 1)
UNITS = [
    Unit("31", "p", "thành phố", "Hải Phòng", "", DAY),
    Unit("11131", "c", "xã", "Chí Minh", "31", DAY, None, "NQ 1669/NQ-UBTVQH15"),
    Unit("33", "p", "tỉnh", "Hưng Yên", "", DAY),
    Unit("12271", "c", "xã", "Chí Minh", "33", DAY),
    Unit("30@2025", "p", "tỉnh", "Hải Dương", "", None, EVE),
    Unit("298@2025", "d", "huyện", "Tứ Kỳ", "30", None, EVE),
    Unit("11131@2025", "c", "xã", "Văn Tố", "298", None, EVE),
]
LINKS = [Link("11131@2025", "11131", Nature.MERGED, DAY)]


@pytest.fixture
def desk(office):
    take_in(office.desk, UNITS, LINKS, [Name("11131", NameNature.FOREIGN, "志明社", "zh")], "a")
    return replace(office.desk, analyst=LocalAnalyst(loader(office.desk.store)))


@pytest.fixture
def somebody(desk):
    app = create_app(desk, WebSettings(secret_key=SECRET, environment="test"))
    return lambda name: Person(app).log_in(name)


def names(desk):
    with desk.store.read() as session:
        return {row.text: row for row in locality.names(session, "11131")}


def test_the_page_of_a_locality_tells_its_history_and_its_namesakes(somebody):
    page = somebody("hanh.dt").get("/gazetteer/11131").text
    assert "xã Văn Tố, huyện Tứ Kỳ, tỉnh Hải Dương" in page
    assert "từ 01/07/2025" in page
    assert "Tên này trùng với 1 đơn vị khác." in page
    assert '<span lang="zh">志明社</span>' in page
    assert "NQ 1669/NQ-UBTVQH15" in page
    assert "Lưu tên" not in page  # an officer reads only
    assert "Chỉ xem." in page
    old = somebody("hanh.dt").get("/gazetteer/298").text
    assert "huyện Tứ Kỳ, tỉnh Hải Dương" in old


def test_the_search_finds_units_of_today_and_of_before(somebody):
    page = somebody("kiem.tv").get("/gazetteer?q=chi minh").text
    assert "2 đơn vị" in page
    assert "xã Chí Minh, tỉnh Hưng Yên" in page
    assert "Không có đơn vị nào" in somebody("kiem.tv").get("/gazetteer?q=zzz").text


def test_an_administrator_previews_saves_switches_off_and_on(somebody, desk):
    admin = somebody("tu.la")
    here = "/gazetteer/11131"
    form = {"text": "Bến Trại", "nature": "landmark", "language": "", "type": "", "until": "", "note": ""}
    seen = admin.post(f"{here}/names", {**form, "do": "preview"}, page=here)
    assert seen.status_code == 200
    assert "tin có “Bến Trại”" in seen.text
    assert "Bến Trại" not in names(desk)
    assert 'value="Bến Trại"' in seen.text  # what was typed stays
    saved = admin.post(f"{here}/names", {**form, "do": "save"}, page=here)
    assert saved.status_code == 303
    row = names(desk)["Bến Trại"]
    assert (row.added_by, row.origin, row.active) == ("Lê Anh Tú", "office", True)
    off = admin.post(f"{here}/names/{row.id}/switch", {"active": "no"}, page=here)
    assert off.status_code == 303
    assert not names(desk)["Bến Trại"].active
    assert "Bật lại" in admin.get(here).text
    admin.post(f"{here}/names/{row.id}/switch", {"active": "yes"}, page=here)
    assert names(desk)["Bến Trại"].active
    edit = admin.get(f"{here}?edit={row.id}").text
    assert 'value="Bến Trại"' in edit
    version = names(desk)["Bến Trại"].version
    admin.post(
        f"{here}/names",
        {**form, "text": "Bến Trại Cũ", "edit": row.id, "version": version, "do": "save"},
        page=here,
    )
    assert "Bến Trại Cũ" in names(desk)


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(somebody, desk):
    admin, here = somebody("tu.la"), "/gazetteer/11131"
    form = {
        "text": "Kiền Bái",
        "nature": "former",
        "language": "",
        "type": "",
        "until": "31/2/2025",
        "note": "nghe dân kể",
    }
    answer = admin.post(f"{here}/names", {**form, "do": "save"}, page=here)
    assert answer.status_code == 400
    assert "Ngày chưa đúng" in answer.text
    answer = admin.post(f"{here}/names", {**form, "until": "", "do": "save"}, page=here)
    assert answer.status_code == 400
    assert "Chọn loại đơn vị của tên cũ." in answer.text
    assert 'value="nghe dân kể"' in answer.text
    assert "Kiền Bái" not in names(desk)


def test_a_unit_is_corrected_and_its_shipped_value_comes_back_as_an_offer(somebody, desk):
    admin, here = somebody("tu.la"), "/gazetteer/11131"
    form = {
        "type": "phường",
        "name": "Chí Minh",
        "valid_from": "1/7/2025",
        "valid_to": "",
        "note": "",
        "version": "1",
    }
    assert admin.post(f"{here}/correct", form, page=here).status_code == 303
    take_in(desk, [UNITS[1]._replace(name="Chí Minh Mới")], LINKS[:0], None, "b")
    page = admin.get("/gazetteer").text
    assert "Giá trị đi kèm khác giá trị của cơ quan" in page
    assert "đi kèm là “Chí Minh Mới”" in page
    assert admin.post(f"{here}/offer", {"do": "take", "version": "2"}, page=here).status_code == 303
    assert "xã Chí Minh Mới, thành phố Hải Phòng" in admin.get(here).text
    assert "Giá trị đi kèm khác" not in admin.get("/gazetteer").text


def test_an_officer_and_a_stranger_change_nothing(somebody, desk):
    officer = somebody("hanh.dt")
    for path in ("names", "correct", "offer", "links", "names/1/switch"):
        assert officer.post(f"/gazetteer/11131/{path}", {"text": "x", "active": "no"}).status_code == 403
    admin = somebody("tu.la")
    form = {
        "text": "xóm Đông",
        "nature": "village",
        "language": "",
        "type": "",
        "until": "",
        "note": "",
        "do": "save",
    }
    assert admin.post("/gazetteer/12271/names", form, page="/gazetteer/11131").status_code == 403
    assert admin.get("/gazetteer/khong-co").status_code == 404
    assert all(row.active for row in names(desk).values())


def test_the_page_is_in_english_where_english_is_asked_for(somebody):
    admin = somebody("tu.la")
    page = admin.get("/gazetteer/11131", headers={"Accept-Language": "en"})
    assert page.status_code == 200


def test_a_former_unit_is_added_on_screen(office, desk, somebody):
    admin = somebody("tu.la")
    page = admin.get("/gazetteer/11131").text
    assert (
        "Thêm đơn vị cũ" in page and "Thêm đơn vị cũ" not in somebody("hanh.dt").get("/gazetteer/11131").text
    )
    form = {
        "type": "xã",
        "name": "Bến Tranh",
        "valid_to": "31/12/2024",
        "nature": "merged",
        "note": "NQ 1250",
    }
    refused = admin.post("/gazetteer/11131/old", form | {"valid_to": ""})
    assert (
        refused.status_code == 400
        and "Nhập ngày cuối cùng" in refused.text
        and 'value="Bến Tranh"' in refused.text
    )
    assert admin.post("/gazetteer/11131/old", form | {"valid_to": "hôm qua"}).status_code == 400
    assert admin.post("/gazetteer/11131/old", form).status_code == 303
    page = admin.get("/gazetteer/11131").text
    assert "xã Bến Tranh" in page and "từ 01/01/2025" in page and "Tin đã lưu đang được đọc lại" in page
    rereading.go_on(desk)
    assert "Tin đã lưu đã được đọc lại" in admin.get("/gazetteer/11131").text
    assert somebody("hanh.dt").post("/gazetteer/11131/old", form).status_code == 403
    assert (
        admin.post("/gazetteer", {"code": "99001", "type": "xã", "name": "Mới", "parent": "31"}).status_code
        == 403
    )
    log = somebody("kiem.tv").get("/audit").text
    assert "thêm liên kết đơn vị cũ" in log and "đọc lại tin đã lưu theo tên mới" in log


def test_a_unit_newly_made_is_added_by_the_administrator_of_every_office(office, desk, somebody):
    with desk.store.write() as session:
        session.get_one(Account, office.accounts["tu.la"]).all_offices = True
    admin = somebody("tu.la")
    assert "Thêm đơn vị mới lập" in admin.get("/gazetteer").text
    form = {"code": "99001", "type": "xã", "name": "Mới Lập", "parent": "31", "valid_from": "1/1/2026"}
    wrong = admin.post("/gazetteer", form | {"code": "x<y"})
    assert wrong.status_code == 400 and "Mã đơn vị gồm" in wrong.text
    assert admin.post("/gazetteer", form).location.endswith("/gazetteer/99001")
    assert "xã Mới Lập" in admin.get("/gazetteer/99001").text
