"""Which documents a person has opened, so that nobody ticks what nobody read (ui.md: "Đọc bản nào mới duyệt được bản đó").

A signed cookie keeps (document, version, hash) per person; a version edited since counts as unread again.
"""

from __future__ import annotations

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from core.queries import document as queries
from review_app import context

_MOST = 40


def token(document_id: int, version: int, sha256: str, account_id: int) -> str:
    """What stands for one opened version."""
    return f"{account_id}.{document_id}.{version}.{sha256[:16]}"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="opened-documents")


def marks() -> tuple[str, ...]:
    """The versions that this person has opened."""
    try:
        found = _signer().loads(request.cookies.get(context.settings().read_cookie, ""))
    except BadSignature:
        return ()
    mine = f"{context.actor().account_id}."
    return (
        tuple(one for one in found if isinstance(one, str) and one.startswith(mine))
        if isinstance(found, list)
        else ()
    )


def has(document_id: int, version: int, sha256: str) -> bool:
    """True when this person opened exactly this version."""
    return token(document_id, version, sha256, context.actor().account_id) in marks()


def remember(answer: Response, document_id: int) -> Response:
    """Note on an answer that the page of the document was opened as it is now."""
    person = context.actor()
    with context.reading() as session:
        row = queries.show(session, document_id, person.unit_id).row
    mark = token(document_id, row.version, row.content_sha256, person.account_id)
    kept = [one for one in marks() if one != mark]
    answer.set_cookie(
        context.settings().read_cookie,
        _signer().dumps([*kept, mark][-_MOST:]),
        secure=context.settings().secure_cookies,
        httponly=True,
        samesite="Lax",
        path="/",
        max_age=7 * 24 * 3600,
    )
    return answer
