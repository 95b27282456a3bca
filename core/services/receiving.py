"""What a person may hand in, and what the law needs to be said of it (Article 6.2: detects *or receives*; domain.md S2-11).

The secrecy scan comes before anything is written: matter with a marking never enters this system (domain.md S2-20).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import Invalid
from core.records.source import CrawlRequest
from core.rules.guardrails import require_not_secret
from core.rules.permissions import require
from core.services import audit
from core.services.desk import Actor, Desk
from core.services.prepared import Prepared, by_hand
from core.text.normalise import clean
from core.text.urls import canonical_url

UPLOAD_LIMIT = 20 * 1024 * 1024
#: enough for a phone's photo of a screen; a bomb has a thousand times more
PIXEL_LIMIT = 50_000_000
_MAGIC = (
    (b"\xff\xd8\xff", ".jpg", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", ".png", "image/png"),
    (b"%PDF-", ".pdf", "application/pdf"),
)
#: people's clocks differ a little from the server's
_SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ReceivedText:
    """A text given by hand. ``seen_at`` is aware; ``upload`` is a screenshot or a scan (jpg, png, pdf, at most 20 MB)."""

    url: str
    title: str
    text: str
    seen_where: str
    seen_at: datetime | None
    note: str = ""
    upload: bytes | None = None
    upload_name: str = ""


def check_received(desk: Desk, actor: Actor, given: ReceivedText) -> tuple[str, str, int, str] | None:
    """Refuse what is not allowed or not complete; keep the upload. Returns (path, SHA-256, bytes, type) of the upload.

    Raises :class:`Forbidden`, :class:`RuleBroken` ("secrecy"), :class:`Invalid` with every field that is wrong.
    """
    require(actor, "item.receive")
    fields = _faults(desk, given.seen_where, given.seen_at, given.note)
    if not clean(given.text).strip():
        fields["text"] = "Dán nội dung đã thấy; nếu chỉ có đường dẫn, dùng cách nhập đường dẫn."
    elif len(given.text) > 200_000:
        fields["text"] = "Nội dung dài quá 200.000 ký tự. Hãy dán phần liên quan."
    if given.url.strip():
        fields.update(_address_fault(given.url))
    kind = None
    if given.upload:
        try:
            kind = upload_kind(given.upload)
        except Invalid as error:
            fields["upload"] = error.vi
    require_not_secret([given.title, given.text, given.note, given.seen_where, given.upload_name])
    _raise(fields)
    if kind is None or not given.upload:
        return None
    path, sha256 = desk.captures.keep(given.upload, kind[0])
    return path, sha256, len(given.upload), kind[1]


def received(actor: Actor, given: ReceivedText) -> Prepared:
    """The text as it goes into the store, handles masked. Expects what :func:`check_received` let pass."""
    key, canonical, title, text, content = by_hand(given.url, given.title, given.text)
    return Prepared(
        key=key,
        url=clean(given.url).strip()[:2000],
        canonical=canonical,
        title=title,
        text=text,
        content_sha256=content,
        kind="post",
        via="hand",
        seen_where=clean(given.seen_where).strip()[:300],
        seen_at=given.seen_at,
        received_by=actor.account_id,
        note=clean(given.note).strip(),
        social=True,
        for_unit=actor.unit_id,
    )


def request_link(
    desk: Desk, actor: Actor, url: str, seen_where: str, seen_at: datetime | None, note: str = ""
) -> int:
    """Ask the scheduler to fetch one address that a person saw. Returns the request's id.

    Raises :class:`Forbidden`, :class:`RuleBroken` ("secrecy"), :class:`Invalid` (fields).
    """
    with audit.attempt(desk, actor, "item.receive", "request", "-"):
        require(actor, "item.receive")
        fields = _faults(desk, seen_where, seen_at, note) | _address_fault(url)
        require_not_secret([url, seen_where, note])
        _raise(fields)
        with desk.store.write() as session:
            request = CrawlRequest(
                kind="link",
                url=clean(url).strip()[:2000],
                details={
                    "seen_where": clean(seen_where).strip()[:300],
                    "seen_at": seen_at.isoformat() if seen_at else "",
                    "note": clean(note).strip(),
                    "unit_id": actor.unit_id,
                },
                requested_by=actor.account_id,
                requested_at=desk.clock.now(),
            )
            session.add(request)
            session.flush()
            audit.record(
                session,
                desk,
                actor,
                "item.receive",
                "request",
                request.id,
                detail={"link": request.url[:300]},
            )
            return request.id


def upload_kind(data: bytes) -> tuple[str, str]:
    """(suffix, content type) by the first bytes, never by the name. Pictures are opened and checked, never rewritten.

    Raises :class:`Invalid` for another type, more than 20 MB, more than 50 million pixels, or a broken picture.
    """
    if len(data) > UPLOAD_LIMIT:
        raise Invalid("Tệp lớn quá 20 MB.", "The file is larger than 20 MB.")
    for magic, suffix, content_type in _MAGIC:
        if data.startswith(magic):
            if content_type.startswith("image/"):
                _check_picture(data, content_type)
            return suffix, content_type
    raise Invalid("Chỉ nhận tệp ảnh JPG, PNG hoặc PDF.", "Only JPG, PNG or PDF files are taken.")


def _check_picture(data: bytes, content_type: str) -> None:
    import warnings

    from PIL import Image

    form = "JPEG" if content_type == "image/jpeg" else "PNG"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=(form,)) as picture:
                width, height = picture.size
                if width * height > PIXEL_LIMIT:
                    raise Invalid(
                        "Ảnh có quá nhiều điểm ảnh (tối đa 50 triệu).", "The picture has too many pixels."
                    )
                picture.verify()
    except Invalid:
        raise
    except Exception as error:  # Pillow raises nearly anything on hostile bytes
        raise Invalid(
            "Tệp ảnh bị hỏng hoặc không đọc được.", f"The picture cannot be read: {error}"
        ) from error


def _faults(desk: Desk, seen_where: str, seen_at: datetime | None, note: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    if not clean(seen_where).strip():
        fields["seen_where"] = "Ghi nơi đã thấy: tên trang, nhóm, tờ báo, người báo tin."
    elif len(seen_where) > 300:
        fields["seen_where"] = "Nơi đã thấy dài quá 300 ký tự."
    if seen_at is None:
        fields["seen_at"] = "Ghi ngày giờ đã thấy."
    elif seen_at.tzinfo is None:
        raise ValueError("seen_at must be aware")
    elif seen_at > desk.clock.now() + _SLACK:
        fields["seen_at"] = "Thời điểm đã thấy không thể ở tương lai."
    if len(note) > 4000:
        fields["note"] = "Ghi chú dài quá 4.000 ký tự."
    return fields


def _address_fault(url: str) -> dict[str, str]:
    try:
        canonical_url(url)
    except ValueError:
        return {"url": "Địa chỉ phải bắt đầu bằng http:// hoặc https:// và có tên miền."}
    return {"url": "Địa chỉ dài quá 2.000 ký tự."} if len(url) > 2000 else {}


def _raise(fields: dict[str, str]) -> None:
    if fields:
        raise Invalid(
            "Chưa lưu: " + " ".join(fields.values()),
            f"Not stored; wrong fields: {', '.join(fields)}.",
            fields=fields,
        )
