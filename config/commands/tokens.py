"""``lamro sources token``: keep the office's own key to a platform. It is asked for, or read from a pipe; never an argument."""

from __future__ import annotations

import getpass
import sys

from config.settings import load
from config.tokens import forget_token, keep_token
from config.wiring import require_home
from core.errors import LamroError


def run_token(name: str, *, forget: bool) -> int:
    """Keep or take away; says where the file is, never what is in it."""
    settings = load()
    require_home(settings)
    if forget:
        found = forget_token(settings.home, name)
        print(f"Đã bỏ mã của {name}." if found else f"Không có mã nào của {name}.")
        return 0 if found else 1
    given = (
        getpass.getpass("Mã truy cập (không hiện khi gõ): ") if sys.stdin.isatty() else sys.stdin.readline()
    )
    try:
        path = keep_token(settings.home, name, given)
    except LamroError as error:
        print(f"Lỗi: {error.vi}\n     ({error.en})", file=sys.stderr)
        return 1
    print(f"Đã lưu mã của {name} vào {path} (chỉ chủ tệp đọc được). Lần đọc sau sẽ dùng mã này.")
    return 0
