"""The only way a door gets somebody's data: `access_*` takes who asks, and gives or refuses.

Somebody else's object is refused exactly as one that does not exist (DESIGN rule 5), and the
refusal names who reached for what, so that the door writes it into the audit.

How far somebody reaches into a case (DESIGN, settled 8; closed ones as Aselo's rules for NZ):

| | outline | read | write |
|---|---|---|---|
| counsellor | offered to them | handed to them; own, closed, 28 days | own; closed, 24 hours |
| reviewer | | in review | |
| lead, stand-in | of their team, or told of it | of their team, during their shift | |
| coordinator | every case | | |
"""

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from helpline.cases.candidates import languages_of
from helpline.cases.case import IN_LINE, OPEN, WITH_COUNSELLOR, Case, CaseEvent, CaseState
from helpline.cases.fitting import helps_in
from helpline.cases.offer import Handover, HandoverState, Offer, OfferState
from helpline.cases.offers import open_offers
from helpline.errors import NotACounsellor, NotThereNow, NotYours
from helpline.matching import Speaks
from helpline.people.account import Role
from helpline.people.sessions import SignedIn
from helpline.privacy import audit
from scheduling import promises

READABLE_FOR = timedelta(days=28)
EDITABLE_FOR = timedelta(hours=24)
# An offer is withdrawn when a colleague was first: who then taps is told so, not "nothing here".
_STILL_IN_SIGHT = (OfferState.OPEN, OfferState.TAKEN, OfferState.WITHDRAWN)
_NEVER_IN_LINE = (CaseState.INTAKE, CaseState.IN_REVIEW, CaseState.ERASED)


class Reach(enum.IntEnum):
    """How far into a case; each includes the one before."""

    NOTHING = 0
    OUTLINE = 1  # language, topic, urgency, wait: no words of anybody
    READ = 2
    WRITE = 3


def access_case(session: Session, who: SignedIn, case_id: str, *, now: datetime) -> Case:
    """A case whose messages `who` may read. That they read it is written down.

    Raises:
        NotYours: there is none, or it is not theirs.
    """
    case = _within(session, who, case_id, Reach.READ, now)
    audit.note_read(session, actor_id=who.person_id, kind="case", object_id=case.id, now=now)
    return case


def access_case_to_write(session: Session, who: SignedIn, case_id: str, *, now: datetime) -> Case:
    """A case in which `who` may write, take notes and make moves.

    Raises:
        NotYours: there is none, or it is not theirs (any more).
    """
    return _within(session, who, case_id, Reach.WRITE, now)


def access_outline(session: Session, who: SignedIn, case_id: str, *, now: datetime) -> Case:
    """A case of which `who` may know that it waits, in which language, since when.

    The door shows and uses nothing else of it.

    Raises:
        NotYours: there is none, or it is nothing to them.
    """
    return _within(session, who, case_id, Reach.OUTLINE, now)


def access_review(session: Session, who: SignedIn, case_id: str, *, now: datetime) -> Case:
    """A case that waits for its review, with its messages, for a reviewer.

    Raises:
        NotYours: there is none, or it is not (or no longer) to be reviewed by `who`.
    """
    case = access_case(session, who, case_id, now=now)
    if case.state is not CaseState.IN_REVIEW or not who.has(Role.REVIEWER):
        raise NotYours(who=who.person_id, kind="case", object_id=case.id)
    return case


def access_offer(session: Session, who: SignedIn, offer_id: str) -> Offer:
    """One's own offer, open or not.

    Raises:
        NotYours: there is none, or it was made to somebody else.
    """
    offer = session.get(Offer, offer_id)
    if offer is None:
        raise NotYours
    if offer.counsellor_id != who.person_id:
        raise NotYours(who=who.person_id, kind="offer", object_id=offer.id)
    return offer


def access_team_case(session: Session, who: SignedIn, case_id: str, *, now: datetime) -> Case:
    """A case that `who` may give to somebody: any for a coordinator, a lead's of their team.

    Raises:
        NotYours: there is none, or it is not theirs to give.
    """
    case = access_outline(session, who, case_id, now=now)
    if not may_assign(session, who, case, now=now):
        raise NotYours(who=who.person_id, kind="case", object_id=case.id)
    return case


def access_claim(session: Session, who: SignedIn, case_id: str, *, now: datetime) -> Case:
    """A case that `who` may take on: in a language they help in, or offered to them, on shift.

    Coordinators may take any, leads and stand-ins their team's during their shift. One that a
    colleague has taken meanwhile passes too: the claim itself then says so.

    Raises:
        NotYours: there is none, or they may not even know of it.
        NotACounsellor: they know that it waits, but others take people on.
        NotThereNow: they are not on shift, or pause.
    """
    case = session.get(Case, case_id, populate_existing=True)
    if case is None:
        raise NotYours
    leads, is_mine = case.team_id in who.leads, case.counsellor_id == who.person_id
    known = leads or who.has(Role.COORDINATOR) or _is_in_sight(session, who, case)
    if case.state in _NEVER_IN_LINE or not (known or is_mine):
        raise NotYours(who=who.person_id, kind="case", object_id=case.id)
    if is_mine or who.has(Role.COORDINATOR):
        return case  # what one holds already is not taken twice
    if not (leads or who.has(Role.COUNSELLOR)):
        raise NotACounsellor
    if not any(not on.paused for on in promises.on_shift(session, now, among=[who.person_id])):
        raise NotThereNow
    return case


def access_mine(session: Session, who: SignedIn, *, now: datetime) -> Sequence[Case]:
    """One's own cases: those in hand, then what was closed and may still be read, newest first."""
    closed_since = or_(Case.closed_at.is_(None), Case.closed_at > now - READABLE_FOR)
    found = session.scalars(
        select(Case)
        .where(Case.counsellor_id == who.person_id, Case.state != CaseState.ERASED, closed_since)
        .options(selectinload(Case.seeker))
        .order_by(Case.closed_at.desc(), Case.moved_at, Case.id)
        .execution_options(populate_existing=True)
    ).all()
    return [case for case in found if reach(session, who, case, now=now) >= Reach.READ]


def access_line(session: Session, who: SignedIn) -> Sequence[Case]:
    """Who waits, of whom `who` may know: in a language they help in, or offered to them.

    For outlines only: the door shows nothing of what anybody wrote. The most urgent first.
    """
    waiting = session.scalars(
        select(Case)
        .where(Case.state.in_(IN_LINE))
        .options(selectinload(Case.seeker))
        .order_by(Case.urgency, Case.waiting_since, Case.id)
        .execution_options(populate_existing=True)
    ).all()
    if who.has(Role.COORDINATOR):
        return waiting
    spoken = _spoken(session, who)
    shown = {each.case_id for each in open_offers(session, counsellor_id=who.person_id)}
    return [each for each in waiting if each.id in shown or helps_in(spoken, each)]


def may_assign(session: Session, who: SignedIn, case: Case, *, now: datetime) -> bool:
    if who.has(Role.COORDINATOR) or _leads_now(session, who, case.team_id, now):
        return True
    is_nobodys = case.team_id is None and _was_told(session, who, case)
    return is_nobodys and bool(promises.on_shift(session, now, among=[who.person_id]))


def reach(session: Session, who: SignedIn, case: Case, *, now: datetime) -> Reach:
    """How far `who` reaches into `case` at this moment."""
    if case.state is CaseState.ERASED:
        return Reach.NOTHING
    if case.counsellor_id == who.person_id:
        return _reach_of_own(case, now)
    if _reviews(who, case) or _is_handed(session, who, case):
        return Reach.READ
    if _leads_now(session, who, case.team_id, now):
        return Reach.READ
    if who.has(Role.COORDINATOR) or case.team_id in who.leads or _is_offered(session, who, case):
        return Reach.OUTLINE
    if _was_told(session, who, case):
        return Reach.OUTLINE
    return Reach.NOTHING


def _within(session: Session, who: SignedIn, case_id: str, wanted: Reach, now: datetime) -> Case:
    case = session.get(Case, case_id)
    if case is None:
        raise NotYours
    if reach(session, who, case, now=now) < wanted:
        raise NotYours(who=who.person_id, kind="case", object_id=case.id)
    return case


def _reach_of_own(case: Case, now: datetime) -> Reach:
    """A counsellor's own case; once closed it fades from their sight."""
    if case.state in WITH_COUNSELLOR:
        return Reach.WRITE
    age = now - (case.closed_at or case.moved_at)
    if age <= EDITABLE_FOR:
        return Reach.WRITE
    return Reach.READ if age <= READABLE_FOR else Reach.NOTHING


def _reviews(who: SignedIn, case: Case) -> bool:
    return case.state is CaseState.IN_REVIEW and who.has(Role.REVIEWER)


def _is_handed(session: Session, who: SignedIn, case: Case) -> bool:
    """Whether somebody asks them to take this conversation over, warm: both are there."""
    if case.state is not CaseState.HANDOVER:
        return False
    found = session.scalar(
        select(Handover.id).where(
            Handover.case_id == case.id,
            Handover.to_id == who.person_id,
            Handover.state == HandoverState.PROPOSED,
        )
    )
    return found is not None


def _is_in_sight(session: Session, who: SignedIn, case: Case) -> bool:
    """Whether it stands, or until a moment ago stood, in the line that `who` sees."""
    if helps_in(_spoken(session, who), case):
        return True
    offered = select(Offer.id).where(Offer.case_id == case.id, Offer.counsellor_id == who.person_id)
    return session.scalar(offered.where(Offer.state.in_(_STILL_IN_SIGHT)).limit(1)) is not None


def _spoken(session: Session, who: SignedIn) -> Mapping[str, Speaks]:
    return languages_of(session, [who.person_id]).get(who.person_id, {})


def _is_offered(session: Session, who: SignedIn, case: Case) -> bool:
    found = session.scalar(
        select(Offer.id).where(
            Offer.case_id == case.id,
            Offer.counsellor_id == who.person_id,
            Offer.state == OfferState.OPEN,
        )
    )
    return found is not None


def _was_told(session: Session, who: SignedIn, case: Case) -> bool:
    """Whether they lead, and were told of this urgent case so that they do something about it."""
    if not who.leads or case.state not in OPEN:
        return False
    told = select(CaseEvent.id).where(
        CaseEvent.case_id == case.id,
        CaseEvent.kind.in_(("told_on", "lead_told")),
        CaseEvent.facts.contains(who.person_id, autoescape=True),
    )
    return session.scalar(told.limit(1)) is not None


def _leads_now(session: Session, who: SignedIn, team_id: str | None, now: datetime) -> bool:
    """Whether they are lead or stand-in of the team, and on shift."""
    if team_id is None or team_id not in who.leads:
        return False
    return bool(promises.on_shift(session, now, among=[who.person_id]))
