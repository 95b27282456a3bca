"""Bản chụp lưu: what was kept of a page, as words; the file itself only as a download, never as a page of ours."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import LamroError, NotFound
from core.ports import FileText
from core.queries import capture as queries
from core.queries import watch as watch_queries
from core.services import capturing, purging, watching
from core.text.differences import word_changes
from core.text.handles import mask_handles_in
from review_app import context, frame, page_words
from review_app.gate import allow_act
from review_app.language import current

blueprint = Blueprint("capture", __name__)
blueprint.record_once(lambda state: page_words.install(state.app))


@blueprint.get("/captures/<int:capture_id>")
@allow_act("story.read")
def show(capture_id: int) -> str:
    """The facts of the fetch, whether the file is as it was written, and its words with private handles masked."""
    with context.reading() as session:
        row = queries.line(session, capture_id)
    if row.item_id is None:
        raise NotFound(f"Không có bản chụp số {capture_id}.", f"No capture {capture_id}.")
    played = queries.play(context.desk().captures, row)
    words, problem = _words(played)
    return render_template("capture/show.html", row=row, played=played, words=words, problem=problem)


def _words(played: queries.Played) -> tuple[FileText | None, str]:
    """The words of the body, or the sentence that says why there are none. A picture has no words here."""
    reader, row = context.desk().reader, played.line
    if row.kind == "extract" and played.state == "intact":
        kept = json.loads(played.data)
        return FileText(mask_handles_in(kept["title"]), mask_handles_in(kept["text"]), 0, ()), ""
    if reader is None or not played.data or row.content_type.startswith("image/"):
        return None, ""
    try:
        if row.content_type.startswith("application/pdf"):
            found = reader.pdf(played.data)
        else:
            found = reader.page(played.data, row.content_type, row.url)
    except LamroError as error:
        return None, error.message(current())
    return FileText(
        mask_handles_in(found.title), mask_handles_in(found.text), found.pages, found.warnings
    ), ""


@blueprint.get("/captures/<int:capture_id>/file")
@allow_act("capture.download")
def file(capture_id: int) -> Response:
    """The file as it lies on the disk, as a download that no browser opens as a page of ours; noted in the audit log."""
    row = capturing.download(context.desk(), context.actor(), capture_id)
    return send_file(
        context.desk().captures.path(row.path),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=f"ban-chup-{row.id}{''.join(PurePosixPath(row.path).suffixes)}",
    )


@blueprint.get("/items/<int:item_id>/compare")
@allow_act("story.read")
def compare(item_id: int) -> str:
    """So hai bản: two states of an item's words; by default the last edit."""
    with context.reading() as session:
        found = watch_queries.compare(
            session, item_id, request.args.get("old", type=int), request.args.get("new", type=int)
        )
    return render_template(
        "capture/compare.html",
        page=found,
        title=word_changes(found.old.title, found.new.title),
        body=word_changes(found.old.text, found.new.text),
    )


@blueprint.post("/items/<int:item_id>/look-again")
@allow_act("watch.ask")
def look_again(item_id: int) -> BaseResponse:
    """Ask the scheduler to look at the page now."""
    watching.ask(context.desk(), context.actor(), item_id)
    frame.done(gettext("Máy sẽ xem lại trang trong khoảng một phút. Tải lại trang này để thấy kết quả."))
    return redirect(url_for("story.item", item_id=item_id), 303)


@blueprint.post("/items/<int:item_id>/captures/purge")
@allow_act("capture.purge")
def purge(item_id: int) -> BaseResponse:
    """Remove the files of one item for good, with the reason."""
    done = purging.purge(context.desk(), context.actor(), item_id, request.form.get("reason", ""))
    said = ngettext("Đã xóa hẳn %(num)s bản chụp.", "Đã xóa hẳn %(num)s bản chụp.", done.captures)
    if done.extracts:
        said += " " + ngettext(
            "%(num)s tin khác chụp chung giữ trích riêng của mình.",
            "%(num)s tin khác chụp chung giữ trích riêng của mình.",
            len(done.extracts),
        )
    if done.kept_uploads:
        said += " " + gettext("Tệp gửi kèm mà tin khác cũng có thì còn ở tin đó.")
    frame.done(said)
    return redirect(url_for("story.item", item_id=item_id), 303)


@blueprint.post("/incidents/<int:incident_id>/captures")
@allow_act("incident.pack")
def pack(incident_id: int) -> Response:
    """Copy the incident's pages into one zip with its manifest, and hand it out."""
    packed = capturing.pack(context.desk(), context.actor(), incident_id)
    if packed.faults:
        frame.done(
            gettext(
                "Bản sao có %(count)s tệp không còn đúng như khi lưu; manifest.json ghi rõ tệp nào.",
                count=len(packed.faults),
            )
        )
    return send_file(
        context.desk().captures.path(packed.path),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=PurePosixPath(packed.path).name,
    )
