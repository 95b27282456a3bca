"""The review app: form in, one service call, template out. Everything it needs comes in as arguments."""

from __future__ import annotations

import importlib
import pkgutil

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from core import faults
from core.services.desk import Desk
from review_app import (
    assets,
    blueprints,
    failures,
    frame,
    gate,
    glosses,
    headers,
    keys,
    language,
    numbers,
    run_words,
    times,
    uploads,
    words,
)
from review_app.settings import WebSettings


def create_app(desk: Desk, settings: WebSettings) -> Flask:
    """The WSGI application. Raises ValueError when the secret is too short to sign anything."""
    if len(settings.secret_key) < 32:
        raise ValueError("secret_key needs at least 32 characters")
    app = Flask("review_app", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.previous_secret_keys),
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        SESSION_COOKIE_NAME=settings.form_cookie,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=settings.max_upload_bytes,
        # A pasted article of 200,000 letters is about 600 kB; the default of 500 kB would refuse it.
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        # The token lives as long as the form cookie: a form that was open over lunch is still good.
        WTF_CSRF_TIME_LIMIT=None,
        # Referrer-Policy is no-referrer; Sec-Fetch-Site is checked by the gate instead.
        WTF_CSRF_SSL_STRICT=False,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.extensions["lamro_desk"] = desk
    app.extensions["lamro_settings"] = settings
    # Registered first, so that it runs last: everything of the answer is ready.
    app.after_request(_answered)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    numbers.install(app)
    language.install(app)
    gate.install(app)
    # Before the token is looked for: that reads the form, and the form's size is judged there.
    uploads.install(app)
    CSRFProtect(app)
    headers.install(app, secure=settings.secure_cookies)
    failures.install(app)
    assets.install(app)
    times.install(app)
    words.install(app)
    keys.install(app)
    run_words.install(app)
    frame.install(app)
    glosses.install(app)
    for module in sorted(pkgutil.iter_modules(blueprints.__path__), key=lambda found: found.name):
        # Each module of the folder holds one blueprint of the same name.
        app.register_blueprint(importlib.import_module(f"review_app.blueprints.{module.name}").blueprint)
    return app


def _answered(answer: Response) -> Response:
    """The moment between a service's answer and the page that says so, where a machine may die too (core.faults)."""
    if request.method == "POST" and answer.status_code < 400:
        faults.point("serve.after_click")
    return answer
