"""Does a text pass a claim on, or deny and correct it? By words that announce a denial; a suggestion for the reader, never a decision."""

from __future__ import annotations

import re

from core.text.normalise import fold

_DENIAL = re.compile(
    r"\b(?:bac (?:bo|tin)|phu nhan|dinh chinh|cai chinh|tin gia|tin don|tin that thiet|thong tin (?:sai|khong dung|that thiet|bia dat|xuyen tac)"
    r"|sai su that|khong dung su that|khong chinh xac|khong (?:he )?co (?:chuyen|viec)|chua (?:he )?co (?:chuyen|viec)|thuc hu|lam ro (?:thong tin|tin)|kiem chung"
    r"|khang dinh (?:khong|chua)|den(?:y|ies|ied|ial)|debunk\w*|false(?:ly)? (?:claim|rumou?r|report|information)\w*|fact[- ]check\w*|rumou?rs?|not true|no truth|untrue"
    r"|dementi|rectificatif|fausse (?:information|nouvelle))\b"
)
_HAN_DENIAL = re.compile("辟谣|不实|谣言|否认|澄清|更正|不属实")


def denials(text: str) -> int:
    """How many words of denial or correction the text holds."""
    return len(_DENIAL.findall(fold(text))) + len(_HAN_DENIAL.findall(text))
