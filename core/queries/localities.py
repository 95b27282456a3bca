"""Địa bàn: how many items name a locality in which band, and the rules that people set for its names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.errors import NotFound
from core.queries.reasons import item_mentions, sentence
from core.records.account import Account
from core.records.item import Item, Mention
from core.records.place_rule import PlaceRuleRow, PlaceRuleTouch
from core.records.source import Source
from core.records.unit import WatchedLocality
from core.rules.vocabulary import Band

#: counts of bands look back so many days
DAYS = 90
#: the page of a locality lists so many items that are out, and so many rules that were undone
SHOWN = 10


@dataclass(frozen=True, slots=True)
class LocalityRow:
    """A locality with its counts of the last :data:`DAYS` days: band → items."""

    code: str
    name: str
    bands: dict[str, int] = field(default_factory=dict)
    rules: int = 0


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule: what it says, who set it when, how many items it decided about, whether it was undone and by whom."""

    id: int
    admits: bool
    kind: str
    name: str
    label: str
    item_id: int
    by: str
    at: datetime
    touched: int
    older_left: bool
    undone_at: datetime | None
    undone_by: str
    restoring: bool


@dataclass(frozen=True, slots=True)
class OutRow:
    """An item that names the locality and was put out, with the strongest reason."""

    id: int
    title: str
    source_name: str
    at: datetime
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class LocalityPage:
    """The page of a locality."""

    row: LocalityRow
    rules: tuple[RuleRow, ...]
    undone: tuple[RuleRow, ...]
    out: tuple[OutRow, ...]


def overview(session: Session, codes: Sequence[str], now: datetime) -> tuple[LocalityRow, ...]:
    """The localities with these codes, by name."""
    names = dict(
        session.execute(
            select(WatchedLocality.code, WatchedLocality.name).where(WatchedLocality.code.in_(codes))
        ).all()
    )
    bands: dict[str, dict[str, int]] = {code: {} for code in codes}
    for row in session.execute(
        select(Mention.locality, Mention.band, func.count().label("n"))
        .join(Item, Item.id == Mention.item_id)
        .where(Mention.locality.in_(codes), Item.first_seen_at >= now - timedelta(days=DAYS))
        .group_by(Mention.locality, Mention.band)
    ):
        bands[row.locality][row.band] = row.n
    rules = dict(
        session.execute(
            select(PlaceRuleRow.locality, func.count())
            .where(PlaceRuleRow.locality.in_(codes), PlaceRuleRow.undone_at.is_(None))
            .group_by(PlaceRuleRow.locality)
        ).all()
    )
    return tuple(
        LocalityRow(code, names[code], bands[code], rules.get(code, 0))
        for code in sorted(names, key=lambda code: (names[code], code))
    )


def page(session: Session, code: str, now: datetime) -> LocalityPage:
    """Everything on the page of a locality. Raises :class:`NotFound`."""
    rows = overview(session, [code], now)
    if not rows:
        raise NotFound("Không cơ quan nào theo dõi địa bàn này.", f"No office watches {code}.")
    rules = _rules(session, code)
    return LocalityPage(
        rows[0],
        tuple(rule for rule in rules if rule.undone_at is None),
        tuple(rule for rule in rules if rule.undone_at is not None)[:SHOWN],
        _out(session, code),
    )


def _rules(session: Session, code: str) -> tuple[RuleRow, ...]:
    maker, undoer = aliased(Account), aliased(Account)
    touched = (
        select(
            PlaceRuleTouch.rule_id,
            func.count().label("n"),
            func.count(PlaceRuleTouch.restored_at).label("restored"),
        )
        .group_by(PlaceRuleTouch.rule_id)
        .subquery()
    )
    found = session.execute(
        select(
            PlaceRuleRow,
            maker.display_name.label("by"),
            undoer.display_name.label("undoer"),
            touched.c.n,
            touched.c.restored,
        )
        .join(maker, maker.id == PlaceRuleRow.account_id)
        .outerjoin(undoer, undoer.id == PlaceRuleRow.undone_by)
        .outerjoin(touched, touched.c.rule_id == PlaceRuleRow.id)
        .where(PlaceRuleRow.locality == code)
        .order_by(PlaceRuleRow.id.desc())
        .limit(300)
    )
    return tuple(
        RuleRow(
            id=row.id,
            admits=row.admits,
            kind=row.kind,
            name=row.name,
            label=row.label,
            item_id=row.item_id,
            by=by,
            at=row.at,
            touched=n or 0,
            older_left=row.looked_down_to > 0,
            undone_at=row.undone_at,
            undone_by=undone_by or "",
            restoring=row.undone_at is not None and (n or 0) > (restored or 0),
        )
        for row, by, undone_by, n, restored in found
    )


def _out(session: Session, code: str) -> tuple[OutRow, ...]:
    rows = session.execute(
        select(Item.id, Item.title, Item.published_at, Item.first_seen_at, Item.seen_where, Source.name)
        .join(Mention, Mention.item_id == Item.id)
        .outerjoin(Source, Source.id == Item.source_id)
        .where(Mention.locality == code, Mention.band == Band.OUT)
        .order_by(Item.id.desc())
        .limit(SHOWN)
    ).all()
    mentions = item_mentions(session, [row.id for row in rows], [code])
    found = []
    for row in rows:
        against = min(mentions[row.id].why, key=lambda cue: float(cue.get("weight", 0)), default=None)
        found.append(
            OutRow(
                row.id,
                row.title,
                row.name or row.seen_where,
                row.published_at or row.first_seen_at,
                sentence(str(against["vi"])) if against else "",
                sentence(str(against["en"])) if against else "",
            )
        )
    return tuple(found)
