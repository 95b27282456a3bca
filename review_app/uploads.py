"""How large a request may be. Where people hand in files, a file that is too large must not cost them what they typed.

Werkzeug refuses a request over the limit before it reads any of it, so the words would be lost with the file. For these endpoints the
request may be larger than the file may; the form then says that the file is too large and keeps the rest.
"""

from __future__ import annotations

from flask import Flask, request

from review_app import context

#: endpoints that look at the size of the file themselves
ROOMY = frozenset({"intake.index"})
#: a phone's video picked by mistake still gets a sentence beside its field; what is larger gets the page for "too large"
TIMES = 5


def install(app: Flask) -> None:
    """Give the roomy endpoints their limit, before anything reads the form."""

    def limit() -> None:
        if request.endpoint in ROOMY:
            request.max_content_length = context.settings().max_upload_bytes * TIMES

    app.before_request(limit)
