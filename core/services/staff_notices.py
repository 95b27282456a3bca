"""E-mail to our own staff about alerts: administrators and officers with an address, one message for everything that is new.

Internal, to people with an account here, and never a document: decision 14 says why no approval is asked (decision 8 is about what
leaves the office). Without a mail server nothing is queued; the health page and Việc hôm nay show the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from core.ports import Delivery, OutgoingMessage
from core.records.account import Account, AccountRole
from core.records.source import Source, SourceAlert, StaffNotice
from core.rules.source_health import day
from core.rules.vocabulary import Role
from core.services.desk import Desk
from core.services.dispatch import GIVE_UP, LEASE, wait

_ROLES = (Role.ADMINISTRATOR, Role.OFFICER)
#: a person gets at most one message in this time; what happens between is in the next one
_PAUSE = timedelta(minutes=30)
#: a message names so many sources; the rest is counted
_NAMED = 20


def queue(desk: Desk) -> int:
    """Write the messages about alerts that nobody was told of. Returns how many people get one."""
    now = desk.clock.now()
    with desk.store.read() as session:
        if session.scalar(select(SourceAlert.id).where(_untold(now)).limit(1)) is None:
            return 0
    with desk.store.write() as session:
        if (
            session.scalar(
                select(StaffNotice.id)
                .where(StaffNotice.queued_at > now - _PAUSE, StaffNotice.message_id.startswith("notice-"))
                .limit(1)
            )
            is not None
        ):
            return 0
        alerts = list(session.scalars(select(SourceAlert).where(_untold(now)).order_by(SourceAlert.id)))
        for alert in alerts:
            # One that began and ended unseen needs no message at all.
            alert.told_closed = alert.closed_at is not None
        told = [alert for alert in alerts if alert.closed_at is None or alert.told_opened]
        for alert in alerts:
            alert.told_opened = True
        names = {
            row.id: row.name
            for row in session.execute(
                select(Source.id, Source.name).where(Source.id.in_([alert.source_id for alert in told]))
            )
        }
        if not told:
            return 0
        key = hashlib.sha256(repr([(a.id, a.opened_at, a.closed_at) for a in told]).encode()).hexdigest()[:24]
        return leave(session, _ROLES, f"notice-{key}", partial(_words, told, names), now)


def leave(
    session: Session,
    roles: Collection[Role],
    key: str,
    words: Callable[[str], tuple[str, str]],
    now: datetime,
    *,
    unit_id: int | None = None,
) -> int:
    """Put a message for everybody with one of the roles and an address in the queue; returns how many people get it.

    ``key`` with the person's number makes the Message-ID; ``words`` gives subject and text in a person's language. ``unit_id``:
    the people of one office only.
    """
    wanted = [
        Account.active,
        Account.email != "",
        Account.id.in_(select(AccountRole.account_id).where(AccountRole.role.in_(roles))),
    ]
    if unit_id is not None:
        wanted.append(Account.unit_id == unit_id)
    people = session.scalars(select(Account).where(*wanted).order_by(Account.id)).all()
    for person in people:
        subject, body = words(person.language)
        session.add(
            StaffNotice(
                account_id=person.id,
                recipient=person.email,
                subject=subject,
                body=body,
                message_id=f"{key}-{person.id}",
                next_try_at=now,
                queued_at=now,
            )
        )
    return len(people)


def take_due(desk: Desk, limit: int = 10) -> list[tuple[int, OutgoingMessage]]:
    """Messages to send now, each marked "sending" before it is handed out; one left by a process that died is taken again."""
    now = desk.clock.now()
    due = (StaffNotice.state.in_(("queued", "sending")), StaffNotice.next_try_at <= now)
    with desk.store.read() as session:
        ids = list(session.scalars(select(StaffNotice.id).where(*due).order_by(StaffNotice.id).limit(limit)))
    if not ids:
        return []
    taken = []
    with desk.store.write() as session:
        for notice_id in ids:
            row = session.execute(
                update(StaffNotice)
                .where(StaffNotice.id == notice_id, *due)
                .values(state="sending", attempts=StaffNotice.attempts + 1, next_try_at=now + LEASE)
                .returning(
                    StaffNotice.recipient, StaffNotice.subject, StaffNotice.body, StaffNotice.message_id
                )
                .execution_options(synchronize_session=False)
            ).first()
            if row is not None:
                taken.append(
                    (
                        notice_id,
                        OutgoingMessage(row.message_id, row.recipient, row.subject, row.body, sent_at=now),
                    )
                )
    return taken


def record(desk: Desk, notice_id: int, delivery: Delivery) -> None:
    """How a try ended. Retry: a growing wait, given up after 24 h and shown on the health page."""
    now = desk.clock.now()
    with desk.store.write() as session:
        row = session.get(StaffNotice, notice_id)
        if row is None or row.state != "sending":
            return
        row.detail = delivery.detail[:2000]
        if delivery.state == "sent":
            row.state, row.sent_at = "sent", now
        elif delivery.state == "retry" and now - row.queued_at < GIVE_UP:
            row.state, row.next_try_at = "queued", now + wait(row.attempts)
        else:
            row.state = "failed"


def _untold(now: datetime) -> ColumnElement[bool]:
    opened = SourceAlert.told_opened.is_(False) & (SourceAlert.tell_at <= now)
    return opened | (SourceAlert.told_closed.is_(False) & SourceAlert.closed_at.is_not(None))


def _words(alerts: Sequence[SourceAlert], names: dict[str, str], language: str) -> tuple[str, str]:
    """Subject and text: what needs a person, then what works again."""
    english = language == "en"
    begun = [alert for alert in alerts if alert.closed_at is None]
    over = [alert for alert in alerts if alert.closed_at is not None]
    if english:
        subject = f"Làm Rõ: {len(begun)} to look at, {len(over)} working again"
        heads = ("To look at:", "Working again:", "What to do", "The server's network")
        foot = "See the status screen of Làm Rõ. This message goes to the office's own staff only."
    else:
        subject = f"Làm Rõ: {len(begun)} việc về nguồn tin cần xem, {len(over)} đã ổn"
        heads = ("Cần xem:", "Đã ổn:", "Việc cần làm", "Mạng của máy chủ")
        foot = "Xem trang Tình trạng máy trong Làm Rõ. Thư này chỉ gửi cho cán bộ của cơ quan."
    lines: list[str] = []
    if begun:
        lines.append(heads[0])
        for alert in begun[:_NAMED]:
            what, advice = (alert.en, alert.advice_en) if english else (alert.vi, alert.advice_vi)
            name = heads[3] if alert.source_id is None else names.get(alert.source_id, alert.source_id)
            lines += [f"- {name}: {what}", f"  {heads[2]}: {advice}"]
        lines += [*_rest(len(begun), english=english), ""]
    if over:
        lines.append(heads[1])
        for alert in over[:_NAMED]:
            name = heads[3] if alert.source_id is None else names.get(alert.source_id, alert.source_id)
            end = alert.closed_at or alert.opened_at
            lines.append(
                f"- {name}: not watched from {day(alert.since)} to {day(end)}."
                if english
                else f"- {name}: không theo dõi được từ {day(alert.since)} đến {day(end)}."
            )
        lines += [*_rest(len(over), english=english), ""]
    return subject, "\n".join([*lines, foot])


def _rest(number: int, *, english: bool) -> list[str]:
    more = number - _NAMED
    if more <= 0:
        return []
    return [f"… and {more} more." if english else f"… và {more} việc nữa."]
