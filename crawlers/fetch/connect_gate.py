"""The last gate: the address really dialled, whoever dials it (reliability.md §5.5).

An audit hook on ``socket.connect`` sees what no name trick can hide, so a name that answers differently the second time (DNS
rebinding) is caught here. It covers every library that uses Python sockets and cannot be taken out again.
"""

from __future__ import annotations

import sys
from typing import Any

from crawlers.fetch.addresses import AllowedHosts, is_public_address

#: errno of the refusal: Twisted needs a number, and turns this one into a ConnectError that carries it.
REFUSED_ERRNO = 13

_gates: list[AllowedHosts] = []


def install_connect_gate(allowed: AllowedHosts) -> None:
    """Close this process to every non-public address except ``allowed``. Cannot be undone; a second call replaces the list."""
    first = not _gates
    _gates[:] = [allowed]
    if first:
        sys.addaudithook(_check)


def _check(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto", "socket.sendmsg"} or not _gates:
        return
    address = arguments[1] if len(arguments) > 1 else None
    if not isinstance(address, tuple) or len(address) < 2:
        if event == "socket.connect":
            raise OSError(REFUSED_ERRNO, "only internet addresses may be dialled")
        return
    host, port = str(address[0]), int(address[1])
    if not is_public_address(host) and not _gates[0].may_dial(host, port):
        raise OSError(REFUSED_ERRNO, f"address is not public: {host}")
