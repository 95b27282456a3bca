"""A foreign item in machine Vietnamese, for staff who cannot read it: asked for by a person, shown once, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Invalid, NotFound, Unavailable
from core.records.item import Item
from core.rules.permissions import require
from core.services.desk import Actor, Desk

#: what a page of a paper holds; a machine on a small PC needs some seconds for it
MAX_LETTERS = 5000


@dataclass(frozen=True, slots=True)
class MachineText:
    """Title and text as the machine has them; ``cut`` when the text was longer than what was sent."""

    title: str
    text: str
    by: str
    cut: bool


def translate(desk: Desk, actor: Actor, item_id: int) -> MachineText:
    """Ask the machine. Only public words of the item are sent, to the address that the administrator set, never who asks.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Invalid` (the item is in Vietnamese, or has no words),
    :class:`Unavailable` (no machine, or it does not answer).
    """
    require(actor, "story.read")
    if desk.translator is None:
        raise Unavailable(
            "Chưa cài máy dịch. Quản trị đặt địa chỉ LibreTranslate ở LAMRO_TRANSLATOR_URL.",
            "There is no machine translation. Set LAMRO_TRANSLATOR_URL to a LibreTranslate.",
        )
    with desk.store.read() as session:
        item = session.get(Item, item_id)
        if item is None:
            raise NotFound("Không có tin này.", f"No item {item_id}.")
        title, text, language = item.title, item.text, item.language
    if language == "vi" or not (title or text).strip():
        raise Invalid("Tin này không cần dịch.", "There is nothing to translate in this item.")
    # Outside the transaction: the machine may take its time.
    found = desk.translator.translate(f"{title}\n\n{text[:MAX_LETTERS]}", language)
    first, _, rest = found.partition("\n")
    return MachineText(first.strip(), rest.strip(), desk.translator.name, len(text) > MAX_LETTERS)
