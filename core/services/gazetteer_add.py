"""Units and links that no published table has: an old unit and what it went into, a new unit of today.

An administrator adds old units of the localities that the own offices watch; a unit of today only the administrator of every office,
since it is everybody's. The reader of texts takes an old unit's name as a former name of the new one (docs/gazetteer.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Forbidden, Invalid
from core.records.gazetteer import GazetteerLink, GazetteerUnit
from core.rules.gazetteer import Nature, Origin
from core.services import audit, rereading
from core.services.desk import Actor, Desk
from core.services.gazetteer_edit import UNIT_TYPES, do, overlaps, reach, unit_of, wrong
from core.text.normalise import clean, fold

_CODE = re.compile(r"[0-9]{2,10}")
_DISTRICT = frozenset({"huyện", "quận", "thị xã"})
_PROVINCE = frozenset({"tỉnh"})


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit as it was typed. ``code`` and ``parent`` (the code of the unit above) may be empty for an old one."""

    type: str
    name: str
    code: str = ""
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""


def add_old(desk: Desk, actor: Actor, new_id: str, old: NewUnit | str, nature: str) -> str:
    """Say what a unit was made of: ``old`` is the id of a known unit, or one to be added. Returns its id.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Invalid` (fields of :class:`NewUnit`, ``old``, ``nature``).
    """

    def work(session: Session) -> str:
        heir = unit_of(session, actor, new_id)
        if nature not in set(Nature):
            raise wrong("nature", "Chọn loại thay đổi.", "Choose what kind of change it was.")
        if isinstance(old, str):
            row = session.get(GazetteerUnit, old.strip())
            if row is None:
                raise wrong("old", f"Danh mục không có đơn vị mang mã {old[:20]}.", f"No unit {old[:20]}.")
        else:
            row = _add(session, desk, actor, _checked(session, old, ended=True))
        if row.valid_to is None or row.id == heir.id or row.id in _after(session, heir.id):
            raise wrong("old", "Đơn vị cũ phải đã hết hiệu lực và không phải do đơn vị này lập ra.", "It is no former unit.")  # fmt: skip
        link = session.get(GazetteerLink, (row.id, heir.id))
        if link is not None and link.active:
            raise wrong("old", "Đã có liên kết từ đơn vị cũ này.", "The link is there already.")
        if link is None:
            link = GazetteerLink(old_id=row.id, new_id=heir.id, origin=Origin.OFFICE)
            session.add(link)
        link.nature, link.day, link.active = nature, row.valid_to + timedelta(days=1), True
        link.changed_by, link.changed_at = actor.account_id, desk.clock.now()
        session.flush()
        rereading.ask(session, desk, actor, [heir.id])
        audit.record(
            session, desk, actor, "gazetteer.link_add", "gazetteer", heir.id, detail={"old": row.id, "nature": nature}
        )  # fmt: skip
        return row.id

    return do(desk, actor, "gazetteer.link_add", new_id, work)


def add_today(desk: Desk, actor: Actor, new: NewUnit) -> str:
    """Add a unit of today. Returns its id. Raises :class:`Forbidden`, :class:`Invalid` (fields)."""

    def work(session: Session) -> str:
        if reach(session, actor) is not None:
            raise Forbidden(
                "Chỉ quản trị của mọi cơ quan thêm được đơn vị đang có hiệu lực.",
                "Only the administrator of every office adds a unit of today.",
            )
        return _add(session, desk, actor, _checked(session, new, ended=False)).id

    return do(desk, actor, "gazetteer.unit_add", new.code[:20], work)


def _add(session: Session, desk: Desk, actor: Actor, unit: NewUnit) -> GazetteerUnit:
    unit_id = unit.code if unit.valid_to is None else f"{unit.code}@{unit.valid_to.year}"
    row = GazetteerUnit(
        id=unit_id, code=unit.code, level=_level(unit), type=unit.type, name=unit.name, folded=fold(unit.name), parent=unit.parent,
        valid_from=unit.valid_from, valid_to=unit.valid_to, source="", note=unit.note, origin=Origin.OFFICE,
        changed_by=actor.account_id, changed_at=desk.clock.now(),
    )  # fmt: skip
    if session.get(GazetteerUnit, unit_id) is not None or overlaps(
        session, row, unit.valid_from, unit.valid_to
    ):
        raise wrong(
            "code", "Một đơn vị khác đã mang mã này trong thời gian đó.", "The code was another unit's then."
        )
    session.add(row)
    session.flush()
    detail = {"type": row.type, "name": row.name, "parent": row.parent}
    audit.record(session, desk, actor, "gazetteer.unit_add", "gazetteer", row.id, detail=detail)
    return row


def _checked(session: Session, given: NewUnit, *, ended: bool) -> NewUnit:
    name = " ".join(clean(given.name).split())
    code, parent = given.code.strip(), given.parent.strip()
    fields: dict[str, str] = {}
    if not name or len(name) > 200 or not any(letter.isalpha() for letter in name):
        fields["name"] = "Nhập tên đơn vị, nhiều nhất 200 chữ, không kèm chữ xã, phường."
    if given.type not in UNIT_TYPES:
        fields["type"] = "Chọn loại đơn vị."
    if ended and given.valid_to is None:
        fields["valid_to"] = "Nhập ngày cuối cùng đơn vị cũ còn hiệu lực."
    if given.valid_from and given.valid_to and given.valid_to < given.valid_from:
        fields["valid_to"] = "Ngày cuối phải sau ngày đầu."
    if (code or not ended) and not _CODE.fullmatch(code):
        fields["code"] = "Mã đơn vị gồm 2 đến 10 chữ số."
    if (
        parent
        and session.scalar(select(GazetteerUnit.id).where(GazetteerUnit.code == parent).limit(1)) is None
    ):
        fields["parent"] = "Danh mục không có đơn vị cấp trên mang mã này."
    if not parent and not ended and given.type not in _PROVINCE:
        fields["parent"] = "Nhập mã đơn vị cấp trên."
    if fields:
        raise Invalid("Chưa lưu đơn vị: xem các ô được đánh dấu.", "The unit was not saved.", fields=fields)
    note = " ".join(clean(given.note).split())[:500]
    return replace(given, name=name, code=code or _own_code(session), parent=parent, note=note)


def _own_code(session: Session) -> str:
    """A code for an old unit whose official one nobody remembers: "o1", "o2" …; no official code looks so."""
    taken = session.scalars(select(GazetteerUnit.code).where(GazetteerUnit.code.like("o%")))
    numbers = [int(code[1:]) for code in taken if code[1:].isdigit()]
    return f"o{max(numbers, default=0) + 1}"


def _level(unit: NewUnit) -> str:
    if unit.type in _PROVINCE or (unit.type == "thành phố" and not unit.parent):
        return "p"
    return "d" if unit.type in _DISTRICT or unit.type == "thành phố" else "c"


def _after(session: Session, unit_id: str) -> set[str]:
    """What a unit became, through all changes: none of that can be what it was made of."""
    found: set[str] = set()
    fresh = {unit_id}
    while fresh:
        links = select(GazetteerLink.new_id).where(GazetteerLink.old_id.in_(fresh))
        fresh = set(session.scalars(links)) - found
        found |= fresh
    return found
