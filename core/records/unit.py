"""Offices and the localities they watch."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class Unit(Table):
    """An office: the committee of a commune, a department, a province. ``locality`` is its official unit code."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    locality: Mapped[str] = mapped_column(String(12), unique=True)
    level: Mapped[str] = mapped_column(Word)
    name: Mapped[str] = mapped_column(String(200))
    """The issuing agency as printed: "Ủy ban nhân dân xã Chí Minh"."""
    short_name: Mapped[str] = mapped_column(String(120))
    """As on screen: "xã Chí Minh"."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Facts that documents print: place line, document code, archive line, spokesperson, contact."""


class WatchedLocality(Table):
    """A locality that an office watches, with the words that staff added or excluded for it."""

    __tablename__ = "watched_locality"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    aliases: Mapped[list[str]] = mapped_column(default=list)
    exclusions: Mapped[list[str]] = mapped_column(default=list)


class Setting(Table):
    """A value that staff edit on screen (decision 7)."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(default=dict)
