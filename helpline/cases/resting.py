"""Who is to be let be: resting after a heavy conversation, talking by voice, or with enough of it.

Questions only, in a statement each; `debriefing` is how rests begin and end.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from helpline.cases.among import among
from helpline.cases.care_rules import respite
from helpline.cases.case import Case, CaseEvent, CaseState, Risk
from helpline.cases.debrief import Debrief
from helpline.cases.standing import VOICE_IS_OPEN
from helpline.instance import setting
from helpline.people import HowToReach

_IN_CALL = (CaseState.ACTIVE, CaseState.HANDOVER)


def cooling(session: Session, ids: Collection[str], now: datetime) -> set[str]:
    """Who rests: after a heavy conversation until they said how they are or the time is over, and
    while they are still writing up one in which somebody was at high risk."""
    resting = select(Debrief.person_id).where(
        among(Debrief.person_id, ids), Debrief.answered_at.is_(None), Debrief.until_at > now
    )
    was_high = exists().where(
        CaseEvent.case_id == Case.id,
        CaseEvent.kind == "risk",
        CaseEvent.reason.in_((Risk.HIGH, Risk.IMMINENT)),
    )
    writing_up = select(Case.counsellor_id).where(
        among(Case.counsellor_id, ids), Case.state == CaseState.WRAP_UP, was_high
    )
    return {each for each in session.scalars(resting.union(writing_up)) if each}


def on_voice(session: Session, ids: Collection[str]) -> set[str]:
    """Who talks with somebody by voice now. Where no calls are taken, nobody."""
    if not setting(session, VOICE_IS_OPEN, default=False):
        return set()
    calls = select(Case.counsellor_id).where(
        Case.counsellor_id.in_(list(ids)), Case.how == HowToReach.CALL, Case.state.in_(_IN_CALL)
    )
    return {each for each in session.scalars(calls) if each}


def spared(session: Session, on_since: Mapping[str, datetime]) -> set[str]:
    """Who has had as many heavy conversations in this shift as is good. on_since: by person."""
    if not on_since:
        return set()
    rows = select(Debrief.person_id, Debrief.at).where(
        among(Debrief.person_id, on_since), Debrief.at >= min(on_since.values())
    )
    had = dict.fromkeys(on_since, 0)
    for person_id, at in session.execute(rows):
        if person_id in on_since:
            had[person_id] += at >= on_since[person_id]
    most = respite(session).most
    return {person_id for person_id, count in had.items() if count >= most}
