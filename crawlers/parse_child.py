"""The child that reads hostile bytes: started by :class:`crawlers.parse_worker.ParseWorker`, never imported by it.

Before the first page it gives up the network, starting programs and writing files (an audit hook, which cannot be removed), and
sets its limits; before each page it moves its CPU limit, so that a page that runs away is killed by the kernel.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import struct
import sys
from datetime import datetime
from typing import Any, BinaryIO

_HEAD = struct.Struct(">II")
_FORBIDDEN = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg",
    "socket.__new__", "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "shutil.", "ftplib.", "http.client.", "urllib.Request", "smtplib.", "ctypes.dlopen", "pty.spawn",
)  # fmt: skip


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(13, f"not allowed while parsing: {event}")
    if event == "open" and len(arguments) > 2:
        mode, flags = arguments[1], arguments[2]
        writes = isinstance(mode, str) and set(mode) & set("wax+")
        if writes or (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            raise PermissionError(13, "not allowed while parsing: writing a file")


def _limit(kind: int, value: int) -> None:
    try:
        resource.setrlimit(kind, (value, value))
    except (ValueError, OSError):  # a lower hard limit is already set
        pass


def _read(stream: BinaryIO, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        chunk = stream.read(size - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return bytes(data)


def _answer(out: BinaryIO, answer: dict[str, Any]) -> None:
    data = json.dumps(answer).encode()
    out.write(len(data).to_bytes(4, "big") + data)
    out.flush()


def _parse(head: dict[str, Any], body: bytes) -> Any:
    what, url, headers = head["what"], head["url"], head["headers"]
    now = datetime.fromisoformat(head["now"])
    if what == "pdf":
        from crawlers.parsers.pdf import pdf_text

        return pdf_text(body)
    if what == "text":
        from crawlers.parsers.whole import whole_text

        return whole_text(body, headers)
    if what == "feed":
        from crawlers.parsers.feed import parse_feed

        return parse_feed(body, url, now, headers, head["limit"])
    if what == "entries":
        from crawlers.registry import all_kinds
        from crawlers.spiders.base import Document

        kind = all_kinds()[head["kind"]]
        options = kind.options.model_validate(head["rules"])
        return kind.parse(Document(body, url, now, headers, head["limit"]), options)
    if head["what"] == "mail":
        from crawlers.parsers.mail import parse_mail

        return parse_mail(body, now)
    from crawlers.parsers.article import extract_article

    return extract_article(body, url, headers, now)


_PAGE = (
    b"<html lang='vi'><head><title>t</title></head><body><h1>Tieu de bai viet</h1><p>01/02/2020 08:00</p><article>"
    + b"<p>Mot doan van du dai de bo doc nhan ra noi dung chinh cua trang tin nay, viet ra chi de khoi dong.</p>"
    * 5
    + b"</article></body></html>"
)
_SAMPLES = (
    ("article", "", _PAGE),
    ("entries", "listing", _PAGE),
    ("entries", "feed", b"<rss version='2.0'><channel><title>t</title></channel></rss>"),
    ("text", "", _PAGE),
    ("pdf", "", b"%PDF-1.4\n%%EOF"),
    ("mail", "", b"Subject: t\r\n\r\nt\r\n"),
)


def _warm_up(parsers: list[str]) -> None:
    """Load these parsers and their tables now: later the file system is read-only and the clock is running."""
    from datetime import UTC

    now = datetime(2020, 2, 2, tzinfo=UTC).isoformat()
    common = {"url": "https://example.vn/a", "now": now, "headers": {}, "rules": {}, "limit": 5}
    for what, kind, body in _SAMPLES:
        if what not in parsers:
            continue
        try:
            _parse({"what": what, "kind": kind, **common}, body)
        except Exception:
            pass  # the first real page will say what is wrong


def main() -> None:
    """Serve pages from stdin to stdout until end of file."""
    import logging

    logging.disable(logging.CRITICAL)  # parsers log page contents; those are other people's words
    cpu_seconds, memory_bytes, data_bytes = (int(word) for word in sys.argv[1:4])
    source = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)  # a library that prints must not break the frames
    # trafilatura would load a language model (and numpy, 100 MB) that it is never asked for here.
    sys.modules["py3langid"] = None  # type: ignore[assignment]
    _warm_up(sys.argv[4].split(","))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_DATA, data_bytes)
    _limit(resource.RLIMIT_FSIZE, 0)
    sys.addaudithook(_refuse)
    _answer(out, {"ready": True})
    while True:
        try:
            head_size, body_size = _HEAD.unpack(_read(source, _HEAD.size))
            head = json.loads(_read(source, head_size))
            body = _read(source, body_size)
        except EOFError:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = math.ceil(used.ru_utime + used.ru_stime) + cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
        _answer(out, _outcome(head, body))


def _outcome(head: dict[str, Any], body: bytes) -> dict[str, Any]:
    from crawlers.parsers.results import Unreadable

    try:
        return {"result": _parse(head, body).model_dump(mode="json")}
    except Unreadable as error:
        return {"error": error.code, "detail": error.detail}
    except MemoryError:
        # The heap may be in pieces: leave, so that the next page gets a fresh child.
        os._exit(3)
    except Exception as error:
        return {"error": "parser_error", "detail": f"{type(error).__name__}: {error}"[:500]}


if __name__ == "__main__":
    main()
