"""Bản tin tuần: the list of weeks, a week's digest with criticism first, its files."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import NotFound
from core.queries import digest as queries
from core.rules.weeks import number_of, span_of, week_of
from core.services import digest as service
from review_app import context, frame
from review_app.gate import allow_act

blueprint = Blueprint("digest", __name__)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/digests")
@allow_act("digest.read")
def index() -> str:
    """Stored digests, newest first; last week's can be made by a button."""
    with context.reading() as session:
        rows = queries.rows(session, context.actor().unit_id)
    last = week_of(context.now() - timedelta(days=7))
    return render_template(
        "digest/index.html",
        rows=[(row, span_of(row.week)[0], span_of(row.week)[1] - timedelta(days=1)) for row in rows],
        number_of=number_of,
        last=last,
        made=any(row.week == last and row.final for row in rows),
    )


@blueprint.post("/digests")
@allow_act("digest.make")
def make() -> BaseResponse:
    """Make the digest of a week (last week by default)."""
    week = request.form.get("week") or week_of(context.now() - timedelta(days=7))
    service.make(context.desk(), context.actor().unit_id, week, context.actor())
    frame.done(gettext("Đã lập bản tin tuần %(number)s.", number=number_of(week)))
    return redirect(url_for("digest.show", week=week), 303)


def _stored(week: str) -> queries.DigestFile:
    with context.reading() as session:
        kept = queries.frozen(session, context.actor().unit_id, week)
    if kept is None:
        raise NotFound(f"Chưa lập bản tin tuần {week[:12]}.", "This week has no digest yet.")
    return queries.file(context.desk(), kept[0])


@blueprint.get("/digests/<week>")
@allow_act("digest.read")
def show(week: str) -> str:
    """A week's digest."""
    start, _ = span_of(week)
    found = _stored(week)
    with context.reading() as session:
        weeks = {row.week for row in queries.rows(session, context.actor().unit_id)}
    beside = {key: week_of(start + timedelta(days=days)) for key, days in (("previous", -7), ("next", 7))}
    digest = found.digest
    days = [row for row in digest.trends if row["kind"] == "day"]
    sources = [row for row in digest.trends if row["kind"] == "source"]
    top = max([1, *(max(row["this"], row["before"]) for row in days)])
    return render_template(
        "digest/show.html",
        digest=digest,
        week=week,
        number=number_of(week),
        number_of=number_of,
        beside={key: (value, value in weeks) for key, value in beside.items()},
        final=queries.final(digest),
        late=sum(row["tone"] == "late" for row in digest.criticism),
        bars=[
            (6 + 60 * at, round(105 * row["before"] / top), round(105 * row["this"] / top), row)
            for at, row in enumerate(days)
        ],
        meters=[(row, round(100 * row["this"] / max(1, sources[0]["this"]))) for row in sources],
        last_day=digest.ends_on - timedelta(hours=1),
    )


@blueprint.get("/digests/<week>/file.<kind>")
@allow_act("digest.read")
def file(week: str, kind: str) -> Response:
    """The files as they were made: .docx or .html, always as a download."""
    found = _stored(week)
    if kind == "docx":
        return send_file(BytesIO(found.docx), DOCX, as_attachment=True, download_name=f"ban-tin-{week}.docx")
    if kind == "html":
        data = BytesIO(found.html.encode())
        return send_file(
            data, "text/html; charset=utf-8", as_attachment=True, download_name=f"ban-tin-{week}.html"
        )
    raise NotFound("Bản tin có tệp .docx và .html.", "A digest has a .docx and an .html file.")
