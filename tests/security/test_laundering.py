"""Ways to a Sai lệch or its document that look lawful one step at a time: each is refused where it would count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.errors import Forbidden, Invalid, RuleBroken
from core.records.account import Account
from core.records.claim import Claim, Evidence
from core.records.incident import Incident
from core.records.item import Item, StoryLocality
from core.records.unit import WatchedLocality
from core.rules.guardrails import placeholders, require_no_link_to, secrecy_markings
from core.services import answer, claims, draft, incident_course, judge, standing
from core.services.claim_form import NewEvidence
from tests.integration.judgement.office import DYKE, FEE, FEE_POST, World, build


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = build(f"sqlite:///{tmp_path / 'lamro.db'}", tmp_path)
    yield made
    made.desk.store.close()


def letter(**change: object) -> NewEvidence:
    new = NewEvidence("document", "Văn bản", "Thu đúng quy định.", "UBND phường Thiên Hương", "31", True)
    return replace(new, **change)  # type: ignore[arg-type]


def move(world: World, name: str, code: str) -> None:
    with world.desk.store.write() as session:
        session.execute(update(Account).where(Account.username == name).values(unit_id=world.units[code]))


@pytest.mark.parametrize("name", ["UBND phường Thiên Hương", "UBND P. Thiên Hương", "Chủ tịch Thiên Hương"])
@pytest.mark.parametrize("picked", ["31", "11131"])
def test_picking_another_office_does_not_make_the_own_letter_independent(
    world: World, name: str, picked: str
) -> None:
    claim_id = world.claim("ward", FEE_POST, FEE)
    claims.add_evidence(world.desk, world["ward"], claim_id, letter(source_name=name, source_locality=picked))
    with pytest.raises(RuleBroken) as error:
        world.propose(claim_id, who="ward")
    assert error.value.rule == "own_unit"


def test_an_account_moved_next_door_cannot_confirm_for_its_old_office(world: World) -> None:
    world.claim("ward2", FEE_POST, FEE)  # what ward2 did for the ward stays known
    claim_id = world.claim("ward", FEE_POST, FEE)
    world.authority(claim_id, "ward", source_name="Công ty môi trường đô thị")
    verdict_id = world.propose(claim_id, who="ward")
    move(world, "ward2", "11131")
    with pytest.raises(RuleBroken) as error:
        world.confirm(verdict_id, claim_id, "ward2")
    assert error.value.rule == "own_unit"
    assert world.get(Claim, claim_id).verdict == ""
    assert world.confirm(verdict_id, claim_id, "verifier")


def test_a_neighbours_officer_cannot_touch_the_evidence(world: World) -> None:
    claim_id = world.judged()
    with world.desk.store.read() as session:
        evidence_id = session.scalars(select(Evidence.id).where(Evidence.claim_id == claim_id)).one()
    # ward2 is a verifier next door: may add and take back her own piece, never another office's
    with pytest.raises(Forbidden):
        claims.remove_evidence(world.desk, world["ward2"], evidence_id, "Bằng chứng không còn đúng")
    own = world.authority(claim_id, "ward2", title="Ảnh hiện trường")
    claims.remove_evidence(world.desk, world["ward2"], own, "Thêm nhầm bằng chứng này")
    assert world.audit("evidence.remove", refused=True)


def test_a_refused_upload_leaves_nothing_on_the_disk(world: World, tmp_path: Path) -> None:
    claim_id = world.claim()
    with pytest.raises(Forbidden):
        claims.add_evidence(
            world.desk, world["admin"], claim_id, letter(upload=b"%PDF-1.7", upload_name="a.pdf")
        )
    assert [path for path in (tmp_path / "captures").rglob("*") if path.is_file()] == []
    assert len(world.audit("evidence.add", refused=True)) == 1


def test_another_offices_story_can_be_neither_claimed_nor_opened(world: World) -> None:
    story_id, item_id = world.story()
    with world.desk.store.write() as session:
        session.add(
            WatchedLocality(
                unit_id=world.units["11131"], code="11131", name="xã", active=True, aliases=[], exclusions=[]
            )
        )
        session.add(StoryLocality(story_id=story_id, locality="11131", band="in", score=1.0))
    with pytest.raises(Forbidden):
        claims.open_claim(world.desk, world["ward"], story_id, 1, item_id, DYKE)
    with pytest.raises(Forbidden):
        answer.open_incident(world.desk, world["ward"], story_id, "Chiếm chỗ")
    assert answer.open_incident(world.desk, world["officer"], story_id, "Tin vỡ đê")


@pytest.mark.parametrize("reason", ["." * 30, "\u200b" * 30, "-" * 30, "a" * 30])
def test_a_reason_must_say_something(world: World, reason: str) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    with pytest.raises(Invalid):
        judge.propose(
            world.desk,
            world["officer"],
            claim_id,
            world.version(Claim, claim_id),
            "misleading",
            "false",
            reason,
        )


def test_silence_is_not_explained_by_dots(world: World) -> None:
    incident_id = world.incident(world.judged())
    world.assess(incident_id)
    with pytest.raises(RuleBroken) as error:
        world.choose(incident_id, [], "." * 30, silent=True)
    assert error.value.rule == "G6"


def test_a_marking_in_a_reason_never_reaches_the_annex(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    reason = "Theo công văn đóng dấu MẬT của cơ quan quản lý thì nội dung này không đúng."
    with pytest.raises(RuleBroken) as error:
        judge.propose(
            world.desk,
            world["officer"],
            claim_id,
            world.version(Claim, claim_id),
            "misleading",
            "false",
            reason,
        )
    assert error.value.rule == "secrecy"


def test_a_chosen_press_release_is_not_given_by_other_means(world: World) -> None:
    incident_id = world.dossier()
    with pytest.raises(RuleBroken) as error:
        incident_course.record_outside(
            world.desk,
            world["officer"],
            incident_id,
            world.version(Incident, incident_id),
            "Đã đăng thông cáo trên cổng thông tin",
        )
    assert error.value.rule == "approval"


def test_criticism_does_not_ride_along_with_a_rumour(world: World) -> None:
    incident_id = world.dossier()
    document_id = draft.make(world.desk, world["officer"], incident_id, "D1")
    version = world.filled(document_id)
    other = world.claim("officer", FEE_POST, FEE)
    with world.desk.store.write() as session:
        session.execute(update(Claim).where(Claim.id == other).values(incident_id=incident_id))
    _, content = draft.load(world.desk, document_id)
    first = content.paragraphs[0][0]
    ridden = replace(content, paragraphs=((replace(first, text=f"{FEE} là sai."),), *content.paragraphs[1:]))
    newer = draft.save(world.desk, world["officer"], document_id, version, ridden)
    with pytest.raises(RuleBroken) as error:
        draft.submit(world.desk, world["officer"], document_id, newer)
    assert error.value.rule == "G1"


def test_a_domestic_copy_of_a_foreign_article_is_still_the_provinces(world: World) -> None:
    _, abroad = world.story(source="delta-ledger")
    claim_id = world.claim()
    with world.desk.store.write() as session:
        item_id = session.get_one(Claim, claim_id).item_id
        session.execute(update(Item).where(Item.id == item_id).values(copy_of_id=abroad))
    world.authority(claim_id)
    world.confirm(world.propose(claim_id), claim_id)
    incident_id = world.incident(claim_id)
    with world.desk.store.read() as session:
        assert standing.foreign_press(session, session.get_one(Incident, incident_id))


@pytest.mark.parametrize("text", ["［giờ］", "【số】", "{{ so }}", "ngày .....", "____", "………"])
def test_a_gap_in_other_brackets_is_a_gap(text: str) -> None:
    assert placeholders([text])


def test_what_is_no_gap_stays() -> None:
    assert placeholders(["Người dân hỏi... vì sao? Đê cao 3,42 m… an toàn."]) == []


@pytest.mark.parametrize("text", ["HỒ SƠ TUYỆT MẬT", "TỐI MẬT UBND XÃ", "văn bản M\u200bẬT"])
def test_a_marking_among_capitals(text: str) -> None:
    assert secrecy_markings([text])


def test_an_address_without_a_scheme_is_a_link() -> None:
    with pytest.raises(RuleBroken):
        require_no_link_to(["Xem mastodon.social/@ai/12"], ["https://mastodon.social/@ai/12"])
