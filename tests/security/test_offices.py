"""One office's people on another office's things: every endpoint that takes a thing, from every side, with every role at once.

The tables below are compared with the app's own routes, so that a new route without a line fails.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.records.all_tables import Table
from core.records.audit import AuditRow
from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.grouping import StoryGrouping
from core.records.incident import FactLine
from core.records.item import TagEvent
from core.records.saved_filter import SavedFilter
from core.records.unit import Unit
from core.rules.vocabulary import Role
from core.services import accounts, calibration, claims, grouping, notes, place_rules, saved_filters
from core.services.claim_form import NewEvidence
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.answering import Answering, actor, go_on, with_parts
from tests.fixtures.office import PASSWORD, copy_office
from tests.fixtures.web import SECRET, Person

NEIGHBOUR, PARENT, FAR = "neighbour", "parent", "far"
ALL = frozenset({NEIGHBOUR, PARENT, FAR})
#: a verifier of a related office may help (domain.md §2 row 4); an administrator reaches the offices below
NOT_RELATED, NOT_ABOVE = frozenset({FAR}), frozenset({NEIGHBOUR, FAR})
REASON = "Một lý do đủ dài để được nhận."


@dataclass(frozen=True)
class Try:
    """A form on a thing of xã Chí Minh. ``quiet``: answered with a sentence on the page instead of a status."""

    values: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    refused: frozenset[str] = ALL
    quiet: bool = False


INCIDENT, DOCUMENT, CLAIM = {"incident_id": "incident"}, {"document_id": "document"}, {"claim_id": "claim"}
ACCOUNT, STORY = {"account_id": "account"}, {"story_id": "story"}
LOCALITY = {"code": "locality"}
MOVE = {"move-version": "@incident", "move-reason": REASON}
RECORD = {"record-version": "@incident", "record-reason": REASON}

POSTS: dict[str, Try] = {
    "admin.active": Try(ACCOUNT, {"active": "no"}, NOT_ABOVE),
    "admin.reset": Try(ACCOUNT, {}, NOT_ABOVE),
    "admin.roles": Try(ACCOUNT, {"roles": ["auditor"]}, NOT_ABOVE),
    "admin.unit": Try({"unit_id": "unit"}, {"place": "Nơi khác", "localities": "11131"}, NOT_ABOVE),
    "approval.decide": Try(INCIDENT, {"document": "@document_id", "decision": "returned", "comment": REASON}),
    "capture.pack": Try(INCIDENT),
    "capture.purge": Try({"item_id": "item"}, {"reason": REASON}),
    "claim.add_evidence": Try(
        CLAIM, {"evidence-kind": "document", "evidence-title": "Giấy", "evidence-body": "Chữ", "evidence-source_name": "Nơi khác"}, NOT_RELATED
    ),
    "claim.decide": Try(
        {"verdict_id": "verdict"}, {"confirm-version": "@claim", "decision": "return", "confirm-comment": REASON}, NOT_RELATED
    ),
    "claim.propose": Try(CLAIM, {"propose-version": "@claim", "propose-verdict": "unverified", "propose-reason": REASON}),
    "claim.withdraw": Try(CLAIM, {"withdraw-version": "@claim", "withdraw-reason": REASON}),
    "claim.restore": Try(CLAIM, {"restore-version": "@claim"}),
    "claim.remove_evidence": Try({"evidence_id": "evidence"}, {"remove-reason": REASON}),
    "document.checked": Try(DOCUMENT, {"version": "@document"}),
    "document.head": Try(DOCUMENT, {"version": "@document", "head-subject": "Trích yếu khác"}),
    "document.issue": Try(
        DOCUMENT, {"version": "@document", "issue-number": "9", "issue-issued_on": "13/9/2026", "issue-signer_name": "Ai Đó"}
    ),
    "document.published": Try(DOCUMENT, {"publish-where": "Cổng thông tin"}),
    "document.send": Try(DOCUMENT, {"send-recipients": ["0"]}),
    "document.sentence": Try(DOCUMENT, {"version": "@document", "number": "1", "act": "drop"}),
    "document.submit": Try(DOCUMENT, {"version": "@document"}),
    "inbox.tag": Try({}, {"story": "@story_pair", "tag": "irrelevant"}, quiet=True),
    "incident.add_fact": Try(INCIDENT, {"fact-claim_part": "Phần nêu ra", "fact-fact": "Sự thật đã kiểm"}),
    "incident.assess": Try(INCIDENT, {"assess-version": "@incident", "assess-spread": "R0", "assess-harm": "H0"}),
    "incident.attach_claim": Try(INCIDENT, {"claim_id": "@loose"}),
    "incident.choose": Try(INCIDENT, {"choose-version": "@incident", "choose-silent": "y", "choose-reason": REASON}),
    "incident.close": Try(INCIDENT, MOVE),
    "incident.follow_up": Try(INCIDENT, {"follow-version": "@incident", "follow-result": REASON, "follow-outcome": "quiet"}),
    "incident.make_document": Try(INCIDENT, {"make-kind": "D1", "make-reason": REASON}),
    "incident.open": Try({}, {"story_id": "@story", "title": "Chiếm chỗ"}),
    "incident.pause": Try(INCIDENT, MOVE),
    "incident.record_outside": Try(INCIDENT, RECORD),
    "incident.record_reply": Try(INCIDENT, RECORD),
    "incident.record_statement": Try(INCIDENT, RECORD),
    "incident.remove_fact": Try({**INCIDENT, "fact_id": "fact"}),
    "incident.reopen": Try(INCIDENT, MOVE),
    "incident.resume": Try(INCIDENT, MOVE),
    "incident.transfer": Try(INCIDENT, MOVE),
    "story.claim": Try(
        STORY, {"version": "1", "item_id": "@item", "quote": "Nhiều hộ ở Chí Minh mất điện hơn 30 giờ", "concerns": "none"}
    ),
    "story.known_claim": Try({**STORY, **CLAIM}, {"answer": "wrong"}),
    "story.take_back": Try({**STORY, **CLAIM}),
    "story.tag": Try(STORY, {"version": "1", "tag": "irrelevant"}),
    "grouping.merge": Try(STORY, {"version": "1", "other": "@other"}),
    "grouping.split": Try(STORY, {"version": "1", "item": ["@item"]}),
    "grouping.undo": Try({"grouping_id": "grouping"}),
    "inbox.alert_filter": Try({"filter_id": "filter"}, {"on": "1"}),
    "inbox.remove_filter": Try({"filter_id": "filter"}),
    "locality.make": Try(LOCALITY, {"item": "@item", "sign": "x"}, NOT_ABOVE),
    "locality.more": Try({**LOCALITY, "rule_id": "rule"}, refused=NOT_ABOVE),
    "locality.undo": Try({**LOCALITY, "rule_id": "rule"}, refused=NOT_ABOVE),
    "calibration.answer": Try({"run_id": "run"}, {"ours": "yes", "number": "1"}),
    "calibration.begin": Try(LOCALITY, refused=NOT_ABOVE),
    "calibration.undo": Try({"run_id": "run"}),
    "story.remove_note": Try({"note_id": "note"}),
    "story.undo": Try({}, {"events": "@event"}),
}  # fmt: skip

#: forms on one's own account or office only, and on sources, which every office of an installation shares
OWN_OR_SHARED = {
    "account.choose_language", "account.log_in", "account.log_out", "account.password", "account.preferences", "account.theme",
    "admin.add", "digest.make", "intake.index", "sources.add", "sources.crawl_now", "sources.edit", "sources.enabled", "catalogue.take", "capture.look_again", "inbox.save_filter", "sources.stop", "story.add_note", "story.translate",
    # the sample of the own office only: another's is not found (tests/integration/review_app/test_need_page.py)
    "need.no_need", "need.undo_sample",
    # one gazetteer, one glossary and one set of weights for all offices of an installation
    "gazetteer.add_old", "gazetteer.add_unit", "glossary.hide", "glossary.remove", "glossary.save", "need.apply", "need.undo",
    "gazetteer.correct", "gazetteer.link", "gazetteer.offer", "gazetteer.save", "gazetteer.switch", "catalogue.update", "source_files.add", "source_files.take_in",
}  # fmt: skip

PAGES: dict[str, Try] = {
    "calibration.ask": Try({"run_id": "run"}),
    "calibration.show": Try(LOCALITY, refused=NOT_ABOVE),
    "locality.show": Try(LOCALITY, refused=NOT_ABOVE),
    "admin.show": Try(ACCOUNT, refused=NOT_ABOVE),
    "admin.unit": Try({"unit_id": "unit"}, refused=NOT_ABOVE),
    "approval.show": Try(INCIDENT),
    "claim.file": Try({"evidence_id": "evidence"}, refused=NOT_RELATED),
    "claim.show": Try(CLAIM, refused=NOT_RELATED),
    "document.compare": Try(DOCUMENT),
    "document.file": Try(DOCUMENT),
    "document.show": Try(DOCUMENT),
    "incident.show": Try(INCIDENT),
}
#: press is everybody's; digests are looked up in the own office by their week
SHARED_PAGES = {
    "gazetteer.show",
    # only with an item; refused like locality.show (tests/integration/review_app/test_place_rules_page.py)
    "locality.rule",
    "grouping.show",
    "sources.latest",
    "sources.preview",
    "sources.run",
    "capture.compare",
    "capture.file", "capture.show",
    "digest.file", "digest.show", "sources.edit", "sources.show", "static", "story.claim", "story.item", "story.show",
}  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """The app, the ids of xã Chí Minh's things, and a person of each side with every role."""

    app: Any
    made: Answering
    ids: dict[str, int]
    people: dict[str, Person]


@pytest.fixture(scope="module")
def built(
    office_template: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Answering, Path, dict[str, int]]:
    """The ground without its app, made once; each test gets a copy."""
    template, folder = office_template
    home = tmp_path_factory.mktemp("offices")
    office = with_parts(copy_office(template, folder, home))
    made = go_on(office, "queued")
    desk = office.desk
    with desk.store.write() as session:
        other_province = Unit(
            locality="38",
            level="province",
            name="UBND tỉnh Thanh Hóa",
            short_name="tỉnh Thanh Hóa",
            details={},
        )
        session.add(other_province)
        session.flush()
        far = Unit(
            locality="15664",
            level="commune",
            name="UBND xã Triệu Sơn",
            short_name="xã Triệu Sơn",
            parent_id=other_province.id,
            details={},
        )
        session.add(far)
        session.flush()
        city = session.scalars(select(Unit.id).where(Unit.locality == "31")).one()
        units = {"own": office.unit_id, NEIGHBOUR: office.neighbour_id, PARENT: city, FAR: far.id}
    hanh = actor(office, "hanh.dt")
    evidence = claims.add_evidence(
        desk, hanh, made.claim_id,
        NewEvidence("document", "Bản quét", "Chữ", "Kho lưu trữ", upload=b"%PDF-1.7 scan", upload_name="quet.pdf"),
    )  # fmt: skip
    loose = claims.open_claim(
        desk, hanh, office.stories["qua"], 1, office.items["qua"], "cho biết chưa nhận được quà cứu trợ dù danh sách đã lập", "", "none"
    )  # fmt: skip
    note = notes.add(desk, hanh, office.stories["dien"], "Đã gọi điện hỏi ngành điện.")
    grouping.merge(desk, hanh, office.stories["kenh"], 1, office.stories["cong"])
    saved_filters.save(desk, hanh, "Bảy ngày", "days=7")
    with desk.store.read() as session:
        sign = place_rules.signs(session, desk, office.items["kenh"], "11131")[0].value
    rule = place_rules.make(desk, hanh, "11131", office.items["kenh"], sign, admits=False).rule_id
    with desk.store.read() as session:
        ids = {
            "note": note,
            "other": office.stories["en"],
            "grouping": session.scalars(select(StoryGrouping.id)).first() or 0,
            "filter": session.scalars(select(SavedFilter.id)).one(),
            "locality": 11131,
            "rule": rule,
            "run": calibration.begin(desk, hanh, "11131"),
            "incident": made.incident_id,
            "document": made.document_id,
            "claim": made.claim_id,
            "loose": loose,
            "unit": office.unit_id,
            "account": office.accounts["luc.pv"],
            "story": office.stories["dien"],
            "item": office.items["dien"],
            "evidence": evidence,
            "verdict": session.scalars(
                select(VerdictRecord.id).where(VerdictRecord.claim_id == made.claim_id)
            ).one(),
            "fact": session.scalars(
                select(FactLine.id).where(FactLine.incident_id == made.incident_id)
            ).first()
            or 0,
            "event": session.scalars(
                select(TagEvent.id).where(TagEvent.story_id == office.stories["lua"])
            ).one(),
        }
    for side, unit_id in units.items():
        accounts.create(desk, None, f"moi.vai.{side}", "Mọi Vai", "", "", unit_id, set(Role), PASSWORD)
    desk.store.close()
    return made, home, ids


@pytest.fixture
def ground(built: tuple[Answering, Path, dict[str, int]], tmp_path: Path) -> Iterator[Ground]:
    made, home, ids = built
    office = copy_office(made.office, home, tmp_path / "home")
    office.clock.at = made.office.clock.at
    made = replace(made, office=office, desk=office.desk)
    app = create_app(office.desk, WebSettings(secret_key=SECRET, environment="test"))
    people = {side: Person(app).log_in(f"moi.vai.{side}") for side in ("own", *ALL)}
    yield Ground(app, made, ids, people)
    office.desk.store.close()


def form(ground: Ground, data: dict[str, Any]) -> dict[str, Any]:
    """The form with ids and present versions filled in."""
    from core.records.document import Document
    from core.records.incident import Incident

    models: dict[str, Any] = {"claim": Claim, "document": Document, "incident": Incident}
    filled: dict[str, Any] = {}
    with ground.made.desk.store.read() as session:
        for name, value in data.items():
            if value == "@story_pair":
                value = f"{ground.ids['story']}:1"
            elif value == "@document_id":
                value = str(ground.ids["document"])
            elif isinstance(value, str) and value.startswith("@"):
                key = value[1:]
                value = str(
                    session.get_one(models[key], ground.ids[key]).version
                    if key in models
                    else ground.ids[key]
                )
            filled[name] = value
    return filled


def address(ground: Ground, endpoint: str, values: dict[str, str]) -> str:
    with ground.app.test_request_context():
        from flask import url_for

        found: dict[str, Any] = {name: ground.ids[key] for name, key in values.items()}
        return url_for(endpoint, **found)


def everything(ground: Ground) -> str:
    """Every row but those of log-ins and the log itself."""
    left_out = {"audit", "web_session", "login_attempt"}
    with ground.made.desk.store.read() as session:
        return str(
            {
                table.name: session.execute(select(table).order_by(*table.primary_key.columns)).all()
                for table in Table.metadata.sorted_tables
                if table.name not in left_out
            }
        )


def refusals(ground: Ground) -> int:
    with ground.made.desk.store.read() as session:
        return len(session.scalars(select(AuditRow.id).where(AuditRow.refused)).all())


def test_every_form_and_page_has_its_line(ground: Ground) -> None:
    posts = {rule.endpoint for rule in ground.app.url_map.iter_rules() if "POST" in rule.methods}
    assert posts == set(POSTS) | OWN_OR_SHARED
    pages = {
        rule.endpoint for rule in ground.app.url_map.iter_rules() if "GET" in rule.methods and rule.arguments
    }
    assert pages == set(PAGES) | SHARED_PAGES


@pytest.mark.parametrize(
    "side",
    [pytest.param(side, marks=() if side == "neighbour" else pytest.mark.long) for side in sorted(ALL)],
)
def test_no_form_moves_another_offices_thing(ground: Ground, side: str) -> None:
    """404 or 403, nothing changed, and the try stands in the audit log."""
    stranger = ground.people[side]
    token = stranger.token("/more")
    before = everything(ground)
    for endpoint, line in POSTS.items():
        if side not in line.refused:
            continue
        tried = refusals(ground)
        data = form(ground, line.data)
        answer = stranger.client.post(
            address(ground, endpoint, line.values), data={**data, "csrf_token": token}
        )
        assert answer.status_code in ({303} if line.quiet else {403, 404}), (endpoint, answer.status_code)
        assert everything(ground) == before, endpoint
        assert refusals(ground) > tried, f"{endpoint}: no refused row"


@pytest.mark.parametrize("side", sorted(ALL))
def test_no_page_shows_another_offices_thing(ground: Ground, side: str) -> None:
    for endpoint, line in PAGES.items():
        answer = ground.people[side].get(address(ground, endpoint, line.values))
        # The code of a locality is no secret, the number of a thing is.
        no = 403 if line.values == LOCALITY else 404
        wanted = no if side in line.refused else 200
        assert answer.status_code == wanted, (endpoint, side)


def test_the_same_tries_come_through_at_home(ground: Ground) -> None:
    """Otherwise the refusals above would prove nothing: here the state of things may say no, the office never does."""
    own = ground.people["own"]
    token = own.token("/more")
    for endpoint, line in PAGES.items():
        assert own.get(address(ground, endpoint, line.values)).status_code == 200, endpoint
    for endpoint, line in sorted(POSTS.items(), key=lambda pair: pair[0] == "admin.active"):
        data = form(ground, line.data)
        answer = own.client.post(address(ground, endpoint, line.values), data={**data, "csrf_token": token})
        if endpoint in {"story.undo", "story.known_claim", "story.take_back", "story.remove_note"}:
            # another person's tag or note, a suggestion that was never made: not at home either
            assert answer.status_code in {403, 404}
            continue
        assert answer.status_code in {200, 303, 400, 409}, (endpoint, answer.status_code)


@pytest.mark.parametrize("what", ["claim", "evidence", "account"])
def test_another_offices_thing_inside_a_form_of_ones_own(ground: Ground, what: str) -> None:
    """A claim, a piece of evidence, an office named in a field of a form on one's own thing."""
    desk, office = ground.made.desk, ground.made.office
    with desk.store.write() as session:
        claim = Claim(
            story_id=office.stories["nhac"], item_id=office.items["nhac"], quote="Ca khúc mới về thành phố", unit_id=office.neighbour_id,
            created_by=office.accounts["xa.ban"], created_at=office.clock.now(),
        )  # fmt: skip
        session.add(claim)
        session.flush()
        piece = Evidence(
            claim_id=claim.id, kind="document", title="Giấy", source_name="Nơi khác", sha256="0" * 64, obtained_at=office.clock.now(),
            added_by=office.accounts["xa.ban"],
        )  # fmt: skip
        session.add(piece)
        session.flush()
        foreign = {"claim": claim.id, "evidence": piece.id}
    own = ground.people["own"]
    before = everything(ground)
    incident = f"/incidents/{ground.ids['incident']}"
    if what == "claim":
        answer = own.post(f"{incident}/claims", {"claim_id": foreign["claim"]})
    elif what == "evidence":
        answer = own.post(
            f"{incident}/facts",
            {"fact-claim_part": "Phần nêu", "fact-fact": "Sự thật", "fact-evidence_id": foreign["evidence"]},
        )
    else:
        answer = own.post(
            "/admin/accounts/add",
            {
                "username": "noi.khac",
                "display_name": "Người Nơi Khác",
                "unit_id": office.neighbour_id,
                "roles": ["verifier"],
            },
        )
    assert answer.status_code in {400, 403}, answer.status_code
    assert everything(ground) == before


def test_a_parents_administrator_never_takes_over_the_one_of_all_offices(ground: Ground) -> None:
    desk, office = ground.made.desk, ground.made.office
    top = accounts.create(
        desk, None, "tat.ca", "Quản trị chung", "", "", office.unit_id, {Role.ADMINISTRATOR}, PASSWORD, all_offices=True
    )  # fmt: skip
    before = everything(ground)
    for path, data in (("password", {}), ("active", {"active": "no"}), ("roles", {"roles": ["officer"]})):
        answer = ground.people[PARENT].post(f"/admin/accounts/{top.account_id}/{path}", data)
        assert answer.status_code == 403, path
    assert everything(ground) == before
    someone = Person(ground.app).log_in("tat.ca")
    assert (
        someone.post(f"/admin/accounts/{office.accounts['xa.ban']}/roles", {"roles": ["auditor"]}).status_code
        == 303
    )
    assert "xã Triệu Sơn" in someone.get("/admin").text
    listed = ground.people["own"].get("/admin").text
    assert "xã Triệu Sơn" not in listed and "phường Thiên Hương" not in listed


def test_the_office_sees_who_changed_its_accounts_from_above(ground: Ground) -> None:
    luc = ground.made.office.accounts["luc.pv"]
    assert ground.people[PARENT].post(f"/admin/accounts/{luc}/active", {"active": "no"}).status_code == 303
    log = ground.people["own"].get(f"/audit?object=account&id={luc}").text
    assert log.count("<tr") > 1 and "Mọi Vai" in log


def test_a_file_comes_as_a_download(ground: Ground) -> None:
    answer = ground.people["own"].get(f"/evidence/{ground.ids['evidence']}/file")
    assert answer.headers["Content-Disposition"] == "attachment; filename=ban-quet.pdf"
    assert answer.content_type == "application/octet-stream"
    bad = ground.people["own"].post(
        f"/claims/{ground.ids['claim']}/evidence",
        {"evidence-kind": "document", "evidence-title": "Giấy", "evidence-source_name": "Nơi khác",
         "evidence-upload": (io.BytesIO(b"<html><script>alert(1)</script>"), "anh.png")},
    )  # fmt: skip
    assert bad.status_code == 400 and "Chỉ nhận tệp ảnh JPG, PNG hoặc PDF" in bad.text
