"""Which addresses are one host, so that nobody bothers it twice at once: in a round, and over two rounds that run side by side. Pure."""

from __future__ import annotations

import re

from core.text.urls import host_of

_NUMERIC = re.compile(r"[0-9.]+|.*:.*")


def polite_host(url: str) -> str:
    """The host that is to be left in peace: without "www." and port. Empty for this machine and for bare addresses.

    Only a demo or a test reaches those (LAMRO_ALLOW_HOSTS), and there a port is an outlet.
    """
    host = host_of(url).removeprefix("www.")
    return "" if host == "localhost" or _NUMERIC.fullmatch(host) else host
