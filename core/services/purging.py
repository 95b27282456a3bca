"""One person's post is purged from what was kept; the evidence of other items is never lost with it (decision 12).

A feed's capture holds the posts of many people. When one of them is purged the file must go, for it holds that person's words; every
other item of it first gets an extract of its own: its words as they were then, with all that was noted of the fetch and the hashes of
the file that goes. While a claim or an incident rests on one of them, the file stays, and the refusal names them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import NotFound, RuleBroken
from core.records.claim import Claim, Evidence
from core.records.item import Capture, Item, ItemVersion, StoryOffice
from core.rules.permissions import require
from core.services import acting, audit, storing
from core.services.desk import Actor, Desk

#: items that a refusal names; the rest is counted
_NAMED = 10
_SHARED_VI = "Bản chụp chung bị xóa vì một tin khác; tin này giữ trích riêng."


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did: captures of the item that are gone, other items that keep an extract, others that keep the same upload."""

    captures: int
    extracts: tuple[int, ...] = ()
    kept_uploads: tuple[int, ...] = ()


def purge(desk: Desk, actor: Actor, item_id: int, reason: str) -> Purged:
    """Remove the kept pages and files of one item for good; the rows stay, without address, headers, peer.

    Refused while a claim or an incident rests on the item, or on one that shares a kept page with it. An uploaded file that another
    item has too stays with that one. Raises :class:`Forbidden`, :class:`Invalid`, :class:`NotFound`, :class:`RuleBroken` ("held").
    """
    written = acting.words(reason, "reason", "Lý do xóa bản chụp", most=300)
    with audit.attempt(desk, actor, "capture.purge", "item", item_id):
        require(actor, "capture.purge")
        with desk.store.write() as session:
            item = session.get(Item, item_id)
            if item is None:
                raise NotFound("Không có tin này.", f"No item {item_id}.")
            if item.story_id is not None:
                # what another office may rest on is not this one's to destroy
                acting.of_own_places(session, acting.person(session, actor, "capture.purge"), item.story_id)
            own = _rows(session, Capture.item_id == item_id)
            paths = {row.path for row in own if row.path}
            # A file without an item is one of evidence.
            others = [row for row in _rows(session, Capture.path.in_(paths)) if row.item_id != item_id]
            pages = [row for row in others if row.kind == "warc" and row.item_id is not None]
            _require_free(session, item_id, own, pages)
            extracts = {row.item_id for row in pages if row.item_id is not None}
            for row in pages:
                _extract(session, desk, row)
            for row in own:
                _bury(row, written, desk.clock.now())
            stays = {row.path for row in others if row not in pages}
            result = Purged(
                len(own), tuple(sorted(extracts)), tuple(sorted({row.item_id or 0 for row in others if row not in pages}))
            )  # fmt: skip
            audit.record(
                session,
                desk,
                actor,
                "capture.purge",
                "item",
                item_id,
                detail={
                    "captures": [row.id for row in own],
                    "sha256": sorted({row.sha256 for row in own}),
                    "reason": written,
                    "extracts": list(result.extracts),
                    "kept_uploads": list(result.kept_uploads),
                },
            )
        # After the commit: a file without a row is harmless and found by lamro verify, a row without its file would be a fault.
        for path in sorted(paths - stays):
            desk.captures.remove(path)
        return result


def _rows(session: Session, condition: Any) -> list[Capture]:
    return list(
        session.scalars(select(Capture).where(condition, Capture.purged_at.is_(None)).order_by(Capture.id))
    )


def _bury(row: Capture, reason: str, now: datetime) -> None:
    """A tombstone: the hashes stay, what could name a person goes."""
    row.path, row.url, row.peer, row.content_type, row.tls_sha256 = "", "", "", "", ""
    row.url_chain, row.headers = [], None
    row.purged_at, row.purge_reason = now, reason


def _extract(session: Session, desk: Desk, row: Capture) -> None:
    """The other item's own words as of that capture, kept under their hash in place of the shared file."""
    item = session.get_one(Item, row.item_id)
    version = session.scalar(
        select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.capture_id == row.id).limit(1)
    )
    data = _json(
        {
            "what": "Trích riêng của một tin, lập khi bản chụp chung với tin khác bị xóa theo quy định.",
            "item": item.id,
            "url": item.url,
            "title": version.title if version is not None else item.title,
            "text": version.text if version is not None else item.text,
            "content_sha256": version.content_sha256 if version is not None else item.content_sha256,
            "published_at": item.published_at,
            "first_seen_at": item.first_seen_at,
            "made_at": desk.clock.now(),
            "shared_capture": {
                name: getattr(row, name)
                for name in (
                    "id", "url", "url_chain", "status", "peer", "content_type", "body_bytes", "sha256", "file_sha256", "fetched_at",
                    "tls_sha256", "clock_offset",
                )
            },
        }
    )  # fmt: skip
    path, sha256 = desk.captures.keep(data, ".json")
    made = storing.add_capture(
        session,
        Capture(
            item_id=item.id,
            kind="extract",
            path=path,
            url=row.url,
            url_chain=list(row.url_chain),
            status=row.status,
            sha256=sha256,
            file_sha256=sha256,
            body_bytes=len(data),
            content_type="application/json",
            fetched_at=row.fetched_at,
        ),
    )
    session.execute(update(ItemVersion).where(ItemVersion.capture_id == row.id).values(capture_id=made))
    _bury(row, _SHARED_VI, desk.clock.now())


def _json(value: dict[str, Any]) -> bytes:
    def plain(one: object) -> str:
        return one.isoformat() if isinstance(one, datetime) else str(one)

    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=plain).encode()


def _require_free(session: Session, item_id: int, own: Sequence[Capture], pages: Sequence[Capture]) -> None:
    """Raises :class:`RuleBroken` while a claim or an incident rests on the item or on one that shares a page with it."""
    if _held(session, {item_id}, [row.id for row in own]):
        raise RuleBroken(
            "held",
            "Bản chụp này đang là căn cứ của một tuyên bố hoặc vụ việc nên chưa xóa được.",
            "A claim or an incident rests on this capture.",
            lawful="Chờ hết hạn lưu hồ sơ của vụ việc, hoặc che tên người đăng trong văn bản.",
        )
    held = _held(
        session, {row.item_id for row in pages if row.item_id is not None}, [row.id for row in pages]
    )
    if held:
        named = ", ".join(str(number) for number in held[:_NAMED])
        more = f" và {len(held) - _NAMED} tin nữa" if len(held) > _NAMED else ""
        raise RuleBroken(
            "held",
            f"Bản chụp này chụp chung nhiều tin, trong đó tin số {named}{more} đang là căn cứ của một tuyên bố hoặc vụ việc, nên chưa xóa được.",
            f"This capture is shared; a claim or an incident rests on items {named}.",
            lawful="Chờ hết hạn lưu hồ sơ của vụ việc đó rồi xóa lại; trong văn bản, che tên người đăng.",
        )


def _held(session: Session, item_ids: set[int], capture_ids: Iterable[int]) -> list[int]:
    """Which of the items a claim or an incident rests on, by themselves or by a capture."""
    captures = list(capture_ids)
    found = set(
        session.scalars(select(Claim.item_id).where(Claim.item_id.in_(item_ids)))
    ) | set(
        session.scalars(
            select(Item.id)
            .join(StoryOffice, StoryOffice.story_id == Item.story_id)
            .where(Item.id.in_(item_ids), StoryOffice.incident_id.is_not(None))
        )
    )  # fmt: skip
    found |= {
        number
        for number in session.scalars(
            select(Capture.item_id)
            .join(Evidence, Evidence.capture_id == Capture.id)
            .where(Capture.id.in_(captures), Capture.item_id.is_not(None))
        )
        if number is not None
    }
    return sorted(found)
