"""What a form says of a claim or a piece of evidence, checked: the quote verbatim, fields complete, text hashed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid
from core.records.item import Item, ItemVersion
from core.rules import evidence as rules
from core.rules.vocabulary import (
    EvidenceKind,
)
from core.services.receiving import upload_kind
from core.text.normalise import clean

MIN_QUOTE = 12
MAX_QUOTE = 1000


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """What a form says of a piece of evidence. ``source_locality``: unit code when it comes from an office; ``as_of`` in words."""

    kind: str
    title: str
    body: str = ""
    source_name: str = ""
    source_locality: str | None = None
    competent_authority: bool = False
    url: str = ""
    as_of: str = ""
    upload: bytes | None = None
    upload_name: str = ""


def field_fault(field: str, vi: str, en: str) -> Invalid:
    """An :class:`Invalid` that marks one field."""
    return Invalid(vi, en, fields={field: vi})


def verbatim(session: Session, item: Item, quote: str) -> str:
    """The quote as it stands in the item, white space and Unicode form aside. Raises :class:`Invalid` when it does not."""
    if not MIN_QUOTE <= len(quote.strip()) <= MAX_QUOTE:
        raise field_fault(
            "quote",
            f"Câu trích dài từ {MIN_QUOTE} đến {MAX_QUOTE} ký tự.",
            f"The quote has {MIN_QUOTE} to {MAX_QUOTE} characters.",
        )
    versions = session.execute(
        select(ItemVersion.title, ItemVersion.text).where(ItemVersion.item_id == item.id)
    )
    for title, text in [(item.title, item.text), *versions.all()]:
        found = rules.find_verbatim(quote, f"{title}\n{text}")
        if found is not None:
            return found
    raise field_fault(
        "quote",
        "Câu trích không có nguyên văn trong tin đã lưu. Sao chép đúng câu từ bản lưu rồi dán lại.",
        "The quote does not occur word for word in the stored item.",
    )


def checked_evidence(new: NewEvidence) -> NewEvidence:
    """The form with clean texts. Raises :class:`Invalid` naming every field that is missing or wrong."""
    fields: dict[str, str] = {}
    title, source = clean(new.title).strip(), clean(new.source_name).strip()
    if new.kind not in set(EvidenceKind):
        fields["kind"] = "Chọn loại bằng chứng."
    if not title or len(title) > 300:
        fields["title"] = "Nhập tên bằng chứng (tối đa 300 ký tự)."
    if not source or len(source) > 200:
        fields["source_name"] = "Nhập nơi cung cấp bằng chứng (tối đa 200 ký tự)."
    url = new.url.strip()
    if url and (len(url) > 2000 or urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc):
        fields["url"] = "Địa chỉ phải bắt đầu bằng http:// hoặc https://."
    body = clean(new.body).strip()
    if len(body) > 20_000:
        fields["body"] = "Nội dung dài quá 20.000 ký tự; hãy đính kèm tệp."
    if not body and not url and not new.upload:
        fields["body"] = "Ghi nội dung, địa chỉ hoặc đính kèm tệp của bằng chứng."
    if new.upload:
        try:
            upload_kind(new.upload)
        except Invalid as error:
            fields["upload"] = error.vi
    if fields:
        raise Invalid("Bằng chứng chưa đủ thông tin.", "The evidence form is incomplete.", fields=fields)
    return NewEvidence(
        new.kind,
        title,
        body,
        source,
        new.source_locality or None,
        new.competent_authority,
        url,
        clean(new.as_of).strip()[:60],
        new.upload,
        new.upload_name,
    )


def text_hash(new: NewEvidence) -> str:
    """SHA-256 over what a piece of evidence says, for a piece without a file."""
    data = json.dumps(
        [new.kind, new.title, new.body, new.source_name, new.url, new.as_of], ensure_ascii=False
    )
    return hashlib.sha256(data.encode()).hexdigest()
