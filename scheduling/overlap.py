"""When two people can both be reached: hours on two wall clocks, laid over one another. Pure.

Hours are wall times in a zone, the same every day: when somebody is awake, or when reaching them is
safe. They are read anew for each day, so that a change of the clocks moves them as it moves people.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from scheduling.zones import DAY, Window, local_date, overlap, wall_to_utc


class Hours(NamedTuple):
    """From `opens` until just before `closes` on the clocks at `place`, every day.

    Closing before it opens, it lasts over midnight; equal, it is the whole day.
    """

    opens: time
    closes: time
    place: tzinfo

    @property
    def is_whole_day(self) -> bool:
        return self.opens == self.closes


def windows(hours: Hours, within: Window) -> list[Window]:
    """When it is inside these hours, in order, cut to a window; what touches is one.

    >>> from datetime import UTC
    >>> day = Window(datetime(2026, 4, 6, tzinfo=UTC), datetime(2026, 4, 7, tzinfo=UTC))
    >>> for each in windows(Hours(time(22), time(3), UTC), day):
    ...     print(f"{each.start:%H:%M} {each.end:%H:%M}")
    00:00 03:00
    22:00 00:00
    """
    if hours.is_whole_day:
        return [within] if within.start < within.end else []
    cut = (overlap(each, within) for each in _days(hours, within))
    return joined(each for each in cut if each is not None)


def is_inside(hours: Hours, at: datetime) -> bool:
    """Whether a moment (aware) lies inside these hours."""
    return bool(windows(hours, Window(at, at + timedelta(microseconds=1))))


def next_inside(hours: Hours, after: datetime) -> datetime:
    """The first moment, `after` or later, that lies inside these hours (aware UTC).

    On a day whose clocks skip the opening, it comes later by the gap; of two, the first counts.
    """
    found = windows(hours, Window(after, after + 4 * DAY))
    return found[0].start


def both(one: Iterable[Window], other: Iterable[Window]) -> list[Window]:
    """What two lists of windows share, in order."""
    others = joined(other)
    shared = (overlap(each, another) for each in joined(one) for another in others)
    return [each for each in shared if each is not None]


def reachable(one: Hours, other: Hours, within: Window) -> list[Window]:
    """When both people are inside their hours."""
    return both(windows(one, within), windows(other, within))


def slots(
    on: Iterable[Window], hours: Hours, within: Window, *, length: timedelta, at_most: int
) -> list[Window]:
    """Where a talk fits: somebody is on, and it is inside the other person's hours.

    length: how long there must be time for it. The first of each day at their place, in order.
    """
    found: dict[date, Window] = {}
    for each in both(on, windows(hours, within)):
        if each.length >= length:
            found.setdefault(local_date(each.start, hours.place), each)
    return list(found.values())[:at_most]


def joined(found: Iterable[Window]) -> list[Window]:
    """The same time in as few windows as can be, in order."""
    made: list[Window] = []
    for each in sorted(found):
        if made and each.start <= made[-1].end:
            made[-1] = Window(made[-1].start, max(made[-1].end, each.end))
        else:
            made.append(each)
    return made


def _days(hours: Hours, within: Window) -> Iterator[Window]:
    """The hours of each day that may touch a window; a day on which they vanish has none."""
    day = local_date(within.start, hours.place) - 2 * DAY
    last = local_date(within.end, hours.place) + DAY
    while day <= last:
        closing = day if hours.opens < hours.closes else day + DAY
        start = wall_to_utc(datetime.combine(day, hours.opens), hours.place).utc
        end = wall_to_utc(datetime.combine(closing, hours.closes), hours.place).utc
        if start < end:
            yield Window(start, end)
        day += DAY
