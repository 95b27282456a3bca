"""Where the item of a claim itself comes from: the outlet that it names, the item that it copies. Kept facts, in words for screens and annexes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.records.item import Item
from core.records.source import Source
from core.text.normalise import fold
from core.text.trimming import says_outlet


@dataclass(frozen=True, slots=True)
class Origin:
    """``attributed_to``: whom the text names; ``copy_of``: the source of the item that it copies; both may be empty.

    ``printable``: the name is an outlet's, and no person's who may have signed: only such a name stands in a paper that leaves.
    """

    attributed_to: str = ""
    copy_of: str = ""
    printable: bool = False

    def words(self) -> str:
        """For a paper, in Vietnamese: "tin dẫn lại từ Báo X", "bản chép lại tin của Báo Y"; empty when it is the item's own."""
        parts = []
        if self.attributed_to and self.printable:
            parts.append(f"tin dẫn lại từ {self.attributed_to}")
        if self.copy_of and fold(self.copy_of) != fold(self.attributed_to):
            parts.append(f"bản chép lại tin của {self.copy_of}")
        return ", ".join(parts)


def origins(session: Session, item_ids: Collection[int]) -> dict[int, Origin]:
    """Of the items that name an origin or copy another."""
    first, outlet = aliased(Item), aliased(Source)
    rows = session.execute(
        select(Item.id, Item.attributed_to, func.coalesce(outlet.name, first.host, "").label("copied"))
        .outerjoin(first, first.id == Item.copy_of_id)
        .outerjoin(outlet, outlet.id == first.source_id)
        .where(Item.id.in_(sorted(set(item_ids))))
    ).all()
    named = {fold(row.attributed_to) for row in rows if row.attributed_to}
    # A few hundred names at most: whoever is a source of ours is an outlet.
    known = {fold(name) for name in session.scalars(select(Source.name))} if named else set()
    return {
        row.id: Origin(
            row.attributed_to,
            row.copied,
            says_outlet(row.attributed_to) or fold(row.attributed_to) in known,
        )
        for row in rows
        if row.attributed_to or row.copied
    }
