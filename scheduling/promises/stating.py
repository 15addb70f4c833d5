"""What people say about their hours, checked and written down."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduling import zones
from scheduling.availability import DutyRole
from scheduling.base import new_id
from scheduling.errors import Refused
from scheduling.promises.rows import ChangeKind, DatedChange, WeeklyPromise
from scheduling.zones import DAY, WallStatus

REACH_BACK = timedelta(days=3660)
REACH_AHEAD = timedelta(days=731)


class EmptyShift(Refused):
    """It ends at the hour it starts."""

    code = "empty_shift"


class EndsBeforeItBegins(Refused):
    """The last day lies before the first."""

    code = "ends_before_it_begins"


class UnknownWeekday(Refused):
    code = "unknown_weekday"


class HoursIncomplete(Refused):
    """A start without an end, or the other way round."""

    code = "hours_incomplete"


class DayOutOfReach(Refused):
    """Too long ago or more than two years ahead: a mistyped year."""

    code = "day_out_of_reach"


class WallTimeSkipped(Refused):
    """On that day the clocks skip the hour. `args`: the wall time, and the one an hour later."""

    code = "wall_time_skipped"


class NoSuchPromise(Refused):
    """Not there, or somebody else's."""

    code = "no_such_promise"


def promise(
    session: Session,
    person_id: str,
    *,
    weekday: int,
    start: time,
    end: time,
    zone: str,
    now: datetime,
    role: DutyRole = DutyRole.MEMBER,
    team_id: str | None = None,
    first_on: date | None = None,
    last_on: date | None = None,
) -> WeeklyPromise:
    """Promise to be there every week, on the wall clock of a zone wherever one travels.

    `first_on` is today where nothing else is said. The same promise said twice is one. A start in
    an hour that the clocks skip on some nights is kept and moves later there: `clock_changes`
    names those nights, for the page to warn.

    Raises:
        UnknownWeekday, UnknownZone, EmptyShift, EndsBeforeItBegins, DayOutOfReach
    """
    if not 0 <= weekday <= 6:
        raise UnknownWeekday(weekday)
    first_on, zone = _first_day(first_on, zone, now)
    _check(first_on, last_on, start, end, now)
    stated = {
        "person_id": person_id,
        "team_id": team_id,
        "role": role,
        "weekday": weekday,
        "start_wall": _to_the_minute(start),
        "end_wall": _to_the_minute(end),
        "zone": zone,
        "last_on": last_on,
    }
    same = select(WeeklyPromise).filter_by(**stated).where(WeeklyPromise.first_on <= first_on)
    row = session.scalar(same.limit(1))
    if row is None:
        row = WeeklyPromise(id=new_id(), first_on=first_on, stated_at=now, **stated)
        session.add(row)
        session.flush()
    return row


def withdraw(
    session: Session,
    promise_id: str,
    *,
    person_id: str,
    now: datetime,
    from_on: date | None = None,
) -> None:
    """Take a promise back from a day on, today where nothing else is said.

    What was before stays for the record; last night's shift runs to its end.

    Raises:
        NoSuchPromise: there is none, or it is somebody else's.
    """
    row = session.get(WeeklyPromise, promise_id, populate_existing=True)
    if row is None or row.person_id != person_id:
        raise NoSuchPromise(promise_id)
    from_on = from_on or zones.local_date(now, zones.zone(row.zone))
    if from_on <= row.first_on:
        session.delete(row)
    elif row.last_on is None or row.last_on >= from_on:
        row.last_on = from_on - DAY
    session.flush()


def away(
    session: Session,
    person_id: str,
    *,
    first_on: date,
    last_on: date,
    zone: str,
    now: datetime,
    start: time | None = None,
    end: time | None = None,
) -> DatedChange:
    """Not there on these days, or for these hours of them; see `availability.DayAway`.

    Raises:
        UnknownZone, HoursIncomplete, EmptyShift, EndsBeforeItBegins, DayOutOfReach
    """
    change = DatedChange(kind=ChangeKind.AWAY, person_id=person_id)
    return _said(session, change, first_on, last_on, start, end, zone, now)


def extra_hours(
    session: Session,
    person_id: str,
    *,
    first_on: date,
    start: time,
    end: time,
    zone: str,
    now: datetime,
    last_on: date | None = None,
    role: DutyRole = DutyRole.MEMBER,
    team_id: str | None = None,
) -> DatedChange:
    """There as well, on one day or on each of several. An hour that happens twice: its first.

    Raises:
        UnknownZone, EmptyShift, EndsBeforeItBegins, DayOutOfReach
        WallTimeSkipped: on one of the days the clocks skip the start or the end.
    """
    last_on = last_on or first_on
    change = DatedChange(kind=ChangeKind.EXTRA, person_id=person_id, role=role, team_id=team_id)
    _check(first_on, last_on, start, end, now)
    _refuse_skipped(first_on, last_on, start, end, zone)
    return _said(session, change, first_on, last_on, start, end, zone, now)


def take_back(session: Session, change_id: str, *, person_id: str) -> None:
    """Forget a word about single days, as if it had not been said.

    Raises:
        NoSuchPromise: there is none, or it is somebody else's.
    """
    gone = session.scalar(
        delete(DatedChange)
        .where(DatedChange.id == change_id, DatedChange.person_id == person_id)
        .returning(DatedChange.id)
    )
    if gone is None:
        raise NoSuchPromise(change_id)


def _said(
    session: Session,
    change: DatedChange,
    first_on: date,
    last_on: date,
    start: time | None,
    end: time | None,
    zone: str,
    now: datetime,
) -> DatedChange:
    _check(first_on, last_on, start, end, now)
    change.id, change.said_at, change.zone = new_id(), now, zones.canonical(zone)
    change.first_on, change.last_on = first_on, last_on
    change.start_wall = _to_the_minute(start) if start is not None else None
    change.end_wall = _to_the_minute(end) if end is not None else None
    session.add(change)
    session.flush()
    return change


def _first_day(first_on: date | None, zone: str, now: datetime) -> tuple[date, str]:
    place = zones.zone(zone)
    return first_on or zones.local_date(now, place), place.key


def _check(
    first_on: date, last_on: date | None, start: time | None, end: time | None, now: datetime
) -> None:
    if (start is None) != (end is None):
        raise HoursIncomplete
    if start is not None and end is not None and _to_the_minute(start) == _to_the_minute(end):
        raise EmptyShift(start)
    if last_on is not None and last_on < first_on:
        raise EndsBeforeItBegins(first_on, last_on)
    today = now.date()
    for day in (first_on, last_on or first_on):
        if not today - REACH_BACK <= day <= today + REACH_AHEAD:
            raise DayOutOfReach(day)


def _refuse_skipped(first_on: date, last_on: date, start: time, end: time, zone: str) -> None:
    place = zones.zone(zone)
    for count in range((last_on - first_on).days + 1):
        day = first_on + DAY * count
        ends_on = day if end > start else day + DAY
        for wall in (datetime.combine(day, start), datetime.combine(ends_on, end)):
            reading = zones.wall_to_utc(wall, place)
            if reading.status is WallStatus.GAP:
                raise WallTimeSkipped(wall, reading.utc.astimezone(place).replace(tzinfo=None))


def _to_the_minute(hour: time) -> time:
    if hour.tzinfo is not None:
        raise ValueError(f"{hour!r} has a zone of its own; say it beside the time")
    return hour.replace(second=0, microsecond=0)
