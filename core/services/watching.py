"""Pages of flagged items are looked at again by plan; edits, deletions and reappearances are recorded as facts with their proof.

Flagged: the story is tagged as suspected or as criticism, has a claim, or belongs to an incident. Nothing is judged here: a page
that is gone is "no longer accessible since", not "withdrawn". The plan is in :mod:`core.rules.revisiting`, the visits are made by
``config.revisits`` through the crawler.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from core.errors import LamroError, NotFound
from core.messages import Candidate, CaptureRecord, SourceResult
from core.queries import capture as captures
from core.records.claim import Claim
from core.records.incident import Incident
from core.records.item import Capture, Item, ItemVersion, Story, StoryOffice
from core.records.source import Source
from core.records.watch import Visit, Watch
from core.rules.permissions import require
from core.rules.revisiting import FLAGGING_TAGS, PLAN, RETRY, Saw, next_visit, read_code, tries_left
from core.services import acting, audit, intake, storing
from core.services.desk import Actor, Desk
from core.services.intake import TakenItem
from core.services.prepared import Outside, Prepared, from_candidate, outside
from core.text.urls import canonical_url

#: items taken up in one pass; the next pass takes the rest
ENROL = 200
#: code of a visit that read other words out of the same page, because this program reads pages differently than then
PARSER_CHANGED = "parser_changed"


@dataclass(frozen=True, slots=True)
class DueVisit:
    """A page to look at now. ``known`` is the hash of its words when it was last read, "" for the first time."""

    item_id: int
    url: str
    language: str
    known: str


def enrol(desk: Desk) -> int:
    """Begin a plan for items that are flagged now, end those that no longer are. Returns how many began.

    Cheap when nothing changed: two indexed reads, no write lock.
    """
    now = desk.clock.now()
    with desk.store.read() as session:
        fresh, stale, again = _fresh(session, now), _stale(session), _again(session)
    if not (fresh or stale or again):
        return 0
    with desk.store.write() as session:
        known = set(
            session.scalars(select(Watch.item_id).where(Watch.item_id.in_([item for item, _ in fresh])))
        )
        for item_id, begun in fresh:
            if item_id not in known:
                step, at = next_visit(begun, now)
                # A step that was missed (the machine was off) is made good at once, by one visit.
                session.add(
                    Watch(
                        item_id=item_id,
                        flagged_at=begun,
                        step=step,
                        next_at=now if step or at is None else at,
                    )
                )
        for watch in session.scalars(select(Watch).where(Watch.item_id.in_(stale))):
            watch.next_at, watch.ended = None, "unflagged"
        for watch in session.scalars(select(Watch).where(Watch.item_id.in_(again))):
            watch.flagged_at, watch.ended = now, ""
            watch.step, watch.next_at = next_visit(now, now)
    return len(fresh) + len(again)


def take_due(desk: Desk, limit: int) -> list[DueVisit]:
    """Pages whose time has come, longest waiting first; each is put off by half an hour, so that a crash costs one visit only."""
    now = desk.clock.now()
    with desk.store.read() as session:
        if session.scalar(select(Watch.item_id).where(Watch.next_at <= now).limit(1)) is None:
            return []
    with desk.store.write() as session:
        rows = session.execute(
            select(Watch, Item.url, Item.language)
            .join(Item, Item.id == Watch.item_id)
            .where(Watch.next_at <= now)
            .order_by(Watch.next_at, Watch.item_id)
            .limit(limit)
        ).all()
        found = []
        for watch, url, language in rows:
            watch.next_at, watch.tries = now + RETRY, watch.tries + 1
            found.append(DueVisit(watch.item_id, url, language, watch.page_sha256))
        return found


def ask(desk: Desk, actor: Actor, item_id: int) -> None:
    """Look at the page of a flagged item at the next occasion, whatever the plan says. Raises :class:`Forbidden`, :class:`NotFound`."""
    with audit.attempt(desk, actor, "watch.ask", "item", item_id), desk.store.write() as session:
        require(actor, "watch.ask")
        watch, item = session.get(Watch, item_id), session.get(Item, item_id)
        if item is not None and item.story_id is not None:
            acting.of_own_places(session, acting.person(session, actor, "watch.ask"), item.story_id)
        if watch is None:
            raise NotFound(
                "Trang của tin này chưa được theo dõi: gắn nhãn Nghi sai lệch hoặc Phê bình, phản ánh trước.",
                f"The page of item {item_id} is not watched.",
            )
        watch.next_at = desk.clock.now()
        audit.record(session, desk, actor, "watch.ask", "item", item_id)


def record(desk: Desk, item_id: int, candidate: Candidate | None, result: SourceResult | None) -> Saw:
    """Write down what a visit saw. ``result`` None: the crawler did not answer. Returns the word for it."""
    if candidate is None:
        with desk.store.write() as session:
            return _without_article(session, desk, item_id, result)
    with desk.store.read() as session:
        item = session.get_one(Item, item_id)
        around = outside(session, [item.source_id] if item.source_id else [])
        from_page = _from_page(session, item)
    told = candidate.model_copy(
        update={"source_id": item.source_id or candidate.source_id, "title": candidate.title or item.title}
    )
    read = from_candidate(told, around, via="revisit")
    if not isinstance(read, Prepared):
        with desk.store.write() as session:
            return _without_article(session, desk, item_id, result, code="parser_error")
    here = item.canonical_url in {read.canonical, canonical_url(candidate.url)}
    if not here and read.content_sha256 != item.content_sha256:
        with desk.store.write() as session:
            capture = _keep(session, item_id, candidate.capture)
            return _note(
                session, desk, item_id, Saw.MOVED, capture, None, candidate.url, result, candidate.entry_hash
            )
    if here and _only_our_reading(desk, item, read, told, around, from_page=from_page):
        with desk.store.write() as session:
            capture = _keep(session, item_id, candidate.capture)
            saw = Saw.BACK if session.get_one(Watch, item_id).state == Saw.GONE else Saw.SAME
            # The hash of today's reading is noted, so that the next visit compares like with like.
            return _note(
                session, desk, item_id, saw, capture, None, candidate.url, result, candidate.entry_hash, PARSER_CHANGED
            )  # fmt: skip
    text = replace(read, key=item.url_sha256, canonical=item.canonical_url, url=item.url)
    if not from_page:
        with desk.store.write() as session:
            version = _page_version(session, desk, item_id, text)
            capture = _keep(session, item_id, candidate.capture)
            return _read(session, desk, item_id, version, capture, candidate, result)
    seen: list[Saw] = []

    def finish(session: Session, taken: TakenItem) -> None:
        version = _last_number(session, item_id) if taken.outcome == "edited" else None
        capture = _keep(session, item_id, candidate.capture)
        seen.append(_read(session, desk, item_id, version, capture, candidate, result))

    if intake.take_again(desk, text, around, finish) is None:
        with desk.store.write() as session:
            return _without_article(session, desk, item_id, result, code="parser_error")
    return seen[0]


def _only_our_reading(
    desk: Desk, item: Item, read: Prepared, told: Candidate, around: Outside, *, from_page: bool
) -> bool:
    """True when the words differ only because this program reads pages differently now: an edit is the outlet's act, never ours.

    The page as it was kept then is read again with today's parser; when that gives today's words, nothing on the page has changed.
    Without a kept page that is intact there is no such proof, and the difference counts as before.
    """
    with desk.store.read() as session:
        last = session.scalar(
            select(ItemVersion)
            .where(ItemVersion.item_id == item.id, ItemVersion.origin == "page")
            .order_by(ItemVersion.number.desc())
            .limit(1)
        )
        if not from_page and last is None:
            return False
        before = item.content_sha256 if from_page or last is None else last.content_sha256
        if read.says(before) or desk.reader is None:
            return False
        kept = select(Capture.id).where(
            Capture.item_id == item.id, Capture.kind == "warc", Capture.status == 200, Capture.purged_at.is_(None)
        )  # fmt: skip
        if not from_page and last is not None:
            kept = kept.where(Capture.id == last.capture_id)
        capture_id = session.scalar(kept.order_by(Capture.id.desc()).limit(1))
        row = None if capture_id is None else captures.line(session, capture_id)
    if row is None:
        return False
    played = captures.play(desk.captures, row)
    if played.state != "intact" or played.page is None:
        return False
    try:
        found = desk.reader.article(
            played.data, row.content_type, row.url_chain[-1] if row.url_chain else row.url
        )
    except LamroError:
        return False
    again = from_candidate(
        told.model_copy(update={"title": found.title or item.title, "text": found.text}),
        around,
        via="revisit",
    )
    return isinstance(again, Prepared) and again.content_sha256 == read.content_sha256


# --- what is flagged ------------------------------------------------------------------------------------------------


def _flagged_stories() -> list[object]:
    """What any office flagged: a page is looked at once for all."""
    return [
        exists().where(
            StoryOffice.story_id == Story.id,
            or_(StoryOffice.tag.in_(FLAGGING_TAGS), StoryOffice.incident_id.is_not(None)),
        ),
        exists().where(Claim.story_id == Story.id, Claim.withdrawn_at.is_(None)),
    ]


def _fresh(session: Session, now: datetime) -> list[tuple[int, datetime]]:
    """(item, when its plan begins) of flagged items without a plan; flags older than the plan are left alone."""
    since = now - PLAN[-1]
    claimed = (
        select(func.min(Claim.created_at))
        .where(Claim.story_id == Story.id, Claim.withdrawn_at.is_(None))
        .scalar_subquery()
    )
    tagged = (
        select(func.min(StoryOffice.tagged_at))
        .where(StoryOffice.story_id == Story.id, StoryOffice.tag.in_(FLAGGING_TAGS))
        .scalar_subquery()
    )
    received = (
        select(func.min(Incident.received_at))
        .join(StoryOffice, StoryOffice.incident_id == Incident.id)
        .where(StoryOffice.story_id == Story.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Item.id, Item.first_seen_at, tagged, claimed, received)
        .join(Story, Story.id == Item.story_id)
        .outerjoin(Watch, Watch.item_id == Item.id)
        .where(
            Watch.item_id.is_(None),
            or_(Item.url.like("http://%"), Item.url.like("https://%")),
            or_(*_flagged_stories()),  # type: ignore[arg-type]
            or_(Item.first_seen_at >= since, tagged >= since, claimed >= since, received >= since),
        )
        .order_by(Item.id.desc())
        .limit(ENROL)
    ).all()
    found = []
    for item_id, first_seen, *flags in rows:
        flagged = min((moment for moment in flags if moment is not None), default=first_seen)
        found.append((item_id, max(flagged, first_seen)))
    return found


def _stale(session: Session) -> list[int]:
    """Items with visits to come whose story is not flagged any more (a tag was taken back)."""
    return list(
        session.scalars(
            select(Watch.item_id)
            .join(Item, Item.id == Watch.item_id)
            .outerjoin(Story, Story.id == Item.story_id)
            .where(Watch.next_at.is_not(None), or_(Story.id.is_(None), ~or_(*_flagged_stories())))  # type: ignore[arg-type]
            .limit(ENROL)
        )
    )


def _again(session: Session) -> list[int]:
    """Items whose plan was ended by taking the flag away, and that are flagged again."""
    return list(
        session.scalars(
            select(Watch.item_id)
            .join(Item, Item.id == Watch.item_id)
            .join(Story, Story.id == Item.story_id)
            .where(Watch.ended == "unflagged", or_(*_flagged_stories()))  # type: ignore[arg-type]
            .limit(ENROL)
        )
    )


# --- what was seen --------------------------------------------------------------------------------------------------


def _from_page(session: Session, item: Item) -> bool:
    """True when the stored words were read on the page itself, so that they can be compared with it.

    A post of a feed, an imported row and a text typed by a person are not: there the first visit only sets what to compare with.
    """
    if (
        item.kind != "article"
        or item.received_via not in {"crawl", "hand"}
        or "article_not_read" in item.warnings
    ):
        return False
    source = session.get(Source, item.source_id) if item.source_id is not None else None
    if source is not None:
        return not source.social
    return (
        session.scalar(
            select(Capture.id)
            .where(
                Capture.item_id == item.id, Capture.kind == "warc", Capture.fetched_at <= item.first_seen_at
            )
            .limit(1)
        )
        is not None
    )


def _page_version(session: Session, desk: Desk, item_id: int, text: Prepared) -> int | None:
    """Note the words of the page beside the item's own. The number of the new version when they changed since the last visit."""
    last = session.scalar(
        select(ItemVersion)
        .where(ItemVersion.item_id == item_id, ItemVersion.origin == "page")
        .order_by(ItemVersion.number.desc())
        .limit(1)
    )
    if last is not None and text.says(last.content_sha256):
        return None
    item = session.get_one(Item, item_id)
    number = (_last_number(session, item_id) or 0) + 1
    if number == 1:
        # The item as it came stays version 1.
        session.add(
            ItemVersion(
                item_id=item_id, number=1, title=item.title, text=item.text, content_sha256=item.content_sha256, seen_at=item.first_seen_at
            )
        )  # fmt: skip
        number = 2
    session.add(
        ItemVersion(
            item_id=item_id, number=number, title=text.title, text=text.text, content_sha256=text.content_sha256, seen_at=desk.clock.now(),
            capture_id=_keep(session, item_id, text.capture), origin="page",
        )
    )  # fmt: skip
    if last is None:
        return None
    item.edits += 1
    return number


def _last_number(session: Session, item_id: int) -> int | None:
    return session.scalar(select(func.max(ItemVersion.number)).where(ItemVersion.item_id == item_id))


def _keep(session: Session, item_id: int, capture: CaptureRecord | None) -> int | None:
    return None if capture is None else storing.add_capture(session, storing.capture_row(item_id, capture))


def _read(
    session: Session,
    desk: Desk,
    item_id: int,
    version: int | None,
    capture: int | None,
    candidate: Candidate,
    result: SourceResult | None,
) -> Saw:
    """An article was read at the item's own address."""
    watch = session.get_one(Watch, item_id)
    saw = Saw.EDITED if version is not None else Saw.SAME if watch.page_sha256 else Saw.FIRST
    if watch.state == Saw.GONE:
        saw = Saw.BACK
    return _note(session, desk, item_id, saw, capture, version, candidate.url, result, candidate.entry_hash)


def _without_article(
    session: Session, desk: Desk, item_id: int, result: SourceResult | None, *, code: str = ""
) -> Saw:
    """No article came: the words are as before, the page is gone or unreadable, or nobody could look."""
    watch = session.get_one(Watch, item_id)
    if result is not None and result.outcome in {"seen", "unchanged"} and not code:
        saw = Saw.BACK if watch.state == Saw.GONE else Saw.SAME
        return _note(session, desk, item_id, saw, None, None, result.final_url, result, watch.page_sha256)
    code = code or ("interrupted" if result is None else result.code or result.outcome)
    saw = read_code(code)
    proof = _keep(session, item_id, None if result is None else result.proof)
    return _note(
        session,
        desk,
        item_id,
        saw,
        proof,
        None,
        "" if result is None else result.final_url,
        result,
        watch.page_sha256,
        code,
    )


def _note(
    session: Session,
    desk: Desk,
    item_id: int,
    saw: Saw,
    capture: int | None,
    version: int | None,
    final_url: str,
    result: SourceResult | None,
    page_hash: str,
    code: str = "",
) -> Saw:
    """The visit's row, the page's state, and when to look next."""
    now = desk.clock.now()
    watch = session.get_one(Watch, item_id)
    session.add(
        Visit(
            item_id=item_id, at=now, outcome=saw, code=code[:40], status=(result.http_status or 0) if result is not None else 0,
            final_url=final_url[:2000], capture_id=capture, version=version,
        )
    )  # fmt: skip
    if saw is Saw.FAILED and tries_left(code, watch.tries):
        wait = RETRY * 2 ** (watch.tries - 1)
        if result is not None and result.retry_after_seconds:
            wait = max(wait, timedelta(seconds=result.retry_after_seconds))
        watch.next_at = now + wait
        return saw
    if saw is not Saw.FAILED:
        state = {Saw.GONE: "gone", Saw.MOVED: "moved", Saw.UNCLEAR: "unclear"}.get(saw, "here")
        if watch.state != state:
            watch.state, watch.since = state, now
        if saw not in {Saw.GONE, Saw.MOVED, Saw.UNCLEAR}:
            watch.page_sha256 = page_hash
    watch.tries = 0
    watch.step, watch.next_at = next_visit(watch.flagged_at, now)
    if watch.next_at is None:
        watch.ended = "plan"
    return saw


def visits(session: Session, item_id: int) -> Sequence[Visit]:
    """Every visit of a page, oldest first."""
    return session.scalars(select(Visit).where(Visit.item_id == item_id).order_by(Visit.id)).all()
