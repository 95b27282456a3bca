"""Nhật ký: who did what to which thing, with refused tries marked. Read only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from core.queries import audit as queries
from review_app import context
from review_app.audit_words import ACTS, OBJECTS, act_words, detail_words
from review_app.frame import known
from review_app.gate import allow_act, may
from review_app.numbers import is_whole, whole

blueprint = Blueprint("audit", __name__)

#: where a thing of the log can be looked at
_PAGES = {
    "story": ("story.show", "story_id"),
    "claim": ("claim.show", "claim_id"),
    "incident": ("incident.show", "incident_id"),
    "document": ("document.show", "document_id"),
    "item": ("story.item", "item_id"),
}


def _address(object_type: str, object_id: str) -> str:
    page = _PAGES.get(object_type)
    if page is None or not is_whole(object_id) or not known(page[0]) or not may(page[0]):
        return ""
    values: dict[str, Any] = {page[1]: int(object_id)}
    return url_for(page[0], **values)


@blueprint.get("/audit")
@allow_act("audit.read")
def index() -> str:
    """The log, filtered."""
    typed = {
        name: request.args.get(name, "").strip()[:80] for name in ("object", "id", "person", "day", "refused")
    }
    day = None
    problem = False
    if typed["day"]:
        for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                day = datetime.strptime(typed["day"], pattern).date()  # noqa: DTZ007 - a day, no moment
            except ValueError:
                continue
        problem = day is None
    before = request.args.get("before", "")
    with context.reading() as session:
        page = queries.page(
            session,
            context.actor().unit_id,
            queries.Filter(
                object_type=typed["object"],
                object_id=typed["id"],
                account_id=whole(typed["person"]) if is_whole(typed["person"]) else None,
                day=day,
                refused=typed["refused"] == "1",
            ),
            whole(before) if is_whole(before) else None,
        )
    return render_template(
        "audit/index.html",
        page=page,
        typed=typed,
        problem=problem,
        objects=OBJECTS,
        acts=ACTS,
        act_words=act_words,
        detail_words=detail_words,
        address_of=_address,
        any_filter=any(typed.values()),
    )
