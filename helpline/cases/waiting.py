"""How long the wait is, told honestly: a place at once, a time only where enough was observed."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from helpline.cases.candidates import candidates
from helpline.cases.case import IN_LINE, Case, CaseEvent, CaseState
from helpline.cases.escalation import next_speaker_on
from helpline.matching import can_help_in

OBSERVED_FOR = timedelta(days=14)
ENOUGH = 20  # claims in that time, in that language
ENOUGH_LEFT = 8  # of them, so many that waited longer than this person already has
LOW, HIGH = 0.25, 0.9
_BEFORE_CLAIM = (CaseState.IN_REVIEW, *IN_LINE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands.

    number, of: among those who wait for the same language, 1 is next; 0 of 0 when not in line.
    low, high: how much longer it may take, in whole minutes; None: too little was observed.
    next_on: when nobody who speaks the language is on now, when somebody will be; see `is_staffed`.
    """

    number: int
    of: int
    low: timedelta | None
    high: timedelta | None
    next_on: datetime | None
    is_staffed: bool


def place(session: Session, case: Case, *, now: datetime) -> Place:
    """A case's place in line, with a range of the time to come if that can be said honestly."""
    if case.state not in _BEFORE_CLAIM:
        return Place(0, 0, None, None, None, is_staffed=True)
    number, of = _number(session, case)
    if not _is_staffed(session, case.language, now):
        next_on = next_speaker_on(session, case.language, now)
        return Place(number, of, None, None, next_on, is_staffed=False)
    waited = now - (case.waiting_since or case.opened_at)
    low, high = remaining(observed_waits(session, case.language, now=now), waited)
    return Place(number, of, low, high, None, is_staffed=True)


def remaining(
    waits: Sequence[timedelta], waited: timedelta
) -> tuple[timedelta, timedelta] | tuple[None, None]:
    """How much longer, from what others waited in all; pure.

    Only those count who waited longer than this person already has: who has waited twenty minutes
    is not told what somebody was told who came a minute ago. The quarter that waited shortest and
    the tenth that waited longest are left out; minutes are rounded up.
    """
    if len(waits) < ENOUGH:
        return None, None
    longer = sorted(wait - waited for wait in waits if wait > waited)
    if len(longer) < ENOUGH_LEFT:
        return None, None
    return _minutes(_quantile(longer, LOW)), _minutes(_quantile(longer, HIGH))


def observed_waits(session: Session, language: str, *, now: datetime) -> list[timedelta]:
    """How long each person waited who was taken out of the line lately, in that language."""
    facts = session.scalars(
        select(CaseEvent.facts)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(
            CaseEvent.kind == "moved",
            CaseEvent.to_state == CaseState.ACTIVE,
            CaseEvent.from_state.in_(IN_LINE),
            CaseEvent.at > now - OBSERVED_FOR,
            Case.language == language,
        )
        .order_by(CaseEvent.at.desc())
        .limit(500)
    )
    waited = (json.loads(each).get("waited") for each in facts)
    return [timedelta(seconds=seconds) for seconds in waited if seconds is not None]


def _number(session: Session, case: Case) -> tuple[int, int]:
    same = (Case.language == case.language, Case.state.in_(_BEFORE_CLAIM))
    since = case.waiting_since or case.opened_at
    before = or_(
        Case.urgency < case.urgency,
        and_(Case.urgency == case.urgency, Case.waiting_since < since),
        and_(Case.urgency == case.urgency, Case.waiting_since == since, Case.id < case.id),
    )
    ahead = session.scalar(select(func.count()).select_from(Case).where(*same, before)) or 0
    of = session.scalar(select(func.count()).select_from(Case).where(*same)) or 0
    return ahead + 1, of


def _is_staffed(session: Session, language: str, now: datetime) -> bool:
    return any(
        not each.paused and can_help_in(each.speaks, language) for each in candidates(session, now)
    )


def _quantile(ordered: Sequence[timedelta], share: float) -> timedelta:
    """The smallest of them that at least this share does not exceed."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def _minutes(length: timedelta) -> timedelta:
    return timedelta(minutes=max(math.ceil(length.total_seconds() / 60), 1))
