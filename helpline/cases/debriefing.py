"""After a heavy conversation: a pause that opens by itself, and three ways to end it.

Heavy: a human once saw a high risk in it, it was ended for abuse, or one sat in it for long.
Nothing is offered to whoever closed it until they have said how they are, or the pause is over.
What somebody writes to their lead is read by that lead only; of whoever has no lead, by
coordinators.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpline.cases.care_rules import Respite, respite
from helpline.cases.case import ABUSIVE, Case, CaseEvent, Risk
from helpline.cases.debrief import Debrief
from helpline.cases.escalation import holders_of
from helpline.cases.pipeline import LINE_TOPIC, ask_to_route, events_of
from helpline.cases.told import tell_staff
from helpline.errors import NotYours
from helpline.jobs import enqueue
from helpline.people import Account, AccountState, Place, Role, TeamMember
from helpline.pulse import beat
from scheduling import promises
from scheduling.base import new_id
from scheduling.errors import Refused

FINE, REST, TALK = ANSWERS = ("fine", "rest", "talk")
# Who writes nothing for so long has put it down meanwhile: it is no longer one sitting.
SITTING = timedelta(minutes=20)
STANDS_FOR = timedelta(hours=12)
"""How long the question stays on the desk of somebody who never answers it."""


class UnknownAnswer(Refused):
    """Not one of the three."""

    code = "unknown_answer"


def rest_after(session: Session, case: Case, person_id: str, *, now: datetime) -> Debrief | None:
    """Somebody closed a case: their pause, if it was heavy. One that was open ends with it."""
    rules = respite(session)
    reason = _heavy(case, events_of(session, case.id), rules, now)
    if not reason:
        return None
    _answer_open(session, person_id, now)
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = {
        "id": new_id(),
        "person_id": person_id,
        "case_id": case.id,
        "reason": reason,
        "at": now,
        "until_at": now + timedelta(minutes=rules.minutes),
        "answer": "",
    }
    opened = session.scalar(insert(Debrief).values(row).on_conflict_do_nothing().returning(Debrief))
    if opened is not None:  # else two were closed in the same moment, and the other stands
        enqueue(session, "route", {"about": ""}, run_at=opened.until_at)
    return opened


def open_debrief(session: Session, person_id: str, now: datetime) -> Debrief | None:
    """The question that stands on somebody's desk, if any."""
    return session.scalar(
        select(Debrief).where(
            Debrief.person_id == person_id,
            Debrief.answered_at.is_(None),
            Debrief.at > now - STANDS_FOR,
        )
    )


def answer_debrief(
    session: Session, debrief_id: str, by_id: str, answer: str, *, word: str = "", now: datetime
) -> Debrief:
    """How they are. "fine": they are asked again at once. "rest": a longer break. "talk": their
    lead is told, neutrally; `word` is for that lead. Twice is once.

    Raises:
        NotYours: it is not theirs. UnknownAnswer: see there.
    """
    if answer not in ANSWERS:
        raise UnknownAnswer
    row = session.get(Debrief, debrief_id, with_for_update={"key_share": True})
    if row is None or row.person_id != by_id:
        raise NotYours(who=by_id, kind="debrief", object_id=debrief_id if row else "")
    if row.answered_at is not None:
        return row
    row.answered_at, row.answer = now, answer
    if answer == REST:
        _break(session, by_id, now)
    if answer == TALK:
        row.word = word.strip() or None
        _tell_lead(session, row, now)
    session.flush()
    beat(session, f"desk:{by_id}", LINE_TOPIC)
    ask_to_route(session, now=now, about="")
    return row


def settle_debrief(session: Session, debrief_id: str, by_id: str, *, now: datetime) -> None:
    """Their lead has talked with them. The words are not needed any more, and go.

    Raises:
        NotYours: it is not for them.
    """
    row = access_debrief(session, debrief_id, by_id)
    row.settled_at, row.word = row.settled_at or now, None
    beat(session, LINE_TOPIC)


def access_debrief(session: Session, debrief_id: str, by_id: str) -> Debrief:
    """Who wants to talk, with their words, for whoever hears them only.

    Raises:
        NotYours: there is none, or it is somebody else who hears them.
    """
    row = session.get(Debrief, debrief_id)
    if row is None or row.answer != TALK:
        raise NotYours
    if by_id not in hearers_of(session, row.person_id):
        raise NotYours(who=by_id, kind="debrief", object_id=row.id)
    return row


def want_to_talk(session: Session) -> list[Debrief]:
    """Who asked for their lead and has not been heard yet, the longest first."""
    found = select(Debrief).where(Debrief.answer == TALK, Debrief.settled_at.is_(None))
    return list(session.scalars(found.order_by(Debrief.answered_at, Debrief.id)))


def hearers_of(session: Session, person_id: str) -> list[str]:
    """Who hears somebody that would like to talk: who leads them, else coordinators, one of whom
    may be alone and then sees their own."""
    leads = leads_of(session, person_id)
    if leads:
        return leads
    chiefs = holders_of(session, Role.COORDINATOR)
    return [each for each in chiefs if each != person_id] or chiefs


def leads_of(session: Session, person_id: str) -> list[str]:
    """Who leads somebody: the leads of their teams; of a lead, or without one, the stand-ins.
    Only who still has an account."""
    theirs = select(TeamMember.team_id).where(TeamMember.person_id == person_id)
    rows = session.scalars(
        select(TeamMember)
        .join(Account, Account.person_id == TeamMember.person_id)
        .where(
            Account.state == AccountState.ACTIVE,
            TeamMember.team_id.in_(theirs),
            TeamMember.person_id != person_id,
            TeamMember.place.in_((Place.LEAD, Place.STAND_IN)),
        )
    ).all()
    leads = {row.person_id for row in rows if row.place is Place.LEAD}
    return sorted(leads or {row.person_id for row in rows})


def sat_for(events: Sequence[CaseEvent], since: datetime, now: datetime) -> timedelta:
    """How long somebody sat in a conversation since they took it: the longest stretch in which
    words went to and fro without a rest of `SITTING`."""
    moments = [each.at for each in events if each.at >= since and each.reason in _TO_AND_FRO]
    longest, began, last = timedelta(), since, since
    for at in [*moments, now]:
        if at - last > SITTING:
            began = at
        last = at
        longest = max(longest, last - began)
    return longest


_TO_AND_FRO = frozenset({"heard", "answered", "wrap_up"})


def _heavy(case: Case, events: Sequence[CaseEvent], rules: Respite, now: datetime) -> str:
    """Why it was heavy; "" if it was not."""
    if any(each.kind == "risk" and each.reason in (Risk.HIGH, Risk.IMMINENT) for each in events):
        return "risk"
    if case.disposition == ABUSIVE:
        return "abuse"
    since = case.claimed_at
    is_long = since and sat_for(events, since, now) > timedelta(minutes=rules.long_talk)
    return "long" if is_long else ""


def _answer_open(session: Session, person_id: str, now: datetime) -> None:
    session.execute(
        update(Debrief)
        .where(Debrief.person_id == person_id, Debrief.answered_at.is_(None))
        .values(answered_at=now)
    )


def _break(session: Session, person_id: str, now: datetime) -> None:
    """Off shift they rest anyway."""
    try:
        until = now + timedelta(minutes=respite(session).longer)
        promises.pause(session, person_id, now=now, until=until)
    except promises.NotOnShift:
        return


def _tell_lead(session: Session, row: Debrief, now: datetime) -> None:
    leads, key = leads_of(session, row.person_id), f"debrief:{row.id}"
    to = leads or hearers_of(session, row.person_id)
    tell_staff(session, to, "colleague_talk", key, now=now, even_off_shift=not leads)
