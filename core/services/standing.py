"""Which verdicts stand *now*: read again at every gate, because evidence, tags and verdicts may have changed in between.

A confirmed verdict stands when two (sensitive: three) different people gave it, the evidence that is there today is enough, and,
for Sai lệch, nobody of an office that the claim is about, as declared or as detected today, confirmed it (G1, G4, G13).
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import RuleBroken
from core.records.account import Account
from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.incident import Incident
from core.records.item import Item, ItemVersion, TagEvent
from core.records.source import Source
from core.records.unit import Unit
from core.rules import evidence as rules
from core.rules.four_eyes import confirmer_is_another, confirmer_office
from core.rules.vocabulary import Level, SubVerdict, Tag, Verdict, VerdictState
from core.services import acting

#: the story's other items that the detector reads; more add nothing but time
_OTHERS = 100


def office(session: Session, unit_id: int) -> rules.Office:
    """What the detector needs to know of an office."""
    unit = acting.get(session, Unit, unit_id, "cơ quan")
    return rules.Office(unit.id, Level(unit.level), unit.short_name, unit.name)


def texts(session: Session, claim: Claim) -> rules.ClaimTexts:
    """Everything the claim stands in: its words, every stored version of its item, the story's other items."""
    item = acting.get(session, Item, claim.item_id, "tin")
    own = [f"{item.title}\n{item.summary}\n{item.text}"]
    for title, text in session.execute(
        select(ItemVersion.title, ItemVersion.text).where(ItemVersion.item_id == item.id)
    ):
        own.append(f"{title}\n{text}")
    others = session.execute(
        select(Item.title, Item.text)
        .where(Item.story_id.in_(_stories(session, claim)), Item.id != item.id)
        .order_by(Item.id)
        .limit(_OTHERS)
    )
    return rules.ClaimTexts(
        claim=(claim.quote, claim.neutral_text),
        item=tuple(dict.fromkeys(own)),
        others=tuple(f"{title}\n{text[:20_000]}" for title, text in others),
    )


def _stories(session: Session, claim: Claim) -> set[int]:
    """The claim's story, its item's, and those of the item's copies: moving an item to another story hides nothing."""
    item = acting.get(session, Item, claim.item_id, "tin")
    first = item.copy_of_id or item.id
    rows = session.scalars(select(Item.story_id).where((Item.copy_of_id == first) | (Item.id == first)))
    return {story for story in (claim.story_id, item.story_id, *rows) if story is not None}


def _tagged_criticism(session: Session, claim: Claim) -> bool:
    return (
        session.scalar(
            select(TagEvent.id)
            .where(TagEvent.story_id.in_(_stories(session, claim)), TagEvent.tag == Tag.CRITICISM)
            .limit(1)
        )
        is not None
    )


def cues(session: Session, claim: Claim) -> tuple[str, ...]:
    """Why the claim is about the working office itself; empty when the detector is silent."""
    return rules.own_unit_cues(
        texts(session, claim),
        office(session, claim.unit_id),
        tagged_criticism=_tagged_criticism(session, claim),
    )


def concerned(session: Session, claim: Claim, *, confirmer_unit: int | None = None) -> set[int]:
    """Offices the claim is about: declared, once detected, or detected now. ``confirmer_unit`` is looked for by its name."""
    found = {claim.unit_id} if claim.concerns_own or cues(session, claim) else set()
    if claim.concerns_unit_id is not None:
        found.add(claim.concerns_unit_id)
    if confirmer_unit is not None and confirmer_unit not in found and confirmer_unit != claim.unit_id:
        if rules.own_unit_cues(texts(session, claim), office(session, confirmer_unit), named_only=True):
            found.add(confirmer_unit)
    return found


def pieces(session: Session, claim: Claim) -> list[rules.Piece]:
    """The claim's evidence that was not removed, oldest first."""
    rows = session.scalars(
        select(Evidence)
        .where(Evidence.claim_id == claim.id, Evidence.removed_at.is_(None))
        .order_by(Evidence.id)
    )
    return [
        rules.Piece(
            row.id,
            row.source_name,
            row.source_unit_id,
            row.competent_authority,
            row.url,
            row.sha256,
            row.title,
            row.body,
        )
        for row in rows
    ]


def own_words(session: Session, found: Iterable[rules.Piece], offices: Iterable[int]) -> set[int]:
    """Ids of the pieces that are the word of one of the offices about itself."""
    own: set[int] = set()
    for unit_id in offices:
        below = acting.descendants(session, unit_id)
        about = office(session, unit_id)
        own |= {piece.id for piece in found if rules.is_own_word(piece, about, own_units=below)}
    return own


def require_enough(session: Session, claim: Claim, verdict: Verdict, about: Iterable[int]) -> None:
    """Raises :class:`RuleBroken` ("evidence" or "own_unit") when the evidence of today does not carry the verdict."""
    found = pieces(session, claim)
    rules.require_enough(verdict, found, own=own_words(session, found, about))


def require_office(
    session: Session, claim: Claim, verdict: Verdict, confirmer_unit: int, *, confirmer: int | None = None
) -> None:
    """Raises :class:`RuleBroken` ("own_unit") when the confirmer's office may not confirm this verdict.

    ``confirmer``: the account, whose earlier offices count as well.
    """
    about = concerned(session, claim, confirmer_unit=confirmer_unit)
    once = set() if confirmer is None or not about else acting.offices_ever(session, confirmer)
    confirmer_office(
        verdict,
        confirmer_unit=confirmer_unit,
        confirmer_ancestors=acting.ancestors(session, confirmer_unit),
        concerned=about,
        related=acting.related(session, {claim.unit_id, *about}),
        once=once,
    )


def standing(session: Session, claim: Claim) -> VerdictRecord | None:
    """The confirmed verdict that stands now, or None. Never raises for a verdict that does not."""
    if not claim.verdict:
        return None
    row = session.scalars(
        select(VerdictRecord)
        .where(VerdictRecord.claim_id == claim.id, VerdictRecord.state == VerdictState.CONFIRMED)
        .order_by(VerdictRecord.id.desc())
        .limit(1)
    ).first()
    if (
        row is None
        or row.decided_by is None
        or row.verdict != claim.verdict
        or row.sub_verdict != claim.sub_verdict
    ):
        return None
    verdict = Verdict(row.verdict)
    if claim.sensitive and row.reviewed_by is None:
        return None
    confirmer = session.get(Account, row.decided_by)
    if confirmer is None:
        return None
    try:
        confirmer_is_another(row.proposed_by, row.decided_by, first_reviewer=row.reviewed_by)
        confirmers = [confirmer]
        if row.reviewed_by is not None:
            confirmer_is_another(row.proposed_by, row.reviewed_by)
            confirmers += [acting.get(session, Account, row.reviewed_by, "tài khoản")]
        for one in confirmers:
            require_office(session, claim, verdict, one.unit_id, confirmer=one.id)
        require_enough(session, claim, verdict, concerned(session, claim))
    except RuleBroken:
        return None
    return row


def claims_of(session: Session, incident: Incident) -> list[Claim]:
    """The incident's claims, oldest first."""
    return list(session.scalars(select(Claim).where(Claim.incident_id == incident.id).order_by(Claim.id)))


def verdicts(session: Session, incident: Incident) -> list[tuple[Verdict, SubVerdict]]:
    """(verdict, sub-verdict) of every claim of the incident whose verdict stands now."""
    found = []
    for claim in claims_of(session, incident):
        row = standing(session, claim)
        if row is not None:
            found.append((Verdict(row.verdict), SubVerdict(row.sub_verdict)))
    return found


def all_concluded(session: Session, incident: Incident) -> bool:
    """True when the incident has claims and each has a verdict that stands."""
    claims = claims_of(session, incident)
    return bool(claims) and all(standing(session, claim) is not None for claim in claims)


def foreign_press(session: Session, incident: Incident) -> bool:
    """True when a claim with a standing Sai lệch was carried by an outlet abroad (level rule).

    Quoting it from a domestic copy, or pasting the outlet's page by hand, changes nothing.
    """
    misleading = [one for one in claims_of(session, incident) if one.verdict == Verdict.MISLEADING]
    if not misleading:
        return False
    abroad = session.execute(
        select(Source.id, Source.url).where(Source.domestic.is_(False), Source.social.is_(False))
    ).all()
    ids, hosts = {row.id for row in abroad}, {_site(row.url) for row in abroad} - {""}
    for claim in misleading:
        item = acting.get(session, Item, claim.item_id, "tin")
        first = item.copy_of_id or item.id
        same = session.execute(
            select(Item.source_id, Item.url).where((Item.id == first) | (Item.copy_of_id == first))
        )
        for source_id, url in same:
            if source_id in ids or (source_id is None and _site(url) in hosts):
                return True
    return False


def _site(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def carried_by_press(session: Session, incident: Incident) -> bool:
    """True when an outlet's item (not a social page, not a hand-given text) stands in one of the claims."""
    for claim in claims_of(session, incident):
        item = acting.get(session, Item, claim.item_id, "tin")
        source = session.get(Source, item.source_id) if item.source_id else None
        if source is not None and not source.social:
            return True
    return False
