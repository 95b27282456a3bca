"""Named locks with an end, and slots of scheduled jobs: taken by conditional writes, so that two processes never both have one.

Leases are about processes, and these live in the machine's time whatever the product's clock says (a simulated clock may stand still
or jump): here, and only here and in source leases, the time is :data:`PROCESS_CLOCK`.
"""

from __future__ import annotations

import os
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.records.source import JobRun, Lease
from core.services.desk import Desk

PROCESS_CLOCK: Clock = SystemClock()
#: a lease that ends this much later than anybody asks for was written before the machine's clock was set back
_CLOCK_SET_BACK = timedelta(hours=6)


def hold(desk: Desk, name: str, owner: str, seconds: float) -> bool:
    """Take or renew the lease for ``seconds`` from now. False when somebody else holds it."""
    now = PROCESS_CLOCK.now()
    with desk.store.write() as session:
        row = session.get(Lease, name)
        if row is None:
            row = Lease(name=name, owner="", until=None)
            session.add(row)
        free = (
            row.until is None
            or row.until <= now
            or row.until > now + timedelta(seconds=seconds) + _CLOCK_SET_BACK
        )
        if row.owner != owner and not free:
            return False
        row.owner, row.until = owner, now + timedelta(seconds=seconds)
        return True


def release(desk: Desk, name: str, owner: str) -> None:
    """Give the lease back. Harmless when it is somebody else's by now."""
    with desk.store.write() as session:
        session.execute(
            update(Lease).where(Lease.name == name, Lease.owner == owner).values(owner="", until=None)
        )


def release_dead(desk: Desk, name: str) -> bool:
    """Free the lease when its holder was a process of this machine that is gone (killed, power cut). True when it was freed."""
    with desk.store.write() as session:
        row = session.get(Lease, name)
        if row is None or not row.owner or not gone(row.owner):
            return False
        row.owner, row.until = "", None
        return True


def gone(owner: str) -> bool:
    """True when the process that wrote this owner name (role:machine:process number) is of this machine and no longer runs."""
    machine, _, number = owner.partition(":")[2].rpartition(":")
    if machine != os.uname().nodename or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def superseded(holder: str, me: str) -> bool:
    """True when ``holder`` (role:machine:process number) cannot be running any more, or had the role that ``me`` has now."""
    if me and holder != me and holder.partition(":")[0] == me.partition(":")[0]:
        return True
    return not holder or gone(holder)


def holder(session: Session, name: str) -> str:
    """Who holds the lease now; empty when nobody does. For the health page."""
    row = session.scalar(select(Lease).where(Lease.name == name))
    return row.owner if row is not None and row.until is not None and row.until > PROCESS_CLOCK.now() else ""


def job_slot(desk: Desk, job: str, slot: str) -> bool:
    """True for exactly one caller a (job, slot), ever: a weekly digest is made once, whoever asks and however often."""
    with desk.store.write() as session:
        if session.get(JobRun, (job, slot)) is not None:
            return False
        session.add(JobRun(job=job, slot=slot, started_at=desk.clock.now()))
        return True
