"""Silence after a risk: nothing closes by itself, somebody asks how they are.

It is their turn, and they do not write. Whoever has the case sees the task on their desk; when they
are off, whoever leads does. Writing to them does it, for as long as the silence may last again.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from helpline.cases.care_rules import escalation
from helpline.cases.case import Case, CaseEvent, CaseState, Risk
from helpline.cases.escalation import leads_on, tell_coordinators
from helpline.cases.pipeline import record
from helpline.cases.told import tell_staff
from helpline.pulse import beat
from scheduling import promises

CHECK_IN = "check_in"


@dataclass(frozen=True, slots=True)
class Silent:
    """Somebody with a risk who has not written for too long. since: our last words."""

    case: Case
    since: datetime


def had_a_risk() -> ColumnElement[bool]:
    """A condition on `Case`: a human sees a risk, or once saw a high one. No word on a list."""
    once_high = exists().where(
        CaseEvent.case_id == Case.id,
        CaseEvent.kind == "risk",
        CaseEvent.reason.in_((Risk.HIGH, Risk.IMMINENT)),
    )
    return or_(Case.risk_level != Risk.NONE, once_high)


def silent_after_risk(session: Session, now: datetime, among: str | None = None) -> list[Silent]:
    """Everybody, or those whom `among` talks with; one statement."""
    ours = (
        select(func.max(CaseEvent.at))
        .where(CaseEvent.case_id == Case.id, CaseEvent.reason == "answered")
        .scalar_subquery()
    )
    found = select(Case, func.coalesce(ours, Case.moved_at)).where(
        Case.state == CaseState.WAITING_SEEKER, had_a_risk()
    )
    if among is not None:
        found = found.where(Case.counsellor_id == among)
    rules = escalation(session)
    rows = session.execute(found.order_by(Case.urgency, Case.moved_at, Case.id)).all()
    return [
        Silent(case, max(since, case.moved_at))
        for case, since in rows
        if now - max(since, case.moved_at) > rules.silence(case.risk_level)
    ]


def ask_to_check_in(session: Session, *, now: datetime) -> int:
    """Tell of each silence once: who has the case, or whoever leads when they are off; how many."""
    silent = silent_after_risk(session, now)
    if not silent:
        return 0
    on = {duty.person_id for duty in promises.on_shift(session, now)}
    known = _asked_since(session, [each.case.id for each in silent])
    new = [each for each in silent if known.get(each.case.id, each.since) <= each.since]
    for each in new:
        _ask(session, each, on, now)
    return len(new)


def _ask(session: Session, silent: Silent, on: Container[str | None], now: datetime) -> None:
    case, key = silent.case, f"check_in:{silent.case.id}:{silent.since.isoformat()}"
    has_it = case.counsellor_id in on
    to = [case.counsellor_id] if has_it and case.counsellor_id else []
    to = to or leads_on(session, now, team_id=case.team_id)
    record(session, case, CHECK_IN, now=now, reason=CHECK_IN, facts={"counsellor_ids": to})
    if case.counsellor_id:
        beat(session, f"desk:{case.counsellor_id}")
    if to:
        tell_staff(session, to, "attention", key, now=now, urgency=case.urgency)
    else:
        tell_coordinators(session, case, "attention", now=now, key=key)


def _asked_since(session: Session, case_ids: list[str]) -> dict[str, datetime]:
    rows = (
        select(CaseEvent.case_id, func.max(CaseEvent.at))
        .where(CaseEvent.case_id.in_(case_ids), CaseEvent.kind == CHECK_IN)
        .group_by(CaseEvent.case_id)
    )
    return dict(session.execute(rows).all())
