"""Hostile words in every text column: no screen and no export gets an element, an attribute or an address out of them (ASVS 1.2, 1.3).

A page is read twice: with the payloads, and with the same payloads whose markup characters are letters. Both must have the same tags
and attributes in the same order; anything else is markup that came out of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from docx import Document as Docx
from sqlalchemy import JSON, String, Text, select, update

from core.ports import Sentence
from core.records.all_tables import Table
from core.records.document import Dispatch
from core.records.source import CrawlRequest, Quarantine
from core.rules import evidence
from core.rules.vocabulary import Role
from core.services import accounts, audit, digest, draft
from core.services.draft_content import DraftContent
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.answering import BOOK, Answering, actor, go_on, with_parts
from tests.fixtures.office import PASSWORD, copy_office
from tests.fixtures.web import SECRET, Person

PAYLOADS = [
    "<script>alert(1)</script>", "<ScRiPt src=//e.example/x></ScRiPt>", "<script/x>alert(1)</script>", "<<script>alert(1)//<</script>",
    "<script\x0c>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<img/src=x/onerror=alert(1)>",
    "<img src='x' onerror='alert(1)'>", '<img src="x" onerror="alert(1)">', "<svg onload=alert(1)>", "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>", "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>", "<math><mi xlink:href='javascript:alert(1)'>",
    "<iframe src=javascript:alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>", "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>", "<base href=//e.example/>", "<meta http-equiv=refresh content='0;url=//e.example'>",
    "<link rel=stylesheet href=//e.example/x.css>", "<style>@import'//e.example/x.css';</style>", "<form action=//e.example><input name=password>",
    "<input autofocus onfocus=alert(1)>", "<button formaction=javascript:alert(1)>x</button>", "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>", "<video><source onerror=alert(1)>", "<audio src=x onerror=alert(1)>", "<marquee onstart=alert(1)>",
    "<a href=javascript:alert(1)>x</a>", "<a href='java\tscript:alert(1)'>x</a>", "<a href=' javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>", "<a href='vbscript:x'>x</a>", "<textarea></textarea><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>", "</title><script>alert(1)</script>", "--><script>alert(1)</script><!--", "<!--[if IE]><script>",
    "]]><script>alert(1)</script>", '" onmouseover="alert(1)', "' onmouseover='alert(1)", '" autofocus onfocus=alert(1) x="', "` onerror=alert(1) `",
    '"><script>alert(1)</script>', "'><script>alert(1)</script>", "x onload=alert(1)", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;", "&quot; onclick=alert(1) &quot;", "{{ 7*7 }}", "{% for x in y %}", "{{ config.SECRET_KEY }}",
    "${7*7}", "<%= 7*7 %>", "＜script＞alert(1)＜/script＞", "<script>\u2028alert(1)</script>", "\u202e<script>alert(1)</script>",
    "<x onclick=alert(1)>", "<template><script>alert(1)</script></template>", "<noscript><img src=x onerror=alert(1)></noscript>",
    "=cmd|'/c calc'!A1", "@SUM(1+1)*cmd|'/c calc'!A1", "<w:p><w:r><w:t>x</w:t></w:r></w:p>", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
]  # fmt: skip
#: words that the program itself reads; a text column that nobody types into
OWN_WORDS = {
    "account.password_hash", "account.username", "unit.locality", "unit.level", "capture.path", "dispatch.message_id", "capture.peer",
    "crawl_run.round_id", "item.url_sha256", "copy_band.band_key", "login_attempt.key", "login_attempt.key", "lease.owner",
    "source.lease_owner", "source.etag", "document.profile", "crawl_request.taken_by", "web_session.address",
}  # fmt: skip
LEFT_OUT = {
    "audit",
    "web_session",
    "login_attempt",
    "lease",
    "document_version",
    "digest",
    "copy_band",
    "known_entry",
}
ADDRESSES = re.compile(r"(^|_)url$|^canonical_url$")
SCHEMES = {"href", "src", "action", "formaction", "data", "xlink:href", "poster", "srcset"}


def letters(text: str) -> str:
    """The same text of the same length without a character that means anything to HTML."""
    return re.sub(r"[<>&\"'`]", "ж", text)


#: marks that the program sets by what a text says ("lời của chính cơ quan"): the two readings may differ in them
MARKS = {("span", ("class",)), ("p", ("class",)), ("svg", ("class", "aria-hidden")), ("use", ("href",))}


class Shape(HTMLParser):
    """The tags of a page with the names of their attributes, and every address."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        shape = (tag, tuple(name for name, _ in attrs))
        if shape not in MARKS:
            self.tags.append(shape)
        self.addresses += [value or "" for name, value in attrs if name in SCHEMES]


def harmless(address: str) -> bool:
    """A path of ours, a place on the page, or a web address; browsers drop blanks and control characters first."""
    plain = re.sub(r"[\x00-\x20]", "", address).lower()
    return plain.startswith(("/", "#", "?", "http://", "https://", "mailto:", "tel:")) or plain == ""


@pytest.fixture(scope="module")
def built(office_template: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Answering, Path]:
    """The whole way once, a pasted link and a bad record beside it, and a person with every role."""
    template, folder = office_template
    home = tmp_path_factory.mktemp("hostile")
    office = with_parts(copy_office(template, folder, home))
    made = go_on(office, "queued")
    accounts.create(made.desk, None, "moi.vai", "Mọi Vai", "Chức vụ", "", office.unit_id, set(Role), PASSWORD)
    person = actor(office, "hanh.dt")
    with made.desk.store.write() as session:
        now = office.clock.now()
        session.add(
            CrawlRequest(
                kind="link", url="https://x.example/1", details={"note": "ghi chú"}, requested_by=made.office.accounts["hanh.dt"],
                requested_at=now, state="failed", result={"error_vi": "lỗi", "error_en": "fault"},
            )
        )  # fmt: skip
        session.add(
            Quarantine(
                kind="item",
                source_id="gio-bien",
                reason_vi="lý do",
                reason_en="reason",
                payload="chữ",
                at=now,
            )
        )
        for words in PAYLOADS:
            audit.record(
                session,
                made.desk,
                person,
                "evidence.remove",
                "claim",
                words,
                detail={"reason": words, words: "x"},
            )
    made.desk.store.close()
    return made, home


@pytest.fixture
def poisoned(built: tuple[Answering, Path], tmp_path: Path) -> Iterator[Answering]:
    made, home = built
    office = copy_office(made.office, home, tmp_path / "home")
    office.clock.at = made.office.clock.at
    from dataclasses import replace

    yield replace(made, office=office, desk=office.desk)
    office.desk.store.close()


def fill(made: Answering, text: str, url: str) -> int:
    """Put ``text`` into every text column and every text inside JSON, ``url`` into every address. Returns how many columns."""
    count = 0
    with made.desk.store.write() as session:
        for table in Table.metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            for column in table.columns:
                name = f"{table.name}.{column.name}"
                if isinstance(column.type, JSON):
                    for row in session.execute(select(table)).mappings().all():
                        key = [column_ == row[column_.name] for column_ in table.primary_key.columns]
                        session.execute(
                            update(table).where(*key).values({column.name: _inside(row[column.name], text)})
                        )
                    continue
                if (
                    not isinstance(column.type, String)
                    or column.primary_key
                    or column.foreign_keys
                    or column.unique
                ):
                    continue
                if name in OWN_WORDS or "sha256" in name or column.name in {"body_hash", "content_hash"}:
                    continue
                if not isinstance(column.type, Text) and (column.type.length or 0) <= 40:
                    continue
                session.execute(
                    update(table).values({column.name: url if ADDRESSES.search(column.name) else text})
                )
                count += 1
        # documents are read through their hash, so their words come in by the service
    return count


def _inside(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: text if key in {"vi", "en", "error_vi", "error_en", "note", "seen_where", "name", "title", "phone", "email", "portal", "place",
                                     "superior", "province", "archive"} and isinstance(one, str) else _inside(one, text)
                for key, one in value.items()}  # fmt: skip
    return [_inside(one, text) for one in value] if isinstance(value, list) else value


def words_of(document: DraftContent, text: str) -> DraftContent:
    from dataclasses import replace

    paragraphs = tuple(
        tuple(Sentence(text[:1500], one.kind, text[:300], one.evidence_id) for one in group)
        for group in document.paragraphs
    )
    return replace(
        document, title=text[:200], subject=text[:300], paragraphs=paragraphs, addressees=(text[:400],), bases=(text[:400],),
        recipients=(text[:400],), archive=text[:100],
    )  # fmt: skip


def pages(made: Answering) -> list[str]:
    ids: dict[str, Any] = {
        "story_id": made.office.stories["de"], "item_id": made.office.items["de"], "claim_id": made.claim_id, "incident_id": made.incident_id,
        "document_id": made.document_id, "source_id": "gio-bien", "account_id": made.office.accounts["luc.pv"], "unit_id": made.office.unit_id,
    }  # fmt: skip
    app = create_app(made.desk, WebSettings(secret_key=SECRET, environment="test"))
    found = []
    with app.test_request_context():
        from flask import url_for

        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in {
                "static",
                "claim.file",
                "capture.file",
                "document.file",
                "digest.file",
                "digest.show",
            }:
                found.append(url_for(rule.endpoint, **{name: ids.get(name, 1) for name in rule.arguments}))
    # the log grows with every reading; what was written with payloads stands under the claims
    found[found.index("/audit")] = "/audit?object=claim"
    notice = f"/documents/{made.notice_id}"
    return [*sorted(found), notice, "/inbox?q=%22%3E%3Cscript%3Ezzzqq%3C/script%3E", "/audit?object=%22%3E%3Cscript%3E&person=%27&day=%3Cx%3E",
            "/sources?group=%3Cscript%3E", "/intake?url=javascript:alert(1)", "/login?next=//e.example/%22%3E%3Cscript%3E",
            "/khong-co/%3Cscript%3Ealert(1)%3C/script%3E"]  # fmt: skip


def shapes(made: Answering, text: str, url: str) -> dict[str, Shape]:
    """Every page with this text everywhere."""
    version, content = draft.load(made.desk, made.notice_id)
    with made.desk.store.read() as session:
        from core.records.document import Document

        version = session.get_one(Document, made.notice_id).version
    draft.save(made.desk, actor(made.office, "hanh.dt"), made.notice_id, version, words_of(content, text))
    assert fill(made, text, url) > 25
    someone = Person(create_app(made.desk, WebSettings(secret_key=SECRET, environment="test"))).log_in(
        "moi.vai"
    )
    found = {}
    for where in pages(made):
        answer = someone.get(where)
        assert answer.status_code in {200, 303, 400, 403, 404}, (where, answer.status_code)
        found[where] = Shape(answer.text)
    return found


def test_there_are_more_than_sixty() -> None:
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.long
@pytest.mark.parametrize("start", [0, 33])
def test_no_screen_makes_markup_of_text(
    poisoned: Answering, start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # which verdicts a page offers hangs on whose words the evidence is; here every page offers all of them
    monkeypatch.setattr(evidence, "missing_origins", lambda *_, **__: 0)
    text = " ".join([*PAYLOADS[start:], *PAYLOADS[:start]])
    hostile = shapes(poisoned, text, "javascript:alert(document.domain)//")
    plain = shapes(poisoned, letters(text), "javascript:alert(document.domain)//")
    for where, shape in hostile.items():
        first = next(
            (pair for pair in zip_longest(shape.tags, plain[where].tags) if pair[0] != pair[1]), None
        )
        assert first is None, (where, first)
        # the bookmark is a script by its nature, of our own fixed words
        found = [one for one in shape.addresses if not harmless(one) and where != "/intake/bookmark"]
        assert found == [], where


def test_no_export_makes_markup_of_text(poisoned: Answering) -> None:
    """The .docx of a document and the digest's .docx and page, from the same poisoned store."""
    text = " ".join(PAYLOADS)
    desk = poisoned.desk
    shapes_of: list[list[tuple[str, tuple[str, ...]]]] = []
    for words in (text, letters(text)):
        version, content = draft.load(desk, poisoned.notice_id)
        draft.save(
            desk, actor(poisoned.office, "hanh.dt"), poisoned.notice_id, version, words_of(content, words)
        )
        fill(poisoned, words, "javascript:alert(1)")
        document = draft.render(desk, poisoned.notice_id)
        made = digest.content(desk, poisoned.office.unit_id, "2026-W37")
        sheet = desk.renderer.digest_docx(made)
        for data in (document, sheet):
            with ZipFile(BytesIO(data)) as parts:
                for name in parts.namelist():
                    if name.endswith((".xml", ".rels")):
                        tree = ET.fromstring(parts.read(name))
                        assert not [one for one in tree.iter() if "javascript:" in str(one.attrib)], name
        printed = "".join(
            element.text or ""
            for element in Docx(BytesIO(document)).element.iter()
            if element.tag.endswith("}t")
        )
        if words is text:
            whole = [one for one in PAYLOADS if one.isascii() and one.isprintable() and one in text[:1500]]
            assert len(whole) > 20 and [one for one in whole if one not in printed] == []
        shapes_of.append(Shape(desk.renderer.digest_html(made)).tags)
    first = next((pair for pair in zip_longest(*shapes_of) if pair[0] != pair[1]), None)
    assert first is None


def test_a_mail_has_one_line_a_header(poisoned: Answering) -> None:
    """A subject with line breaks: the queued mail's subject is one line, so nobody adds a recipient through it."""
    from dataclasses import replace

    from core.records.document import Document
    from core.services import approve, publish

    desk, office = poisoned.desk, poisoned.office
    hanh, luc, vinh = (actor(office, name) for name in ("hanh.dt", "luc.pv", "vinh.nt"))
    key = poisoned.notice_id
    version, content = draft.load(desk, key)
    evil = "Về tin đê vỡ\r\nBcc: ai-do@e.example\u2028X-Y: 1\x0b"
    version = draft.save(desk, hanh, key, version, replace(content, subject=evil))
    sha256 = draft.submit(desk, hanh, key, version)
    for who, step in ((luc, "content"), (luc, "secrecy"), (vinh, "spokesperson")):
        approve.decide(desk, who, key, version, sha256, step, "approved")
    approve.tick_checked(desk, luc, key, version)
    publish.issue(desk, vinh, key, version, "7", desk.clock.now().date(), "Nguyễn Thế Vinh")
    publish.queue(desk, hanh, key, [("Toà soạn\r\nBcc: x@e.example", "email", BOOK[1][2])])
    with desk.store.read() as session:
        assert session.get_one(Document, key).subject.splitlines() == [
            "Về tin đê vỡ Bcc: ai-do@e.example X-Y: 1"
        ]
        rows = session.scalars(select(Dispatch).where(Dispatch.document_id == key)).all()
        assert rows and all(
            len(one.splitlines()) == 1
            for row in rows
            for one in (row.subject, row.recipient_name, row.recipient)
        )
