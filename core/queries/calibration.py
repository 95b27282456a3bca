"""Runs of twenty judged hits: the hit that is asked, the figures of a run, the runs before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries.reasons import spans_of, with_unit_word
from core.queries.why import Piece, pieces, window
from core.records.account import Account
from core.records.calibration import Calibration, CalibrationHit
from core.records.item import Item, Mention
from core.records.source import Source
from core.rules.calibration import Figures, figures
from core.rules.vocabulary import Band


@dataclass(frozen=True, slots=True)
class Asked:
    """A hit as it is shown: never the band, so that the answer is the person's own."""

    number: int
    item_id: int | None
    title: str
    pieces: tuple[Piece, ...]
    begins: bool
    ends: bool
    source_name: str
    language: str
    gist: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A hit where the person and the match differ: what a rule can mend."""

    item_id: int | None
    title: str
    band: str
    ours: bool


@dataclass(frozen=True, slots=True)
class RunRow:
    """A finished run with its figures; ``samples`` of its hits were sentences of our own."""

    id: int
    at: datetime
    by: str
    figures: Figures
    samples: int


@dataclass(frozen=True, slots=True)
class RunPage:
    """An open or finished run."""

    id: int
    locality: str
    answered: int
    hits: int
    samples: int
    asked: Asked | None
    finished_at: datetime | None
    figures: Figures | None
    wrong: tuple[Wrong, ...]


def run(session: Session, run_id: int, unit_id: int) -> RunPage:
    """One run of an office. Raises :class:`NotFound`."""
    found = session.get(Calibration, run_id)
    if found is None or found.unit_id != unit_id:
        raise NotFound("Không có lần đo này.", f"No run {run_id}.")
    hits = list(
        session.scalars(
            select(CalibrationHit)
            .where(CalibrationHit.calibration_id == run_id)
            .order_by(CalibrationHit.number)
        )
    )
    open_hit = next((hit for hit in hits if hit.ours is None), None)
    return RunPage(
        id=run_id,
        locality=found.locality,
        answered=sum(hit.ours is not None for hit in hits),
        hits=len(hits),
        samples=sum(hit.item_id is None for hit in hits),
        asked=_asked(session, found.locality, open_hit) if open_hit is not None else None,
        finished_at=found.finished_at,
        figures=_figures(found, hits) if found.finished_at is not None else None,
        wrong=_wrong(session, hits) if found.finished_at is not None else (),
    )


def open_run(session: Session, locality: str, unit_id: int) -> int | None:
    """The office's run that waits for answers."""
    return session.scalar(
        select(Calibration.id)
        .where(
            Calibration.locality == locality,
            Calibration.unit_id == unit_id,
            Calibration.finished_at.is_(None),
        )
        .order_by(Calibration.id.desc())
        .limit(1)
    )


def history(session: Session, locality: str, unit_id: int) -> tuple[RunRow, ...]:
    """The finished runs of an office for a locality, the latest first."""
    rows = session.execute(
        select(Calibration, Account.display_name)
        .join(Account, Account.id == Calibration.account_id)
        .where(
            Calibration.locality == locality,
            Calibration.unit_id == unit_id,
            Calibration.finished_at.is_not(None),
        )
        .order_by(Calibration.id.desc())
        .limit(12)
    ).all()
    hits: dict[int, list[CalibrationHit]] = {run.id: [] for run, _ in rows}
    for hit in session.scalars(select(CalibrationHit).where(CalibrationHit.calibration_id.in_(hits))):
        hits[hit.calibration_id].append(hit)
    return tuple(
        RunRow(
            run.id,
            run.finished_at or run.at,
            name,
            _figures(run, hits[run.id]),
            sum(hit.item_id is None for hit in hits[run.id]),
        )
        for run, name in rows
    )


def never_measured(session: Session, codes: Sequence[str], unit_id: int) -> tuple[str, ...]:
    """The localities among ``codes`` for which the office has finished no run."""
    done = set(
        session.scalars(
            select(Calibration.locality).where(
                Calibration.unit_id == unit_id, Calibration.finished_at.is_not(None)
            )
        )
    )
    return tuple(code for code in codes if code not in done)


def _figures(run: Calibration, hits: Sequence[CalibrationHit]) -> Figures:
    judged: Counter[Band] = Counter(Band(hit.band) for hit in hits if hit.ours is not None)
    ours: Counter[Band] = Counter(Band(hit.band) for hit in hits if hit.ours)
    stock = {Band(band): int(count) for band, count in run.stock.items()}
    return figures({b: judged[b] for b in Band}, {b: ours[b] for b in Band}, stock)


def _asked(session: Session, locality: str, hit: CalibrationHit) -> Asked:
    if hit.item_id is None:
        return Asked(hit.number, None, "", (Piece(hit.text),), True, True, "", "vi")
    row = session.execute(
        select(Item.title, Item.text, Item.language, Item.gist, Item.seen_where, Source.name, Mention.spans)
        .outerjoin(Source, Source.id == Item.source_id)
        .outerjoin(Mention, (Mention.item_id == Item.id) & (Mention.locality == locality))
        .where(Item.id == hit.item_id)
    ).one_or_none()
    if row is None:
        return Asked(hit.number, hit.item_id, "", (), True, True, "", "vi")
    whole = f"{row.title}\n{row.text}"
    spans = spans_of(with_unit_word(whole, span) for span in spans_of(row.spans or ()))
    floor = len(row.title) + 1
    inside = [span for span in spans if span[0] >= floor]
    start, end = window(whole, inside or list(spans), floor if inside or not spans else 0)
    return Asked(
        hit.number,
        hit.item_id,
        row.title,
        pieces(whole, spans, start, end, 0),
        start in {0, floor},
        end >= len(whole),
        row.name or row.seen_where,
        row.language,
        row.gist,
    )


def _wrong(session: Session, hits: Sequence[CalibrationHit]) -> tuple[Wrong, ...]:
    wrong = [
        hit
        for hit in hits
        if (hit.band == Band.OUT and hit.ours) or (hit.band == Band.IN and hit.ours is False)
    ]
    titles = dict(
        session.execute(
            select(Item.id, Item.title).where(Item.id.in_([hit.item_id for hit in wrong if hit.item_id]))
        ).all()
    )
    return tuple(
        Wrong(hit.item_id, titles.get(hit.item_id or 0, hit.text), hit.band, bool(hit.ours)) for hit in wrong
    )
