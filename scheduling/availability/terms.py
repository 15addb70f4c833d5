"""What people say about their hours, and what it comes to on a given day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scheduling.zones import DAY, WallStatus, Window, wall_to_utc


class DutyRole(StrEnum):
    MEMBER = "member"
    LEAD = "lead"
    STAND_IN = "stand_in"


@dataclass(frozen=True, slots=True)
class Promise:
    """Every week on this weekday, on the wall clock of `zone` wherever the person may be.

    weekday: 0 is Monday, as `datetime.weekday()`: the day on which the shift starts.
    end: on the wall clock too, so a night on which the clocks go forward is an hour shorter;
        not after `start` means the next day.
    first_on, last_on: the first and last day on which a shift starts; None: no limit.
    """

    person_id: str
    weekday: int
    start: time
    end: time
    zone: ZoneInfo
    role: DutyRole = DutyRole.MEMBER
    team_id: str | None = None
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class DayAway:
    """Not there, from `first_on` to `last_on`, both included.

    Without hours, every shift that starts on those days (in `zone`) falls out, also the part of
    it after midnight, and last night's shift still runs to its end. With `start` and `end`, only
    those hours of each day do (`end` not after `start`: into the next day).
    said_at: of two words about the same hours the one said later holds.
    """

    person_id: str
    first_on: date
    last_on: date
    zone: ZoneInfo
    said_at: datetime
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True)
class ExtraHours:
    """There as well, each day from `first_on` to `last_on`; the rest as in `Promise`."""

    person_id: str
    first_on: date
    last_on: date
    zone: ZoneInfo
    said_at: datetime
    start: time
    end: time
    role: DutyRole = DutyRole.MEMBER
    team_id: str | None = None


class Interval(NamedTuple):
    """Somebody is on from `start` until just before `end` (aware UTC), in one role for one team."""

    start: datetime
    end: datetime
    person_id: str
    role: DutyRole
    team_id: str | None


def shift_window(day: date, start: time, end: time, zone: ZoneInfo) -> Window:
    """The moments of a shift that starts on `day`: it keeps its wall-clock end.

    A start that the clocks skip moves later by the gap. Should the end then come first (02:30 to
    03:00 on a night without 02:30), the end moves too and the shift keeps its length: an hour that
    was promised never vanishes.
    """
    first = datetime.combine(day, start)
    last = datetime.combine(day if end > start else day + DAY, end)
    begins, ends = wall_to_utc(first, zone), wall_to_utc(last, zone)
    if begins.status is WallStatus.GAP and ends.utc <= begins.utc:
        return Window(begins.utc, begins.utc + (last - first))
    return Window(begins.utc, ends.utc)


def seconds(at: datetime) -> int:
    """Whole seconds since 1970, which compare and add many times faster than moments do."""
    return (at - _EPOCH) // _SECOND


def bounds(window: Window) -> tuple[int, int]:
    """A window in whole seconds, begun and broken ones included."""
    return seconds(window.start), -((_EPOCH - window.end) // _SECOND)


_EPOCH, _SECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(seconds=1)
