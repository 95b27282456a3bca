"""Không phải địa bàn: offered after the tag, looked at before it is set, listed with who and when, taken back."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from core.records.item import Mention
from core.services import rereading
from tests.fixtures.office import AT, add_item


def singer(office) -> tuple[int, int]:
    """A story about a player of the same name, taken for the neighbour's ward."""
    with office.desk.store.write() as session:
        item, story = add_item(
            session, office.desk, "gio-bien", AT - timedelta(hours=1), "Đêm đàn kín sân",
            "Đêm qua danh cầm Văn Tố gảy đàn ở Hải Phòng, khách nghe đứng kín sân.",
        )  # fmt: skip
        return item.id, story.id


def singer_again(office) -> tuple[int, int]:
    """The same player in another item."""
    with office.desk.store.write() as session:
        item, story = add_item(
            session, office.desk, "gio-bien", AT - timedelta(minutes=30), "Vé đêm đàn bán hết",
            "Danh cầm Văn Tố sẽ gảy đàn ở Hải Phòng tuần sau, vé đã bán hết.",
        )  # fmt: skip
        return item.id, story.id


def band(office, item_id: int) -> str:
    with office.desk.store.read() as session:
        return session.get_one(Mention, (item_id, "11131")).band


def test_from_the_tag_to_the_rule_and_back(office, person):
    item_id, story_id = singer(office)
    before = band(office, item_id)
    assert before != "out"
    officer = person("hanh.dt")
    answer = officer.post(
        f"/stories/{story_id}/tag",
        {"tag": "irrelevant", "version": "1"},
        headers={"Accept": "application/json"},
    )
    offered = answer.json["more"]
    assert offered["address"] == f"/localities/11131/rule?item={item_id}"
    assert "đặt quy tắc cho xã Chí Minh" in officer.get(f"/stories/{story_id}").text
    choose = officer.get(offered["address"]).text
    values = [html.unescape(value) for value in re.findall(r'name="sign" value="([^"]+)"', choose)]
    assert any("Gió Biển Online" in label for label in re.findall(r"<span>(.*?)</span></label>", choose))
    sign = next(value for value in values if value.startswith("phrase|") and "cầm" in value)
    look = officer.get(f"/localities/11131/rule?item={item_id}&sign={sign}").text
    assert "1 tin sẽ đổi nhóm" in look and "sẽ là ngoài địa bàn" in look and band(office, item_id) == before
    assert officer.post("/localities/11131/rule", {"item": str(item_id), "sign": sign}).status_code == 303
    assert band(office, item_id) == "out"
    page = officer.get("/localities/11131").text
    assert (
        "Đỗ Thị Hạnh đặt" in page
        and "đã xét trúng 1 tin" in page
        and "Đã đặt quy tắc. 1 tin đổi nhóm." in page
    )
    item = officer.get(f"/items/{item_id}").text
    assert "Máy xếp ngoài địa bàn" in item and "Quy tắc của cơ quan" in item and "admits=yes" in item
    [undo] = re.findall(r'action="(/localities/11131/rules/\d+/undo)"', page)
    assert officer.post(undo).status_code == 303
    assert band(office, item_id) == before
    assert "Đỗ Thị Hạnh bỏ" in officer.get("/localities/11131").text


def test_only_this_item_and_back(office, person):
    item_id, _ = singer(office)
    other_id, _ = singer_again(office)
    before, other = band(office, item_id), band(office, other_id)
    officer = person("hanh.dt")
    choose = officer.get(f"/localities/11131/rule?item={item_id}").text
    labels = re.findall(r"<span>(.*?)</span></label>", choose)
    assert labels[0] == "chỉ tin này: “Đêm đàn kín sân”"
    [sign] = [
        value for value in re.findall(r'name="sign" value="([^"]+)"', choose) if value.startswith("item|")
    ]
    assert "1 tin sẽ đổi nhóm" in officer.get(f"/localities/11131/rule?item={item_id}&sign={sign}").text
    assert officer.post("/localities/11131/rule", {"item": str(item_id), "sign": sign}).status_code == 303
    assert (band(office, item_id), band(office, other_id)) == ("out", other)
    assert "riêng tin này không phải địa bàn" in officer.get(f"/items/{item_id}").text
    # the names of the locality are read again: what a person said of this item stands
    with office.desk.store.write() as session:
        rereading.ask(session, office.desk, None, ["11131"])
    rereading.go_on(office.desk)
    assert (band(office, item_id), band(office, other_id)) == ("out", other)
    page = officer.get("/localities/11131").text
    assert "chỉ tin này: “Đêm đàn kín sân”" in page
    [undo] = re.findall(r'action="(/localities/11131/rules/\d+/undo)"', page)
    assert officer.post(undo).status_code == 303
    assert band(office, item_id) == before


def test_a_sign_that_the_item_does_not_carry_is_refused_and_explained(office, person):
    item_id, _ = singer(office)
    officer = person("hanh.dt")
    answer = officer.post("/localities/11131/rule", {"item": str(item_id), "sign": "phrase|văn tố|xã văn tố"})
    assert answer.status_code == 400 and "Chọn lại một dấu hiệu" in answer.text
    assert officer.post("/localities/11131/rule", {"item": "0", "sign": ""}).status_code == 404


def test_who_may(office, person):
    item_id, _ = singer(office)
    address = f"/localities/11131/rule?item={item_id}"
    assert person("tu.la").get(address).status_code == 200
    assert person("luc.pv").get(address).status_code == 403
    assert person("kiem.tv").get("/localities/11131").status_code == 200
    stranger = person("xa.ban")
    assert stranger.get(address).status_code == 403
    assert stranger.get("/localities/11131").status_code == 403
    assert stranger.get("/localities").status_code == 303
