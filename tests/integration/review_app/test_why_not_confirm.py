"""In the place of "Xác nhận kết luận", where it would be refused: why not, and who can."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from core.records.account import AccountRole
from core.records.claim import Claim
from core.rules.vocabulary import Role


def words(text):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture
def claim(office):
    """The office's claim with its proposed verdict, bound to the evidence of now; the officer may also confirm."""
    from core.records.claim import Evidence, VerdictRecord
    from core.rules.evidence import evidence_hash
    from core.services import standing

    with office.desk.store.write() as session:
        row = session.scalars(select(Claim)).one()
        session.add(
            Evidence(
                claim_id=row.id,
                kind="document",
                title="Thông báo",
                body="Không có khoản thu này.",
                source_name="Sở Tài chính",
                competent_authority=True,
                sha256="0" * 64,
                obtained_at=office.clock.at,
                added_by=row.created_by,
            )
        )
        session.add(AccountRole(account_id=office.accounts["hanh.dt"], role=Role.VERIFIER))
        session.flush()
        verdict = session.scalars(select(VerdictRecord)).one()
        verdict.evidence_sha256 = evidence_hash(standing.pieces(session, row))
        return row.id


def confirm_button(page):
    return 'value="confirm"' in page


def test_the_proposer_reads_who_can(person, claim):
    page = person("hanh.dt").get(f"/claims/{claim}").text
    assert not confirm_button(page) and 'value="return"' not in page
    assert "Người đề xuất không được tự xác nhận kết luận của mình." in words(page)
    assert re.search(r"Người xác nhận được: .*Vũ Thị Lan \(phường Thiên Hương\)", words(page))


def test_nobody_of_the_unit_that_it_is_about_confirms_and_another_office_may(office, person, claim):
    with office.desk.store.write() as session:
        session.get_one(Claim, claim).concerns_own = True
    own = person("luc.pv").get(f"/claims/{claim}").text
    assert not confirm_button(own) and 'value="return"' in own
    assert "không ai thuộc hoặc từng thuộc đơn vị đó được xác nhận Sai lệch" in words(own)
    assert "Người xác nhận được: Vũ Thị Lan (phường Thiên Hương)." in words(own)
    assert confirm_button(person("xa.ban").get(f"/claims/{claim}").text)
