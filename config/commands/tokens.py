"""``lamro sources token``: keep the office's own key to a platform. It is asked for, or read from a pipe; never an argument."""

from __future__ import annotations

import getpass
import sys

from config.settings import Settings, load
from config.tokens import forget_token, keep_token
from config.wiring import make_desk, require_home
from core.errors import WrongUse


def run_token(name: str, *, forget: bool) -> int:
    """Keep or take away; says where the file is, never what is in it."""
    settings = load()
    require_home(settings)
    if forget:
        found = forget_token(settings.home, name)
        print(f"Đã bỏ mã của {name}." if found else f"Không có mã nào của {name}.")
        return 0 if found else 1
    _require_reader(name, settings)
    given = (
        getpass.getpass("Mã truy cập (không hiện khi gõ): ") if sys.stdin.isatty() else sys.stdin.readline()
    )
    path = keep_token(settings.home, name, given)
    print(f"Đã lưu mã của {name} vào {path} (chỉ chủ tệp đọc được). Lần đọc sau sẽ dùng mã này.")
    return 0


def _require_reader(name: str, settings: Settings) -> None:
    """Raises :class:`WrongUse` unless a source of that name, or a kind (``kind.facebook``), would use a token: one kept for nobody helps nobody."""
    from core.queries import exports
    from crawlers.registry import all_kinds

    using = [kind for kind, found in all_kinds().items() if found.takes_token]
    if name in {f"kind.{kind}" for kind in using}:
        return
    kinds = {row.id: row.kind for row in exports.sources(make_desk(settings))}
    named = ", ".join(f"kind.{kind}" for kind in using)
    if name not in kinds:
        raise WrongUse(
            f"Không có nguồn {name}. Xem mã nguồn bằng lamro sources, hoặc dùng {named} cho mọi nguồn cùng loại.",
            f"There is no source {name}. See lamro sources, or use {named}.",
        )
    if kinds[name] not in using:
        raise WrongUse(
            f"Nguồn {name} thuộc loại {kinds[name]}, loại này không dùng mã truy cập. Loại dùng mã: {', '.join(using)}.",
            f"Source {name} is of kind {kinds[name]}, which uses no token; these do: {', '.join(using)}.",
        )
