"""What people read before it is offered, and what people and listed words say about urgency."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from helpline.alerts import raise_alert
from helpline.cases.case import Case, CaseState, Risk
from helpline.cases.escalation import ALERTS_TOPIC, holders_of, leads_on, tell_coordinators
from helpline.cases.estimate import LEFT, end_wait
from helpline.cases.pipeline import (
    is_flagged,
    move,
    record,
    to_line,
)
from helpline.cases.risk import set_risk, stir
from helpline.cases.told import tell_seeker, tell_staff
from helpline.instance import Line, Review, first_line
from helpline.jobs import enqueue
from helpline.people import Role
from helpline.pulse import beat
from scheduling import promises

# How long a case may lie unread in review before it goes to the line anyway, by urgency.
REVIEW_LIMITS = {
    1: timedelta(minutes=1),
    2: timedelta(minutes=2),
    3: timedelta(minutes=10),
    4: timedelta(minutes=10),
}
# Listed words lift a case to this place in the order, not above it; only a human says more.
ATTENTION_URGENCY = 2


def enter_line(
    session: Session, case: Case, *, now: datetime, actor_id: str | None = None
) -> CaseState:
    """The first questions are done: to a reviewer, or straight to the line, as its rule says.

    The wait is counted from here, also while somebody reads it first.
    """
    if _must_be_read_first(session, case, now):
        move(
            session,
            case,
            CaseState.IN_REVIEW,
            reason="review_rule",
            now=now,
            actor_id=actor_id,
            waiting_since=case.waiting_since or now,
        )
        limit = REVIEW_LIMITS[case.urgency]
        enqueue(session, "review_limit", {"case_id": case.id}, run_at=now + limit)
        tell_reviewers(session, case, now=now)
    else:
        to_line(session, case, reason="ready", now=now, actor_id=actor_id)
    return case.state


def review(
    session: Session,
    case: Case,
    reviewer_id: str,
    *,
    accept: bool,
    risk: Risk = Risk.NONE,
    now: datetime,
) -> None:
    """A reviewer has read it: into the line with a risk level, or declined with resources.

    Raises:
        WrongMove: it is not in review any more.
    """
    if accept:
        set_risk(session, case, risk, by_id=reviewer_id, now=now)
        to_line(session, case, reason="accepted", now=now, actor_id=reviewer_id)
        return
    move(
        session,
        case,
        CaseState.DECLINED,
        reason="review_declined",
        now=now,
        actor_id=reviewer_id,
        closed_at=now,
        disposition="declined",
    )
    end_wait(session, case.id, LEFT, now=now)
    tell_seeker(session, case, "declined", str(now), now=now)


def end_review(session: Session, case_id: str, *, now: datetime) -> bool:
    """Nobody read it in time: it goes to the line all the same. Whether it had to."""
    case = session.get(Case, case_id, populate_existing=True)
    if case is None or case.state is not CaseState.IN_REVIEW:
        return False
    if now - case.moved_at < REVIEW_LIMITS[case.urgency]:
        return False
    to_line(session, case, reason="review_limit", now=now)
    return True


def tell_reviewers(session: Session, case: Case, *, now: datetime) -> None:
    """Those reviewers who are on; when none is, the limit brings the case on."""
    reviewers = holders_of(session, Role.REVIEWER)
    on = [duty.person_id for duty in promises.on_shift(session, now, among=reviewers)]
    tell_staff(session, on, "review_waiting", f"review:{case.id}:{case.moved_at}", now=now)


def raise_attention(session: Session, case: Case, entry: str, *, now: datetime) -> None:
    """A listed word was seen: the case moves up in the line, and whoever leads now is told.

    `entry` names the line of the list, never what was written. It says nothing about the person
    and ends, refuses or closes nothing.
    """
    case.attention_at = now
    case.urgency = min(case.urgency, ATTENTION_URGENCY)
    record(session, case, "attention", now=now, reason="listed_word", facts={"entry": entry})
    raise_alert(session, "attention", case.id, now=now)
    beat(session, ALERTS_TOPIC)
    _tell_lead(session, case, now)
    stir(session, case, now)
    if case.state is CaseState.IN_REVIEW:
        limit = case.moved_at + REVIEW_LIMITS[case.urgency]
        enqueue(session, "review_limit", {"case_id": case.id}, run_at=max(now, limit))


def _must_be_read_first(session: Session, case: Case, now: datetime) -> bool:
    line = session.get(Line, case.line_id) if case.line_id else first_line(session)
    rule = line.review if line else Review.NONE
    if rule is Review.FLAGGED:
        return case.attention_at is not None or is_flagged(session, case.seeker_id, now)
    return rule is Review.ALL


def _tell_lead(session: Session, case: Case, now: datetime) -> None:
    leads = leads_on(session, now, team_id=case.team_id)
    if leads:
        key = f"attention:{case.id}:{now:%Y-%m-%dT%H:%M}"
        tell_staff(session, leads, "attention", key, now=now, urgency=case.urgency)
    else:
        tell_coordinators(session, case, "attention", now=now)
