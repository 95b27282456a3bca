"""Địa bàn: one unit as it was on a day, with its history, its further names and what else is called so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.queries.gazetteer import Offer, facts_of, offer_of
from core.records.account import Account
from core.records.gazetteer import GazetteerLink, GazetteerName, GazetteerUnit
from core.records.rereading import Rereading
from core.records.unit import WatchedLocality
from core.rules.gazetteer import Unit
from core.text.normalise import fold

#: a history is followed this far back and forth: two changes are recorded so far
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A unit in a list: its id, its name with what stands above it, and whether it still exists."""

    id: str
    full_name: str
    current: bool
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A unit before or after, with the link to it."""

    unit: Unit
    full_name: str
    nature: str
    day: date | None
    active: bool
    origin: str


@dataclass(frozen=True, slots=True)
class NameRow:
    """A further name with who wrote it and when."""

    id: int
    nature: str
    text: str
    language: str
    type: str
    until: date | None
    note: str
    origin: str
    active: bool
    version: int
    added_by: str
    added_at: datetime
    changed_by: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the gazetteer knows of a unit on a day."""

    unit: Unit
    full_name: str
    parents: tuple[Unit, ...]
    before: tuple[Line, ...]
    after: tuple[Line, ...]
    names: tuple[NameRow, ...]
    namesakes: tuple[Found, ...]
    """Other units with the same name without accents, those of today first; its own past and future left out."""
    offer: Offer | None
    version: int
    corrected: bool


def sheet(session: Session, code: str, day: date) -> Sheet | None:
    """The unit that wore the code on the day, or the period asked for by its id (``11131@2025``); None when there is none."""
    row = _row(session, code, day)
    if row is None:
        return None
    unit = facts_of(row)
    last = day if unit.valid_on(day) else (unit.valid_to or day)
    parents = parents_on(session, [unit], last)[unit.id]
    before = _linked(session, unit.id, back=True)
    after = _linked(session, unit.id, back=False)
    own = {unit.id, *(line.unit.id for line in (*before, *after))}
    return Sheet(
        unit=unit,
        full_name=_full(unit, parents),
        parents=parents,
        before=before,
        after=after,
        names=names(session, unit.id),
        namesakes=tuple(one for one in called(session, unit.name) if one.id not in own),
        offer=offer_of(row),
        version=row.version,
        corrected=row.corrected,
    )


def last_sheet(session: Session, code: str) -> Sheet | None:
    """The last unit that wore a code which nobody wears any more."""
    unit_id = session.scalar(
        select(GazetteerUnit.id)
        .where(GazetteerUnit.code == code, GazetteerUnit.valid_to.is_not(None))
        .order_by(GazetteerUnit.valid_to.desc())
        .limit(1)
    )
    row = None if unit_id is None else session.get_one(GazetteerUnit, unit_id)
    return None if row is None or row.valid_to is None else sheet(session, row.id, row.valid_to)


def _row(session: Session, code: str, day: date) -> GazetteerUnit | None:
    if "@" in code:
        return session.get(GazetteerUnit, code)
    rows = session.scalars(select(GazetteerUnit).where(GazetteerUnit.code == code)).all()
    return next((row for row in rows if facts_of(row).valid_on(day)), None)


def parents_on(session: Session, units: Sequence[Unit], day: date | None) -> dict[str, tuple[Unit, ...]]:
    """From the nearest parent to the province, by unit id, as on the day; None: as when each unit was last."""
    known: dict[str, list[Unit]] = defaultdict(list)
    wanted = {unit.parent for unit in units if unit.parent}
    while wanted:
        rows = session.scalars(select(GazetteerUnit).where(GazetteerUnit.code.in_(sorted(wanted)))).all()
        for row in rows:
            known[row.code].append(facts_of(row))
        wanted = {row.parent for row in rows if row.parent} - set(known)

    def above(unit: Unit) -> tuple[Unit, ...]:
        at = day or unit.valid_to
        out: list[Unit] = []
        code = unit.parent
        while code and len(out) < _STEPS:
            held = [one for one in known[code] if (one.current if at is None else one.valid_on(at))]
            if not held:
                break
            out.append(held[0])
            code = held[0].parent
        return tuple(out)

    return {unit.id: above(unit) for unit in units}


def _full(unit: Unit, parents: Iterable[Unit]) -> str:
    return ", ".join([unit.typed_name, *(parent.typed_name for parent in parents)])


def _linked(session: Session, unit_id: str, *, back: bool) -> tuple[Line, ...]:
    """Units before (or after), through all changes; the nearest change first, then by name."""
    link = GazetteerLink
    here, there = (link.new_id, link.old_id) if back else (link.old_id, link.new_id)
    lines: dict[str, tuple[Unit, GazetteerLink]] = {}
    fresh = {unit_id}
    for _ in range(_STEPS):
        rows = session.execute(
            select(GazetteerUnit, link)
            .join(link, there == GazetteerUnit.id)
            .where(here.in_(sorted(fresh)))
            .order_by(link.day.desc() if back else link.day, link.nature, GazetteerUnit.name)
        ).all()
        fresh = {row.id for row, _ in rows} - set(lines) - {unit_id}
        lines |= {row.id: (facts_of(row), link_row) for row, link_row in rows if row.id in fresh}
        if not fresh:
            break
    units = [unit for unit, _ in lines.values()]
    # What it was called is told as of its last day, what it became as of its first.
    above: dict[str, tuple[Unit, ...]] = {}
    for unit in units:
        day = unit.valid_to if back else unit.valid_from
        above |= parents_on(session, [unit], day)
    return tuple(
        Line(unit, _full(unit, above[unit.id]), row.nature, row.day, row.active, row.origin)
        for unit, row in lines.values()
    )


def names(session: Session, unit_id: str) -> tuple[NameRow, ...]:
    """The further names of a unit: by nature, those in use first."""
    rows = session.scalars(
        select(GazetteerName)
        .where(GazetteerName.unit_id == unit_id)
        .order_by(GazetteerName.nature, GazetteerName.active.desc(), GazetteerName.language, GazetteerName.id)
    ).all()
    people = {row.added_by for row in rows} | {row.changed_by for row in rows}
    who: dict[int | None, str] = {
        account.id: account.display_name
        for account in session.scalars(select(Account).where(Account.id.in_(people - {None})))
    }
    return tuple(
        NameRow(
            row.id, row.nature, row.text, row.language, row.type, row.until, row.note, row.origin, row.active, row.version,
            who.get(row.added_by, ""), row.added_at, who.get(row.changed_by, ""), row.changed_at,
        )
        for row in rows
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reread:
    """How far the stored items have been read again after the last correction; ``done_at`` is None while it goes on."""

    looked: int
    moved: int
    regrouped: int
    asked_at: datetime
    done_at: datetime | None


def rereading(session: Session, code: str) -> Reread | None:
    """Of a watched locality; None when nothing was corrected yet."""
    row = session.get(Rereading, code)
    return None if row is None else Reread(row.looked, row.moved, row.regrouped, row.asked_at, row.done_at)


def called(session: Session, name: str, *, limit: int = 60) -> tuple[Found, ...]:
    """Units that are called so, accents aside: those of today first."""
    rows = session.scalars(
        select(GazetteerUnit)
        .where(GazetteerUnit.folded == fold(" ".join(name.split())))
        .order_by(GazetteerUnit.valid_to.is_not(None), GazetteerUnit.id)
        .limit(limit)
    ).all()
    return _found(session, [facts_of(row) for row in rows])


def suggestions(session: Session, words: str, *, limit: int = 40) -> tuple[Found, ...]:
    """Units for what was typed: a code, a name or the beginning of one, with or without its unit word and accents."""
    typed = fold(" ".join(words.split()))
    if not typed:
        return ()
    bare = typed
    for word in (
        "thanh pho ",
        "thi xa ",
        "thi tran ",
        "dac khu ",
        "tinh ",
        "quan ",
        "huyen ",
        "phuong ",
        "xa ",
    ):
        bare = bare.removeprefix(word) or bare
    start = bare.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = session.scalars(
        select(GazetteerUnit)
        .where(
            (GazetteerUnit.code == typed)
            | GazetteerUnit.folded.like(f"{start}%", escape="\\")
            | (GazetteerUnit.id == typed)
        )
        .order_by(
            GazetteerUnit.folded != bare, GazetteerUnit.valid_to.is_not(None), GazetteerUnit.folded, GazetteerUnit.id
        )
        .limit(limit)
    ).all()  # fmt: skip
    return _found(session, [facts_of(row) for row in rows])


def _found(session: Session, units: Sequence[Unit]) -> tuple[Found, ...]:
    above = parents_on(session, units, None)
    return tuple(Found(unit.id, _full(unit, above[unit.id]), unit.current, unit.valid_to) for unit in units)


def lineage(session: Session, unit_id: str) -> frozenset[str]:
    """The unit with all that it was made of and became: a name of theirs is no stranger's."""
    return frozenset(
        {unit_id, *(line.unit.id for back in (True, False) for line in _linked(session, unit_id, back=back))}
    )


@dataclass(frozen=True, slots=True)
class Watched:
    """A locality that offices of this person watch."""

    code: str
    full_name: str
    names: int
    own_names: int


def watched_codes(session: Session, offices: Iterable[int] | None = None) -> tuple[str, ...]:
    """The unit codes that are watched, by any of these offices or by any at all, ascending."""
    query = (
        select(WatchedLocality.code).where(WatchedLocality.active).distinct().order_by(WatchedLocality.code)
    )
    if offices is not None:
        query = query.where(WatchedLocality.unit_id.in_(sorted(offices)))
    return tuple(session.scalars(query))


def watched(session: Session, offices: Iterable[int]) -> tuple[Watched, ...]:
    """What the offices watch, with how many further names each has in use, and how many of them the office wrote."""
    codes = watched_codes(session, offices)[:200]
    units = [
        facts_of(row) for row in session.scalars(select(GazetteerUnit).where(GazetteerUnit.id.in_(codes)))
    ]
    counts = {
        unit_id: (used, own)
        for unit_id, used, own in session.execute(
            select(
                GazetteerName.unit_id, func.count(), func.sum(case((GazetteerName.origin == "office", 1), else_=0))
            )
            .where(GazetteerName.unit_id.in_(codes), GazetteerName.active)
            .group_by(GazetteerName.unit_id)
        )
    }  # fmt: skip
    above = parents_on(session, units, None)
    return tuple(
        Watched(unit.id, _full(unit, above[unit.id]), *counts.get(unit.id, (0, 0)))
        for unit in sorted(units, key=lambda one: one.id)
    )
