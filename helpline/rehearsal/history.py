"""Who asked lately, as if the same people asked again in the coming weeks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases import Case, CaseState
from helpline.matching import TEXT, VOICE
from helpline.people import HowToReach
from helpline.rehearsal.arrivals import Arrival
from helpline.rehearsal.scenario import Pace
from scheduling.zones import DAY, Window

WEEK = 7 * DAY
LONGEST = timedelta(hours=4)  # a text conversation that stays open longer is not worked on longer
_ENOUGH = 10  # conversations, before their median is believed
_NEVER_IN_LINE = (CaseState.INTAKE, CaseState.IN_REVIEW, CaseState.EXPIRED, CaseState.ERASED)


def remembered(session: Session, days: int, window: Window, *, now: datetime) -> list[Arrival]:
    """Everybody who came into line in the last days (rounded up to whole weeks; of more weeks than
    the window has, the latest), moved by whole weeks into the window, so that weekday and hour
    (UTC) stay; again until the window is full."""
    weeks = min(weeks_of(days), max((window.end - window.start) // WEEK, 1))
    span = weeks * WEEK
    rows = select(Case).where(
        Case.opened_at >= now - span, Case.opened_at < now, Case.state.not_in(_NEVER_IN_LINE)
    )
    cases = session.scalars(rows.order_by(Case.opened_at, Case.id)).all()
    found = [each for case in cases for each in _moved(case, span, window)]
    return sorted(found, key=lambda each: (each.at, each.languages, each.urgency))


def weeks_of(days: int) -> int:
    """So many weeks are touched by so many days.

    >>> weeks_of(7), weeks_of(8)
    (1, 2)
    """
    return -(-days // 7)


def remembered_pace(session: Session, days: int, *, now: datetime) -> Pace:
    """How long conversations took lately, where there were enough to say."""
    rows = select(Case.how, Case.claimed_at, Case.closed_at).where(
        Case.closed_at > now - days * DAY, Case.claimed_at.is_not(None)
    )
    spent: dict[str, list[timedelta]] = {TEXT: [], VOICE: []}
    for how, began, ended in session.execute(rows):
        if began is not None and ended is not None and ended > began:
            spent[_channel(how)].append(min(ended - began, LONGEST))
    usual = Pace()
    return Pace(
        service={
            channel: _minutes(found) if len(found) >= _ENOUGH else usual.service[channel]
            for channel, found in spent.items()
        }
    )


def _moved(case: Case, span: timedelta, window: Window) -> Iterator[Arrival]:
    at = window.start + (case.opened_at - window.start) % span
    while at < window.end:
        accepts = (tag for tag in case.accepts.split(",") if tag)
        yield Arrival(
            at,
            (case.language, *accepts),
            case.urgency,
            TEXT,
            case.gender_wish,
            case.age_wish,
        )
        at += span


def _channel(how: HowToReach) -> str:
    return VOICE if how is HowToReach.CALL else TEXT


def _minutes(found: list[timedelta]) -> float:
    return round(median(each.total_seconds() for each in found) / 60, 1)
