"""Who works in the demo: offices and accounts. People are fictional."""

from __future__ import annotations

from dataclasses import dataclass

from config.offices import ensure_office
from core.queries import exports
from core.rules.vocabulary import Role
from core.services import accounts, units
from core.services.desk import Actor, Desk

#: the demo's own office, and the places it watches
OFFICE = "11131"
NEIGHBOUR = "11557"
WATCHED = ("11131", "11557", "11713", "15664", "31", "38")


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the demo."""

    username: str
    name: str
    position: str
    locality: str
    roles: tuple[Role, ...]
    part: str


CAST: tuple[Person, ...] = (
    Person(
        "canbo",
        "Đỗ Thị Hạnh",
        "Công chức Văn hóa - Xã hội",
        OFFICE,
        (Role.OFFICER, Role.DRAFTER, Role.PUBLISHER, Role.CLERK),
        "cán bộ theo dõi",
    ),
    Person(
        "quanly",
        "Phạm Văn Lực",
        "Trưởng phòng Văn hóa - Xã hội",
        OFFICE,
        (Role.MANAGER, Role.VERIFIER, Role.CONTENT_APPROVER),
        "quản lý, người xác nhận",
    ),
    Person(
        "nguoiphatngon",
        "Nguyễn Thế Vinh",
        "Phó Chủ tịch",
        OFFICE,
        (Role.SPOKESPERSON, Role.SIGNER),
        "người phát ngôn, người ký",
    ),
    Person("quantri", "Lê Minh Đức", "Công chức Văn phòng", OFFICE, (Role.ADMINISTRATOR,), "quản trị"),
    Person(
        "langgieng",
        "Trần Thị Mai",
        "Phó Trưởng phòng Văn hóa - Xã hội",
        NEIGHBOUR,
        (Role.VERIFIER,),
        "người xác nhận của phường Thiên Hương (cơ quan láng giềng)",
    ),
    Person(
        "thienhuong",
        "Vũ Quốc Bảo",
        "Chủ tịch",
        NEIGHBOUR,
        (Role.OFFICER, Role.VERIFIER, Role.DRAFTER, Role.SPOKESPERSON),
        "chủ tịch phường Thiên Hương, dùng để thử các rào chắn",
    ),
)

_DETAILS: dict[str, dict[str, object]] = {
    OFFICE: {
        "spokesperson": {
            "name": "Nguyễn Thế Vinh",
            "title": "Phó Chủ tịch Ủy ban nhân dân xã",
            "phone": "0225 000 0131",
            "email": "phatngon@xachiminh.example",
        },
        "portal": "Cổng thông tin điện tử xã Chí Minh",
    },
    NEIGHBOUR: {
        "spokesperson": {
            "name": "Vũ Quốc Bảo",
            "title": "Chủ tịch Ủy ban nhân dân phường",
            "phone": "0225 000 0557",
            "email": "phatngon@phuongthienhuong.example",
        },
        "portal": "Cổng thông tin điện tử phường Thiên Hương",
    },
}

#: who receives documents in the demo: (name, channel, address)
RECIPIENTS: tuple[tuple[str, str, str], ...] = (
    ("Sở Văn hóa, Thể thao và Du lịch", "email", "vanthu@sovhttdl.example"),
    ("UBND thành phố Hải Phòng", "email", "vanthu@haiphong.example"),
    ("Báo Bến Sông", "email", "toasoan@bensong.example"),
    ("Thư mục cổng thông tin điện tử", "folder", "cong-thong-tin"),
)


def engage(desk: Desk, password: str) -> None:
    """Make offices, watched places and accounts; harmless when they exist."""
    offices = {code: ensure_office(desk, code, details=_DETAILS.get(code)) for code in WATCHED}
    units.watch(desk, None, offices[OFFICE], list(WATCHED))
    units.watch(desk, None, offices[NEIGHBOUR], [NEIGHBOUR])
    known = {row.username for row in exports.accounts(desk)}
    for person in CAST:
        if person.username not in known:
            accounts.create(
                desk,
                None,
                username=person.username,
                display_name=person.name,
                position=person.position,
                email=f"{person.username}@{'xachiminh' if person.locality == OFFICE else 'phuongthienhuong'}.example",
                unit_id=offices[person.locality],
                roles=list(person.roles),
                password=password,
                all_offices=Role.ADMINISTRATOR in person.roles,
            )


def actors(desk: Desk) -> dict[str, Actor]:
    """The cast as actors, by user name, for the parts that play without a browser."""
    offices = {unit.locality: unit.id for unit in exports.units(desk)}
    ids = {row.username: row.id for row in exports.accounts(desk)}
    return {
        person.username: Actor(
            account_id=ids[person.username],
            username=person.username,
            display_name=person.name,
            position=person.position,
            unit_id=offices[person.locality],
            roles=frozenset(person.roles),
        )
        for person in CAST
    }
