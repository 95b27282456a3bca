"""What an outlet puts around an article: its name before or behind title and text, links to other articles, formulas. Pure.

Done once, before a text is stored and read, so that every span, excerpt and highlight is of the words that are kept; the capture
holds the page as it was. What a person handed in and what a page posted is kept word for word: there :func:`quieted` blanks the same lines,
with the counters of social pages, for reading alone. What is in doubt stays: a name is taken off where it is the outlet's own, an abbreviation that the press signs with,
or says itself that it is an outlet's ("Báo …", "x.vn"). A text never loses all of its words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.text.normalise import fold

#: What papers sign an article with in front of its first sentence.
_CODES = "BNEWS|CAO|CAND|ĐĐK|HNMO|KTĐT|LĐO|NDĐT|NLĐO|NLDO|PLO|PNO|QĐND(?: Online)?|SGGPO?|TNO|TPO|TTO|TTXVN|VNA|VOV|VOH|VTC|VTV|VnExpress"
_UP = "A-Z" + "".join(chr(code) for code in range(0xC0, 0x1EFA) if chr(code).isupper())
#: A name that says what it is: "Báo Mẫu Mới", "Cổng TTĐT xã …", "mau.vn"; "Báo cáo", "Báo động" are no names.
_SAYS = re.compile(
    rf"(?:(?:Báo|Tạp chí|Đài|Kênh)(?: điện tử)?(?: (?:PT|TH|PTTH|PT-TH|Phát thanh|Truyền hình|và|Truyền thanh))* [{_UP}]"
    r"|Cổng (?:thông tin|TTĐT|Thông tin)|Trang (?:thông tin|TTĐT|Thông tin)|Thông tấn xã )[^|\n]{0,60}$"
    r"|(?:www\.)?[\w-]{2,40}(?:\.[\w-]{2,20})*\.(?:vn|com|net|org|info|tv|news)$"
)
_BEHIND = re.compile(r"^(?P<title>.{8,}?)\s+(?:[|•·»]|[-–—]{1,2})\s+(?P<name>[^|•·»:?!\n]{2,60})$")
_BEFORE = re.compile(
    rf"^\s*(?:[(\[](?P<a>[^()\[\]\n]{{2,40}})[)\]]\s*[-–—:]|(?P<b>{_CODES}|[^\n.!?:,;–—-]{{2,50}}?(?:\.(?:vn|VN|com|net))?)\s*(?:\||\s[-–—]))\s+(?=\S)"
)
_CODE = re.compile(rf"(?:{_CODES})(?:\.(?:VN|vn))?")
#: In brackets before a dash, and no outlet.
_NO_OUTLET = re.compile(r"(?:ảnh|video|clip|infographic|audio|podcast|\W|\d)+$", re.IGNORECASE)

#: A heading over links to other articles; what follows goes with it while it reads like headlines.
_HEADING = re.compile(
    r"^\W*(?:(?:các )?(?:tin|bài)(?: viết)? (?:liên quan|cùng chuyên mục|khác|mới nhất|đọc nhiều|nổi bật)|(?:xem|đọc) thêm|có thể (?:bạn|quý vị) quan tâm"
    r"|đừng bỏ lỡ|tin nổi bật|related (?:articles|news|stories)|read (?:more|next)|more (?:on this|stories)|see also|recommended)\W*$",
    re.IGNORECASE,
)
#: A line that is a link or a formula of the outlet.
_LINE = re.compile(
    r"^\W*(?:"
    r"(?:xem|đọc) thêm\s*[:：>»].*|(?:tin|bài)(?: viết)? liên quan\s*[:：>»].*|>>+.*|»+\s.*"
    r"|(?:kính )?mời (?:quý )?(?:độc giả|bạn đọc|khán giả|quý vị)[^.\n]{0,40} (?:xem|theo dõi|đón)\b.{0,200}"
    r"|(?:theo dõi|cập nhật) .{2,60} trên (?:google news|zalo|facebook|youtube|tiktok|kênh)\b.{0,80}"
    r"|(?:quý )?(?:độc giả|bạn đọc) (?:có thể )?(?:gửi|liên hệ|cộng tác)\b.{0,200}(?:@|hotline|đường dây nóng).{0,200}"
    r"|(?:bản quyền (?:thuộc|của|©)|copyright|©|\(c\)) .{0,150}|all rights reserved\W*"
    r"|(?:gửi )?bình luận(?: \(\d+\))?|chia sẻ(?: bài viết)?(?: facebook| zalo| twitter)*|lưu bài|in bài viết|trở lại trang .{2,40}|từ khóa\s*:.{0,200}|tags?\s*:.{0,200}"
    r"|(?:read more|see also|related|also read|recommended)\s*[:：>»].*|subscribe to .{2,100}|follow us on .{2,100}|sign up for .{2,120}"
    r")$",
    re.IGNORECASE,
)
#: The same at the end of a paragraph, behind arrows.
_INLINE = re.compile(r"(?<=[.!?…”\"])\s*>>+\s*(?:(?:xem|đọc) thêm\s*:?\s*)?[^\n>]{3,200}$", re.IGNORECASE)
_HEADLINE_WORDS = 22
#: What a social page puts under a post: counters, buttons, its age.
_COUNTER = re.compile(
    r"^\W*(?:(?:tất cả cảm xúc|all reactions)\b\W*(?:\d[\d.,]*\s?(?:[km]|nghìn|tr)?\W*)?|"
    r"(?:\d[\d.,]*\s?(?:[km]|nghìn|tr)?\s+)?(?:lượt )?(?:thích|yêu thích|bình luận|chia sẻ|xem|phản hồi|trả lời|likes?|comments?|shares?|views?|replies|reply)\b\W*"
    r"|(?:viết bình luận|write a comment|xem thêm(?: bình luận)?|see more|ẩn bớt|gửi|theo dõi|follow)\b\W*"
    r"|\d{1,2}\s?(?:phút|giờ|ngày|tuần|h|d|w)(?: trước)?\s*·\W*)+$",
    re.IGNORECASE,
)
#: Such a line of its own beside a counter is one too.
_BARE_COUNT = re.compile(r"^\W*\d[\d.,]*\s?(?:[km]|nghìn|tr)?\W*$", re.IGNORECASE)
_CUT_WORDS = ("xem thêm", "see more")


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What is kept, and another outlet that the text's first line names as where it comes from."""

    title: str
    text: str
    credit: str = ""


def trim(title: str, text: str, *, outlet: str = "", host: str = "") -> Trimmed:
    """Title and text without what the outlet put around them. ``outlet`` and ``host``: whose page it is. Linear time."""
    own = _names(outlet, host)
    kept_title = _title(title, own)
    head, credit = _without_before(text, own)
    return Trimmed(kept_title, _without_links(head) or text, credit)


def says_outlet(name: str) -> bool:
    """True for a name that says itself that it is an outlet's ("Báo Mẫu", "TTXVN", "mau.vn"), and so no person's."""
    return _SAYS.match(name.strip()) is not None or _CODE.fullmatch(name.strip()) is not None


def _title(title: str, own: frozenset[str]) -> str:
    kept, _ = _without_before(title, own, strict=True)
    for _ in range(2):  # "… | Chuyên mục | Báo Mẫu" names the outlet last
        found = _BEHIND.match(kept)
        if found is None or not _is_outlet(found["name"], own):
            break
        kept = found["title"].rstrip(" |-–—•·»")
    return kept


def _without_before(text: str, own: frozenset[str], *, strict: bool = False) -> tuple[str, str]:
    """The text without a name in front, and the name when it is another outlet's. ``strict``: brackets prove nothing (titles)."""
    found = _BEFORE.match(text[:200])
    if found is None or len(text) - found.end() < 12:
        return text, ""
    name = (found["a"] or found["b"]).strip()
    known = _is_outlet(name, own) or _CODE.fullmatch(name) is not None
    if not known and (strict or found["a"] is None or _NO_OUTLET.match(name) or not name[:1].isupper()):
        return text, ""
    if found["a"] is not None and found["a"] != found["a"].strip():
        name = ""  # "( Xã hội ) -" is a section
    rest = text[found.end() :]
    if found["a"] is None and rest[0].islower():  # a sentence about it: "Cửa Biển - nơi sóng lặng"
        return text, ""
    return rest, "" if not name or _is_own(name, own) or _CODE.fullmatch(name) is not None else name


def quieted(text: str) -> str:
    """The text with links to other articles, formulas and counters blanked: as long as it was, so that places in it stay. Linear time.

    The text itself when there is nothing to blank or nothing else would be left.
    """
    lines = text.split("\n")
    under_heading = under_counter = False
    for number, line in enumerate(lines):
        drops, under_heading = _drops(line, under_heading)
        under_counter = len(line) <= 200 and (
            _COUNTER.match(line) is not None or (under_counter and _BARE_COUNT.match(line) is not None)
        )
        if drops or under_counter:
            lines[number] = " " * len(line)
            if (
                under_counter
                and number
                and len(lines[number - 1]) <= 20
                and _BARE_COUNT.match(lines[number - 1])
            ):
                lines[number - 1] = " " * len(lines[number - 1])
        elif (end := _tail(line)) < len(line):
            lines[number] = line[:end] + " " * (len(line) - end)
    quiet = "\n".join(lines)
    return text if quiet == text or not quiet.strip() else quiet


def _tail(line: str) -> int:
    """Where a link behind arrows, or the button that cuts a post short, begins at the end of a line; its length for none."""
    if ">>" in line[-300:] and (found := _INLINE.search(line)):
        return found.start()
    bare = line.rstrip()
    if bare[-8:].lower() in _CUT_WORDS and bare[:-8].rstrip().endswith(("…", "...")):
        return len(bare) - 8
    return len(line)


def _without_links(text: str) -> str:
    kept: list[str] = []
    under_heading = False
    for line in text.split("\n"):
        drops, under_heading = _drops(line, under_heading)
        if not drops:
            kept.append(_INLINE.sub("", line) if ">>" in line[-300:] else line)
    return "\n".join(kept).strip()


def _drops(line: str, under_heading: bool) -> tuple[bool, bool]:
    """Whether a line is a link or formula of the outlet, and whether the next one stands under a heading over links."""
    if len(line) <= 80 and _HEADING.match(line):
        return True, True
    if len(line) <= 400 and _LINE.match(line):
        return True, under_heading
    if under_heading and _reads_like_headline(line):
        return True, True
    return False, False


def _reads_like_headline(line: str) -> bool:
    """Short and without a sentence's end; a blank line decides nothing."""
    line = line.strip()
    return not line or (len(line.split()) <= _HEADLINE_WORDS and line[-1] not in '.!?…:;”"')


def _names(outlet: str, host: str) -> frozenset[str]:
    """What the outlet may call itself, folded and without blanks: its name up to a comma or bracket, and its host's own word."""
    name = re.split(r"[,(|:–—]| - ", outlet, maxsplit=1)[0]
    names = {_packed(name)}
    labels = [label for label in host.lower().removeprefix("www.").split(".") if label]
    if len(labels) > 1 and "gov" not in labels:
        while len(labels) > 1 and len(labels[-1]) <= 4:
            labels.pop()
        names.add(_packed(labels[-1]))
    return frozenset(one for one in names if len(one) >= 3)


def _packed(name: str) -> str:
    return re.sub(r"\W+|_", "", fold(name))


def _is_own(name: str, own: frozenset[str]) -> bool:
    bare = re.sub(r"(?i)\b(?:báo điện tử|điện tử|online|newspaper|news)\b|\.(?:vn|com|net)\b", "", name)
    return bool(own & {_packed(name), _packed(bare), _packed(f"báo {bare}")})


def _is_outlet(name: str, own: frozenset[str]) -> bool:
    return _is_own(name, own) or _SAYS.match(name.strip()) is not None
