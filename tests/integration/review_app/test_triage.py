"""Việc hôm nay, tags, undo, the quote form: through the real services, without script."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from lxml.html import fromstring
from sqlalchemy import event, select

from core.queries.offices import view
from core.records.claim import Claim
from core.records.item import Item, Story
from core.rules.vocabulary import TAG_VI, Tag
from tests.fixtures.web import found


def story_of(office, key):
    with office.desk.store.read() as session:
        return view(session, office.stories[key], office.unit_id)


def parse(text: str) -> Any:
    return fromstring(text)


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_today_ranks_by_need_and_says_why(office, person):
    answer = person("hanh.dt").get("/today")
    assert answer.status_code == 200
    text = words(answer)
    assert "Chủ nhật, 13/9/2026, 07:32" in text
    assert "Còn 1 giờ 50 phút" in text and "Còn 15 giờ 38 phút" in text and "Còn 2 ngày" in text
    assert "hạn 09:22 hôm nay" in text
    order = [int(found) for found in re.findall(r'data-story="(\d+)" tabindex', answer.text)]
    with office.desk.store.read() as session:
        waiting = [story for story in order if not view(session, story, office.unit_id).tag]
        assert waiting == sorted(waiting, key=lambda story: (-session.get_one(Story, story).need, story))
    assert "<mark>xã Chí Minh</mark>" in answer.text and "<mark>Hải Phòng</mark>" in answer.text
    assert "đường Hồ Chí Minh" not in text
    assert "Tiếng Anh:" in text and "(máy tóm ý, chưa có người kiểm)" in text


def test_the_reasons_speak_the_readers_language(person):
    officer = person("hanh.dt")
    assert "gần đó có" in words(officer.get("/today"))
    officer.post("/account", {"language": "en", "theme": "auto"})
    text = words(officer.get("/today"))
    assert "is near" in text and "gần đó có" not in text


def test_another_office_sees_its_own_queue(person):
    text = words(person("xa.ban").get("/today"))
    assert "Vỡ đê" not in text and "Hết việc cho lúc này" in text


def test_at_most_twenty_stories_and_queries_do_not_grow(tmp_path):
    from review_app.app import create_app
    from review_app.settings import WebSettings
    from tests.fixtures.office import make_office
    from tests.fixtures.web import SECRET, Person

    counts = {}
    for many in (0, 40):
        made = make_office(tmp_path / str(many), many=many)
        someone = Person(create_app(made.desk, WebSettings(secret_key=SECRET))).log_in("hanh.dt")
        asked: list[str] = []
        event.listen(
            made.desk.store.engine, "before_cursor_execute", lambda *a, asked=asked: asked.append(a[2])
        )
        for page in ("/today", "/inbox", "/stories/1", "/sources"):
            asked.clear()
            answer = someone.get(page)
            counts[many, page] = len(asked)
            if page == "/today" and many:
                assert len(re.findall(r"data-triage=", answer.text)) == 20 + 1
        made.desk.store.close()
    for page in ("/today", "/inbox", "/stories/1", "/sources"):
        assert counts[40, page] <= counts[0, page] + 1, page


@pytest.mark.parametrize("tag", [tag for tag in Tag if tag is not Tag.SUSPECTED])
def test_a_tag_is_given_and_taken_back(office, person, tag):
    someone = person("hanh.dt")
    story = office.stories["dien"]
    version = story_of(office, "dien").version
    answer = someone.post(f"/stories/{story}/tag", {"tag": tag, "version": version, "next": "/today"})
    assert answer.status_code == 303 and answer.location == "/today"
    assert story_of(office, "dien").tag == tag
    page = someone.get("/today")
    assert f"Đã gắn {TAG_VI[tag]} cho 1 chuyện." in words(page)
    events = found(r'name="events" value="([\d,]+)"', page.text)
    answer = someone.post("/stories/undo", {"events": events, "next": "/today"})
    assert answer.status_code == 303
    assert story_of(office, "dien").tag == ""
    assert "Đã hoàn tác 1 chuyện." in words(someone.get("/today"))
    assert someone.post("/stories/undo", {"events": events}).status_code == 409


def test_the_script_gets_json(office, person):
    someone = person("hanh.dt")
    story, as_json = office.stories["dien"], {"Accept": "application/json"}
    good = someone.post(f"/stories/{story}/tag", {"tag": "watch", "version": 1}, headers=as_json)
    assert good.json["text"] == "Đã gắn Theo dõi cho 1 chuyện." and good.json["version"] == 2
    stale = someone.post(f"/stories/{story}/tag", {"tag": "accurate", "version": 1}, headers=as_json)
    assert (
        stale.status_code == 409
        and "Đỗ Thị Hạnh" in stale.json["error"]
        and re.fullmatch("[0-9a-f]{8}", stale.json["number"])
    )
    assert (
        someone.post(f"/stories/{story}/tag", {"tag": "nonsense", "version": 2}, headers=as_json).status_code
        == 400
    )
    assert someone.post(f"/stories/{story}/tag", {"tag": "watch"}, headers=as_json).status_code == 409
    assert (
        someone.post("/stories/99999/tag", {"tag": "watch", "version": 1}, headers=as_json).status_code == 404
    )
    assert story_of(office, "dien").tag == "watch"


def test_suspicion_needs_a_quote(office, person):
    someone = person("hanh.dt")
    answer = someone.post(f"/stories/{office.stories['qua']}/tag", {"tag": "suspected", "version": 1})
    assert answer.status_code == 409 and "trích một câu" in words(answer)


def claim_page(office):
    return f"/stories/{office.stories['qua']}/claim"


def fields(page):
    return {"version": found(r'name="version"[^>]*value="(\d+)"', page.text),
            "item_id": found(r'name="item_id"[^>]*value="(\d+)"', page.text)}  # fmt: skip


def test_the_quote_form_opens_a_claim(office, person):
    someone = person("hanh.dt")
    page = someone.get(claim_page(office))
    quote = html.unescape(found(r'<textarea[^>]*name="quote"[^>]*>\s*(.*?)</textarea>', page.text, re.S))
    assert "chưa nhận được quà cứu trợ" in quote
    answer = someone.post(
        claim_page(office),
        {**fields(page), "quote": quote, "concerns": "own", "neutral_text": "Có hộ chưa nhận quà."},
    )
    assert answer.status_code == 303, words(answer)
    with office.desk.store.read() as session:
        claim = session.scalars(select(Claim).where(Claim.story_id == office.stories["qua"])).one()
        assert claim.concerns_unit_id == office.unit_id and claim.neutral_text == "Có hộ chưa nhận quà."
    assert story_of(office, "qua").tag == "suspected"
    assert answer.location == f"/claims/{claim.id}", "the next act is on the claim"
    assert "Tuyên bố cần kết luận" in words(someone.get(answer.location))
    page = someone.get(f"/stories/{office.stories['qua']}")
    assert "Tuyên bố đã trích" in words(page) and "nói về xã Chí Minh" in words(page)


def test_nobody_quotes_a_foreign_sentence_without_its_known_words(office, person):
    someone = person("hanh.dt")
    for key, language, known in (("en", "en", "breached: bị vỡ"), ("zh", "zh", "居民: người dân")):
        page = parse(someone.get(f"/stories/{office.stories[key]}/claim").text)
        sentences = page.xpath("//button[@data-pick]")
        assert len(sentences) > 1
        for sentence in sentences:
            (below,) = sentence.xpath("following-sibling::*[1][@data-words]")
            assert sentence.get("lang") == language and "[" in below.text_content(), sentence.text
        assert any(known in line.text_content() for line in page.xpath("//p[@data-words]"))
        (chosen,) = page.xpath("//p[@data-quote-words]")
        quote = page.xpath("string(//textarea[@name='quote'])").strip()
        (same,) = [each for each in sentences if each.text_content() == quote]
        assert chosen.text_content() == same.getnext().text_content()
    assert "data-words" not in someone.get(claim_page(office)).text, "Vietnamese needs none"


def test_a_foreign_sentence_of_unknown_words_says_so(office, person):
    with office.desk.store.write() as session:
        item = session.get_one(Item, office.items["en"])
        item.title, item.text = "Zzyzx qwerty lorem ipsum", "Zzyzx qwerty lorem ipsum dolor."
    page = parse(person("hanh.dt").get(f"/stories/{office.stories['en']}/claim").text)
    assert "không có từ nào trong bảng từ" in page.xpath("string(//p[@data-quote-words])")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"quote": ""}, "Chọn hoặc chép câu cần kết luận."),
        ({"quote": "Câu này không có trong bài báo nào cả"}, "nguyên văn"),
        ({"quote": "x" * 1001}, "dài quá 1.000 chữ"),
        ({"concerns": "other", "concerns_unit": "00000"}, "Chọn cơ quan mà tuyên bố nói tới."),
        ({"concerns": "everybody"}, "không có trong danh sách"),
    ],
)
def test_a_refused_quote_form_keeps_what_was_typed(office, person, given, said):
    someone = person("hanh.dt")
    page = someone.get(claim_page(office))
    data = {**fields(page), "quote": "chưa nhận được quà cứu trợ dù danh sách đã lập", "neutral_text": "Lời viết lại dài dòng",
            "concerns": "none", **given}  # fmt: skip
    answer = someone.post(claim_page(office), data)
    assert answer.status_code == 400
    assert said in words(answer)
    assert "Lời viết lại dài dòng" in answer.text and 'role="alert"' in answer.text
    assert data["quote"] in html.unescape(answer.text)
    assert story_of(office, "qua").tag == ""


def test_sentences_can_be_picked_without_script(office, person):
    someone = person("hanh.dt")
    page = someone.get(f"/stories/{office.stories['dien']}/claim")
    data = {**fields(page), "quote": "", "pick": "2", "neutral_text": "giữ lại", "concerns": "none"}
    answer = someone.post(f"/stories/{office.stories['dien']}/claim", data)
    assert answer.status_code == 200
    assert "UBND xã Chí Minh nói đang chờ ngành điện." in found(
        r"(<textarea.*?</textarea>)", answer.text, re.S
    )
    assert "giữ lại" in answer.text


def test_story_and_item_pages(office, person):
    someone = person("hanh.dt")
    page = someone.get(f"/stories/{office.stories['de']}")
    text = words(page)
    assert (
        "Vì sao là chuyện của địa phương" in text and "Gần đó có “Hải Phòng”, cấp trên của địa bàn." in text
    )
    assert "+50" in text and "100 / 100: đúng địa bàn" in text
    assert "đã sửa 1 lần" in text
    item = someone.get(f"/items/{office.items['de']}")
    assert "<ins>" in item.text and "<del>" in item.text
    assert 'rel="noopener noreferrer nofollow external"' in item.text
    assert someone.get("/stories/99999").status_code == 404
    assert someone.get("/items/99999").status_code == 404


def test_hostile_text_stays_text(office, person):
    with office.desk.store.write() as session:
        from tests.fixtures.office import AT, add_item

        item, story = add_item(
            session, office.desk, "gio-bien", AT, "<script>alert(1)</script> xã Chí Minh, Hải Phòng",
            "<img src=x onerror=alert(1)> xã Chí Minh, Hải Phòng {{ 7*7 }} ${7*7}",
        )  # fmt: skip
        item.url = "javascript:alert(1)"
        ids = item.id, story.id
    someone = person("hanh.dt")
    for page in ("/today", "/inbox", f"/stories/{ids[1]}", f"/items/{ids[0]}", f"/stories/{ids[1]}/claim"):
        answer = someone.get(page)
        assert answer.status_code == 200
        assert (
            "<script>alert" not in answer.text
            and "<img" not in answer.text
            and "javascript:" not in answer.text
        )
        assert "&lt;script&gt;" in answer.text
        assert "49" not in re.sub(
            r'value="[^"]*"|v=[0-9a-f]+', "", re.findall(r"&lt;img.{0,120}", answer.text + "&lt;img")[0]
        )


def test_two_offices_over_one_story(office, person):
    """The same page for two communes: each its own tag, version and undo; the city above sees both in one line."""
    from core.records.unit import Unit, WatchedLocality
    from core.rules.vocabulary import Role
    from core.services import accounts
    from tests.fixtures.office import AT, PASSWORD, add_item

    text = "Xã Chí Minh và phường Thiên Hương, thành phố Hải Phòng cùng thông báo lịch cắt nước sinh hoạt từ ngày mai."
    with office.desk.store.write() as session:
        _, made = add_item(session, office.desk, "gio-bien", AT, "Cắt nước ở Chí Minh và Thiên Hương", text)
        story = made.id
        city = session.scalars(select(Unit.id).where(Unit.locality == "31")).one()
        session.add_all(
            WatchedLocality(unit_id=city, code=code, name=name, aliases=[], exclusions=[])
            for code, name in (("11131", "xã Chí Minh"), ("11557", "phường Thiên Hương"))
        )
    roles = {Role.OFFICER, Role.MANAGER}
    accounts.create(office.desk, None, "thanh.hv", "Hà Văn Thành", "", "", city, roles, PASSWORD)
    ours, theirs, above = (person(name) for name in ("hanh.dt", "xa.ban", "thanh.hv"))
    for someone in (ours, theirs, above):
        assert "Cắt nước ở Chí Minh và Thiên Hương" in words(someone.get("/today"))
    address = f"/stories/{story}"
    stale = {"tag": "accurate", "version": 1}
    assert ours.post(f"{address}/tag", {**stale, "next": "/today"}).status_code == 303
    assert "Cắt nước" not in words(ours.get("/inbox")) and "Cắt nước" in words(theirs.get("/inbox"))
    # the neighbour's form, opened before, still holds
    assert theirs.post(f"{address}/tag", {"tag": "criticism", "version": 1}).status_code == 303
    page = words(theirs.get(address))
    assert "Phê bình, phản ánh Vũ Thị Lan" in page and "Đỗ Thị Hạnh" not in page
    for someone in (ours, theirs):
        assert "Đơn vị khác đã gắn nhãn" not in words(someone.get(address))
    page = words(above.get(address))
    assert "Chưa gắn nhãn." in page and "Chưa ai gắn nhãn." in page
    assert "Đơn vị khác đã gắn nhãn: xã Chí Minh ( Chính xác ); phường Thiên Hương" in page.replace(
        "(", "( "
    ).replace(")", " )")
    event = found(r'name="events" value="(\d+)"', ours.get(address).text)
    for someone in (theirs, above):
        assert someone.post("/stories/undo", {"events": event}).status_code == 403
    assert ours.post("/stories/undo", {"events": event}).status_code == 303
    assert "Cắt nước" in words(ours.get("/inbox")) and "Cắt nước" not in words(theirs.get("/inbox"))
