"""Why a story or an item is ours, as a line that staff read: the name in the marker pen, then what spoke for it (decision 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.records.item import Item, Mention
from core.rules.vocabulary import Band

#: the word of a unit's type that stands before its name and belongs into the marker pen with it
_UNIT_WORD = re.compile(
    r"(?:xã|phường|thị trấn|đặc khu|thành phố|tỉnh|huyện|quận|thôn|làng|TP\.?)\s+$", re.IGNORECASE
)
_QUOTED = re.compile(r"“([^”]{1,80})”")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a reason line; ``marked`` stretches get the marker pen."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class BestMention:
    """The mention that says best why a story is ours, with the item it stands in."""

    story_id: int
    item_id: int
    locality: str
    score: float
    band: str
    title: str
    text: str
    language: str
    gist: str
    source_id: str | None
    spans: tuple[tuple[int, int], ...]
    why: tuple[dict[str, Any], ...]


def best_mentions(session: Session, story_ids: Sequence[int], codes: Sequence[str]) -> dict[int, BestMention]:
    """The best mention of each story among the localities ``codes``: highest score, then the earliest item."""
    if not story_ids:
        return {}
    rank = (
        func.row_number()
        .over(partition_by=Item.story_id, order_by=(Mention.score.desc(), Item.id))
        .label("rank")
    )
    ranked = (
        select(Item.story_id, Mention.item_id, Mention.locality, rank)
        .join(Item, Mention.item_id == Item.id)
        .where(
            # From these few stories: else a database may begin with all that was ever about the places.
            Mention.item_id.in_(select(Item.id).where(Item.story_id.in_(story_ids))),
            Mention.locality.in_(codes),
            Mention.band != Band.OUT,
        )
        .subquery()
    )
    rows = session.execute(
        select(
            ranked.c.story_id, Mention.item_id, Mention.locality, Mention.score, Mention.band, Item.title, Item.text,
            Item.language, Item.gist, Item.source_id, Mention.spans, Mention.why,
        )
        .join(ranked, (Mention.item_id == ranked.c.item_id) & (Mention.locality == ranked.c.locality))
        .join(Item, Item.id == Mention.item_id)
        .where(ranked.c.rank == 1)
    )  # fmt: skip
    return {row.story_id: _best(row) for row in rows}


def item_mentions(session: Session, item_ids: Sequence[int], codes: Sequence[str]) -> dict[int, BestMention]:
    """The best mention of each item among ``codes``, in any band: a list also says why something is not ours."""
    if not item_ids:
        return {}
    rank = func.row_number().over(
        partition_by=Mention.item_id, order_by=(Mention.score.desc(), Mention.locality)
    )
    ranked = (
        select(Mention.item_id, Mention.locality, rank.label("rank"))
        .where(Mention.item_id.in_(item_ids), Mention.locality.in_(codes))
        .subquery()
    )
    rows = session.execute(
        select(
            Item.story_id, Mention.item_id, Mention.locality, Mention.score, Mention.band, Item.title, Item.text,
            Item.language, Item.gist, Item.source_id, Mention.spans, Mention.why,
        )
        .join(ranked, (Mention.item_id == ranked.c.item_id) & (Mention.locality == ranked.c.locality))
        .join(Item, Item.id == Mention.item_id)
        .where(ranked.c.rank == 1)
    )  # fmt: skip
    return {row.item_id: _best(row) for row in rows}


def _best(row: Any) -> BestMention:
    return BestMention(
        story_id=row.story_id or 0,
        item_id=row.item_id,
        locality=row.locality,
        score=row.score,
        band=row.band,
        title=row.title,
        text=row.text,
        language=row.language,
        gist=row.gist,
        source_id=row.source_id,
        spans=spans_of(row.spans),
        why=tuple(row.why),
    )


def spans_of(stored: Iterable[Any]) -> tuple[tuple[int, int], ...]:
    """Spans as stored in JSON, ascending, without overlaps."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((int(pair[0]), int(pair[1])) for pair in stored):
        if end > start and (not spans or start >= spans[-1][1]):
            spans.append((start, end))
    return tuple(spans)


def with_unit_word(whole: str, span: tuple[int, int]) -> tuple[int, int]:
    """The span with the unit word before it ("xã Chí Minh")."""
    start, end = span
    before = _UNIT_WORD.search(whole[max(0, start - 14) : start])
    return (start - len(before.group()), end) if before else span


def sentence(text: str) -> str:
    """A cue's sentence as a part of a line: small first letter, no full stop."""
    text = text.strip().rstrip(".")
    return text[:1].lower() + text[1:]


def line(
    mention: BestMention, need_parts: Sequence[dict[str, Any]] = (), *, language: str = "vi"
) -> tuple[Part, ...]:
    """``xã Chí Minh``: gần đó có ``Hải Phòng``; từ ngữ về thiên tai…"""
    whole = f"{mention.title}\n{mention.text}"
    names: list[str] = []
    for span in mention.spans:
        start, end = with_unit_word(whole, span)
        name = " ".join(whole[start:end].split())
        if name and name.casefold() not in {known.casefold() for known in names}:
            names.append(name)
    parts: list[Part] = []
    for number, name in enumerate(names[:3]):
        if number:
            parts.append(Part(", "))
        parts.append(Part(name, marked=True))
    sentences = [sentence(str(cue[language])) for cue in _strongest(mention.why)]
    sentences += [sentence(str(part[language])) for part in _needs(need_parts)]
    joint = ": " if parts else ""
    for words in sentences:
        if joint:
            parts.append(Part(joint))
        parts.extend(_marked(words, whole))
        joint = "; "
    return tuple(parts)


def same_story(
    session: Session, story_ids: Sequence[int], codes: Sequence[str]
) -> dict[int, tuple[int, str, str]]:
    """For stories that are ours: the item that says so best, its title and the locality. What an item without a name of ours is shown with."""
    return {
        story_id: (mention.item_id, mention.title, mention.locality)
        for story_id, mention in best_mentions(session, story_ids, codes).items()
    }


def same_story_line(title: str, *, language: str = "vi") -> tuple[Part, ...]:
    """The reason line of an item that names no place of ours, in a story that is ours."""
    short = title if len(title) <= 90 else title[:90].rsplit(" ", 1)[0] + "…"
    words = (
        "not named here; same story as “{}”"
        if language == "en"
        else "không nêu tên địa bàn; cùng chuyện với “{}”"
    )
    return (Part(words.format(short)),)


def _strongest(why: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The two cues that say most: a former name first, then by weight, not counting the one that the pen already shows."""
    told = [cue for cue in why if cue.get("code") not in {"own_unit_word", "one_sense", "name_shared"}]
    return sorted(
        told,
        key=lambda cue: (
            cue.get("code") not in {"name_until", "name_of_its_day"},
            -abs(float(cue.get("weight", 0))),
        ),
    )[:2]


def _needs(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = ("known_claim", "hazard", "impersonation", "spread", "copies", "foreign")
    found = [part for part in parts if part.get("code") in wanted]
    return sorted(found, key=lambda part: wanted.index(part["code"]))[:1]


def _marked(words: str, whole: str) -> list[Part]:
    """Words quoted in a sentence get the pen when they stand in the text."""
    parts: list[Part] = []
    at = 0
    for found in _QUOTED.finditer(words):
        if found.group(1) in whole:
            parts += [Part(words[at : found.start()]), Part(found.group(1), marked=True)]
            at = found.end()
    parts.append(Part(words[at:]))
    return [part for part in parts if part.text]
