"""Who may do what: one table of acts and roles (domain.md §2, roles × rights). Pure.

Acts are named like the verbs in the audit log. An act that is not in the table is allowed to nobody. What the table cannot know
(drafter ≠ approver, proposer ≠ verifier, own unit) is in ``four_eyes`` and ``evidence``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from core.errors import Forbidden
from core.rules.vocabulary import Role

OFFICER, VERIFIER, DRAFTER = Role.OFFICER, Role.VERIFIER, Role.DRAFTER
CONTENT_APPROVER, SPOKESPERSON, SIGNER = Role.CONTENT_APPROVER, Role.SPOKESPERSON, Role.SIGNER
CLERK, PUBLISHER, MANAGER = Role.CLERK, Role.PUBLISHER, Role.MANAGER
ADMINISTRATOR, AUDITOR = Role.ADMINISTRATOR, Role.AUDITOR

_EVERYONE = frozenset(Role)
#: everybody who works on stories and incidents: not the administrator (configuration only), not the auditor (log only)
_STAFF = _EVERYONE - {ADMINISTRATOR, AUDITOR}

ACTS: dict[str, frozenset[Role]] = {
    # one's own account
    "account.log_out": _EVERYONE,
    "account.change_password": _EVERYONE,
    "account.set_preferences": _EVERYONE,
    # configuration
    "account.create": frozenset({ADMINISTRATOR}),
    "account.set_roles": frozenset({ADMINISTRATOR}),
    "account.set_active": frozenset({ADMINISTRATOR}),
    "account.reset_password": frozenset({ADMINISTRATOR}),
    "account.read": frozenset({ADMINISTRATOR, AUDITOR}),
    "unit.watch": frozenset({ADMINISTRATOR}),
    "unit.edit": frozenset({ADMINISTRATOR}),
    "source.add": frozenset({ADMINISTRATOR}),
    "source.edit": frozenset({ADMINISTRATOR}),
    "source.set_enabled": frozenset({ADMINISTRATOR}),
    "source.crawl": frozenset({ADMINISTRATOR, OFFICER}),
    "source.end_reading": frozenset({ADMINISTRATOR, OFFICER}),
    "source.read": _EVERYONE,
    # what names a locality and what does not: officers meet it, administrators keep it
    "gazetteer.read": _EVERYONE,
    "gazetteer.edit": frozenset({ADMINISTRATOR}),
    "place.read": _EVERYONE,
    "place.rule": frozenset({OFFICER, ADMINISTRATOR}),
    "place.rule_undo": frozenset({OFFICER, ADMINISTRATOR}),
    "place.calibrate": frozenset({OFFICER, ADMINISTRATOR}),
    # what the queue is ordered by: an administrator answers for it
    "need.read": frozenset({OFFICER, MANAGER, ADMINISTRATOR, AUDITOR}),
    "need.apply": frozenset({ADMINISTRATOR}),
    "need.undo": frozenset({ADMINISTRATOR}),
    "sample.answer": frozenset({OFFICER}),
    "glossary.read": _EVERYONE,
    "glossary.edit": frozenset({OFFICER, ADMINISTRATOR}),
    "health.read": frozenset({ADMINISTRATOR, MANAGER, AUDITOR}),
    # states 1 and 2: detected, received
    "item.receive": _STAFF,
    "item.search": _STAFF,
    "story.read": _STAFF | {AUDITOR},
    # raw pages show people's names as published; each download is written to the audit log
    "capture.download": frozenset({OFFICER, VERIFIER, MANAGER}),
    "capture.purge": frozenset({MANAGER}),
    "watch.ask": frozenset({OFFICER, VERIFIER}),
    "story.tag": frozenset({OFFICER}),
    "story.untag": frozenset({OFFICER}),
    "story.known_claim": frozenset({OFFICER}),
    "story.known_claim_undo": frozenset({OFFICER}),
    "story.note": _STAFF,
    "story.note_remove": _STAFF,
    "filter.save": _STAFF,
    "filter.remove": _STAFF,
    "filter.alert": _STAFF,
    "story.group": frozenset({OFFICER}),
    # states 3 and 4: verify, conclude
    "claim.open": frozenset({OFFICER}),
    "claim.withdraw": frozenset({OFFICER}),
    "claim.restore": frozenset({OFFICER}),
    "evidence.add": frozenset({OFFICER, VERIFIER, DRAFTER}),
    "evidence.remove": frozenset({OFFICER, VERIFIER, DRAFTER}),
    "verdict.propose": frozenset({OFFICER}),
    "verdict.confirm": frozenset({VERIFIER}),
    "verdict.return": frozenset({VERIFIER}),
    # states 2 to 6: incident
    "incident.read": _STAFF | {AUDITOR},
    "incident.open": frozenset({OFFICER}),
    "incident.attach_claim": frozenset({OFFICER}),
    "incident.pack": frozenset({OFFICER, DRAFTER, VERIFIER, CONTENT_APPROVER, SPOKESPERSON, MANAGER}),
    "incident.add_fact": frozenset({OFFICER, DRAFTER}),
    "incident.remove_fact": frozenset({OFFICER, DRAFTER}),
    "incident.assess": frozenset({OFFICER, CONTENT_APPROVER, SPOKESPERSON}),
    "incident.choose": frozenset({SPOKESPERSON}),
    "incident.pause": frozenset({CONTENT_APPROVER, MANAGER, SPOKESPERSON}),
    "incident.resume": frozenset({CONTENT_APPROVER, MANAGER, SPOKESPERSON}),
    "incident.transfer": frozenset({CONTENT_APPROVER, MANAGER, SPOKESPERSON}),
    "incident.reopen": frozenset({CONTENT_APPROVER, MANAGER, SPOKESPERSON}),
    "incident.close": frozenset({CONTENT_APPROVER, MANAGER, SPOKESPERSON}),
    "incident.follow_up": frozenset({OFFICER}),
    "incident.begin": frozenset({OFFICER}),
    "incident.record_statement": frozenset({SPOKESPERSON}),
    "incident.record_reply": frozenset({CLERK, PUBLISHER, SPOKESPERSON, MANAGER}),
    "incident.record_outside": frozenset({PUBLISHER, SPOKESPERSON}),
    # states 7 to 10: documents
    "document.make": frozenset({DRAFTER}),
    "document.save": frozenset({DRAFTER}),
    "document.submit": frozenset({DRAFTER}),
    "document.tick_checked": frozenset({CONTENT_APPROVER, SPOKESPERSON, SIGNER, CLERK}),
    "document.decide.content": frozenset({CONTENT_APPROVER}),
    "document.decide.secrecy": frozenset({CONTENT_APPROVER}),
    "document.decide.spokesperson": frozenset({SPOKESPERSON}),
    "document.issue": frozenset({CLERK, SIGNER}),
    "document.queue": frozenset({CLERK, PUBLISHER}),
    "document.publish": frozenset({PUBLISHER}),
    # reading back
    "digest.read": _STAFF,
    "digest.make": frozenset({MANAGER, OFFICER, SPOKESPERSON}),
    "audit.read": frozenset({AUDITOR, MANAGER, ADMINISTRATOR}),
}


class HasRoles(Protocol):
    """Whoever acts: ``core.services.desk.Actor``."""

    @property
    def roles(self) -> frozenset[Role]:
        """The roles the person holds."""
        ...


def allowed(roles: Iterable[Role], act: str) -> bool:
    """True when one of the roles may do the act. An unknown act is allowed to nobody."""
    return not ACTS.get(act, frozenset()).isdisjoint(roles)


def require(actor: HasRoles, act: str) -> None:
    """Raises :class:`Forbidden` when the person's roles do not allow the act."""
    if not allowed(actor.roles, act):
        raise Forbidden(
            "Vai trò hiện có không cho phép việc này. Việc đã thử được ghi vào nhật ký; nếu cần, hãy nhờ người có thẩm quyền.",
            f"Your roles do not allow {act}. The try was written to the audit log.",
        )
