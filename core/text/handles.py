"""Masking the handles of private persons (guardrail G7: masked by default, never indexed)."""

from __future__ import annotations

import re

_HANDLE = re.compile(
    r"(?<![\w@/.…-])@(?P<name>(?>\w(?:[\w.-]*\w)?))(?P<server>(?>@[\w-]+(?:\.[\w-]+)+)?)(?!…)"
)


def mask_handle(handle: str) -> str:
    """Keep two letters and the last: "nguyenvana88" → "ng…8"; a leading @ and a server part stay. Masked ones are returned as they are."""
    handle = handle.strip()
    sign = "@" if handle.startswith("@") else ""
    name, at, server = handle[len(sign) :].partition("@")
    if not name:
        return handle
    if "…" in name:
        return handle
    masked = f"{name[:2]}…{name[-1]}" if len(name) > 4 else f"{name[0]}…"
    return sign + masked + at + server


def mask_handles_in(text: str) -> str:
    """Mask every @handle of a post. E-mail addresses are left alone. Idempotent."""
    return _HANDLE.sub(lambda found: mask_handle(found.group()), text) if "@" in text else text
