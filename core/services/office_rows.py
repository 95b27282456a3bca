"""What an office makes of a story (decision 22): read in one question, changed under the form's number, told to the index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, insert, select, update
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.queries.offices import TAG, VERSION
from core.records.account import Account
from core.records.claim import Claim
from core.records.item import Story, StoryLocality, StoryOffice, TagEvent
from core.records.unit import WatchedLocality
from core.rules.vocabulary import TAG_VI, Tag
from core.services import stories
from core.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Standing:
    """A story as an act of an office finds it: ``version`` is the form's number; ``acted``: the office has a row already.

    ``placed``: the story is about places at all; ``ours``: about one that the office watches; ``claimed``: the office has a claim on it.
    """

    story_id: int
    unit_id: int
    version: int
    tag: str
    tagged_by: int | None
    acted: bool
    placed: bool
    ours: bool
    claimed: bool
    last_event: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """Which tag the office shows, whose it is, since when."""

    tag: str
    by: int | None
    at: datetime | None


_UNIT = bindparam("unit", type_=StoryOffice.unit_id.type)
_PLACES = exists().where(StoryLocality.story_id == Story.id)
#: everything that a tag must know before it is given, in one question: the write lock is held meanwhile
_STANDING = (
    select(
        VERSION.label("version"),
        TAG.label("tag"),
        StoryOffice.tagged_by,
        StoryOffice.story_id.is_not(None).label("acted"),
        _PLACES.label("placed"),
        _PLACES.where(
            WatchedLocality.code == StoryLocality.locality,
            WatchedLocality.unit_id == _UNIT,
            WatchedLocality.active,
        ).label("ours"),
        exists()
        .where(Claim.story_id == Story.id, Claim.unit_id == _UNIT, Claim.withdrawn_at.is_(None))
        .label("claimed"),
        select(func.max(TagEvent.id))
        .where(TagEvent.story_id == Story.id, TagEvent.unit_id == _UNIT, TagEvent.undone_at.is_(None))
        .scalar_subquery()
        .label("last_event"),
    )
    .outerjoin(StoryOffice, (StoryOffice.story_id == Story.id) & (StoryOffice.unit_id == _UNIT))
    .where(Story.id == bindparam("story"))
)
_GIVEN = insert(TagEvent).returning(TagEvent.id)
_MADE = insert(StoryOffice).values(
    story_id=bindparam("story"), unit_id=_UNIT, tag=bindparam("given"), tagged_by=bindparam("by"),
    tagged_at=bindparam("at"), version=1,
)  # fmt: skip
_SHOWN = (
    update(StoryOffice)
    .where(StoryOffice.story_id == bindparam("story"), StoryOffice.unit_id == _UNIT)
    .values(
        tag=bindparam("given"), tagged_by=bindparam("by"), tagged_at=bindparam("at"), version=StoryOffice.version + 1
    )
)  # fmt: skip


def standing(session: Session, story_id: int, unit_id: int) -> Standing:
    """How the story stands for the office. Raises :class:`NotFound`."""
    row = session.connection().execute(_STANDING, {"story": story_id, "unit": unit_id}).first()
    if row is None:
        raise NotFound("Không có câu chuyện này.", f"No story {story_id}.")
    return Standing(story_id, unit_id, *row)


def require_version(session: Session, found: Standing, version: int) -> None:
    """Raises :class:`Conflict`, with who of the office tagged the story last and how, when the form's number is not the present one."""
    if found.version == version:
        return
    name = session.scalar(select(Account.display_name).where(Account.id == found.tagged_by))
    now = TAG_VI[Tag(found.tag)] if found.tag else "chưa gắn nhãn"
    raise Conflict(
        f"Câu chuyện vừa được {name or 'người khác'} cập nhật (nhãn hiện nay: {now}). Xem lại rồi chọn tiếp.",
        f"The story was changed by {name or 'somebody else'} meanwhile (tag now: {found.tag or 'none'}).",
    )


def give(session: Session, desk: Desk, found: Standing, account_id: int, tag: Tag) -> int:
    """The office's tag in the place of its last one. Returns the event's id; the form's number grows by one."""
    now = desk.clock.now()
    event = session.connection().scalar(
        _GIVEN,
        {
            "story_id": found.story_id,
            "unit_id": found.unit_id,
            "tag": tag,
            "before": found.tag,
            "account_id": account_id,
            "at": now,
        },
    )
    show(session, desk, found, Shown(tag, account_id, now))
    return int(event or 0)


def show(session: Session, desk: Desk, found: Standing, after: Shown) -> None:
    """Write which tag the office shows, and tell the index. The form's number grows by one."""
    session.connection().execute(
        _SHOWN if found.acted else _MADE,
        {
            "story": found.story_id,
            "unit": found.unit_id,
            "given": after.tag,
            "by": after.by,
            "at": after.at,
        },
    )
    stories.changed(session, desk, found.story_id)


def row_of(session: Session, story_id: int, unit_id: int) -> StoryOffice:
    """The office's row as a record, made empty when there is none; in the caller's write transaction."""
    row = session.get(StoryOffice, (story_id, unit_id))
    if row is None:
        row = StoryOffice(story_id=story_id, unit_id=unit_id, tag="", version=0)
        session.add(row)
        session.flush()
    return row


def rows_of(session: Session, story_id: int) -> dict[int, StoryOffice]:
    """The rows of every office that did something with the story, by office."""
    rows = session.scalars(
        select(StoryOffice).where(StoryOffice.story_id == story_id).order_by(StoryOffice.unit_id)
    )
    return {row.unit_id: row for row in rows}
