"""Which internet addresses may be reached (reliability.md §5.6): public ones, and in demo and test a few named exactly.

``ipaddress.is_global`` alone is wrong on Python 3.11: it calls multicast, 6to4, NAT64 and site-local addresses global although
they can lead into the office's own network.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_NEVER = (
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("100.64.0.0/10"),  # carrier NAT
    ipaddress.ip_network("198.18.0.0/15"),
    ipaddress.ip_network("fec0::/10"),
    ipaddress.ip_network("::/96"),  # old IPv4-compatible form
    ipaddress.ip_network("2001::/23"),
)


def is_public_address(address: str | _Address) -> bool:
    """Whether a literal IP address lies on the public internet. False for anything that is not an IP literal.

    Mapped, 6to4, Teredo and NAT64 forms are unwrapped first: the address inside decides.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0]) if isinstance(address, str) else address
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inside(ip)
        if inner is not None:
            return is_public_address(inner)
    if any(ip.version == network.version and ip in network for network in _NEVER):
        return False
    return ip.is_global and not (
        ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local or ip.is_private
        or (isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local)
    )  # fmt: skip


def _inside(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if any(ip in network for network in _NAT64):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


@dataclass
class AllowedHosts:
    """The exact ``host:port`` pairs that demo and test may reach in spite of the gates; empty in production.

    ``bridge`` is the office's own RSSHub (``LAMRO_RSSHUB_URL``), often inside its network: only a source of that kind may ask for it,
    no link and no redirect of another source. ``dialled`` holds the addresses those names stand for, filled when the resolver looks
    them up.
    """

    pairs: frozenset[tuple[str, int]] = frozenset()
    bridge: tuple[str, int] | None = None
    dialled: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> AllowedHosts:
        """``LAMRO_RSSHUB_URL``, and ``LAMRO_ALLOW_HOSTS=127.0.0.1:8123,…``, ignored unless ``LAMRO_ENV`` is demo or test."""
        bridge = _bridge(environ.get("LAMRO_RSSHUB_URL", ""))
        if environ.get("LAMRO_ENV", "production") not in {"demo", "test"}:
            return cls(bridge=bridge, dialled={bridge} if bridge else set())
        pairs = set()
        for word in environ.get("LAMRO_ALLOW_HOSTS", "").split(","):
            host, colon, port = word.strip().rpartition(":")
            if colon and port.isdigit() and 0 < int(port) < 65536 and host:
                pairs.add((host.strip("[]").lower(), int(port)))
        allowed = cls(frozenset(pairs), bridge)
        allowed.dialled.update(pairs, {bridge} if bridge else ())
        return allowed

    def permits(self, host: str, port: int) -> bool:
        """Whether this very host and port is excepted."""
        return (host.strip("[]").lower(), port) in self.pairs

    def names(self, host: str) -> bool:
        """Whether the host is excepted on some port (the resolver does not know ports)."""
        return any(host.strip("[]").lower() == name for name, _ in self._all())

    def _all(self) -> list[tuple[str, int]]:
        return [*self.pairs, *([self.bridge] if self.bridge else [])]

    def is_bridge(self, host: str, port: int) -> bool:
        """Whether this is the office's own RSSHub."""
        return self.bridge == (host.strip("[]").lower(), port)

    def learn(self, host: str, address: str) -> None:
        """Remember that an excepted name stands for ``address``, on its own ports only."""
        for name, port in self._all():
            if name == host.lower():
                self.dialled.add((address, port))

    def may_dial(self, address: str, port: int) -> bool:
        """Whether the connect gate lets this non-public address pass."""
        return (address, port) in self.dialled


def _bridge(url: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return parts.hostname.lower(), port or (443 if parts.scheme == "https" else 80)
