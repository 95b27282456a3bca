"""From a quoted sentence to a sent document, with real .docx bytes, clocks and audit rows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.errors import Conflict, Invalid, RuleBroken
from core.ports import Delivery
from core.queries import claim as claim_queries
from core.queries.origin import origins
from core.records.claim import Claim, Evidence
from core.records.document import Dispatch, Document, DocumentVersion
from core.records.incident import Deadline, Incident, IncidentMove
from core.records.item import Item
from core.services import answer, approve, audit, claims, dispatch, draft, incident_course, judge, publish
from core.services.draft_content import dossier_from_dict, ground
from tests.integration.judgement.office import World, build

TO = [
    ("Sở Văn hóa, Thể thao và Du lịch", "email", "vanthu@sovhttdl.example"),
    ("Thư mục", "folder", "cong-thong-tin"),
]


def _url(request: pytest.FixtureRequest, engine: str, folder: Path) -> str:
    return (
        f"sqlite:///{folder / 'lamro.db'}"
        if engine == "sqlite"
        else str(request.getfixturevalue("postgres_url"))
    )


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    made = build(_url(request, getattr(request, "param", "sqlite"), tmp_path), tmp_path)
    yield made
    made.desk.store.close()


#: what depends on the database runs on both
both = pytest.mark.parametrize("world", ["sqlite", "postgresql"], indirect=True)


def deadlines(world: World, incident_id: int) -> dict[str, Deadline]:
    with world.desk.store.read() as session:
        return {
            row.kind: row
            for row in session.scalars(select(Deadline).where(Deadline.incident_id == incident_id))
        }


@both
def test_the_whole_way(world: World) -> None:
    incident_id = world.dossier()
    assert world.state(incident_id) == "dossier"
    assert set(deadlines(world, incident_id)) == {"A", "B", "C"}

    d1, d3 = world.issued(incident_id, "D1", "5"), world.issued(incident_id, "D3", "5")
    data = draft.render(world.desk, d1)
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    for words in ("05/TC-UBND", "Nguyễn Thế Vinh", "HỒ SƠ LÀM RÕ", "Hạt Quản lý đê"):
        assert words in xml
    # What goes to the public names no post; the notice to the authority lists the public addresses.
    assert "song-que.example" not in xml
    notice = zipfile.ZipFile(io.BytesIO(draft.render(world.desk, d3))).read("word/document.xml").decode()
    assert "song-que.example" in notice.split("HỒ SƠ LÀM RÕ", 1)[1]
    assert "song-que.example" not in xml.split("HỒ SƠ LÀM RÕ", 1)[0]
    assert "theo Điều 6" not in xml  # the Circular binds the province, not the commune

    assert dispatch.take_due(world.desk, "t") == []
    publish.queue(world.desk, world["officer"], d1, TO)
    publish.queue(world.desk, world["officer"], d3, TO[:1])
    taken = dispatch.take_due(world.desk, "t")
    assert [channel for _, channel, _ in taken] == ["email", "folder", "email"]
    assert taken[0][2].attachments[0].name == "thong-cao-bao-chi-05-2026.docx"
    assert taken[0][2].attachments[0].data == data
    assert dispatch.take_due(world.desk, "u") == []
    for dispatch_id, _, _ in taken:
        dispatch.record(world.desk, dispatch_id, Delivery("sent"))
    assert world.state(incident_id) == "published"
    assert all(row.met_at is not None for row in deadlines(world, incident_id).values())

    incident_course.follow_up(
        world.desk,
        world["officer"],
        incident_id,
        world.version(Incident, incident_id),
        "Bài gốc đã xóa, còn hai bản đăng lại",
    )
    incident_course.close(
        world.desk,
        world["verifier"],
        incident_id,
        world.version(Incident, incident_id),
        "Đã làm rõ, không còn lan truyền",
    )
    with world.desk.store.read() as session:
        assert audit.verify_chain(session) is None
        states = list(
            session.scalars(
                select(IncidentMove.to_state)
                .where(IncidentMove.incident_id == incident_id)
                .order_by(IncidentMove.id)
            )
        )
    assert states == [
        "verifying", "concluded", "assessing", "dossier", "drafting", "approval", "issued", "published", "follow_up", "closed",
    ]  # fmt: skip


def test_an_edit_after_approval_voids_it(world: World) -> None:
    incident_id = world.dossier()
    document_id, version, sha = world.submitted(incident_id)
    world.approve(document_id, version, sha)
    _, content = draft.load(world.desk, document_id)
    newer = draft.save(world.desk, world["officer"], document_id, version, content)
    assert world.document_state(document_id) == "draft"
    assert world.state(incident_id) == "drafting"
    with pytest.raises(RuleBroken) as refused:
        publish.issue(
            world.desk, world["officer"], document_id, newer, "7", world.clock.at.date(), "Nguyễn Thế Vinh"
        )
    assert refused.value.rule == "workflow"
    with pytest.raises(Conflict) as lost:
        approve.decide(world.desk, world["verifier"], document_id, version, sha, "content", "approved")
    assert "Đỗ Thị Hạnh" in lost.value.vi


@both
def test_the_loser_of_a_form_learns_who_and_when(world: World) -> None:
    claim_id = world.claim()
    world.authority(claim_id)
    verdict_id = world.propose(claim_id)
    version = world.version(Claim, claim_id)
    judge.give_back(world.desk, world["verifier2"], verdict_id, version, "Cần thêm nguồn độc lập")
    with pytest.raises(Conflict) as lost:
        judge.confirm(world.desk, world["verifier"], verdict_id, version)
    assert "Bùi Thị Nga" in lost.value.vi
    assert "09:00 ngày 23/11/2026" in lost.value.vi


def test_silence_needs_its_reason_and_makes_no_document(world: World) -> None:
    incident_id = world.incident(world.judged())
    world.assess(incident_id, "R0", "H0", impact=False)
    with pytest.raises(RuleBroken) as refused:
        world.choose(incident_id, [], silent=True)
    assert refused.value.rule == "G6"
    world.choose(incident_id, [], "Một bài ít người xem, trả lời chỉ làm tin lan thêm.", silent=True)
    assert world.state(incident_id) == "follow_up"
    with pytest.raises(RuleBroken) as nothing:
        draft.make(world.desk, world["officer"], incident_id, "D1")
    assert nothing.value.rule == "G6"


def test_more_than_the_matrix_needs_a_reason(world: World) -> None:
    """T3: R1 × H1 suggests a private reply or a post; a press release beside it must be explained."""
    incident_id = world.incident(world.judged(sub="old_content"))
    world.assess(incident_id, "R1", "H1", impact=False)
    assert answer.suggestion(world.desk, incident_id) == (("private_reply",), ("D9",))
    with pytest.raises(RuleBroken) as refused:
        world.choose(incident_id, ["D1", "D9"])
    assert refused.value.rule == "G6"
    world.choose(incident_id, ["D9"])
    with pytest.raises(RuleBroken) as override:
        draft.make(world.desk, world["officer"], incident_id, "D1")
    assert override.value.rule == "G6"
    document_id = draft.make(
        world.desk, world["officer"], incident_id, "D1", "Hai tờ báo cùng hỏi trong một buổi sáng"
    )
    assert world.get(Document, document_id).override_reason


@pytest.mark.parametrize(
    ("verdict", "sub"),
    [
        ("accurate", ""),
        ("unverified", ""),
        ("opinion", "criticism"),
        ("opinion", "satire"),
        ("misleading", "wrong_name"),
    ],
)
def test_no_clarification_for_anything_but_sai_lech(world: World, verdict: str, sub: str) -> None:
    incident_id = world.incident(world.judged(verdict, sub))
    world.assess(incident_id)
    for one in ("D1", "D3"):
        with pytest.raises(RuleBroken) as chosen:
            world.choose(incident_id, [one], "Lãnh đạo muốn có văn bản này ngay.")
        assert chosen.value.rule == "G1"
        with pytest.raises(RuleBroken) as made:
            draft.make(world.desk, world["officer"], incident_id, one, "Lãnh đạo muốn có văn bản này ngay.")
        assert made.value.rule in {"G1", "workflow"}
        assert made.value.lawful


def test_criticism_is_answered_and_clock_d_runs_in_working_days(world: World) -> None:
    incident_id = world.incident(world.judged("accurate", "criticism"))
    world.assess(incident_id)
    world.choose(incident_id, ["reply"])
    assert world.state(incident_id) == "replying"
    due = deadlines(world, incident_id)["D"]
    # Monday 23/11/2026 + 15 working days: the end of Monday 14/12/2026 in Viet Nam
    assert due.due_at.isoformat() == "2026-12-14T17:00:00+00:00"
    incident_course.record_reply(
        world.desk,
        world["spokesperson"],
        incident_id,
        world.version(Incident, incident_id),
        "Công văn số 12 ngày 24/11 gửi báo",
    )
    assert world.state(incident_id) == "follow_up"
    assert deadlines(world, incident_id)["D"].met_at is not None


@both
def test_verdict_that_falls_stops_a_document_at_every_gate(world: World) -> None:
    claim_id = world.judged()
    incident_id = world.dossier(claim_id)
    document_id = world.issued(incident_id)
    publish.queue(world.desk, world["officer"], document_id, TO[:1])
    with world.desk.store.read() as session:
        evidence_id = session.scalars(select(Evidence.id).where(Evidence.claim_id == claim_id)).first()
    assert evidence_id is not None
    claims.remove_evidence(world.desk, world["officer"], evidence_id, "Nhật ký ghi nhầm ngày, phải lấy lại")
    assert world.state(incident_id) == "verifying"
    assert dispatch.take_due(world.desk, "t") == []
    with world.desk.store.read() as session:
        row = session.scalars(select(Dispatch)).one()
    assert row.state == "failed" and "Sai lệch" in row.detail
    assert [one.detail["rule"] for one in world.audit("dispatch.send", refused=True)] == ["G1"]
    with pytest.raises(RuleBroken):
        publish.queue(world.desk, world["officer"], document_id, [("Báo", "email", "bao@bao.example")])
    with pytest.raises(RuleBroken):
        publish.published(world.desk, world["officer"], document_id, "Cổng thông tin điện tử")


def test_dossier_changed_between_submit_and_approval(world: World) -> None:
    incident_id = world.dossier()
    document_id, version, sha = world.submitted(incident_id)
    answer.add_fact(
        world.desk, world["officer"], incident_id, "cả xã sơ tán", "Chỉ có một số hộ ở bãi ngoài đê", None
    )
    with pytest.raises(RuleBroken) as refused:
        approve.decide(world.desk, world["verifier"], document_id, version, sha, "content", "approved")
    assert refused.value.rule == "dossier"


@both
def test_issue_needs_ticks_number_day_and_no_placeholder(world: World) -> None:
    incident_id = world.dossier()
    document_id = draft.make(world.desk, world["officer"], incident_id, "D1")
    with pytest.raises(RuleBroken) as empty:
        draft.submit(world.desk, world["officer"], document_id, 1)
    assert empty.value.rule == "placeholder"
    version = world.filled(document_id)
    sha = draft.submit(world.desk, world["officer"], document_id, version)
    world.approve(document_id, version, sha)
    today = world.clock.at.date()
    with pytest.raises(RuleBroken) as tick:
        publish.issue(world.desk, world["officer"], document_id, version, "5", today, "Nguyễn Thế Vinh")
    assert tick.value.rule == "unchecked"
    approve.tick_checked(world.desk, world["verifier"], document_id, version)
    for number, day in (
        ("0", today),
        ("5a", today),
        ("5", today.replace(day=30)),
        ("5", today.replace(day=1)),
    ):
        with pytest.raises(Invalid):
            publish.issue(world.desk, world["officer"], document_id, version, number, day, "Nguyễn Thế Vinh")
    publish.issue(world.desk, world["officer"], document_id, version, "005", today, "Nguyễn Thế Vinh")
    assert world.get(Document, document_id).number == "05"
    second = world.dossier()
    other, other_version, other_sha = world.submitted(second)
    world.approve(other, other_version, other_sha)
    approve.tick_checked(world.desk, world["verifier"], other, other_version)
    with pytest.raises(Invalid) as taken:
        publish.issue(world.desk, world["officer"], other, other_version, "5", today, "Nguyễn Thế Vinh")
    assert "number" in taken.value.fields


def test_foreign_outlet_is_for_the_province(world: World) -> None:
    claim_id = world.judged(source="delta-ledger")
    incident_id = world.incident(claim_id)
    world.assess(incident_id, "R3", "H2")
    world.choose(incident_id, ["D1", "D3"], "Báo nước ngoài đã đăng tin này.")
    with pytest.raises(RuleBroken) as refused:
        draft.make(world.desk, world["officer"], incident_id, "D1")
    assert refused.value.rule == "level" and "UBND tỉnh" in refused.value.lawful
    incident_course.transfer(
        world.desk,
        world["verifier"],
        incident_id,
        world.version(Incident, incident_id),
        "Chuyển UBND thành phố qua Sở",
    )
    assert world.state(incident_id) == "transferred"


def test_pause_holds_what_is_queued(world: World) -> None:
    incident_id = world.dossier()
    document_id = world.issued(incident_id)
    publish.queue(world.desk, world["officer"], document_id, TO[:1])
    incident_course.pause(
        world.desk,
        world["spokesperson"],
        incident_id,
        world.version(Incident, incident_id),
        "Chờ kết quả kiểm tra lại",
    )
    assert dispatch.take_due(world.desk, "t") == []
    incident_course.resume(
        world.desk, world["spokesperson"], incident_id, world.version(Incident, incident_id)
    )
    world.clock.forward(minutes=6)
    assert len(dispatch.take_due(world.desk, "t")) == 1


def test_dispatch_retries_recovers_and_gives_up(world: World) -> None:
    document_id = world.issued(world.dossier())
    publish.queue(world.desk, world["officer"], document_id, TO[:1])
    [(first, _, message)] = dispatch.take_due(world.desk, "t")
    assert dispatch.recover(world.desk, expired_only=True) == 0
    assert dispatch.recover(world.desk) == 1
    [(again, _, repeat)] = dispatch.take_due(world.desk, "t")
    assert (again, repeat.message_id) == (first, message.message_id)
    assert world.get(Dispatch, first).maybe_twice
    waits = []
    for _ in range(40):
        before = world.clock.at
        dispatch.record(world.desk, first, Delivery("retry", "451 try later"))
        row = world.get(Dispatch, first)
        if row.state == "failed":
            break
        waits.append((row.next_try_at - before).total_seconds())
        world.clock.at = row.next_try_at
        assert len(dispatch.take_due(world.desk, "t")) == 1
    assert world.get(Dispatch, first).state == "failed"
    assert waits[:3] == [120.0, 240.0, 480.0] and max(waits) <= 4 * 3600
    assert publish.queue(world.desk, world["officer"], document_id, TO[:1]) == [first]
    assert world.get(Dispatch, first).state == "queued"


def test_tampered_text_is_seen(world: World) -> None:
    document_id = world.issued(world.dossier())
    with world.desk.store.write() as session:
        row = session.scalars(
            select(DocumentVersion)
            .where(DocumentVersion.document_id == document_id)
            .order_by(DocumentVersion.number.desc())
            .limit(1)
        ).one()
        content = dict(row.content)
        content["draft"] = {**content["draft"], "subject": "Nội dung khác"}
        row.content = content
    with pytest.raises(RuleBroken) as refused:
        publish.queue(world.desk, world["officer"], document_id, TO[:1])
    assert refused.value.rule == "integrity"


def test_own_levels_have_own_bases(world: World) -> None:
    commune = world.desk.profiles.on(world.clock.at.date()).rules["commune", "D1"]  # type: ignore[index]
    province = world.desk.profiles.on(world.clock.at.date()).rules["province", "D1"]  # type: ignore[index]
    assert not any("22/2016" in basis.text for basis in commune.bases)
    assert any("22/2016" in basis.text for basis in province.bases)


def test_where_a_copied_claim_comes_from_stands_in_the_dossier(world: World) -> None:
    claim_id = world.judged()
    story, first = world.get(Claim, claim_id).story_id, world.get(Claim, claim_id).item_id
    _, copy = world.story("Bài chép lại.", "Bài chép lại", source="ben-song", copy_of=first)
    _, signed = world.story("Bài có tên người ký.", "Bài có tên người ký")
    incident_id = world.dossier(claim_id)
    with world.desk.store.write() as session:
        session.get_one(Item, first).attributed_to = "Báo Đồng Bằng"
        session.get_one(Item, signed).attributed_to = "Minh Anh"
        for item in (copy, signed):
            session.get_one(Item, item).story_id = story
    with world.desk.store.read() as session:
        page = claim_queries.show(session, claim_id, world["officer"].unit_id)
        every = origins(session, [first, copy, signed])
    assert (
        page.origin.attributed_to == "Báo Đồng Bằng" and page.origin.words() == "tin dẫn lại từ Báo Đồng Bằng"
    )
    assert (
        every[copy].words() == "bản chép lại tin của song-que" and every[signed].attributed_to == "Minh Anh"
    )

    def annex(kind: str) -> str:
        data = draft.render(world.desk, world.issued(incident_id, kind, "6"))
        return (
            zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode().split("HỒ SƠ LÀM RÕ", 1)[1]
        )

    notice = annex("D3")
    assert notice.count("(tin dẫn lại từ Báo Đồng Bằng)") == 2, "beside the claim and in the list of items"
    assert "(bản chép lại tin của song-que)" in notice
    assert "Minh Anh" not in notice, "a person who signed is no outlet"
    assert "Đồng Bằng" not in annex("D1"), "what goes to the public names no outlet beside a false claim"


def test_a_draft_of_before_has_no_origins_and_stays_whole(world: World) -> None:
    document_id, _, _ = world.submitted(world.dossier())
    with world.desk.store.read() as session:
        kept = session.scalars(
            select(DocumentVersion).where(DocumentVersion.document_id == document_id)
        ).all()[-1]
        old = dict(kept.content["dossier"])
        del old["origins"]
    assert dossier_from_dict(old).origins == ()
    assert ground(old) == ground(kept.content["dossier"])
