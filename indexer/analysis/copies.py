"""Copies of one text: hash of the normalised body, MinHash bands as candidates, exact overlap as proof.

Measured in research/performance.md §5: folded shingles of three syllables, 128 values in 32 bands of 4, then Jaccard ≥ 0.4 or
containment ≥ 0.8 on the shingle hashes themselves. Without the last step bulletins from one template (weather, accidents) merge.
Band keys carry the month, so that the table of keys can be dropped by the month and a look-up stays small (decision 9).
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from array import array
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Literal

from core.clock import VIETNAM
from core.ports import CopyKeys
from core.text.normalise import clean
from core.text.tokens import folded_words

SHINGLE = 3
VALUES = 128
ROWS = 4
JACCARD = 0.4
CONTAINMENT = 0.8
#: Texts shorter than this many shingles are copies only when their normalised bodies are equal.
MIN_SHINGLES = 12
MAX_SHINGLES = 6000
_SEED = 20160816

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


def attribution_of(text: str) -> str:
    """The outlet that a text names as its origin ("Theo Báo X"), or empty."""
    found = re.search(
        r"^\s*\(?\s*(?:theo|nguồn|source)\b\s*:?\s*([^\n.():]{2,60})\)?\s*$",
        clean(text),
        re.IGNORECASE | re.MULTILINE,
    )
    return found.group(1).strip() if found else ""


def copy_keys(title: str, text: str, seen_at: datetime | None = None) -> CopyKeys:
    """Everything stored of a text to find its copies. ``seen_at`` (aware) gives the month of the band keys."""
    body = body_of(text) or clean(title)
    words = folded_words(body)
    joined = " ".join(words).encode("utf-8", "replace")
    digest = hashlib.sha256(joined).hexdigest() if words else ""
    hashes = _shingles(words, joined)
    packed = _packed(hashes)
    bands = _bands(packed, month_of(seen_at)) if len(hashes) >= MIN_SHINGLES else ()
    return CopyKeys(digest, bands, packed)


def month_of(seen_at: datetime | None) -> str:
    """Such as "2026-11" in Vietnamese time; empty without a time."""
    return seen_at.astimezone(VIETNAM).strftime("%Y-%m") if seen_at else ""


def bands_to_ask(keys: CopyKeys, seen_at: datetime) -> tuple[str, ...]:
    """Band keys under which a copy may be stored: this month's, and last month's until the tenth."""
    local = seen_at.astimezone(VIETNAM)
    months = [month_of(seen_at)]
    if local.day <= 10:
        months.append(month_of(local.replace(day=1) - timedelta(days=1)))
    tails = [band.partition(":")[2] for band in keys.bands]
    return tuple(f"{month}:{tail}" for month in months for tail in tails)


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
    if jaccard >= JACCARD:
        return CopyVerdict("near", jaccard, containment)
    if containment >= CONTAINMENT:
        return CopyVerdict("excerpt", jaccard, containment)
    return CopyVerdict("no", jaccard, containment)


def _shingles(words: list[str], joined: bytes) -> list[int]:
    """Sorted distinct 32-bit hashes of each run of words as it stands in ``joined``, the words in UTF-8 with a space between.

    A very long text keeps its smallest ones, which is a fair sample.
    """
    if not joined.isascii():
        words = joined.split(b" ")  # type: ignore[assignment]
    starts = [at + k for k, at in enumerate(accumulate(map(len, words), initial=0))]
    runs = map(joined.__getitem__, map(slice, starts, [end - 1 for end in starts[SHINGLE:]]))
    return sorted(set(map(zlib.crc32, runs)))[:MAX_SHINGLES]


def _packed(hashes: list[int]) -> bytes:
    return struct.pack(f"<{len(hashes)}I", *hashes)


def _unpacked(data: bytes) -> array[int]:
    values = array("I")
    if values.itemsize != 4:  # pragma: no cover - no supported platform
        return array("L", struct.unpack(f"<{len(data) // 4}I", data))
    values.frombytes(data[: len(data) // 4 * 4])
    return values


def _bands(packed: bytes, month: str) -> tuple[str, ...]:
    from rensa import RMinHash

    sketch = RMinHash(VALUES, _SEED)
    sketch.update([packed[at : at + 4] for at in range(0, len(packed), 4)])
    digest = struct.pack(f"<{VALUES}I", *sketch.digest())
    width = 4 * ROWS
    return tuple(
        f"{month}:{number:02d}{hashlib.blake2b(digest[number * width : (number + 1) * width], digest_size=7).hexdigest()}"
        for number in range(VALUES // ROWS)
    )
