"""Documents that are themselves gzip files (``feed.xml.gz``, ``sitemap.xml.gz``), unpacked within the limit of a page."""

from __future__ import annotations

import zlib

from crawlers.parsers.results import Unreadable

GZIP = b"\x1f\x8b"
UNPACKED_BYTES = 10 * 1024 * 1024
#: Text packs to a tenth, at best a fiftieth; what grows more than this was made to.
BOMB_RATIO = 200


def unzipped(body: bytes) -> bytes:
    """The content of a gzip file of one or more members; any other body as it is.

    Never holds more than 10 MB. Raises :class:`Unreadable`: ``bomb``, ``too_large``, ``incomplete``, ``bad_encoding``.
    """
    if not body.startswith(GZIP):
        return body
    out = bytearray()
    rest = body
    try:
        while rest.startswith(GZIP):
            unpacker = zlib.decompressobj(31)
            out += unpacker.decompress(rest, UNPACKED_BYTES + 1 - len(out))
            if len(out) > UNPACKED_BYTES:
                read = len(body) - len(unpacker.unconsumed_tail)
                grown = len(out) > BOMB_RATIO * read
                raise Unreadable("bomb" if grown else "too_large", "the unpacked file is over 10 MB")
            if not unpacker.eof:
                raise Unreadable("incomplete", "the gzip file ends too early")
            rest = unpacker.unused_data
    except zlib.error as error:
        raise Unreadable("bad_encoding", str(error)) from error
    return bytes(out)
