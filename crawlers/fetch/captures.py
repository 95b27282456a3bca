"""Evidence as fetched: one gzip WARC a page (ISO 28500), so that one person's post can be purged and an incident's pages copied.

Written beside its place, synced, renamed: a half file is never seen. The stored body is the decompressed one; its SHA-256 is in
the record and in the database.
"""

from __future__ import annotations

import io
import json
import os
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from core.messages import CaptureRecord
from crawlers.failures import Failure
from crawlers.fetch.client import Page

_HOP = frozenset(
    {"transfer-encoding", "content-encoding", "content-length", "connection", "keep-alive", "set-cookie"}
)


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
        )


def warc_bytes(page: Page) -> bytes:
    """The page as a WARC of two records: the response, and metadata that names the chain of redirects."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    stamp = page.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = [(_line(name), _line(value)) for name, value in page.reason_headers if name.lower() not in _HOP]
    headers += [
        (f"X-Original-{name}", _line(value))
        for name, value in page.reason_headers
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
        http_headers=StatusAndHeaders(f"{page.status} OK", headers, protocol="HTTP/1.1"),
        warc_headers_dict=extra,
    )
    writer.write_record(response)
    facts = json.dumps(
        {
            "url_chain": page.chain,
            "peer": page.peer,
            "sha256": page.sha256,
            "host": urlsplit(page.url).netloc,
        },
        ensure_ascii=False,
    ).encode()
    metadata = writer.create_warc_record(
        page.url,
        "metadata",
        payload=io.BytesIO(facts),
        warc_content_type="application/json",
        warc_headers_dict={
            "WARC-Date": stamp,
            "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
        },
    )
    writer.write_record(metadata)
    return buffer.getvalue()


def _line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
