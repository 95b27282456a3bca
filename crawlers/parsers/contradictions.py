"""Where a page says two things at once: warnings for the person who reads the item, never a reason to drop it.

Metadata is a claim of the page (reliability.md §4.52). A date in the head that is not the date under the headline, a title for
sharing that is not the headline, an address or a language that is not the page's own: each is a known way to dress a text up.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from core.text.normalise import fold
from core.text.urls import host_of

#: Farther apart than a night at the desk and any two zones.
APART = timedelta(hours=36)
_SAME_WORDS = 0.3
_MARKED = re.compile("[ăắằẳẵặâấầẩẫậđêếềểễệôốồổỗộơớờởỡợưứừửữựạảẹẻẽịỉọỏụủỵỷỹ]", re.I)
_FEWEST_LETTERS = 150


def dates_disagree(
    chosen: datetime | None, updated: datetime | None, others: list[datetime | None]
) -> list[str]:
    """``dates_disagree`` when another claim is far from both the chosen date and the date of the last change."""
    if chosen is None:
        return []
    believed = [at for at in (chosen, updated) if at is not None]
    far = any(other is not None and all(abs(other - at) > APART for at in believed) for other in others)
    found = ["dates_disagree"] if far else []
    if updated is not None and chosen - updated > APART:
        found.append("updated_before_published")
    return found


def titles_disagree(tree: Any, meta: dict[str, str]) -> list[str]:
    """``titles_disagree`` when the title for sharing and the only headline on the page have hardly a word in common."""
    headings = [" ".join(h.text_content().split()) for h in tree.iter("h1")]
    headings = [heading for heading in headings if heading]
    shared = meta.get("og:title", "")
    if len(headings) != 1 or not shared:
        return []
    shown, said = _words(headings[0]), _words(shared)
    if min(len(shown), len(said)) < 3:
        return []
    return ["titles_disagree"] if len(shown & said) < _SAME_WORDS * min(len(shown), len(said)) else []


def addresses_disagree(tree: Any, meta: dict[str, str], url: str) -> list[str]:
    """``address_of_another_site`` when ``rel=canonical`` or ``og:url`` names another host than the one that answered."""
    own = host_of(url).removeprefix("www.") if url else ""
    claims = [link.get("href") or "" for link in tree.iterfind(".//link[@rel='canonical']")]
    claims.append(meta.get("og:url", ""))
    for claim in claims:
        try:
            host = host_of(urljoin(url, claim.strip())).removeprefix("www.") if claim.strip() else ""
        except ValueError:
            continue
        if own and host and not _related(own, host):
            return ["address_of_another_site"]
    return []


def language_disagrees(claimed: str, text: str) -> list[str]:
    """``language_disagrees`` when a page calls Vietnamese text something else, or foreign text Vietnamese."""
    letters = [c for c in text[:5000] if c.isalpha()]
    if not claimed or len(letters) < _FEWEST_LETTERS:
        return []
    share = len(_MARKED.findall(text[:5000])) / len(letters)
    vietnamese = claimed == "vi"
    # Vietnamese has such a letter in every second word; without any, it may be typed without marks, so letters of
    # another script must show it.
    foreign = sum(1 for c in letters if c > "\u02ff" and not "\u1e00" <= c <= "\u1eff") > len(letters) * 0.3
    return ["language_disagrees"] if (share > 0.08) != vietnamese and (share > 0.08 or foreign) else []


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text)))


def _related(one: str, other: str) -> bool:
    """Whether one host is the other's: ``m.bao.example`` and ``bao.example``."""
    return one == other or one.endswith("." + other) or other.endswith("." + one)
