"""An office made from a unit code: what the gazetteer knows, in the words that documents print."""

from __future__ import annotations

from typing import Any

from config.gazetteer import held
from core.errors import NotFound, WrongUse
from core.queries import exports
from core.rules.gazetteer import Unit
from core.rules.vocabulary import Level
from core.services import units
from core.services.desk import Desk
from indexer.gazetteer.units import Gazetteer


def unit_of(code: str, table: Gazetteer) -> Unit:
    """The unit with this official code. Raises :class:`WrongUse` with names that sound alike."""
    unit = table.get(code)
    if unit is not None and unit.level in {"c", "p"}:
        return unit
    alike = [
        f"{other.code} {table.full_name(other.id)}"
        for other in table.named(code)
        if other.current and other.level != "d"
    ]
    hint = (
        f" Có phải: {'; '.join(alike[:5])}?"
        if alike
        else " Ví dụ: 11131 là xã Chí Minh, thành phố Hải Phòng."
    )
    raise WrongUse(f"Không có đơn vị hành chính mang mã {code}.{hint}", f"No unit with code {code}.")


def province_of(unit: Unit, table: Gazetteer) -> Unit:
    """The province that a unit lies in; itself when it is one."""
    return (unit, *table.parents(unit))[-1]


def office_details(unit: Unit, province: Unit) -> dict[str, Any]:
    """What documents print of the office. Contact and spokesperson are filled in by the administrator."""
    return {
        "place": unit.name if unit.level == "p" else unit.typed_name,
        "superior": f"UBND {province.typed_name}" if unit.level == "c" else "",
        "province": province.typed_name,
        "code": "UBND",
        "archive": "VT, VHXH" if unit.level == "c" else "VT, TTBC",
    }


def ensure_office(desk: Desk, code: str, *, details: dict[str, Any] | None = None) -> int:
    """The office of a unit code, made with its province's when missing. Returns its id."""
    return _ensure(desk, code, held(desk.store).table, details or {})


def _ensure(desk: Desk, code: str, table: Gazetteer, details: dict[str, Any]) -> int:
    unit = unit_of(code, table)
    province = province_of(unit, table)
    parent_code: str | None = None
    if unit.level == "c":
        parent_code = province.code
        _ensure(desk, province.code, table, {})
    return units.ensure_unit(
        desk,
        locality=unit.code,
        level=Level.COMMUNE if unit.level == "c" else Level.PROVINCE,
        name=f"Ủy ban nhân dân {unit.typed_name}",
        short_name=unit.typed_name,
        parent_locality=parent_code,
        details=office_details(unit, province) | details,
    )


def office_of(desk: Desk, code: str) -> exports.UnitRow:
    """The office of a unit code; of none, the one that ``lamro init`` made: it watches, and the first account is of it.

    The offices above it, made along with it, watch nothing and come last. Raises :class:`NotFound` when there is no office yet,
    :class:`WrongUse` for a code that is no office's.
    """
    offices = exports.units(desk)
    if not offices:
        raise NotFound(
            "Chưa có cơ quan nào. Chạy lamro init --locality MÃ trước.",
            "No office yet. Run lamro init --locality CODE first.",
        )
    if code:
        for office in offices:
            if office.locality == code:
                return office
        known = ", ".join(f"{office.locality} {office.short_name}" for office in offices)
        raise WrongUse(
            f"Chưa có cơ quan nào mang mã {code}. Đang có: {known}. Thêm cơ quan: lamro init --locality MÃ.",
            f"No office has the code {code}. There are: {known}. Add one: lamro init --locality CODE.",
        )
    watching = set(units.active_units(desk))
    first = min(exports.accounts(desk), key=lambda row: row.id, default=None)
    first_code = first.locality if first is not None else ""
    return min(
        offices, key=lambda office: (office.id not in watching, office.locality != first_code, office.id)
    )
