"""Stored items placed again under the rules of today, in batches: read and match without the write lock, then write what moved.

A rule never overrides a person: an item of a story of which an office that watches the locality said otherwise, by its tag, claim or
incident, and an item that somebody brought to the office, keep their place. Nothing is deleted; an item that is out stays in the store, in the index and in its story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from core.places import MentionFound, PlaceRule, RuleContext
from core.ports import ClaimLikeness
from core.records.claim import Claim
from core.records.item import Item, Mention, StoryOffice
from core.records.place_rule import PlaceRuleRow, PlaceRuleTouch
from core.records.source import Source
from core.records.unit import WatchedLocality
from core.rules.vocabulary import Band, Tag
from core.services import stories, suggestions
from core.services.desk import Desk
from core.text.normalise import fold

#: items a batch: one write transaction
BATCH = 25
#: items that one request looks at
MOST = 2_000
#: reasons of a mention that a person stands behind
_BY_PERSON = frozenset({"received_by_hand", "received_by_mail"})


@dataclass(frozen=True, slots=True)
class Moved:
    """An item about which a rule decides, and the band before and after."""

    item_id: int
    title: str
    source_name: str
    at: datetime
    before: str
    after: str
    #: a person said otherwise: it stays as it is
    kept: bool
    revision: int
    found: MentionFound
    #: judged claims that it is like, compared only where it becomes ours, as at intake
    like: tuple[ClaimLikeness, ...] = ()

    @property
    def changes(self) -> bool:
        """True when the rule moves the item to another band."""
        return self.before != self.after and not self.kept


@dataclass(frozen=True, slots=True)
class Look:
    """One stretch of stored items, newest first. ``down_to``: the lowest id looked at, 0 when there is none below."""

    looked: int
    down_to: int
    moved: tuple[Moved, ...]


def active(session: Session, codes: Sequence[str] | None = None) -> tuple[PlaceRule, ...]:
    """The rules that stand, of these localities or of all."""
    query = select(PlaceRuleRow).where(PlaceRuleRow.undone_at.is_(None)).order_by(PlaceRuleRow.id)
    if codes is not None:
        query = query.where(PlaceRuleRow.locality.in_(codes))
    return tuple(as_rule(row) for row in session.scalars(query))


def of_item(rules: Sequence[PlaceRule], key: str) -> list[PlaceRule]:
    """The rules that may speak of one text: those about signs, and those about itself. ``key``: the hash of its address."""
    return [rule for rule in rules if rule.sign.kind != "item" or rule.sign.context == key]


def as_rule(row: PlaceRuleRow) -> PlaceRule:
    """The rule as the match knows it."""
    sign = RuleContext(row.kind, row.name, row.context, row.label)  # type: ignore[arg-type]
    return PlaceRule(row.id, row.locality, row.admits, sign)


def look(
    session: Session,
    desk: Desk,
    rule: PlaceRule,
    rules: Sequence[PlaceRule],
    *,
    below: int | None = None,
    at_most: int = MOST,
) -> Look:
    """What ``rule`` decides among the stored items of its locality, with all ``rules`` that would then stand. Changes nothing.

    ``below``: only items with a smaller id. Items that do not hold the words of the rule are passed over unread.
    """
    moved: list[Moved] = []
    words = _words_of(rule)
    judged = suggestions.judged(session) if rule.admits else ()
    looked, lowest = 0, below
    while looked < at_most:
        rows = session.execute(_stored(rule, lowest).limit(min(BATCH, at_most - looked))).all()
        if not rows:
            return Look(looked, 0, tuple(moved))
        looked += len(rows)
        lowest = rows[-1].id
        for row in rows:
            whole = fold(f"{row.title}\n{row.text}")
            if not all(word in whole for word in words):
                continue
            found = again(desk, row, rule.locality, rules)
            if found is None or rule.id not in found.rules:
                continue
            kept = by_person(row) or contradicts(rule.admits, row)
            moved.append(
                Moved(
                    row.id, row.title, row.source_name or row.seen_where, row.published_at or row.first_seen_at, row.band,
                    str(found.band), kept, row.revision, found,
                    () if kept or row.band != Band.OUT else desk.analyst.like_claims(row.title, row.text, judged),
                )
            )  # fmt: skip
    more = session.scalar(_stored(rule, lowest).with_only_columns(Item.id).limit(1))
    return Look(looked, (lowest or 0) if more is not None else 0, tuple(moved))


def write(session: Session, desk: Desk, rule: PlaceRule, moved: Sequence[Moved]) -> list[Moved]:
    """Put a batch where the rule says, in the caller's write transaction. Items that changed meanwhile are left out and not returned."""
    now = desk.clock.now()
    current = _revisions(session, [one.item_id for one in moved])
    done = [one for one in moved if not one.kept and current.get(one.item_id) == one.revision]
    known = set(
        session.scalars(
            select(PlaceRuleTouch.item_id).where(
                PlaceRuleTouch.rule_id == rule.id,
                PlaceRuleTouch.item_id.in_([one.item_id for one in done]),
            )
        )
    )
    session.add_all(
        PlaceRuleTouch(rule_id=rule.id, item_id=one.item_id, before=one.before, at=now)
        for one in done
        if one.item_id not in known
    )
    suggestions.note(session, desk, {one.item_id: one.like for one in done if one.like})
    place(session, desk, rule.locality, {one.item_id: one.found for one in done})
    return done


def restore(session: Session, desk: Desk, rule: PlaceRule, item_ids: Sequence[int]) -> int:
    """Place items again as if ``rule``, which was undone, had never been; in the caller's write transaction. How many moved."""
    rules = active(session, [rule.locality])
    rows = session.execute(_items(rule.locality).where(Item.id.in_(item_ids))).all()
    found: dict[int, MentionFound] = {}
    for row in rows:
        mention = again(desk, row, rule.locality, rules)
        if mention is not None and not by_person(row):
            found[row.id] = mention
    place(session, desk, rule.locality, found)
    return sum(found[row.id].band != row.band for row in rows if row.id in found)


def said(locality: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """(``refused``, ``taken``): of an item's story an office that watches the locality said "not about us", or took it up."""
    watching = select(WatchedLocality.unit_id).where(WatchedLocality.code == locality)
    of_office = (StoryOffice.story_id == Item.story_id) & StoryOffice.unit_id.in_(watching)
    refused = exists().where(of_office, StoryOffice.tag == Tag.IRRELEVANT)
    tagged = exists().where(
        of_office, StoryOffice.tag.not_in(["", Tag.IRRELEVANT]) | StoryOffice.incident_id.is_not(None)
    )
    claimed = exists().where(Claim.story_id == Item.story_id, Claim.unit_id.in_(watching))
    return refused.label("refused"), (tagged | claimed).label("taken")


def _items(locality: str) -> Any:
    return (
        select(
            Item.id, Item.url_sha256, Item.title, Item.text, Item.source_id, Item.seen_where, Item.published_at, Item.first_seen_at, Item.revision,
            Source.name.label("source_name"), Source.locality.label("source_locality"), Mention.band, Mention.why,
            *said(locality),
        )
        .join(Mention, (Mention.item_id == Item.id) & (Mention.locality == locality))
        .outerjoin(Source, Source.id == Item.source_id)
        .order_by(Item.id.desc())
    )  # fmt: skip


def _stored(rule: PlaceRule, below: int | None) -> Any:
    query = _items(rule.locality)
    if below is not None:
        query = query.where(Item.id < below)
    if rule.sign.kind == "source":
        query = query.where(Item.source_id == rule.sign.context)
    if rule.sign.kind == "item":
        query = query.where(Item.url_sha256 == rule.sign.context)
    return query


def _words_of(rule: PlaceRule) -> list[str]:
    """The folded words of a rule: a text that lacks one of them need not be read."""
    words = rule.sign.name.split() + (
        [] if rule.sign.kind in {"source", "item"} else rule.sign.context.split()
    )
    return [fold(word) for word in words]


def again(desk: Desk, row: Any, locality: str, rules: Sequence[PlaceRule]) -> MentionFound | None:
    """The place match of today for a stored item; None when the text does not name the locality at all."""
    found = desk.analyst.place(
        row.title,
        row.text,
        localities=[locality],
        source_locality=row.source_locality,
        source_id=row.source_id or "",
        rules=of_item(rules, row.url_sha256),
        published_at=row.published_at,
    )
    return found[0] if found else None


def by_person(row: Any) -> bool:
    """True when somebody brought the item for this locality: no machine takes that back."""
    return any(cue.get("code") in _BY_PERSON for cue in row.why)


def contradicts(admits: bool, row: Any) -> bool:
    """True when a person said of the story what would be taken back (:func:`said`): ``admits``, that it would become ours."""
    return bool(row.refused if admits else row.taken)


def _revisions(session: Session, item_ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(select(Item.id, Item.revision).where(Item.id.in_(item_ids)))
    return {row.id: row.revision for row in rows}


def place(session: Session, desk: Desk, locality: str, found: Mapping[int, MentionFound | None]) -> None:
    """Write the mentions (None: the text names it no longer), the items' best bands, their stories' places; tell the index."""
    if not found:
        return
    order = (Band.OUT, Band.CHECK, Band.IN)
    best: dict[int, str] = {}
    fresh = {item_id for item_id, new in found.items() if new is not None}
    for mention in session.scalars(
        select(Mention).where(Mention.item_id.in_(found)).order_by(Mention.item_id, Mention.locality)
    ):
        if mention.locality == locality:
            fresh.discard(mention.item_id)
            new = found[mention.item_id]
            if new is None:
                session.delete(mention)
                continue
            _write(mention, new)
        best[mention.item_id] = max(
            best.get(mention.item_id, Band.OUT), mention.band, key=lambda band: order.index(Band(band))
        )
    for item_id in sorted(fresh):
        mention = Mention(item_id=item_id, locality=locality)
        _write(mention, found[item_id])
        session.add(mention)
        best[item_id] = max(
            best.get(item_id, Band.OUT), mention.band, key=lambda band: order.index(Band(band))
        )
    items = list(session.scalars(select(Item).where(Item.id.in_(found))))
    for item in items:
        item.band = best.get(item.id, Band.OUT)
    session.flush()
    stale = stories.recount(session, desk, {item.story_id for item in items if item.story_id is not None})
    stories.reindex(session, desk, stale | set(found))


def _write(mention: Mention, new: MentionFound | None) -> None:
    if new is not None:
        mention.score, mention.band = new.score, str(new.band)
        mention.spans = [list(span) for span in new.spans]
        mention.why = [asdict(cue) for cue in new.why]
