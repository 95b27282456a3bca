"""Ways around the second person: each is refused, by account and office number, and each leaves its row in the audit log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from core.errors import Conflict, Forbidden, Invalid, LamroError, RuleBroken
from core.records.account import Account, AccountRole
from core.records.audit import AuditRow
from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.document import Dispatch, Document
from core.records.incident import Incident
from core.rules.vocabulary import Role
from core.services import (
    answer,
    approve,
    audit,
    claims,
    dispatch,
    draft,
    incident_course,
    judge,
    publish,
    standing,
    withdrawing,
)
from core.services.claim_form import NewEvidence
from tests.integration.judgement.office import FEE, FEE_POST, World, build


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = build(f"sqlite:///{tmp_path / 'lamro.db'}", tmp_path)
    yield made
    made.desk.store.close()


def refused(
    world: World, rule: str, act: str, try_it: Callable[[], object], kind: type[LamroError] = RuleBroken
) -> None:
    """The try raises the rule and leaves exactly one refused row of the act, by the person who tried."""
    before = len(world.audit(act, refused=True))
    with pytest.raises(kind) as error:
        try_it()
    assert error.value.code == (f"rule:{rule}" if kind is RuleBroken else kind.code)
    rows = world.audit(act, refused=True)
    assert len(rows) == before + 1
    assert rows[-1].detail["code"] == error.value.code
    assert rows[-1].account_id is not None
    if kind is RuleBroken:
        assert error.value.vi and getattr(error.value, "lawful", "x")


# --- T14: a ward, a true complaint about a fee collected twice, a chairman who wants it "sai lệch" ---------------------


def fee_claim(world: World, **more: object) -> int:
    return world.claim("ward", FEE_POST, FEE, "Khoản tiền thu gom rác quý này bị thu hai lần.", **more)


def own_letter(**change: object) -> NewEvidence:
    letter = NewEvidence(
        kind="document",
        title="Văn bản về việc thu tiền rác",
        body="Việc thu được thực hiện đúng quy định.",
        source_name="UBND phường Thiên Hương",
        source_locality="11557",
        competent_authority=True,
    )
    return replace(letter, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "letters",
    [
        [own_letter()],
        [own_letter(source_locality=None)],
        [own_letter(source_locality=None, source_name="UBND phường")],
        [
            own_letter(),
            own_letter(
                source_name="Văn phòng HĐND và UBND phường", source_locality=None, title="Giấy xác nhận"
            ),
        ],
        [
            own_letter(),
            own_letter(source_name="Công an phường Thiên Hương", source_locality=None, title="Biên bản"),
        ],
        [
            own_letter(source_name="u.b.n.d PHƯỜNG  THIÊN HƯƠNG", source_locality=None),
            own_letter(source_name="Uy ban nhan dan phuong Thien Huong"),
        ],
    ],
)
def test_1_the_own_letter_is_never_enough(world: World, letters: list[NewEvidence]) -> None:
    claim_id = fee_claim(world)
    for letter in letters:
        claims.add_evidence(world.desk, world["ward"], claim_id, letter)
    refused(world, "own_unit", "verdict.propose", lambda: world.propose(claim_id, who="ward"))


def test_2_a_colleague_of_the_ward_cannot_confirm(world: World) -> None:
    claim_id = fee_claim(world)
    world.authority(claim_id, "ward", source_name="Công ty môi trường đô thị", title="Bảng kê")
    verdict_id = world.propose(claim_id, who="ward")
    refused(world, "own_unit", "verdict.confirm", lambda: world.confirm(verdict_id, claim_id, "ward2"))
    assert world.get(Claim, claim_id).verdict == ""


@pytest.mark.parametrize("declared", ["none", "11131", "31"])
def test_3_declaring_that_it_concerns_another_narrows_nothing(world: World, declared: str) -> None:
    claim_id = fee_claim(world, concerns=declared)
    assert world.get(Claim, claim_id).concerns_own
    world.authority(claim_id, "ward", source_name="Công ty môi trường đô thị", title="Bảng kê")
    verdict_id = world.propose(claim_id, who="ward")
    refused(world, "own_unit", "verdict.confirm", lambda: world.confirm(verdict_id, claim_id, "ward2"))


def test_4_a_tag_of_criticism_widens_even_a_harmless_quote(world: World) -> None:
    story_id, item_id = world.story(
        "Cột đèn ở ngõ 12 không sáng suốt ba tuần nay, đi tối rất nguy hiểm cho các cháu."
    )
    world.tag(story_id, "criticism", "ward")
    quote = "Cột đèn ở ngõ 12 không sáng suốt ba tuần nay"
    claim_id = claims.open_claim(
        world.desk, world["ward"], story_id, 1, item_id, quote, "Cột đèn ngõ 12 tắt ba tuần."
    )
    world.authority(claim_id, "ward", source_name="Công ty chiếu sáng", title="Nhật ký vận hành")
    verdict_id = world.propose(claim_id, who="ward")
    refused(world, "own_unit", "verdict.confirm", lambda: world.confirm(verdict_id, claim_id, "ward2"))


def test_5_a_copy_in_another_story_does_not_shed_the_tag(world: World) -> None:
    body = "Cột đèn ở ngõ 12 không sáng suốt ba tuần nay, đi tối rất nguy hiểm cho các cháu."
    story_id, item_id = world.story(body)
    world.tag(story_id, "criticism", "ward")
    other, copy_id = world.story(body, copy_of=item_id)
    claim_id = claims.open_claim(world.desk, world["ward"], other, 1, copy_id, body[:45])
    assert world.get(Claim, claim_id).concerns_own


def test_6_a_tag_after_the_confirmation_takes_the_verdict_back(world: World) -> None:
    incident_id = world.dossier()
    claim_id = 1
    with world.desk.store.read() as session:
        claim = session.get(Claim, claim_id)
        assert claim is not None and standing.standing(session, claim) is not None
        story_id = claim.story_id
    world.tag(story_id, "criticism", "verifier2")
    refused(world, "G1", "document.make", lambda: draft.make(world.desk, world["officer"], incident_id, "D1"))


def test_7_the_proposer_cannot_confirm_whatever_roles_he_holds(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    verdict_id = world.propose(claim_id, who="everything")
    refused(world, "four_eyes", "verdict.confirm", lambda: world.confirm(verdict_id, claim_id, "everything"))


def test_8_swapping_roles_midway_changes_nothing(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    verdict_id = world.propose(claim_id)
    officer = world["officer"]
    with world.desk.store.write() as session:
        session.execute(
            update(AccountRole)
            .where(AccountRole.account_id == officer.account_id, AccountRole.role == "officer")
            .values(role="verifier")
        )
    swapped = replace(officer, roles=frozenset({Role.VERIFIER}))
    version = world.version(Claim, claim_id)
    refused(
        world, "four_eyes", "verdict.confirm", lambda: judge.confirm(world.desk, swapped, verdict_id, version)
    )


def test_9_roles_in_the_session_do_not_count_those_in_the_database_do(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    verdict_id = world.propose(claim_id)
    version = world.version(Claim, claim_id)
    forged = replace(world["admin"], roles=frozenset(Role))
    refused(
        world,
        "",
        "verdict.confirm",
        lambda: judge.confirm(world.desk, forged, verdict_id, version),
        Forbidden,
    )
    with world.desk.store.write() as session:
        session.execute(update(Account).where(Account.username == "verifier").values(active=False))
    refused(world, "", "verdict.confirm", lambda: world.confirm(verdict_id, claim_id), Forbidden)


def test_10_evidence_swapped_after_the_proposal(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    verdict_id = world.propose(claim_id)
    world.authority(claim_id, title="Một tờ giấy khác", source_name="Nơi khác")
    refused(world, "", "verdict.confirm", lambda: world.confirm(verdict_id, claim_id), Conflict)
    with world.desk.store.write() as session:
        session.execute(
            update(Evidence).where(Evidence.id == 2).values(title="Sửa thẳng trong cơ sở dữ liệu")
        )
    refused(world, "", "verdict.confirm", lambda: world.confirm(verdict_id, claim_id), Conflict)


def test_11_a_stale_form_and_a_replay(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    verdict_id = world.propose(claim_id)
    version = world.version(Claim, claim_id)
    refused(
        world,
        "",
        "verdict.confirm",
        lambda: judge.confirm(world.desk, world["verifier"], verdict_id, version - 1),
        Conflict,
    )
    assert judge.confirm(world.desk, world["verifier"], verdict_id, version)
    refused(
        world,
        "",
        "verdict.confirm",
        lambda: judge.confirm(world.desk, world["verifier2"], verdict_id, version),
        Conflict,
    )
    refused(
        world,
        "",
        "verdict.confirm",
        lambda: judge.confirm(world.desk, world["verifier2"], verdict_id, version + 1),
        Conflict,
    )


def test_12_two_names_for_one_source_are_one_source(world: World) -> None:
    claim_id = world.claim()
    for name in ("Trưởng thôn Bến", "TRƯỞNG THÔN  BẾN"):
        world.authority(claim_id, source_name=name, competent_authority=False, body=name)
    refused(world, "evidence", "verdict.propose", lambda: world.propose(claim_id))
    world.authority(
        claim_id,
        source_name="Báo khác",
        competent_authority=False,
        body="Trưởng thôn Bến",
        title="Nhật ký tuần đê số 12",
    )
    assert world.propose(claim_id)


def test_13_a_stranger_office_cannot_confirm(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    verdict_id = world.propose(claim_id)
    refused(world, "own_unit", "verdict.confirm", lambda: world.confirm(verdict_id, claim_id, "far"))


def test_14_a_drafter_or_editor_of_any_version_cannot_approve(world: World) -> None:
    incident_id = world.dossier()
    document_id = draft.make(world.desk, world["everything"], incident_id, "D1")
    version = world.filled(document_id)
    sha = draft.submit(world.desk, world["officer"], document_id, version)
    for step in ("content", "secrecy", "spokesperson"):
        try_it = lambda step=step: approve.decide(
            world.desk, world["everything"], document_id, version, sha, step, "approved"
        )
        refused(world, "four_eyes", f"document.decide.{step}", try_it)


def test_15_steps_out_of_order_twice_or_by_the_wrong_role(world: World) -> None:
    document_id, version, sha = world.submitted(world.dossier())

    def decide(who: str, step: str) -> Callable[[], object]:
        return lambda: approve.decide(world.desk, world[who], document_id, version, sha, step, "approved")

    refused(world, "order", "document.decide.spokesperson", decide("spokesperson", "spokesperson"))
    refused(world, "order", "document.decide.secrecy", decide("verifier", "secrecy"))
    refused(world, "", "document.decide.spokesperson", decide("verifier", "spokesperson"), Forbidden)
    decide("verifier", "content")()
    refused(world, "order", "document.decide.content", decide("verifier2", "content"))


def test_16_approving_another_text_than_the_one_seen(world: World) -> None:
    document_id, version, sha = world.submitted(world.dossier())
    wrong = "0" * 64
    refused(
        world,
        "",
        "document.decide.content",
        lambda: approve.decide(
            world.desk, world["verifier"], document_id, version, wrong, "content", "approved"
        ),
        Conflict,
    )
    _, content = draft.load(world.desk, document_id)
    newer = draft.save(world.desk, world["officer"], document_id, version, content)
    refused(
        world,
        "",
        "document.decide.content",
        lambda: approve.decide(
            world.desk, world["verifier"], document_id, version, sha, "content", "approved"
        ),
        Conflict,
    )
    refused(
        world,
        "workflow",
        "document.issue",
        lambda: publish.issue(
            world.desk, world["officer"], document_id, newer, "1", world.clock.at.date(), "Nguyễn Thế Vinh"
        ),
    )


def test_17_a_row_written_past_the_services_approves_nothing(world: World) -> None:
    document_id, version, _ = world.submitted(world.dossier())
    with world.desk.store.write() as session:
        session.execute(
            update(Document).where(Document.id == document_id).values(state="approved", checked_fields_by=1)
        )
    refused(
        world,
        "approval",
        "document.issue",
        lambda: publish.issue(
            world.desk, world["officer"], document_id, version, "1", world.clock.at.date(), "Nguyễn Thế Vinh"
        ),
    )
    with world.desk.store.write() as session:
        session.execute(
            update(Document)
            .where(Document.id == document_id)
            .values(state="issued", number="01", issued_on=world.clock.at.date())
        )
        session.add(
            Dispatch(
                document_id=document_id,
                version=version,
                channel="folder",
                recipient="x",
                subject="x",
                message_id="<x@y>",
                next_try_at=world.clock.at,
                queued_by=1,
                queued_at=world.clock.at,
            )
        )
    assert dispatch.take_due(world.desk, "t") == []
    assert [row.detail["rule"] for row in world.audit("dispatch.send", refused=True)] == ["approval"]


def test_18_a_confirmation_written_by_the_proposer_in_the_database_does_not_stand(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    verdict_id = world.propose(claim_id)
    with world.desk.store.write() as session:
        row = session.get(VerdictRecord, verdict_id)
        claim = session.get(Claim, claim_id)
        assert row is not None and claim is not None
        row.state, row.decided_by, claim.verdict, claim.sub_verdict = (
            "confirmed",
            row.proposed_by,
            "misleading",
            "false",
        )
        assert standing.standing(session, claim) is None


def test_19_a_sensitive_claim_needs_two_confirmers_and_a_note(world: World) -> None:
    quote = "Cửa khẩu sẽ đóng cửa từ ngày mai, ai có hàng thì chở về ngay"
    claim_id = world.claim(
        body=f"Nghe nói: {quote}.", quote=quote, neutral="Cửa khẩu đóng cửa.", sensitive=False
    )
    assert world.get(Claim, claim_id).sensitive
    world.authority(claim_id, source_name="Ban Quản lý cửa khẩu", title="Thông báo")
    verdict_id = world.propose(claim_id)
    refused(world, "", "verdict.confirm", lambda: world.confirm(verdict_id, claim_id, comment=""), Invalid)
    assert world.confirm(verdict_id, claim_id, comment="Đã báo cáo Sở lúc 9 giờ") is False
    assert world.get(Claim, claim_id).verdict == ""
    refused(world, "G13", "verdict.confirm", lambda: world.confirm(verdict_id, claim_id))
    assert world.confirm(verdict_id, claim_id, "verifier2") is True
    assert world.get(Claim, claim_id).verdict == "misleading"


def test_20_an_edit_of_the_outlet_does_not_take_the_cue_away(world: World) -> None:
    claim_id = fee_claim(world)
    with world.desk.store.write() as session:
        claim = session.get(Claim, claim_id)
        assert claim is not None
        from core.records.item import Item

        item = session.get(Item, claim.item_id)
        assert item is not None
        item.title, item.text, claim.quote, claim.neutral_text = "x", "x", "x", "x"
        session.flush()
        assert standing.concerned(session, claim) == {claim.unit_id}


def test_21_approvals_of_an_older_version_do_not_carry_over(world: World) -> None:
    document_id, version, sha = world.submitted(world.dossier())
    for step in ("content", "secrecy"):
        approve.decide(world.desk, world["verifier"], document_id, version, sha, step, "approved")
    _, content = draft.load(world.desk, document_id)
    changed = content.filled({"khẳng định": "cho biết"})
    newer = draft.save(world.desk, world["officer"], document_id, version, changed)
    newer_sha = draft.submit(world.desk, world["officer"], document_id, newer)
    assert newer_sha != sha
    last = partial(
        approve.decide,
        world.desk,
        world["spokesperson"],
        document_id,
        newer,
        newer_sha,
        "spokesperson",
        "approved",
    )
    refused(world, "order", "document.decide.spokesperson", last)
    world.approve(document_id, newer, newer_sha)
    assert world.document_state(document_id) == "approved"


def withdrawn(world: World, claim_id: int, who: str) -> None:
    withdrawing.withdraw(
        world.desk, world[who], claim_id, world.version(Claim, claim_id), "Trích nhầm câu của bài khác."
    )


def test_22_a_verdict_that_waits_or_stands_is_not_withdrawn_from_the_second_person(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    verdict_id = world.propose(claim_id)
    refused(world, "workflow", "claim.withdraw", lambda: withdrawn(world, claim_id, "officer"))
    world.confirm(verdict_id, claim_id)
    refused(world, "workflow", "claim.withdraw", lambda: withdrawn(world, claim_id, "officer"))


def test_23_withdrawing_and_opening_anew_sheds_nothing_and_confirms_nothing(world: World) -> None:
    claim_id = world.claim("ward", concerns="own", sensitive=True)
    withdrawn(world, claim_id, "ward")
    refused(
        world,
        "withdrawn",
        "verdict.propose",
        lambda: world.propose(claim_id, who="ward"),
    )
    row = world.get(Claim, claim_id)
    anew = claims.open_claim(
        world.desk,
        world["ward"],
        row.story_id,
        world.own(row.story_id, "ward").version,
        row.item_id,
        row.quote,
    )
    world.authority(anew, "ward")
    verdict_id = world.propose(anew, who="ward")
    refused(world, "own_unit", "verdict.confirm", lambda: world.confirm(verdict_id, anew, "ward2"))
    assert not world.confirm(verdict_id, anew, "city", "Đã báo cáo UBND thành phố ngày 23/11."), (
        "sensitive still: a second confirmer is needed"
    )


def test_24_another_office_neither_withdraws_nor_restores(world: World) -> None:
    claim_id = world.claim()
    for who in ("ward", "city"):
        refused(world, "", "claim.withdraw", partial(withdrawn, world, claim_id, who), Forbidden)
    withdrawn(world, claim_id, "officer")
    refused(
        world,
        "",
        "claim.restore",
        lambda: withdrawing.restore(world.desk, world["ward"], claim_id, world.version(Claim, claim_id)),
        Forbidden,
    )


def test_every_path_of_the_ward_to_sai_lech_is_refused_and_the_city_may_call_it_accurate(
    world: World,
) -> None:
    claim_id = fee_claim(world)
    claims.add_evidence(world.desk, world["ward"], claim_id, own_letter())
    incident_id = answer.open_incident(
        world.desk, world["ward"], world.get(Claim, claim_id).story_id, "Một khoản tiền rác, hai lần thu"
    )
    refused(world, "own_unit", "verdict.propose", lambda: world.propose(claim_id, who="ward"))
    for kind in ("D1", "D3"):
        refused(
            world,
            "workflow",
            "document.make",
            partial(draft.make, world.desk, world["ward"], incident_id, kind, "Chủ tịch yêu cầu gấp"),
        )
    world.confirm(world.propose(claim_id, "unverified", "", "ward"), claim_id, "ward2")
    answer.assess(
        world.desk, world["ward"], incident_id, world.version(Incident, incident_id), "R2", "H2", True
    )
    for kind in ("D1", "D3", "D7", "D10"):
        version = world.version(Incident, incident_id)
        why = "Chủ tịch yêu cầu gấp"
        refused(
            world,
            "G1",
            "incident.choose",
            partial(answer.choose, world.desk, world["ward"], incident_id, version, [kind], why),
        )
    world.authority(
        claim_id,
        "city",
        source_name="Tổ kiểm tra của thành phố Hải Phòng",
        source_locality="31",
        title="Kết quả đối chiếu",
    )
    assert world.confirm(world.propose(claim_id, "accurate", "criticism", "ward"), claim_id, "city")
    assert world.get(Claim, claim_id).verdict == "accurate"
    with world.desk.store.read() as session:
        assert audit.verify_chain(session) is None


def test_a_neighbour_may_confirm_when_others_than_the_ward_say_so(world: World) -> None:
    claim_id = fee_claim(world)
    claims.add_evidence(world.desk, world["ward"], claim_id, own_letter())
    world.authority(
        claim_id, "city", source_name="Thanh tra thành phố", source_locality="31", title="Kết luận"
    )
    assert world.confirm(world.propose(claim_id, who="ward"), claim_id, "verifier")
    assert world.get(Claim, claim_id).verdict == "misleading"


# --- 200 pairs at once --------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_two_hundred_pairs_have_one_winner_and_one_conflict_each(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    for turn in range(200):
        verdict_id = world.propose(claim_id)
        version = world.version(Claim, claim_id)
        start = threading.Barrier(2)
        outcomes: list[str] = []

        def one(
            who: str,
            verdict_id: int = verdict_id,
            version: int = version,
            start: threading.Barrier = start,
            outcomes: list[str] = outcomes,
        ) -> None:
            start.wait()
            try:
                judge.confirm(world.desk, world[who], verdict_id, version)
                outcomes.append("won")
            except Conflict as error:
                named = "Phạm Văn Lực" in error.vi or "Bùi Thị Nga" in error.vi
                outcomes.append("conflict" if named else error.vi)

        pair = [threading.Thread(target=one, args=(who,)) for who in ("verifier", "verifier2")]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
        assert sorted(outcomes) == ["conflict", "won"], turn
    with world.desk.store.read() as session:
        assert audit.verify_chain(session) is None
        rows = list(session.scalars(select(AuditRow).where(AuditRow.act == "verdict.confirm")))
    assert [sum(row.refused is flag for row in rows) for flag in (False, True)] == [200, 200]


# --- whatever people do, in whatever order --------------------------------------------------------------------------------

NAMES = ["officer", "verifier", "verifier2", "spokesperson", "everything", "admin", "ward", "city"]
ACTS = ["evidence", "propose", "confirm", "open", "assess", "choose", "make", "save", "submit", "content", "secrecy", "spokesperson",
        "tick", "issue", "queue", "send", "remove", "pause", "resume", "withdraw", "restore"]  # fmt: skip


def act(world: World, claim_id: int, who: str, what: str, pick: int) -> None:
    desk, actor = world.desk, world[who]
    with desk.store.read() as session:
        claim = session.get(Claim, claim_id)
        assert claim is not None
        incident = session.get(Incident, claim.incident_id) if claim.incident_id else None
        document = session.scalars(select(Document).limit(1)).first()
        verdict = (
            session.scalars(select(VerdictRecord.id).order_by(VerdictRecord.id.desc()).limit(1)).first() or 0
        )
        evidence = session.scalars(select(Evidence.id).where(Evidence.removed_at.is_(None))).first() or 0
    incident_id, incident_version = (incident.id, incident.version) if incident else (0, 0)
    document_id, version, sha = (
        (document.id, document.version, document.content_sha256) if document else (0, 0, "")
    )
    verdicts = [
        ("misleading", "false"),
        ("accurate", ""),
        ("opinion", "criticism"),
        ("misleading", "wrong_name"),
        ("unverified", ""),
    ]
    if what == "evidence":
        world.authority(
            claim_id, who, source_name=["Hạt Quản lý đê", "UBND phường Thiên Hương", "UBND xã"][pick % 3]
        )
    elif what == "propose":
        world.propose(claim_id, *verdicts[pick % 5], who)
    elif what == "confirm":
        judge.confirm(desk, actor, verdict, claim.version, "Đã đối chiếu đủ")
    elif what == "open":
        answer.open_incident(desk, actor, claim.story_id)
    elif what == "assess":
        answer.assess(desk, actor, incident_id, incident_version, "R2", "H3", True)
        if evidence:
            answer.add_fact(desk, world["officer"], incident_id, "phần", "Đê Bến Trại không vỡ", evidence)
    elif what == "choose":
        answer.choose(
            desk,
            actor,
            incident_id,
            incident_version,
            [["D1"], ["D3", "D1"], ["reply"], ["watch"]][pick % 4],
            "Lý do đã ghi đầy đủ",
        )
    elif what == "make":
        draft.make(desk, actor, incident_id, ["D1", "D3"][pick % 2], "Lý do đã ghi đầy đủ")
    elif what == "save":
        world.filled(document_id)
    elif what == "submit":
        draft.submit(desk, actor, document_id, version)
    elif what in {"content", "secrecy", "spokesperson"}:
        approve.decide(
            desk,
            actor,
            document_id,
            version,
            sha,
            what,
            "approved" if pick % 5 else "returned",
            "Ý kiến đầy đủ",
        )
    elif what == "tick":
        approve.tick_checked(desk, actor, document_id, version)
    elif what == "issue":
        publish.issue(
            desk, actor, document_id, version, str(pick + 1), world.clock.at.date(), "Nguyễn Thế Vinh"
        )
    elif what == "queue":
        publish.queue(desk, actor, document_id, [("Báo", "email", "bao@bao.example")])
    elif what == "send":
        dispatch.take_due(desk, who)
    elif what == "remove":
        claims.remove_evidence(desk, actor, evidence, "Bằng chứng không còn đúng")
    elif what == "pause":
        incident_course.pause(desk, actor, incident_id, incident_version, "Chờ kiểm tra lại")
    elif what == "withdraw":
        withdrawing.withdraw(desk, actor, claim_id, claim.version, "Trích nhầm câu của bài khác.")
    elif what == "restore":
        withdrawing.restore(desk, actor, claim_id, claim.version)
    elif what == "resume":
        incident_course.resume(desk, actor, incident_id, incident_version)


def holds(world: World, claim_id: int, *, ward: bool) -> None:
    """What no sequence of acts may break."""
    with world.desk.store.read() as session:
        claim = session.get(Claim, claim_id)
        assert claim is not None
        if claim.withdrawn_at is not None:
            assert not claim.verdict and claim.incident_id is None
            assert not session.scalars(
                select(VerdictRecord.id).where(VerdictRecord.state.in_(["proposed", "confirmed"]))
            ).all()
        if ward and claim.verdict == "misleading":
            row = session.scalars(select(VerdictRecord).where(VerdictRecord.state == "confirmed")).one()
            confirmer = session.get(Account, row.decided_by)
            assert confirmer is not None and confirmer.unit_id != claim.unit_id
        for row in session.scalars(select(VerdictRecord).where(VerdictRecord.state == "confirmed")):
            assert row.decided_by not in {None, row.proposed_by}
        for document in session.scalars(select(Document)):
            events = list(
                session.scalars(
                    select(AuditRow)
                    .where(AuditRow.object_type == "document", AuditRow.object_id == str(document.id))
                    .order_by(AuditRow.id)
                )
            )
            good = [row for row in events if not row.refused]
            if document.state in {"issued", "published"}:
                approvals = [
                    row
                    for row in good
                    if row.act == "document.approve" and row.content_sha256 == document.content_sha256
                ]
                drafters = {row.account_id for row in good if row.act in {"document.make", "document.save"}}
                assert len(approvals) == 3 and not {row.account_id for row in approvals} & drafters
                confirmed = session.scalars(
                    select(AuditRow).where(AuditRow.act == "verdict.confirm", AuditRow.refused.is_(False))
                ).all()
                assert any(
                    row.detail["verdict"] == "misleading" and row.detail["sub_verdict"] != "wrong_name"
                    for row in confirmed
                )
        for sent in session.scalars(select(Dispatch).where(Dispatch.state == "sending")):
            document_row = session.get(Document, sent.document_id)
            assert document_row is not None and document_row.state in {"issued", "published"}
        assert audit.verify_chain(session) is None


steps = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(ACTS), st.integers(0, 9)), min_size=5, max_size=30
)


@pytest.mark.long
@pytest.mark.parametrize("ward", [False, True])
@given(steps=steps, ahead=st.integers(0, 3))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_random_acts_never_reach_a_forbidden_state(
    tmp_path_factory: pytest.TempPathFactory, ward: bool, steps: list[tuple[str, str, int]], ahead: int
) -> None:
    folder = tmp_path_factory.mktemp("acts")
    world = build(f"sqlite:///{folder / 'lamro.db'}", folder)
    try:
        if ward:
            claim_id = fee_claim(world)
            if ahead:
                claims.add_evidence(world.desk, world["ward"], claim_id, own_letter())
        elif ahead == 0:
            claim_id = world.claim()
        else:
            claim_id = world.judged()
            if ahead >= 2:
                incident_id = world.dossier(claim_id)
                if ahead == 3:
                    world.submitted(incident_id)
        for who, what, pick in steps:
            try:
                act(world, claim_id, who, what, pick)
            except LamroError:
                pass
        holds(world, claim_id, ward=ward)
    finally:
        world.desk.store.close()
