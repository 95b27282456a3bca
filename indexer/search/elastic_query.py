"""A parsed query and filters in Elasticsearch's language; only tokens of ours get there, never raw text."""

from __future__ import annotations

from typing import Any

from core.finding import Filters, SortOrder, wanted_words
from core.text.query import And, Node, Not, Phrase, Word
from indexer.search.elastic_layout import moment
from indexer.search.fields import TITLE_WEIGHT

SORTS: dict[SortOrder, list[dict[str, Any]]] = {
    "newest": [{"id": "desc"}],
    "published": [{"published": {"order": "desc", "missing": "_last"}}, {"id": "desc"}],
    "need": [{"need": "desc"}, {"id": "desc"}],
    "score": [{"_score": "desc"}, {"id": "desc"}],
}


def request(query: Node | None, filters: Filters, *, scored: bool) -> dict[str, Any]:
    """The whole condition. Only a sort by score pays for scores."""
    clauses = conditions(filters)
    if query is None:
        return {"bool": {"filter": clauses}}
    if scored:
        return {"bool": {"filter": clauses, "must": [_tree(query)]}}
    return {"bool": {"filter": [*clauses, _tree(query)]}}


def conditions(filters: Filters) -> list[dict[str, Any]]:
    """The field filters."""
    clauses: list[dict[str, Any]] = []
    one_of, none_of = wanted_words(filters)
    for field, words in (
        ("source", filters.sources),
        ("language", filters.languages),
        ("tag", one_of),
        ("kind", filters.kinds),
        ("locality_in" if filters.certain else "locality", filters.localities),
    ):
        if words:
            clauses.append({"terms": {field: list(words)}})
    for field, words in (("locality", filters.elsewhere), ("tag", none_of)):
        if words:
            clauses.append({"bool": {"must_not": [{"terms": {field: list(words)}}]}})
    for field, flag in (
        ("domestic", filters.domestic),
        ("social", filters.social),
        ("has_claim", filters.has_claim),
        ("copy", filters.copies),
    ):
        if flag is not None:
            clauses.append({"term": {field: flag}})
    if filters.story is not None:
        clauses.append({"term": {"story": filters.story}})
    if filters.reach:
        clauses.append({"range": {"reach_tier": {"gte": filters.reach}}})
    seen = {
        name: moment(at) for name, at in (("gte", filters.since), ("lt", filters.until)) if at is not None
    }
    if seen:
        clauses.append({"range": {"first_seen": seen}})
    ids = {name: at for name, at in (("gt", filters.above), ("lte", filters.upto)) if at is not None}
    if ids:
        clauses.append({"range": {"id": ids}})
    return clauses


def _tree(node: Node) -> dict[str, Any]:
    if isinstance(node, Word | Phrase):
        text = node.token if isinstance(node, Word) else " ".join(node.tokens)
        return {
            "multi_match": {
                "query": text,
                "type": "phrase",
                "fields": [f"title_{node.field}^{TITLE_WEIGHT}", f"body_{node.field}"],
                "analyzer": "whitespace",
            }
        }
    if isinstance(node, And):
        wanted = [_tree(part) for part in node.parts if not isinstance(part, Not)]
        unwanted = [_tree(part.part) for part in node.parts if isinstance(part, Not)]
        return {"bool": {"must": wanted or [{"match_all": {}}], "must_not": unwanted}}
    if isinstance(node, Not):
        return {"bool": {"must_not": [_tree(node.part)], "must": [{"match_all": {}}]}}
    return {"bool": {"should": [_tree(part) for part in node.parts], "minimum_should_match": 1}}
