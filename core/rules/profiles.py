"""Legal profiles (hồ sơ pháp lý): bodies, bases, deadlines and headings as dated data, never as code (decision 5).

The document's date picks the profile. A field that nobody has compared with the gazette carries ``verified=False`` and wears the badge
"chưa đối chiếu văn bản gốc"; a document that cites one cannot be issued before a named person ticks "đã đối chiếu" (domain.md, tighter rules).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.errors import Misconfigured
from core.rules.vocabulary import DeadlineKind, DocumentKind, Level


@dataclass(frozen=True, slots=True)
class LegalField:
    """One cited thing: its words, its source, and whether it was compared with the official text."""

    text: str
    verified: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A deadline: hours or working days (exactly one is non-zero), and the article it rests on."""

    hours: int
    working_days: int
    basis: LegalField


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """What a document of one kind rests on and to whom it goes, for one level of office."""

    code: str
    bases: tuple[LegalField, ...]
    addressees: tuple[LegalField, ...]
    recipients: tuple[LegalField, ...]
    signer_authority: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LegalProfile:
    """The law as it stands between two dates."""

    id: str
    name: str
    valid_from: date
    valid_to: date | None
    terms: dict[DeadlineKind, Term]
    rules: dict[tuple[Level, DocumentKind], DocumentRule]
    statements: dict[str, LegalField]

    def rule(self, level: Level, kind: DocumentKind) -> DocumentRule:
        """The rule for a document. Raises :class:`Misconfigured` when the profile has none."""
        try:
            return self.rules[level, kind]
        except KeyError:
            raise Misconfigured(
                f"Hồ sơ pháp lý {self.id} chưa có quy định cho văn bản {kind} ở cấp {level}. Bổ sung trong config/legal_profiles.",
                f"Legal profile {self.id} has no rule for {kind} at level {level}.",
            ) from None


@dataclass(frozen=True, slots=True)
class LegalProfiles:
    """All profiles, oldest first, without gaps."""

    profiles: tuple[LegalProfile, ...]

    def on(self, day: date) -> LegalProfile:
        """The profile in force on a day (in Viet Nam). Raises :class:`Misconfigured` for a day before the first."""
        for profile in reversed(self.profiles):
            if profile.valid_from <= day and (profile.valid_to is None or day <= profile.valid_to):
                return profile
        raise Misconfigured(
            f"Không có hồ sơ pháp lý cho ngày {day:%d/%m/%Y}. Kiểm tra config/legal_profiles.",
            f"No legal profile covers {day.isoformat()}.",
        )
