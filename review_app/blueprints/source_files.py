"""Lists of sources as files: OPML or YAML in, with a look before anything is added, and OPML out."""

from __future__ import annotations

import io
from email.utils import format_datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid
from core.services import source_import, sources
from core.services.source_files import MOST_BYTES, Listed, read, write_opml
from review_app import context, frame
from review_app.gate import allow_act
from review_app.language import both, current

blueprint = Blueprint("source_files", __name__)

#: entries shown of each kind; the rest is counted
SHOWN = 200


@blueprint.route("/sources/_import", methods=["GET", "POST"])
@allow_act("source.add")
def take_in() -> Response:
    """The upload form; after it, what the file holds: new, there already, wrong. Nothing is added yet."""
    problem = ""
    found = None
    name = ""
    if request.method == "POST":
        upload = request.files.get("file")
        name = (upload.filename or "") if upload is not None else ""
        try:
            # One byte more than is taken tells a file that is too large.
            data = upload.read(MOST_BYTES + 1) if upload is not None else b""
            if not name and not data:
                raise Invalid(
                    "Chưa chọn tệp. Bấm vào ô Tệp và chọn tệp OPML hoặc YAML.",
                    "No file was chosen. Choose an OPML or YAML file.",
                )
            found = source_import.preview(context.desk(), read(data, name[:80]))
        except Invalid as error:
            problem = error.message(current())
    html = render_template(
        "sources/import.html",
        problem=problem,
        found=found,
        name=name,
        shown=SHOWN,
        entries=_carried(found.new) if found is not None else "",
    )
    return make_response(html, 400 if problem else 200)


@blueprint.post("/sources/_import/add")
@allow_act("source.add")
def add() -> BaseResponse:
    """Add what the preview called new. It comes back in the form as a file of ours, and is read as carefully as any other."""
    entries = read(request.form.get("entries", "").encode(), gettext("Danh sách vừa xem"))
    made, refused = source_import.add(context.desk(), context.actor(), entries)
    words = []
    if made:
        words.append(
            ngettext(
                "Đã thêm %(num)s nguồn. Máy đọc thử ngay.",
                "Đã thêm %(num)s nguồn. Máy đọc thử ngay.",
                len(made),
            )
        )
    else:
        words.append(gettext("Không thêm nguồn nào."))
    words += [both(one.vi, one.en) for one in refused[:3]]
    frame.done(" ".join(words))
    return redirect(url_for("sources.index"), 303)


@blueprint.get("/sources/_export")
@allow_act("source.add")
def give_out() -> Response:
    """Every source as an OPML file."""
    data = write_opml(
        sources.listed(context.desk()), gettext("Nguồn tin của Làm Rõ"), format_datetime(context.now())
    )
    return send_file(
        io.BytesIO(data), mimetype="text/x-opml", as_attachment=True, download_name="nguon-tin-lam-ro.opml"
    )


def _carried(new: tuple[Listed, ...]) -> str:
    """The new entries as the form carries them from the look to the adding."""
    return write_opml([one.source for one in new if one.source is not None], "", "").decode()
