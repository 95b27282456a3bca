"""Captures leave the house: one as a file, an incident's pages as a copy for its dossier. Removing them is :mod:`core.services.purging`.

Nothing here judges. A copy is a zip with a manifest whose hash stands in the audit chain, so that the dossier can be checked without
this program (reliability.md §7, decision 12).
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from core.queries import capture as queries
from core.queries import offices
from core.records.claim import Claim, Evidence
from core.records.incident import Incident
from core.records.item import Capture, Item
from core.rules.permissions import require
from core.services import audit
from core.services.desk import Actor, Desk
from core.text.normalise import clean

#: more than any incident has; a copy larger than this belongs on a disk, made by the command line
PACK_BYTES = 500 * 1024 * 1024
#: zip knows no time zones; a fixed day makes equal contents equal files
_ZIP_DAY = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Packed:
    """A dossier's copy: where it lies, the manifest's hash, how many files, which captures were not as they were written."""

    path: str
    manifest_sha256: str
    files: int
    faults: tuple[int, ...]


# --- hand out -------------------------------------------------------------------------------------------------------


def download(desk: Desk, actor: Actor, capture_id: int) -> queries.CaptureLine:
    """The row of a capture whose file is now handed out as it lies on the disk; written to the audit log.

    Raises :class:`Forbidden`, :class:`NotFound` (also for a file of evidence, which has its own way out, and for one that is gone).
    """
    with audit.attempt(desk, actor, "capture.download", "capture", capture_id), desk.store.write() as session:
        require(actor, "capture.download")
        row = queries.line(session, capture_id)
        if row.item_id is None or row.purged_at is not None or not desk.captures.path(row.path).is_file():
            raise NotFound(
                f"Bản chụp số {capture_id} không còn tệp để tải.",
                f"Capture {capture_id} has no file any more.",
            )
        audit.record(
            session,
            desk,
            actor,
            "capture.download",
            "capture",
            capture_id,
            detail={"item": row.item_id},
            content_sha256=row.sha256,
        )
        return row


# --- dossier --------------------------------------------------------------------------------------------------------


def pack(desk: Desk, actor: Actor, incident_id: int) -> Packed:
    """Copy every kept page and file of the incident's stories and evidence into one zip with a manifest.

    The zip lies under ``dossiers/`` of the capture folder, named by its manifest; equal contents give the same file. A capture that
    is missing or not as it was written is named in the manifest and in ``faults``. Raises :class:`Forbidden`, :class:`NotFound`,
    :class:`Invalid` when there is nothing to copy or too much.
    """
    with audit.attempt(desk, actor, "incident.pack", "incident", incident_id):
        require(actor, "incident.pack")
        with desk.store.read() as session:
            incident = session.get(Incident, incident_id)
            if incident is None or incident.unit_id != actor.unit_id:
                raise NotFound(f"Không tìm thấy vụ việc số {incident_id}.", f"No incident {incident_id}.")
            name = f"vu-{incident.number}-{incident.year}"
            title, rows = incident.title, _captures_of(session, incident_id)
        if not rows:
            raise Invalid(
                "Vụ việc này chưa có trang lưu hay tệp nào để chép.", "The incident has no captures to copy."
            )
        if sum(row.body_bytes for row in rows) > PACK_BYTES:
            raise Invalid(
                "Các trang lưu của vụ việc lớn hơn 500 MB. Tải riêng từng bản chụp ở trang của tin.",
                "The captures are larger than 500 MB together.",
            )
        played = [(row, queries.play(desk.captures, row).state) for row in rows]
        entries = [_entry(number, row, state) for number, (row, state) in enumerate(played, start=1)]
        manifest = _json({"incident": name, "title": title, "made_by": "Làm Rõ", "files": entries})
        digest = hashlib.sha256(manifest).hexdigest()
        path = f"dossiers/{incident_id}/{name}-{digest[:16]}.zip"
        with desk.captures.writing(path) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo("manifest.json", _ZIP_DAY), manifest)
            archive.writestr(
                zipfile.ZipInfo("DOC-TRUOC.txt", _ZIP_DAY), _READ_FIRST.format(digest=digest).encode()
            )
            for entry, (row, state) in zip(entries, played, strict=True):
                if state in {"intact", "changed"}:
                    info = zipfile.ZipInfo(str(entry["name"]), _ZIP_DAY)
                    archive.writestr(info, desk.captures.path(row.path).read_bytes())
        faults = tuple(row.id for row, state in played if state in {"changed", "missing"})
        with desk.store.write() as session:
            audit.record(
                session,
                desk,
                actor,
                "incident.pack",
                "incident",
                incident_id,
                detail={"files": len(entries), "faults": list(faults), "path": path},
                content_sha256=digest,
            )
        return Packed(path, digest, len(entries), faults)


def _captures_of(session: Session, incident_id: int) -> tuple[queries.CaptureLine, ...]:
    ids = session.scalars(ids_of(incident_id).order_by(Capture.id).limit(2000))
    return tuple(queries.line(session, capture_id) for capture_id in ids)


def ids_of(incident_id: int) -> Select[Any]:
    """Captures of the items of the incident's stories, and the files of its claims' evidence that were not removed."""
    items = select(Item.id).where(Item.story_id.in_(offices.of_incident(incident_id)))
    evidence = (
        select(Evidence.capture_id)
        .join(Claim, Claim.id == Evidence.claim_id)
        .where(
            Claim.incident_id == incident_id, Evidence.capture_id.is_not(None), Evidence.removed_at.is_(None)
        )
    )
    return select(Capture.id).where(or_(Capture.item_id.in_(items), Capture.id.in_(evidence)))


def _entry(number: int, row: queries.CaptureLine, state: str) -> dict[str, Any]:
    suffix = "".join(PurePosixPath(row.path).suffixes)
    facts = {key: value for key, value in asdict(row).items() if key not in {"path", "purge_reason"}}
    return {"name": f"trang/{number:04d}-{row.sha256[:12]}{suffix}" if suffix else "", "state": state} | facts


def _json(value: dict[str, Any]) -> bytes:
    def plain(one: object) -> str:
        return one.isoformat() if isinstance(one, datetime) else clean(str(one))

    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=plain).encode()


_READ_FIRST = """Bản sao các trang đã lưu của một vụ việc, do Làm Rõ lập.

manifest.json: mỗi tệp một dòng, kèm địa chỉ, thời điểm lấy (giờ UTC), máy chủ, mã SHA-256 của nội dung (sha256)
và của tệp (file_sha256), tình trạng khi chép: intact = đúng như khi lưu; changed = khác khi lưu; missing = không còn tệp;
purged = đã xóa theo quy định.

Kiểm tra: sha256sum manifest.json phải cho
{digest}
và mã này phải có trong nhật ký của Làm Rõ (việc incident.pack). Các tệp .warc.gz mở được bằng mọi công cụ đọc WARC.
"""
