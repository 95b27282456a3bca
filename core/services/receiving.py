"""What a person may hand in, and what the law needs to be said of it (Article 6.2: detects *or receives*; domain.md S2-11).

The secrecy scan comes before anything is written: matter with a marking never enters this system (domain.md S2-20).
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePath

from core.errors import Invalid, LamroError
from core.records.source import CrawlRequest
from core.rules.guardrails import require_not_secret
from core.rules.permissions import require
from core.rules.vocabulary import BY_HAND
from core.services import audit
from core.services.desk import Actor, Desk
from core.services.prepared import Prepared, by_hand
from core.text.handles import mask_phones_in
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
    way: str = "hand"
    """How it came: hand (pasted), file (a screenshot or PDF), phone (a note of a call; who called is never stored)."""
    file_words: str = ""
    """The text layer of the upload, put here by :func:`with_file_words`."""


def with_file_words(desk: Desk, actor: Actor, given: ReceivedText) -> ReceivedText:
    """What was given with the words of its PDF, read behind a wall before anything is kept; handles of callers taken out of a phone note.

    Raises :class:`Forbidden`, :class:`RuleBroken` ("secrecy"), :class:`Invalid` naming "upload".
    """
    require(actor, "item.receive")
    if given.way == "phone":
        given = replace(
            given,
            text=mask_phones_in(given.text),
            title=mask_phones_in(given.title),
            note=mask_phones_in(given.note),
        )
    require_not_secret([given.title, given.text, given.note, given.seen_where, given.upload_name])
    if given.upload is None:
        return given
    try:
        _, content_type = upload_kind(given.upload, given.upload_name)
        found = (
            desk.reader.pdf(given.upload)
            if content_type == "application/pdf" and desk.reader is not None
            else None
        )
    except LamroError as error:
        vi = _READER_STOPPED if error.code == "parser_killed" else error.vi
        raise Invalid(vi, error.en, fields={"upload": vi}) from error
    words = "" if found is None else found.text
    if not clean(given.text).strip() and not words:
        vi = (
            "Tệp PDF này là bản chụp, không có chữ để máy đọc. Gõ lại câu chính vào ô nội dung."
            if found is not None
            else "Máy không đọc được chữ trong ảnh. Gõ lại câu chính thấy trong ảnh vào ô nội dung."
        )
        raise Invalid(
            vi, "The file has no words that a machine can read; type the main sentence.", fields={"text": vi}
        )
    require_not_secret([words, "" if found is None else found.title])
    title = given.title.strip() or ("" if found is None else found.title)
    return replace(given, file_words=words, title=title)


_READER_STOPPED = "Tệp PDF này làm bộ đọc quá tải nên đã dừng đọc. Lưu lại tệp bằng chương trình khác, hoặc chép phần liên quan vào ô nội dung."


def check_received(desk: Desk, actor: Actor, given: ReceivedText) -> tuple[str, str, int, str] | None:
    """Refuse what is not allowed or not complete; keep the upload. Returns (path, SHA-256, bytes, type) of the upload.

    Raises :class:`Forbidden`, :class:`RuleBroken` ("secrecy"), :class:`Invalid` with every field that is wrong.
    """
    require(actor, "item.receive")
    return check_content(desk, given)


def check_content(desk: Desk, given: ReceivedText) -> tuple[str, str, int, str] | None:
    """The same for what nobody of the staff handed in (a mail). Raises :class:`RuleBroken` ("secrecy"), :class:`Invalid`."""
    fields = _faults(desk, given.seen_where, given.seen_at, given.note)
    if not clean(given.text).strip() and not given.file_words:
        fields["text"] = "Dán nội dung đã thấy; nếu chỉ có đường dẫn, dùng cách nhập đường dẫn."
    elif len(given.text) > 200_000:
        fields["text"] = "Nội dung dài quá 200.000 ký tự. Hãy dán phần liên quan."
    if given.url.strip():
        fields.update(_address_fault(given.url))
    kind = None
    if given.upload is not None:
        try:
            kind = upload_kind(given.upload, given.upload_name)
        except Invalid as error:
            fields["upload"] = error.vi
    require_not_secret(
        [given.title, given.text, given.note, given.seen_where, given.upload_name, given.file_words]
    )
    _raise(fields)
    if kind is None or given.upload is None:
        return None
    path, sha256 = desk.captures.keep(given.upload, kind[0])
    return path, sha256, len(given.upload), kind[1]


def received(actor: Actor, given: ReceivedText) -> Prepared:
    """The text as it goes into the store, handles masked. Expects what :func:`check_received` let pass."""
    via = given.way if given.way in BY_HAND else "hand"
    return received_for(actor.unit_id, given, via=via, received_by=actor.account_id)


def received_for(unit_id: int, given: ReceivedText, *, via: str, received_by: int | None = None) -> Prepared:
    """The text as it goes into the store for an office, with how it came; by nobody when it came by itself."""
    words = "\n\n".join(part for part in (given.text.strip(), given.file_words) if part)
    key, canonical, title, text, content = by_hand(given.url, given.title, words)
    return Prepared(
        key=key,
        url=clean(given.url).strip()[:2000],
        canonical=canonical,
        title=title,
        text=text,
        content_sha256=content,
        kind="post",
        via=via,
        seen_where=clean(given.seen_where).strip()[:300],
        seen_at=given.seen_at,
        received_by=received_by,
        note=clean(given.note).strip(),
        social=True,
        for_unit=unit_id,
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


def upload_kind(data: bytes, name: str = "") -> tuple[str, str]:
    """(suffix, content type) by the first bytes, never by the name. Pictures are opened and checked, never rewritten.

    Raises :class:`Invalid` for an empty file, another type, a name that says another type, more than 20 MB, more than 50 million
    pixels, or a broken picture.
    """
    if not data:
        raise Invalid("Tệp trống (0 byte). Mở thử trên máy rồi chọn lại.", "The file is empty (0 bytes).")
    if len(data) > UPLOAD_LIMIT:
        raise Invalid("Tệp lớn quá 20 MB.", "The file is larger than 20 MB.")
    for magic, suffix, content_type in _MAGIC:
        if data.startswith(magic):
            _require_honest(name, suffix)
            if content_type.startswith("image/"):
                _check_picture(data, content_type)
            return suffix, content_type
    raise Invalid("Chỉ nhận tệp ảnh JPG, PNG hoặc PDF.", "Only JPG, PNG or PDF files are taken.")


def _require_honest(name: str, suffix: str) -> None:
    """A name that says another type is a mistake or a trick; without an ending it says nothing."""
    ending = PurePath(name.replace("\\", "/")).suffix.lower()
    if ending in {"", ".jpeg" if suffix == ".jpg" else suffix, suffix}:
        return
    raise Invalid(
        f"Tệp mang đuôi {ending[:10]} nhưng nội dung là {suffix[1:].upper()}. Kiểm tra xem có chọn nhầm tệp không, đổi đúng đuôi rồi chọn lại.",
        f"The file is called {ending[:10]} but holds {suffix[1:].upper()}.",
    )


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
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(
            "Ảnh có quá nhiều điểm ảnh (tối đa 50 triệu).", "The picture has too many pixels."
        ) from error
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
