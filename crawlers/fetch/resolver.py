# Twisted names its methods in its own way.
# ruff: noqa: N802, N803
"""The second gate: names that stand for a non-public address do not resolve (reliability.md §5.4).

If any of a name's addresses is not public, the name has none: a mixed answer is how rebinding starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import provider  # type: ignore[import-untyped]

from crawlers.fetch.addresses import AllowedHosts, is_public_address

#: Set once by the round before Scrapy builds the resolver (Scrapy gives it no other way in).
policy = AllowedHosts()
#: Names refused in this process, so that the failure can be called by its name.
refused_names: set[str] = set()


@provider(IResolutionReceiver)
class _GatedReceiver:
    """Collects a name's addresses and hands them on only when every one of them may be dialled."""

    def __init__(self, receiver: Any, name: str) -> None:
        self.receiver = receiver
        self.name = name
        self.addresses: list[Any] = []

    def resolutionBegan(self, resolution: Any) -> None:
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        self.addresses.append(address)

    def resolutionComplete(self) -> None:
        if policy.names(self.name):
            for address in self.addresses:
                policy.learn(self.name, address.host)
        elif any(not is_public_address(address.host) for address in self.addresses):
            refused_names.add(self.name.lower())
            self.addresses = []
        for address in self.addresses:
            self.receiver.addressResolved(address)
        self.receiver.resolutionComplete()


class GatedResolver(CachingHostnameResolver):
    """Scrapy's caching IPv4/IPv6 resolver behind the gate. Cached answers pass the gate again."""

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """As Twisted's, with the gate between the answer and the caller."""
        return super().resolveHostName(
            cast("IResolutionReceiver", _GatedReceiver(resolutionReceiver, hostName)),
            hostName,
            portNumber,
            addressTypes,
            transportSemantics,
        )
