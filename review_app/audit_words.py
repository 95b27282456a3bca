"""The acts and things of the audit log in words."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString, gettext, lazy_gettext

from core.rules.vocabulary import IncidentState
from core.rules.workflow import Act
from review_app.words import STATES

ACTS: dict[str, LazyString] = {
    "account.log_in": lazy_gettext("đăng nhập"),
    "account.log_out": lazy_gettext("đăng xuất"),
    "account.create": lazy_gettext("tạo tài khoản"),
    "account.change_password": lazy_gettext("đổi mật khẩu"),
    "account.reset_password": lazy_gettext("cấp lại mật khẩu"),
    "account.set_roles": lazy_gettext("đổi vai trò"),
    "account.set_active": lazy_gettext("mở, khóa tài khoản"),
    "unit.create": lazy_gettext("tạo cơ quan"),
    "unit.edit": lazy_gettext("sửa thông tin cơ quan"),
    "unit.watch": lazy_gettext("đổi địa bàn theo dõi"),
    "gazetteer.import": lazy_gettext("nhập danh mục địa bàn"),
    "gazetteer.name_add": lazy_gettext("thêm tên địa bàn"),
    "gazetteer.name_edit": lazy_gettext("sửa tên địa bàn"),
    "gazetteer.name_off": lazy_gettext("tắt tên địa bàn"),
    "gazetteer.name_on": lazy_gettext("bật lại tên địa bàn"),
    "gazetteer.unit_edit": lazy_gettext("sửa đơn vị hành chính"),
    "gazetteer.offer_take": lazy_gettext("dùng giá trị đi kèm của đơn vị"),
    "gazetteer.offer_keep": lazy_gettext("giữ giá trị của cơ quan"),
    "gazetteer.unit_add": lazy_gettext("thêm đơn vị hành chính"),
    "gazetteer.link_add": lazy_gettext("thêm liên kết đơn vị cũ"),
    "gazetteer.reread": lazy_gettext("đọc lại tin đã lưu theo tên mới"),
    "gazetteer.link_off": lazy_gettext("tắt liên kết đơn vị cũ"),
    "gazetteer.link_on": lazy_gettext("bật lại liên kết đơn vị cũ"),
    "source.add": lazy_gettext("thêm nguồn tin"),
    "source.edit": lazy_gettext("sửa nguồn tin"),
    "source.crawl": lazy_gettext("yêu cầu đọc nguồn"),
    "source.end_reading": lazy_gettext("dừng lần đọc nguồn"),
    "source.set_enabled": lazy_gettext("bật, tắt nguồn"),
    "source.quarantine": lazy_gettext("tạm dừng nguồn bị lỗi"),
    "source.stop": lazy_gettext("ngừng đọc nguồn hỏng nhiều lần"),
    "source.recover": lazy_gettext("nguồn đã ngừng đọc lại được"),
    "source.alert": lazy_gettext("cảnh báo về nguồn"),
    "source.alert_over": lazy_gettext("hết cảnh báo về nguồn"),
    "network.down": lazy_gettext("cảnh báo mạng của máy chủ"),
    "network.back": lazy_gettext("mạng của máy chủ có lại"),
    "item.receive": lazy_gettext("nhập tin nhận được"),
    "capture.download": lazy_gettext("tải bản chụp"),
    "capture.purge": lazy_gettext("xóa bản chụp"),
    "watch.ask": lazy_gettext("yêu cầu xem lại trang"),
    "incident.pack": lazy_gettext("chép trang lưu của vụ"),
    "story.tag": lazy_gettext("gắn nhãn"),
    "story.group": lazy_gettext("gộp hoặc tách chuyện"),
    "story.ungroup": lazy_gettext("hoàn tác gộp, tách chuyện"),
    "story.known_claim": lazy_gettext("trả lời câu hỏi về tuyên bố đã kết luận"),
    "story.known_claim_undo": lazy_gettext("lấy lại câu trả lời về tuyên bố"),
    "story.untag": lazy_gettext("hoàn tác nhãn"),
    "story.note": lazy_gettext("ghi chú"),
    "story.note_remove": lazy_gettext("bỏ ghi chú"),
    "filter.save": lazy_gettext("lưu bộ lọc"),
    "filter.remove": lazy_gettext("bỏ bộ lọc"),
    "filter.alert": lazy_gettext("bật hoặc tắt báo tin của bộ lọc"),
    "claim.open": lazy_gettext("ghi tuyên bố"),
    "claim.withdraw": lazy_gettext("rút tuyên bố"),
    "claim.restore": lazy_gettext("hoàn tác rút tuyên bố"),
    "evidence.add": lazy_gettext("thêm bằng chứng"),
    "evidence.remove": lazy_gettext("bỏ bằng chứng"),
    "verdict.propose": lazy_gettext("đề xuất kết luận"),
    "verdict.review": lazy_gettext("xác nhận lần một"),
    "verdict.confirm": lazy_gettext("xác nhận kết luận"),
    "verdict.return": lazy_gettext("trả lại kết luận"),
    "verdict.fall": lazy_gettext("kết luận mất hiệu lực"),
    "incident.open": lazy_gettext("mở vụ việc"),
    "incident.attach_claim": lazy_gettext("đưa tuyên bố vào vụ"),
    "incident.begin": lazy_gettext("bắt đầu xác minh"),
    "incident.add_fact": lazy_gettext("thêm dòng sự thật"),
    "incident.remove_fact": lazy_gettext("bỏ dòng sự thật"),
    "incident.assess": lazy_gettext("đánh giá hai mức"),
    "incident.choose": lazy_gettext("chọn phương án"),
    "incident.record_statement": lazy_gettext("ghi thông tin ban đầu"),
    "incident.record_reply": lazy_gettext("ghi việc đã trả lời"),
    "incident.record_outside": lazy_gettext("ghi việc đã thông tin"),
    "incident.follow_up": lazy_gettext("ghi kết quả theo dõi"),
    "incident.pause": lazy_gettext("tạm dừng vụ"),
    "incident.resume": lazy_gettext("tiếp tục vụ"),
    "incident.transfer": lazy_gettext("chuyển cơ quan khác"),
    "incident.reopen": lazy_gettext("mở lại vụ"),
    "incident.close": lazy_gettext("đóng vụ"),
    "document.make": lazy_gettext("lập bản thảo"),
    "document.save": lazy_gettext("lưu bản thảo"),
    "document.submit": lazy_gettext("gửi duyệt"),
    "document.tick_checked": lazy_gettext("đối chiếu văn bản gốc"),
    "document.approve": lazy_gettext("duyệt"),
    "document.return": lazy_gettext("trả lại văn bản"),
    "document.decide.content": lazy_gettext("duyệt nội dung"),
    "document.decide.secrecy": lazy_gettext("rà bí mật"),
    "document.decide.spokesperson": lazy_gettext("người phát ngôn duyệt"),
    "document.issue": lazy_gettext("ghi số phát hành"),
    "document.queue": lazy_gettext("xếp hàng gửi"),
    "document.requeue": lazy_gettext("xếp hàng gửi lại"),
    "document.publish": lazy_gettext("ghi nơi công bố"),
    "dispatch.send": lazy_gettext("gửi đi"),
    "dispatch.sent": lazy_gettext("đã gửi"),
    "dispatch.queued": lazy_gettext("hẹn gửi lại"),
    "dispatch.failed": lazy_gettext("không gửi được"),
    "dispatch.record": lazy_gettext("ghi kết quả gửi"),
    "dispatch.recover": lazy_gettext("gửi lại sau khi máy dừng"),
    "digest.make": lazy_gettext("lập bản tin tuần"),
    "place.rule": lazy_gettext("đặt quy tắc địa bàn"),
    "place.rule_more": lazy_gettext("xét tiếp tin cũ theo quy tắc địa bàn"),
    "place.rule_undo": lazy_gettext("hoàn tác quy tắc địa bàn"),
    "place.calibrate": lazy_gettext("đo độ đúng của địa bàn"),
    "glossary.save": lazy_gettext("lưu từ nước ngoài"),
    "glossary.remove": lazy_gettext("bỏ từ nước ngoài"),
    "glossary.hide": lazy_gettext("tắt từ đi kèm"),
    "need.propose": lazy_gettext("đề xuất trọng số mức cần xử lý"),
    "need.apply": lazy_gettext("áp dụng trọng số mức cần xử lý"),
    "need.undo": lazy_gettext("hoàn tác trọng số mức cần xử lý"),
    "sample.answer": lazy_gettext("trả lời chuyện xem lại ngẫu nhiên"),
}

OBJECTS: dict[str, LazyString] = {
    "story": lazy_gettext("câu chuyện"),
    "capture": lazy_gettext("bản chụp"),
    "item": lazy_gettext("tin"),
    "note": lazy_gettext("ghi chú"),
    "filter": lazy_gettext("bộ lọc"),
    "claim": lazy_gettext("tuyên bố"),
    "verdict": lazy_gettext("kết luận"),
    "evidence": lazy_gettext("bằng chứng"),
    "incident": lazy_gettext("vụ việc"),
    "fact": lazy_gettext("dòng sự thật"),
    "document": lazy_gettext("văn bản"),
    "dispatch": lazy_gettext("lượt gửi"),
    "digest": lazy_gettext("bản tin tuần"),
    "source": lazy_gettext("nguồn tin"),
    "network": lazy_gettext("mạng của máy chủ"),
    "account": lazy_gettext("tài khoản"),
    "unit": lazy_gettext("cơ quan"),
    "place_rule": lazy_gettext("quy tắc địa bàn"),
    "locality": lazy_gettext("địa bàn"),
    "gazetteer": lazy_gettext("đơn vị hành chính"),
    "gazetteer_name": lazy_gettext("tên địa bàn"),
    "calibration": lazy_gettext("lần đo địa bàn"),
    "glossary_term": lazy_gettext("từ nước ngoài"),
    "need_weights": lazy_gettext("trọng số mức cần xử lý"),
    "sample": lazy_gettext("danh sách xem lại ngẫu nhiên"),
}

_MOVE = "incident.move."


def act_words(act: str) -> str:
    """What people call an act; one that has no word yet is shown as it is stored."""
    if act.startswith(_MOVE) and act.removeprefix(_MOVE) in set(Act):
        return str(gettext("chuyển bước"))
    return str(ACTS[act]) if act in ACTS else act


def detail_words(detail: dict[str, Any]) -> str:
    """The few details that a reader looks for: a move's states, the reason, the version, the step."""
    parts = []
    if detail.get("from") in set(IncidentState) and detail.get("to") in set(IncidentState):
        parts.append(f"{STATES[IncidentState(detail['from'])]} → {STATES[IncidentState(detail['to'])]}")
    if detail.get("version"):
        parts.append(gettext("bản %(version)s", version=detail["version"]))
    for name in ("reason", "comment", "note", "result", "number", "recipient", "where", "tag"):
        if detail.get(name):
            parts.append(str(detail[name]))
    return " · ".join(parts)[:400]
