"""The folder channel: a folder a message, for offices that carry files by hand or through a shared drive.

A message appears whole or not at all (written aside, flushed, renamed), and once: its folder is named by its id.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path

from alerts.channels.safety import named, refusal, safe_name
from core.clock import VIETNAM
from core.ports import Delivery, OutgoingMessage

TEXT = "message.txt"


def folder_name(message_id: str) -> str:
    """Readable and unique: the id as a file name, and the start of its SHA-256."""
    digest = hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{safe_name(message_id.strip('<> ').replace('@', '.'))[:60].rstrip(' .')}-{digest}"


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _flush_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class FolderChannel:
    """Writes messages below ``root``, which is made when it is missing."""

    name = "folder"

    def __init__(self, root: Path) -> None:
        self.root = root

    def send(self, message: OutgoingMessage) -> Delivery:
        """Try once; a message already there is "sent". Never raises for a full disk or a folder that is away."""
        refused = refusal(message)
        if refused is not None:
            return refused
        target = self.root / folder_name(message.message_id)
        aside = self.root / f".{target.name}.{secrets.token_hex(4)}"
        try:
            if target.is_dir():
                return Delivery("sent", f"Đã có sẵn trong thư mục {target.name}.")
            self.root.mkdir(parents=True, exist_ok=True)
            # what a killed try of this very message left behind
            for leftover in self.root.glob(f".{target.name}.*"):
                shutil.rmtree(leftover, ignore_errors=True)
            aside.mkdir()
            files = named(message.attachments, taken=frozenset({TEXT}))
            for name, attachment in files:
                _write(aside / name, attachment.data)
            _write(aside / TEXT, self._text(message, [name for name, _ in files]))
            _flush_folder(aside)
            os.rename(aside, target)
            _flush_folder(self.root)
        except OSError as error:
            shutil.rmtree(aside, ignore_errors=True)
            if target.is_dir():
                return Delivery("sent", f"Đã có sẵn trong thư mục {target.name}.")
            return Delivery(
                "retry",
                f"Chưa ghi được vào thư mục gửi: {error.strerror or type(error).__name__}. Kiểm tra ổ đĩa và quyền ghi.",
            )
        return Delivery("sent", f"Đã ghi vào thư mục {target.name}.")

    @staticmethod
    def _text(message: OutgoingMessage, files: list[str]) -> bytes:
        """The message as a text file that any editor opens (UTF-8 with its mark, Windows line ends)."""
        head = [f"Nơi nhận: {message.recipient}", f"Tiêu đề: {message.subject}"]
        if message.sent_at is not None:
            head.append(f"Gửi lúc: {message.sent_at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y} (giờ Việt Nam)")
        head += [f"Mã thư: {message.message_id}", *(f"Tệp kèm: {name}" for name in files), ""]
        text = "\n".join([*head, *message.body.splitlines()]) + "\n"
        return text.replace("\n", "\r\n").encode("utf-8-sig", "replace")
