"""What every way out checks before it sends: no header injection, file names that cannot leave their folder."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from core.ports import Attachment, Delivery, OutgoingMessage
from core.text.normalise import clean

_BREAKS = re.compile("[\r\n\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
#: Names that Windows keeps for devices; a colleague's computer could not open the file.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
MAX_NAME_BYTES = 150


def refusal(message: OutgoingMessage) -> Delivery | None:
    """Why this message must never be tried: a line break in what becomes a header, or no recipient. None when all is well."""
    for label, value in (
        ("Nơi nhận", message.recipient),
        ("Tiêu đề", message.subject),
        ("Mã thư", message.message_id),
    ):
        if _BREAKS.search(value):
            return Delivery(
                "failed", f"{label} có ký tự xuống dòng nên bị từ chối. Sửa lại rồi đưa vào hàng gửi lần nữa."
            )
    if not message.recipient.strip() or not message.message_id.strip():
        return Delivery("failed", "Thư thiếu nơi nhận hoặc mã thư. Sửa lại rồi đưa vào hàng gửi lần nữa.")
    return None


def safe_name(name: str) -> str:
    """A file name that is only a name: no folders, no control characters, no reserved words, at most 150 bytes, NFC."""
    kept = _NOT_IN_NAMES.sub("-", clean(name).replace("\n", " ")).strip(" .-") or "tep-dinh-kem"
    if _DEVICES.match(kept):
        kept = f"tep-{kept}"
    suffix = PurePosixPath(kept).suffix[:20]
    stem = kept.removesuffix(suffix) if suffix else kept
    while len((stem + suffix).encode()) > MAX_NAME_BYTES:
        stem = stem[:-1]
    return stem + suffix


def named(
    attachments: tuple[Attachment, ...], *, taken: frozenset[str] = frozenset()
) -> list[tuple[str, Attachment]]:
    """Attachments under safe names, no two alike even where case does not count; ``taken`` are names already used."""
    used = {name.casefold() for name in taken}
    found = []
    for attachment in attachments:
        name = safe_name(attachment.name)
        path, number = PurePosixPath(name), 2
        while name.casefold() in used:
            name = f"{path.stem}-{number}{path.suffix}"
            number += 1
        used.add(name.casefold())
        found.append((name, attachment))
    return found
