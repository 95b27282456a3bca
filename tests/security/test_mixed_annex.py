"""An incident with mixed verdicts: what is not Sai lệch is never printed in the annex of a press release or notice (G1)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document as Docx
from sqlalchemy import select

from core.errors import RuleBroken
from core.records.claim import Claim, Evidence
from core.services import answer, claims, draft
from core.text.normalise import fold
from tests.integration.judgement.office import DYKE, World, build

LAMP = "Cột đèn ở ngõ 12 không sáng suốt ba tuần nay, đi tối rất nguy hiểm"
QUEUE = "Sáng thứ hai có hơn bốn mươi người phải xếp hàng ngoài cửa hàng chất đốt"
NAME = "Cơn bão đi qua huyện Tứ Kỳ lúc nửa đêm rồi tan dần trên biển"
OTHERS = {
    LAMP: ("opinion", "criticism", "Đèn đường ngõ 12 hỏng ba tuần.", "Phiếu báo đèn hỏng"),
    QUEUE: ("unverified", "", "Hơn bốn mươi người xếp hàng mua chất đốt.", "Ghi lời chủ cửa hàng"),
    NAME: ("misleading", "wrong_name", "Bài viết gọi tên huyện đã không còn.", "Nghị quyết sắp xếp đơn vị"),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = build(f"sqlite:///{tmp_path / 'lamro.db'}", tmp_path)
    yield made
    made.desk.store.close()


def words(data: bytes) -> str:
    """Everything that a .docx prints, tables and headers too, folded."""
    document = Docx(BytesIO(data))
    parts = [element.text or "" for element in document.element.iter() if element.tag.endswith("}t")]
    for section in document.sections:
        for part in (section.header, section.footer):
            parts += [element.text or "" for element in part._element.iter() if element.tag.endswith("}t")]
    return fold(" ".join(parts))


def mixed(world: World) -> int:
    """An incident with a Sai lệch and three claims of other verdicts, each with evidence and a fact line of its own."""
    incident_id = world.incident(world.judged())
    for quote, (verdict, sub, neutral, title) in OTHERS.items():
        claim_id = world.claim(body=f"{quote}. Ghi nhận của bạn đọc.", quote=quote, neutral=neutral)
        world.authority(claim_id, title=title, source_name=f"Nơi cung cấp của {title}")
        world.confirm(world.propose(claim_id, verdict, sub), claim_id)
        answer.attach_claim(world.desk, world["officer"], incident_id, claim_id)
    with world.desk.store.read() as session:
        rows = session.execute(
            select(Claim.quote, Evidence.id)
            .join(Evidence, Evidence.claim_id == Claim.id)
            .where(Claim.incident_id == incident_id)
        ).all()
    for quote, evidence_id in rows:
        answer.add_fact(
            world.desk, world["officer"], incident_id, quote, f"Dữ kiện đối chiếu cho “{quote[:12]}”", evidence_id
        )  # fmt: skip
    answer.add_fact(
        world.desk, world["officer"], incident_id, QUEUE[10:50], "Dữ kiện không dẫn bằng chứng", None
    )
    world.assess(incident_id)
    world.choose(incident_id, ["D1", "D3"], "Đã phát loa và đăng cổng bằng đường khác.")
    return incident_id


@pytest.mark.parametrize("kind", ["D1", "D3"])
def test_the_annex_lists_what_is_misleading_and_nothing_else(world: World, kind: str) -> None:
    incident_id = mixed(world)
    document_id, version, _ = world.submitted(incident_id, kind)
    printed = words(draft.render(world.desk, document_id, version))
    assert fold(DYKE) in printed and fold("Nhật ký tuần đê số 12") in printed
    assert fold("Dữ kiện đối chiếu cho “Đê Bến Trại”")[:20] in printed
    for quote, (_, _, neutral, title) in OTHERS.items():
        for text in (quote, neutral.rstrip("."), title, quote[:25]):
            assert fold(text) not in printed, text
    assert fold("Dữ kiện không dẫn bằng chứng") not in printed
    assert fold("Phê bình") not in printed and fold("Chưa đủ căn cứ") not in printed
    assert fold("1 nội dung khác của vụ việc đang được xác minh") in printed


def test_a_verdict_that_falls_takes_its_claim_out_of_the_annex(world: World) -> None:
    incident_id = mixed(world)
    with world.desk.store.read() as session:
        claim_id = session.scalars(select(Claim.id).where(Claim.quote == DYKE)).one()
        evidence_id = session.scalars(select(Evidence.id).where(Evidence.claim_id == claim_id)).one()
    document_id, version, sha = world.submitted(incident_id)
    claims.remove_evidence(world.desk, world["officer"], evidence_id, "Nhật ký này là của tuyến đê khác.")
    with pytest.raises(RuleBroken):
        world.approve(document_id, version, sha)
