"""Styles, scripts, fonts and icons: served by us, with the right types, cached for a year under their own hash."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, g, request, send_from_directory, url_for
from werkzeug.exceptions import NotFound

from review_app.gate import public

FOLDER = Path(__file__).parent / "static"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


@lru_cache(maxsize=256)
def _digest(path: Path, changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def digest(name: str) -> str:
    """The first 12 hex digits of a static file's SHA-256. Raises FileNotFoundError for a name that is not there."""
    path = FOLDER / name
    return _digest(path, path.stat().st_mtime_ns)


def asset(name: str) -> str:
    """The address of a static file, changing with its content; worked out once a request, since a page names its icons a hundred times."""
    known: dict[str, str] = g.setdefault("assets", {})
    if name not in known:
        known[name] = url_for("static", filename=name, v=digest(name))
    return known[name]


@public
def static(filename: str) -> Response:
    """A file of the static folder; only known types leave."""
    kind = TYPES.get(Path(filename).suffix)
    if kind is None:
        raise NotFound
    response = send_from_directory(FOLDER, filename, mimetype=kind.partition(";")[0], conditional=True)
    response.headers["Content-Type"] = kind
    if request.args.get("v") == digest(filename):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


def install(app: Flask) -> None:
    """Serve the folder at /static and offer ``asset`` to templates."""
    app.add_url_rule("/static/<path:filename>", "static", static)
    app.jinja_env.globals["asset"] = asset
