"""How a case ends, and how somebody who comes back is met."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases.case import ABUSIVE, WITH_COUNSELLOR, Case, CaseState
from helpline.cases.choice import ChoiceState
from helpline.cases.claims import take, withdraw_offers
from helpline.cases.debriefing import rest_after
from helpline.cases.estimate import LEFT, end_wait
from helpline.cases.handovers import withdraw_proposals
from helpline.cases.pipeline import (
    ask_to_route,
    is_flagged,
    move,
    open_case,
    open_case_of,
    see_that_it_is_answered,
    to_line,
)
from helpline.cases.settling import forget_wishes, settle
from helpline.cases.told import short_when, tell_seeker, tell_staff
from helpline.errors import AtCapacity, CaseTaken, NotYours
from helpline.instance import Line
from helpline.people import ContactFlag, ContactPoint, HowToReach, Person, SafeContact
from scheduling import promises
from scheduling.base import new_id
from scheduling.errors import Refused

# A text within this time of closing goes on with the same case; later it starts anew.
REOPENS_WITHIN = timedelta(hours=48)
LONGEST_FLAG = 30  # days


@dataclass(frozen=True, slots=True)
class Disposition:
    """How a case closed. `says`: the text that the person gets, if any.

    is_substantive: somebody was talked with; the others close in one tap and count apart.
    """

    code: str
    is_substantive: bool
    says: str | None = None


DISPOSITIONS = {
    each.code: each
    for each in (
        Disposition("talked", True, "closing"),
        Disposition("referred", True, "closing"),
        Disposition("no_answer", True, "closing"),  # they stopped writing
        Disposition("silent", False, "closing"),
        Disposition("hang_up", False),
        Disposition("prank", False),
        Disposition("wrong_number", False),
        Disposition(ABUSIVE, False, "ended"),  # by `end_abuse` only
        Disposition("left", False, "left_line"),  # by `leave_line` only
        Disposition("not_recorded", True, "closing"),  # whoever had it went before wrapping up
    )
}
IN_ONE_TAP = ("talked", "referred", "no_answer", "silent", "hang_up", "prank", "wrong_number")
"""What the desk offers."""


class UnknownDisposition(Refused):
    code = "unknown_disposition"


class FlagNeedsDays(Refused):
    """Between one and thirty days, and a reason."""

    code = "flag_needs_days"


def begin_wrap_up(session: Session, case: Case, by_id: str, *, now: datetime) -> None:
    """The talk is over; what is left is the disposition and a note.

    Raises:
        NotYours: somebody else holds it. WrongMove: there is no talk to wrap up.
    """
    _must_hold(case, by_id)
    withdraw_proposals(session, case.id, now=now)
    move(session, case, CaseState.WRAP_UP, reason="wrap_up", now=now, actor_id=by_id)


def close(
    session: Session, case: Case, by_id: str | None, *, disposition: str, now: datetime
) -> None:
    """Close a case; the person hears how to come back, where the disposition says anything.

    `by_id` None: the house itself, as when nobody ever wraps it up.

    Raises:
        UnknownDisposition: not among those of the desk. NotYours: somebody else holds it.
        WrongMove: it is closed already.
    """
    if disposition not in (*IN_ONE_TAP, "not_recorded"):
        raise UnknownDisposition(disposition)
    _must_hold(case, by_id)
    end(session, case, DISPOSITIONS[disposition], by_id, now=now)


def end(
    session: Session,
    case: Case,
    how: Disposition,
    by_id: str | None,
    *,
    now: datetime,
    to: CaseState = CaseState.CLOSED,
    facts: Mapping[str, str] | None = None,
    reason: str = "",
) -> None:
    """The last move of a case, whatever brought it about, with its text.

    `reason` stands in the event where the disposition alone does not tell it.
    """
    withdraw_proposals(session, case.id, now=now)
    last_with = case.counsellor_id
    move(
        session,
        case,
        to,
        reason=reason or how.code,
        now=now,
        actor_id=by_id,
        closed_at=now,
        disposition=how.code,
        is_substantive=how.is_substantive,
        prefers_id=last_with,
    )
    withdraw_offers(session, case, now=now)
    _end_wait(session, case, now)
    if last_with is not None and by_id == last_with:
        rest_after(session, case, last_with, now=now)
    if how.says:
        tell_seeker(session, case, how.says, str(now), now=now, cancels="nobody_", facts=facts)
    ask_to_route(session, now=now, about="")  # somebody has room again


def leave_line(
    session: Session,
    case: Case,
    *,
    now: datetime,
    silently: bool = False,
    reason: str = "",
) -> None:
    """The person does not want to wait any longer. `silently`: they must hear nothing of it.

    reason: by what ("stopped", "exit"), for the event.

    Raises:
        WrongMove: they are being talked with already, or it is over.
    """
    how = DISPOSITIONS["left"]
    if silently:
        how = replace(how, says=None)
    end(session, case, how, case.seeker_id, now=now, to=CaseState.DECLINED, reason=reason)


def end_abuse(
    session: Session, case: Case, by_id: str, *, reason: str, days: int, now: datetime
) -> datetime:
    """End an abusive conversation, with a dated limit on whatever it came by; until when.

    The person still gets the crisis numbers, now and whenever they write.

    Raises:
        FlagNeedsDays: see there. NotYours: somebody else holds it. WrongMove: it is over.
    """
    if not 1 <= days <= LONGEST_FLAG or not reason.strip():
        raise FlagNeedsDays(days)
    _must_hold(case, by_id)
    until = now + timedelta(days=days)
    _flag(session, case.seeker_id, reason.strip(), by_id, now, until)
    told = short_when(session, session.get_one(Person, case.seeker_id), until, now)
    end(session, case, DISPOSITIONS[ABUSIVE], by_id, now=now, facts={"until": told})
    return until


def close_for_erasure(session: Session, case: Case, *, now: datetime) -> None:
    """The person erases what they told us: nobody holds it or is shown it any more."""
    if case.state is CaseState.ERASED:
        return
    withdraw_proposals(session, case.id, now=now)
    move(
        session,
        case,
        CaseState.ERASED,
        reason="erased",
        now=now,
        counsellor_id=None,
        prefers_id=None,
        closed_at=case.closed_at or now,
    )
    withdraw_offers(session, case, now=now)
    _end_wait(session, case, now)


def reopen_or_new(session: Session, seeker: Person, now: datetime) -> Case:
    """Somebody without an open case wrote again: the last one goes on, or a new one starts.

    Within `REOPENS_WITHIN` of closing it goes on: with the same counsellor if they are on and have
    room, else in the line, where they are asked first. Later, after leaving the line, or after an
    ended abuse (never again by itself to the same counsellor) or with a limit on them, anew.
    """
    there = open_case_of(session, seeker.id)
    if there is not None:
        return there
    last = _last_of(session, seeker.id)
    flagged = is_flagged(session, seeker.id, now)
    goes_on = last is not None and last.state is CaseState.CLOSED and _is_fresh(last, now)
    if last and goes_on and not flagged and last.disposition != ABUSIVE:
        reopen(session, last, now=now)
        return last
    return _anew(session, seeker, last, now)


def reopen(session: Session, case: Case, *, now: datetime) -> None:
    """A closed case goes on.

    Raises:
        WrongMove: it is not closed.
    """
    if not _back_to_the_same(session, case, now):
        case.waiting_since = None  # they wait from now on
        to_line(session, case, reason="reopened", now=now)
    see_that_it_is_answered(session, case, now=now)
    case.closed_at, case.disposition, case.is_substantive = None, "", True
    session.flush()


def _back_to_the_same(session: Session, case: Case, now: datetime) -> bool:
    who = case.prefers_id
    if who is None or case.state is not CaseState.CLOSED:
        return False
    on = promises.on_shift(session, now, among=[who])
    if not any(not duty.paused for duty in on):
        return False
    try:
        take(session, case.id, who, out_of=(CaseState.CLOSED,), reason="reopened", now=now)
    except (AtCapacity, CaseTaken, NotYours):
        return False
    tell_staff(session, [who], "case_returned", f"returned:{case.id}:{now}", now=now)
    return True


def _is_fresh(case: Case, now: datetime) -> bool:
    return case.closed_at is not None and now - case.closed_at <= REOPENS_WITHIN


def _last_of(session: Session, seeker_id: str) -> Case | None:
    return session.scalar(
        select(Case)
        .where(Case.seeker_id == seeker_id, Case.state != CaseState.ERASED)
        .order_by(Case.opened_at.desc(), Case.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _anew(session: Session, seeker: Person, last: Case | None, now: datetime) -> Case:
    safe = session.get(SafeContact, seeker.id)
    line = session.get(Line, last.line_id) if last and last.line_id else None
    return open_case(
        session,
        seeker,
        how=safe.how if safe else HowToReach.TEXT,
        language=last.language if last else seeker.language,
        now=now,
        line=line,
    )


def _end_wait(session: Session, case: Case, now: datetime) -> None:
    """What they chose for this wait ends with it: nothing of it holds for the next one."""
    settle(session, case, ChoiceState.WITHDRAWN, now=now)
    end_wait(session, case.id, LEFT, now=now)
    forget_wishes(case)
    session.flush()


def _flag(
    session: Session, person_id: str, reason: str, by_id: str, now: datetime, until: datetime
) -> None:
    """On each number and address; on the person where there is none."""
    points = session.scalars(select(ContactPoint.id).where(ContactPoint.person_id == person_id))
    flagged: list[str | None] = [*points]
    for point_id in flagged or [None]:
        flag = ContactFlag(
            id=new_id(),
            contact_point_id=point_id,
            person_id=person_id,
            kind="abusive",
            set_by=by_id,
            set_at=now,
            until=until,
            reason=reason,
        )
        session.add(flag)
    session.flush()


def _must_hold(case: Case, by_id: str | None) -> None:
    if case.state in WITH_COUNSELLOR and by_id is not None and case.counsellor_id != by_id:
        raise NotYours
