"""What hostile servers do on the wire, and bytes made to exhaust who reads them."""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Callable


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


def brotli_bomb(megabytes: int = 200) -> bytes:
    """``megabytes`` of zeros in a few hundred bytes."""
    import brotli  # type: ignore[import-untyped]

    packer = brotli.Compressor(quality=9)
    block = bytes(1 << 20)
    return b"".join(packer.process(block) for _ in range(megabytes)) + packer.finish()


def bad_chunk(sock: socket.socket, head: str) -> None:
    """A chunk whose length is no number."""
    sock.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\nzz\r\n</rss>\r\n0\r\n\r\n"
    )
    sock.close()


def many_headers(body: bytes) -> bytes:
    """Twenty thousand headers before a healthy feed."""
    lines = [f"X-{i}: 1" for i in range(20_000)]
    head = ["HTTP/1.1 200 OK", "Content-Type: application/rss+xml", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode() + body


def many_cookies(body: bytes) -> bytes:
    """Six hundred cookies with a healthy feed."""
    lines = [f"Set-Cookie: c{i}=1" for i in range(600)]
    head = ["HTTP/1.1 200 OK", "Content-Type: application/rss+xml", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode() + body


def always_further(path: str) -> Callable[[socket.socket, str], None]:
    """Redirects to an address that was never asked for before, for ever."""

    def handle(sock: socket.socket, head: str) -> None:
        number = int(head.split(" ")[1].partition("?n=")[2] or 0) + 1
        sock.sendall(
            f"HTTP/1.1 302 Found\r\nLocation: {path}?n={number}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )

    return handle
