"""The network is closed in tests: a Python process that carries this hook reaches loopback and nothing else.

``install()`` adds an audit hook that cannot be taken out again. It refuses to connect, send, bind or resolve outside loopback,
and writes each refused try to the file named by ``LAMRO_TEST_NETWORK_LOG``, so that a test fails even when the code under
test swallowed the error. Child processes get it through ``sitecustomize`` beside this file, which stands on ``PYTHONPATH``.

Names that can never exist (``.example``, ``.invalid``, ``.test``, RFC 2606) and the machine's own name are answered "not
known" without being counted: that is what a resolver says of them too.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
from typing import Any

LOG_VARIABLE = "LAMRO_TEST_NETWORK_LOG"
_RESERVED = ("example", "invalid", "test", "example.com", "example.net", "example.org")
_OWN_NAME = socket.gethostname().lower()


class NetworkClosed(PermissionError):
    """A test tried to leave the machine."""


def _text(host: object) -> str:
    if isinstance(host, bytes | bytearray):
        return bytes(host).decode("utf-8", "replace").rstrip(".").lower()
    return str(host).rstrip(".").lower()


def is_loopback(host: object) -> bool:
    """Whether an address or a name stays on this machine."""
    name = _text(host).split("%", 1)[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(_text(host).split("%", 1)[0])
    except ValueError:
        return False
    return True


def _never_resolves(host: object) -> bool:
    name = _text(host)
    return name == _OWN_NAME or any(name == tail or name.endswith("." + tail) for tail in _RESERVED)


def _refuse(what: str, target: object) -> None:
    log = os.environ.get(LOG_VARIABLE)
    if log:
        handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(
                handle,
                f"{what} {target!r} by {os.path.basename(sys.argv[0]) if sys.argv else '?'}\n".encode(),
            )
        finally:
            os.close(handle)
    raise NetworkClosed(errno.EACCES, f"tests may not leave this machine: {what} {target!r}")


def _check_address(what: str, address: object) -> None:
    if not isinstance(address, tuple) or not address:
        return  # AF_UNIX, AF_NETLINK: never leaves the machine
    host = address[0]
    if not isinstance(host, str | bytes | bytearray):
        return
    if is_loopback(host):
        return
    if not _is_address(host) and _never_resolves(host):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    _refuse(what, address)


def _check_name(host: object) -> None:
    if host is None or host in {"", b""} or is_loopback(host):
        return
    if _is_address(host):
        return  # reading an address is no look-up; connecting to it is judged by itself
    if _never_resolves(host):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    _refuse("look up", host)


def hook(event: str, args: tuple[Any, ...]) -> None:
    """The audit hook (PEP 578)."""
    if not event.startswith("socket."):
        return
    if event in {"socket.connect", "socket.bind"}:
        _check_address(event[7:], args[1])
    elif event in {"socket.sendto", "socket.sendmsg"}:
        if len(args) > 1 and args[1] is not None:
            _check_address("send to", args[1])
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        _check_name(args[0])
    elif event in {"socket.gethostbyaddr", "socket.getnameinfo"}:
        host = args[0][0] if event == "socket.getnameinfo" and isinstance(args[0], tuple) else args[0]
        if not is_loopback(host):
            if _is_address(host):
                _refuse("look up", host)
            _check_name(host)


def install() -> None:
    """Close the network of this process for good. A second call changes nothing."""
    if not getattr(sys, "_lamro_network_closed", False):
        sys._lamro_network_closed = True  # type: ignore[attr-defined]
        sys.addaudithook(hook)
