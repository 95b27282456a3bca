"""The response matrix (domain.md §6): how far a claim spread × how much harm it does → what answer is suggested.

The cells and thresholds are data (``config/response_matrix.yaml``); this module only reads them. A suggestion never decides: the
spokesperson chooses, and choosing more or less, or nothing at all, takes a written reason (G6).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.rules.vocabulary import Harm, Spread, SubVerdict, Verdict


class Answer(StrEnum):
    """What an office may do about an incident. ``D…`` are the documents of domain.md §4."""

    RECORD = "record"
    WATCH = "watch"
    PRIVATE_REPLY = "private_reply"
    PREPARE = "prepare"
    REPLY = "reply"
    ESCALATE = "escalate"
    CRISIS = "crisis"
    D1 = "D1"
    D2 = "D2"
    D3 = "D3"
    D4 = "D4"
    D5 = "D5"
    D6 = "D6"
    D7 = "D7"
    D8 = "D8"
    D9 = "D9"
    D10 = "D10"
    D17 = "D17"
    D18 = "D18"
    D19 = "D19"
    D20 = "D20"
    INFORMATION = "information"


ANSWER_VI: dict[Answer, str] = {
    Answer.RECORD: "Ghi nhận",
    Answer.WATCH: "Theo dõi",
    Answer.PRIVATE_REPLY: "Phản hồi riêng",
    Answer.PREPARE: "Chuẩn bị bản tin loa, bài Zalo OA",
    Answer.REPLY: "Trả lời phản ánh",
    Answer.ESCALATE: "Chuyển cấp trên",
    Answer.CRISIS: "Chế độ khủng hoảng",
    Answer.D1: "Thông cáo báo chí",
    Answer.D2: "Phát ngôn",
    Answer.D3: "Công văn thông báo tới cơ quan cấp trên",
    Answer.D4: "Tài liệu giao ban báo chí",
    Answer.D5: "Tin đăng cổng thông tin điện tử",
    Answer.D6: "Thông tin cung cấp cho cơ quan báo chí",
    Answer.D7: "Văn bản phản hồi, yêu cầu cải chính",
    Answer.D8: "Bản tin loa truyền thanh",
    Answer.D9: "Bài Zalo OA, Facebook",
    Answer.D10: "Bộ thông tin cho lực lượng thông tin đối ngoại",
    Answer.D17: "Báo cáo đột xuất",
    Answer.D18: "Văn bản trả lời phản ánh, phê bình",
    Answer.D19: "Thông tin ban đầu",
    Answer.D20: "Đính chính của cơ quan",
    Answer.INFORMATION: "Thông tin chủ động",
}

#: answers after which nothing of ours is published
QUIET = frozenset({Answer.RECORD, Answer.WATCH, Answer.PRIVATE_REPLY, Answer.PREPARE, Answer.ESCALATE})

#: what may be chosen for every verdict: nothing public, or news of the service without the false-claim block
_ALWAYS = QUIET | {Answer.INFORMATION, Answer.D19}
#: documents made for a standing Sai lệch only (G1)
CLARIFYING = frozenset(
    {
        Answer.D1,
        Answer.D2,
        Answer.D3,
        Answer.D4,
        Answer.D5,
        Answer.D7,
        Answer.D8,
        Answer.D9,
        Answer.D10,
        Answer.D17,
    }
)


@dataclass(frozen=True, slots=True)
class ResponseMatrix:
    """Cells as alternatives: any one of a cell's sets is "as suggested". Thresholds are views."""

    cells: Mapping[tuple[Spread, Harm], tuple[frozenset[Answer], ...]]
    one_post_views: int
    wide_views: int
    national_tier: int

    def spread(self, *, views: int, sources: int, press: int, reach_tier: int) -> Spread:
        """The spread level that the figures of a story speak for; a person may choose another."""
        if reach_tier >= self.national_tier:
            return Spread.R3
        if press >= 1 or views > self.wide_views:
            return Spread.R2
        if sources > 1 or views >= self.one_post_views:
            return Spread.R1
        return Spread.R0

    def suggest(
        self,
        spread: Spread,
        harm: Harm,
        *,
        verdicts: Collection[tuple[Verdict, SubVerdict]],
        press: bool,
    ) -> tuple[frozenset[Answer], ...]:
        """The suggested answers, as alternatives, for the verdicts that stand now.

        Without a standing Sai lệch the matrix does not speak: criticism and accurate news are answered, the unverified is
        watched, satire is recorded (G1). ``press``: an outlet carried it; D7 is only for outlets.
        """
        kinds = {
            verdict
            for verdict, sub in verdicts
            if not (verdict == Verdict.MISLEADING and sub == SubVerdict.WRONG_NAME)
        }
        if Verdict.MISLEADING in kinds:
            cell = self.cells[spread, harm]
            if press:
                return cell
            return tuple(
                dict.fromkeys((option - {Answer.D7}) or frozenset({Answer.WATCH}) for option in cell)
            )
        if any(sub == SubVerdict.WRONG_NAME for _, sub in verdicts):
            return (frozenset({Answer.D6}), frozenset({Answer.PRIVATE_REPLY}))
        if Verdict.ACCURATE in kinds or (Verdict.OPINION, SubVerdict.CRITICISM) in verdicts:
            return (frozenset({Answer.REPLY}),)
        if Verdict.UNVERIFIED in kinds or not verdicts:
            if harm in {Harm.H2, Harm.H3}:
                return (frozenset({Answer.D19}),)
            return (frozenset({Answer.WATCH}),)
        return (frozenset({Answer.RECORD}),)


def allowed_answers(verdicts: Collection[tuple[Verdict, SubVerdict]]) -> frozenset[Answer]:
    """What may be chosen at all for the verdicts that stand (domain.md §4, "which documents by verdict"; G1).

    ``verdicts`` are (verdict, sub-verdict) of the claims that have one which stands now.
    """
    allowed = set(_ALWAYS)
    for verdict, sub in verdicts:
        if verdict == Verdict.MISLEADING and sub == SubVerdict.WRONG_NAME:
            allowed.add(Answer.D6)
        elif verdict == Verdict.MISLEADING:
            allowed |= CLARIFYING | {Answer.D6, Answer.CRISIS}
        elif verdict == Verdict.ACCURATE:
            allowed |= {Answer.REPLY, Answer.D18, Answer.D20}
        elif verdict == Verdict.OPINION:
            allowed.add(Answer.D6)
            if sub != SubVerdict.SATIRE:
                allowed |= {Answer.REPLY, Answer.D18}
    return frozenset(allowed)


def needs_reason(
    chosen: frozenset[Answer], suggested: tuple[frozenset[Answer], ...], *, silent: bool
) -> bool:
    """True when the choice must be explained in writing: silence always (G6), more or less than suggested as well."""
    return silent or chosen not in suggested
