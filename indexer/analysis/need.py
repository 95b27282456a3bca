"""Need of response: an explainable sum that orders the queue and changes nothing else (guardrail G5).

Score 0–100 = 100 × locality × (sum of the other parts). Urgent words are natural hazards and impersonation only (domain.md §2, tighter
rules): land, complaint and criticism words never raise it, and there is no political calendar.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from core.ports import Need, NeedPart, StoryFacts
from core.text.normalise import fold

#: Dyke, flood, fire, epidemic …, in folded words.
_HAZARDS = re.compile(
    r"\b(?:vo de|tran de|sat lo|lu quet|lu lut|ngap lut|bao so|sieu bao|chay (?:lon|rung|no|nha|cho)|hoa hoan|dich benh|o dich|dich ta"
    r"|bung dich|dong dat|so tan|di doi dan|vo dap|xa lu|ngo doc|sap cau|dike (?:breach|broke\w*)|levee|flood\w*|landslide|evacuat\w*"
    r"|outbreak|epidemic|wildfire|typhoon)\b"
)
_HAN_HAZARDS = re.compile("决堤|溃坝|洪水|疏散|疫情|火灾|台风|山体滑坡")
_IMPERSONATION = re.compile(
    r"\b(?:mao danh|gia mao|gia danh|lua dao|trang gia|tai khoan gia|fanpage gia|impersonat\w*|fake (?:page|account)|scam\w*)\b"
)
#: What can be checked: figures, quoted authorities, decisions.
_CHECKABLE = re.compile(
    r"\d[\d.,]*|\b(?:quyet dinh|van ban|cong van|theo thong ke|khang dinh|xac nhan|bi cam|bi thu hoi|cuong che|hoan thanh)\b"
)
_REACH = {0: 0.0, 1: 0.08, 2: 0.16, 3: 0.24, 4: 0.30}


def need_of(facts: StoryFacts, now: datetime) -> Need:
    """The score and its parts. ``now`` is aware. Deterministic; parts with nothing to say are left out."""
    parts: list[NeedPart] = []

    def add(code: str, value: float, vi: str, en: str) -> None:
        if value:
            parts.append(NeedPart(code, round(value, 3), vi, en))

    text = fold(f"{facts.title}\n{facts.lead}"[:4000])
    add("base", 0.12, "Tin nhắc đến địa bàn.", "It speaks of the locality.")
    add(
        "reach",
        _REACH.get(min(4, max(0, facts.reach_tier)), 0.0),
        f"Nguồn có tầm lan truyền mức R{facts.reach_tier}.",
        f"The source's reach is R{facts.reach_tier}.",
    )
    if facts.views >= 1000:
        add(
            "views",
            0.12 if facts.views >= 10_000 else 0.06,
            f"{facts.views:,} lượt xem.".replace(",", "."),
            f"{facts.views:,} views.",
        )
    spread = min(0.18, 0.03 * max(0, facts.items - 1) + 0.04 * max(0, facts.sources - 1))
    add(
        "spread",
        spread,
        f"{facts.items} tin của {facts.sources} nguồn.",
        f"{facts.items} items of {facts.sources} sources.",
    )
    add("copies", min(0.08, 0.02 * facts.copies), f"{facts.copies} bản chép lại.", f"{facts.copies} copies.")
    hours = max(0.5, (facts.last_seen_at - facts.first_seen_at) / timedelta(hours=1))
    if facts.items >= 3 and facts.items / hours >= 1:
        add(
            "speed",
            0.08,
            "Lan nhanh: từ một tin mỗi giờ trở lên.",
            "It spreads fast: an item an hour or more.",
        )
    hazard = _HAZARDS.search(text) or _HAN_HAZARDS.search(facts.title + facts.lead[:2000])
    if hazard:
        add(
            "hazard",
            0.28,
            "Có từ ngữ về thiên tai, cháy nổ, dịch bệnh: cần xem.",
            "Words of a hazard: please look.",
        )
    if _IMPERSONATION.search(text):
        add(
            "impersonation",
            0.28,
            "Có từ ngữ về mạo danh, lừa đảo: cần xem.",
            "Words of impersonation: please look.",
        )
    if facts.looks_like_false_claim:
        add(
            "known_claim",
            0.22,
            "Giống một tuyên bố đã kết luận sai lệch.",
            "It is like a claim judged misleading.",
        )
    checkable = min(0.1, 0.025 * len(_CHECKABLE.findall(text)))
    add(
        "checkable",
        checkable,
        "Có con số, văn bản có thể đối chiếu.",
        "It has figures or documents that can be checked.",
    )
    if facts.foreign:
        add("foreign", 0.06, "Báo chí nước ngoài.", "Foreign press.")
    age = now - facts.last_seen_at
    if age <= timedelta(hours=24):
        add("new", 0.06, "Mới trong 24 giờ.", "New in the last 24 hours.")
    elif age > timedelta(days=7):
        add("old", -0.1, "Không có tin mới trong 7 ngày.", "Nothing new for 7 days.")
    locality = {"in": 1.0, "check": 0.6}.get(facts.band, 0.1) * (
        0.7 + 0.3 * min(1.0, max(0.0, facts.match_score))
    )
    total = min(1.0, max(0.0, sum(part.value for part in parts)))
    parts.append(
        NeedPart(
            "locality",
            round(locality, 3),
            f"Nhân với độ chắc về địa bàn: {locality * 100:.0f} %.",
            f"Times the certainty of the place: {locality * 100:.0f} %.",
        )
    )
    return Need(round(100 * total * locality, 1), tuple(parts))
