"""Who is on, who comes next, what is coming: read from the tables, decided by pure functions."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduling import zones
from scheduling.availability import DutyRole, Interval, Promise, Timetable, intervals, without
from scheduling.promises.rows import DatedChange, Pause, PauseKind, WeeklyPromise
from scheduling.zones import DAY, Window

AROUND = timedelta(days=2)  # as far as one looks for the start and the end of a running shift
HORIZONS = (timedelta(days=8), timedelta(days=36))  # somebody is nearly always on within a week
MANY = 500  # more ids than this are not put into a statement


class OnDuty(NamedTuple):
    """Somebody who is on. since, until: the unbroken time around now, in whatever roles.

    duties: in which role for which team, now; `paused`: here, but not to be asked.
    """

    person_id: str
    since: datetime
    until: datetime
    duties: frozenset[tuple[DutyRole, str | None]]
    paused: bool

    @property
    def roles(self) -> frozenset[DutyRole]:
        return frozenset(role for role, _ in self.duties)

    @property
    def team_ids(self) -> frozenset[str]:
        return frozenset(team_id for _, team_id in self.duties if team_id)

    def is_lead_of(self, team_id: str) -> bool:
        """Whether they stand at the head of this team now, as lead or as stand-in."""
        return any(
            role in (DutyRole.LEAD, DutyRole.STAND_IN) and team == team_id
            for role, team in self.duties
        )


def on_shift(
    session: Session, now: datetime, *, among: Collection[str] | None = None
) -> list[OnDuty]:
    """Who is on now, those who pause included, those who ended their shift not."""
    table = timetable(session, around(now), among=among)
    paused = _pauses(session, Window(now, now + timedelta(microseconds=1)), among)
    duties = defaultdict[str, set[tuple[DutyRole, str | None]]](set)
    for each in table.on_at(now):
        duties[each.person_id].add((each.role, each.team_id))
    return [
        OnDuty(who, time_on.start, time_on.end, frozenset(roles), bool(paused.get(who)))
        for who, roles in duties.items()
        if (time_on := table.time_on(who, now))
        and PauseKind.END_OF_SHIFT not in {row.kind for row in paused.get(who, ())}
    ]


def next_on_shift(session: Session, person_ids: Collection[str], now: datetime) -> datetime | None:
    """The first moment, `now` or later, at which one of these people is on and not pausing.

    None: not within five weeks.
    """
    for horizon in HORIZONS if person_ids else ():
        window = Window(now, now + horizon)
        planned = _intervals(session, window, person_ids)
        breaks = _breaks(_pauses(session, window, person_ids))
        found = Timetable(without(planned, breaks), window).next_on(person_ids, now)
        if found is not None:
            return found
    return None


def coming(
    session: Session, window: Window, *, among: Collection[str] | None = None
) -> list[Interval]:
    """The plan of a window: who is on when, without what was left of shifts ended early."""
    return list(timetable(session, window, among=among, ended=True).intervals)


def timetable(
    session: Session,
    window: Window,
    *,
    among: Collection[str] | None = None,
    ended: bool = False,
) -> Timetable:
    """The promises of a window, for many questions at once. ended: without shifts ended early."""
    planned = _intervals(session, window, among)
    if ended:
        rows = _pauses(session, window, among)
        planned = without(planned, _breaks(rows, PauseKind.END_OF_SHIFT))
    return Timetable(planned, window)


def promises_of(session: Session, person_id: str, *, day: date) -> list[WeeklyPromise]:
    """What somebody promises, as it stands on a day or begins later; Mondays first."""
    rows = select(WeeklyPromise).where(
        WeeklyPromise.person_id == person_id,
        or_(WeeklyPromise.last_on.is_(None), WeeklyPromise.last_on >= day),
    )
    order = (WeeklyPromise.weekday, WeeklyPromise.start_wall, WeeklyPromise.id)
    return list(session.scalars(rows.order_by(*order)))


def changes_of(session: Session, person_id: str, *, day: date) -> list[DatedChange]:
    """What somebody said about single days that are not over on a day, the next first."""
    rows = select(DatedChange).where(DatedChange.person_id == person_id, DatedChange.last_on >= day)
    return list(session.scalars(rows.order_by(DatedChange.first_on, DatedChange.said_at)))


def around(now: datetime) -> Window:
    return Window(now - AROUND, now + AROUND)


def _intervals(session: Session, window: Window, among: Collection[str] | None) -> list[Interval]:
    first_on, last_on = window.start.date() - 3 * DAY, window.end.date() + DAY
    changed = select(DatedChange).where(
        DatedChange.first_on <= last_on,
        DatedChange.last_on >= first_on,
        _whose(DatedChange.person_id, among),
    )
    rows = session.scalars(changed.execution_options(populate_existing=True))
    changes = [row.terms() for row in rows]
    planned = intervals(_promised(session, first_on, last_on, among), changes, window)
    wanted = None if among is None else frozenset(among)
    return [each for each in planned if wanted is None or each.person_id in wanted]


def _promised(
    session: Session, first_on: date, last_on: date, among: Collection[str] | None
) -> Iterator[Promise]:
    """Bare columns instead of objects: there may be thousands, and nobody changes them here."""
    row = WeeklyPromise
    promised = select(
        row.person_id,
        row.weekday,
        row.start_wall,
        row.end_wall,
        row.zone,
        row.role,
        row.team_id,
        row.first_on,
        row.last_on,
    ).where(
        row.first_on <= last_on,
        or_(row.last_on.is_(None), row.last_on >= first_on),
        _whose(row.person_id, among),
    )
    for who, weekday, start, end, zone, role, team_id, first, last in session.execute(promised):
        yield Promise(who, weekday, start, end, zones.zone(zone), role, team_id, first, last)


def _pauses(
    session: Session, window: Window, among: Collection[str] | None
) -> dict[str, list[Pause]]:
    """The pauses that touch a window, by person."""
    touching = select(Pause).where(
        Pause.since_at < window.end, Pause.until_at > window.start, _whose(Pause.person_id, among)
    )
    found = defaultdict[str, list[Pause]](list)
    for row in session.scalars(touching.execution_options(populate_existing=True)):
        found[row.person_id].append(row)
    return found


def _breaks(pauses: dict[str, list[Pause]], *kinds: PauseKind) -> dict[str, list[Window]]:
    """When people are not there although planned, by these kinds of pauses or by all."""
    return {
        person_id: [
            Window(row.since_at, row.until_at) for row in rows if not kinds or row.kind in kinds
        ]
        for person_id, rows in pauses.items()
    }


def _whose(
    person_id: InstrumentedAttribute[str], among: Collection[str] | None
) -> ColumnElement[bool]:
    """Only the rows of certain people; when they are many, all are read and sorted out later."""
    if among is None or len(among) > MANY:
        return true()
    return person_id.in_(among)
