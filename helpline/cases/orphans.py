"""Cases whose counsellor is gone: to the team's stand-in, or back to the front of the line."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline.cases.candidates import languages_of
from helpline.cases.case import ABUSIVE, WITH_COUNSELLOR, Case, CaseState
from helpline.cases.claims import take
from helpline.cases.closing import DISPOSITIONS, end
from helpline.cases.fitting import helps_in
from helpline.cases.handovers import withdraw_proposals
from helpline.cases.offer import Handover, HandoverState
from helpline.cases.offers import take_back_offers
from helpline.cases.pipeline import move, to_line
from helpline.cases.told import tell_seeker, tell_staff
from helpline.errors import AtCapacity, CaseTaken, NotYours
from helpline.people import Place, TeamMember
from scheduling import promises
from scheduling.availability import DutyRole

# After a shift, or while nobody who holds it is on: so long may somebody wait for an answer.
GRACE = timedelta(minutes=15)


def return_cases_of(session: Session, person_id: str, *, reason: str, now: datetime) -> int:
    """Somebody left, or is deactivated: everything that was theirs finds its next; how many cases.

    Call it after their account was closed, so that nothing comes back to them.
    """
    take_back_offers(session, person_id, reason=reason, now=now)
    _answer_for(session, person_id, now)
    cases = session.scalars(
        select(Case)
        .where(Case.counsellor_id == person_id, Case.state.in_(WITH_COUNSELLOR))
        .order_by(Case.urgency, Case.waiting_since)
        .execution_options(populate_existing=True)
    ).all()
    for case in cases:
        return_case(session, case, reason=reason, now=now)
    return len(cases)


def return_unanswered(session: Session, *, now: datetime) -> int:
    """Cases where it is our turn and whoever holds them has gone off shift; how many.

    Somebody who writes on after their shift keeps what they are in: the grace begins anew with
    each thing the person says.
    """
    on = {duty.person_id for duty in promises.on_shift(session, now)}
    ours = (CaseState.ACTIVE, CaseState.HANDOVER)
    cases = session.scalars(
        select(Case)
        .where(Case.state.in_(ours), Case.moved_at <= now - GRACE)
        .execution_options(populate_existing=True)
    )
    orphaned = [case for case in cases if case.counsellor_id not in on]
    for case in orphaned:
        return_case(session, case, reason="shift_over", now=now)
    return len(orphaned)


def return_case(session: Session, case: Case, *, reason: str, now: datetime) -> None:
    """To the stand-in who is on, speaks the language and has room; else to the line, in front:
    whoever was being helped has waited longest.
    """
    if case.state is CaseState.WRAP_UP:
        end(session, case, DISPOSITIONS["not_recorded"], None, now=now)
        return
    withdraw_proposals(session, case.id, now=now)
    if not any(_took(session, case, who, reason, now) for who in _stand_ins(session, case, now)):
        _to_line(session, case, reason, now)


def _to_line(session: Session, case: Case, reason: str, now: datetime) -> None:
    case.waiting_since = case.waiting_since or case.opened_at
    to_line(session, case, reason=reason, now=now)
    tell_seeker(session, case, "handed_back", str(now), now=now)


def _took(session: Session, case: Case, who: str, reason: str, now: datetime) -> bool:
    try:
        take(
            session,
            case.id,
            who,
            out_of=(case.state,),
            held_by=case.counsellor_id,
            reason=reason,
            now=now,
        )
    except (AtCapacity, CaseTaken, NotYours):
        return False
    tell_staff(session, [who], "case_given", f"given:{case.id}:{now}", now=now)
    return True


def _stand_ins(session: Session, case: Case, now: datetime) -> list[str]:
    """Who stands in for the case's team now: on shift, not pausing, speaking the language."""
    on = {duty.person_id: duty for duty in promises.on_shift(session, now) if not duty.paused}
    found = {who for who, duty in on.items() if (DutyRole.STAND_IN, case.team_id) in duty.duties}
    places = select(TeamMember.person_id).where(
        TeamMember.team_id == case.team_id, TeamMember.place == Place.STAND_IN
    )
    found |= {who for who in session.scalars(places) if who in on}
    ended = select(Case.counsellor_id).where(
        Case.seeker_id == case.seeker_id, Case.disposition == ABUSIVE
    )
    found -= {case.counsellor_id, *session.scalars(ended)}
    languages = languages_of(session, found)
    return sorted(who for who in found if helps_in(languages.get(who, {}), case))


def _answer_for(session: Session, person_id: str, now: datetime) -> None:
    """What colleagues had proposed to them goes on with those colleagues."""
    proposed = session.scalars(
        update(Handover)
        .where(Handover.to_id == person_id, Handover.state == HandoverState.PROPOSED)
        .values(state=HandoverState.WITHDRAWN, answered_at=now)
        .returning(Handover.case_id)
    ).all()
    for case_id in proposed:
        case = session.get_one(Case, case_id, populate_existing=True)
        if case.state is CaseState.HANDOVER:
            move(session, case, CaseState.ACTIVE, reason="colleague_left", now=now)
