"""“Không phải địa bàn” and “Đúng là địa bàn” as rules: what a person said of one item holds for the ones that carry the same sign.

A rule belongs to a locality that the person's office watches. Making one looks at the stored items, newest first and at most
:data:`core.services.rematching.MOST` in one go; older ones are looked at when somebody asks for it. Undoing restores what it moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.places import PlaceRule, RuleContext
from core.queries.locality import watched_codes
from core.records.item import Item, Mention
from core.records.place_rule import PlaceRuleRow, PlaceRuleTouch
from core.records.source import Source
from core.rules.permissions import require
from core.rules.vocabulary import Role
from core.services import acting, audit, rematching
from core.services.desk import Actor, Desk
from core.services.rematching import Look, Moved

#: a locality has at most so many rules about signs that stand: each costs a little with every text
MOST_RULES = 200
#: number of a rule that does not stand yet: higher than any, so that it is asked first
_TRIAL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that a rule may hang on, with the word that a form carries for it."""

    value: str
    sign: RuleContext


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would do."""

    sign: RuleContext
    look: Look

    @property
    def changed(self) -> tuple[Moved, ...]:
        """The items that would go to another band."""
        return tuple(one for one in self.look.moved if one.changes)

    @property
    def kept(self) -> int:
        """Items that a person has judged otherwise: they stay."""
        return sum(one.kept and one.before != one.after for one in self.look.moved)


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done in one go: items that moved, and whether older ones wait."""

    rule_id: int
    moved: int
    more: bool


def reach(session: Session, actor: Actor) -> tuple[str, ...]:
    """The localities that a person may set rules for: what the office watches; administrators also those of the offices below."""
    offices = {actor.unit_id}
    if actor.has(Role.ADMINISTRATOR):
        offices |= acting.descendants(session, actor.unit_id)
    return watched_codes(session, offices)


def require_locality(session: Session, actor: Actor, locality: str) -> None:
    """Raises :class:`Forbidden` for a locality that the person's office does not watch."""
    if locality not in reach(session, actor):
        raise Forbidden(
            "Cơ quan này không theo dõi địa bàn đó nên không đặt quy tắc cho nơi đó được.",
            f"The office does not watch {locality}.",
        )


def signs(session: Session, desk: Desk, item_id: int, locality: str) -> tuple[Sign, ...]:
    """What a rule made from this item may hang on: first, as the safest, the item alone. Raises :class:`NotFound`."""
    row = session.execute(
        select(Item.title, Item.text, Item.url_sha256, Item.source_id, Source.name)
        .outerjoin(Source, Source.id == Item.source_id)
        .join(Mention, (Mention.item_id == Item.id) & (Mention.locality == locality))
        .where(Item.id == item_id)
    ).one_or_none()
    if row is None:
        raise NotFound(
            "Không có tin này, hoặc trong tin không có tên của địa bàn.",
            f"No item {item_id} that names {locality}.",
        )
    found = desk.analyst.rule_contexts(
        row.title, row.text, locality, source_id=row.source_id or "", source_name=row.name or ""
    )
    alone = RuleContext("item", "", row.url_sha256, row.title[:300])
    return tuple(Sign(_value(sign), sign) for sign in (alone, *found))


def trial(
    session: Session, desk: Desk, actor: Actor, locality: str, item_id: int, value: str, *, admits: bool
) -> Trial:
    """What a rule would do to the stored items; changes nothing.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict` (the item no longer carries the sign).
    """
    require(actor, "place.rule")
    require_locality(session, actor, locality)
    sign = _chosen(session, desk, item_id, locality, value)
    rule = PlaceRule(_TRIAL, locality, admits, sign)
    return Trial(
        sign,
        rematching.look(session, desk, rule, [*rematching.active(session, [locality]), rule]),
    )


def make(desk: Desk, actor: Actor, locality: str, item_id: int, value: str, *, admits: bool) -> Applied:
    """Set a rule and apply it to the stored items, newest first. New items follow it from now on.

    Raises as :func:`trial`, and :class:`Invalid` for a rule that stands already or one too many.
    """
    with audit.attempt(desk, actor, "place.rule", "locality", locality), desk.store.write() as session:
        require(actor, "place.rule")
        require_locality(session, actor, locality)
        sign = _chosen(session, desk, item_id, locality, value)
        standing = rematching.active(session, [locality])
        if any((rule.admits, rule.sign.kind, rule.sign.name, rule.sign.context)
               == (admits, sign.kind, sign.name, sign.context) for rule in standing):  # fmt: skip
            raise Invalid(
                "Quy tắc này đã có. Xem ở trang địa bàn.", "This rule stands already.", fields={"sign": ""}
            )
        if sign.kind != "item" and sum(rule.sign.kind != "item" for rule in standing) >= MOST_RULES:
            raise Invalid(
                f"Địa bàn này đã có {MOST_RULES} quy tắc. Bỏ bớt quy tắc không còn dùng rồi đặt thêm.",
                f"{locality} has {MOST_RULES} rules already.",
            )
        row = PlaceRuleRow(
            locality=locality,
            admits=admits,
            kind=sign.kind,
            name=sign.name[:200],
            context=sign.context[:300],
            label=sign.label[:300],
            item_id=item_id,
            unit_id=actor.unit_id,
            account_id=actor.account_id,
            at=desk.clock.now(),
            looked_down_to=(session.scalar(select(func.max(Item.id))) or 0) + 1,
        )
        session.add(row)
        session.flush()
        rule_id = row.id
        audit.record(
            session,
            desk,
            actor,
            "place.rule",
            "place_rule",
            rule_id,
            detail={"locality": locality, "admits": admits, "kind": sign.kind, "item": item_id},
        )
    return _apply(desk, rule_id)


def go_on(desk: Desk, actor: Actor, rule_id: int) -> Applied:
    """Look at the older items that a rule has not seen yet; or go on with an undoing that was cut off."""
    with audit.attempt(desk, actor, "place.rule", "place_rule", rule_id), desk.store.write() as session:
        row = _own(session, actor, rule_id, "place.rule")
        undone = row.undone_at is not None
        audit.record(session, desk, actor, "place.rule_more", "place_rule", rule_id)
    return _restore(desk, rule_id) if undone else _apply(desk, rule_id)


def undo(desk: Desk, actor: Actor, rule_id: int) -> Applied:
    """Take a rule back and restore what it moved. A second time only goes on with the first.

    Raises :class:`Forbidden`, :class:`NotFound`.
    """
    with audit.attempt(desk, actor, "place.rule_undo", "place_rule", rule_id), desk.store.write() as session:
        row = _own(session, actor, rule_id, "place.rule_undo")
        if row.undone_at is None:
            row.undone_at, row.undone_by = desk.clock.now(), actor.account_id
            audit.record(
                session, desk, actor, "place.rule_undo", "place_rule", rule_id, detail={"locality": row.locality}
            )  # fmt: skip
    return _restore(desk, rule_id)


def note(session: Session, desk: Desk, touched: Sequence[tuple[int, int]]) -> None:
    """(rule, item) pairs of items that came in under rules; in the caller's write transaction."""
    if not touched:
        return
    known = {
        (row.rule_id, row.item_id)
        for row in session.execute(
            select(PlaceRuleTouch.rule_id, PlaceRuleTouch.item_id).where(
                PlaceRuleTouch.item_id.in_({item_id for _, item_id in touched})
            )
        )
    }
    now = desk.clock.now()
    session.add_all(
        PlaceRuleTouch(rule_id=rule_id, item_id=item_id, at=now)
        for rule_id, item_id in dict.fromkeys(touched)
        if (rule_id, item_id) not in known
    )


def _apply(desk: Desk, rule_id: int) -> Applied:
    """A request's worth of stored items. Each batch is a transaction of its own, and remembers how far it came."""
    moved = looked = 0
    while True:
        with desk.store.read() as session:
            row = session.get_one(PlaceRuleRow, rule_id)
            below = row.looked_down_to
            if row.undone_at is not None or not below or looked >= rematching.MOST:
                return Applied(rule_id, moved, bool(below) and row.undone_at is None)
            rule = rematching.as_rule(row)
            rules = rematching.active(session, [rule.locality])
            found = rematching.look(session, desk, rule, rules, below=below, at_most=rematching.BATCH)
        with desk.store.write() as session:
            row = session.get_one(PlaceRuleRow, rule_id)
            if row.undone_at is None and row.looked_down_to == below:
                done = rematching.write(session, desk, rule, found.moved)
                moved += sum(one.changes for one in done)
                # An item that somebody changed between reading and writing is read again.
                missed = {one.item_id for one in found.moved if not one.kept} - {one.item_id for one in done}
                if not missed:
                    row.looked_down_to = found.down_to
                    looked += found.looked
                else:
                    row.looked_down_to = max(missed) + 1


def _restore(desk: Desk, rule_id: int) -> Applied:
    moved = seen = 0
    while True:
        with desk.store.write() as session:
            rule = rematching.as_rule(session.get_one(PlaceRuleRow, rule_id))
            touches = list(
                session.scalars(
                    select(PlaceRuleTouch)
                    .where(PlaceRuleTouch.rule_id == rule_id, PlaceRuleTouch.restored_at.is_(None))
                    .order_by(PlaceRuleTouch.item_id.desc())
                    .limit(rematching.BATCH)
                )
            )
            if not touches or seen >= rematching.MOST:
                return Applied(rule_id, moved, bool(touches))
            moved += rematching.restore(session, desk, rule, [touch.item_id for touch in touches])
            now = desk.clock.now()
            for touch in touches:
                touch.restored_at = now
            seen += len(touches)


def _own(session: Session, actor: Actor, rule_id: int, act: str) -> PlaceRuleRow:
    require(actor, act)
    row = session.get(PlaceRuleRow, rule_id)
    if row is None:
        raise NotFound("Không có quy tắc này.", f"No rule {rule_id}.")
    require_locality(session, actor, row.locality)
    return row


def _chosen(session: Session, desk: Desk, item_id: int, locality: str, value: str) -> RuleContext:
    """The sign that a form names: read out of the item again, so that nobody writes one by hand."""
    found = next((one.sign for one in signs(session, desk, item_id, locality) if one.value == value), None)
    if found is None:
        raise Conflict(
            "Chưa chọn dấu hiệu, hoặc tin đã đổi từ khi trang được mở. Chọn lại một dấu hiệu trong danh sách.",
            "No sign was chosen, or the item changed since the page was opened. Choose one of the list again.",
        )
    return found


def _value(sign: RuleContext) -> str:
    return f"{sign.kind}|{sign.name}|{sign.context}"
