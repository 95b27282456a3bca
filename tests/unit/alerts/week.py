"""A fictional week, as rich as a week can be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from core.ports import WeeklyDigest


def criticism(title: str, source: str, unit: str, words: str, tone: str, day: str) -> dict[str, Any]:
    return {
        "story_id": 1, "title": title, "source": source, "items": 3, "unit": unit, "due": "2026-09-14T17:00:00+00:00",
        "due_day": day, "due_words": words, "tone": tone, "days_waiting": 20, "incident_id": None, "url_path": "/stories/1",
    }  # fmt: skip


def incident(
    number: int,
    title: str,
    state: str,
    verdict: str,
    tone: str,
    *clocks: tuple[str, str],
    result: str = "",
    silent: bool = False,
) -> dict[str, Any]:
    return {
        "incident_id": number, "number": number, "title": title, "state": state, "closed": state == "Đóng", "verdict": verdict, "tone": tone,
        "clocks": [{"words": words, "tone": clock} for words, clock in clocks], "result": result, "silent": silent, "url_path": f"/incidents/{number}",
    }  # fmt: skip


WEEK = WeeklyDigest(
    unit_name="Ủy ban nhân dân xã Chí Minh",
    week="2026-W38",
    starts_on=datetime(2026, 9, 13, 17, tzinfo=UTC),
    ends_on=datetime(2026, 9, 20, 17, tzinfo=UTC),
    made_at=datetime(2026, 9, 21, 0, 0, tzinfo=UTC),
    headline=("2 phản ánh đúng đang quá hạn trả lời: “Đường ven kênh hỏng bảy tháng”; “Rác tồn ở thôn Đông sau bão”.",
              "1 vụ còn chờ kết luận: “nước máy có mùi lạ”."),
    figures=(("tin báo chí về địa bàn", 103, 190), ("tin mạng xã hội, nhận trực tiếp", 45, 62), ("câu chuyện cần xử lý", 7, 12), ("phản ánh đã trả lời đúng hạn", 3, 2)),
    criticism=(
        criticism("Đường ven kênh hỏng bảy tháng, tiền hỗ trợ chậm", "Báo Cửa Biển", "xã Chí Minh", "Quá hạn 7 ngày", "late", "14/9"),
        criticism("Rác tồn ở thôn Đông sau bão", "Nhóm “Chuyện quê mình”", "xã Chí Minh", "Quá hạn 1 ngày", "late", "20/9"),
        criticism("Hộ nghèo thôn An Thanh chưa nhận quà cứu trợ", "Trang “An Thanh ngày mới”", "xã Chí Minh", "Còn 3 ngày làm việc", "soon", "24/9"),
        criticism("Mất điện hơn 30 giờ, thiếu thông báo", "Gió Biển Online", "xã Chí Minh", "Còn 8 ngày làm việc", "open", "1/10"),
    ),
    buried=({"story_id": 9, "title": "Khoản phí thu hai lần", "source": "Nhận trực tiếp", "since": "2026-09-01T00:00:00+00:00", "since_day": "1/9", "days": 20, "url_path": "/stories/9"},),
    incidents=(
        incident(16, "Ngân sách trường học “25 tỷ”", "Công bố", "Sai sự thật", "misleading", ("phát ngôn lần đầu: đúng hạn", "met"), ("thông báo cấp trên: đúng hạn", "met"), result="Một báo đã cải chính sau một ngày."),
        incident(15, "nước máy có mùi lạ", "Xác minh", "Chưa kết luận", "none", ("phát ngôn lần đầu: hạn 09:00 21/9", "soon")),
        incident(14, "Tin “vỡ đê” đêm bão", "Theo dõi", "Sai sự thật", "misleading", ("phát ngôn lần đầu: đúng hạn", "met"), ("thông báo cấp trên: đã làm, trễ hạn", "late")),
        incident(12, "Trang hài về loa bán cà phê", "Đóng", "Châm biếm", "opinion", silent=True),
    ),
    trends=(
        *({"kind": "day", "label": label, "this": this, "before": before} for label, this, before in zip(("T2", "T3", "T4", "T5", "T6", "T7", "CN"), (38, 31, 22, 19, 17, 12, 9), (21, 24, 20, 22, 19, 61, 84), strict=True)),
        *({"kind": "source", "label": label, "this": this, "before": 5} for label, this in (("Báo Cửa Biển", 52), ("Gió Biển Online", 31), ("Nhóm “Chuyện quê mình”", 22), ("Nông Sự Duyên Hải", 18), ("Pacific Weather Desk", 9))),
    ),
    upcoming=("21/9: hạn phát ngôn lần đầu, vụ 15 (nước máy có mùi lạ).", "24/9: hạn trả lời phản ánh “Hộ nghèo thôn An Thanh chưa nhận quà cứu trợ”, chưa mở vụ việc."),
    not_watched=(
        {"name": "Cổng thông tin phường Thiên Hương", "sentence": "Hỏng 20 trên 28 lần đọc. Lần cuối: Trang trả về “bảo trì” (503).", "source_id": "a"},
        {"name": "Trang “An Thanh ngày mới”", "sentence": "Đọc được nhưng im lặng bất thường: không có tin mới từ 07/09/2026 (13 ngày tính đến hết tuần).", "source_id": "b"},
    ),
    method="Cách tính: tin được tính theo lúc máy thấy lần đầu, giờ Việt Nam.",
    audit_head="5e" * 32,
    answered=(3, 4, 31, 38),
    localities=("xã Chí Minh",),
)  # fmt: skip
