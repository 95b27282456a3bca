"""Log-in, inbox, intake, sources, administration, status, errors, languages."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.errors import Conflict
from core.queries.offices import view
from core.records.account import Account, AccountRole
from core.records.claim import Claim, VerdictRecord
from core.records.item import Capture, Item
from core.records.source import CrawlRequest, Source
from core.records.unit import Unit
from review_app import gate, times
from review_app.app import create_app
from review_app.forms.judging import verdict_choices
from review_app.settings import WebSettings
from tests.fixtures.office import AT
from tests.fixtures.web import SECRET, Person, found
from tests.integration.review_app.test_triage import words

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


def test_a_wrong_password_keeps_the_name(person):
    someone = person()
    answer = someone.post("/login", {"username": "hanh.dt", "password": "sai mat khau"}, page="/login")
    assert answer.status_code == 400
    assert "Chưa đăng nhập được." in words(answer) and 'value="hanh.dt"' in answer.text
    assert "sai mat khau" not in answer.text and 'role="alert"' in answer.text


def test_log_in_comes_back_to_the_page_asked_for(person):
    someone = person()
    answer = someone.get("/inbox?foreign=with")
    assert answer.status_code == 303
    page = someone.get(answer.location)
    target = found(r'name="next"[^>]*value="([^"]+)"', page.text)
    assert target == "/inbox?foreign=with"


def test_preferences_count_at_once(office, person):
    someone = person("hanh.dt")
    answer = someone.post("/account", {"language": "en", "theme": "dark"})
    assert answer.status_code == 303
    page = someone.get("/today")
    assert (
        'lang="en"' in page.text
        and "To look at, by need" in words(page)
        and "1 hour 50 minutes left" in words(page)
    )
    assert "tokens-dark.css" in page.text and 'media="screen" id="dark"' in page.text
    assert "data-no-keys" in page.text
    someone.post("/account", {"language": "vi", "theme": "light", "single_keys": "y"})
    page = someone.get("/today")
    assert "tokens-dark" not in page.text and "data-no-keys" not in page.text


def test_the_login_page_speaks_english_by_switch(person):
    someone = person()
    someone.post("/login/language", {"language": "en"}, page="/login")
    assert "User name" in words(someone.get("/login"))


def ids(answer):
    return [int(story) for story in re.findall(r'name="story" value="(\d+):', answer.text)]


def test_filters_are_part_of_the_address(office, person):
    someone = person("hanh.dt")
    stories = office.stories
    assert stories["lua"] not in ids(someone.get("/inbox")) and stories["duong"] not in ids(
        someone.get("/inbox")
    )
    assert set(ids(someone.get("/inbox?handled=with"))) == {stories["lua"], stories["phi"]}
    assert stories["duong"] in ids(someone.get("/inbox?named=without"))
    assert set(ids(someone.get("/inbox?foreign=with"))) == {stories["en"], stories["zh"]}
    assert ids(someone.get("/inbox?language=zh")) == [stories["zh"]]
    assert set(ids(someone.get("/inbox?kind=social"))) == {stories["de"], stories["qua"]}
    assert ids(someone.get("/inbox?tag=accurate")) == [stories["lua"]]
    assert ids(someone.get("/inbox?locality=11557")) == []
    assert (
        ids(someone.get("/inbox?sort=need"))[0] == ids(someone.get("/today"))[0]
        if ids(someone.get("/today"))
        else True
    )
    for odd in (
        "page=0",
        "page=999",
        "page=x",
        "days=7&days=x",
        "handled=zzz",
        "tag=zzz",
        "story=1&story=2",
        "kind=%00",
        "sort=drop",
    ):
        assert someone.get("/inbox?" + odd).status_code == 200


def test_search_marks_words_and_reports_a_bad_query(office, person):
    someone = person("hanh.dt")
    answer = someone.get("/inbox?q=so+tan")
    assert answer.status_code == 200 and "<mark>sơ tán</mark>" in re.sub(
        r"</mark>\s*<mark>", " ", answer.text
    )
    assert "Máy tìm kiếm đang nghỉ" in words(answer)
    assert someone.get("/inbox?q=%22%22").status_code in {200, 400}
    assert someone.get("/inbox?q=" + "a" * 3000).status_code in {200, 400}


def test_many_rows_are_tagged_at_once_and_taken_back(office, person):
    someone = person("hanh.dt")
    keys = ("dien", "qua", "kenh")
    chosen = [f"{office.stories[key]}:1" for key in keys]
    someone.post(
        "/inbox/tag",
        {"tag": "watch", "story": [*chosen[:2], f"{office.stories['kenh']}:7"], "next": "/inbox"},
    )
    page = someone.get("/inbox")
    assert "Đã gắn Theo dõi cho 2 chuyện. 1 chuyện chưa gắn được:" in words(page)
    events = found(r'name="events" value="([\d,]+)"', page.text)
    assert events.count(",") == 1
    someone.post("/stories/undo", {"events": events, "next": "/inbox"})
    with office.desk.store.read() as session:
        assert [view(session, office.stories[key], office.unit_id).tag for key in keys] == ["", "", ""]
    assert "Chưa chọn tin nào" in words(
        someone.client.get(someone.post("/inbox/tag", {"tag": "watch"}).location)
    )


def test_a_received_text_is_stored_with_its_screenshot(office, person):
    someone = person("hanh.dt")
    answer = someone.post(
        "/intake",
        {"kind": "text", "title": "Nghe nói xã Chí Minh thu phí", "text": "Có người nói xã Chí Minh, Hải Phòng thu phí vệ sinh hai lần.",
         "seen_where": "Nhóm Zalo thôn Bến", "seen_at": "13/9/2026 06:30", "note": "chị Hoa kể", "upload": (io.BytesIO(PNG), "chup.png")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 303, words(answer)
    with office.desk.store.read() as session:
        item = session.scalars(select(Item).where(Item.received_via == "hand")).one()
        assert (
            item.seen_where == "Nhóm Zalo thôn Bến"
            and item.seen_at.isoformat() == "2026-09-12T23:30:00+00:00"
        )
        assert session.scalars(select(Capture).where(Capture.item_id == item.id)).one().kind == "upload"
    assert "Thấy ở: Nhóm Zalo thôn Bến" in words(someone.get(answer.location))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seen_where": ""}, "Ghi nơi đã thấy"),
        ({"seen_at": ""}, "Ghi ngày giờ đã thấy"),
        ({"seen_at": "hôm qua"}, "Ngày giờ chưa đúng"),
        ({"seen_at": "13/9/2027 06:30"}, "tương lai"),
        ({"kind": "link", "url": "khong phai dia chi"}, "http"),
        ({"kind": "text", "text": ""}, "Dán nội dung đã thấy"),
        ({"kind": "text", "upload": b"MZ\x90\x00 not a picture"}, "Chỉ nhận tệp ảnh JPG, PNG hoặc PDF"),
    ],
)
def test_an_incomplete_intake_names_the_field_and_keeps_the_rest(office, person, given, said):
    someone = person("hanh.dt")
    data = {"kind": "link", "url": "https://gio-bien.example/a", "text": "nội dung đã dán", "seen_where": "Bảng tin", "seen_at": "13/9/2026 06:30",
            "note": "ghi chú còn nguyên", **given}  # fmt: skip
    if "upload" in data:
        data["upload"] = (io.BytesIO(data["upload"]), "anh.png")
    answer = someone.post("/intake", data, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert said in words(answer) and "ghi chú còn nguyên" in answer.text
    with office.desk.store.read() as session:
        assert session.scalar(select(Item.id).where(Item.received_via == "hand")) is None
        assert session.scalar(select(CrawlRequest.id)) is None


def test_a_pasted_link_becomes_a_request(office, person):
    someone = person("hanh.dt")
    answer = someone.post(
        "/intake",
        {
            "kind": "link",
            "url": "https://gio-bien.example/tin",
            "seen_where": "Facebook",
            "seen_at": "13/9/2026 06:30",
        },
    )
    assert answer.status_code == 303, words(answer)
    assert "Đang chờ máy đọc" in words(someone.get("/intake"))
    with office.desk.store.write() as session:
        row = session.scalars(select(CrawlRequest)).one()
        assert (row.kind, row.url) == ("link", "https://gio-bien.example/tin")
        row.state, row.result = "failed", {"error_vi": "Trang không tồn tại (404).", "error_en": "Not found."}
    assert "Trang không tồn tại (404)." in words(someone.get("/intake"))


def test_sources_list_broken_first_and_read_now(office, person):
    someone = person("hanh.dt")
    text = words(someone.get("/sources"))
    assert (
        text.index("Cần sửa tin có thể")
        < text.index("Im lặng lâu hơn thường lệ")
        < text.index("Gió Biển Online")
    )
    assert "Trang trả về “bảo trì” (503)" in text
    assert someone.post("/sources/cua-bien/crawl", {"next": "/sources"}).location == "/sources"
    assert "đang chờ đọc" in words(someone.get("/sources"))
    assert "không đọc được" in words(someone.get("/sources/cua-bien"))
    assert someone.get("/sources/khong-co").status_code == 404
    assert someone.get("/sources/_add").status_code == 403


def test_a_source_is_added_changed_and_switched_off(office, person):
    boss = person("tu.la")
    data = {"name": "Báo Bến Đò", "url": "https://ben-do.example/rss", "kind": "feed", "language": "", "reach_tier": "2",
            "interval_minutes": "30", "domestic": "y"}  # fmt: skip
    bad = boss.post("/sources/_add", {**data, "url": "ftp://x"})
    assert bad.status_code == 400 and "http://" in words(bad) and "Báo Bến Đò" in bad.text
    answer = boss.post("/sources/_add", data)
    assert answer.location == "/sources/bao-ben-do", words(answer)
    page = boss.get("/sources/bao-ben-do/edit")
    version = found(r'name="version"[^>]*value="(\d+)"', page.text)
    edited = {**data, "name": "Báo Bến Đò mới", "version": version}
    assert boss.post("/sources/bao-ben-do/edit", edited).status_code == 303
    assert boss.post("/sources/bao-ben-do/edit", {**edited, "name": "lỡ tay"}).status_code == 409
    assert (
        boss.post("/sources/bao-ben-do/enabled", {"enabled": "no", "version": int(version) + 1}).status_code
        == 303
    )
    with office.desk.store.read() as session:
        row = session.get_one(Source, "bao-ben-do")
        assert (row.name, row.enabled, row.interval_minutes) == ("Báo Bến Đò mới", False, 30)


def test_the_administrator_makes_an_account_and_sets_roles(office, person):
    boss = person("tu.la")
    bad = boss.post(
        "/admin/accounts/add", {"username": "Có Dấu", "display_name": "A", "unit_id": office.unit_id}
    )
    assert bad.status_code == 400 and "không dấu" in words(bad)
    data = {
        "username": "moi.tv",
        "display_name": "Tô Văn Mới",
        "unit_id": office.unit_id,
        "roles": ["officer", "drafter"],
    }
    page = boss.post("/admin/accounts/add", data)
    secret = found(r'class="secret">([^<]+)<', page.text)
    with office.desk.store.read() as session:
        account = session.scalars(select(Account).where(Account.username == "moi.tv")).one()
    newcomer = person()
    assert (
        newcomer.post("/login", {"username": "moi.tv", "password": secret}, page="/login").status_code == 303
    )
    assert boss.post(f"/admin/accounts/{account.id}/roles", {"roles": ["auditor"]}).status_code == 303
    with office.desk.store.read() as session:
        assert list(
            session.scalars(select(AccountRole.role).where(AccountRole.account_id == account.id))
        ) == ["auditor"]
    assert boss.post(f"/admin/accounts/{account.id}/roles", {}).status_code == 400
    assert boss.post(f"/admin/accounts/{account.id}/active", {"active": "no"}).status_code == 303
    assert newcomer.get("/account").status_code == 303
    own = boss.post(f"/admin/accounts/{office.accounts['tu.la']}/roles", {"roles": ["officer"]})
    assert own.status_code == 409 and "Không ai tự đổi vai trò" in words(own)


def test_office_details_are_kept(office, person):
    boss = person("tu.la")
    data = {
        "place": "Chí Minh",
        "code": "UBND",
        "spokesperson_name": "Nguyễn Thế Vinh",
        "spokesperson_title": "Phó Chủ tịch",
        "localities": "11131\n31",
    }
    answer = boss.post(f"/admin/units/{office.unit_id}", data)
    assert answer.status_code == 303, words(answer)
    with office.desk.store.read() as session:
        details = session.get_one(Unit, office.unit_id).details
        assert details["place"] == "Chí Minh" and details["spokesperson"]["name"] == "Nguyễn Thế Vinh"
    bad = boss.post(f"/admin/units/{office.unit_id}", {**data, "localities": "99999", "place": "p" * 200})
    assert bad.status_code == 400 and "quá dài" in words(bad)


def test_what_two_people_confirmed_stands_in_place_of_the_suspicion(office, person):
    page = f"/stories/{office.stories['phi']}"
    officer, manager = person("hanh.dt"), person("luc.pv")
    assert "Nghi sai lệch" in line_of_chips(officer.get(page).text)
    waits = "Việc của tài khoản này: xác nhận kết luận"
    assert waits in manager.get(page).text
    with office.desk.store.write() as session:
        claim = session.scalars(select(Claim)).one()
        claim.verdict, claim.sub_verdict = "accurate", "criticism"
        record = session.scalars(select(VerdictRecord)).one()
        record.verdict, record.sub_verdict, record.state = "accurate", "criticism", "confirmed"
    text = officer.get(page).text
    assert "Phê bình, phản ánh" in line_of_chips(text) and "Nghi sai lệch" not in line_of_chips(text)
    assert "claim misleading" not in text and waits not in manager.get(page).text


def test_a_verdict_given_back_is_told_until_another_is_proposed(office, person):
    officer, heading = person("hanh.dt"), "Kết luận bị trả lại"
    assert heading not in officer.get("/today").text
    with office.desk.store.write() as session:
        decider = session.scalar(select(Account.id).where(Account.username == "luc.pv"))
        record = session.scalars(select(VerdictRecord)).one()
        record.state, record.decided_by, record.decided_at = "returned", decider, AT
        record.comment = "Chưa hỏi trưởng thôn."
        again = VerdictRecord(
            claim_id=record.claim_id, verdict="unverified", reason="Chưa đủ căn cứ.", state="proposed",
            proposed_by=record.proposed_by, proposed_at=AT,
        )  # fmt: skip
    text = words(officer.get("/today"))
    assert heading in text and "Phạm Văn Lực trả lại" in text and "Chưa hỏi trưởng thôn." in text
    assert heading not in person("luc.pv").get("/today").text
    with office.desk.store.write() as session:
        session.add(again)
    assert heading not in officer.get("/today").text


def line_of_chips(text):
    return found(r"data-chip-line>(.*?)</p>", text, re.DOTALL)


def test_no_two_verdicts_read_alike(app):
    with app.test_request_context():
        labels = [str(label) for _, label in verdict_choices()]
    assert len(labels) == len(set(labels)) == 11


def test_status_screen_shows_what_is_open(office):
    settings = WebSettings(
        secret_key=SECRET, environment="demo", allow_hosts="127.0.0.1:8123", simulated_clock=True
    )
    someone = Person(create_app(office.desk, settings)).log_in("tu.la")
    text = words(someone.get("/health"))
    assert "127.0.0.1:8123" in text and "Đồng hồ giả lập đang dùng." in text and "SQLite" in text
    assert "Đồng hồ giả lập đang chạy" in words(someone.get("/sources"))
    assert Person(create_app(office.desk, settings)).get("/healthz").text == "ok\n"


def test_the_midnight_that_ends_a_day_is_that_days(app):
    """AT is 13/9/2026; working days end at 24:00 (the digest says the same day)."""
    midnight = datetime(2026, 9, 13, 17, tzinfo=UTC)
    with app.test_request_context():
        assert times.due(midnight) == "hết hôm nay"
        assert times.due(midnight + timedelta(days=1)) == "hết ngày mai"
        assert times.due(midnight + timedelta(days=2)) == "15/9"
        assert times.due(midnight + timedelta(days=2, minutes=1)) == "16/9"
        assert times.due(midnight + timedelta(minutes=5)) == "00:05 ngày mai"


def test_error_pages_have_a_number_and_keep_what_was_typed(app, office, person, caplog):
    @gate.public
    def broken():
        raise RuntimeError("secret detail")

    @gate.public
    def taken():
        raise Conflict("Người khác vừa sửa.", "Changed meanwhile.")

    app.add_url_rule("/broken", "broken", broken)
    app.add_url_rule("/taken", "taken", taken, methods=["POST"])
    someone = person("hanh.dt")
    answer = someone.get("/broken")
    assert answer.status_code == 500 and "secret detail" not in answer.text
    number = found(r"số lỗi ([0-9a-f]{8})", words(answer))
    assert number in caplog.text and "secret detail" in caplog.text
    kept = someone.post(
        "/taken", {"reason": "một lý do dài đã gõ rất công phu", "password": "mat khau bi mat dai"}
    )
    assert kept.status_code == 409
    assert "một lý do dài đã gõ rất công phu" in kept.text and "mat khau bi mat" not in kept.text
    assert someone.get("/nope").status_code == 404
    assert someone.get("/inbox/tag").status_code == 405


def test_too_large_is_said_in_words(office):
    someone = Person(
        create_app(office.desk, WebSettings(secret_key=SECRET, max_upload_bytes=1024 * 1024))
    ).log_in("hanh.dt")

    def upload(size):
        return someone.post(
            "/intake",
            {"text": "một câu đã gõ", "upload": (io.BytesIO(b"x" * size), "to.png")},
            content_type="multipart/form-data",
        )

    answer = upload(1_200_000)
    assert answer.status_code == 400 and "nhiều nhất 1 MB" in words(answer) and "một câu đã gõ" in answer.text
    # far more than a form may hold is not read at all
    answer = upload(12_000_000)
    assert answer.status_code == 413 and "nhiều nhất 1 MB" in words(answer)


def test_a_page_that_is_not_there_offers_the_places_of_this_person(person):
    page = person("hanh.dt").get("/nope")
    offered = found(r'<nav class="sheet pad stack-s" aria-labelledby="places">(.*?)</nav>', page.text, re.S)
    assert page.status_code == 404
    assert 'href="/today"' in offered and 'href="/inbox"' in offered and 'name="q"' in offered
    # An administrator reads no inbox: no search is offered that would be refused.
    offered = found(r'aria-labelledby="places">(.*?)</nav>', person("tu.la").get("/nope").text, re.S)
    assert 'href="/sources"' in offered and 'href="/today"' not in offered and 'name="q"' not in offered
    assert "places" not in person().get("/nope").text
