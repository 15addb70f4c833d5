"""How a case moves: opened, into the line, answered and heard. Every move is an event.

Whoever changes a case's state does it through `move` or, where several may want the case at once,
through `claims.take`; both are one conditional UPDATE and both write down the reason.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpline.cases.case import IN_LINE, MOVES, OPEN, Case, CaseEvent, CaseState, Note
from helpline.errors import WrongMove
from helpline.instance import Line
from helpline.jobs import enqueue
from helpline.people import ContactFlag, HowToReach, Person
from helpline.pulse import beat
from scheduling.base import new_id

LINE_TOPIC = "desk:waiting"
_SEEN_ON_THE_LINE = (CaseState.IN_REVIEW, *IN_LINE)
_WAITS_FOR_US = (CaseState.IN_REVIEW, CaseState.WAITING, CaseState.ACTIVE)
_URGENT = 2


def open_case(
    session: Session,
    seeker: Person,
    *,
    how: HowToReach,
    language: str,
    now: datetime,
    line: Line | None = None,
    topic: str = "",
    state: CaseState = CaseState.INTAKE,
) -> Case:
    """A new request of somebody, or the one they already have open: a person has one at a time."""
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = {
        "id": new_id(),
        "seeker_id": seeker.id,
        "line_id": line.id if line else None,
        "state": state,
        "how": how,
        "language": language,
        "topic": topic,
        "opened_at": now,
        "moved_at": now,
    }
    session.flush()  # the person may be as new as the case
    if state is CaseState.WAITING:
        row["waiting_since"] = now
    added = session.execute(
        insert(Case).values(row).on_conflict_do_nothing().returning(Case.id)
    ).first()
    case = open_case_of(session, seeker.id)
    if case is None:
        raise WrongMove(state)
    if added is not None:
        record(session, case, "opened", now=now, reason=how.value, to_state=state)
        _tell_watchers(session, case)
    return case


def open_case_of(session: Session, seeker_id: str) -> Case | None:
    """The case a person has open, if any."""
    return session.scalar(
        select(Case)
        .where(Case.seeker_id == seeker_id, Case.state.in_(OPEN))
        .execution_options(populate_existing=True)
    )


def move(
    session: Session,
    case: Case,
    to: CaseState,
    *,
    reason: str,
    now: datetime,
    actor_id: str | None = None,
    facts: Mapping[str, Any] | None = None,
    **changes: Any,
) -> CaseEvent:
    """Change a case's state, if it is still in the one we know, with further columns in `changes`.

    Raises:
        WrongMove: not from here (`MOVES`), or somebody else has moved it meanwhile.
    """
    came_from, held_by = case.state, case.counsellor_id
    if to not in MOVES[came_from]:
        raise WrongMove(came_from, to)
    session.flush()
    moved = session.scalar(
        update(Case)
        .where(Case.id == case.id, Case.state == came_from)
        .values(state=to, moved_at=now, **changes)
        .returning(Case)
        .execution_options(populate_existing=True)
    )
    if moved is None:
        session.refresh(case)
        raise WrongMove(case.state, to)
    _tell_watchers(session, case, came_from, held_by)
    if to in _WAITS_FOR_US:
        see_that_it_is_answered(session, case, now=now)
    return record(
        session,
        case,
        "moved",
        now=now,
        reason=reason,
        actor_id=actor_id,
        facts=facts,
        from_state=came_from,
        to_state=to,
    )


def record(
    session: Session,
    case: Case,
    kind: str,
    *,
    now: datetime,
    reason: str = "",
    actor_id: str | None = None,
    facts: Mapping[str, Any] | None = None,
    from_state: str = "",
    to_state: str = "",
) -> CaseEvent:
    """Write down what happened to a case: ids, numbers and codes, nothing personal."""
    event = CaseEvent(
        id=new_id(),
        case_id=case.id,
        at=now,
        kind=kind,
        from_state=from_state,
        to_state=to_state,
        actor_id=actor_id,
        reason=reason,
        facts=json.dumps(facts or {}),
    )
    session.add(event)
    beat(session, f"case:{case.id}")
    return event


def note(
    session: Session,
    case: Case,
    author_id: str,
    body: str,
    *,
    kind: str = "private",
    now: datetime,
) -> Note:
    """Keep what a colleague writes about a case; whoever looks at it sees it at once."""
    row = Note(id=new_id(), case_id=case.id, author_id=author_id, kind=kind, body=body, at=now)
    session.add(row)
    beat(session, f"case:{case.id}")
    return row


def events_of(session: Session, case_id: str) -> list[CaseEvent]:
    """A case's life, in the order it happened."""
    return list(
        session.scalars(
            select(CaseEvent)
            .where(CaseEvent.case_id == case_id)
            .order_by(CaseEvent.at, CaseEvent.tick)
        )
    )


def to_line(
    session: Session,
    case: Case,
    *,
    reason: str,
    now: datetime,
    actor_id: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Into the line, or back to it. Who waited before keeps the moment since when."""
    move(
        session,
        case,
        CaseState.WAITING,
        reason=reason,
        now=now,
        actor_id=actor_id,
        facts=facts,
        counsellor_id=None,
        waiting_since=case.waiting_since or now,
    )
    ask_to_route(session, now=now, about=case.id)


def ask_to_route(session: Session, *, now: datetime, about: str | None = None) -> None:
    """Something changed that may match somebody: a worker looks at the line as a whole.

    about: the case to which it happened, or "" where a colleague got room and nobody's case
    changed; left out, everything may be otherwise (`routing.route`). Without a dedupe key on
    purpose: a pass that already runs may not see this change any more. The next pass strikes off
    every other request that is due (`work.route_now`).
    """
    enqueue(session, "route", {} if about is None else {"about": about}, run_at=now)


def see_that_it_is_answered(session: Session, case: Case, *, now: datetime) -> None:
    """Words of ours are due to somebody: of an urgent case others hear when none come
    (`telling_on`)."""
    if case.urgency <= _URGENT:
        key = f"unanswered:{case.id}:look"
        enqueue(session, "unanswered", {"case_id": case.id}, run_at=now, dedupe_key=key)


def answered(session: Session, case: Case, by_id: str, now: datetime) -> None:
    """The counsellor wrote: now it is the person's turn. In a handover or wrap-up nothing moves,
    but that there was an answer is kept: it ends what is due, and any silence of ours."""
    if case.first_reply_at is None:
        case.first_reply_at = now
    if case.state is CaseState.ACTIVE:
        move(session, case, CaseState.WAITING_SEEKER, reason="answered", now=now, actor_id=by_id)
    else:
        record(session, case, "answered", now=now, reason="answered", actor_id=by_id)
    _tell_watchers(session, case)


def heard(session: Session, case: Case, now: datetime) -> None:
    """The person wrote: it is our turn again, also when somebody was already wrapping up."""
    if case.state in (CaseState.WAITING_SEEKER, CaseState.WRAP_UP):
        move(session, case, CaseState.ACTIVE, reason="heard", now=now)
    _tell_watchers(session, case)


def is_flagged(session: Session, person_id: str, now: datetime) -> bool:
    """Whether a dated limit lies on one of a person's contact points now."""
    return flagged_until(session, person_id, now) is not None


def flagged_until(session: Session, person_id: str, now: datetime) -> datetime | None:
    """Until when a dated limit lies on a person; None when there is none."""
    ends: datetime | None = session.scalar(
        select(func.max(ContactFlag.until)).where(
            ContactFlag.person_id == person_id, ContactFlag.until > now
        )
    )
    return ends


def _tell_watchers(
    session: Session, case: Case, came_from: CaseState | None = None, held_by: str | None = None
) -> None:
    beat(session, f"case:{case.id}")
    beat(session, *(f"desk:{each}" for each in {case.counsellor_id, held_by} if each))
    if case.state in _SEEN_ON_THE_LINE or came_from in _SEEN_ON_THE_LINE:
        beat(session, LINE_TOPIC)
