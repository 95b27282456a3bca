"""Calibrate in twenty clicks: draw hits of a locality fairly, take yes or no for each, take the last answer back.

The draw is stratified by band (:data:`core.rules.calibration.WANTED`), from the newest items of a year, copies left out, in an order
that the locality and the day decide: two people who begin on one day see the same hits. Where the store has too few, sentences of our
own, built for the locality, fill up and are marked as samples.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.errors import Conflict, NotFound
from core.records.calibration import Calibration, CalibrationHit
from core.records.item import Item, Mention
from core.rules.calibration import HITS, share_out
from core.rules.permissions import require
from core.rules.vocabulary import Band
from core.services import audit, place_rules, rematching
from core.services.desk import Actor, Desk

YEAR = timedelta(days=365)
#: of each band the newest items among which the draw is made
NEWEST = 2_000


def begin(desk: Desk, actor: Actor, locality: str) -> int:
    """The number of the office's open run for a locality; a new one is drawn when none is open.

    Raises :class:`Forbidden`, :class:`NotFound` for a locality that has neither items nor a name.
    """
    with audit.attempt(desk, actor, "place.calibrate", "locality", locality), desk.store.write() as session:
        require(actor, "place.calibrate")
        place_rules.require_locality(session, actor, locality)
        open_run = session.scalar(
            select(Calibration.id)
            .where(
                Calibration.locality == locality,
                Calibration.unit_id == actor.unit_id,
                Calibration.finished_at.is_(None),
            )
            .order_by(Calibration.id.desc())
        )
        if open_run is not None:
            return open_run
        return _draw(session, desk, actor, locality)


def answer(desk: Desk, actor: Actor, run_id: int, number: int, *, ours: bool) -> bool:
    """Say of a hit whether it is ours. True when it was the last one: the run is finished.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict` for a hit that has its answer.
    """
    with audit.attempt(desk, actor, "place.calibrate", "calibration", run_id), desk.store.write() as session:
        run = _run(session, actor, run_id)
        hit = session.get(CalibrationHit, (run_id, number))
        if hit is None:
            raise NotFound("Lần đo này không có câu đó.", f"Run {run_id} has no hit {number}.")
        if hit.ours is not None:
            raise Conflict(
                "Câu này đã có câu trả lời. Bấm Hoàn tác nếu muốn trả lời lại.", "The hit has its answer."
            )
        hit.ours, hit.answered_by, hit.answered_at = ours, actor.account_id, desk.clock.now()
        session.flush()
        left = session.scalar(
            select(func.count())
            .select_from(CalibrationHit)
            .where(CalibrationHit.calibration_id == run_id, CalibrationHit.ours.is_(None))
        )
        if left:
            return False
        run.finished_at = desk.clock.now()
        audit.record(
            session, desk, actor, "place.calibrate", "calibration", run_id, detail={"locality": run.locality}
        )
        return True


def undo(desk: Desk, actor: Actor, run_id: int) -> int:
    """Take the last answer of a run back; returns the number of its hit, 0 when there is none. A finished run opens again."""
    with audit.attempt(desk, actor, "place.calibrate", "calibration", run_id), desk.store.write() as session:
        run = _run(session, actor, run_id)
        hit = session.scalar(
            select(CalibrationHit)
            .where(CalibrationHit.calibration_id == run_id, CalibrationHit.ours.is_not(None))
            .order_by(CalibrationHit.answered_at.desc(), CalibrationHit.number.desc())
            .limit(1)
        )
        if hit is None:
            return 0
        hit.ours = hit.answered_by = hit.answered_at = None
        run.finished_at = None
        return hit.number


def _run(session: Session, actor: Actor, run_id: int) -> Calibration:
    require(actor, "place.calibrate")
    run = session.get(Calibration, run_id)
    if run is None or run.unit_id != actor.unit_id:
        raise NotFound("Không có lần đo này.", f"No run {run_id}.")
    place_rules.require_locality(session, actor, run.locality)
    return run


def _draw(session: Session, desk: Desk, actor: Actor, locality: str) -> int:
    now = desk.clock.now()
    seed = f"{locality}:{now.astimezone(VIETNAM):%Y-%m-%d}"
    pools = {band: _pool(session, locality, band, now - YEAR) for band in (Band.IN, Band.CHECK, Band.OUT)}
    drawn = share_out({band: len(ids) for band, ids in pools.items()})
    hits = [
        CalibrationHit(item_id=item_id, text="", band=band)
        for band, ids in pools.items()
        for item_id in sorted(ids, key=lambda one: _order(seed, one))[: drawn[band]]
    ]
    stock = {str(band): len(ids) for band, ids in pools.items()}
    for text in desk.analyst.sample_sentences(locality)[: HITS - len(hits)]:
        found = desk.analyst.place(
            "",
            text,
            localities=[locality],
            rules=rematching.of_item(rematching.active(session, [locality]), ""),
        )
        band = Band(found[0].band) if found else Band.OUT
        stock[band] += 1
        hits.append(CalibrationHit(item_id=None, text=text, band=band))
    if not hits:
        raise NotFound("Danh mục không có tên của địa bàn này.", f"The gazetteer has no name of {locality}.")
    run = Calibration(
        locality=locality, unit_id=actor.unit_id, account_id=actor.account_id, at=now, stock=stock
    )
    session.add(run)
    session.flush()
    # Bands are mixed, so that nobody answers by the place in the row.
    for number, hit in enumerate(sorted(hits, key=lambda hit: _order(seed, hit.item_id or hit.text)), 1):
        hit.calibration_id, hit.number = run.id, number
        session.add(hit)
    session.flush()
    return run.id


def _pool(session: Session, locality: str, band: Band, since: datetime) -> list[int]:
    return list(
        session.scalars(
            select(Item.id)
            .join(Mention, (Mention.item_id == Item.id) & (Mention.locality == locality))
            .where(Mention.band == band, Item.first_seen_at >= since, Item.copy_of_id.is_(None))
            .order_by(Item.id.desc())
            .limit(NEWEST)
        )
    )


def _order(seed: str, thing: object) -> str:
    return hashlib.sha256(f"{seed}:{thing}".encode()).hexdigest()
