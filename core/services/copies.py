"""Copies of one text: the search for the original, and which of a group is the original (the earliest).

Candidates come from the hash of the body, from band keys and from keys of paragraphs (decision 9), never more than a fixed number;
the analyst proves or refuses each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.groups import PARAGRAPH, CopyKeys
from core.records.item import CopyBand, Item
from core.records.source import Source
from core.services.desk import Desk
from core.services.stories import effective
from core.text.tokens import folded_words

#: candidates that are proved, of each sort
MOST = 20
#: A paragraph that more texts of a month hold says nothing of where a text comes from: a notice of the outlet, a slogan.
EVERYWHERE = 60


@dataclass(frozen=True, slots=True)
class Stored:
    """Which hashes and band keys of a batch the store holds. What it does not hold has no stored copy and is not asked for again."""

    bodies: frozenset[str]
    bands: frozenset[str]


def stored(session: Session, batch: Iterable[CopyKeys], now: datetime) -> Stored:
    """Asked once for a whole batch: most texts are no copies, and this is all that they cost."""
    every = list(batch)
    bodies = sorted({keys.body_hash for keys in every} - {""})
    bands = sorted(bands_to_ask((band for keys in every for band in keys.bands), now))
    return Stored(
        frozenset(session.scalars(select(Item.body_hash).where(Item.body_hash.in_(bodies)).distinct())),
        frozenset(session.scalars(select(CopyBand.band_key).where(CopyBand.band_key.in_(bands)).distinct())),
    )


def find_original(
    session: Session, desk: Desk, keys: CopyKeys, now: datetime, batch: Mapping[int, CopyKeys], held: Stored
) -> int | None:
    """The item that a text repeats: its id, or a key of ``batch`` (negative numbers: texts of the same batch). None: an original.

    ``held`` is :func:`stored` of a batch with this text in it.
    """
    for found in _candidates(session, keys, now, held):
        for item in found:
            if desk.analyst.is_copy(keys, CopyKeys(item.body_hash, (), item.shingles, item.figures)):
                original: int = item.copy_of_id or item.id
                return original
    tails = {_tail(band) for band in keys.bands}
    for number, other in batch.items():
        near = (keys.body_hash and other.body_hash == keys.body_hash) or not tails.isdisjoint(
            map(_tail, other.bands)
        )
        if near and desk.analyst.is_copy(keys, other):
            return number
    return None


def _candidates(session: Session, keys: CopyKeys, now: datetime, held: Stored) -> Iterator[Sequence[Any]]:
    """Rows of items to compare with: of an equal body; else those that share most bands, then those that share most paragraphs."""
    # Only what is compared: whole items would bring their texts along, twenty for each text that is placed.
    compared = select(Item.id, Item.copy_of_id, Item.body_hash, Item.shingles, Item.figures)
    if keys.body_hash in held.bodies:
        same = session.execute(
            compared.where(Item.body_hash == keys.body_hash).order_by(Item.id).limit(MOST)
        ).all()
        if same:
            yield same
            return
    asked = sorted(held.bands.intersection(bands_to_ask(keys.bands, now)))
    bands = [key for key in asked if not _tail(key).startswith(PARAGRAPH)]
    tried: set[int] = set()
    for wanted in (bands, _rare(session, sorted(set(asked).difference(bands)))):
        ranked = (
            [
                row.item_id
                for row in session.execute(
                    select(CopyBand.item_id, func.count().label("shared"))
                    .where(CopyBand.band_key.in_(wanted))
                    .group_by(CopyBand.item_id)
                    .order_by(func.count().desc(), CopyBand.item_id)
                    .limit(MOST)
                )
                if row.item_id not in tried
            ]
            if wanted
            else []
        )
        if ranked:
            tried.update(ranked)
            rows = {item.id: item for item in session.execute(compared.where(Item.id.in_(ranked)))}
            yield [rows[item_id] for item_id in ranked if item_id in rows]


def _rare(session: Session, keys: Sequence[str]) -> list[str]:
    """The keys under which some items lie, but not half of everything."""
    if not keys:
        return []
    counted = session.execute(
        select(CopyBand.band_key)
        .where(CopyBand.band_key.in_(keys))
        .group_by(CopyBand.band_key)
        .having(func.count() <= EVERYWHERE)
    )
    return [row.band_key for row in counted]


def regroup(session: Session, item_ids: Iterable[int]) -> None:
    """Make the earliest item of each group the original of the others.

    One that names the outlet of another member as its origin is no original, whatever its date says.
    """
    ids = sorted(set(item_ids))
    if not ids:
        return
    root = func.coalesce(Item.copy_of_id, Item.id)
    asked = set(session.scalars(select(root).where(Item.id.in_(ids))))
    groups: dict[int, list[Any]] = {}
    for row in session.execute(
        select(
            Item.id,
            Item.copy_of_id,
            Item.published_at,
            Item.first_seen_at,
            Item.attributed_to,
            Item.host,
            Source.name.label("outlet"),
        )
        .outerjoin(Source, Source.id == Item.source_id)
        .where(Item.id.in_(sorted(asked)) | Item.copy_of_id.in_(sorted(asked)))
        .order_by(Item.id)
    ):
        for original in {row.id, row.copy_of_id} & asked:
            groups.setdefault(original, []).append(row)
    for _, members in sorted(groups.items()):
        first = min(members, key=lambda row: (_repeats(row, members), effective(row), row.id))
        for row in members:
            now = None if row is first else first.id
            if row.copy_of_id != now:
                session.get_one(Item, row.id).copy_of_id = now


def _repeats(row: Any, members: Iterable[Any]) -> bool:
    """Whether an item names another member's outlet, or its host, as its origin."""
    named = f" {' '.join(folded_words(row.attributed_to))} "
    return named.strip() != "" and any(
        other.id != row.id
        and other.host != row.host
        and any(
            name and f" {name} " in named
            for name in (
                " ".join(folded_words(word)) for word in (other.outlet or "", other.host.removeprefix("www."))
            )
        )
        for other in members
    )


def bands_to_ask(bands: Iterable[str], now: datetime) -> list[str]:
    """Keys under which a copy may lie: each key's own month, and until the tenth of a month also the month before."""
    local = now.astimezone(VIETNAM)
    months = [local.strftime("%Y-%m")]
    if local.day <= 10:
        months.append((local.replace(day=1) - timedelta(days=1)).strftime("%Y-%m"))
    tails = dict.fromkeys(map(_tail, bands))
    return [f"{month}:{tail}" for month in months for tail in tails]


def _tail(band: str) -> str:
    return band.partition(":")[2]
