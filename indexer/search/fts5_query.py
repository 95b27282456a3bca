"""A parsed query and filters as SQL over FTS5: tokens always quoted, raw text never in the engine's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.finding import Filters, wanted_words
from core.text.query import And, Node, Not, Or, Phrase, Word
from indexer.search.fts5_schema import seconds


class Condition:
    """One MATCH where FTS5 can express the tree, set tests elsewhere (a Not that stands alone).

    ``tables`` and ``where`` with ``values`` select the documents; ``least`` is as many of the tables as the conditions need, enough to
    count and to order by arrival. ``ranked`` says that the score of FTS5 can be asked for.
    """

    def __init__(self, query: Node | None, filters: Filters) -> None:
        self.values: list[Any] = []
        self.ranked = False
        self.tables = self.least = "doc"
        self._clauses: list[str] = []
        if query is not None:
            match = _match(query)
            if match is not None:
                self.ranked = True
                self.tables, self.least = "fts CROSS JOIN doc ON doc.id = fts.rowid", "fts"
                self._clauses.append("fts MATCH ?")
                self.values.append(match)
            else:
                self._clauses.append(self._sets(query))
        self._add_filters(filters)

    @property
    def where(self) -> str:
        """The conditions, for after WHERE."""
        return " AND ".join(self._clauses) or "1"

    @property
    def row(self) -> str:
        """The column that is the id, cheapest to sort by."""
        return "fts.rowid" if self.ranked else "doc.id"

    def _sets(self, node: Node) -> str:
        match = _match(node)
        if match is not None:
            self.values.append(match)
            return "doc.id IN (SELECT rowid FROM fts WHERE fts MATCH ?)"
        if isinstance(node, Not):
            return f"NOT {self._sets(node.part)}"
        if isinstance(node, And | Or):
            joiner = " AND " if isinstance(node, And) else " OR "
            return "(" + joiner.join(self._sets(part) for part in node.parts) + ")"
        raise TypeError(node)

    def _add_filters(self, filters: Filters) -> None:
        for column, words in (
            ("source", filters.sources),
            ("language", filters.languages),
            ("kind", filters.kinds),
        ):
            if words:
                self._add(f"doc.{column} IN ({', '.join('?' * len(words))})", *words)
        for column, flag in (
            ("domestic", filters.domestic),
            ("social", filters.social),
            ("has_claim", filters.has_claim),
            ("copy", filters.copies),
        ):
            if flag is not None:
                self._add(f"doc.{column} = ?", int(flag))
        one_of, none_of = wanted_words(filters)
        sure = " AND band = 'in'" if filters.certain else ""
        self._one_of("doc_locality", "locality", filters.localities, sure)
        self._one_of("doc_tag", "word", one_of)
        self._none_of("doc_locality", "locality", filters.elsewhere)
        self._none_of("doc_tag", "word", none_of)
        if filters.story is not None:
            self._add("doc.story = ?", filters.story)
        if filters.reach:
            self._add("doc.reach_tier >= ?", filters.reach)
        if filters.since is not None:
            self._add("doc.first_seen >= ?", seconds(filters.since))
        if filters.until is not None:
            self._add("doc.first_seen < ?", seconds(filters.until))
        if filters.above is not None:
            self._add(f"{self.row} > ?", filters.above)
        if filters.upto is not None:
            self._add(f"{self.row} <= ?", filters.upto)

    def _one_of(self, table: str, column: str, values: Sequence[str], more: str = "") -> None:
        if not values:
            return
        about = f"FROM {table} WHERE {column} IN ({', '.join('?' * len(values))}){more}"
        # Hit by hit: as a list of rows, FTS5 would look for the words anew in each of them.
        self._add(
            f"EXISTS (SELECT 1 {about} AND doc = fts.rowid)"
            if self.ranked
            else f"doc.id IN (SELECT doc {about})",
            *values,
        )

    def _none_of(self, table: str, column: str, values: Sequence[str]) -> None:
        if values:
            places = ", ".join("?" * len(values))
            self._add(
                f"NOT EXISTS (SELECT 1 FROM {table} WHERE doc = {self.row} AND {column} IN ({places}))",
                *values,
            )

    def _add(self, clause: str, *values: Any) -> None:
        if "doc." in clause:  # a column beside the text: each hit's row must be looked up
            self.least = self.tables
        self._clauses.append(clause)
        self.values.extend(values)


def _match(node: Node) -> str | None:
    """The tree in FTS5's own language; None where a Not has nothing to be taken from."""
    if isinstance(node, Word):
        return f'{{title_{node.field} body_{node.field}}} : "{node.token}"'
    if isinstance(node, Phrase):
        words = " ".join(node.tokens)
        return f'{{title_{node.field} body_{node.field}}} : "{words}"'
    if isinstance(node, Or):
        return _joined(" OR ", [_match(part) for part in node.parts])
    if isinstance(node, And):
        wanted = _joined(" AND ", [_match(part) for part in node.parts if not isinstance(part, Not)])
        unwanted = [_match(part.part) for part in node.parts if isinstance(part, Not)]
        if wanted is None or not unwanted:
            return wanted
        # One NOT over all of them keeps the nesting flat: FTS5's parser has a stack of a hundred.
        without = _joined(" OR ", unwanted)
        return None if without is None else f"({wanted} NOT {without})"
    return None


def _joined(joiner: str, parts: list[str | None]) -> str | None:
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return "(" + joiner.join(known) + ")"
