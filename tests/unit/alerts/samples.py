"""Fictional documents that the tests of this room print."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from core.ports import Addressee, Dossier, DossierEvidence, DossierFact, OfficialDocument, Sentence


def _sentence(text: str) -> Sentence:
    return Sentence(text=text, kind="fact", source="Nhật ký tuần đê")


DOSSIER = Dossier(
    incident_number="14/2026",
    title="Tin “vỡ đê” đêm bão",
    claims=("Đê Bến Trại đã vỡ trong đêm 12 tháng 9 và cả xã phải sơ tán.",),
    verdict="Sai lệch, sai sự thật",
    reason="Nhật ký tuần đê và biên bản kiểm tra của Hạt Quản lý đê đều ghi thân đê nguyên vẹn trong cả đêm.",
    proposed_by="Vũ Minh Khuê, công chức văn hóa - xã hội",
    confirmed_by="Đỗ Thanh Lam, Phó Chủ tịch",
    facts=(
        DossierFact("Đê đã vỡ", "Mực nước cao nhất +3,42 m lúc 20 giờ 15 phút, thấp hơn mặt đê 1,1 m.", 1, "12/9/2026"),
        DossierFact("Cả xã sơ tán", "14 hộ ở bãi ngoài đê được đưa vào trường tiểu học theo kế hoạch.", 2, ""),
        DossierFact("Ảnh chụp đêm 12 tháng 9", "Ảnh đã có trên mạng từ năm 2024.", None, ""),
    ),
    evidence=(
        DossierEvidence(1, "Nhật ký tuần đê số 12", "Hạt Quản lý đê", datetime(2026, 9, 12, 16, 40, tzinfo=UTC), "3f" * 32),
        DossierEvidence(2, "Danh sách đón dân", "Ban Chỉ huy PCTT xã", datetime(2026, 9, 12, 17, 5, tzinfo=UTC), "a7" * 32, "https://chiminh.example/don-dan"),
    ),
    open_questions=("Số hộ bị ngập vườn, cập nhật trước 17 giờ ngày 13 tháng 9 năm 2026.",),
    items=tuple(
        (f"Bài đăng thứ {n} về đê Bến Trại", f"https://mang.example/bai/{n}", datetime(2026, 9, 12, 14, n, tzinfo=UTC)) for n in range(1, 10)
    ),
)  # fmt: skip

D1 = OfficialDocument(
    kind="D1",
    superior="UBND thành phố Hải Phòng",
    agency="Ủy ban nhân dân xã Chí Minh",
    number="5",
    code="TC-UBND",
    place="xã Chí Minh",
    issued_on=datetime(2026, 2, 4, 18, 30, tzinfo=UTC),
    title="Thông cáo báo chí",
    subject="Về tình hình đê Bến Trại đêm 12 tháng 9 năm 2026",
    addressees=(),
    bases=("Căn cứ Nghị định số 244/2026/NĐ-CP ngày 26 tháng 6 năm 2026 của Chính phủ",),
    paragraphs=(
        (
            _sentence("Ủy ban nhân dân xã Chí Minh khẳng định: đê Bến Trại không vỡ trong đêm 12 tháng 9 năm 2026."),
            _sentence("Mực nước cao nhất đo được là +3,42 m lúc 20 giờ 15 phút, thấp hơn mặt đê 1,1 m."),
        ),
        (
            _sentence("Trong đêm, một số trang mạng xã hội đăng nội dung cho rằng đê đã vỡ."),
            _sentence("Nội dung này không phù hợp với Nhật ký tuần đê số 12 ngày 12 tháng 9 năm 2026 của Hạt Quản lý đê."),
        ),
        (_sentence("Từ 17 giờ ngày 12 tháng 9, xã đã đưa 14 hộ ở bãi ngoài đê vào Trường Tiểu học theo kế hoạch phòng, chống bão."),),
        (_sentence("Đề nghị nhân dân theo dõi Cổng thông tin điện tử và loa truyền thanh của xã; cơ quan báo chí liên hệ người phát ngôn theo số điện thoại công bố trên Cổng."),),
        (_sentence("Thông tin đang làm rõ: [số hộ bị ngập vườn], cập nhật trước 17 giờ ngày 13 tháng 9 năm 2026."),),
    ),
    recipients=(
        Addressee("Các cơ quan báo chí"),
        Addressee("Sở Văn hóa, Thể thao và Du lịch", "để báo cáo"),
        Addressee("UBND thành phố"),
        Addressee("Cổng TTĐT xã"),
    ),
    archive="VT, VHXH",
    signer_authority=("TM. Ủy ban nhân dân", "KT. Chủ tịch", "Phó Chủ tịch"),
    signer_name="Đỗ Thanh Lam",
    dossier=DOSSIER,
)  # fmt: skip

D3 = replace(
    D1,
    kind="D3",
    number="12",
    code="UBND-VHXH",
    issued_on=datetime(2026, 9, 13, 1, 0, tzinfo=UTC),
    title="",
    subject="thông tin sai lệch về đê Bến Trại",
    addressees=(
        Addressee("Sở Văn hóa, Thể thao và Du lịch"),
        Addressee("Ủy ban nhân dân thành phố Hải Phòng"),
    ),
    bases=(),
    recipients=(Addressee("Công an xã"),),
    urgency="KHẨN",
)
