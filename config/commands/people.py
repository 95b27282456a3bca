"""``lamro users``."""

from __future__ import annotations

from dataclasses import asdict

from config.commands.output import one_a_line, print_json, print_table
from config.offices import office_of
from config.settings import load
from config.wiring import make_desk
from core.errors import NotFound, WrongUse
from core.queries import exports
from core.rules.vocabulary import Role
from core.services import accounts


def run_users(*, as_json: bool) -> None:
    """Accounts and roles."""
    from review_app.words import roles

    rows = exports.accounts(make_desk(load()))
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    print_table(
        f"{len(rows)} tài khoản",
        ("Tên đăng nhập", "Họ tên", "Chức vụ", "Cơ quan", "Vai trò", "Đang dùng"),
        (
            (
                row.username,
                row.name,
                row.position,
                row.unit,
                roles(frozenset(map(Role, row.roles))),
                "có" if row.active else "không",
            )
            for row in rows
        ),
    )


def run_users_add(
    username: str, roles: list[str], name: str, position: str, unit: str, *, all_offices: bool = False
) -> None:
    """Make an account and print its one-time password once."""
    desk = make_desk(load())
    known = {str(role) for role in Role}
    unknown = [role for role in roles if role not in known]
    if unknown:
        from review_app.words import ROLES

        words = one_a_line((role, ROLES[role]) for role in Role)
        raise WrongUse(
            f"Không có vai trò {', '.join(unknown)}. Chọn trong:{words}",
            f"Unknown role {', '.join(unknown)}. Choose one of the list above.",
        )
    office = office_of(desk, unit)
    made = accounts.create(
        desk,
        None,
        username=username,
        display_name=name or username,
        position=position,
        email="",
        unit_id=office.id,
        roles=[Role(role) for role in roles],
        all_offices=all_offices,
    )
    print(f"Đã thêm {username} vào cơ quan {office.short_name} (mã {office.locality}).")
    print(f"Mật khẩu dùng một lần, chỉ hiện lần này: {made.one_time_password}")


def run_users_reset(username: str) -> None:
    """Give an account a new one-time password; its open sessions end."""
    desk = make_desk(load())
    row = next((row for row in exports.accounts(desk) if row.username == username), None)
    if row is None:
        raise NotFound(
            f"Không có tài khoản {username}. Xem danh sách: lamro users",
            f"No account {username}. See lamro users.",
        )
    made = accounts.reset_password(desk, None, row.id)
    print(f"Mật khẩu dùng một lần của {username}, chỉ hiện lần này: {made.one_time_password}")
