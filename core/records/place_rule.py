"""Rules of an office about the names of its localities, and the items that they decided about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class PlaceRuleRow(Table):
    """With this sign the name is, or is not, our place: made by a person from one item, taken back by a person (decision 4)."""

    __tablename__ = "place_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    locality: Mapped[str] = mapped_column(String(12), index=True)
    admits: Mapped[bool]
    kind: Mapped[str] = mapped_column(Word)
    """phrase, near, word, source, item"""
    name: Mapped[str] = mapped_column(String(200))
    """The name as the match keys it: exact tokens joined by a blank; empty for every name in one item."""
    context: Mapped[str] = mapped_column(String(300))
    label: Mapped[str] = mapped_column(String(300))
    """The context as written in the item that the rule was made from."""
    item_id: Mapped[int]
    """The item that the rule was made from; it may have been removed since."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    looked_down_to: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Stored items with this id and above have been looked at for the rule; 0: all of them."""
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class PlaceRuleTouch(Table):
    """An item about which a rule decided. Items that are removed take their line with them only in meaning: the number stays."""

    __tablename__ = "place_rule_touch"
    __table_args__ = (Index("ix_place_rule_touch_item_id", "item_id"),)

    rule_id: Mapped[int] = mapped_column(ForeignKey("place_rule.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    before: Mapped[str] = mapped_column(Word, default="")
    """The band before the rule; empty for an item that came when the rule stood already."""
    at: Mapped[datetime]
    restored_at: Mapped[datetime | None]
