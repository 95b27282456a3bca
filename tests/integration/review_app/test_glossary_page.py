"""Bảng từ on screen: a word that the office writes glosses stored items at once; changed, removed, switched off, refused, audited."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from core.queries.glossary import own
from tests.fixtures.web import found


def add(person, **given):
    form = {"language": "en", "term": "overnight", "gloss": "trong đêm", "kind": "measure"} | given
    return person.post("/glossary", form)


def test_a_word_glosses_what_is_stored(office, person):
    officer = person("hanh.dt")
    before = officer.get("/today").text
    assert "[dyke: đê; commune: xã; breached: bị vỡ]" in before and "trong đêm" not in before
    assert add(officer).status_code == 303
    for address in ("/today", "/inbox", f"/stories/{office.stories['en']}", f"/items/{office.items['en']}"):
        assert (
            "[dyke: đê; commune: xã; breached: bị vỡ; overnight: trong đêm]" in officer.get(address).text
        ), address
    page = officer.get("/glossary?language=en").text
    assert "Đỗ Thị Hạnh" in page and "trong đêm" in page
    number = found(r"/glossary/(\d+)/remove", page)
    form = officer.get(f"/glossary?language=en&edit={number}").text
    assert 'value="trong đêm"' in form
    changed = {
        "gloss": "suốt đêm",
        "edit": number,
        "version": found(r'name="version"[^>]*value="(\d+)"', form),
    }
    assert add(officer, **changed).status_code == 303
    assert "overnight: suốt đêm" in officer.get("/today").text
    assert add(officer, **changed).status_code == 409, "somebody changed it meanwhile"
    assert officer.post(f"/glossary/{number}/remove", {"language": "en"}).status_code == 303
    assert "[dyke: đê; commune: xã; breached: bị vỡ]" in officer.get("/today").text
    log = person("kiem.tv").get("/audit").text
    assert "lưu từ nước ngoài" in log and "bỏ từ nước ngoài" in log


def test_a_shipped_word_is_switched_off_replaced_and_back(office, person):
    officer = person("hanh.dt")
    assert officer.post("/glossary/hide", {"language": "en", "term": "commune"}).status_code == 303
    assert "[dyke: đê; breached: bị vỡ]" in officer.get("/today").text
    page = officer.get("/glossary?language=en").text
    assert "từ đi kèm đã tắt" in page
    assert add(officer, term="Commune", gloss="xã (Pháp)", kind="place").status_code == 303
    assert "commune: xã (Pháp)" in officer.get("/today").text
    number = found(r"/glossary/(\d+)/remove", officer.get("/glossary?language=en").text)
    officer.post(f"/glossary/{number}/remove", {"language": "en"})
    assert "[dyke: đê; commune: xã; breached: bị vỡ]" in officer.get("/today").text
    assert officer.post("/glossary/hide", {"language": "en", "term": "no such"}).status_code == 404


def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(office, person):
    officer = person("hanh.dt")
    for wrong in ({"gloss": ""}, {"term": "x"}, {"language": "vi"}, {"kind": "no"}, {"term": "a " * 90}):
        answer = add(officer, **wrong)
        assert answer.status_code == 422 and "Chưa lưu từ" in answer.text, wrong
    assert 'value="trong đêm"' in add(officer, term="x").text
    assert add(officer, gloss="<script>alert(1)</script>", term="overnight").status_code == 303
    page = officer.get("/today").text
    assert "<script>alert(1)" not in page and "&lt;script&gt;" in page
    again = add(officer, term="OVERNIGHT", gloss="đêm")
    assert again.status_code == 422 and "Từ này đã có" in again.text
    with office.desk.store.read() as session:
        assert len(own(session)) == 1


def test_every_language_shows_its_own_words(office, person):
    officer = person("hanh.dt")
    for language, term in (
        ("fr", "rupture de digue"),
        ("ja", "堤防決壊"),
        ("ko", "제방 붕괴"),
        ("ru", "прорыв дамбы"),
        ("zh", "决堤"),
    ):
        address = f"/glossary?language={language}"
        assert f'href="{address}"' in officer.get("/glossary").text
        page = officer.get(address).text
        assert f'<b lang="{language}">{term}</b>: vỡ đê' in page and "dike breach" not in page


def test_who_may(office, person):
    assert person("luc.pv").get("/glossary").status_code == 200
    assert "term-form" not in person("luc.pv").get("/glossary").text
    assert add(person("luc.pv")).status_code == 403
    assert add(person("tu.la")).status_code == 303
    assert person("hanh.dt").get("/glossary?language=%00&edit=%27&term=" + "x" * 900).status_code == 200


def test_two_people_at_once_make_one_term(office, person):
    people = [person("hanh.dt"), person("tu.la")]
    with ThreadPoolExecutor(2) as pool:
        codes = sorted(answer.status_code for answer in pool.map(add, people))
    assert codes == [303, 422]
