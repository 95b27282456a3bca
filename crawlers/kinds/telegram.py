"""Telegram: the public web preview of a channel. Groups, private channels and channels without a preview are not read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, NoOptions, bad_address, web_address
from crawlers.spiders.entries import Ask
from crawlers.spiders.posts import PostKind, on_same_host, path_of

if TYPE_CHECKING:
    from crawlers.spiders.desk import Run

_NAME = re.compile(r"[A-Za-z]\w{3,31}", re.ASCII)


class TelegramKind(PostKind):
    """``https://t.me/NAME``, ``https://t.me/s/NAME`` or ``@NAME``."""

    name = "telegram"

    def address(self, given: str, options: NoOptions) -> str:
        """The channel's preview."""
        typed = given.strip()
        url = web_address(f"https://t.me/{typed[1:]}" if typed.startswith("@") else typed)
        name = _channel(url)
        if name is None:
            raise bad_address(
                "Dán địa chỉ một kênh công khai (https://t.me/tên_kênh). Nhóm và đường dẫn mời không đọc được."
            )
        return on_same_host(url, f"/s/{name}").rstrip("?")

    def ask(self, run: Run, options: NoOptions) -> Ask:
        """The preview's newest page."""
        return Ask(run.job.url)

    def parse(self, document: Document, options: NoOptions) -> FeedResult:
        """Messages, newest first."""
        from crawlers.parsers.telegram import parse_telegram

        return parse_telegram(document.body, document.url, document.now, document.headers, document.limit)


def _channel(url: str) -> str | None:
    parts = [part for part in path_of(url) if part != "s"]
    if len(parts) in {1, 2} and _NAME.fullmatch(parts[0]) and parts[0].lower() != "joinchat":
        return parts[0] if len(parts) == 1 or parts[1].isdigit() else None
    return None
