"""What the staff of the demo did in the four weeks before today, evening by evening."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from config.demo.cast import RECIPIENTS
from config.demo.play import Director, Evenings
from core.errors import LamroError
from core.queries import positions
from core.records.incident import Incident
from core.rules.vocabulary import Tag, Verdict
from core.services import answer, incident_course


def _version(director: Director, incident: int) -> int:
    return positions.version(director.desk, Incident, incident)


def _wrong_name(director: Director) -> None:
    """T4: a newspaper printed names that no longer exist; answered by a private note, not counted as misinformation."""
    director.judge("T4", "T4a")
    incident = director.begin_incident("T4")
    director.assess(director.script["T4"], incident)
    speaker = director.actor("nguoiphatngon")
    incident_course.record_statement(
        director.desk,
        speaker,
        incident,
        _version(director, incident),
        "Gọi điện cho tòa soạn, nêu tên xã đúng từ ngày 1/7/2025.",
    )
    answer.choose(
        director.desk,
        speaker,
        incident,
        _version(director, incident),
        ["private_reply"],
        "Báo ghi theo tên cũ, không có ý sai; gọi điện là đủ, không ra văn bản.",
    )


def _wrong_name_done(director: Director) -> None:
    """T4 ends: the newspaper corrected the name."""
    incident = int(director.home.state["incidents"]["T4"])
    incident_course.follow_up(
        director.desk,
        director.actor("canbo"),
        incident,
        _version(director, incident),
        "Báo đã sửa tên xã trong bài.",
        "corrected",
    )
    incident_course.close(
        director.desk,
        director.actor("quanly"),
        incident,
        _version(director, incident),
        "Báo đã sửa tên xã, không cần làm thêm.",
    )


def _canal_road(director: Director) -> None:
    """T5: true criticism: confirmed accurate by two people, waits for an answer and stands first in the digest."""
    director.judge("T5", "T5a")
    incident = director.begin_incident("T5")
    director.assess(director.script["T5"], incident)
    speaker = director.actor("nguoiphatngon")
    incident_course.record_statement(
        director.desk,
        speaker,
        incident,
        _version(director, incident),
        "Nói với phóng viên Báo Bến Sông: xã đã nhận phản ánh, đang làm rõ.",
    )
    answer.choose(
        director.desk,
        speaker,
        incident,
        _version(director, incident),
        ["reply"],
        "Phản ánh đúng, cần trả lời và nêu thời hạn sửa đường, trả tiền hỗ trợ.",
    )


def _storm_night(director: Director) -> None:
    """T1: the dyke did not break. Claim, two people, first statement within the hour, press release and notice the same night."""
    line = director.script["T1"]
    claim = line.claims[0]
    number = director.open_claim(line, claim)
    pieces = director.add_evidence(line, claim, number)
    director.confirm(number, director.propose(claim, number))
    incident = director.begin_incident("T1")
    for fact in line.facts:
        answer.add_fact(
            director.desk,
            director.actor("canbo"),
            incident,
            fact.part,
            fact.fact,
            pieces.get(fact.evidence),
            "",
        )
    speaker = director.actor("nguoiphatngon")
    incident_course.record_statement(
        director.desk,
        speaker,
        incident,
        _version(director, incident),
        "Đăng thông tin ban đầu trên cổng và đọc trên loa: lực lượng tuần tra chưa ghi nhận sự cố đê.",
    )
    director.assess(line, incident, impact=True)
    answer.choose(
        director.desk,
        speaker,
        incident,
        _version(director, incident),
        ["D1", "D3"],
        "Ra thông cáo và báo Sở ngay trong đêm; tin cổng, bản tin loa do bộ phận phụ trách làm theo nội dung đã duyệt.",
    )
    fill = {
        "việc đã làm": "bố trí lực lượng tuần tra đê suốt đêm, đón 14 hộ ở bãi ngoài đê về Trường Tiểu học xã",
        "giờ": "7 giờ sáng hôm sau",
        "": "theo phương án phòng thủ dân sự của xã",
    }
    for kind, official in (("D1", "11"), ("D3", "12")):
        document = director.document(incident, kind, fill)
        director.approve(document)
        director.issue(document, official, RECIPIENTS)


def _storm_followed(director: Director) -> None:
    """T1 a day later: the post is gone, two copies remain."""
    incident = int(director.home.state["incidents"]["T1"])
    incident_course.follow_up(
        director.desk,
        director.actor("canbo"),
        incident,
        _version(director, incident),
        "Sau 24 giờ: bài gốc đã xóa, còn hai bản đăng lại, không có lượt chia sẻ mới.",
        "quiet",
    )


def _double_fee(director: Director) -> None:
    """T14: the ward's chairman wants a true complaint called misleading, with a letter of his own office. It is refused."""
    line = director.script["T14"]
    claim = line.claims[0]
    number = director.open_claim(line, claim, "thienhuong")
    director.add_evidence(line, claim, number, "thienhuong")
    with suppress(LamroError):
        director.propose(claim, number, "thienhuong", Verdict.MISLEADING)


def _tags(*pairs: tuple[str, Tag]) -> Callable[[Director], None]:
    def act(director: Director) -> None:
        for item, tag in pairs:
            if director.known(item):
                director.tag(item, tag)

    return act


#: without the storm: the part that ``lamro demo --check`` plays itself
QUIET_EVENINGS: Evenings = {
    -26: (_tags(("vx-sach-noi", Tag.IRRELEVANT), ("cm-lich-tiep-dan", Tag.ACCURATE)), _wrong_name),
    -24: (_wrong_name_done,),
    -23: (_tags(("bs-duong-ven-kenh", Tag.CRITICISM)),),
}

EVENINGS: Evenings = {
    **QUIET_EVENINGS,
    -21: (_storm_night,),
    -20: (_tags(("vx-bac-tin-vo-de", Tag.ACCURATE)),),
    -19: (_storm_followed,),
    -18: (_tags(("at-ho-ngheo-qua", Tag.CRITICISM)),),
    -16: (_tags(("at-ho-ngheo-qua", Tag.WATCH), ("zh-gangkou", Tag.IRRELEVANT)), _canal_road),
    -13: (_tags(("vx-ca-si-thien-huong", Tag.IRRELEVANT)),),
    -11: (_tags(("bs-nha-hang-thien-huong", Tag.IRRELEVANT)),),
    -6: (_double_fee,),
    -2: (_tags(("ms-loa-ca-phe", Tag.OPINION)),),
}
