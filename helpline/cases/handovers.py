"""Passing a case on, with a note, so that nobody tells the story twice."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpline.cases.case import IN_LINE, Case, CaseState
from helpline.cases.claims import take
from helpline.cases.offer import Handover, HandoverState
from helpline.cases.pipeline import move, to_line
from helpline.cases.told import tell_seeker, tell_staff
from helpline.errors import NoSuchCase, NotYours, WrongMove
from scheduling.base import new_id
from scheduling.errors import Refused

# A colleague who says neither yes nor no within this time is not asked any longer.
PROPOSAL_STANDS_FOR = timedelta(minutes=15)
_IN_TALK = (CaseState.ACTIVE, CaseState.WAITING_SEEKER)


class HandoverNeedsSomebody(Refused):
    """A warm handover is to a colleague, and not to oneself."""

    code = "handover_needs_somebody"


def hand_over(
    session: Session,
    case: Case,
    from_id: str,
    *,
    to_id: str | None = None,
    warm: bool,
    note: str,
    now: datetime,
) -> Handover:
    """Pass a case on. Warm: proposed, and it stays with `from_id` until the colleague takes it.

    Cold: at once, to a colleague with room for it, or (`to_id` None) back to the line, where who
    waited longest comes first and `from_id` is not asked.

    Raises:
        NotYours: `from_id` does not hold it. WrongMove: it is being handed over or wrapped up.
        HandoverNeedsSomebody: see there. AtCapacity: the colleague carries as many as they may.
    """
    _check(case, from_id, to_id, warm)
    row = Handover(
        id=new_id(),
        case_id=case.id,
        from_id=from_id,
        to_id=to_id,
        is_warm=warm,
        state=HandoverState.PROPOSED if warm else HandoverState.DONE,
        at=now,
        answered_at=None if warm else now,
        note=note,
    )
    session.add(row)
    session.flush()
    if warm and to_id:
        _propose(session, case, row, from_id, to_id, now)
    elif to_id:
        _give(session, case, from_id, to_id, now)
    else:
        _put_back(session, case, from_id, now)
    return row


def take_handover(session: Session, handover_id: str, to_id: str, *, now: datetime) -> Case:
    """Yes: the case is theirs from now on.

    Raises:
        NotYours, WrongMove: not proposed to them, or not any more. AtCapacity: no room.
    """
    row = _answer(session, handover_id, to_id, HandoverState.DONE, now)
    return take(
        session,
        row.case_id,
        to_id,
        out_of=(CaseState.HANDOVER,),
        held_by=row.from_id,
        reason="handover_taken",
        now=now,
    )


def refuse_handover(session: Session, handover_id: str, to_id: str, *, now: datetime) -> Case:
    """No: it goes on with the one who has it.

    Raises:
        NotYours, WrongMove: not proposed to them, or not any more.
    """
    row = _answer(session, handover_id, to_id, HandoverState.REFUSED, now)
    return _keep(session, row, "handover_refused", to_id, now)


def withdraw_handover(session: Session, case: Case, by_id: str, *, now: datetime) -> None:
    """The one who proposed it goes on after all.

    Raises:
        NotYours: they do not hold the case. WrongMove: nothing is proposed.
    """
    if case.counsellor_id != by_id:
        raise NotYours
    if not withdraw_proposals(session, case.id, now=now):
        raise WrongMove
    move(session, case, CaseState.ACTIVE, reason="handover_withdrawn", now=now, actor_id=by_id)


def proposed_to(session: Session, person_id: str) -> list[Handover]:
    """What colleagues ask somebody to take over, the oldest first."""
    return list(
        session.scalars(
            select(Handover)
            .where(Handover.to_id == person_id, Handover.state == HandoverState.PROPOSED)
            .order_by(Handover.at)
        )
    )


def end_stale_proposals(session: Session, *, now: datetime) -> int:
    """Proposals that nobody answered: the case goes on with the one who has it; how many."""
    stale = session.scalars(
        select(Handover).where(
            Handover.state == HandoverState.PROPOSED, Handover.at <= now - PROPOSAL_STANDS_FOR
        )
    ).all()
    for row in stale:
        row.state, row.answered_at = HandoverState.WITHDRAWN, now
        _keep(session, row, "handover_unanswered", None, now)
    return len(stale)


def withdraw_proposals(session: Session, case_id: str, *, now: datetime) -> int:
    """What was proposed about a case is not proposed any more; how many."""
    return len(
        session.scalars(
            update(Handover)
            .where(Handover.case_id == case_id, Handover.state == HandoverState.PROPOSED)
            .values(state=HandoverState.WITHDRAWN, answered_at=now)
            .returning(Handover.id)
        ).all()
    )


def assign(
    session: Session,
    case_id: str,
    to_id: str,
    by_id: str,
    *,
    now: datetime,
    beyond_cap: bool = False,
) -> Case:
    """A coordinator or lead gives a case to somebody, out of the line or from a colleague.

    beyond_cap: even when they carry as many as they may.

    Raises:
        AtCapacity: they carry as many as they may. CaseTaken: it moved meanwhile.
        NoSuchCase, NotYours: no such case, or no active account.
    """
    case = session.get(Case, case_id, populate_existing=True)
    if case is None:
        raise NoSuchCase
    held_by = case.counsellor_id
    if held_by == to_id:
        return case
    withdraw_proposals(session, case_id, now=now)
    reason = "reassigned" if held_by else "assigned"
    out_of = (*_IN_TALK, CaseState.HANDOVER, CaseState.WRAP_UP) if held_by else IN_LINE
    taken = take(
        session,
        case_id,
        to_id,
        out_of=out_of,
        held_by=held_by,
        reason=reason,
        actor_id=by_id,
        now=now,
        beyond_cap=beyond_cap,
    )
    tell_staff(session, [to_id], "case_given", f"given:{case_id}:{now}", now=now)
    return taken


def _check(case: Case, from_id: str, to_id: str | None, warm: bool) -> None:
    if case.counsellor_id != from_id:
        raise NotYours
    if case.state not in _IN_TALK:
        raise WrongMove(case.state)
    if (warm and to_id is None) or to_id == from_id:
        raise HandoverNeedsSomebody


def _propose(
    session: Session, case: Case, row: Handover, from_id: str, to_id: str, now: datetime
) -> None:
    facts = {"handover_id": row.id, "to_id": to_id}
    move(
        session,
        case,
        CaseState.HANDOVER,
        reason="handover_proposed",
        now=now,
        actor_id=from_id,
        facts=facts,
    )
    tell_staff(session, [to_id], "handover_proposed", f"handover:{row.id}", now=now)


def _give(session: Session, case: Case, from_id: str, to_id: str, now: datetime) -> None:
    take(
        session,
        case.id,
        to_id,
        out_of=_IN_TALK,
        held_by=from_id,
        reason="handed_over",
        actor_id=from_id,
        now=now,
    )
    tell_staff(session, [to_id], "case_given", f"given:{case.id}:{now}", now=now)


def _put_back(session: Session, case: Case, from_id: str, now: datetime) -> None:
    case.prefers_id = None
    to_line(session, case, reason="handed_back", now=now, actor_id=from_id)
    tell_seeker(session, case, "handed_back", str(now), now=now)


def _answer(
    session: Session, handover_id: str, to_id: str, state: HandoverState, now: datetime
) -> Handover:
    row = session.get(Handover, handover_id)
    if row is None:
        raise NotYours
    if row.to_id != to_id:
        raise NotYours(who=to_id, kind="handover", object_id=row.id)
    answered = session.scalar(
        update(Handover)
        .where(Handover.id == handover_id, Handover.state == HandoverState.PROPOSED)
        .values(state=state, answered_at=now)
        .returning(Handover)
        .execution_options(populate_existing=True)
    )
    if answered is None:
        raise WrongMove
    return answered


def _keep(
    session: Session, row: Handover, reason: str, actor_id: str | None, now: datetime
) -> Case:
    case = session.get_one(Case, row.case_id, populate_existing=True)
    if case.state is CaseState.HANDOVER:
        move(session, case, CaseState.ACTIVE, reason=reason, now=now, actor_id=actor_id)
    if row.from_id:
        tell_staff(session, [row.from_id], "handover_refused", f"{reason}:{row.id}", now=now)
    return case
