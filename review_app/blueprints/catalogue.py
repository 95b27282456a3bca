"""Danh mục nguồn: the shipped catalogue by province, language and kind; one click adds a source, which is read at once."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.wrappers import Response

from core.queries import catalogue as queries
from core.rules.catalogue import GROUPS, Certainty, Wanted
from core.services import source_catalogue
from review_app import context, frame
from review_app.blueprints.story import version_of
from review_app.gate import allow_act, here, local_path
from review_app.language import both
from review_app.numbers import whole

blueprint = Blueprint("catalogue", __name__)

#: most entries that one press of the button takes over
MOST = 60

SHELVES = {
    "provincial": lazy_gettext("Báo, cổng của tỉnh"),
    "central": lazy_gettext("Báo trung ương"),
    "outward": lazy_gettext("Báo Việt Nam tiếng nước ngoài"),
    "foreign": lazy_gettext("Báo nước ngoài"),
    "search": lazy_gettext("Máy tìm tin"),
    "social": lazy_gettext("Mạng xã hội"),
}
CERTAINTIES = {
    Certainty.HIGH: lazy_gettext("đã thấy tin trong năm 2026"),
    Certainty.MEDIUM: lazy_gettext("có trong danh sách còn được giữ"),
    Certainty.LOW: lazy_gettext("chưa kiểm chứng"),
    Certainty.BROKEN: lazy_gettext("không đọc được"),
}


@blueprint.get("/sources/_catalogue")
@allow_act("source.add")
def index() -> str:
    """A page of the catalogue by filters."""
    wanted = Wanted(
        words=request.args.get("q", "")[:100],
        province=request.args.get("province", "")[:12],
        language=request.args.get("language", "")[:12],
        group=request.args.get("group", "") if request.args.get("group") in GROUPS else "",
    )
    page = request.args.get("page", "1")
    desk = context.desk()
    with context.reading() as session:
        shelf = queries.shelf(
            session,
            desk.catalogue(),
            wanted,
            context.actor().unit_id,
            whole(page, 1),
        )
    return render_template(
        "sources/catalogue.html",
        shelf=shelf,
        wanted=wanted,
        shelves=SHELVES,
        certainties=CERTAINTIES,
        province_name=desk.analyst.unit_name,
        filters={
            "q": wanted.words,
            "province": wanted.province,
            "language": wanted.language,
            "group": wanted.group,
        },
        here=here(),
    )


@blueprint.post("/sources/_catalogue")
@allow_act("source.add")
def take() -> Response:
    """Add one entry, or those that are ticked; each is read at once."""
    only = request.form.get("only", "")
    wanted = [only] if only else request.form.getlist("entry")[:MOST]
    taken = source_catalogue.take(context.desk(), context.actor(), wanted)
    words = []
    if taken.made:
        words.append(
            ngettext(
                "Đã thêm %(num)s nguồn. Máy đọc thử ngay.",
                "Đã thêm %(num)s nguồn. Máy đọc thử ngay.",
                len(taken.made),
            )
        )
    words += [both(vi, en) for _, vi, en in taken.refused[:3]]
    if not wanted:
        words.append(gettext("Chưa chọn nguồn nào. Đánh dấu ít nhất một nguồn rồi bấm lại."))
    frame.done(" ".join(words))
    if len(taken.made) == 1 and not taken.refused:
        return redirect(url_for("sources.show", source_id=taken.made[0]), 303)
    if taken.made:
        return redirect(url_for("sources.index"), 303)
    return redirect(local_path(request.form.get("next"), url_for("catalogue.index")), 303)


@blueprint.post("/sources/<source_id>/update")
@allow_act("source.edit")
def update(source_id: str) -> Response:
    """Take what the catalogue says anew about this source, or keep it as it is."""
    desk, person = context.desk(), context.actor()
    if request.form.get("do") == "keep":
        source_catalogue.leave_update(desk, person, source_id)
        frame.done(gettext("Giữ nguyên nguồn này. Danh mục chỉ hỏi lại khi có thay đổi khác."))
    else:
        source_catalogue.take_update(desk, person, source_id, version_of(request.form))
        frame.done(gettext("Đã cập nhật nguồn theo danh mục. Máy đọc lại ngay."))
    return redirect(url_for("sources.show", source_id=source_id), 303)
