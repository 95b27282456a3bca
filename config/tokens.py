"""Tokens of the office for programming interfaces of platforms: one file a source or a kind, in the home, readable by its owner only.

They are in no row of the database, no setting, no log and no capture; the crawler gets them on its stdin, job by job (decision 18).
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import structlog
from pydantic import SecretStr

from core.errors import Invalid
from core.messages import CrawlJob

log = structlog.get_logger("lamro.tokens")

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/|=-]{16,1000}")


def with_tokens(home: Path, jobs: Sequence[CrawlJob]) -> list[CrawlJob]:
    """The jobs, each with the token of its source, or else of its kind, where there is one."""
    return [
        job.model_copy(update={"token": SecretStr(token_for(home, job.source_id, job.kind))}) for job in jobs
    ]


def token_for(home: Path, source_id: str, kind: str) -> str:
    """The token kept for the source, or for all sources of its kind; empty when there is none or its file is open to others."""
    for name in (source_id, f"kind.{kind}"):
        path = home / "tokens" / name
        if not _NAME.fullmatch(name) or not path.is_file():
            continue
        if path.stat().st_mode & 0o077:
            log.warning("token file is readable by others and was not used", file=path.name)
            continue
        token = path.read_text(encoding="ascii", errors="replace").strip()
        if _TOKEN.fullmatch(token):
            return token
        log.warning("token file does not hold a token", file=path.name)
    return ""


def keep_token(home: Path, name: str, token: str) -> Path:
    """Keep a token for a source, or for a kind (``kind.facebook``); an older one is replaced. Raises :class:`Invalid`."""
    token = token.strip()
    if not _NAME.fullmatch(name):
        raise Invalid("Mã nguồn không hợp lệ.", "Not a source id.")
    if not _TOKEN.fullmatch(token):
        raise Invalid(
            "Đây không phải mã truy cập: mã dài ít nhất 16 ký tự, chỉ gồm chữ không dấu, chữ số và . _ ~ + / | = -.",
            "This is not a token: at least 16 characters, letters without marks, digits and . _ ~ + / | = -.",
        )
    folder = home / "tokens"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, new = folder / name, folder / f".{name}.new"
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(token + "\n")
        out.flush()
        os.fsync(out.fileno())
    new.replace(path)
    return path


def forget_token(home: Path, name: str) -> bool:
    """Take a token away. False when there was none."""
    path = home / "tokens" / name
    if not _NAME.fullmatch(name) or not path.is_file():
        return False
    path.unlink()
    return True
