"""Which letters the bytes mean: our own decision, since headers lie and one bad byte must not change a whole feed.

Order: byte order mark; UTF-16 without one; valid UTF-8 wins over every label; nearly valid UTF-8 with U+FFFD; the label (XML
declaration, meta, header); a guess. Text is *not* NFC here (windows-1258 gives combining marks): ``plain.clean`` does it.
(reliability.md §4 rows 37 to 42.)
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple


class Decoded(NamedTuple):
    """The text, the codec that made it, and what to tell."""

    text: str
    encoding: str
    warnings: list[str]


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Labels that browsers read as a superset, and old names of codecs.
_SUPERSET = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
}
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.I)
_HEADER = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.I)


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label.strip().lower()).name
    except (LookupError, ValueError):
        return None
    if name in {
        "base64",
        "hex",
        "rot13",
        "bz2",
        "zlib",
        "uu",
        "quopri",
        "idna",
        "punycode",
        "unicode_escape",
        "utf-7",
    }:
        return None  # not character sets of pages, and some of them are traps
    return _SUPERSET.get(name, name)


def declared(body: bytes, content_type: str) -> str | None:
    """The codec the document claims: XML declaration, then meta, then header. None when it names none that exists."""
    head = body[:4096]
    for match in (_XML.search(head), _META.search(head)):
        if match and (codec := _codec(match[1].decode("ascii"))):
            return codec
    found = _HEADER.search(content_type)
    return _codec(found[1]) if found else None


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The body as text. Never raises; what could not be read is U+FFFD and a warning."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _finish(body[len(mark) :], name, [])
    if len(body) > 3 and body[1:2] == b"\0" and body[3:4] == b"\0" and body[0] < 128:
        return _finish(body, "utf-16-le", [])
    if len(body) > 3 and body[0:1] == b"\0" and body[2:3] == b"\0" and body[1] < 128:
        return _finish(body, "utf-16-be", [])
    label = declared(body, content_type)
    if label and label.startswith("iso2022") and b"\x1b" in body:
        return _finish(body, label, [])
    try:
        return Decoded(body.decode("utf-8"), "utf-8", [])
    except UnicodeDecodeError:
        pass
    lenient = body.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    # Non-ASCII characters that decoded well are proof of UTF-8: random bytes of another set almost never form them.
    good = sum(1 for c in lenient if c > "\x7f") - broken
    if good >= 8 * broken or (label in {None, "utf-8"} and good > broken):
        return Decoded(lenient, "utf-8", ["broken_characters"])
    if label and label not in {"utf-8", "utf-16", "utf-32"}:
        return _finish(body, label, [])
    return _guess(body)


def _finish(body: bytes, codec: str, warnings: list[str]) -> Decoded:
    try:
        return Decoded(body.decode(codec), codec, warnings)
    except (UnicodeError, ValueError):
        return Decoded(body.decode(codec, "replace"), codec, [*warnings, "broken_characters"])


def _guess(body: bytes) -> Decoded:
    from charset_normalizer import from_bytes

    best = from_bytes(body[:50_000]).best()
    codec = _codec(best.encoding) if best else None
    return _finish(body, codec or "cp1252", ["character_set_guessed"])
