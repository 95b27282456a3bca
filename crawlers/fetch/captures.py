"""Evidence as fetched: one gzip WARC a page (ISO 28500), so that one person's post can be purged and an incident's pages copied.

Written beside its place, synced, renamed: a half file is never seen. The stored body is the decompressed one; its SHA-256 is in
the record and in the database. Three records a file: the answer, the question that was asked, and the facts of the fetch (chain
of redirects, peer, certificate, clock). Cookies and authorisation never reach the disk (reliability.md §7).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import uuid
from collections.abc import Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.messages import CaptureRecord
from crawlers.failures import Failure
from crawlers.fetch.client import Page

#: said of the connection, not of the page; the body is kept decompressed and whole
_HOP = frozenset({"transfer-encoding", "content-encoding", "content-length", "connection", "keep-alive"})
#: what would let somebody act as somebody else, under whatever name a server or an interface gives it
_SECRET = re.compile(r"cookie|auth|token|secret|session|password|api-?key|csrf|xsrf", re.I)
HEADERS_KEPT = 80
HEADER_LIMIT = 500


class Captures:
    """Writes pages under one folder. ``path`` of a record is relative to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, page: Page) -> CaptureRecord:
        """Keep the page. Raises :class:`Failure` ``captures_unwritable``."""
        day = page.fetched_at.strftime("%Y/%m/%d")
        relative = f"{day}/{uuid.uuid4().hex}.warc.gz"
        target = self.folder / relative
        data = warc_bytes(page)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_suffix(".tmp")
            with open(temporary, "xb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            os.replace(temporary, target)
            handle = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise Failure("captures_unwritable", str(error), url=page.url) from error
        return CaptureRecord(
            path=relative,
            url=page.url,
            url_chain=page.chain,
            status=page.status,
            peer=page.peer,
            sha256=page.sha256,
            body_bytes=len(page.body),
            content_type=page.headers.get("content-type", "")[:200],
            fetched_at=page.fetched_at,
            file_sha256=hashlib.sha256(data).hexdigest(),
            headers=kept_headers(page.reason_headers),
            tls_sha256=page.tls_sha256,
            clock_offset=clock_offset(page),
        )


def kept_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """At most 80 headers of at most 500 letters, in order, without those that carry somebody's rights."""
    kept = [
        (_line(name)[:100], _line(value)[:HEADER_LIMIT])
        for name, value in headers
        if not _SECRET.search(name)
    ]
    return kept[:HEADERS_KEPT]


def clock_offset(page: Page) -> int | None:
    """Our clock minus the server's (its Date header), in whole seconds; None when it says nothing that can be read.

    Evidence names our time; this says how far the outlet's own clock was from it.
    """
    try:
        theirs = parsedate_to_datetime(page.headers["date"])
        theirs = theirs if theirs.tzinfo is not None else theirs.replace(tzinfo=UTC)
        seconds = round((page.fetched_at - theirs).total_seconds())
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return seconds if abs(seconds) < 1 << 31 else None


def warc_bytes(page: Page) -> bytes:
    """The page as a WARC of three records: the response, its request, and metadata that names the facts of the fetch."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    stamp = page.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    kept = kept_headers(page.reason_headers)
    headers = [(name, value) for name, value in kept if name.lower() not in _HOP]
    headers += [
        (f"X-Original-{name}", value)
        for name, value in kept
        if name.lower() in {"content-encoding", "transfer-encoding", "content-length"}
    ]
    headers.append(("Content-Length", str(len(page.body))))
    extra = {"WARC-Date": stamp, "WARC-Payload-Digest-SHA256": f"sha256:{page.sha256}"}
    if page.peer:
        extra["WARC-IP-Address"] = page.peer
    response = writer.create_warc_record(
        page.url,
        "response",
        payload=io.BytesIO(page.body),
        http_headers=StatusAndHeaders(_status_line(page.status), headers, protocol="HTTP/1.1"),
        warc_headers_dict=extra,
    )
    writer.write_record(response)
    beside = {
        "WARC-Date": stamp,
        "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
    }
    parts = urlsplit(page.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = [("Host", parts.netloc), *kept_headers(page.request_headers)]
    request = writer.create_warc_record(
        page.url,
        "request",
        http_headers=StatusAndHeaders(f"GET {target} HTTP/1.1", asked, is_http_request=True),
        warc_headers_dict=dict(beside),
    )
    writer.write_record(request)
    metadata = writer.create_warc_record(
        page.url,
        "metadata",
        payload=io.BytesIO(json.dumps(_facts(page), ensure_ascii=False).encode()),
        warc_content_type="application/json",
        warc_headers_dict=dict(beside),
    )
    writer.write_record(metadata)
    return buffer.getvalue()


def _facts(page: Page) -> dict[str, Any]:
    return {
        "url_chain": page.chain,
        "peer": page.peer,
        "sha256": page.sha256,
        "host": urlsplit(page.url).netloc,
        "fetched_at": page.fetched_at.isoformat(),
        "clock_offset_seconds": clock_offset(page),
        "tls_certificate_sha256": page.tls_sha256,
    }


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} -"


def _line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
