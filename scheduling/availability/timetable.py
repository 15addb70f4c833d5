"""Who is on at a moment, until when, and who comes next: many questions of one expansion."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from operator import itemgetter

from scheduling.availability.expansion import Said, intervals
from scheduling.availability.terms import Interval, Promise, seconds
from scheduling.zones import Window

_BUCKET = 60 * 60


def timetable(promises: Iterable[Promise], said: Iterable[Said], window: Window) -> "Timetable":
    """The timetable of a window; see `intervals`."""
    return Timetable(intervals(promises, said, window), window)


class Timetable:
    """Intervals arranged for questions about any moment of one window.

    Between two change points nobody comes or goes, so one snapshot answers for all that time; it
    is made when first asked for, from the intervals that touch that hour.
    """

    def __init__(self, intervals: Sequence[Interval], window: Window) -> None:
        self.intervals = intervals
        self.window = window
        self._snapshots: dict[int, tuple[Interval, ...]] = {}

    def on_at(self, at: datetime) -> tuple[Interval, ...]:
        """Everybody who is on at a moment.

        Raises:
            ValueError: the moment lies outside the window.
        """
        self._inside(at)
        point = bisect_right(self._points, at)
        snapshot = self._snapshots.get(point)
        if snapshot is None:
            hour = self._hours.get(seconds(at) // _BUCKET, ())
            snapshot = tuple(each for each in hour if each.start <= at < each.end)
            self._snapshots[point] = snapshot
        return snapshot

    def time_on(self, person_id: str, at: datetime) -> Window | None:
        """The unbroken time, in whatever roles, for which somebody is on around a moment."""
        self._inside(at)
        times = self._times.get(person_id, [])
        index = bisect_right(times, at, key=_start) - 1
        return times[index] if index >= 0 and at < times[index].end else None

    def ends_at(self, person_id: str, at: datetime) -> datetime | None:
        """Until when somebody who is on at a moment stays, or None when they are not on.

        At the window's edge it means "at least until": what begins after the window is not known.
        """
        time_on = self.time_on(person_id, at)
        return time_on.end if time_on else None

    def next_on(self, person_ids: Collection[str], at: datetime) -> datetime | None:
        """The first moment, `at` or later, at which one of these people is on; None: not before
        the window ends."""
        self._inside(at)
        times = self._times
        return min(
            (max(at, window.start) for who in set(person_ids) for window in _after(times, who, at)),
            default=None,
        )

    def _inside(self, at: datetime) -> None:
        if not self.window.start <= at < self.window.end:
            raise ValueError(f"{at} is outside of {self.window.start} to {self.window.end}")

    @cached_property
    def _points(self) -> list[datetime]:
        return sorted({point for each in self.intervals for point in (each.start, each.end)})

    @cached_property
    def _hours(self) -> dict[int, list[Interval]]:
        return _by_hour(self.intervals, self.window)

    @cached_property
    def _times(self) -> dict[str, list[Window]]:
        return _by_person(self.intervals)


def without(
    intervals: Iterable[Interval], breaks: Mapping[str, Sequence[Window]]
) -> list[Interval]:
    """The intervals with each person's breaks cut out of them, by start."""
    pieces = [
        piece
        for interval in intervals
        for piece in _pieces(interval, sorted(breaks.get(interval.person_id, ())))
    ]
    return sorted(pieces, key=itemgetter(0))


def _pieces(interval: Interval, breaks: Sequence[Window]) -> Iterable[Interval]:
    start = interval.start
    for pause in breaks:
        if pause.start > start:
            yield interval._replace(start=start, end=min(pause.start, interval.end))
        start = max(start, pause.end)
        if start >= interval.end:
            return
    yield interval._replace(start=start)


def _by_hour(intervals: Sequence[Interval], window: Window) -> dict[int, list[Interval]]:
    """For each hour since 1970 the intervals that touch it, inside the window."""
    opens, closes = seconds(window.start) // _BUCKET, seconds(window.end) // _BUCKET
    hours = defaultdict[int, list[Interval]](list)
    for each in intervals:
        first = max(seconds(each.start) // _BUCKET, opens)
        last = min((seconds(each.end) - 1) // _BUCKET, closes)
        for hour in range(first, last + 1):
            hours[hour].append(each)
    return hours


def _by_person(intervals: Iterable[Interval]) -> dict[str, list[Window]]:
    """Each person's unbroken times on, in order. Takes intervals by start, as `intervals` does."""
    people = defaultdict[str, list[Window]](list)
    for each in intervals:
        times = people[each.person_id]
        if times and each.start <= times[-1].end:
            times[-1] = Window(times[-1].start, max(times[-1].end, each.end))
        else:
            times.append(Window(each.start, each.end))
    return people


def _after(times: Mapping[str, Sequence[Window]], person_id: str, at: datetime) -> Sequence[Window]:
    """At most one: the time on that a moment lies in, or else the next."""
    own = times.get(person_id, ())
    index = bisect_right(own, at, key=_end)
    return own[index : index + 1]


def _start(window: Window) -> datetime:
    return window.start


def _end(window: Window) -> datetime:
    return window.end
