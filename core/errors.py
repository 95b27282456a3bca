"""One tree of errors. Each carries a stable code and a message for staff in Vietnamese and in English.

Screens and the command line show :meth:`LamroError.message`; the Python text is for the log only.
"""

from __future__ import annotations

from collections.abc import Mapping


class LamroError(Exception):
    """Base of every error the product raises on purpose.

    ``code`` is stable and can be tested; ``vi`` and ``en`` say what happened, to which thing and what to do.
    """

    code = "error"

    def __init__(self, vi: str, en: str, *, code: str | None = None) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en
        if code is not None:
            self.code = code

    def message(self, language: str = "vi") -> str:
        """The sentence for staff in the language asked for (``vi`` or ``en``)."""
        return self.en if language == "en" else self.vi


class NotFound(LamroError):
    """The thing asked for does not exist, or this person may not know that it does."""

    code = "not_found"


class Forbidden(LamroError):
    """The person's role does not allow the act. The try is written to the audit log by the service."""

    code = "forbidden"


class Conflict(LamroError):
    """Somebody else changed the thing since the form was opened (reliability.md §3 row 28)."""

    code = "conflict"


class RuleBroken(LamroError):
    """A guardrail or the state machine refuses the act (domain.md §2 and §6).

    ``rule`` names it (``G1``, ``G4``, ``four_eyes``, ``own_unit`` …); ``lawful`` says in Vietnamese what may be done instead.
    """

    code = "rule_broken"

    def __init__(self, rule: str, vi: str, en: str, *, lawful: str = "") -> None:
        super().__init__(vi, en, code=f"rule:{rule}")
        self.rule = rule
        self.lawful = lawful


class Invalid(LamroError):
    """Input that cannot be taken: ``fields`` maps a form field to its Vietnamese sentence."""

    code = "invalid"

    def __init__(self, vi: str, en: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(vi, en)
        self.fields: dict[str, str] = dict(fields or {})


class WrongUse(Invalid):
    """A command was written wrongly: a word it does not know, two options that exclude each other. It answers 2, not 1."""

    code = "wrong_use"


class Misconfigured(LamroError):
    """The program cannot start with these settings: what, where, and an example."""

    code = "misconfigured"


class Unavailable(LamroError):
    """A part that may be away (search index, mail server) is away; the work is kept and tried again."""

    code = "unavailable"


class OutOfStep(Unavailable):
    """The search index is not where its feeder believed it to be: swapped or lost meanwhile. The feeder looks again and goes on."""

    code = "out_of_step"


class Damaged(LamroError):
    """Something stored is not what was written: bytes changed, cut or unreadable. Said, never repaired in silence."""

    code = "damaged"
