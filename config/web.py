"""The review app behind waitress: one process, a few threads, its address written beside the home for whoever started it."""

from __future__ import annotations

import json
import os
import signal
import socket
from typing import TYPE_CHECKING, Any

from config.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

THREADS = 6
ADDRESS_FILE = "serve.json"


def listen(settings: Settings) -> socket.socket:
    """A listening socket on the settings' address. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((settings.host, settings.port))
    listener.listen(128)
    return listener


def serve(app: Flask, settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    from waitress.server import create_server

    listener = listen(settings)
    host, port = listener.getsockname()[:2]
    # Behind a proxy everybody has its address: waiting times and the audit log need the visitor's own.
    proxy: dict[str, Any] = {}
    if settings.trusted_proxy:
        proxy = {
            "trusted_proxy": settings.trusted_proxy,
            "trusted_proxy_headers": {"x-forwarded-for"},
            "trusted_proxy_count": 1,
        }
    server = create_server(
        app, sockets=[listener], threads=THREADS, ident="", clear_untrusted_proxy_headers=True, **proxy
    )
    path = settings.home / ADDRESS_FILE
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(
        json.dumps({"pid": os.getpid(), "host": host, "port": port, "url": f"http://{host}:{port}/"}),
        encoding="utf-8",
    )
    temporary.replace(path)

    def stop(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    try:
        server.run()
    finally:
        path.unlink(missing_ok=True)
