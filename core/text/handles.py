"""Masking the handles of private persons (guardrail G7: masked by default, never indexed)."""

from __future__ import annotations

import re

_HANDLE = re.compile(
    r"(?<![\w@/.…-])@(?P<name>(?>\w(?:[\w.-]*\w)?))(?P<server>(?>@[\w-]+(?:\.[\w-]+)+)?)(?!…)"
)

#: numbers as people here write them: 0912 345 678, +84.912.345.678, (0225) 3842 111
_PHONE = re.compile(r"(?<![\w.,])(?:\+?84|\(?0)(?:[\s.()-]{0,2}\d){8,10}(?![\d\w])")
MASKED_PHONE = "[số điện thoại đã che]"


def mask_phones_in(text: str) -> str:
    """Without telephone numbers: a note of a call never says who called. Money and dates are left alone. Idempotent."""
    return _PHONE.sub(MASKED_PHONE, text)


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


_ADDRESS = re.compile(r"(?<![\w.+%…-])(?P<name>[\w.+%-]{1,64})@(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")


def mask_address(address: str) -> str:
    """An e-mail address with its first part masked: "lan.to4@thu.example" → "la…4@thu.example"."""
    name, at, host = address.strip().rpartition("@")
    return f"{mask_handle(name)}@{host}" if at and name else mask_handle(address)


def mask_addresses_in(text: str) -> str:
    """Mask every e-mail address of a text that came by mail. Idempotent."""
    return _ADDRESS.sub(lambda found: mask_address(found.group()), text) if "@" in text else text
