"""What cases say is looked at again when it leaves: held for a night, it may be untrue by then.

Each function is asked by the outbox just before a text goes (`outbox.fresh_facts`): new facts for
its blanks, none where the old ones still hold, or None where there is nothing to say any more.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.case import IN_LINE, OPEN, WITH_COUNSELLOR, Case, CaseEvent, CaseState
from helpline.cases.fitting import next_on as next_on_for
from helpline.cases.told import short_when
from helpline.messaging import outbox
from helpline.messaging.outbox import OutboxMessage
from helpline.people import Person

Facts = Mapping[str, str]
# What leaves as soon as this is as true as when it was asked for, and is not reckoned twice.
AT_ONCE = timedelta(minutes=1)


@outbox.fresh_facts("claimed")
@outbox.fresh_facts("new_counsellor")
def who_answers(session: Session, row: OutboxMessage, now: datetime) -> Facts | None:
    """Only while that counsellor has it, and not after their own words went ahead of it."""
    case = _case_of(session, row)
    if case is None or case.state not in WITH_COUNSELLOR or case.state is CaseState.WRAP_UP:
        return None
    taken_since = case.claimed_at is not None and case.claimed_at > row.created_at
    if taken_since or (_waited(row, now) and _has_replied(session, case)):
        return None
    return {}


@outbox.fresh_facts("handed_back")
def waits_again(session: Session, row: OutboxMessage, now: datetime) -> Facts | None:
    """Only until somebody has it."""
    case = _case_of(session, row)
    return {} if case is not None and case.state in IN_LINE else None


@outbox.fresh_facts("nobody_on")
@outbox.fresh_facts("nobody_known")
def nobody(session: Session, row: OutboxMessage, now: datetime) -> Facts | None:
    """The hour as it is now; nothing when somebody is on, for then they are asked.

    Where it turned out that an hour is known after all, or is not any more, the next look at the
    line says so in a text of its own.
    """
    case = _case_of(session, row)
    if case is None or case.state not in IN_LINE:
        return None
    if not _waited(row, now):
        return {}
    next_on = _next_on(session, case, now)
    if next_on is None:
        return {} if row.kind == "nobody_known" else None
    if next_on <= now or row.kind == "nobody_known":
        return None
    person = session.get_one(Person, row.to_id)
    return {"when": short_when(session, person, next_on, now)}


@outbox.fresh_facts("closing")
def is_over(session: Session, row: OutboxMessage, now: datetime) -> Facts | None:
    """Not when it goes on, and not the first of two goodbyes."""
    case = _case_of(session, row)
    if case is None or case.state is not CaseState.CLOSED:
        return None
    return None if case.closed_at is not None and case.closed_at > row.created_at else {}


@outbox.fresh_facts("nobody_took_it")
@outbox.fresh_facts("overdue")
@outbox.fresh_facts("promise_at_risk")
def needs_somebody(session: Session, row: OutboxMessage, now: datetime) -> Facts | None:
    """A coordinator off shift hears of it in the morning, unless it was seen to by then."""
    case = session.get(Case, (row.dedupe_key or "").split(":")[1], populate_existing=True)
    if case is None or case.state not in OPEN:
        return None
    seen_to = case.state in WITH_COUNSELLOR and case.moved_at > row.created_at
    return None if seen_to else {}


def _case_of(session: Session, row: OutboxMessage) -> Case | None:
    return session.get(Case, row.case_id, populate_existing=True) if row.case_id else None


def _waited(row: OutboxMessage, now: datetime) -> bool:
    """Held, sent once more hours later, or kept by a network that takes nothing."""
    return bool(row.held_for) or now - row.created_at > AT_ONCE


def _has_replied(session: Session, case: Case) -> bool:
    """Whether whoever has it wrote since they took it."""
    if case.claimed_at is None:
        return False
    if case.first_reply_at is not None and case.first_reply_at >= case.claimed_at:
        return True
    answered = select(CaseEvent.id).where(
        CaseEvent.case_id == case.id,
        CaseEvent.reason == "answered",
        CaseEvent.at >= case.claimed_at,
    )
    return session.scalar(answered.limit(1)) is not None


def _next_on(session: Session, case: Case, now: datetime) -> datetime | None:
    """Reckoned once for all texts that leave in this moment: in the morning they are many."""
    at, memo = session.info.get("next_on", (None, {}))
    if at != now:
        memo = {}
        session.info["next_on"] = now, memo
    return next_on_for(session, case, now, memo)
