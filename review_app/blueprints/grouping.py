"""Gộp, tách chuyện: one page with the story's items to split off and the stories near it to take in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid
from core.queries import grouping as queries
from core.services import grouping, likely_stories
from review_app import context, frame
from review_app.blueprints.story import version_of
from review_app.gate import allow_act
from review_app.inbox_filters import words_of
from review_app.language import current
from review_app.numbers import is_whole

blueprint = Blueprint("grouping", __name__)


@blueprint.get("/stories/<int:story_id>/group")
@allow_act("story.group")
def show(story_id: int) -> str:
    """The page; ``q``: words to find the other story by."""
    words, refused = words_of(request.args), ""
    with context.reading() as session:
        page = queries.grouping(session, story_id, context.actor().unit_id)
    try:
        likely = likely_stories.likely(context.desk(), context.actor(), story_id, words)
    except Invalid as error:
        refused = error.message(current())
        likely = likely_stories.likely(context.desk(), context.actor(), story_id)
    return render_template("story/group.html", page=page, likely=likely, words=words, refused=refused)


@blueprint.post("/stories/<int:story_id>/merge")
@allow_act("story.group")
def merge(story_id: int) -> BaseResponse:
    """Take another story in."""
    other = request.form.get("other", "")
    if not is_whole(other):
        raise Invalid("Chưa chọn chuyện để gộp vào. Chọn một chuyện trong danh sách.", "No story was chosen.")
    number = grouping.merge(context.desk(), context.actor(), story_id, version_of(request.form), int(other))
    frame.done(gettext("Đã gộp 1 chuyện vào chuyện này."), undo=url_for("grouping.undo", grouping_id=number))
    return redirect(url_for("story.show", story_id=story_id), 303)


@blueprint.post("/stories/<int:story_id>/split")
@allow_act("story.group")
def split(story_id: int) -> BaseResponse:
    """Make a story of its own out of the chosen items."""
    chosen = [int(word) for word in request.form.getlist("item") if is_whole(word)][:500]
    new_id, number = grouping.split(
        context.desk(), context.actor(), story_id, version_of(request.form), chosen
    )
    frame.done(
        ngettext(
            "Đã tách %(num)s tin thành chuyện mới, chưa gắn nhãn.",
            "Đã tách %(num)s tin thành chuyện mới, chưa gắn nhãn.",
            len(chosen),
        ),
        undo=url_for("grouping.undo", grouping_id=number),
    )
    return redirect(url_for("story.show", story_id=new_id), 303)


@blueprint.post("/groupings/<int:grouping_id>/undo")
@allow_act("story.group")
def undo(grouping_id: int) -> BaseResponse:
    """Take a merge or a split back."""
    story_id = grouping.undo(context.desk(), context.actor(), grouping_id)
    frame.done(gettext("Đã hoàn tác lần gộp, tách này."))
    return redirect(url_for("story.show", story_id=story_id), 303)
