"""A web server on loopback that plays healthy and hostile sources with raw sockets. No page of a real outlet is copied."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
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
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


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


#: A million attributes, below every limit on one tag and on the number of tags.
MEMORY_EATER = (b"<div " + b" ".join(b"a%d=1" % i for i in range(900)) + b">x</div>") * 1200
