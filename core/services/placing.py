"""What will be done with a batch of texts, worked out without the write lock: which are known, copies, or part of a story.

References inside a plan: positive = a row of the store, negative = step -n-1 of the plan itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.groups import CopyKeys, StoryCandidate
from core.records.item import Item, OutboxRow
from core.rules.vocabulary import BROUGHT
from core.services import copies, stories
from core.services.desk import Desk
from core.services.prepared import Prepared, analysed, outside

TakenOutcome = Literal["new", "seen", "edited", "off_topic", "quarantined"]


@dataclass(slots=True)
class Step:
    """What will be done with one text. References: positive = a row of the store, negative = step -n-1 of this plan."""

    text: Prepared
    outcome: TakenOutcome
    item_id: int | None = None
    copy_of: int | None = None
    story: int | None = None


@dataclass(slots=True)
class Plan:
    """Steps for a batch, and the outbox number that they were made at: whoever changed an item since has raised it."""

    made_at: int
    steps: list[Step]


def changes(session: Session) -> int:
    """The number of the last change that any item went through."""
    return session.scalar(select(func.max(OutboxRow.seq))) or 0


def make_plan(session: Session, desk: Desk, texts: Sequence[Prepared]) -> Plan:
    """The plan for texts in their order, as the store stands in this session."""
    now = desk.clock.now()
    known = {
        row.url_sha256: row
        for row in session.execute(
            select(
                Item.url_sha256,
                Item.id,
                Item.content_sha256,
                func.length(Item.text).label("length"),
                Item.received_via,
            ).where(Item.url_sha256.in_([text.key for text in texts]))
        )
    }
    unknown = [text for text in texts if text.key not in known and text.analysis is not None]
    held = copies.stored(session, (text.found.keys for text in unknown), now)
    # Without a name of ours, the stories of the province's localities are where a text may belong.
    recent = stories.recent(session, (text.places or text.around for text in unknown), now)
    unnamed = {
        places: stories.recent_around(session, desk.analyst.area_names(places), now)
        for places in {text.places for text in unknown if text.places}
    }
    steps: list[Step] = []
    batch_keys: dict[int, CopyKeys] = {}
    batch_stories: dict[int, StoryCandidate] = {}
    for text in texts:
        old = known.get(text.key)
        step = Step(text, "new", None if old is None else old.id)
        steps.append(step)
        me = -len(steps)
        if old is not None:
            # A feed's summary, or what a person typed, never replaces the article that was read.
            poorer = "article_not_read" in text.warnings and len(text.text) <= old.length
            typed = text.via in BROUGHT and old.received_via not in BROUGHT
            step.outcome = "seen" if text.says(old.content_sha256) or poorer or typed else "edited"
            if step.outcome == "edited" and text.analysis is None:
                # It was the same a moment ago, and somebody stored another state since.
                again = analysed(desk, text, outside(session, [text.source_id] if text.source_id else []))
                step.text, step.outcome = (again, "edited") if isinstance(again, Prepared) else (text, "seen")
        elif text.social and text.via == "crawl" and not text.places:
            step.outcome = "off_topic"
        else:
            stored, without = recent[text.places or text.around], unnamed.get(text.places, {})
            _place(session, desk, step, steps, batch_keys, batch_stories, stored, without, held, now)
            batch_keys[me] = text.found.keys
    return Plan(changes(session), steps)


def _place(
    session: Session,
    desk: Desk,
    step: Step,
    steps: Sequence[Step],
    batch_keys: Mapping[int, CopyKeys],
    batch_stories: dict[int, StoryCandidate],
    recent: Mapping[int, StoryCandidate],
    unnamed: Mapping[int, StoryCandidate],
    held: copies.Stored,
    now: datetime,
) -> None:
    """Which original and which story a new text joins; stories of this very batch count too."""
    me, text = -len(steps), step.text
    original = copies.find_original(session, desk, text.found.keys, now, batch_keys, held)
    if original is not None and original < 0:
        original = steps[-original - 1].copy_of or original
    step.copy_of = original
    places = text.places
    if original is not None:
        step.story = (
            steps[-original - 1].story
            if original < 0
            else session.scalar(select(Item.story_id).where(Item.id == original))
        )
    else:
        step.story = _story(desk, text, steps, batch_stories, recent, unnamed, now)
    joined = step.story
    if joined is None:
        step.story = joined = me
        batch_stories[me] = StoryCandidate(
            me, text.title, text.text[: stories.OPENING], places, text.when(now), 1
        )
    elif joined in batch_stories or joined > 0:
        before = batch_stories.get(joined) or recent.get(joined) or unnamed.get(joined)
        if before is not None:
            batch_stories[joined] = replace(
                before,
                localities=before.localities | places,
                last_seen_at=max(before.last_seen_at, text.when(now)),
                items=before.items + 1,
                more=before.more
                if original is not None
                else (*before.more, (text.title, text.text[: stories.OPENING]))[-stories.MORE :],
            )


def _story(
    desk: Desk,
    text: Prepared,
    steps: Sequence[Step],
    batch_stories: Mapping[int, StoryCandidate],
    recent: Mapping[int, StoryCandidate],
    unnamed: Mapping[int, StoryCandidate],
    now: datetime,
) -> int | None:
    """The story that tells the same event: among those of the same localities first.

    A text that names only the province is compared with the stories of its localities, and a text that names a locality with the
    stories so far that name only the province. Then no place is shared, and the words must say more.
    """
    places, ours = text.places, text.places or text.around
    if not ours:
        return None

    def best(shared: frozenset[str], near: Mapping[int, StoryCandidate]) -> int | None:
        return desk.analyst.same_story(
            text.title,
            text.text[: stories.OPENING],
            shared,
            text.when(now),
            [near[key] for key in sorted(near, key=_oldest_first)],
        )

    near = {**recent, **{k: v for k, v in batch_stories.items() if v.localities & ours or k in recent}}
    joined = best(places, near)
    if joined is not None or not places:
        return joined
    fresh = {
        k: v
        for k, v in batch_stories.items()
        if not v.localities and (k in unnamed or (k < 0 and steps[-k - 1].text.around & places))
    }
    return best(frozenset(), {**unnamed, **fresh})


def _oldest_first(reference: int) -> tuple[bool, int]:
    """Stored stories by id, then those of the batch in the order they came."""
    return reference < 0, abs(reference)
