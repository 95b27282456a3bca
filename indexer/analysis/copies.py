"""Copies of one text: hash of the normalised body, MinHash bands and paragraph hashes as candidates, exact overlap as proof.

Measured in research/performance.md §5: folded shingles of three syllables, 128 values in 32 bands of 4, then Jaccard ≥ 0.4 or
containment ≥ 0.8 on the shingle hashes themselves. A text that lies inside a much longer one shares few bands with it, but its
paragraphs. Bulletins from one template (weather, prices, power cuts) overlap as much as edited copies do; there the figures differ,
which in copies they do not: texts with figures are copies only when most of the figures are the same.
Keys carry the month, so that the table of keys can be dropped by the month and a look-up stays small (decision 9).
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from array import array
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal

from core.clock import VIETNAM
from core.groups import PARAGRAPH, CopyKeys
from core.text.normalise import clean
from core.text.tokens import folded_lines
from indexer.analysis.claims.figures import figures

SHINGLE = 3
VALUES = 128
ROWS = 4
JACCARD = 0.4
CONTAINMENT = 0.8
#: Texts shorter than this many shingles are copies only when their normalised bodies are equal.
MIN_SHINGLES = 12
MAX_SHINGLES = 6000
#: A paragraph of fewer words is a heading, a credit or a formula that many texts share.
PARAGRAPH_WORDS = 12
MAX_PARAGRAPHS = 40
#: Below so many figures in one of the texts they prove nothing; from there on this share of the fewer must be in both.
FEWEST_FIGURES = 3
SAME_FIGURES = 0.65
MAX_FIGURES = 300
_SEED = 20160816
#: odd 64-bit numbers without a pattern, one for each place that a hash stands at
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)

_PREFIX = re.compile(
    r"^\s*(?:\((?:[\w.\- ]{2,30})\)\s*[-–—:]\s*|[A-ZĐ]{2,8}(?:\.VN)?\s*[-–—]\s+|(?:theo|nguồn|source|via)[:\s]+[^\n.,:]{2,40}[:,.]\s+)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"^\s*(?:\(?\s*(?:theo|nguồn|nguồn tin|source)\b\s*:?\s*(?:[^\n.]|\.(?=\S)){2,60}\)?\s*|(?:xem thêm|đọc thêm|tin liên quan|read more|see also)\b.*"
    r"|(?:mời quý độc giả|độc giả có thể|bản quyền|copyright|©).*|(?:ảnh|photo|video|clip)\s*:\s*.{2,60}|[\w .\-]{2,40}\s*[-–/]\s*(?:TTXVN|VOV|VnExpress))\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CopyVerdict:
    """How two texts relate: ``same`` (equal bodies), ``near`` (verified overlap), ``excerpt`` (one in the other), ``no``."""

    kind: Literal["same", "near", "excerpt", "no"]
    jaccard: float
    containment: float

    @property
    def is_copy(self) -> bool:
        """True for everything but ``no``."""
        return self.kind != "no"


def body_of(text: str) -> str:
    """The text without outlet prefix, attribution and boilerplate lines; kept as it is when nothing else would be left."""
    lines = [line for line in clean(text).split("\n") if line.strip()]
    if lines:
        lines[0] = _PREFIX.sub("", lines[0])
    kept = [line for line in lines if not _TAIL.match(line)]
    return "\n".join(kept or lines)


def copy_keys(title: str, text: str, seen_at: datetime | None = None) -> CopyKeys:
    """Everything stored of a text to find its copies. ``seen_at`` (aware) gives the month of the band keys."""
    body = body_of(text) or clean(title)
    paragraphs = folded_lines(body)
    words = list(chain.from_iterable(paragraphs))
    digest = hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest() if words else ""
    shingles = _shingles(words)
    numbers = sorted({zlib.crc32(one.encode("utf-8", "replace")) for one in figures(body)})[:MAX_FIGURES]
    keys: tuple[str, ...] = ()
    if len(shingles) >= 4 * MIN_SHINGLES:
        month = month_of(seen_at)
        keys = _bands(shingles, month) + _paragraph_keys(paragraphs, month)
    return CopyKeys(digest, keys, shingles, _packed(numbers))


def month_of(seen_at: datetime | None) -> str:
    """Such as "2026-11" in Vietnamese time; empty without a time."""
    if seen_at is None:
        return ""
    local = seen_at.astimezone(VIETNAM)
    return f"{local.year:04d}-{local.month:02d}"


def compare(a: CopyKeys, b: CopyKeys) -> CopyVerdict:
    """The verified relation of two texts. Exact: it compares the shingle hashes themselves, not the sketch."""
    if a.body_hash and a.body_hash == b.body_hash:
        return CopyVerdict("same", 1.0, 1.0)
    one, two = set(_unpacked(a.shingles)), set(_unpacked(b.shingles))
    if min(len(one), len(two)) < MIN_SHINGLES:
        return CopyVerdict("no", 0.0, 0.0)
    common = len(one & two)
    jaccard = common / (len(one) + len(two) - common)
    containment = common / min(len(one), len(two))
    if not _same_figures(a.figures, b.figures):
        return CopyVerdict("no", jaccard, containment)
    if jaccard >= JACCARD:
        return CopyVerdict("near", jaccard, containment)
    if containment >= CONTAINMENT:
        return CopyVerdict("excerpt", jaccard, containment)
    return CopyVerdict("no", jaccard, containment)


def _same_figures(a: bytes, b: bytes) -> bool:
    """False when both texts hold figures and most are other ones."""
    one, two = set(_unpacked(a)), set(_unpacked(b))
    fewer = min(len(one), len(two))
    return fewer < FEWEST_FIGURES or len(one & two) >= SAME_FIGURES * fewer


def _paragraph_keys(paragraphs: list[list[str]], month: str) -> tuple[str, ...]:
    """A key for each long paragraph, the first ones of a very long text."""
    long_ones = [words for words in paragraphs if len(words) >= PARAGRAPH_WORDS][:MAX_PARAGRAPHS]
    hashes = (
        hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=7) for words in long_ones
    )
    return tuple(dict.fromkeys(f"{month}:{PARAGRAPH}{one.hexdigest()}" for one in hashes))


def _shingles(words: list[str]) -> bytes:
    """Sorted distinct 32-bit hashes of each run of three words, four bytes each. A very long text keeps its smallest ones: a fair sample."""
    import numpy as np

    if len(words) < SHINGLE:
        return b""
    hashed = np.fromiter(map(_HASHED.__getitem__, words), dtype=np.uint64, count=len(words))
    mixed = hashed[:-2] * np.uint64(_MIX[0]) ^ (hashed[1:-1] * np.uint64(_MIX[1]) >> np.uint64(3))
    mixed ^= hashed[2:] * np.uint64(_MIX[2])
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(_MIX[0])
    found = np.sort((mixed >> np.uint64(32)).astype("<u4"))
    first = np.append(True, found[1:] != found[:-1])
    packed: bytes = found[first][:MAX_SHINGLES].tobytes()
    return packed


class _Hashed(dict[str, int]):
    """Word → hash, remembered; begun anew when it is full."""

    def __missing__(self, word: str) -> int:
        if len(self) >= 1 << 16:
            self.clear()
        self[word] = found = zlib.crc32(word.encode("utf-8", "replace"))
        return found


_HASHED = _Hashed()


def _packed(hashes: list[int]) -> bytes:
    return struct.pack(f"<{len(hashes)}I", *hashes)


def _unpacked(data: bytes) -> array[int]:
    values = array("I")
    if values.itemsize != 4:  # pragma: no cover - no supported platform
        return array("L", struct.unpack(f"<{len(data) // 4}I", data))
    values.frombytes(data[: len(data) // 4 * 4])
    return values


def _bands(packed: bytes, month: str) -> tuple[str, ...]:
    """A key for each band of the sketch: 56 bits of a sum that is another one for every four values."""
    import numpy as np
    from rensa import RMinHash

    sketch = RMinHash(VALUES, _SEED)
    sketch.update(np.frombuffer(packed, dtype="V4").tolist())
    values = np.array(sketch.digest(), dtype=np.uint64).reshape(-1, ROWS)
    sums = (values * np.array(_MIX, dtype=np.uint64)).sum(axis=1, dtype=np.uint64) >> np.uint64(8)
    return tuple([f"{month}:{number:02d}{one:014x}" for number, one in enumerate(sums.tolist())])
