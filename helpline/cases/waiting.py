"""How long the wait is, told honestly: a place at once, a time only where enough was observed.

What was said at the last set moment holds until the next (`wait_log`), so that a page shows no
number that is not written down; before the first, and on a fresh page, it is reckoned here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from helpline.cases import fitting
from helpline.cases.case import IN_LINE, Case, CaseState
from helpline.cases.choosing import URGENT
from helpline.cases.estimate import WaitEstimate, open_estimates
from helpline.cases.reckoning import reckon
from helpline.matching import Candidate

BEFORE_CLAIM = (CaseState.IN_REVIEW, *IN_LINE)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands.

    number, of: among those who wait for the same language, 1 is next; 0 of 0 when not in line.
    low, high: how much longer it may take, in whole minutes; None: too little was observed.
    next_on: when nobody who could help them is on now, when somebody will be; see `is_staffed`.
    is_late: it takes longer than they were told.
    """

    number: int
    of: int
    low: timedelta | None
    high: timedelta | None
    next_on: datetime | None
    is_staffed: bool
    is_late: bool = False


def place(session: Session, case: Case, *, now: datetime) -> Place:
    """A case's place in line, with a range of the time to come if that can be said honestly."""
    if case.state not in BEFORE_CLAIM:
        return Place(0, 0, None, None, None, is_staffed=True)
    helpers = fitting.helping_now(session, case, now)
    number, of = numbered(session, case, helpers, now=now)
    if not helpers:
        next_on = fitting.next_on(session, case, now)
        return Place(number, of, None, None, next_on, is_staffed=False)
    said = open_estimates(session, case.id)
    if said:
        low, high = _left_of(said[-1], now)
    else:
        found = reckon(session, case, number, helpers, now=now)
        low, high = (found.low, found.high) if found.may_be_told else (None, None)
    return Place(number, of, low, high, None, is_staffed=True, is_late=_is_late(said, now))


def numbered(
    session: Session, case: Case, helpers: Sequence[Candidate], *, now: datetime
) -> tuple[int, int]:
    """Which number of how many somebody is among those who wait for the same language.

    helpers: who is on and could be asked about it: who accepted another language, in which they
    help, stands in its line too. Who chose a later hour goes before nobody until then.
    """
    tags = fitting.waits_for(case, helpers)
    same = (
        Case.state.in_(BEFORE_CLAIM),
        or_(Case.language.in_(tags), *(_accepts(tag) for tag in tags)),
        or_(Case.not_before.is_(None), Case.not_before <= now, Case.urgency <= URGENT),
    )
    since = case.waiting_since or case.opened_at
    before = or_(
        Case.urgency < case.urgency,
        and_(Case.urgency == case.urgency, Case.waiting_since < since),
        and_(Case.urgency == case.urgency, Case.waiting_since == since, Case.id < case.id),
    )
    others = select(func.count()).select_from(Case).where(*same, Case.id != case.id)
    ahead, all_others = session.scalar(others.where(before)), session.scalar(others)
    return (ahead or 0) + 1, (all_others or 0) + 1


def _accepts(tag: str) -> ColumnElement[bool]:
    return ("," + Case.accepts + ",").contains(f",{tag},", autoescape=True)


def _left_of(said: WaitEstimate, now: datetime) -> tuple[timedelta, timedelta] | tuple[None, None]:
    """What is left of a range; nothing once it is over."""
    if not said.told or said.low is None or said.high is None:
        return None, None
    gone = now - said.at
    low, high = (timedelta(seconds=end) - gone for end in (said.low, said.high))
    if high <= timedelta():
        return None, None
    return max(-(-low // _MINUTE), 1) * _MINUTE, max(-(-high // _MINUTE), 2) * _MINUTE


def _is_late(said: Sequence[WaitEstimate], now: datetime) -> bool:
    return any(
        row.told and row.high is not None and row.at + timedelta(seconds=row.high) < now
        for row in said
    )
