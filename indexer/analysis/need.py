"""Need of response: an explainable sum that orders the queue and changes nothing else (guardrail G5).

Score 0–100 = 100 × locality × (sum of the other parts); a part is its amount (0–1) × its weight (core/rules/need.py). Urgent words are natural hazards and impersonation only (domain.md §2, tighter
rules): land, complaint and criticism words never raise it, and there is no political calendar.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from core.ports import Need, NeedPart, StoryFacts
from core.rules.need import NeedWeights
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
#: by reach tier
_REACH = (0.0, 0.27, 0.53, 0.8, 1.0)
#: what a doubtful match keeps of its band's factor
_SURE_AT_LEAST = 0.7


def need_of(facts: StoryFacts, now: datetime, weights: NeedWeights) -> Need:
    """The score and its parts. ``now`` is aware. Deterministic; parts with nothing to say are left out."""
    parts: list[NeedPart] = []

    def add(code: str, amount: float, vi: str, en: str) -> None:
        if amount:
            weight = weights.parts[code]
            parts.append(NeedPart(code, round(amount * weight, 3), vi, en, round(amount, 3), weight))

    text = fold(f"{facts.title}\n{facts.lead}"[:4000])
    add("base", 1, "Tin nhắc đến địa bàn.", "It speaks of the locality.")
    add(
        "reach",
        _REACH[min(4, max(0, facts.reach_tier))],
        f"Nguồn có tầm lan truyền mức R{facts.reach_tier}.",
        f"The source's reach is R{facts.reach_tier}.",
    )
    add(
        "views",
        1 if facts.views >= 10_000 else 0.5 if facts.views >= 1000 else 0,
        f"{facts.views:,} lượt xem.".replace(",", "."),
        f"{facts.views:,} views.",
    )
    add(
        "spread",
        min(1.0, (3 * max(0, facts.items - 1) + 4 * max(0, facts.sources - 1)) / 18),
        f"{facts.items} tin của {facts.sources} nguồn.",
        f"{facts.items} items of {facts.sources} sources.",
    )
    add("copies", min(1.0, facts.copies / 4), f"{facts.copies} bản chép lại.", f"{facts.copies} copies.")
    hours = max(0.5, (facts.last_seen_at - facts.first_seen_at) / timedelta(hours=1))
    add(
        "speed",
        facts.items >= 3 and facts.items / hours >= 1,
        "Lan nhanh: từ một tin mỗi giờ trở lên.",
        "It spreads fast: an item an hour or more.",
    )
    add(
        "hazard",
        bool(_HAZARDS.search(text) or _HAN_HAZARDS.search(facts.title + facts.lead[:2000])),
        "Có từ ngữ về thiên tai, cháy nổ, dịch bệnh: cần xem.",
        "Words of a hazard: please look.",
    )
    add(
        "impersonation",
        bool(_IMPERSONATION.search(text)),
        "Có từ ngữ về mạo danh, lừa đảo: cần xem.",
        "Words of impersonation: please look.",
    )
    add(
        "known_claim",
        facts.looks_like_false_claim,
        "Giống một tuyên bố đã kết luận sai lệch.",
        "It is like a claim judged misleading.",
    )
    add(
        "checkable",
        min(1.0, len(_CHECKABLE.findall(text)) / 4),
        "Có con số, văn bản có thể đối chiếu.",
        "It has figures or documents that can be checked.",
    )
    add("foreign", facts.foreign, "Báo chí nước ngoài.", "Foreign press.")
    age = now - facts.last_seen_at
    add("new", age <= timedelta(hours=24), "Mới trong 24 giờ.", "New in the last 24 hours.")
    add("old", age > timedelta(days=7), "Không có tin mới trong 7 ngày.", "Nothing new for 7 days.")
    place = weights.places.get(facts.band, weights.places["out"])
    sure = _SURE_AT_LEAST + (1 - _SURE_AT_LEAST) * min(1.0, max(0.0, facts.match_score))
    locality = place * sure
    total = min(1.0, max(0.0, sum(part.value for part in parts)))
    parts.append(
        NeedPart(
            "locality",
            round(locality, 3),
            f"Nhân với độ chắc về địa bàn: {locality * 100:.0f} %.",
            f"Times the certainty of the place: {locality * 100:.0f} %.",
            round(sure, 3),
            place,
        )
    )
    return Need(round(100 * total * locality, 1), tuple(parts))
