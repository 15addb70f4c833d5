"""Work for later: rows with a lease, in the same database and transaction as what caused them.

A worker takes a job by one DELETE in the transaction that holds its effects, so that an effect
inside the database happens exactly once even through kill -9, and a job whose worker died is free
at once. Work outside the database (asking a provider, say) is claimed with a lease by one UPDATE
and finished later; a worker that dies leaves a lease that runs out. Unique `dedupe_key` makes
enqueueing idempotent; a job that repeats enqueues its next run in the transaction that finishes
it, so there is no scheduler.
"""

import enum
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    ScalarSelect,
    String,
    Text,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduling.base import Base, Id, new_id

LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = 12


class JobState(enum.StrEnum):
    READY = "ready"
    FAILED = "failed"  # tried GIVE_UP_AFTER times: a person has to look


class Job(Base):
    """One piece of work. `run_at` is also the lease: a worker pushes it ahead to take the job."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "run_at", postgresql_where=text("state = 'ready'")),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str] = mapped_column(Text, default="{}")  # JSON; ids only, nothing personal
    dedupe_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    state: Mapped[JobState] = mapped_column(default=JobState.READY)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(26))  # who holds it: a fresh id per claim
    problem: Mapped[str | None] = mapped_column(String(200))  # the class of the last error


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in hand; `lease` proves that it is still ours when we finish it. "" for a taken one."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    lease: str
    dedupe_key: str | None = None


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, str] | None = None,
    *,
    run_at: datetime,
    dedupe_key: str | None = None,
) -> bool:
    """Leave work for a worker; False when a job with the same key is already there."""
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = {
        "id": new_id(),
        "kind": kind,
        "payload": json.dumps(payload or {}),
        "dedupe_key": dedupe_key,
        "state": JobState.READY,
        "run_at": run_at,
        "attempts": 0,
    }
    added = session.execute(
        insert(Job).values(row).on_conflict_do_nothing().returning(Job.id)
    ).first()
    return added is not None


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether there is anything to do: a cheap look that keeps no writer waiting."""
    return session.scalar(select(Job.id).where(_due(now)).limit(1)) is not None


def take(session: Session, *, now: datetime, but: Collection[str] = ()) -> Claimed | None:
    """Strike off the job that has been due longest, to do it in this same transaction.

    Rolled back, it is there again. `but`: kinds that are not done inside a transaction.
    """
    row = session.execute(
        delete(Job)
        .where(Job.id == _oldest(now, Job.kind.not_in(but)))
        .returning(Job.id, Job.kind, Job.payload, Job.attempts, Job.dedupe_key)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        return None
    return Claimed(row.id, row.kind, json.loads(row.payload), row.attempts + 1, "", row.dedupe_key)


def claim(session: Session, *, now: datetime, only: Collection[str]) -> Claimed | None:
    """Lease the job of these kinds that has been due longest; None when there is none."""
    lease = new_id()
    row = session.execute(
        update(Job)
        .where(Job.id == _oldest(now, Job.kind.in_(only)))
        .values(run_at=now + LEASE, attempts=Job.attempts + 1, lease=lease)
        .returning(Job.id, Job.kind, Job.payload, Job.attempts, Job.dedupe_key)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        return None
    return Claimed(row.id, row.kind, json.loads(row.payload), row.attempts, lease, row.dedupe_key)


def _due(now: datetime) -> ColumnElement[bool]:
    return (Job.state == JobState.READY) & (Job.run_at <= now)


def _oldest(now: datetime, of_kind: ColumnElement[bool]) -> ScalarSelect[str]:
    """Locked on PostgreSQL, so that workers side by side take different ones."""
    wanted = select(Job.id).where(_due(now), of_kind).order_by(Job.run_at).limit(1)
    return wanted.with_for_update(skip_locked=True).scalar_subquery()


def finish(session: Session, job: Claimed) -> bool:
    """Strike the job off, in the transaction of its effects; False if the lease was lost.

    The caller must roll back on False: another worker has the job now.
    """
    gone = session.execute(
        delete(Job).where(Job.id == job.id, Job.lease == job.lease).returning(Job.id)
    ).first()
    return gone is not None


def put_back(
    session: Session, job: Claimed, problem: str, *, now: datetime, for_ever: bool = False
) -> bool:
    """After an error: try again later, ever more rarely; False when it is left for a person.

    for_ever: never give up (a job that repeats). The lease, if any, must still be ours.
    """
    failed = job.attempts >= GIVE_UP_AFTER and not for_ever
    session.execute(
        update(Job)
        .where(Job.id == job.id, Job.lease == job.lease if job.lease else Job.lease.is_(None))
        .values(
            state=JobState.FAILED if failed else JobState.READY,
            run_at=now + timedelta(seconds=min(2**job.attempts, 3600)),
            attempts=job.attempts,
            problem=problem[:200],
            lease=None,
        )
    )
    return not failed
