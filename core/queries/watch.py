"""What became of the pages of flagged items: edits, deletions, reappearances, and quotes that are no longer there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import offices
from core.records.claim import Claim
from core.records.item import Item, ItemVersion
from core.records.source import Source
from core.records.watch import Visit, Watch
from core.rules.evidence import find_verbatim

#: pages that a story's or an incident's page lists
MOST = 60


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One state of an item's words. ``origin``: source (as the item came) or page (read on the page itself)."""

    number: int
    seen_at: datetime
    title: str
    text: str
    sha256: str
    origin: str
    capture_id: int | None


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit: what it saw, why it could not read, the proof."""

    at: datetime
    outcome: str
    code: str
    status: int
    final_url: str
    capture_id: int | None
    version: int | None


@dataclass(frozen=True, slots=True)
class PageState:
    """The page of one item as it stands by the last visits; facts for a person to judge.

    ``state``: new (not visited yet), here, gone, moved, unclear. ``edited`` names the last two versions that differ (old, new).
    ``lost`` are quotes of claims that the last edit took away.
    """

    item_id: int
    title: str
    source_name: str
    url: str
    state: str
    since: datetime | None
    edited_at: datetime | None
    edited: tuple[int, int] | None
    back_at: datetime | None
    last: VisitLine | None
    next_at: datetime | None
    proof_id: int | None
    lost: tuple[str, ...]

    @property
    def notable(self) -> bool:
        """True when a person should look: something is not as it was."""
        return bool(
            self.edited
            or self.back_at
            or self.state in {"gone", "moved", "unclear"}
            or (self.last is not None and self.last.outcome == "failed")
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states of one item, and which quotes of claims the newer one lacks."""

    item_id: int
    title: str
    story_id: int | None
    url: str
    old: VersionLine
    new: VersionLine
    versions: tuple[VersionLine, ...]
    lost: tuple[str, ...]


def of_stories(session: Session, story_ids: Sequence[int]) -> tuple[PageState, ...]:
    """The watched pages of these stories, those that a person should look at first."""
    if not story_ids:
        return ()
    rows = session.execute(
        select(Watch, Item, Source.name)
        .join(Item, Item.id == Watch.item_id)
        .outerjoin(Source, Source.id == Item.source_id)
        .where(Item.story_id.in_(story_ids))
        .order_by(Item.id)
        .limit(MOST)
    ).all()
    states = [_state(session, watch, item, name or item.seen_where) for watch, item, name in rows]
    return tuple(sorted(states, key=lambda state: (not state.notable, state.item_id)))


def of_incident(session: Session, incident_id: int) -> tuple[PageState, ...]:
    """The same for the stories of an incident."""
    return of_stories(session, session.scalars(offices.of_incident(incident_id)).all())


def of_item(session: Session, item_id: int) -> tuple[PageState | None, tuple[VisitLine, ...]]:
    """The state of one item's page with its visits, newest first; None when it is not watched."""
    watch = session.get(Watch, item_id)
    if watch is None:
        return None, ()
    item = session.get_one(Item, item_id)
    visits = session.scalars(
        select(Visit).where(Visit.item_id == item_id).order_by(Visit.id.desc()).limit(30)
    )
    return _state(session, watch, item, ""), tuple(_visit(row) for row in visits)


def compare(session: Session, item_id: int, old: int | None = None, new: int | None = None) -> Comparison:
    """Two versions side by side; without numbers the last one and the one it changed. Raises :class:`NotFound`."""
    item = session.get(Item, item_id)
    versions = _versions(session, item_id)
    if item is None or len(versions) < 2:
        raise NotFound("Tin này chưa có bản nào khác để so.", f"Item {item_id} has no two versions.")
    numbers = {version.number: version for version in versions}
    newer = numbers.get(new or 0, versions[-1])
    default = _before(versions, newer) or next(one for one in versions if one is not newer)
    older = numbers.get(old or 0, default)
    return Comparison(
        item_id=item_id,
        title=item.title,
        story_id=item.story_id,
        url=item.url,
        old=older,
        new=newer,
        versions=versions,
        lost=_lost(session, item_id, older, newer),
    )


def _state(session: Session, watch: Watch, item: Item, source_name: str) -> PageState:
    versions = _versions(session, item.id)
    newest = versions[-1] if versions else None
    before = None if newest is None else _before(versions, newest)
    last = session.scalar(select(Visit).where(Visit.item_id == item.id).order_by(Visit.id.desc()).limit(1))
    back = session.scalar(select(func.max(Visit.at)).where(Visit.item_id == item.id, Visit.outcome == "back"))
    proof = None
    if watch.state in {"gone", "moved", "unclear"}:
        proof = session.scalar(
            select(Visit.capture_id)
            .where(Visit.item_id == item.id, Visit.at >= watch.since, Visit.capture_id.is_not(None))
            .order_by(Visit.id)
            .limit(1)
        )
    return PageState(
        item_id=item.id,
        title=item.title,
        source_name=source_name,
        url=item.url,
        state=watch.state,
        since=watch.since,
        edited_at=newest.seen_at if newest is not None and before is not None else None,
        edited=(before.number, newest.number) if newest is not None and before is not None else None,
        back_at=back if watch.state == "here" else None,
        last=None if last is None else _visit(last),
        next_at=watch.next_at,
        proof_id=proof,
        lost=_lost(session, item.id, before, newest) if newest is not None and before is not None else (),
    )


def _before(versions: Sequence[VersionLine], newer: VersionLine) -> VersionLine | None:
    """The version that ``newer`` changed: the last one before it of the same origin."""
    return next(
        (one for one in reversed(versions) if one.number < newer.number and one.origin == newer.origin), None
    )


def _lost(session: Session, item_id: int, old: VersionLine, new: VersionLine) -> tuple[str, ...]:
    """Quotes of claims on this item that stood in ``old`` and do not stand in ``new``."""
    quotes = session.scalars(
        select(Claim.quote)
        .where(Claim.item_id == item_id, Claim.withdrawn_at.is_(None))
        .order_by(Claim.id)
        .limit(20)
    )
    return tuple(
        quote
        for quote in quotes
        if find_verbatim(quote, f"{old.title}\n{old.text}") is not None
        and find_verbatim(quote, f"{new.title}\n{new.text}") is None
    )


def _versions(session: Session, item_id: int) -> tuple[VersionLine, ...]:
    rows = session.scalars(
        select(ItemVersion)
        .where(ItemVersion.item_id == item_id)
        .order_by(ItemVersion.number.desc())
        .limit(40)
    ).all()[::-1]
    return tuple(
        VersionLine(
            row.number, row.seen_at, row.title, row.text, row.content_sha256, row.origin, row.capture_id
        )
        for row in rows
    )


def _visit(row: Visit) -> VisitLine:
    return VisitLine(row.at, row.outcome, row.code, row.status, row.final_url, row.capture_id, row.version)
