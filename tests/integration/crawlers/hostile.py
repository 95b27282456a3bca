"""A web server on loopback that plays healthy and hostile sources with raw sockets. No page of a real outlet is copied."""

from __future__ import annotations

import gzip
import socket
import socketserver
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Self

PARAGRAPHS = (
    "Sáng nay, hơn một trăm hộ dân cùng cán bộ xã ra đồng khơi thông dòng chảy trước mùa mưa theo kế hoạch đã niêm yết.",
    "Trưởng thôn cho biết đoạn kênh dài hai cây số bị bèo lấp kín từ vụ trước, nước không thoát được khi mưa lớn kéo dài.",
    "Ủy ban nhân dân xã hỗ trợ máy xúc một ngày và nước uống; phần việc còn lại do các tổ thủy nông tự phân công.",
    "Đến cuối giờ chiều, toàn bộ tuyến kênh đã thông, mực nước trong đồng hạ gần hai mươi phân so với buổi sáng.",
    "Tuần tới, xã sẽ kiểm tra các cống ngầm còn lại và công bố kết quả tại nhà văn hóa các thôn để người dân theo dõi.",
)


def article(title: str, extra: str = "") -> bytes:
    """A small healthy article page."""
    body = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    return (
        f'<html lang="vi"><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>'
        f'<span class="date">Thứ bảy, 21/11/2026, 20:15 (GMT+7)</span>{extra}<article>{body}</article></body></html>'
    ).encode()


def rss(*links: str, title: str = "Tin xã") -> bytes:
    """A small healthy feed whose entries point at ``links``."""
    items = "".join(
        f"<item><title>Xã mở đợt khơi thông kênh mương số {i}</title><link>{link}</link>"
        f"<description>Tóm tắt số {i}</description><pubDate>Sat, 21 Nov 2026 08:0{i % 10}:00 +0700</pubDate></item>"
        for i, link in enumerate(links)
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'.encode()


def reply(
    body: bytes = b"",
    status: str = "200 OK",
    kind: str = "text/html; charset=utf-8",
    length: int | None = None,
    **headers: str,
) -> bytes:
    """A whole HTTP answer; ``length`` lies about the body's length."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


def moved(location: str) -> bytes:
    """A redirect."""
    return reply(b"", "302 Found", Location=location)


XML = "application/rss+xml"
Handler = Callable[[socket.socket, str], None]


@dataclass
class Server:
    """Serves ``pages`` (path → whole answer, or a function that gets the socket and the request head)."""

    pages: dict[str, bytes | Handler] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        outer = self

        class Session(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer._serve(self.request)

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        """The full address of a path."""
        return f"http://{self.address}{path}"

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(90)
        head = b""
        try:
            while b"\r\n\r\n" not in head:
                chunk = sock.recv(65536)
                if not chunk:
                    return
                head += chunk
            text = head.decode("latin-1")
            path = text.split(" ")[1]
            self.hits.append(path)
            self.heads.append(text)
            page = self.pages.get(path) or self.pages.get(path.partition("?")[0])
            if page is None:
                page = reply(b"no such page", "404 Not Found")
            if callable(page):
                page(sock, text)
            else:
                sock.sendall(page)
        except OSError:
            pass


def gzip_bomb(megabytes: int = 200) -> bytes:
    """``megabytes`` of zeros, packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def drip(sock: socket.socket, head: str) -> None:
    """One byte a second, for ever."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    for _ in range(80):
        sock.sendall(b" ")
        time.sleep(1)


def silence(sock: socket.socket, head: str) -> None:
    """Takes the request and says nothing."""
    time.sleep(80)


def slow_headers(sock: socket.socket, head: str) -> None:
    """A header line a second."""
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    for i in range(80):
        sock.sendall(b"X-%d: 1\r\n" % i)
        time.sleep(1)


def endless(sock: socket.socket, head: str) -> None:
    """A body without end."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss><channel>")
    block = b"<item><title>x</title></item>" * 2000
    while True:
        sock.sendall(block)


def reset(sock: socket.socket, head: str) -> None:
    """Hangs up with RST in the middle of an answer."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<rss>")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()


def not_http(sock: socket.socket, head: str) -> None:
    """Another protocol."""
    sock.sendall(b"220 mail.example.vn ESMTP ready\r\n")
    sock.close()


def huge_header(sock: socket.socket, head: str) -> None:
    """One header of 2 MB."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 2_000_000 + b"\r\n\r\n<rss/>")


@dataclass(frozen=True)
class Case:
    """One hostile source: what it serves and how its job must end."""

    name: str
    answer: bytes | Handler
    outcome: str
    codes: tuple[str, ...]
    kind: str = "feed"


def entities() -> bytes:
    """Billion laughs."""
    lines = ['<!ENTITY a0 "haha">'] + [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)]
    return f'<?xml version="1.0"?><!DOCTYPE r [{"".join(lines)}]><rss version="2.0"><channel><title>&a9;</title></channel></rss>'.encode()


XXE = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<rss version="2.0"><channel><item><title>&x;</title><link>http://a.example/1</link></item></channel></rss>'
)
LOGIN = b"<html><body><form action='/login'><input type=password name=p></form></body></html>"
#: A million attributes, below every limit on one tag and on the number of tags.
MEMORY_EATER = (b"<div " + b" ".join(b"a%d=1" % i for i in range(900)) + b">x</div>") * 1200
PDF = b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 50


@cache
def cases(canary: str) -> list[Case]:
    """Hostile sources. ``canary`` is the address of a server that nobody may reach."""
    return [
        Case("404", reply(b"x", "404 Not Found"), "failed", ("http_404",)),
        Case("410", reply(b"x", "410 Gone"), "failed", ("http_410",)),
        Case("401", reply(b"x", "401 Unauthorized"), "refused", ("http_401",)),
        Case("403", reply(b"x", "403 Forbidden"), "refused", ("http_403",)),
        Case("500-with-feed", reply(rss("/a.html"), "500 Oops", XML), "failed", ("http_500",)),
        Case("503", reply(b"x", "503 Busy", Retry_After="120"), "failed", ("http_503",)),
        Case("429", reply(b"x", "429 Too Many", Retry_After="999999999"), "refused", ("http_429",)),
        Case("204", b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", "empty", ("empty",)),
        Case("empty-200", reply(b"", kind=XML), "empty", ("empty",)),
        Case("only-spaces", reply(b" \n " * 50, kind=XML), "empty", ("empty",)),
        Case("no-entries", reply(rss(), kind=XML), "empty", ("no_entries",)),
        Case("html-as-feed", reply(article("Trang chủ")), "failed", ("not_a_feed",)),
        Case("login-as-feed", reply(LOGIN, kind=XML), "failed", ("not_a_feed",)),
        Case("plain-xml", reply(b"<?xml version='1.0'?><data><x/></data>", kind=XML), "failed", ("not_a_feed",)),
        Case("path-as-body", reply(b"/etc/passwd", kind=XML), "failed", ("not_a_feed",)),
        Case("url-as-body", reply(f"http://{canary}/from-body".encode(), kind=XML), "failed", ("not_a_feed",)),
        Case("pdf-as-html", reply(PDF), "failed", ("not_text",), "page"),
        Case("program", reply(b"MZ\x90\x00" + bytes(500)), "failed", ("not_text",), "page"),
        Case("gz-file", reply(gzip.compress(rss("/a.html")), kind="application/gzip"), "failed", ("not_text",), "page"),
        Case("gz-file-bomb", reply(gzip_bomb(), kind="application/gzip"), "refused", ("bomb",)),
        Case("laughs", reply(entities(), kind=XML), "refused", ("bomb",)),
        Case("xxe", reply(XXE, kind=XML), "refused", ("bomb",)),
        Case("gzip-bomb", reply(gzip_bomb(), kind=XML, Content_Encoding="gzip"), "refused", ("bomb",)),
        Case(
            "double-gzip-bomb",
            reply(gzip.compress(gzip_bomb()), kind=XML, Content_Encoding="gzip, gzip"),
            "refused",
            ("bomb",),
        ),
        Case("nested-xml", reply(b"<rss>" + b"<a>" * 300_000, kind=XML), "refused", ("bomb",)),
        Case(
            "attributes",
            reply(b"<html><body><div " + b" ".join(b"a%d=1" % i for i in range(200_000)) + b">x</div></body></html>"),
            "refused",
            ("bomb",),
            "page",
        ),
        Case("nested-div", reply(b"<div>" * 100_000 + b"chu o rat sau trong trang"), "failed", ("empty_text",), "page"),
        Case("script-only", reply(b"<html><body><script>render()</script></body></html>"), "failed", ("empty_text",), "page"),
        Case("memory-eater", reply(MEMORY_EATER), "failed", ("parser_killed",), "page"),
        Case("tag-flood", reply(b"<p>x" * 1_000_000), "refused", ("bomb",), "page"),
        Case("endless", endless, "refused", ("too_large",)),
        Case("announced-1gb", reply(b"<rss/>", kind=XML, length=1 << 30), "refused", ("too_large",)),
        Case("too-short", reply(b"<rss>", kind=XML, length=5000), "failed", ("incomplete", "connection_lost")),
        Case("drip", drip, "failed", ("timeout",)),
        Case("silence", silence, "failed", ("timeout",)),
        Case("slow-headers", slow_headers, "failed", ("timeout",)),
        Case("reset", reset, "failed", ("connection_lost", "incomplete")),
        Case("not-http", not_http, "failed", ("connection_lost",)),
        Case("huge-header", huge_header, "failed", ("connection_lost",)),
        Case("bad-gzip", reply(b"\x1f\x8b" + b"rubbish" * 9, Content_Encoding="br"), "failed", ("bad_encoding", "not_a_feed", "not_text")),
        Case("loop", moved("/loop"), "failed", ("too_many_redirects",)),
        Case("to-file", moved("file:///etc/passwd"), "failed", ("bad_redirect",)),
        Case("to-gopher", moved("gopher://x.example/"), "failed", ("bad_redirect",)),
        Case("to-rubbish", moved("http://[oops"), "failed", ("bad_redirect",)),
        Case("to-login", moved("/account/login?next=x"), "refused", ("login_redirect",)),
        Case("to-private", moved(f"http://{canary}/redirect"), "refused", ("private_address",)),
        Case("to-decimal", moved("http://2130706433/"), "refused", ("private_address",)),
        Case("to-octal", moved("http://0177.0.0.1/"), "refused", ("private_address",)),
        Case("to-mapped", moved("http://[::ffff:127.0.0.1]/"), "refused", ("private_address",)),
        Case("to-metadata", moved("http://169.254.169.254/latest/"), "refused", ("private_address",)),
        Case(
            "meta-refresh",
            reply(f'<html><head><meta http-equiv="refresh" content="0;url=http://{canary}/meta"></head><body></body></html>'.encode()),
            "failed",
            ("empty_text",),
            "page",
        ),
        Case(
            "javascript-link",
            reply(rss("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"), kind=XML),
            "failed",
            ("all_pages_failed",),
        ),
    ]  # fmt: skip
