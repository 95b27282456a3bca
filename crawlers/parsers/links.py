"""Links out of hostile documents, and the name of one state of one entry."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urljoin

from core.text.urls import canonical_url


def absolute_link(base: str, link: str) -> tuple[str, str]:
    """``link`` made absolute, with a warning word when it can't be used (then the link is empty)."""
    try:
        full = urljoin(base, re.sub(r"[\t\r\n]", "", link).strip())
        canonical_url(full)
    except ValueError:
        return "", "bad_link"
    return (full, "") if len(full) <= 2000 else ("", "bad_link")


def entry_hash(link: str, *parts: str) -> str:
    """Names one state of one entry: the address and the words an outlet would edit."""
    try:
        link = canonical_url(link)
    except ValueError:
        pass
    return hashlib.sha256("\x1f".join((link, *parts)).encode("utf-8", "replace")).hexdigest()[:32]
