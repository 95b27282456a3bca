"""Việc hôm nay: clocks running out, at most 20 stories by need, follow-ups, silent sources."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template

from core.queries import approval
from core.queries import today as queries
from core.queries.calibration import never_measured
from core.queries.frame import short_names, watched
from core.queries.returned import returned
from core.queries.saved_filters import told_since
from review_app import context
from review_app.gate import allow_act, may
from review_app.language import current

blueprint = Blueprint("today", __name__)

#: new items of a saved filter are pointed to for so long
ALERTS = timedelta(hours=24)


@blueprint.get("/today")
@allow_act("item.search")
def index() -> str:
    """The first screen."""
    person = context.actor()
    with context.reading() as session:
        board = queries.board(session, person.unit_id, context.now(), language=current())
        names = short_names(watched(session, person.unit_id))
        alerts = told_since(session, person.unit_id, context.now() - ALERTS)
        unmeasured = never_measured(session, list(names), person.unit_id)
        given_back = returned(session, person.unit_id) if may("claim.propose") else ()
        waiting = (
            approval.waiting(session, person.unit_id, person.account_id) if may("approval.index") else ()
        )
    return render_template(
        "today/index.html",
        board=board,
        alerts=alerts,
        given_back=given_back,
        turns=[row for row in waiting if row.mine],
        unmeasured=[(code, names[code]) for code in unmeasured[:3]],
    )
