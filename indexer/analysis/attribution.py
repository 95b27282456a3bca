"""Whom a text itself names as its origin: "Theo Báo X", "(Theo X)", "Nguồn: X", "According to X", "据X报道". Kept as data beside the text.

Only outlets and agencies: "theo ông Bình" says who spoke, not where the text comes from. Read are the first line, the last three, and
sentences that say that somebody reported; at most 20,000 characters.
"""

from __future__ import annotations

import re

from core.text.normalise import clean

LONGEST = 120
_READ = 20_000
_LAST = 3

#: How an outlet's name begins, or what it is made of.
_OUTLET = r"(?:[Bb]áo|[Tt]ạp chí|[Đđ]ài|[Tt]hông tấn xã|TTXVN|[Cc]ổng (?:thông tin|TTĐT)|[Tt]rang(?: tin| thông tin)?|[Kk]ênh|[Hh]ãng (?:tin|thông tấn))"
#: Capital letters; a range would take the small ones between them along.
_UP = "A-Z0-9" + "".join(chr(code) for code in range(0xC0, 0x1EFA) if chr(code).isupper())
_NAME = r"[^\n()\[\]:;,“”\"]{2,80}?"
#: A line of its own: "Theo Báo Mẫu", "(Nguồn: Mẫu)", "Source: Mẫu", "via Mẫu".
_LINE = re.compile(
    rf"^\s*[(\[]?\s*(?:theo|nguồn(?: tin)?|source|via|来源|出典|출처|источник)\s*[:：]?\s+(?P<a>{_NAME})\s*[)\]]?\s*\.?\s*$"
    rf"|^\s*[(\[]?\s*(?:nguồn(?: tin)?|source|来源|出典|출처|источник)\s*[:：]\s*(?P<b>{_NAME})\s*[)\]]?\s*\.?\s*$",
    re.IGNORECASE,
)
_TAIL = re.compile(rf"[(\[](?:theo|nguồn|source)\s*[:：]?\s+(?P<a>{_NAME})[)\]]\s*\.?\s*$", re.IGNORECASE)
_FIRST = re.compile(
    rf"^\s*(?:\((?P<a>[^\n()]{{2,40}})\)\s*[-–—]\s|(?:theo|nguồn)\s+(?P<b>{_OUTLET}\s{_NAME}),)"
)
_SAID = re.compile(
    rf"(?:^|[.!?\n]\s*)Theo (?P<a>{_OUTLET}(?:\s(?:[{_UP}][\w.]*))+)"
    rf"|(?:dẫn lại từ|dẫn nguồn(?: từ)?|trích(?: dẫn)? từ) (?P<b>{_OUTLET}?\s?(?:[{_UP}][\w.]*\s?)+)"
    r"|(?:^|[.!?\n]\s*)(?:[Aa]ccording to|[Aa]s reported by|[Ff]irst reported by) (?P<c>(?:the )?(?:[A-Z][\w&.]*\s?){1,5}(?:newspaper|news agency|agency|daily|news)?)(?=[,.])"
    r"|据(?P<d>[^，。\s]{2,20}?(?:社|报|网|新闻|电视台|通讯社)?)(?:报道|消息)"
)
_SOMEBODY = re.compile(
    r"^(?:lời|ông|bà|anh|chị|em|cô|chú|bác|quy định|kế hoạch|luật|nghị định|thông tư|đó|dõi)\b", re.IGNORECASE
)


def attributed_to(text: str) -> str:
    """The name as written, at most :data:`LONGEST` characters; empty when the text names nobody. Linear time; never raises."""
    lines = [line for line in clean(text[:_READ]).split("\n") if line.strip()]
    if not lines:
        return ""
    tries = [_LINE.match(line[:200]) for line in reversed(lines[-_LAST:])] if len(lines) > 1 else []
    tries += [_TAIL.search(lines[-1][-200:]), _FIRST.match(lines[0][:200])]
    for found in tries:
        if found is not None and (name := _name(found)):
            return name
    for found in _SAID.finditer("\n".join(lines)):
        if name := _name(found):
            return name
    return ""


def _name(found: re.Match[str]) -> str:
    name = next((part for part in found.groups() if part), "").strip(" .-–—\t")
    if _SOMEBODY.match(name) or not any(letter.isalpha() for letter in name):
        return ""
    # A sentence is no name.
    return name[:LONGEST] if len(name.split()) <= 10 else ""
