"""From what was found to what is stored: one way for crawled, imported and hand-given texts.

Reading, comparing and placing happen outside the write lock; then one short transaction of at most 25 texts writes items, versions,
captures, mentions, copies, stories, known entries, counters and outbox rows together. A process may die at any point: what was
committed is complete, what was not is found again by the next round (the canonical address makes an item one).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import faults
from core.errors import Invalid, NotFound
from core.messages import Candidate, ImportRow, SourceResult
from core.records.item import Capture, Item
from core.records.source import CrawlRequest, CrawlRun, Source
from core.services import audit, crawl_requests, placing, storing
from core.services.desk import Actor, Desk
from core.services.placing import TakenOutcome
from core.services.prepared import Outside, Prepared, Refusal, analysed, from_candidate, from_import, outside
from core.services.receiving import ReceivedText, check_received, received, request_link, with_file_words

__all__ = [
    "ReceivedItem",
    "ReceivedText",
    "TakenItem",
    "import_rows",
    "quarantine_line",
    "receive",
    "receive_link",
    "receive_text",
    "take",
    "take_again",
    "take_link_result",
]

#: texts that one transaction stores: a review click never waits for more (some 40 ms of work, docs/benchmarks.md)
BATCH = 25
receive_link = request_link


@dataclass(frozen=True, slots=True)
class TakenItem:
    """What became of one candidate; ``item_id`` is None when nothing is stored of it."""

    item_id: int | None
    outcome: TakenOutcome


@dataclass(frozen=True, slots=True)
class ReceivedItem:
    """What a person brought in; ``known`` when it was stored before."""

    item_id: int
    known: bool


# --- crawled --------------------------------------------------------------------------------------------------------


def take(desk: Desk, candidates: Sequence[Candidate], *, run_id: int | None = None) -> list[TakenItem]:
    """Store candidates; the answers are in the order given. Idempotent by canonical address.

    Press is stored in every band; a social post that speaks of no watched locality is not stored at all. Each candidate is counted
    exactly once in the run row, in the transaction that stored it.
    """
    with desk.store.read() as session:
        around = outside(session, [candidate.source_id for candidate in candidates])
    return _take(desk, [from_candidate(candidate, around) for candidate in candidates], around, run_id=run_id)


def import_rows(desk: Desk, rows: Sequence[ImportRow]) -> dict[str, int]:
    """Store rows from elsewhere, every band, idempotent by canonical address. Returns counts: new, seen, edited, refused."""
    with desk.store.read() as session:
        around = outside(session, [row.source for row in rows if row.source])
    counts = Counter(
        taken.outcome for taken in _take(desk, [from_import(row, around) for row in rows], around)
    )
    return {
        "new": counts["new"],
        "seen": counts["seen"],
        "edited": counts["edited"],
        "refused": counts["quarantined"],
    }


def quarantine_line(desk: Desk, source_id: str, reason_vi: str, reason_en: str, payload: str) -> None:
    """Keep a line of the crawler that was refused, with its reason; the running run of its source counts it."""
    with desk.store.write() as session:
        known = session.get(Source, source_id) if source_id else None
        storing.quarantine(
            session, desk, Refusal(None if known is None else known.id, reason_vi, reason_en, payload)
        )
        if known is not None:
            run = session.scalar(
                select(CrawlRun)
                .where(CrawlRun.source_id == known.id, CrawlRun.state == "running")
                .order_by(CrawlRun.id.desc())
                .limit(1)
            )
            if run is not None:
                _count(session, run.id, ["quarantined"])


def take_again(
    desk: Desk, text: Prepared, around: Outside, finish: Callable[[Session, TakenItem], None]
) -> TakenItem | None:
    """What a re-visit read on the page of a stored item: an edit becomes a version, ``finish`` writes in the same transaction.

    None when the analyst could not read it; nothing is written then.
    """
    (read,) = _read(desk, [text], around)
    if not isinstance(read, Prepared):
        return None
    return _store(desk, [read], None, lambda session, taken: finish(session, taken[0]))[0]


# --- by hand --------------------------------------------------------------------------------------------------------


def receive_text(desk: Desk, actor: Actor, given: ReceivedText) -> int:
    """As :func:`receive`, for callers that need the item's id only."""
    return receive(desk, actor, given).item_id


def receive(desk: Desk, actor: Actor, given: ReceivedText) -> ReceivedItem:
    """Store a text, file or note that a person saw or was given (Article 6.2). A known address or text gives the known item.

    Raises :class:`Forbidden`, :class:`Invalid` (fields in Vietnamese) and :class:`RuleBroken` ("secrecy"): then nothing is stored.
    """
    with audit.attempt(desk, actor, "item.receive", "item", "-"):
        given = with_file_words(desk, actor, given)
        upload = check_received(desk, actor, given)
        with desk.store.read() as session:
            around = outside(session, [])
        prepared = analysed(desk, received(actor, given), around)
        if isinstance(prepared, Refusal):
            raise Invalid(prepared.vi, prepared.en, fields={"text": prepared.vi})

        def finish(session: Session, taken: list[TakenItem]) -> None:
            item_id = taken[0].item_id
            if upload is not None and item_id is not None:
                path, sha256, size, kind = upload
                storing.add_capture(
                    session,
                    Capture(
                        item_id=item_id,
                        kind="upload",
                        path=path,
                        sha256=sha256,
                        body_bytes=size,
                        content_type=kind,
                        url_chain=[],
                        fetched_at=desk.clock.now(),
                    ),
                )
            audit.record(
                session,
                desk,
                actor,
                "item.receive",
                "item",
                item_id,
                detail={
                    "outcome": taken[0].outcome,
                    "seen_where": given.seen_where,
                    "seen_at": given.seen_at,
                    "upload": None if upload is None else upload[1],
                },
                content_sha256=prepared.content_sha256,
            )

        taken = _store(desk, [prepared], None, finish)
    item_id = taken[0].item_id
    if item_id is None:
        raise NotFound("Không lưu được tin.", "The item was not stored.")
    return ReceivedItem(item_id, known=taken[0].outcome != "new")


def take_link_result(
    desk: Desk, request_id: int, candidate: Candidate | None, result: SourceResult | None = None
) -> int | None:
    """Close a link request with what was fetched: the item and the request in one transaction. Returns the item's id.

    Without a candidate the request fails with the crawler's sentence, which the person sees beside the address.
    """
    with desk.store.read() as session:
        request = session.get(CrawlRequest, request_id)
        if request is None:
            raise NotFound("Không có yêu cầu này.", f"No request {request_id}.")
        around = outside(session, [])
    prepared: Prepared | Refusal | None = None
    if candidate is not None:
        prepared = from_candidate(candidate, around, via=str(request.details.get("via", "hand"))[:32])
        if isinstance(prepared, Prepared):
            details = request.details
            seen_at = details.get("seen_at")
            prepared = analysed(
                desk,
                replace(
                    prepared,
                    seen_where=str(details.get("seen_where", ""))[:300],
                    seen_at=datetime.fromisoformat(seen_at) if seen_at else None,
                    note=str(details.get("note", "")),
                    received_by=request.requested_by,
                    for_unit=details.get("unit_id"),
                ),
                around,
            )
    if not isinstance(prepared, Prepared):
        vi, en = _why_no_item(prepared, result)
        crawl_requests.finish_request(desk, request_id, {"error_vi": vi, "error_en": en}, failed=True)
        return None

    def finish(session: Session, taken: list[TakenItem]) -> None:
        item_id = taken[0].item_id
        story_id = session.scalar(select(Item.story_id).where(Item.id == item_id))
        crawl_requests.close_request(
            session,
            request_id,
            {"item_id": item_id, "story_id": story_id, "outcome": taken[0].outcome},
            desk.clock.now(),
        )

    return _store(desk, [prepared], None, finish)[0].item_id


def _why_no_item(refusal: Refusal | None, result: SourceResult | None) -> tuple[str, str]:
    if refusal is not None:
        return refusal.vi, refusal.en
    if result is not None and result.error_vi:
        return result.error_vi, result.error_en
    return (
        "Không đọc được bài viết ở địa chỉ này. Hãy mở trang và dán nội dung vào ô văn bản.",
        "No article could be read at this address. Open the page and paste its text instead.",
    )


def store_received(
    desk: Desk, prepared: Prepared, finish: Callable[[Session, TakenItem], None]
) -> TakenItem | Refusal:
    """Analyse and store one text that came by itself (a mail); ``finish`` runs in the transaction that stores it."""
    with desk.store.read() as session:
        around = outside(session, [])
    ready = analysed(desk, prepared, around)
    if isinstance(ready, Refusal):
        return ready
    return _store(desk, [ready], None, lambda session, taken: finish(session, taken[0]))[0]


# --- the one way into the store ---------------------------------------------------------------------------------------


def _take(
    desk: Desk, given: Sequence[Prepared | Refusal], around: Outside, *, run_id: int | None = None
) -> list[TakenItem]:
    """In an order that does not depend on how the batch was shuffled; answered in the order given."""
    now = desk.clock.now()
    answers: dict[int, TakenItem] = {}
    order = sorted(
        (number for number, text in enumerate(given) if isinstance(text, Prepared)),
        key=lambda number: _order(given[number], now),
    )
    latest = {_text(given[number]).key: number for number in order}  # of one address, the last state is taken
    refused = [number for number, text in enumerate(given) if isinstance(text, Refusal)]
    kept = [number for number in order if latest[_text(given[number]).key] == number]
    doubles = [number for number in order if latest[_text(given[number]).key] != number]
    for start in range(0, max(len(kept), 1), BATCH):
        part = kept[start : start + BATCH]
        last = start + BATCH >= len(kept)
        # What has no transaction of its own is counted with the last part.
        extra = [*refused, *doubles] if last else []
        texts = _read(desk, [_text(given[number]) for number in part], around)
        rest: list[Refusal | None] = [
            one if isinstance(one := given[number], Refusal) else None for number in extra
        ]
        taken = _store(desk, [*texts, *rest], run_id)
        answers.update(zip([*part, *extra], taken, strict=True))
    for number in doubles:
        answers[number] = TakenItem(answers[latest[_text(given[number]).key]].item_id, "seen")
    return [answers[number] for number in range(len(given))]


def _order(text: Prepared | Refusal, now: datetime) -> tuple[datetime, str, str]:
    one = _text(text)
    return one.when(now), one.canonical, one.content_sha256


def _text(one: Prepared | Refusal) -> Prepared:
    if isinstance(one, Refusal):
        raise TypeError(one.en)
    return one


def _read(desk: Desk, texts: Sequence[Prepared], around: Outside) -> list[Prepared | Refusal]:
    """Analysed, unless the store has exactly this content already (then the analysis is not needed)."""
    with desk.store.read() as session:
        known = {
            row.url_sha256: row.content_sha256
            for row in session.execute(
                select(Item.url_sha256, Item.content_sha256).where(
                    Item.url_sha256.in_([text.key for text in texts])
                )
            )
        }
    return [text if text.says(known.get(text.key, "")) else analysed(desk, text, around) for text in texts]


def _store(
    desk: Desk,
    texts: Sequence[Prepared | Refusal | None],
    run_id: int | None,
    finish: Callable[[Session, list[TakenItem]], None] | None = None,
) -> list[TakenItem]:
    """Plan outside the lock, write under it. None in ``texts`` stands for a double that is only counted as seen."""
    wanted = [text for text in texts if isinstance(text, Prepared)]
    with desk.store.read() as session:
        plan = placing.make_plan(session, desk, wanted)
    with desk.store.write() as session:
        if placing.changes(session) != plan.made_at:
            # Somebody stored or tagged something since; rare, and then the plan is made again under the lock.
            plan = placing.make_plan(session, desk, wanted)
        taken_texts = iter(
            TakenItem(step.item_id, step.outcome) for step in storing.apply(session, desk, plan)
        )
        taken: list[TakenItem] = []
        for text in texts:
            if isinstance(text, Prepared):
                taken.append(next(taken_texts))
            elif isinstance(text, Refusal):
                storing.quarantine(session, desk, text)
                taken.append(TakenItem(None, "quarantined"))
            else:
                taken.append(TakenItem(None, "seen"))
        if run_id is not None:
            _count(session, run_id, [one.outcome for one in taken])
        if finish is not None:
            finish(session, taken)
        session.flush()
        faults.point("intake.before_commit")
    faults.point("intake.after_commit")
    return taken


def _count(session: Session, run_id: int, outcomes: Sequence[str]) -> None:
    run = session.get(CrawlRun, run_id)
    if run is not None:
        total = Counter(run.counts) + Counter(outcomes)
        run.counts = dict(total)
