"""What every service is handed: the store, the clock and the ports; and who acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from core.clock import Clock
from core.finding import SearchIndex
from core.ports import Analyst, CaptureStore, DocumentRenderer, FileReader, SourceKinds, Translator
from core.records.engine import Store
from core.rules.catalogue import CatalogueEntry
from core.rules.matrix import ResponseMatrix
from core.rules.need import NeedWeights
from core.rules.profiles import LegalProfiles
from core.rules.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind an act, as checked at log-in; ``address`` is the client's for the audit log."""

    account_id: int
    username: str
    display_name: str
    position: str
    unit_id: int
    roles: frozenset[Role]
    address: str = ""
    language: str = "vi"
    theme: str = "auto"
    single_keys: bool = True
    must_change_password: bool = False
    session_sha256: str = ""

    def has(self, *roles: Role) -> bool:
        """True when the person holds any of the roles."""
        return any(role in self.roles for role in roles)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a use case needs. Built once by ``config.wiring``; services never reach for a global."""

    store: Store
    clock: Clock
    analyst: Analyst
    renderer: DocumentRenderer
    captures: CaptureStore
    profiles: LegalProfiles
    matrix: ResponseMatrix
    kinds: SourceKinds
    index: SearchIndex | None = None
    contact: str = ""
    mail_from: str = ""
    recipients: tuple[tuple[str, str, str], ...] = field(default_factory=tuple)
    """The address book for dispatch: (name, channel, address)."""
    catalogue: Callable[[], tuple[CatalogueEntry, ...]] = tuple
    """The shipped catalogue of sources, read when it is first asked for."""
    reader: FileReader | None = None
    """Takes the words out of uploaded files and kept pages; None where nobody uploads."""
    translator: Translator | None = None
    """Puts foreign words into Vietnamese for staff; None unless an address is set."""
    weights: NeedWeights = field(default_factory=NeedWeights)
    """Of the need score: the shipped ones, or those of the office's file; applied proposals stand before them."""
