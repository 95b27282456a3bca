"""Claim, incident, document, approval, digest and audit pages: the way by forms, what is refused in place, what is kept."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from core.queries.official_page import official_page
from core.records.audit import AuditRow
from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.document import Document, DocumentVersion
from core.records.item import Item, StoryOffice
from core.services import draft
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.answering import BOOK, make_answering
from tests.fixtures.office import copy_office
from tests.fixtures.web import SECRET, Person

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def parse(text: str | bytes) -> Any:
    """The page as a tree; Any, because an XPath may give anything."""
    return html.fromstring(text)


@pytest.fixture(scope="module")
def brought(tmp_path_factory):
    """brought("submitted", folder): a copy of the office brought so far, which is made once."""
    templates: dict[str, tuple[Any, Path]] = {}

    def copy(until: str, folder: Path) -> Any:
        if until not in templates:
            home = tmp_path_factory.mktemp(until)
            templates[until] = make_answering(home, until), home
            templates[until][0].desk.store.close()
        template, home = templates[until]
        office = copy_office(template.office, home, folder)
        office.clock.at = template.office.clock.at
        desk = replace(
            template.desk, store=office.desk.store, clock=office.clock, captures=office.desk.captures
        )
        return replace(template, office=replace(office, desk=desk), desk=desk)

    return copy


@pytest.fixture
def way(brought, tmp_path):
    """way("submitted"): the office brought so far, and somebody(name) logged in to its pages."""
    made: list[Any] = []

    def go(until):
        answering = brought(until, tmp_path / f"home-{len(made)}")
        app = create_app(answering.desk, WebSettings(secret_key=SECRET, environment="test"))
        made.append(answering)
        return answering, lambda name: Person(app).log_in(name)

    yield go
    for one in made:
        one.desk.store.close()


def words(answer):
    return " ".join(parse(answer.text).text_content().split())


def form_of(answer, action):
    """What a browser would send from the form with this action, unchanged."""
    page = parse(answer.text)
    for form in page.forms:
        if form.action and form.action.endswith(action):
            return {name: value for name, value in form.form_values() if name != "csrf_token"}
    raise AssertionError(action)


def stored(answering, model, key):
    with answering.desk.store.read() as session:
        return session.get_one(model, key)


def test_a_copied_claim_says_where_it_comes_from(way):
    answering, somebody = way("claim")
    with answering.desk.store.write() as session:
        claim = session.get_one(Claim, answering.claim_id)
        session.get_one(Item, claim.item_id).attributed_to = "Báo Đồng Bằng"
    assert "dẫn lại từ Báo Đồng Bằng" in somebody("hanh.dt").get(f"/claims/{answering.claim_id}").text


def test_evidence_is_added_with_its_file_and_taken_out_with_a_reason(way):
    answering, somebody = way("claim")
    hanh = somebody("hanh.dt")
    address = f"/claims/{answering.claim_id}"
    refused = hanh.post(
        f"{address}/evidence",
        {"evidence-title": "Sổ trực đêm", "evidence-kind": "document", "evidence-body": "Đê khô lúc 21 giờ"},
    )
    assert refused.status_code == 400
    assert "Nhập nơi cung cấp bằng chứng." in refused.text
    assert "Sổ trực đêm" in refused.text and "Đê khô lúc 21 giờ" in refused.text, "what was typed is kept"

    added = hanh.post(
        f"{address}/evidence",
        {"evidence-title": "Sổ trực đêm", "evidence-kind": "document", "evidence-source_name": "Hạt Quản lý đê",
         "evidence-body": "Đê khô", "evidence-upload": (io.BytesIO(b"%PDF-1.4 scan"), "so-truc.pdf")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert added.status_code == 303
    with answering.desk.store.read() as session:
        piece = session.query(Evidence).one()
    kept = hanh.get(f"/evidence/{piece.id}/file")
    assert kept.data == b"%PDF-1.4 scan"
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert kept.mimetype == "application/octet-stream"

    assert hanh.post(f"/evidence/{piece.id}/remove", {"remove-reason": ""}).status_code == 400
    assert (
        hanh.post(
            f"/evidence/{piece.id}/remove", {"remove-reason": "Chép nhầm sổ của tuyến khác"}
        ).status_code
        == 303
    )
    assert "1 bằng chứng đã bỏ" in words(hanh.get(address))


def test_one_source_says_how_many_are_missing_and_two_open_the_proposal(way):
    answering, somebody = way("claim")
    hanh = somebody("hanh.dt")
    address = f"/claims/{answering.claim_id}"
    for title, source in (("Sổ trực đêm", "Trạm bơm Bến"), ("Lời kể", "Trường Tiểu học Văn Tố")):
        assert "đủ để đề xuất" not in words(hanh.get(address)).lower()
        sent = {
            "evidence-title": title, "evidence-kind": "document", "evidence-source_name": source, "evidence-body": "Đê khô",
        }  # fmt: skip
        assert hanh.post(f"{address}/evidence", sent).status_code == 303
        page = hanh.get(address)
        tree = parse(page.text)
        next_act = " ".join(tree.xpath("//section[@aria-labelledby='n1']")[0].text_content().split())
        incident = words(hanh.get(f"/incidents/{answering.incident_id}"))
        blocked = tree.xpath(
            "//section[@aria-labelledby='n1']//button[@aria-disabled='true']/@aria-describedby"
        )
        opened = tree.xpath("//details[@id='add-evidence']/@open")
        if title == "Sổ trực đêm":
            assert "Có 1 nguồn độc lập." in next_act and "còn cần 1 nguồn độc lập nữa" in next_act
            assert blocked == ["why-propose"] and opened, "the act names its reason, the form stays open"
            assert "còn cần 1 nguồn nữa" in incident
        else:
            assert "Có 2 nguồn độc lập. Đủ để đề xuất kết luận." in next_act
            assert not blocked and not opened
            assert "2 nguồn độc lập: đủ để đề xuất kết luận" in incident


@pytest.mark.parametrize(
    ("verdict", "sub", "said", "opens"),
    [
        ("misleading", "false", "Cần một vụ việc để đánh giá và chọn cách trả lời", True),
        ("accurate", "", "mở vụ việc rồi chọn trả lời phản ánh", True),
        ("opinion", "criticism", "mở vụ việc rồi chọn trả lời phản ánh", True),
        ("opinion", "satire", "xong việc ở trang này", False),
        ("unverified", "", "Có bằng chứng mới thì thêm vào", False),
    ],
)
def test_a_confirmed_claim_leads_to_what_comes_next(way, verdict, sub, said, opens):
    answering, somebody = way("confirmed")
    with answering.desk.store.write() as session:
        claim = session.get_one(Claim, answering.claim_id)
        session.get_one(StoryOffice, (claim.story_id, claim.unit_id)).incident_id = None
        claim.incident_id = None
        kept = session.query(VerdictRecord).filter_by(claim_id=claim.id, state="confirmed").one()
        kept.verdict = claim.verdict = verdict
        kept.sub_verdict = claim.sub_verdict = sub
    page = somebody("hanh.dt").get(f"/claims/{answering.claim_id}")
    section = parse(page.text).xpath("//section[@aria-labelledby='n1']")[0]
    assert said in " ".join(section.text_content().split())
    assert section.xpath(".//form/@action") == (["/incidents/new"] if opens else [])
    assert not section.xpath(".//a[@href='#propose']"), "nothing is left to propose"
    assert "Mở vụ việc" not in parse(somebody("luc.pv").get(f"/claims/{answering.claim_id}").text).xpath(
        "string(//section[@aria-labelledby='n1'])"
    )


def test_own_office_cannot_confirm_and_a_neighbour_can(way):
    answering, somebody = way("proposed")
    address = f"/claims/{answering.claim_id}"
    luc, lan = somebody("luc.pv"), somebody("xa.ban")
    page = luc.get(address)
    decide = re.findall(r"/verdicts/\d+/decide", page.text)[0]
    refused = luc.post(decide, {**form_of(page, decide), "decision": "confirm"})
    assert refused.status_code == 409
    assert "được xác nhận Sai lệch" in words(refused)
    assert "Việc làm được:" in words(refused) and "cấp trên hoặc" in words(refused), (
        "the lawful act is offered"
    )
    assert stored(answering, Claim, answering.claim_id).verdict == ""
    with answering.desk.store.read() as session:
        assert session.query(AuditRow).filter_by(act="verdict.confirm", refused=True).count() == 1

    assert "nhờ đơn vị này xem giúp" in words(lan.get("/incidents"))
    page = lan.get(address)
    assert lan.post(decide, {**form_of(page, decide), "decision": "confirm"}).status_code == 303
    assert stored(answering, Claim, answering.claim_id).verdict == "misleading"


def test_assess_choose_and_make_by_forms(way):
    answering, somebody = way("confirmed")
    hanh, vinh = somebody("hanh.dt"), somebody("vinh.nt")
    address = f"/incidents/{answering.incident_id}"
    page = hanh.get(address)
    assert "đủ điều kiện lập hồ sơ" in words(page)
    data = form_of(page, f"{address}/assess")
    assert (
        hanh.post(
            f"{address}/assess", {**data, "assess-harm": "H3", "assess-spread": "R2", "assess-impact": "y"}
        ).status_code
        == 303
    )
    page = vinh.get(address)
    assert parse(page.text).xpath("//td[contains(@class,'here')]"), "the reached cell is marked"
    data = form_of(page, f"{address}/choose")
    refused = vinh.post(
        f"{address}/choose",
        {"choose-version": data["choose-version"], "choose-answers": ["D1"], "choose-reason": "ngắn"},
    )
    assert refused.status_code == 409
    assert "phải ghi lý do" in words(refused) and "ngắn" in refused.text
    chosen = {
        "choose-version": data["choose-version"],
        "choose-answers": ["D1"],
        "choose-reason": "Báo đã hỏi và đưa đúng, chỉ cần thông cáo.",
    }
    assert vinh.post(f"{address}/choose", chosen).status_code == 303
    stale = vinh.post(f"{address}/choose", chosen)
    assert stale.status_code == 409
    assert hanh.post(f"{address}/documents", {"make-kind": "D3"}).status_code == 409, (
        "more than chosen needs a reason"
    )
    made = hanh.post(f"{address}/documents", {"make-kind": "D1"})
    assert made.status_code == 303
    page = hanh.get(made.headers["Location"])
    assert "Chưa gửi duyệt được: còn" in words(page) and "ô trống" in words(page)


def test_a_sentence_is_changed_moved_added_and_dropped_without_script(way):
    answering, somebody = way("drafted")
    hanh = somebody("hanh.dt")
    address = f"/documents/{answering.document_id}"

    def texts():
        return [one.text for one in draft.load(answering.desk, answering.document_id)[1].sentences()]

    def send(number, act, text="", **more):
        version = stored(answering, Document, answering.document_id).version
        return hanh.post(
            f"{address}/sentences",
            {
                "version": version,
                "number": number,
                "act": act,
                "sentence-text": text,
                "sentence-kind": "advice",
                **more,
            },
        )

    first, second = texts()[:2]
    assert send(2, "up").status_code == 303
    assert texts()[:2] == [second, first]
    assert send(1, "add", "Câu vừa thêm.").status_code == 303
    assert texts()[1] == "Câu vừa thêm."
    assert send(2, "save", "Câu đã sửa.").status_code == 303
    assert texts()[1] == "Câu đã sửa."
    assert send(2, "drop").status_code == 303
    assert texts()[:2] == [second, first]
    empty = send(1, "save", "  ")
    assert empty.status_code == 400 and "Viết câu, hoặc bỏ câu này." in empty.text
    assert "Bản 1" in words(hanh.get(f"{address}/compare?with=1"))


def test_a_conflict_shows_both_texts(way):
    answering, somebody = way("drafted")
    hanh = somebody("hanh.dt")
    address = f"/documents/{answering.document_id}/sentences"
    assert (
        hanh.post(
            address,
            {
                "version": 1,
                "number": 1,
                "act": "save",
                "sentence-text": "Bản của người nhanh hơn.",
                "sentence-kind": "advice",
            },
        ).status_code
        == 303
    )
    late = hanh.post(
        address,
        {
            "version": 1,
            "number": 1,
            "act": "save",
            "sentence-text": "Bản của người chậm hơn.",
            "sentence-kind": "advice",
        },
    )
    assert late.status_code == 409
    page = parse(late.text)
    assert "nhanh" in page.xpath("string(//p[contains(@class,'diff')]/del)")
    assert "chậm" in page.xpath("string(//p[contains(@class,'diff')]/ins)")
    assert "Bản của người chậm hơn." in page.xpath("string(//textarea[@name='sentence-text'])")


@pytest.mark.parametrize("which", ["document_id", "notice_id"])
def test_the_page_beside_the_draft_has_the_words_of_the_docx(way, which):
    answering, somebody = way("issued")
    key = getattr(answering, which)
    file = somebody("hanh.dt").get(f"/documents/{key}/file.docx")
    body: Any = etree.fromstring(zipfile.ZipFile(io.BytesIO(file.data)).read("word/document.xml"))
    printed = [" ".join("".join(p.itertext(f"{W}t")).split()) for p in body.iter(f"{W}p")]
    printed = sorted(" ".join(filter(None, printed)).split())
    page = parse(somebody("hanh.dt").get(f"/documents/{key}").text)
    shown: list[str] = []
    for article in page.xpath("//article[contains(@class,'a4')]"):
        for line in article.iter("br"):
            line.tail = " " + (line.tail or "")
        for block in article.xpath(".//p|.//h3|.//td|.//th"):
            shown += block.text_content().split()
    assert sorted(shown) == printed
    assert official_page(draft.document(answering.desk, key)).paragraphs[-1][-1].text.endswith("./.")


def test_nobody_ticks_what_nobody_opened_and_an_edit_makes_it_unread(way):
    answering, somebody = way("submitted")
    luc, hanh = somebody("luc.pv"), somebody("hanh.dt")
    address = f"/approvals/{answering.incident_id}"
    key = answering.document_id
    turn = f'href="{address}">Đọc và duyệt'
    assert turn in luc.get("/today").text and turn not in hanh.get("/today").text
    page = luc.get(address)
    assert parse(page.text).xpath(f"//input[@id='k{key}']/@disabled")
    data = {**form_of(page, address), "document": key, "decision": "approved"}
    refused = luc.post(address, data)
    assert refused.status_code == 409 and "chưa được mở đọc" in words(refused)

    luc.get(f"/documents/{key}")
    assert "Duyệt nội dung 1 bản" in words(luc.get(address)), "the button names the step"
    assert luc.post(address, data).status_code == 303, "content"
    page = words(luc.get(address))
    assert "Đã duyệt nội dung 1 bản. Còn bước: rà bí mật, dữ liệu cá nhân." in page
    data = {**form_of(luc.get(address), address), "document": key, "decision": "returned", "comment": ""}
    short = luc.post(address, data)
    assert short.status_code == 400, "returning needs a comment"
    data["comment"] = "Câu đầu cần nêu giờ đo."
    assert luc.post(address, data).status_code == 303
    assert stored(answering, Document, key).state == "returned"
    assert "Câu đầu cần nêu giờ đo." in words(hanh.get(f"/documents/{key}"))
    assert hanh.get(address).status_code == 403, "the drafter has no approving role"

    page = words(somebody("vinh.nt").get(address))
    assert "chưa đến lượt tài khoản này, đang chờ bước duyệt nội dung" in page
    other = answering.notice_id
    luc.get(f"/documents/{other}")
    assert not parse(luc.get(address).text).xpath(f"//input[@id='k{other}']/@disabled")
    number, content = draft.load(answering.desk, other)
    from tests.fixtures.answering import actor

    drafter = actor(answering.office, "hanh.dt")
    draft.save(answering.desk, drafter, other, number, content)
    draft.submit(answering.desk, drafter, other, number + 1)
    assert parse(luc.get(address).text).xpath(f"//input[@id='k{other}']/@disabled")


@pytest.mark.parametrize(
    ("until", "username", "own", "others"),
    [
        ("proposed", "xa.ban", "", "chờ người xác nhận của đơn vị cấp trên"),
        ("assessed", "vinh.nt", "Việc của tài khoản này: chọn phương án trả lời.", "Chờ Nguyễn Thế Vinh"),
        ("chosen", "hanh.dt", "Việc của tài khoản này: lập văn bản.", "lập văn bản."),
        ("submitted", "luc.pv", "Việc của tài khoản này: duyệt nội dung (2 văn bản).", "2 văn bản chờ"),
        ("approved", "hanh.dt", "Việc của tài khoản này: lấy số, ghi ngày và người ký.", "lấy số"),
    ],
)
def test_the_next_act_speaks_to_the_reader_whose_act_it_is(way, until, username, own, others):
    answering, somebody = way(until)

    def said(name):
        page = parse(somebody(name).get(f"/incidents/{answering.incident_id}").text)
        section = page.xpath("//section[@aria-labelledby='n1']")[0]
        return " ".join(section.text_content().split()), section.xpath(".//a/@href")

    if own:
        text, links = said(username)
        assert own in text and links, "with a way to the form"
    other = "luc.pv" if username != "luc.pv" else "hanh.dt"
    text, _ = said(other)
    assert others in text and "Việc của tài khoản này" not in text


def test_the_drafter_is_told_why_the_own_draft_is_not_for_approval(way):
    answering, somebody = way("submitted")
    luc = answering.office.accounts["luc.pv"]
    with answering.desk.store.write() as session:
        session.query(DocumentVersion).update({"edited_by": luc})
    page = words(somebody("luc.pv").get(f"/approvals/{answering.incident_id}"))
    assert "tài khoản này đã soạn hoặc sửa nên không tự duyệt" in page
    assert "chưa đến lượt" not in page


def test_issue_and_send_by_forms(way):
    answering, somebody = way("approved")
    luc, hanh = somebody("luc.pv"), somebody("hanh.dt")
    address = f"/documents/{answering.document_id}"
    form = {
        "issue-number": "5",
        "issue-issued_on": "13/9/2026",
        "issue-signer_name": "Nguyễn Thế Vinh",
        "version": stored(answering, Document, answering.document_id).version,
    }
    refused = hanh.post(f"{address}/issue", form)
    assert refused.status_code == 409 and "chưa đối chiếu" in words(refused)
    assert luc.post(f"{address}/checked", {"version": form["version"]}).status_code == 303
    assert "Ngày chưa đúng" in hanh.post(f"{address}/issue", {**form, "issue-issued_on": "hôm qua"}).text
    assert hanh.post(f"{address}/issue", form).status_code == 303
    assert hanh.post(f"{address}/send", {}).status_code == 400
    assert hanh.post(f"{address}/send", {"send-recipients": ["0", "1"]}).status_code == 303
    page = words(hanh.get(address))
    assert page.count("Đang chờ gửi") == 2 and BOOK[1][2] in page


def test_audit_marks_refused_tries_and_filters(way):
    answering, somebody = way("proposed")
    luc = somebody("luc.pv")
    page = luc.get(f"/claims/{answering.claim_id}")
    decide = re.findall(r"/verdicts/\d+/decide", page.text)[0]
    luc.post(decide, {**form_of(page, decide), "decision": "confirm"})
    kiem = somebody("kiem.tv")
    log = kiem.get("/audit?refused=1")
    assert len(parse(log.text).xpath("//tr[@class='refused']")) == 1
    assert "xác nhận kết luận bị từ chối" in words(log)
    assert "Không có dòng nào khớp" in words(kiem.get("/audit?day=2020-01-01"))
    assert "ghi tuyên bố" in words(kiem.get(f"/audit?object=claim&id={answering.claim_id}"))
    assert "Ngày chưa đúng" in words(kiem.get("/audit?day=hom-qua"))
    assert somebody("hanh.dt").get("/audit").status_code == 403


def test_last_week_is_made_by_a_button_with_criticism_first(way):
    _, somebody = way("claim")
    luc = somebody("luc.pv")
    made = luc.post("/digests", {"week": "2026-W36"})
    assert made.status_code == 303
    page = luc.get(made.headers["Location"])
    headings = [one.text_content().strip() for one in parse(page.text).xpath("//article//h2")]
    assert headings[0].startswith("1. Phản ánh đúng")
    assert luc.get("/digests/2026-W36/file.docx").data[:2] == b"PK"
    assert "attachment" in luc.get("/digests/2026-W36/file.html").headers["Content-Disposition"]
    assert luc.get("/digests/2026-W01").status_code == 404


@pytest.mark.parametrize(
    "until",
    [
        "claim",
        *(pytest.param(word, marks=pytest.mark.long) for word in ("proposed", "assessed", "submitted")),
        "queued",
    ],
)
def test_pages_hold_no_inline_style_or_script_and_name_nobody_by_sex(way, until):
    answering, somebody = way(until)
    addresses = [
        "/incidents",
        "/documents",
        "/digests",
        f"/claims/{answering.claim_id}",
        f"/incidents/{answering.incident_id}",
    ]
    if answering.document_id:
        addresses += [f"/documents/{answering.document_id}", f"/documents/{answering.notice_id}?add=1"]
    for name in ("hanh.dt", "luc.pv", "vinh.nt"):
        person = somebody(name)
        for address in addresses + (
            [] if name == "hanh.dt" else ["/approvals", f"/approvals/{answering.incident_id}"]
        ):
            answer = person.get(address)
            assert answer.status_code == 200, (name, address)
            page = parse(answer.text)
            assert not page.xpath("//@style|//style|//script[not(@src)]|//@onclick"), address
            ids = page.xpath("//@id")
            assert len(ids) == len(set(ids)), (address, sorted(one for one in ids if ids.count(one) > 1))
            assert len(page.xpath("//h1")) == 1, address
            assert "anh/chị" not in answer.text


def test_another_office_sees_no_incident_or_document(way):
    answering, somebody = way("submitted")
    lan = somebody("xa.ban")
    assert lan.get(f"/incidents/{answering.incident_id}").status_code == 404
    assert lan.get(f"/documents/{answering.document_id}").status_code == 404
    assert lan.get(f"/documents/{answering.document_id}/file.docx").status_code == 404
    assert lan.post(
        f"/incidents/{answering.incident_id}/facts", {"fact-claim_part": "abc", "fact-fact": "một sự thật"}
    ).status_code in {403, 404}
