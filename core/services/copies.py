"""Copies of one text: the search for the original, and which of a group is the original (the earliest).

Candidates come from the hash of the body and from band keys (decision 9); the analyst proves or refuses each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.ports import CopyKeys
from core.records.item import CopyBand, Item
from core.services.desk import Desk
from core.services.stories import effective

_MOST = 20


def find_original(
    session: Session, desk: Desk, keys: CopyKeys, now: datetime, batch: Mapping[int, CopyKeys]
) -> int | None:
    """The item that a text repeats: its id, or a key of ``batch`` (negative numbers: texts of the same batch). None: an original."""
    # Only what is compared: whole items would bring their texts along, twenty for each text that is placed.
    compared = select(Item.id, Item.copy_of_id, Item.body_hash, Item.shingles)
    same = []
    if keys.body_hash:
        same = list(
            session.execute(compared.where(Item.body_hash == keys.body_hash).order_by(Item.id).limit(_MOST))
        )
    asked = bands_to_ask(keys.bands, now)
    if asked and not same:
        ranked = session.execute(
            select(CopyBand.item_id, func.count().label("shared"))
            .where(CopyBand.band_key.in_(asked))
            .group_by(CopyBand.item_id)
            .order_by(func.count().desc(), CopyBand.item_id)
            .limit(_MOST)
        ).all()
        rows = {
            item.id: item
            for item in session.execute(compared.where(Item.id.in_([r.item_id for r in ranked])))
        }
        same = [rows[row.item_id] for row in ranked if row.item_id in rows]
    for item in same:
        if desk.analyst.is_copy(keys, CopyKeys(item.body_hash, (), item.shingles)):
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


def regroup(session: Session, item_ids: Iterable[int]) -> None:
    """Make the earliest item of each group the original of the others."""
    roots = {
        item.copy_of_id or item.id
        for item in session.scalars(select(Item).where(Item.id.in_(sorted(set(item_ids)))))
    }
    for root in sorted(roots):
        members = list(session.scalars(select(Item).where((Item.id == root) | (Item.copy_of_id == root))))
        if len(members) < 2:
            continue
        first = min(members, key=lambda item: (effective(item), item.id))
        for item in members:
            item.copy_of_id = None if item is first else first.id


def bands_to_ask(bands: Iterable[str], now: datetime) -> list[str]:
    """Keys under which a copy may lie: each key's own month, and until the tenth of a month also the month before."""
    local = now.astimezone(VIETNAM)
    months = [local.strftime("%Y-%m")]
    if local.day <= 10:
        months.append((local.replace(day=1) - timedelta(days=1)).strftime("%Y-%m"))
    return sorted({f"{month}:{_tail(band)}" for band in bands for month in months})


@lru_cache(maxsize=1 << 14)
def _tail(band: str) -> str:
    return band.partition(":")[2]
