"""``lamro init``: home, database, secret, office, first administrator."""

from __future__ import annotations

from config.gazetteer import at_home, held, take_shipped
from config.offices import ensure_office, province_of, unit_of
from config.settings import Settings, load, secret_key
from config.wiring import make_desk
from core.queries import exports
from core.records.engine import Store
from core.records.migrate import upgrade
from core.rules.vocabulary import Role
from core.services import accounts, source_catalogue, units
from core.services.desk import Desk


def run_init(locality: str, admin: str, watch: list[str], *, sources: bool = True) -> None:
    """Harmless when repeated: what exists is left alone, a second administrator of the same name is refused."""
    settings = load()
    table = at_home().table
    for code in [locality, *watch]:
        if code:
            unit_of(code, table)
    settings.home.mkdir(parents=True, exist_ok=True)
    secret_key(settings.home)
    store = Store(settings.store_url)
    upgrade(store)
    desk = make_desk(settings, store)
    if desk.index is not None:
        desk.index.create()
    take_shipped(desk)
    print(f"Thư mục làm việc: {settings.home}")
    if not locality:
        print(
            "Chưa chọn địa bàn. Chạy tiếp: lamro init --locality MÃ, ví dụ 11131 (xã Chí Minh, thành phố Hải Phòng)."
        )
        return
    office = ensure_office(desk, locality)
    # What is watched already stays: repeating init only adds.
    units.watch(desk, None, office, [locality, *exports.watched(desk, office), *watch])
    print(f"Địa bàn: {desk.analyst.unit_name(locality)}")
    _begin_sources(desk, settings, locality, wanted=sources)
    known = exports.accounts(desk)
    if admin in {row.username for row in known}:
        print(f"Tài khoản {admin} đã có. Đặt lại mật khẩu: lamro users reset {admin}")
        return
    made = accounts.create(
        desk,
        None,
        username=admin,
        display_name="Quản trị",
        position="Quản trị hệ thống",
        email="",
        unit_id=office,
        roles=[Role.ADMINISTRATOR],
        # The first one manages every office; whoever is made for a further office manages that office and those below it.
        all_offices=not any(row.all_offices and row.active for row in known),
    )
    print(f"Quản trị: {admin}")
    print(f"Mật khẩu dùng một lần, chỉ hiện lần này: {made.one_time_password}")
    print(
        "Tiếp theo: lamro serve, rồi thêm báo và trang của địa phương ở màn hình Nguồn tin, mục Danh mục nguồn."
    )


def _begin_sources(desk: Desk, settings: Settings, locality: str, *, wanted: bool) -> None:
    """The press that a new office starts with. A demo and a test read their own sample press, never the real one."""
    if not wanted or settings.env != "production":
        return
    table = held(desk.store).table
    made = source_catalogue.start(desk, province_of(unit_of(locality, table), table).code)
    if made:
        print(f"Nguồn đã bật từ danh mục: {len(made)} ({', '.join(made)}).")
        print("Nguồn khác để chọn: màn hình Nguồn tin, mục Danh mục nguồn. Tắt bớt: màn hình của từng nguồn.")
