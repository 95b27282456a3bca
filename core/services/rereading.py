"""Stored items placed again after a name, a unit or a link was corrected, on screen or by an import: by the scheduler, newest first.

Read are the items of a year (``LAMRO_REREAD_DAYS``) that hold one of a watched locality's names or were placed there before: those of the
locality that was corrected, of the watched ones that share its name, and of those that it lies in. As with rules, nothing overrides a
person (:mod:`core.services.rematching`); stories follow (:mod:`core.services.regrouping`). A correction that comes meanwhile begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.places import MentionFound
from core.ports import ClaimLikeness
from core.queries import gazetteer
from core.queries.locality import watched_codes
from core.records.gazetteer import GazetteerLink, GazetteerName, GazetteerUnit
from core.records.item import Item, Mention
from core.records.place_rule import PlaceRuleTouch
from core.records.rereading import Rereading
from core.records.source import Source
from core.rules.gazetteer import NameNature
from core.rules.vocabulary import Band
from core.services import audit, regrouping, rematching, suggestions
from core.services.desk import Actor, Desk
from core.text.normalise import fold

YEAR = timedelta(days=365)
#: items a batch (one write transaction), and items that one call looks at
BATCH, MOST = 100, 2_000
#: values in one statement
_STEP = 2_000
#: further names by which a text means their locality
_MEANT = (GazetteerName.active, GazetteerName.nature.not_in([NameNature.NEAR, NameNature.EXCLUDED]))


def ask(
    session: Session, desk: Desk, actor: Actor | None, unit_ids: Iterable[str], names: Iterable[str] = ()
) -> int:
    """Have the items of the watched localities that these units concern read again; in the transaction of the correction.

    ``names``: folded names that came or went, beside those that the units bear. ``actor`` None: an import.
    Returns how many localities wait for it.
    """
    changed = set(unit_ids)
    if not changed or session.scalar(select(Item.id).limit(1)) is None:
        return 0
    called = set(names) | _each(
        session, changed, lambda part: select(GazetteerUnit.folded).where(GazetteerUnit.id.in_(part))
    )
    concerned = _heirs(session, changed | _above(session, changed) | _each(session, called, _bearers))
    concerned |= _each(session, called, _further_bearers)
    asked = sorted(concerned.intersection(watched_codes(session)))
    for code in asked:
        row = session.get(Rereading, code)
        if row is None:
            row = Rereading(locality=code)
            session.add(row)
        row.asked_at, row.asked_by = desk.clock.now(), None if actor is None else actor.account_id
        row.down_to, row.looked, row.moved, row.regrouped, row.done_at = None, 0, 0, 0, None
    session.flush()
    return len(asked)


def _each(session: Session, values: Iterable[str], query: Callable[[Sequence[str]], Any]) -> set[str]:
    """What the queries for all of the values give, so many at a time as a statement may hold."""
    every, found = sorted(values), set[str]()
    for start in range(0, len(every), _STEP):
        found.update(session.scalars(query(every[start : start + _STEP])))
    return found


def _bearers(names: Sequence[str]) -> Any:
    return select(GazetteerUnit.id).where(GazetteerUnit.folded.in_(names))


def _further_bearers(names: Sequence[str]) -> Any:
    return select(GazetteerName.unit_id).where(GazetteerName.folded.in_(names), *_MEANT)


def _heirs(session: Session, unit_ids: set[str]) -> set[str]:
    """The units with all that they became."""

    def became(part: Sequence[str]) -> Any:
        return select(GazetteerLink.new_id).where(GazetteerLink.old_id.in_(part), GazetteerLink.active)

    found, fresh = set(unit_ids), set(unit_ids)
    while fresh:
        fresh = _each(session, fresh, became) - found
        found |= fresh
    return found


def _above(session: Session, unit_ids: set[str]) -> set[str]:
    """The units that these lie in or lay in, districts and provinces."""

    def above(part: Sequence[str]) -> Any:
        parents = select(GazetteerUnit.parent).where(GazetteerUnit.id.in_(part), GazetteerUnit.parent != "")
        return select(GazetteerUnit.id).where(GazetteerUnit.code.in_(parents))

    found, fresh = set[str](), set(unit_ids)
    while fresh:
        fresh = _each(session, fresh, above) - found
        found |= fresh
    return found


def go_on(desk: Desk, back: timedelta = YEAR) -> int:
    """Read on for the locality that has waited longest, at most :data:`MOST` items seen within ``back``.

    Returns how many were looked at; 0: nothing waits.
    """
    looked = 0
    while looked < MOST:
        with desk.store.read() as session:
            waiting = session.scalar(
                select(Rereading).where(Rereading.done_at.is_(None)).order_by(Rereading.asked_at).limit(1)
            )
            if waiting is None:
                return looked
            desk.analyst.keep_up(gazetteer.revision(session))
            rows = session.execute(_stored(desk, waiting, back).limit(BATCH)).all()
            names = _names(session, waiting.locality)
            judged = suggestions.judged(session)
            rules = rematching.active(session, [waiting.locality])
        found: dict[int, tuple[Any, MentionFound | None]] = {}
        for row in rows:
            if row.band is None and not _holds(f"{row.title}\n{row.text}", names):
                continue
            new = rematching.again(desk, row, waiting.locality, rules)
            if _differs(row, new) and not _kept(row, new):
                found[row.id] = (row, new)
        gists = {
            item_id: desk.analyst.analyse(row.title, row.text, localities=[waiting.locality], language_hint=row.language).gist
            for item_id, (row, new) in found.items()
            if new is not None and new.band != "out" and row.language not in {"", "vi"} and not row.gist
        }  # fmt: skip
        crossing = _crossing(found)
        like = {
            item_id: desk.analyst.like_claims(found[item_id][0].title, found[item_id][0].text, judged)
            for item_id, ours in crossing.items()
            if ours and judged
        }
        with desk.store.read() as session:
            shifts = regrouping.plan(session, desk, waiting.locality, crossing)
        with desk.store.write() as session:
            if not _write(session, desk, waiting, rows, found, gists, like, shifts):
                continue  # corrected again meanwhile: begun anew
        looked += len(rows)
        if not rows:
            return looked
    return looked


def _crossing(found: Mapping[int, tuple[Any, MentionFound | None]]) -> dict[int, bool]:
    """The items that become ours (True) or are ours no longer."""
    bands = {
        item_id: (row.band or Band.OUT, Band.OUT if new is None else new.band)
        for item_id, (row, new) in found.items()
    }
    return {
        item_id: after != Band.OUT
        for item_id, (before, after) in bands.items()
        if (before == Band.OUT) != (after == Band.OUT)
    }


def _write(
    session: Session,
    desk: Desk,
    waiting: Rereading,
    rows: Any,
    found: dict[int, tuple[Any, MentionFound | None]],
    gists: dict[int, str],
    like: Mapping[int, Sequence[ClaimLikeness]],
    shifts: Sequence[regrouping.Shift],
) -> bool:
    row = session.get(Rereading, waiting.locality)
    if row is None or row.asked_at != waiting.asked_at or row.down_to != waiting.down_to:
        return False
    now = desk.clock.now()
    current = {
        item.id: item
        for item in session.scalars(select(Item).where(Item.id.in_(found)))
        if item.revision == found[item.id][0].revision
    }
    for item_id, item in current.items():
        item.gist = gists.get(item_id) or item.gist
        before, new = found[item_id]
        row.moved += (before.band or Band.OUT) != (Band.OUT if new is None else new.band)
        for rule_id in () if new is None else new.rules:
            if session.get(PlaceRuleTouch, (rule_id, item_id)) is None:
                session.add(
                    PlaceRuleTouch(rule_id=rule_id, item_id=item_id, before=before.band or "", at=now)
                )
    suggestions.note(session, desk, {item_id: like[item_id] for item_id in current if like.get(item_id)})
    rematching.place(session, desk, row.locality, {item_id: found[item_id][1] for item_id in current})
    # What was edited meanwhile was read again by that edit.
    unchanged = [shift for shift in shifts if not (set(shift.items) & set(found)) - set(current)]
    row.regrouped += regrouping.apply(session, desk, unchanged)
    row.looked += len(rows)
    if rows:
        row.down_to = rows[-1].id
    else:
        row.done_at = now
        detail = {"looked": row.looked, "moved": row.moved, "regrouped": row.regrouped}
        audit.record(session, desk, None, "gazetteer.reread", "locality", row.locality, detail=detail)
    return True


def _stored(desk: Desk, waiting: Rereading, back: timedelta) -> Any:
    query = (
        select(
            Item.id, Item.url_sha256, Item.title, Item.text, Item.language, Item.gist, Item.source_id, Item.published_at,
            Item.revision,
            Source.locality.label("source_locality"), Mention.band, Mention.spans, Mention.score, Mention.why,
            *rematching.said(waiting.locality),
        )
        .outerjoin(Mention, (Mention.item_id == Item.id) & (Mention.locality == waiting.locality))
        .outerjoin(Source, Source.id == Item.source_id)
        .where(Item.first_seen_at >= desk.clock.now() - back)
        .order_by(Item.id.desc())
    )  # fmt: skip
    return query if waiting.down_to is None else query.where(Item.id < waiting.down_to)


def _olds(session: Session, locality: str) -> set[str]:
    """The units that the locality was made of, and what those were made of."""
    olds: set[str] = set()
    fresh = {locality}
    while fresh:
        fresh = set(
            session.scalars(
                select(GazetteerLink.old_id).where(GazetteerLink.new_id.in_(fresh), GazetteerLink.active)
            )
        ) - olds - {locality}  # fmt: skip
        olds |= fresh
    return olds


def _names(session: Session, locality: str) -> list[str]:
    """The folded names under which a text may mean the locality: its own, its former ones, its further ones."""
    olds = _olds(session, locality)
    units = session.scalars(
        select(GazetteerUnit.folded).where(GazetteerUnit.id.in_([locality, *sorted(olds)]))
    )
    further = session.scalars(
        select(GazetteerName.folded).where(
            GazetteerName.unit_id == locality,
            *_MEANT,
        )
    )
    return sorted({name for name in (*units, *further) if name})


def _holds(text: str, names: list[str]) -> bool:
    whole = fold(text)
    glued = whole.replace(" ", "")
    return any(name in whole or name.replace(" ", "") in glued for name in names)


def _differs(row: Any, new: MentionFound | None) -> bool:
    if new is None or row.band is None:
        return new is not None or row.band is not None
    moved = row.band != new.band or abs(row.score - new.score) > 1e-9
    return bool(moved or [list(span) for span in new.spans] != row.spans)


def _kept(row: Any, new: MentionFound | None) -> bool:
    """True when a person stands behind the present place of the item."""
    if row.band is None:
        return False
    before, after = row.band, Band.OUT if new is None else new.band
    if rematching.by_person(row):
        return True
    return before != after and rematching.contradicts(after != Band.OUT, row)
