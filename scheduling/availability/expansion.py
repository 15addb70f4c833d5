"""From promises and later words to intervals. Fast, because the board asks for weeks of it.

Inside, moments are whole seconds since 1970. A zone's days are looked at once: on a day around
which its offset stays the same, a wall time becomes a moment by one subtraction; only on the few
days with a change is the zone asked for every shift.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scheduling.availability.terms import (
    DayAway,
    DutyRole,
    ExtraHours,
    Interval,
    Promise,
    bounds,
    seconds,
    shift_window,
)
from scheduling.zones import DAY, WallStatus, Window, local_date, local_day, wall_to_utc

Said = DayAway | ExtraHours
Duty = tuple[str, DutyRole, str | None]  # who, in which role, for which team
# A piece of a shift in seconds: start, end, and where the whole shift began. A bare tuple, since
# tens of thousands are made at a time.
Span = tuple[int, int, int]

_DAY_SECONDS = 24 * 60 * 60


class _Weekday(NamedTuple):
    """All the Mondays, say, of a window somewhere.

    midnights: their starts in seconds, for `even` days, near which the clocks do not change.
    """

    even: list[date]
    midnights: list[int]
    uneven: list[date]


class ClockChange(NamedTuple):
    """A shift whose start or end the clocks skip or show twice, for a warning while planning."""

    day: date
    wall: datetime
    status: WallStatus
    at: datetime


def intervals(promises: Iterable[Promise], said: Iterable[Said], window: Window) -> list[Interval]:
    """Who is on when: every interval that touches the window, whole, by start and person.

    A dated word holds against a weekly promise, and of two dated words the later one. What
    overlaps or touches in the same role for the same team is one interval.
    """
    found = _promised(promises, window)
    later = defaultdict[str, list[Said]](list)
    for word in sorted(said, key=_when_said):
        later[word.person_id].append(word)
    if later:
        _hear(found, later, window)
    return _told(found, window)


def _when_said(word: Said) -> tuple[datetime, bool]:
    return word.said_at, isinstance(word, ExtraHours)  # in one breath: away, but there then


def clock_changes(promise: Promise, window: Window) -> list[ClockChange]:
    """The starts and ends of a promise that fall into a skipped or repeated hour."""
    days = (day for day in _days(promise.zone, window) if day.weekday() == promise.weekday)
    walls = (
        (day, datetime.combine(day + DAY * (promise.end <= promise.start and late), hour))
        for day in days
        if _holds(promise, day)
        for late, hour in ((False, promise.start), (True, promise.end))
    )
    readings = ((day, wall, wall_to_utc(wall, promise.zone)) for day, wall in walls)
    return [
        ClockChange(day, wall, reading.status, reading.utc)
        for day, wall, reading in readings
        if reading.status is not WallStatus.OK
    ]


def _promised(promises: Iterable[Promise], window: Window) -> dict[Duty, list[Span]]:
    """Everybody's shifts around the window, from weekly promises alone."""
    weeks: dict[ZoneInfo, list[_Weekday]] = {}
    found = defaultdict[Duty, list[Span]](list)
    for promise in promises:
        week = weeks.get(promise.zone)
        if week is None:
            week = weeks[promise.zone] = _week(promise.zone, window)
        shifts = _shifts(promise, week[promise.weekday])
        found[promise.person_id, promise.role, promise.team_id].extend(shifts)
    return found


def _shifts(promise: Promise, days: _Weekday) -> list[Span]:
    """The shifts that start on those of the days on which the promise holds."""
    begins, ends = _seconds_of_day(promise.start), _seconds_of_day(promise.end)
    if ends <= begins:
        ends += _DAY_SECONDS
    midnights = days.midnights
    if promise.first_on or promise.last_on:
        pairs = zip(days.even, midnights, strict=True)
        midnights = [midnight for day, midnight in pairs if _holds(promise, day)]
    starts = [midnight + begins for midnight in midnights]
    shifts = list(zip(starts, [midnight + ends for midnight in midnights], starts, strict=True))
    for day in days.uneven:
        if _holds(promise, day):
            shifts.append(_asked(promise, day))
    return shifts


def _asked(promise: Promise, day: date) -> Span:
    """The shift of a day near a change of the clocks."""
    shift = shift_window(day, promise.start, promise.end, promise.zone)
    return seconds(shift.start), seconds(shift.end), seconds(shift.start)


def _holds(promise: Promise, day: date) -> bool:
    return (promise.first_on or date.min) <= day <= (promise.last_on or date.max)


def _week(zone: ZoneInfo, window: Window) -> list[_Weekday]:
    """The days on which a shift touching the window may start, Mondays first."""
    week = [_Weekday([], [], []) for _ in range(7)]
    for day in _days(zone, window):
        midnight = _midnight(day, zone)
        if midnight is None:
            week[day.weekday()].uneven.append(day)
        else:
            week[day.weekday()].even.append(day)
            week[day.weekday()].midnights.append(midnight)
    return week


def _days(zone: ZoneInfo, window: Window) -> Iterator[date]:
    """From two days before, for a long night that began across a skipped day, to the last."""
    first, last = local_date(window.start, zone) - 2 * DAY, local_date(window.end, zone)
    return (first + DAY * count for count in range((last - first).days + 1))


def _midnight(day: date, zone: ZoneInfo) -> int | None:
    """When the day starts, if its offset and the next day's are one and the same."""
    walls = [datetime.combine(day + DAY * ahead, time(), UTC) for ahead in (0, 1, 2)]
    offsets = {wall.replace(tzinfo=zone).utcoffset() for wall in walls}
    offset = offsets.pop() or timedelta()
    return None if offsets else seconds(walls[0] - offset)


@lru_cache(maxsize=24 * 60)
def _seconds_of_day(hour: time) -> int:
    return hour.hour * 3600 + hour.minute * 60 + hour.second


def _hear(
    found: dict[Duty, list[Span]], later: Mapping[str, Sequence[Said]], window: Window
) -> None:
    """Change people's shifts by what they said about single days, in the order they said it."""
    duties = defaultdict[str, set[Duty]](set)
    for duty in found:
        duties[duty[0]].add(duty)
    for person_id, words in later.items():
        for word in words:
            if isinstance(word, ExtraHours):
                duty = (person_id, word.role, word.team_id)
                duties[person_id].add(duty)
                found[duty] = [*found.get(duty, []), *_extra(word, window)]
            else:
                for duty in duties[person_id]:
                    found[duty] = _away(found[duty], word, window)


def _extra(word: ExtraHours, window: Window) -> list[Span]:
    hours = _hours(word, word.start, word.end, window)
    return [(start, end, start) for start, end in hours]


def _away(spans: list[Span], word: DayAway, window: Window) -> list[Span]:
    if word.start is None or word.end is None:
        return _without_days(spans, word)
    for hours in _hours(word, word.start, word.end, window):
        spans = [piece for span in spans for piece in _cut(span, hours)]
    return spans


def _hours(word: Said, start: time, end: time, window: Window) -> list[tuple[int, int]]:
    """The hours of each day that a word is about, as far as they may touch the window's shifts."""
    near = Window(window.start - 2 * DAY, window.end + 2 * DAY)
    days = (day for day in _days(word.zone, near) if word.first_on <= day <= word.last_on)
    shifts = (shift_window(day, start, end, word.zone) for day in days)
    return [(seconds(shift.start), seconds(shift.end)) for shift in shifts]


def _without_days(spans: list[Span], word: DayAway) -> list[Span]:
    """Shifts go by the day on which they began, in the zone of the one who is away."""
    opens = seconds(local_day(word.first_on, word.zone).start)
    closes = seconds(local_day(word.last_on, word.zone).end)
    return [span for span in spans if not opens <= span[2] < closes]


def _cut(span: Span, hours: tuple[int, int]) -> Iterator[Span]:
    """What is left of a span without those hours: nothing, one piece or two."""
    start, end, begun = span
    opens, closes = hours
    if closes <= start or end <= opens:
        yield span
        return
    if start < opens:
        yield start, opens, begun
    if closes < end:
        yield closes, end, begun


def _told(found: Mapping[Duty, list[Span]], window: Window) -> list[Interval]:
    """Seconds become moments again; each moment is made once, for many shifts share theirs."""
    opens, closes = bounds(window)
    moments = _Moments()
    rows = defaultdict[int, list[Interval]](list)  # by start: a few thousand, so quickly sorted
    for duty in sorted(found, key=_by_name):
        person_id, role, team_id = duty
        for start, end in _merged(found[duty], opens, closes):
            facts = (moments[start], moments[end], person_id, role, team_id)
            rows[start].append(tuple.__new__(Interval, facts))  # twice as fast as Interval(...)
    return [row for start in sorted(rows) for row in rows[start]]


def _by_name(duty: Duty) -> tuple[str, str, str]:
    person_id, role, team_id = duty
    return person_id, role, team_id or ""


class _Moments(dict[int, datetime]):
    def __missing__(self, second: int) -> datetime:
        moment = self[second] = datetime.fromtimestamp(second, UTC)
        return moment


def _merged(spans: list[Span], opens: int, closes: int) -> list[tuple[int, int]]:
    """Those that touch the window, overlapping and touching ones made one."""
    merged: list[tuple[int, int]] = []
    started = ended = -1 << 63  # long before anything
    for start, end, _ in sorted(spans):
        if end <= opens or start >= closes:
            continue
        if start <= ended:
            ended = max(ended, end)
            continue
        if started < ended:
            merged.append((started, ended))
        started, ended = start, end
    if started < ended:
        merged.append((started, ended))
    return merged
