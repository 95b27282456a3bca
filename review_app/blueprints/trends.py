"""Xu hướng: volume by day and source, days that stand out, phrases that rise; every figure leads to its list."""

from __future__ import annotations

from flask import Blueprint, render_template

from core.errors import Unavailable
from core.rules import trends as rules
from core.services import trends as service
from review_app import context
from review_app.gate import allow_act
from review_app.language import current

blueprint = Blueprint("trends", __name__)


@blueprint.get("/trends")
@allow_act("item.search")
def index() -> str:
    """The last six weeks of the office's localities."""
    person = context.actor()
    try:
        found, problem = service.trends(context.desk(), person, person.unit_id), ""
    except Unavailable as error:
        found, problem = None, error.message(current())
    return render_template(
        "trends/index.html",
        found=found,
        problem=problem,
        days=service.DAYS,
        before=service.BEFORE,
        least=rules.LEAST_DAYS,
    )
