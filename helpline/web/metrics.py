"""`/metrics`: how much waits and how long, counted from the database at every look.

Nothing is kept in memory, so that any of many processes answers alike. Numbers, states and
languages only: nothing of anybody.
"""

import enum
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from flask import request
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from helpline.alerts import Alert
from helpline.cases import IN_LINE, Case, CaseState, candidates
from helpline.jobs import Job, JobState
from helpline.messaging.inbound import InboundText
from helpline.messaging.outbox.row import OutboxMessage, OutboxState

NOBODY = "0.0.0.0"  # noqa: S104  nobody's address: nothing is bound to it


def may_look() -> bool:
    """Only a program on this machine, and nobody through a proxy that stands on it, too."""
    forwarded = request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded")
    return not forwarded and ip_address(request.remote_addr or NOBODY).is_loopback


def metrics(session: Session, now: datetime) -> bytes:
    """Everything that is measured, in the text format of Prometheus."""
    to = CollectorRegistry()
    _gauge(to, "cases", "Cases by state.", _by_state(session, Case.state, CaseState))
    _gauge(to, "waiting_longest_seconds", "The longest wait by language.", _waits(session, now))
    _gauge(to, "people_on", "Counsellors on shift, by whether they pause.", _on(session, now))
    sent = _by_state(session, OutboxMessage.state, OutboxState)
    _gauge(to, "outbox_messages", "Texts and mails by state.", sent)
    _gauge(to, "jobs", "Jobs by state.", _by_state(session, Job.state, JobState))
    late = _late(session, now)
    _gauge(to, "jobs_oldest_due_seconds", "How long the oldest due job has been due.", late)
    unread = _count(session, InboundText.processed_at.is_(None))
    _gauge(to, "inbound_unprocessed", "Texts that came and are not read yet.", unread)
    unseen = _count(session, Alert.seen_at.is_(None))
    _gauge(to, "alerts_unseen", "Alerts that nobody has looked at.", unseen)
    return generate_latest(to)


def _gauge(
    to: CollectorRegistry, name: str, words: str, found: Mapping[str, float] | float
) -> None:
    """One number, or one for each state or language."""
    if not isinstance(found, Mapping):
        Gauge(f"warmline_{name}", words, registry=to).set(found)
        return
    label = "language" if name.startswith("waiting") else "state"
    gauge = Gauge(f"warmline_{name}", words, [label], registry=to)
    for value, number in found.items():
        gauge.labels(value).set(number)


def _by_state(
    session: Session, column: InstrumentedAttribute[Any], states: type[enum.StrEnum]
) -> dict[str, float]:
    """How many rows there are in each state; a state without any stands there with 0."""
    counted = session.execute(select(column, func.count()).group_by(column)).all()
    return {state.value: 0 for state in states} | {state.value: n for state, n in counted}


def _waits(session: Session, now: datetime) -> dict[str, float]:
    rows = (
        select(Case.language, func.min(Case.waiting_since))
        .where(Case.state.in_((CaseState.IN_REVIEW, *IN_LINE)))
        .group_by(Case.language)
    )
    return {tag: (now - since).total_seconds() for tag, since in session.execute(rows) if since}


def _on(session: Session, now: datetime) -> dict[str, float]:
    on = candidates(session, now)
    paused = sum(each.paused for each in on)
    return {"there": len(on) - paused, "pausing": paused}


def _late(session: Session, now: datetime) -> float:
    due = select(func.min(Job.run_at)).where(Job.state == JobState.READY, Job.run_at <= now)
    oldest = session.scalar(due)
    return (now - oldest).total_seconds() if oldest else 0


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(which)) or 0
