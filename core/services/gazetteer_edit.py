"""Corrections of the gazetteer by an office: names added, edited, switched off and on again; units set right; shipped values taken or left.

An administrator corrects the localities that the own office and those below it watch; the administrator of every office corrects any.
Every act raises the revision in its own transaction, so that the next text is read by what was just saved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Forbidden, Invalid, NotFound
from core.queries.accounts import administered
from core.queries.gazetteer import facts_of
from core.queries.locality import watched_codes
from core.records.account import Account
from core.records.gazetteer import GazetteerLink, GazetteerName, GazetteerUnit
from core.rules.gazetteer import LANGUAGES, NameNature, Origin
from core.services import acting, audit, gazetteer_rename, rereading
from core.services.desk import Actor, Desk
from core.services.gazetteer_import import raise_revision
from core.text.normalise import clean, fold
from core.text.tokens import tokenise

T = TypeVar("T")

#: a locality has at most so many names: each is looked for in every text
MOST_NAMES = 1000
UNIT_TYPES = ("xã", "phường", "đặc khu", "thị trấn", "huyện", "quận", "thị xã", "thành phố", "tỉnh")


@dataclass(frozen=True, slots=True)
class NewName:
    """A name as it was typed."""

    nature: str
    text: str
    language: str = ""
    type: str = ""
    until: date | None = None
    note: str = ""


def reach(session: Session, actor: Actor) -> frozenset[str] | None:
    """Codes of the localities that an administrator may correct; None: all of them."""
    account = session.get(Account, actor.account_id)
    if account is not None and account.all_offices:
        return None
    return frozenset(watched_codes(session, administered(session, actor.account_id)))


def add_name(desk: Desk, actor: Actor, unit_id: str, given: NewName) -> int:
    """Add a name; one that was switched off is switched on again. Returns its id.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Invalid` (fields of :class:`NewName`).
    """

    def work(session: Session) -> int:
        unit = unit_of(session, actor, unit_id)
        name = _checked(given)
        same = session.scalar(
            select(GazetteerName).where(
                GazetteerName.unit_id == unit.id,
                GazetteerName.nature == name.nature,
                GazetteerName.text == name.text,
                GazetteerName.language == name.language,
                GazetteerName.type == name.type,
            )
        )
        if same is not None and same.active:
            raise wrong("text", f"Tên “{name.text}” đã có ở nhóm này.", f"“{name.text}” is there already.")
        count = session.scalar(
            select(func.count()).where(GazetteerName.unit_id == unit.id, GazetteerName.active)
        )
        if (count or 0) >= MOST_NAMES:
            raise wrong(
                "text", f"Một địa bàn có nhiều nhất {MOST_NAMES} tên.", f"At most {MOST_NAMES} names."
            )
        now = desk.clock.now()
        if same is None:
            same = GazetteerName(
                unit_id=unit.id, nature=name.nature, text=name.text, folded=fold(name.text), language=name.language, type=name.type,
                until=name.until, note=name.note, origin=Origin.OFFICE, shipped_key="", active=True,
                added_by=actor.account_id, added_at=now,
            )  # fmt: skip
            session.add(same)
        else:
            _touch(desk, actor, same)
            same.active, same.until, same.note = True, name.until, name.note
        session.flush()
        _tell(session, desk, actor, "gazetteer.name_add", unit.id, same)
        return same.id

    return do(desk, actor, "gazetteer.name_add", unit_id, work)


def edit_name(desk: Desk, actor: Actor, name_id: int, version: int, given: NewName) -> str:
    """Change a name. Returns the id of its unit. Raises as :func:`add_name`, and :class:`Conflict`."""

    def work(session: Session) -> str:
        row = _name(session, actor, name_id)
        name = _checked(given)
        if row.version != version:
            raise acting.conflict(session, ("gazetteer_name", name_id))
        before = {"nature": row.nature, "text": row.text}
        row.nature, row.text, row.folded = name.nature, name.text, fold(name.text)
        row.language, row.type, row.until, row.note = name.language, name.type, name.until, name.note
        _touch(desk, actor, row)
        _tell(session, desk, actor, "gazetteer.name_edit", row.unit_id, row, before=before)
        return row.unit_id

    return do(desk, actor, "gazetteer.name_edit", str(name_id), work)


def switch_name(desk: Desk, actor: Actor, name_id: int, *, active: bool) -> str:
    """Switch a name off, or on again (the undo). Returns the id of its unit; a second time changes nothing."""
    act = "gazetteer.name_on" if active else "gazetteer.name_off"

    def work(session: Session) -> str:
        row = _name(session, actor, name_id)
        if row.active != active:
            row.active = active
            _touch(desk, actor, row)
            _tell(session, desk, actor, act, row.unit_id, row)
        return row.unit_id

    return do(desk, actor, act, str(name_id), work)


def correct_unit(
    desk: Desk,
    actor: Actor,
    unit_id: str,
    version: int,
    *,
    type: str,
    name: str,
    valid_from: date | None,
    valid_to: date | None,
    note: str,
) -> int:
    """Set a unit right. What is shipped for it is remembered, and offered when a later table says something new.

    Returns how many watched localities are called otherwise now (:mod:`core.services.gazetteer_rename`).

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict`, :class:`Invalid` (fields).
    """

    def work(session: Session) -> int:
        row = unit_of(session, actor, unit_id)
        if row.version != version:
            raise acting.conflict(session, ("gazetteer", unit_id))
        shown = " ".join(clean(name).split())
        fields = {}
        if not shown or len(shown) > 200 or not any(letter.isalpha() for letter in shown):
            fields["name"] = "Nhập tên đơn vị, nhiều nhất 200 chữ."
        if type not in UNIT_TYPES:
            fields["type"] = "Chọn loại đơn vị."
        if valid_from is not None and valid_to is not None and valid_to < valid_from:
            fields["valid_to"] = "Ngày cuối phải sau ngày đầu."
        if not fields and overlaps(session, row, valid_from, valid_to):
            fields["valid_from"] = "Một đơn vị khác mang mã này trong thời gian đó."
        if fields:
            raise Invalid(
                "Chưa lưu đơn vị: xem các ô được đánh dấu.", "The unit was not saved.", fields=fields
            )
        was = facts_of(row)
        before = was.values()
        if row.origin == Origin.SHIPPED and not row.corrected:
            row.corrected, row.shipped, row.kept = True, before, before
        row.type, row.name, row.folded = type, shown, fold(shown)
        row.valid_from, row.valid_to, row.note = valid_from, valid_to, " ".join(note.split())[:500]
        after = facts_of(row).values()
        _touch(desk, actor, row)
        renamed = gazetteer_rename.follow(session, desk, actor, was, facts_of(row))
        rereading.ask(session, desk, actor, [unit_id])
        changed = {key: [before[key], value] for key, value in after.items() if before[key] != value}
        audit.record(
            session,
            desk,
            actor,
            "gazetteer.unit_edit",
            "gazetteer",
            unit_id,
            detail={"changed": changed, "watched": renamed},
        )
        return renamed

    return do(desk, actor, "gazetteer.unit_edit", unit_id, work)


def answer_offer(desk: Desk, actor: Actor, unit_id: str, version: int, *, take: bool) -> None:
    """Take the shipped values of a corrected unit, or keep the office's own and ask no more until they change again."""
    act = "gazetteer.offer_take" if take else "gazetteer.offer_keep"

    def work(session: Session) -> None:
        row = unit_of(session, actor, unit_id)
        if row.version != version:
            raise acting.conflict(session, ("gazetteer", unit_id))
        if not row.shipped:
            raise NotFound("Đơn vị này không có giá trị đi kèm khác.", f"Nothing is offered for {unit_id}.")
        row.kept = row.shipped
        if take:
            was, values = facts_of(row), dict(row.shipped)
            row.type, row.name, row.folded = values["type"], values["name"], fold(values["name"])
            row.parent, row.note = values["parent"], values["note"]
            row.valid_from, row.valid_to = (
                None if values[key] is None else date.fromisoformat(values[key])
                for key in ("valid_from", "valid_to")
            )
            row.corrected = False
            gazetteer_rename.follow(session, desk, actor, was, facts_of(row))
            rereading.ask(session, desk, actor, [unit_id])
        _touch(desk, actor, row)
        audit.record(session, desk, actor, act, "gazetteer", unit_id, detail={"shipped": row.shipped})

    do(desk, actor, act, unit_id, work)


def switch_link(desk: Desk, actor: Actor, old_id: str, new_id: str, *, active: bool) -> None:
    """Say that an old unit did not go into a new one, or that it did after all. The new unit must be in reach."""
    act = "gazetteer.link_on" if active else "gazetteer.link_off"

    def work(session: Session) -> None:
        row = session.get(GazetteerLink, (old_id, new_id))
        if row is None:
            raise NotFound("Không có liên kết này.", f"No link {old_id} → {new_id}.")
        unit_of(session, actor, new_id)
        if row.active != active:
            row.active, row.changed_by, row.changed_at = active, actor.account_id, desk.clock.now()
            rereading.ask(session, desk, actor, [new_id])
            audit.record(session, desk, actor, act, "gazetteer", new_id, detail={"old": old_id})

    do(desk, actor, act, f"{old_id}>{new_id}", work)


# --- inside ---------------------------------------------------------------------------------------------------------


def do(desk: Desk, actor: Actor, act: str, thing: str, work: Callable[[Session], T]) -> T:
    """Do ``work`` as an act of correction: the person checked, the revision raised, the analyst told."""

    def whole(session: Session) -> tuple[T, int]:
        acting.person(session, actor, "gazetteer.edit")
        result = work(session)
        return result, raise_revision(session)

    result, revision = acting.perform(desk, actor, act, "gazetteer", thing, whole)
    desk.analyst.keep_up(revision)
    return result


def unit_of(session: Session, actor: Actor, unit_id: str) -> GazetteerUnit:
    """A unit that the administrator may correct. Raises :class:`Forbidden`, :class:`NotFound`."""
    row = session.get(GazetteerUnit, unit_id)
    if row is None:
        raise NotFound("Danh mục không có đơn vị này.", f"No unit {unit_id}.")
    codes = reach(session, actor)
    if codes is not None and unit_id not in codes:
        raise Forbidden(
            "Quản trị chỉ sửa địa bàn mà cơ quan mình hoặc cơ quan cấp dưới theo dõi. Nhờ quản trị của mọi cơ quan.",
            f"{unit_id} is watched by no office of this administrator.",
        )
    return row


def _name(session: Session, actor: Actor, name_id: int) -> GazetteerName:
    row = session.get(GazetteerName, name_id)
    if row is None:
        raise NotFound("Không có tên gọi này.", f"No name {name_id}.")
    unit_of(session, actor, row.unit_id)
    return row


def _checked(given: NewName) -> NewName:
    """The name, cleaned. Raises :class:`Invalid`."""
    text = " ".join(clean(given.text).split())
    letters = sum(len(token.exact) for token in tokenise(text))
    if given.nature not in set(NameNature):
        raise wrong("nature", "Chọn loại tên.", "Choose what kind of name it is.")
    if letters < 2 or len(text) > 200 or not any(letter.isalpha() for letter in text):
        raise wrong("text", "Nhập tên có từ 2 đến 200 chữ.", "A name needs 2 to 200 characters.")
    if given.nature == NameNature.FOREIGN and given.language not in LANGUAGES:
        raise wrong("language", "Chọn tiếng của tên nước ngoài.", "Choose the language of a foreign name.")
    if given.nature == NameNature.FORMER and given.type not in UNIT_TYPES:
        raise wrong("type", "Chọn loại đơn vị của tên cũ.", "Choose the unit word of a former name.")
    return NewName(
        given.nature,
        text,
        given.language if given.nature == NameNature.FOREIGN else "",
        given.type if given.nature == NameNature.FORMER else "",
        given.until if given.nature == NameNature.FORMER else None,
        " ".join(clean(given.note).split())[:500],
    )


def wrong(field: str, vi: str, en: str) -> Invalid:
    """The error of one field."""
    return Invalid(vi, en, fields={field: vi})


def overlaps(session: Session, row: GazetteerUnit, start: date | None, end: date | None) -> bool:
    """True when another unit wears the same code at some time between the days."""
    others = session.scalars(
        select(GazetteerUnit).where(GazetteerUnit.code == row.code, GazetteerUnit.id != row.id)
    )
    return any(
        (end is None or other.valid_from is None or other.valid_from <= end)
        and (start is None or other.valid_to is None or start <= other.valid_to)
        for other in others
    )


def _touch(desk: Desk, actor: Actor, row: GazetteerName | GazetteerUnit) -> None:
    row.changed_by, row.changed_at, row.version = actor.account_id, desk.clock.now(), row.version + 1


def _tell(
    session: Session,
    desk: Desk,
    actor: Actor,
    act: str,
    unit_id: str,
    row: GazetteerName,
    *,
    before: dict[str, str] | None = None,
) -> None:
    rereading.ask(session, desk, actor, [unit_id])
    detail = {"unit": unit_id, "nature": row.nature, "text": row.text, "before": before}
    audit.record(session, desk, actor, act, "gazetteer_name", row.id, detail=detail)
