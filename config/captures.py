"""The folder of captures and uploads, as a :class:`core.ports.CaptureStore`."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from core.errors import Damaged, NotFound
from core.ports import KeptPage

#: a page is at most 10 MB when it is written; a record that grows beyond this when read back is not one of ours
BODY_LIMIT = 64 * 1024 * 1024


class CaptureFolder:
    """Files under one folder; a path never leaves it, a file is whole or absent."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def path(self, relative: str) -> Path:
        """The absolute path. Raises ValueError when it would leave the folder."""
        target = (self.root / relative).resolve()
        if not target.is_relative_to(self.root):
            raise ValueError(f"path leaves the capture folder: {relative!r}")
        return target

    def keep(self, data: bytes, suffix: str) -> tuple[str, str]:
        """Store bytes under their SHA-256; storing the same bytes twice is harmless. Returns (relative path, hash)."""
        digest = hashlib.sha256(data).hexdigest()
        relative = f"uploads/{digest[:2]}/{digest}{suffix}"
        if not self.path(relative).exists():
            with self.writing(relative) as out:
                out.write(data)
        return relative, digest

    @contextmanager
    def writing(self, relative: str) -> Iterator[IO[bytes]]:
        """A file written beside its place, synced, then renamed; on an exception nothing is left."""
        target = self.path(relative)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            os.replace(temporary, target)
        finally:
            Path(temporary).unlink(missing_ok=True)

    def remove(self, relative: str) -> bool:
        """Take a file away for good. False when it was not there, or the name is no file's."""
        target = self.path(relative)
        if not target.is_file():
            return False
        target.unlink()
        return True

    def page(self, relative: str) -> KeptPage:
        """Read a WARC back: the answer, the question, the facts. Raises :class:`NotFound`, :class:`Damaged`."""
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed

        target = self.path(relative)
        if not relative or not target.is_file():
            raise NotFound(
                f"Tệp bản chụp {relative or '(đã xóa)'} không còn trên đĩa. Khôi phục từ bản sao lưu nếu cần.",
                f"The capture file {relative or '(removed)'} is gone. Restore it from a backup.",
            )
        found: dict[str, tuple[Any, bytes]] = {}
        try:
            with target.open("rb") as stream:
                for record in ArchiveIterator(stream):
                    if record.rec_type not in found and len(found) < 8:
                        found[record.rec_type] = (record, _read(record.content_stream()))
            record, body = found["response"]
            asked = found.get("request")
            facts = json.loads(found["metadata"][1]) if "metadata" in found else {}
            return KeptPage(
                url=str(record.rec_headers.get_header("WARC-Target-URI") or ""),
                status_line=f"{record.http_headers.protocol} {record.http_headers.statusline}",
                request_headers=tuple(asked[0].http_headers.headers) if asked is not None else (),
                response_headers=tuple(record.http_headers.headers),
                body=body,
                facts=facts if isinstance(facts, dict) else {},
            )
        except (
            ArchiveLoadFailed,
            OSError,
            EOFError,
            KeyError,
            ValueError,
            AttributeError,
            zlib.error,
            gzip.BadGzipFile,
        ) as error:
            raise Damaged(
                f"Tệp bản chụp {relative} bị hỏng, không đọc lại được. Khôi phục từ bản sao lưu.",
                f"The capture file {relative} is damaged ({type(error).__name__}). Restore it from a backup.",
            ) from error


def _read(stream: Any) -> bytes:
    data = bytes(stream.read(BODY_LIMIT + 1))
    if len(data) > BODY_LIMIT:
        raise ValueError("a record is larger than anything that was ever written")
    return data
