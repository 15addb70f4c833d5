"""What a worker does for cases. Each is one operation in one transaction; see `HANDLERS`."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpline.alerts import Alert
from helpline.cases import learning, wait_fit, wait_log
from helpline.cases.case import IN_LINE, Case, CaseState
from helpline.cases.checking_in import ask_to_check_in, had_a_risk
from helpline.cases.closing import close
from helpline.cases.escalation import alert_once, tell_coordinators
from helpline.cases.handovers import end_stale_proposals
from helpline.cases.offers import expire_offers
from helpline.cases.orphans import return_unanswered
from helpline.cases.overdue import LIMITS, Overdue, overdue
from helpline.cases.promising import due, look_ahead
from helpline.cases.review import end_review
from helpline.cases.routing import route
from helpline.cases.telling_on import LOOK, look_at, look_at_all
from helpline.jobs import Job, JobState

WATCH_EVERY = timedelta(minutes=1)
_COORDINATORS_HEAR_OF = (*IN_LINE, CaseState.ACTIVE, "offer")


def route_now(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """One pass does for every request that is due: they were made before it reads anything.

    Those that another worker has in hand are passed over, so that two never wait crosswise.
    """
    due = (
        select(Job.id)
        .where(Job.kind == "route", Job.state == JobState.READY, Job.run_at <= now)
        .with_for_update(skip_locked=True)
    )
    struck_off = (
        delete(Job)
        .where(Job.id.in_(due))
        .returning(Job.payload)
        .execution_options(synchronize_session=False)
    )
    asked = [payload, *(json.loads(each) for each in session.scalars(struck_off))]
    about = {each.get("about") for each in asked}
    route(session, now=now, changed=None if None in about else about - {""})
    wait_log.keep_new(session, now=now)


def offers_ran_out(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    expire_offers(session, now=now)


def review_ran_out(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    end_review(session, payload["case_id"], now=now)


def choice_ahead(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    look_ahead(session, payload["choice_id"], now=now)


def choice_due(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """Who came on at the hour is asked first; only then is it seen what became of the promise."""
    route(session, now=now)
    due(session, payload["choice_id"], now=now)


def is_it_answered(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    look_at(session, payload["case_id"], now=now)


def watch(session: Session, payload: Mapping[str, Any], now: datetime) -> None:
    """Every minute: move on what can be moved, and tell people of the rest."""
    expire_offers(session, now=now)
    end_stale_proposals(session, now=now)
    return_unanswered(session, now=now)
    look_at_all(session, now=now)
    _end_reviews(session, now)
    _close_quiet(session, now)
    ask_to_check_in(session, now=now)
    route(session, now=now)
    wait_log.keep_new(session, now=now)
    _tell_overdue(session, now)


def _end_reviews(session: Session, now: datetime) -> None:
    for case_id in session.scalars(select(Case.id).where(Case.state == CaseState.IN_REVIEW)).all():
        end_review(session, case_id, now=now)


def _close_quiet(session: Session, now: datetime) -> None:
    """Answered, and not heard from for days: closed, with how to come back. Never where a human
    saw a risk: that stays in sight as overdue.
    """
    quiet = session.scalars(
        select(Case).where(
            Case.state == CaseState.WAITING_SEEKER,
            Case.moved_at < now - LIMITS[CaseState.WAITING_SEEKER],
            Case.urgency > 2,
            ~had_a_risk(),
        )
    ).all()
    for case in quiet:
        close(session, case, None, disposition="no_answer", now=now)


def _tell_overdue(session: Session, now: datetime) -> None:
    """On the board at once; to coordinators' phones unless it waits for an hour that was told."""
    found = overdue(session, now)
    since = min((late.since for late in found), default=now)
    there = select(Alert.about, Alert.at).where(Alert.kind == "overdue", Alert.at >= since)
    told = dict(session.execute(there).all())
    for late in found:
        if late.case_id in told and told[late.case_id] >= late.since:
            continue
        told[late.case_id] = now
        alert_once(session, "overdue", late.case_id, since=late.since, now=now)
        case = session.get_one(Case, late.case_id)
        if late.what in _COORDINATORS_HEAR_OF and not _was_told_when(case, late):
            tell_coordinators(session, case, "overdue", now=now)


def _was_told_when(case: Case, late: Overdue) -> bool:
    return case.nobody_told_at is not None and late.urgency > 2


HANDLERS: dict[str, Callable[[Session, Mapping[str, Any], datetime], None]] = {
    "route": route_now,
    "offer_expiry": offers_ran_out,
    "review_limit": review_ran_out,
    "case_watch": watch,
    learning.KIND: learning.learn,
    "choice_ahead": choice_ahead,
    "choice_due": choice_due,
    LOOK: is_it_answered,
    wait_log.UPDATE: wait_log.update,
    wait_fit.FIT: wait_fit.refit,
}
