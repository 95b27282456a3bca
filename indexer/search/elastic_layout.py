"""What Elasticsearch is told of our documents: index templates with a strict mapping, and a document as it is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.finding import IndexDocument
from indexer.search.fields import TokenFields, day_of

_TOKENS = {"type": "text", "analyzer": "whitespace"}
_KEYWORD = {"type": "keyword", "ignore_above": 512}
MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "id": {"type": "long"},
        "title_exact": _TOKENS,
        "body_exact": _TOKENS,
        "title_folded": _TOKENS,
        "body_folded": _TOKENS,
        "source": _KEYWORD,
        "language": _KEYWORD,
        "kind": _KEYWORD,
        "domestic": {"type": "boolean"},
        "social": {"type": "boolean"},
        "copy": {"type": "boolean"},
        "locality": _KEYWORD,
        "locality_in": _KEYWORD,
        "tag": _KEYWORD,
        "story": {"type": "long"},
        "has_claim": {"type": "boolean"},
        "reach_tier": {"type": "byte"},
        "need": {"type": "double"},
        "first_seen": {"type": "date"},
        "published": {"type": "date"},
        "day": {"type": "integer"},
    },
}
_STATE: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "last_seq": {"type": "long"},
        "index_version": {"type": "integer"},
        "filled_to": {"type": "long"},
        "name": {"type": "keyword"},
    },
}


def templates(prefix: str, shards: int, replicas: int) -> dict[str, dict[str, Any]]:
    """Index templates by name. An index of items is only ever made on purpose: a late write cannot bring a deleted one back."""
    return {
        f"{prefix}-items": {
            "index_patterns": [f"{prefix}-0*"],
            "priority": 500,
            "allow_auto_create": False,
            "template": {
                "mappings": MAPPING,
                "settings": {
                    "number_of_shards": shards,
                    "number_of_replicas": replicas,
                    "refresh_interval": "1s",
                },
            },
        },
        f"{prefix}-state": {
            "index_patterns": [f"{prefix}-state"],
            "priority": 500,
            "allow_auto_create": True,
            "template": {
                "mappings": _STATE,
                "settings": {"number_of_shards": 1, "number_of_replicas": replicas},
            },
        },
    }


def body(document: IndexDocument, fields: TokenFields) -> dict[str, Any]:
    """A document as it is sent, whole."""
    made: dict[str, Any] = {
        "id": document.id,
        **fields._asdict(),
        "source": document.source,
        "language": document.language,
        "kind": document.kind,
        "domestic": document.domestic,
        "social": document.social,
        "copy": document.copy,
        "locality": sorted({*document.localities, *document.localities_check}),
        "locality_in": sorted(document.localities),
        "tag": list(document.tags),
        "story": document.story,
        "has_claim": document.has_claim,
        "reach_tier": document.reach_tier,
        "need": document.need,
        "first_seen": moment(document.first_seen_at),
        "day": day_of(document),
    }
    if document.published_at is not None:
        made["published"] = moment(document.published_at)
    return made


def moment(value: datetime) -> str:
    """A moment as it is sent."""
    return value.isoformat()
