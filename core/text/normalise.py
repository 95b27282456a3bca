"""Making text comparable: cleaning for the store, folding away accents, one place for the tone mark.

Method: research notes on Vietnamese spelling variants (NFC and NFD, old and new tone-mark place, legacy ``Ƣ/ƣ`` of scanned
official texts, Icelandic ``ð`` typed for ``đ``). Everything here is pure and idempotent.
"""

from __future__ import annotations

import re
import unicodedata

from core.text.scripts import ACCENTS, INVISIBLE, MARKS

#: A run of more combining marks than this is an attack on the normaliser (its sort is quadratic); UAX #15 calls 30 stream-safe.
MAX_MARKS = 30

_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]+")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85\x0c\x0b]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_MARK_BOMB = re.compile(f"([{MARKS}]{{{MAX_MARKS}}})[{MARKS}]+")
#: What :func:`clean` looks at, NFC apart; most texts come clean and have none of it.
_UNCLEAN = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u01a2\u01a3ðÐ{INVISIBLE}{MARKS}]"
)
_ACCENTS = re.compile(f"[{ACCENTS}]+")
_LEGACY = str.maketrans({"\u01a2": "Ư", "\u01a3": "ư"})
_ETH = str.maketrans({"ð": "đ", "Ð": "Đ"})
#: Letters that only Vietnamese text has (Romanian has ă but no eth, Croatian đ but no eth).
_VIETNAMESE = re.compile("[ăĂđĐơƠưƯ\u1ea0-\u1ef9]")
_NORDIC = re.compile("[þÞæÆ]")

#: oà → òa, oè → òe, uỳ → ùy at the end of a syllable; never after q (quý), never before another letter (hoàng, huỳnh).
_TONE_PAIRS = dict(
    zip(
        "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ".split(),  # noqa: SIM905
        "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy".split(),  # noqa: SIM905
        strict=True,
    )
)
_TONE_PAIRS |= {new.title(): old.title() for new, old in list(_TONE_PAIRS.items())} | {
    new.upper(): old.upper() for new, old in list(_TONE_PAIRS.items())
}
_TONE = re.compile("(?<![qQ])(?:" + "|".join(sorted(_TONE_PAIRS)) + f")(?![^\\W\\d_]|[{MARKS}])")

_OLD_TO_NEW = {old: new for new, old in _TONE_PAIRS.items()}
_OLD_TONE = re.compile("(?<![qQ])(?:" + "|".join(sorted(_OLD_TO_NEW)) + f")(?![^\\W\\d_]|[{MARKS}])")


def drop_invisible(text: str) -> str:
    """Without zero-width and bidirectional controls, soft hyphens and variation selectors."""
    return _INVISIBLE.sub("", text)


def stream_safe(text: str) -> str:
    """Cut every run of combining marks at :data:`MAX_MARKS`, so that normalising takes linear time."""
    return _MARK_BOMB.sub(r"\1", text)


def clean(text: str) -> str:
    r"""Text as we store it: NFC, no invisible or control characters but tab and newline, legacy letters mended.

    Line ends become ``\n``; surrogate pairs are joined and lone surrogates become U+FFFD, so that every result can be written
    as UTF-8. Idempotent; never raises.
    """
    if not _UNCLEAN.search(text) and unicodedata.is_normalized("NFC", text):
        return text
    return _cleaned(text)


def _cleaned(text: str) -> str:
    if _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _LINE_ENDS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    text = drop_invisible(text)
    text = stream_safe(text)
    text = text.translate(_LEGACY)
    text = unicodedata.normalize("NFC", text)
    if ("ð" in text or "Ð" in text) and _VIETNAMESE.search(text) and not _NORDIC.search(text):
        text = text.translate(_ETH)
    return text


def tone_key(text: str) -> str:
    """Text with the tone mark at its old-style place: hoà → hòa, thuỷ → thủy, khoẻ → khỏe; quý, hoàng untouched.

    Expects NFC and keeps the length. For comparing only; what staff see keeps the writer's spelling.
    """
    return _TONE.sub(lambda found: _TONE_PAIRS[found.group()], text)


def new_tone(text: str) -> str:
    """Text with the tone mark at its new-style place: Thanh Hóa → Thanh Hoá. Expects NFC and keeps the length."""
    return _OLD_TONE.sub(lambda found: _OLD_TO_NEW[found.group()], text)


def fold(text: str) -> str:
    """Lower case without accents, đ → d: "Hải Phòng" → "hai phong". Vowel signs of other scripts stay.

    The result is NFC. Idempotent; never raises.
    """
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", stream_safe(text).lower()))
    return unicodedata.normalize("NFC", bare.replace("đ", "d"))


def has_accents(text: str) -> bool:
    """True when folding would take something away: the writer typed marks or đ."""
    return fold(text) != text.lower()
