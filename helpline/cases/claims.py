"""Who gets a case: one winner, never above their load, whatever races.

`take` is the only way by which a case gets a counsellor. The counsellor's account row is locked
first, so that two cases cannot slip past one load cap; then a single UPDATE checks the case and
the load and changes the case: of two who tap at the same moment the database lets one through.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, aliased

from helpline.cases.case import IN_LINE, MOVES, WITH_COUNSELLOR, Case, CaseEvent, CaseState
from helpline.cases.choice import ChoiceState
from helpline.cases.estimate import CLAIMED, end_wait
from helpline.cases.offer import Offer, OfferState
from helpline.cases.pipeline import LINE_TOPIC, ask_to_route, record
from helpline.cases.settling import settle
from helpline.cases.standing import VOICE_IS_OPEN
from helpline.cases.told import is_an_answer, tell_seeker
from helpline.errors import AtCapacity, CaseTaken, NoSuchCase, NotYours
from helpline.instance import setting
from helpline.messaging import outbox
from helpline.people import Account, AccountState, HowToReach, Person, TeamMember
from helpline.pulse import beat

# The states that count towards a counsellor's load; a wrap-up is paperwork.
LOAD = (CaseState.ACTIVE, CaseState.WAITING_SEEKER, CaseState.HANDOVER)


def claim(session: Session, case_id: str, counsellor_id: str, *, now: datetime) -> Case:
    """Take a waiting case, offered or not. Taking what one already holds changes nothing.

    Raises:
        CaseTaken: a colleague was first, or the case is not waiting any more.
        AtCapacity: they carry as many conversations as they may.
        NoSuchCase: there is none. NotYours: no active account.
    """
    held = session.get(Case, case_id, populate_existing=True)
    if held and held.counsellor_id == counsellor_id and held.state in WITH_COUNSELLOR:
        return held
    return take(session, case_id, counsellor_id, out_of=IN_LINE, reason="claimed", now=now)


def take(
    session: Session,
    case_id: str,
    counsellor_id: str,
    *,
    out_of: Collection[CaseState],
    reason: str,
    now: datetime,
    actor_id: str | None = None,
    beyond_cap: bool = False,
    held_by: str | None = None,
) -> Case:
    """Give a case that is in one of the states `out_of` to somebody, and tell the person asking.

    held_by: only if it is still with that colleague. beyond_cap: a coordinator decided so.

    Raises: as `claim`.
    """
    cap = _locked_cap(session, counsellor_id)
    came_from = session.scalar(
        select(Case.state).where(Case.id == case_id).with_for_update(key_share=True)
    )
    mine = [Case.id == case_id, Case.state.in_(out_of)]
    if held_by is not None:
        mine.append(Case.counsellor_id == held_by)
    if not beyond_cap:
        mine += _has_room(session, counsellor_id, cap)
    case = session.scalar(
        update(Case)
        .where(*mine)
        .values(_taken(session, counsellor_id, now))
        .returning(Case)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    if case is None:
        raise _why_not(session, case_id, out_of, held_by)
    withdraw_offers(session, case, now=now, taken_by=counsellor_id)
    settle(session, case, ChoiceState.KEPT, now=now)
    end_wait(session, case.id, CLAIMED, now=now)
    event = _record_taking(session, case, came_from, reason, actor_id or counsellor_id, now)
    beat(session, LINE_TOPIC, f"desk:{counsellor_id}", *([f"desk:{held_by}"] if held_by else []))
    _tell_who_writes(session, case, event, now)
    ask_to_route(session, now=now, about="")  # their other offers may have to go elsewhere
    return case


def _record_taking(
    session: Session,
    case: Case,
    came_from: CaseState | None,
    reason: str,
    actor_id: str,
    now: datetime,
) -> CaseEvent:
    """How long they waited is kept with it: that is what honest ranges are made of."""
    facts: dict[str, Any] = {"counsellor_id": case.counsellor_id}
    if came_from in IN_LINE and case.waiting_since:
        facts["waited"] = int((now - case.waiting_since).total_seconds())
    is_move = came_from is not None and CaseState.ACTIVE in MOVES[came_from]
    return record(
        session,
        case,
        "moved" if is_move else "reassigned",
        now=now,
        reason=reason,
        actor_id=actor_id,
        facts=facts,
        from_state=came_from or "",
        to_state=CaseState.ACTIVE,
    )


def load(session: Session, counsellor_id: str) -> int:
    """How many open conversations somebody carries."""
    return session.scalar(select(_load_of(counsellor_id))) or 0


def withdraw_offers(
    session: Session, case: Case, *, now: datetime, taken_by: str | None = None
) -> None:
    """Nobody is shown this case any more; what was to be said about it unsaid where it can be."""
    open_now = update(Offer).where(Offer.case_id == case.id, Offer.state == OfferState.OPEN)
    if taken_by is not None:
        session.execute(
            open_now.where(Offer.counsellor_id == taken_by)
            .values(state=OfferState.TAKEN, answered_at=now)
            .execution_options(synchronize_session=False)
        )
    shown_to = session.scalars(
        open_now.values(state=OfferState.WITHDRAWN, answered_at=now)
        .returning(Offer.counsellor_id)
        .execution_options(synchronize_session=False)
    ).all()
    beat(session, *(f"desk:{each}" for each in shown_to))
    outbox.withdraw(session, f"offer:{case.id}:", now=now)


def _locked_cap(session: Session, counsellor_id: str) -> int:
    """The load cap, with the account's row locked until the end of the transaction."""
    cap = session.scalar(
        select(Account.load_cap)
        .where(Account.person_id == counsellor_id, Account.state == AccountState.ACTIVE)
        .with_for_update(key_share=True)
    )
    if cap is None:
        raise NotYours
    return cap


def _has_room(session: Session, counsellor_id: str, cap: int) -> list[ColumnElement[bool]]:
    """Below their cap; and a call takes the whole person: one at a time, and nothing beside it."""
    load = _load_of(counsellor_id)
    if not setting(session, VOICE_IS_OPEN, default=False):
        return [load < cap]
    calls = _load_of(counsellor_id, only=HowToReach.CALL)
    return [load < cap, calls == 0, (Case.how != HowToReach.CALL) | (load == 0)]


def _load_of(counsellor_id: str, only: HowToReach | None = None) -> Any:
    held = aliased(Case)
    counted = (
        select(func.count())
        .select_from(held)
        .where(held.counsellor_id == counsellor_id, held.state.in_(LOAD))
    )
    return (counted if only is None else counted.where(held.how == only)).scalar_subquery()


def _taken(session: Session, counsellor_id: str, now: datetime) -> dict[str, Any]:
    team_id = session.scalar(
        select(TeamMember.team_id)
        .where(TeamMember.person_id == counsellor_id)
        .order_by(TeamMember.team_id)
        .limit(1)
    )
    return {
        "state": CaseState.ACTIVE,
        "counsellor_id": counsellor_id,
        "team_id": func.coalesce(Case.team_id, team_id),
        "claimed_at": now,
        "moved_at": now,
        "nobody_told_at": None,
        "closed_at": None,
    }


def _why_not(
    session: Session, case_id: str, out_of: Collection[CaseState], held_by: str | None
) -> Exception:
    case = session.get(Case, case_id, populate_existing=True)
    if case is None:
        return NoSuchCase()
    if case.state not in out_of or (held_by is not None and case.counsellor_id != held_by):
        return CaseTaken(case_id)
    return AtCapacity()


def _tell_who_writes(session: Session, case: Case, event: CaseEvent, now: datetime) -> None:
    """The person asking hears the first name of whoever writes to them from now on."""
    counsellor = session.get_one(Person, case.counsellor_id)
    text = "claimed" if event.from_state in IN_LINE else "new_counsellor"
    facts = {"name": counsellor.alias or ""}
    tell_seeker(
        session,
        case,
        text,
        event.id,
        now=now,
        answers=is_an_answer(session, case, now),
        cancels="nobody_",
        facts=facts,
    )
