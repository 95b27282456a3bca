"""What a name would touch before it is saved: how many items of the last 90 days hold it, and what else is called so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from core.errors import Invalid
from core.finding import Filters
from core.queries.locality import Found, called, lineage
from core.records.item import Item
from core.rules.permissions import require
from core.services import searching
from core.services.desk import Actor, Desk
from core.services.gazetteer_edit import UNIT_TYPES
from core.text.normalise import clean

DAYS = 90
#: the newest texts that are read for people, brands and streets of the name
READ = 50
SHOWN = 5
_UNIT_WORDS = (*UNIT_TYPES, "thôn", "làng")


@dataclass(frozen=True, slots=True)
class Preview:
    """``total`` items hold the words; of the ``read`` newest ones, so many speak of a person, a brand, a street of that name."""

    text: str
    total: int
    read: int
    people: int
    brands: int
    streets: int
    titles: tuple[str, ...]
    units: tuple[Found, ...]
    """Other units of that name, today's and former ones."""
    banner: str = ""
    banner_en: str = ""


def preview(desk: Desk, actor: Actor, unit_id: str, text: str) -> Preview:
    """Look, and change nothing. Raises :class:`Forbidden`, :class:`Invalid` (field ``text``)."""
    require(actor, "gazetteer.edit")
    words = " ".join(clean(text).replace('"', " ").split())[:200]
    if not words:
        raise Invalid(
            "Nhập tên để xem thử.", "Type a name to preview.", fields={"text": "Nhập tên để xem thử."}
        )
    filters = Filters(since=desk.clock.now() - timedelta(days=DAYS))
    try:
        found = searching.matches(desk, None, f'"{words}"', filters, limit=READ)
    except Invalid as error:
        raise Invalid(error.vi, error.en, fields={"text": error.vi}) from error
    with desk.store.read() as session:
        rows = {
            row.id: row
            for row in session.execute(select(Item.id, Item.title, Item.text).where(Item.id.in_(found.ids)))
        }
        own = lineage(session, unit_id)
        units = tuple(one for one in called(session, _bare(words)) if one.id not in own)
    texts = [rows[one] for one in found.ids if one in rows]
    told = desk.analyst.told_of_others(words, [f"{row.title}\n{row.text}" for row in texts])
    return Preview(
        words, found.total, len(texts), told.people, told.brands, told.streets,
        tuple(row.title for row in texts[:SHOWN]), units, found.banner, found.banner_en,
    )  # fmt: skip


def _bare(words: str) -> str:
    """Without the unit word in front."""
    lower = words.lower()
    for word in _UNIT_WORDS:
        if lower.startswith(word + " "):
            return words[len(word) + 1 :]
    return words
