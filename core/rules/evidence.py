"""Evidence and whom a claim is about: independence of sources, an office's own word, the own-unit and the sensitive detector.

Law (domain.md §2 row 4): a verdict rests on two independent sources or one document of the competent authority; a document of the
office whose act the claim is about is evidence but never enough alone. Whom a claim concerns is *declared or detected*: the
detectors read folded text, so accents and spaced-out letters change nothing; they may speak too often (then another office
confirms), never too seldom by choice. Pure.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from core.errors import RuleBroken
from core.rules.vocabulary import Level, Verdict
from core.text.normalise import clean, fold

# --- whom a claim is about ------------------------------------------------------------------------------------------

#: institutions of an office at the lowest level, folded; ``{p}`` is xa or phuong
_BODIES = (
    r"u\W?b\W?n\W?d",
    r"uy ban(?: nhan dan)?",
    r"hoi dong nhan dan",
    r"h\W?d\W?n\W?d",
    r"chinh quyen",
    r"lanh dao",
    r"(?:pho )?chu tich",
    r"bi thu",
    r"can bo",
    r"cong chuc",
    r"vien chuc",
    r"cong an(?! (?:nhan dan|viet nam))",
    r"truong (?:thon|phong)",
    r"to truong to dan pho",
    r"(?:mot cua|tru so) (?:cua )?(?:xa|phuong|uy ban)",
    r"van phong (?:hdnd|uy ban|ubnd)",
    r"dang uy",
    r"people'?s committee",
    r"(?:local|ward|commune|township) (?:authorit\w+|official\w*|government|leader\w*|police|office)",
    r"authorities",
    r"officials?",
)
#: an institution of a higher or foreign place is not ours (for an office of a commune or ward)
_HIGHER = r"(?! (?:thanh pho|tinh|trung uong|quan uy|bo |nuoc|quoc gia|hai phong|tp\b|city|provinc\w+))"
_CJK = re.compile("人民委员会|当局|政府|干部|官员|主席|公安")

#: things only an office does, or is accused of, folded
_ACTS = (
    r"giau(?! (?:co|vi|ten|nguon|sang|len|manh|dep))",
    r"che giau",
    r"bung bit",
    r"bao che",
    r"lap liem",
    r"nhung nhieu",
    r"tham o",
    r"tham nhung",
    r"lam thu",
    r"an chan",
    r"nhan (?:hoi lo|tien)",
    r"cuong che",
    r"khong (?:bao|cong bo|thong bao|tra loi|tra tien|giai quyet|chi tra)",
    r"lam ngo",
    r"thu (?:phi|tien|khoan|trung|sai|vuot|them|lai|lan|hai lan|2 lan|lan hai)",
    r"(?:tien|khoan|phi|le phi|quy)(?: \w+){0,12} (?:bi |duoc |da )?thu\b",
    r"(?:hai|2|nhieu) lan thu",
    r"(?:cham|chua|khong) (?:chi tra|tra tien|ho tro|boi thuong|sua)",
    r"ban dat|cap dat|lay dat|thu hoi dat",
    r"ep (?:dan|nguoi|ho|ky)",
    r"forcibly evict\w*",
    r"cover(?:ed|ing)?[ -]up",
    r"brib\w+",
    r"corrupt\w*",
)
_ACT = re.compile(r"\b(?:" + "|".join(_ACTS) + ")")
_HIDES = re.compile(
    r"\b(?:xa|phuong|thon|dia phuong|uy ban|chinh quyen)(?: \w+){0,4} giau(?! (?:co|vi|ten|nguon|sang))"
)
#: "xã giấu dịch": the office itself, as the one who acts
_UNIT_ACTS = (
    r"(?:da |dang |se |lai |co tinh |khong |chua |bi to |van )*"
    r"(?:thu|giau|bat|ep|cuong che|ban|chia|lap|phat|hua|lam|de|cho phep|xay|quyet dinh|tra|bo|cap|giao|chan|cam|che|biet|noi|im)\b"
)
#: before the office's name these make it a place, not an actor
_PLACE_BEFORE = re.compile(
    r"(?:\b(?:ca|toan|khap|trong|tai|o|ve|den|toi|qua|dia ban|nguoi dan|dan|ba con|thuoc|cua|tu|in|at)) $"
)
_SPEAKS = re.compile(
    r"(?:cho biet|cho rang|khang dinh|thong bao|thong tin|bac (?:bo|tin)|khuyen cao|de nghi|de xuat|tra loi|noi|dua tin|xac nhan|nhan duoc|"
    r"cung|to chuc|bo tri|phan cong|tiep tuc|yeu cau|said|says|confirmed|announced|stated|had not commented|told)\b"
)
_SENTENCE = re.compile(r"[.!?…;\n]+(?=\s|$)|\n+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Office:
    """What the detector needs to know of an office."""

    unit_id: int
    level: Level
    short_name: str
    name: str


@dataclass(frozen=True, slots=True)
class ClaimTexts:
    """The texts a claim stands in. ``claim``: quote and neutral words. ``item``: title and text of the item that holds the quote,
    every stored version. ``others``: the story's other items.
    """

    claim: tuple[str, ...]
    item: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


#: "giàu" (rich) folds to the same letters as "giấu" (hide)
_RICH = re.compile("gi[àầ]u", re.IGNORECASE)


def _folded(text: str) -> str:
    text = _RICH.sub("gi_au", clean(text))
    return _SPACES.sub(" ", fold(unicodedata.normalize("NFKC", text)).replace("’", "'"))


def _sentences(text: str) -> list[str]:
    return [part for raw in _SENTENCE.split(text) if (part := _folded(raw).strip())]


@lru_cache(maxsize=512)
def _patterns(short_name: str, name: str, level: Level) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """(institution, office as actor) for one office."""
    higher = _HIGHER if level == Level.COMMUNE else ""
    bodies = re.compile(r"\b(?:" + "|".join(_BODIES) + r")\b" + higher)
    bare = re.sub(r"^(?:xa|phuong|dac khu|thanh pho|tinh|thi tran) ", "", _folded(short_name))
    names = "|".join(sorted({re.escape(_folded(short_name)), re.escape(bare)} - {""}, key=len, reverse=True))
    kinds = "xa|phuong|dac khu" if level == Level.COMMUNE else "thanh pho|tinh|so"
    actor = re.compile(rf"(?P<who>\b(?:(?:{kinds})(?: (?:{names}))?|{names})) {_UNIT_ACTS}")
    return bodies, actor


def own_unit_cues(
    texts: ClaimTexts, office: Office, *, tagged_criticism: bool = False, named_only: bool = False
) -> tuple[str, ...]:
    """Why the claim is about the office itself: the folded words that say so; empty when nothing does.

    In the claim's own words any institution, or the office as the one who acts, counts. In the item around it an institution that
    merely speaks ("UBND xã cho biết …") does not count. In the story's other items only an accusation in the same sentence as an
    institution does, so that a denial does not turn a rumour about a dyke into criticism. ``tagged_criticism``: somebody once tagged
    the story so; that alone is enough. ``named_only``: the office must be named (used for offices other than the working one).
    """
    cues: list[str] = ["tag:criticism"] if tagged_criticism and not named_only else []
    bodies, actor = _patterns(office.short_name, office.name, office.level)
    short = _folded(office.short_name)
    bare = re.sub(r"^(?:xa|phuong|dac khu|thanh pho|tinh|thi tran) ", "", short)

    def names_it(sentence: str) -> bool:
        return not named_only or re.search(rf"\b{re.escape(bare)}\b", sentence) is not None

    def actors(sentence: str) -> Iterable[str]:
        for found in actor.finditer(sentence):
            if not _PLACE_BEFORE.search(sentence[max(0, found.start() - 14) : found.start()]):
                yield found.group()

    for text in texts.claim:
        for sentence in _sentences(text):
            if names_it(sentence):
                cues += [found.group() for found in bodies.finditer(sentence)]
                cues += actors(sentence)
                cues += [found.group() for found in (*_ACT.finditer(sentence), *_HIDES.finditer(sentence))]
        if not named_only and (found := _CJK.search(text)):
            cues.append(found.group())
    for text in texts.item:
        for sentence in _sentences(text):
            if not names_it(sentence):
                continue
            accused = _ACT.search(sentence) or _HIDES.search(sentence)
            for found in bodies.finditer(sentence):
                speaking = _SPEAKS.search(sentence[found.end() : found.end() + 60])
                if accused or not speaking:
                    cues.append(found.group())
            acting = [] if _SPEAKS.search(sentence) and not accused else list(actors(sentence))
            cues += acting
            if hides := _HIDES.search(sentence):
                cues.append(hides.group())
            if accused and re.search(rf"\b{re.escape(bare)}\b", sentence):
                cues.append(accused.group())
    for text in texts.others:
        for sentence in _sentences(text):
            if not names_it(sentence):
                continue
            if hides := _HIDES.search(sentence):
                cues.append(hides.group())
            if (accused := _ACT.search(sentence)) and bodies.search(sentence):
                cues.append(accused.group())
    return tuple(dict.fromkeys(cues))


_SENSITIVE = re.compile(
    r"\b(?:ton giao|tin nguong|giao xu|giao phan|nha tho|chua chien|su tru tri|phat giao|cong giao|tin lanh|hoi giao|ta dao|"
    r"dan toc thieu so|sac toc|ky thi dan toc|nhan quyen|tu nhan luong tam|bien gioi|cua khau|bien phong|chu quyen|quoc phong|quan su|"
    r"doanh trai|human rights|relig\w+|ethnic\w*|border gate|border crossing|pagoda|church|temple|military)\b"
)
_SENSITIVE_CJK = re.compile("宗教|民族|人权|边境|口岸|国防|军事|教会")


def sensitive_cues(texts: ClaimTexts) -> tuple[str, ...]:
    """Words of religion, ethnicity, human rights, border or defence in the claim's own words (G13)."""
    cues = [found.group() for text in texts.claim for found in _SENSITIVE.finditer(_folded(text))]
    cues += [found.group() for text in texts.claim for found in _SENSITIVE_CJK.finditer(text)]
    return tuple(dict.fromkeys(cues))


# --- evidence -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence, as the rules see it. ``source_unit`` is the office of this installation that it comes from."""

    id: int
    source_name: str
    source_unit: int | None
    competent: bool
    url: str
    sha256: str
    title: str = ""
    body: str = ""


_GENERIC_BODY = re.compile(
    r"\b(?:u\W?b\W?n\W?d|uy ban nhan dan|van phong|phong van hoa|phong kinh te|cong an|dang uy|hoi dong nhan dan|to cong tac|ban chi huy|"
    r"trung tam phuc vu hanh chinh cong|lanh dao|chu tich|can bo|chinh quyen)(?: \w+){0,4}? (?:xa|phuong)\b"
)


def is_own_word(piece: Piece, office: Office, *, own_units: Iterable[int]) -> bool:
    """True when the piece comes from the office itself, by its unit, by its name, or as "UBND phường" without saying which.

    ``own_units`` are the office and the ones below it. Leaving the unit out of the form does not make the letter another's.
    """
    if piece.source_unit is not None and piece.source_unit in set(own_units):
        return True
    source = _folded(piece.source_name)
    short = _folded(office.short_name)
    named = re.search(rf"\b{re.escape(short)}\b", source) is not None or _body_named(source, short)
    if piece.source_unit is not None:
        # picking another office in the form does not make "UBND phường Thiên Hương" another's letter
        return _body_named(source, short) or source.startswith(short)
    return named or _generic_of(source, short)


#: who speaks for an office, before its name: "UBND P. Thiên Hương", "Chủ tịch Thiên Hương"
_SPEAKER = (
    r"\b(?:u\W{0,2}b\W{0,2}n\W{0,2}d|uy ban(?: nhan dan)?|van phong|phong(?: \w+){1,4}|cong an|dang uy|hoi dong nhan dan|"
    r"h\W{0,2}d\W{0,2}n\W{0,2}d|to cong tac|ban chi huy|trung tam(?: \w+){0,5}|lanh dao|(?:pho )?chu tich|bi thu|can bo|chinh quyen|"
    r"dai truyen thanh|cong thong tin(?: dien tu)?|people'?s committee(?: of)?)(?:(?: cua)? (?:xa|phuong|p|x|dac khu))?\W+"
)


def _body_named(source: str, short: str) -> bool:
    """True for an institution with the office's own name, with or without xã, phường: never "UBND TP Hồ Chí Minh" for xã Chí Minh."""
    bare = re.sub(r"^(?:xa|phuong|dac khu|thanh pho|tinh|thi tran) ", "", short)
    return re.search(_SPEAKER + re.escape(bare) + r"\b", source) is not None


def _generic_of(source: str, short: str) -> bool:
    found = _GENERIC_BODY.search(source)
    if found is None:
        return False
    after = source[found.end() :].strip()
    # "UBND phường" alone, or with the office's own name; another commune's name after it is another office
    bare = re.sub(r"^(?:xa|phuong|dac khu) ", "", short)
    return not after or after.startswith(bare) or not re.match(r"[a-z]", after)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def origins(pieces: Sequence[Piece], *, own: Iterable[int] = ()) -> list[frozenset[int]]:
    """Groups of piece ids of one origin: the same office, the same source name, the same site, or the same bytes.

    ``own`` are ids of pieces that are the concerned office's own word: together they are one origin, whatever they are called.
    """
    own_ids = set(own)
    parent = {piece.id: piece.id for piece in pieces}

    def root(key: int) -> int:
        while parent[key] != key:
            key = parent[key]
        return key

    seen: dict[tuple[str, str], int] = {}
    for piece in pieces:
        keys = [("name", re.sub(r"\W+", " ", _folded(piece.source_name)).strip()), ("bytes", piece.sha256)]
        if piece.source_unit is not None:
            keys.append(("unit", str(piece.source_unit)))
        if host := _host(piece.url):
            keys.append(("host", host))
        if piece.id in own_ids:
            keys.append(("own", ""))
        for key in keys:
            if key[1] or key[0] == "own":
                first = seen.setdefault(key, piece.id)
                parent[root(piece.id)] = root(first)
    groups: dict[int, set[int]] = {}
    for piece in pieces:
        groups.setdefault(root(piece.id), set()).add(piece.id)
    return [frozenset(group) for group in groups.values()]


def missing_origins(verdict: Verdict, pieces: Sequence[Piece], *, own: Iterable[int]) -> int:
    """How many independent origins are still needed before the verdict may be proposed; 0: enough. ``own`` as in :func:`require_enough`."""
    if verdict not in {Verdict.ACCURATE, Verdict.MISLEADING}:
        return 0
    own_ids = set(own) if verdict == Verdict.MISLEADING else set()
    if any(piece.competent and piece.id not in own_ids for piece in pieces):
        return 0
    # the office's own word is one origin whatever it is called, so two origins always hold an independent one
    return max(0, 2 - len(origins(pieces, own=own_ids)))


def require_enough(verdict: Verdict, pieces: Sequence[Piece], *, own: Iterable[int]) -> None:
    """Chính xác and Sai lệch need two independent origins or one competent authority. Raises :class:`RuleBroken` ("evidence").

    ``own``: pieces that are the word of the office a claim is about. For Sai lệch they are never a competent authority, count as
    one origin together, and never count alone (rule "own_unit", T14).
    """
    own = set(own)
    if not missing_origins(verdict, pieces, own=own):
        return
    own_ids = own if verdict == Verdict.MISLEADING else set()
    groups = origins(pieces, own=own_ids)
    independent = [group for group in groups if not group <= own_ids]
    if pieces and own_ids and not independent:
        raise RuleBroken(
            "own_unit",
            "Chỉ có lời của chính đơn vị bị nói tới; lời ấy là bằng chứng nhưng một mình không đủ để kết luận Sai lệch.",
            "The word of the office that the claim is about is never enough alone to call the claim misleading.",
            lawful="Thêm nguồn độc lập hoặc văn bản của cơ quan có thẩm quyền khác; chưa có thì đề xuất “Chưa đủ căn cứ”.",
        )
    raise RuleBroken(
        "evidence",
        f"Mới có {len(groups)} nguồn độc lập. Cần ít nhất hai nguồn độc lập hoặc một văn bản của cơ quan có thẩm quyền.",
        f"Only {len(groups)} independent source(s); two, or one competent authority, are needed.",
        lawful="Thêm bằng chứng, hoặc đề xuất “Chưa đủ căn cứ”.",
    )


def evidence_hash(pieces: Sequence[Piece]) -> str:
    """SHA-256 (hexadecimal) over all that the evidence says, in order of id: what a confirmer confirms."""
    rows = [
        [
            piece.id,
            piece.source_name,
            piece.source_unit,
            piece.competent,
            piece.url,
            piece.sha256,
            piece.title,
            piece.body,
        ]
        for piece in sorted(pieces, key=lambda piece: piece.id)
    ]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


# --- the quote ------------------------------------------------------------------------------------------------------


def find_verbatim(quote: str, text: str) -> str | None:
    """The passage of ``text`` that the quote repeats word for word, or None. Only spaces and the Unicode form may differ."""
    wanted = _SPACES.sub(" ", clean(quote)).strip()
    if not wanted:
        return None
    tidy = clean(text)
    found = re.search(r"\s+".join(re.escape(word) for word in wanted.split(" ")), tidy)
    return _SPACES.sub(" ", found.group()) if found else None
