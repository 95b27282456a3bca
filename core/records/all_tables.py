"""Imports every table, so that ``Table.metadata`` is whole for migrations and tests."""

from core.records import (
    account,
    audit,
    calibration,
    claim,
    document,
    gazetteer,
    grouping,
    incident,
    item,
    mail,
    note,
    place_rule,
    saved_filter,
    source,
    suggestion,
    unit,
    watch,
)
from core.records.schema import Table

__all__ = [
    "Table",
    "account",
    "audit",
    "calibration",
    "claim",
    "document",
    "gazetteer",
    "grouping",
    "incident",
    "item",
    "mail",
    "note",
    "place_rule",
    "saved_filter",
    "source",
    "suggestion",
    "unit",
    "watch",
]
