"""Tình trạng máy: clock, gates that are open, index backlog, scheduler, what was held back. And a bare page for probes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, render_template

from core.errors import LamroError
from core.queries import health as queries
from core.queries.blind_sample import recent as recent_samples
from core.queries.mailbox import MailboxHealth, mailbox_health
from core.queries.need import waiting as waiting_proposal
from core.queries.watching import watching as watching_now
from review_app import context
from review_app.gate import allow_act, public
from review_app.language import current

blueprint = Blueprint("health", __name__)

#: the index follows within seconds; what waits longer than this is shown as a fault
LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the index says of itself; ``problem`` when it is away."""

    engine: str
    documents: int
    backlog: queries.Backlog
    problem: str = ""

    @property
    def late(self) -> bool:
        """Whether a change has waited so long that a person should look."""
        return self.backlog.since is not None and context.now() - self.backlog.since > LATE


def _index() -> IndexState | None:
    index = context.desk().index
    if index is None:
        return None
    try:
        stats = index.stats()
    except LamroError as error:
        return IndexState("", 0, queries.Backlog(0, None), error.message(current()))
    with context.reading() as session:
        return IndexState(stats.engine, stats.documents, queries.backlog(session, stats.last_seq))


#: the scheduler missed so many looks in a row: it stands still
_MISSED = 3


def _mailbox() -> tuple[MailboxHealth | None, bool]:
    """The inbox for forwarded reports (None: none is set, or it was never looked into), and whether looks are overdue."""
    settings = context.settings()
    found = mailbox_health(context.desk(), settings.mailbox) if settings.mailbox else None
    late = found is not None and context.now() - found.looked_at > timedelta(
        minutes=_MISSED * settings.mailbox_minutes
    )
    return found, late


@blueprint.get("/health")
@allow_act("health.read")
def index() -> str:
    """The status screen."""
    with context.reading() as session:
        health = queries.health(session, context.now())
        watching = watching_now(session, context.now())
        sample = recent_samples(session, context.actor().unit_id, context.now())
        waiting = waiting_proposal(session)
    mailbox, mailbox_late = _mailbox()
    return render_template(
        "health/index.html",
        mailbox=mailbox,
        mailbox_late=mailbox_late,
        health=health,
        sample=sample,
        waiting_weights=waiting is not None,
        watching=watching,
        index=_index(),
        database=context.desk().store.dialect,
        settings=context.settings(),
    )


@blueprint.get("/healthz")
@public
def probe() -> Response:
    """For supervisors and containers: the database answers. Says nothing else."""
    with context.reading() as session:
        queries.alive(session)
    return Response("ok\n", mimetype="text/plain")
