"""Whether it is our own machine that has no network: many sources of different hosts that cannot be reached at once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.rules.source_failures import NETWORK

#: hosts that must be out of reach at once, and the share they must be of those read lately
_HOSTS = 3
_SHARE = 0.8
#: "lately": so long before the latest reading of any source
_LATELY = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Reach:
    """The last reading of one source: its host, when, and the code of its failure (empty when it was read)."""

    host: str
    at: datetime
    code: str

    @property
    def out_of_reach(self) -> bool:
        """Whether nothing answered at all."""
        return self.code in NETWORK


def network_down(readings: Sequence[Reach]) -> datetime | None:
    """Since when nearly nothing can be reached; None when the network is there, or too few hosts were read to tell."""
    if not readings:
        return None
    latest = max(reading.at for reading in readings)
    lately = [reading for reading in readings if reading.at >= latest - _LATELY]
    lost = [reading for reading in lately if reading.out_of_reach]
    hosts = {reading.host for reading in lately}
    lost_hosts = {reading.host for reading in lost} - {r.host for r in lately if not r.out_of_reach}
    if len(lost_hosts) < _HOSTS or len(lost_hosts) < _SHARE * len(hosts):
        return None
    return min(reading.at for reading in lost)
