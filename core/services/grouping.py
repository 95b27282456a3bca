"""Merging and splitting stories: what the machine put together wrongly, people put right, and can take back.

A merge never buries anything: stories whose tags differ are not merged, an untagged one never goes into one that is "not about us", and
two with incidents of their own stay two. What waits for another office, or that office tagged otherwise, is not merged at all: nobody
clears another office's queue. Claims go with their items and keep their verdicts; tags and incidents of the story that is left empty
stay on it and are taken over, office by office.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, RuleBroken
from core.queries.locality import watched_codes
from core.records.claim import Claim
from core.records.grouping import StoryGrouping
from core.records.item import Item, Story, StoryLocality, StoryOffice
from core.records.unit import Unit
from core.rules.vocabulary import Tag
from core.services import acting, audit, office_rows, stories
from core.services.acting import get, perform, person, take_version
from core.services.desk import Actor, Desk

MERGE, SPLIT = "merge", "split"


def merge(desk: Desk, actor: Actor, story_id: int, version: int, other_id: int) -> int:
    """Put every item and claim of ``other_id`` into ``story_id``. Returns the number for undoing.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict`, :class:`Invalid` (the same story twice) and :class:`RuleBroken`
    ("grouping") for tags or incidents that differ.
    """

    def work(session: Session) -> int:
        who = person(session, actor, "story.group")
        if story_id == other_id:
            message = "Chọn một chuyện khác để gộp vào."
            raise Invalid(message, "A story cannot be merged with itself.", fields={"other": message})
        kept, gone = _both(session, who, story_id, other_id)
        take_version(session, kept, version, ("story", kept.id))
        ours, theirs = office_rows.rows_of(session, kept.id), office_rows.rows_of(session, gone.id)
        for unit_id in sorted({*ours, *theirs}):
            _may_join(session, who, unit_id, (kept.id, ours.get(unit_id)), (gone.id, theirs.get(unit_id)))
        items = list(session.scalars(select(Item.id).where(Item.story_id == gone.id).order_by(Item.id)))
        if not items:
            raise Conflict(
                "Chuyện kia không còn tin nào; có thể đã được gộp.", "The other story holds no item."
            )
        claims = list(session.scalars(select(Claim.id).where(Claim.story_id == gone.id).order_by(Claim.id)))
        row = _row(desk, who, MERGE, kept, gone, items, claims, ours)
        session.add(row)
        _move(session, items, claims, kept.id)
        for left in theirs.values():
            _take_over(session, kept.id, left)
        _settle(session, desk, kept, gone)
        return _recorded(session, desk, actor, row)

    return perform(desk, actor, "story.group", "story", story_id, work)


def split(desk: Desk, actor: Actor, story_id: int, version: int, item_ids: Sequence[int]) -> tuple[int, int]:
    """Make a story of its own out of some items. Returns the new story's id and the number for undoing.

    Raises :class:`Invalid` when nothing or everything was chosen, and as :func:`merge`. A claim goes with its item, unless its
    incident stays, and with the claim its office's suspicion; for every other office the new story waits untagged.
    """

    def work(session: Session) -> tuple[int, int]:
        who = person(session, actor, "story.group")
        story = get(session, Story, story_id, "câu chuyện")
        acting.of_own_places(session, who, story.id)
        take_version(session, story, version, ("story", story.id))
        every = set(session.scalars(select(Item.id).where(Item.story_id == story.id)))
        chosen = sorted(every & set(item_ids))
        if not chosen or len(chosen) == len(every):
            message = "Chọn ít nhất một tin để tách, và để lại ít nhất một tin."
            raise Invalid(message, "Choose some of the items, not all.", fields={"items": message})
        claims = list(
            session.scalars(
                select(Claim.id)
                .where(Claim.story_id == story.id, Claim.item_id.in_(chosen), Claim.incident_id.is_(None))
                .order_by(Claim.id)
            )
        )
        new = Story(
            title="", first_seen_at=story.first_seen_at, last_seen_at=story.last_seen_at, need_parts=[]
        )
        session.add(new)
        session.flush()
        rows = office_rows.rows_of(session, story.id)
        row = _row(desk, who, SPLIT, story, new, chosen, claims, rows)
        session.add(row)
        _move(session, chosen, claims, new.id)
        for unit_id in session.scalars(
            select(Claim.unit_id).where(Claim.id.in_(claims), Claim.withdrawn_at.is_(None)).distinct()
        ):
            if unit_id in rows and rows[unit_id].tag == Tag.SUSPECTED:
                _take_over(session, new.id, rows[unit_id], incident=False)
        _settle(session, desk, story, new)
        return new.id, _recorded(session, desk, actor, row)

    return perform(desk, actor, "story.group", "story", story_id, work)


def undo(desk: Desk, actor: Actor, grouping_id: int) -> int:
    """Take a merge or a split back, as far as the items still lie where it put them. Returns the story to show.

    Raises :class:`Conflict` when it was undone already, or when tags or incidents were changed on what would be parted.
    """

    def work(session: Session) -> int:
        who = person(session, actor, "story.group")
        row = get(session, StoryGrouping, grouping_id, "lần gộp, tách")
        story, other = _both(session, who, row.story_id, row.other_id)
        if row.undone_at is not None:
            raise Conflict("Lần gộp, tách này đã được hoàn tác.", "It was undone already.")
        source, goal = (story, other) if row.kind == MERGE else (other, story)
        items = _still(session, Item, row.item_ids, source.id)
        if not items:
            raise Conflict(
                "Các tin đã được chuyển sang chuyện khác, không hoàn tác được nữa.",
                "The items were moved on.",
            )
        ours, theirs = office_rows.rows_of(session, story.id), office_rows.rows_of(session, other.id)
        if row.kind == SPLIT and any(
            left.incident_id is not None or (left.tag and not _same_tag(ours.get(left.unit_id), left))
            for left in theirs.values()
        ):
            raise Conflict(
                "Chuyện tách ra đã có nhãn hoặc vụ việc riêng. Dùng Gộp nếu vẫn muốn nhập lại.",
                "The story that was split off has a tag or an incident of its own.",
            )
        _move(session, items, _still(session, Claim, row.claim_ids, source.id), goal.id)
        if row.kind == MERGE:
            for unit_id in sorted(ours.keys() & theirs.keys()):
                _give_back(ours[unit_id], theirs[unit_id], row.before.get(str(unit_id), {}))
        row.undone_at = desk.clock.now()
        _settle(session, desk, story, other)
        _tell(session, desk, actor, "story.ungroup", row, {})
        return story.id

    return perform(desk, actor, "story.ungroup", "story_grouping", grouping_id, work)


def _both(session: Session, who: acting.Person, one: int, two: int) -> tuple[Story, Story]:
    first, second = get(session, Story, one, "câu chuyện"), get(session, Story, two, "câu chuyện")
    for story in (first, second):
        acting.of_own_places(session, who, story.id)
    return first, second


def _may_join(
    session: Session,
    who: acting.Person,
    unit_id: int,
    kept: tuple[int, StoryOffice | None],
    gone: tuple[int, StoryOffice | None],
) -> None:
    """Raises :class:`RuleBroken` when what the office made of the two stories cannot be one."""
    tags = [row.tag if row is not None else "" for _, row in (kept, gone)]
    incidents = {row.incident_id for _, row in (kept, gone) if row is not None} - {None}
    if len(incidents) > 1:
        raise RuleBroken(
            "grouping",
            "Mỗi chuyện đã có vụ việc riêng nên không gộp được.",
            "Each of the stories has an incident of its own.",
            lawful="Đóng hoặc chuyển một vụ việc trước.",
        )
    if tags[0] == tags[1]:
        return
    if unit_id == who.unit_id:
        if all(tags) or Tag.IRRELEVANT in tags:
            raise RuleBroken(
                "grouping",
                "Hai chuyện đang mang nhãn khác nhau nên không gộp được.",
                "Stories whose tags differ are not merged.",
                lawful="Gắn cùng một nhãn cho hai chuyện rồi gộp.",
            )
        return
    untagged = kept[0] if not tags[0] else gone[0]
    places = select(StoryLocality.story_id).where(
        StoryLocality.story_id == untagged, StoryLocality.locality.in_(watched_codes(session, [unit_id]))
    )
    if all(tags) or session.scalar(places.limit(1)) is not None:
        name = session.scalar(select(Unit.short_name).where(Unit.id == unit_id))
        raise RuleBroken(
            "grouping",
            f"Hai chuyện này với {name} là hai việc khác nhau nên không gộp được: đơn vị đó mới gắn nhãn một chuyện, hoặc gắn hai nhãn khác nhau.",
            f"{name} tagged only one of the stories, or tagged them differently.",
            lawful="Nhờ đơn vị đó gắn cùng một nhãn cho hai chuyện rồi gộp.",
        )


def _take_over(session: Session, story_id: int, left: StoryOffice, *, incident: bool = True) -> None:
    """What the office made of the other story holds for this one, where it made nothing of it yet."""
    row = office_rows.row_of(session, story_id, left.unit_id)
    if not row.tag and left.tag:
        row.tag, row.tagged_by, row.tagged_at = left.tag, left.tagged_by, left.tagged_at
    if incident:
        row.incident_id = row.incident_id or left.incident_id


def _give_back(row: StoryOffice, left: StoryOffice, before: Mapping[str, Any]) -> None:
    """The reverse: what was taken over goes, what the office did since stays."""
    if not before.get("tag") and _same_tag(row, left):
        row.tag, row.tagged_by, row.tagged_at = "", None, None
    if row.incident_id == left.incident_id:
        row.incident_id = before.get("incident_id")


def _same_tag(row: StoryOffice | None, left: StoryOffice) -> bool:
    return row is not None and (row.tag, row.tagged_at) == (left.tag, left.tagged_at)


def _row(
    desk: Desk,
    who: acting.Person,
    kind: str,
    story: Story,
    other: Story,
    items: Sequence[int],
    claims: Sequence[int],
    rows: Mapping[int, StoryOffice],
) -> StoryGrouping:
    return StoryGrouping(
        kind=kind,
        story_id=story.id,
        other_id=other.id,
        item_ids=list(items),
        claim_ids=list(claims),
        before={
            str(unit_id): {"tag": one.tag, "incident_id": one.incident_id} for unit_id, one in rows.items()
        },
        account_id=who.id,
        at=desk.clock.now(),
    )


def _move(session: Session, items: Sequence[int], claims: Sequence[int], story_id: int) -> None:
    session.execute(
        update(Item)
        .where(Item.id.in_(items))
        .values(story_id=story_id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Claim)
        .where(Claim.id.in_(claims))
        .values(story_id=story_id)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def _settle(session: Session, desk: Desk, *both: Story) -> None:
    """Count both again, raise their versions and tell the index."""
    ids = [story.id for story in both]
    for story in both:
        story.version += 1
    stories.recount(session, desk, ids)
    for story_id in ids:
        stories.changed(session, desk, story_id)
    session.flush()


def _still(session: Session, model: Any, ids: Sequence[int], story_id: int) -> list[int]:
    return list(session.scalars(select(model.id).where(model.id.in_(ids), model.story_id == story_id)))


def _recorded(session: Session, desk: Desk, actor: Actor, row: StoryGrouping) -> int:
    session.flush()
    _tell(session, desk, actor, "story.group", row, {"items": row.item_ids, "claims": row.claim_ids})
    return row.id


def _tell(
    session: Session, desk: Desk, actor: Actor, act: str, row: StoryGrouping, detail: Mapping[str, Any]
) -> None:
    """In the log of either story, each naming the other."""
    for story_id, other_id in ((row.story_id, row.other_id), (row.other_id, row.story_id)):
        audit.record(
            session,
            desk,
            actor,
            act,
            "story",
            story_id,
            detail={"grouping": row.id, "kind": row.kind, "other": other_id, **detail},
        )
