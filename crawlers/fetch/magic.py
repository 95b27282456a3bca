"""What a body really is, by its first bytes: files that call themselves HTML are refused before any parser sees them."""

from __future__ import annotations

from crawlers.failures import Failure

_FILES = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "zip or Office document"),
    (b"PK\x05\x06", "zip"),
    (b"MZ", "Windows program"),
    (b"\x7fELF", "Linux program"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"7z\xbc\xaf", "7-zip"),
    (b"Rar!", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"RIFF", "sound, film or WebP"),
    (b"OggS", "sound"),
    (b"ID3", "sound"),
    (b"\xd0\xcf\x11\xe0", "old Office document"),
    (b"SQLite format 3", "database"),
    (b"{\\rtf", "RTF document"),
    (b"\xca\xfe\xba\xbe", "program"),
)


def refuse_files(body: bytes, url: str) -> None:
    """Raise :class:`Failure` ``not_text`` when the body is a known file format, or mostly NUL and control bytes."""
    head = body[:16]
    for magic, name in _FILES:
        if head.startswith(magic) and not (magic == b"MZ" and b"\0" not in body[:400]):
            raise Failure("not_text", name, url=url)
    if body[4:8] == b"ftyp":
        raise Failure("not_text", "film", url=url)
    sample = body[:2048]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")) or not sample:
        return
    controls = sum(1 for byte in sample if byte < 9 or 13 < byte < 27 or 27 < byte < 32)
    # UTF-16 and UTF-32 without a mark are up to three quarters NUL; those are told by the even spacing of it.
    spaced = sample[1::2].count(0) > len(sample) * 0.4 or sample[0::2].count(0) > len(sample) * 0.4
    if controls > len(sample) * 0.1 and not spaced:
        raise Failure("not_text", "binary data", url=url)
