"""Guardrails on documents (domain.md §6): G1 by verdict, placeholders, secrecy markings, links, foreign press. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from core.errors import RuleBroken
from core.rules.vocabulary import DocumentKind, Level, SubVerdict, Verdict
from core.text.normalise import clean

#: kinds of ours that clarify a false claim; more documents come with their makers
CLARIFICATION = frozenset({DocumentKind.PRESS_RELEASE, DocumentKind.NOTICE})

_LAWFUL: dict[Verdict | None, str] = {
    Verdict.OPINION: "Ý kiến, phê bình, phản ánh được trả lời bằng văn bản trả lời, trong 15 ngày làm việc.",
    Verdict.ACCURATE: "Nội dung đúng thì trả lời, khắc phục; có thể đăng thông tin chủ động.",
    Verdict.UNVERIFIED: "Chưa đủ căn cứ thì chỉ ra thông tin ban đầu và tiếp tục xác minh.",
    Verdict.MISLEADING: "Sai tên, sai địa danh chỉ cung cấp thông tin cho báo hoặc phản hồi riêng.",
    None: "Mở tuyên bố, đề xuất kết luận và nhờ người thứ hai xác nhận.",
}


def require_clarifiable(verdicts: Collection[tuple[Verdict, SubVerdict]], kind: DocumentKind) -> None:
    """G1: a clarification document needs a standing Sai lệch that is more than a wrong name. Raises :class:`RuleBroken` ("G1").

    ``verdicts``: (verdict, sub-verdict) of the incident's claims whose confirmed verdict stands *now*.
    """
    if kind not in CLARIFICATION:
        return
    if any(verdict == Verdict.MISLEADING and sub != SubVerdict.WRONG_NAME for verdict, sub in verdicts):
        return
    order = (Verdict.MISLEADING, Verdict.OPINION, Verdict.ACCURATE, Verdict.UNVERIFIED)
    present = {verdict for verdict, _ in verdicts}
    lawful = _LAWFUL[next((verdict for verdict in order if verdict in present), None)]
    raise RuleBroken(
        "G1",
        "Văn bản làm rõ chỉ lập được khi vụ việc có kết luận Sai lệch đã được người thứ hai xác nhận và còn hiệu lực.",
        "A clarification document needs a confirmed and standing verdict Sai lệch (not a wrong name).",
        lawful=lawful,
    )


def require_own_level(level: Level, kind: DocumentKind, *, foreign: bool) -> None:
    """News of a foreign outlet is answered by the province (level rule). Raises :class:`RuleBroken` ("level") below it."""
    if foreign and level != Level.PROVINCE and kind in CLARIFICATION:
        raise RuleBroken(
            "level",
            "Tin do cơ quan báo chí nước ngoài đăng: văn bản làm rõ do cấp tỉnh, thành phố ký, đơn vị không tự phát hành.",
            "A foreign outlet carried it: the province signs; this office cannot issue the document.",
            lawful="Dùng “Chuyển cơ quan khác”, kèm hồ sơ, để chuyển lên UBND tỉnh, thành phố qua Sở Văn hóa, Thể thao và Du lịch.",
        )


_PLACEHOLDER = re.compile(r"\[[^\[\]]*\]")
#: brackets that a word processor, an input method or another template language writes instead of "[" and "]"
_ODD_BRACKETS = str.maketrans(dict.fromkeys("［【〔〖⟦⦋⁅﹝", "[") | dict.fromkeys("］】〕〗⟧⦌⁆﹞", "]"))
#: gaps without brackets: a dotted or drawn line, "{{ … }}", "<<…>>"
_GAP = re.compile(r"\.{5,}|…{2,}|_{3,}|\{\{[^{}]*\}\}|<<[^<>]*>>|«\s*»")


def placeholders(texts: Iterable[str]) -> list[str]:
    """Every ``[…]`` still to be filled, in order. A lone bracket counts too: half a placeholder is one."""
    found: list[str] = []
    for raw in texts:
        text = raw.translate(_ODD_BRACKETS)
        found += [match.group() for match in _PLACEHOLDER.finditer(text)]
        rest = _PLACEHOLDER.sub("", text)
        found += [match.group() for match in _GAP.finditer(rest)]
        if "[" in rest or "]" in rest:
            found.append("[" if "[" in rest else "]")
    return found


def require_filled(texts: Iterable[str]) -> None:
    """Raises :class:`RuleBroken` ("placeholder") when a ``[…]`` is left."""
    left = placeholders(texts)
    if left:
        shown = ", ".join(f"“{one}”" for one in left[:5])
        raise RuleBroken(
            "placeholder",
            f"Còn {len(left)} chỗ trống phải điền: {shown}.",
            f"{len(left)} placeholder(s) are still empty.",
            lawful="Điền thông tin, hoặc bỏ câu có chỗ trống.",
        )


#: a secrecy marking stands alone in capitals: "MẬT", "TỐI MẬT", "TUYỆT MẬT"; "mật ong", "MẬT ĐỘ DÂN CƯ" pass
_MARKING = re.compile(r"(?<![\w])(?:TUYỆT[ \t\u00a0]+MẬT|TỐI[ \t\u00a0]+MẬT|MẬT)(?![\w])")
_CAPITAL_WORD = re.compile(r"[^\W\d_]{2,}")


def secrecy_markings(texts: Iterable[str]) -> list[str]:
    """Markings of state secrets that stand alone (their line, their brackets, or among words in small letters)."""
    found = []
    for raw in texts:
        text = clean(raw)
        for line in text.splitlines() or [text]:
            for match in _MARKING.finditer(line):
                if len(match.group().split()) == 2:
                    # two words that are written together for nothing else
                    found.append(match.group())
                    continue
                neighbours = _neighbours(line, match.start(), match.end())
                # a line in capitals ("MẬT ĐỘ DÂN CƯ", "BÍ MẬT KINH DOANH") is a title, not a marking
                if not any(word.isupper() for word in neighbours):
                    found.append(match.group())
    return found


def _neighbours(line: str, start: int, end: int) -> list[str]:
    before = _CAPITAL_WORD.findall(line[:start])
    after = _CAPITAL_WORD.findall(line[end:])
    near_before = before[-1:] if re.search(r"[^\W\d_]\s*$", line[:start]) else []
    near_after = after[:1] if re.match(r"\s*[^\W\d_]", line[end:]) else []
    return near_before + near_after


def require_not_secret(texts: Iterable[str]) -> None:
    """Raises :class:`RuleBroken` ("secrecy") when a marking is found: such matter never enters this system (Law 117/2025)."""
    found = secrecy_markings(texts)
    if found:
        raise RuleBroken(
            "secrecy",
            f"Có dấu chỉ độ mật “{found[0]}”. Hệ thống này không được chứa nội dung bí mật nhà nước.",
            f"A secrecy marking ({found[0]}) was found; this system never holds state secrets.",
            lawful="Không lưu gì vào hệ thống. Gọi ngay người phụ trách bảo vệ bí mật nhà nước của cơ quan hoặc Công an xã, phường; "
            "không chụp, chép, gửi tiếp; xử lý ngoài hệ thống theo quy định.",
        )


_LINK = re.compile(r"https?://|\bwww\.|\b[\w-]+\.(?:com|vn|net|org|info|example|test)(?:/|\b)", re.IGNORECASE)


def require_no_link_to(texts: Iterable[str], addresses: Iterable[str]) -> None:
    """A public text never links to the false post. Raises :class:`RuleBroken` ("G6") when it holds one of the addresses."""
    bare = {
        re.sub(r"^https?://(?:www\.)?", "", address).rstrip("/").lower() for address in addresses if address
    }
    for text in texts:
        lower = text.lower()
        # an address with a path is a link whatever stands before it; a bare host may be an outlet's name
        if any(("/" in address or _LINK.search(text)) and address in lower for address in bare if address):
            raise RuleBroken(
                "G6",
                "Văn bản công khai không được dẫn đường liên kết tới bài đăng sai.",
                "A public text must not link to the false post.",
                lawful="Bỏ đường liên kết; địa chỉ bài đăng đã có trong hồ sơ kèm theo.",
            )
