"""VTIMEZONE, as every program reads it (RFC 5545, 3.6.5).

Programs were seen to read only the first RDATE, to forget DTSTART beside one, and Outlook knows one
yearly pair of rules. So a zone whose clocks change by the same two rules in every year of the range
is written as that pair; one that changes otherwise as one observance for each change, never with
RDATE; one that does not change as a single STANDARD. Summer is what is ahead, also in Dublin.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from scheduling.zones import Window

_STEP = timedelta(hours=6)  # no two changes of a zone lie as near
_WEEK = timedelta(days=7)
_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001  a wall time, as VTIMEZONE has it
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class _Change(NamedTuple):
    """The clocks change: at which wall time before it, from which offset to which."""

    wall: datetime
    before: timedelta
    after: timedelta

    @property
    def is_ahead(self) -> bool:
        return self.after > self.before


class _Observance(NamedTuple):
    is_ahead: bool
    wall: datetime
    before: timedelta
    after: timedelta
    rule: tuple[int, str] | None = None  # month, and which weekday of it: "2SU", "-1SU"


def vtimezone(place: ZoneInfo, window: Window) -> bytes:
    """The component for a zone, right for every moment of the window and a year around it."""
    there = (window.start.astimezone(place), window.end.astimezone(place))
    return _written(place, there[0].year - 1, there[1].year + 1)


@lru_cache(maxsize=200)
def _written(place: ZoneInfo, first_year: int, last_year: int) -> bytes:
    component = Timezone()
    component.add("TZID", place.key)
    for each in _observances(place, first_year, last_year):
        part = TimezoneDaylight() if each.is_ahead else TimezoneStandard()
        part.add("DTSTART", each.wall)
        part.TZOFFSETFROM, part.TZOFFSETTO = each.before, each.after
        if each.rule:
            month, day = each.rule
            part.add("RRULE", {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": day})
        component.add_component(part)
    written: bytes = component.to_ical()
    return written


def _observances(place: ZoneInfo, first_year: int, last_year: int) -> Sequence[_Observance]:
    opens = datetime(first_year, 1, 1, tzinfo=UTC)
    changes = list(_changes(place, opens, datetime(last_year + 1, 1, 1, tzinfo=UTC)))
    base = _offset(opens, place)
    if not changes:
        return [_Observance(False, _LONG_AGO, base, base)]
    years = range(first_year, last_year + 1)
    pair = [
        _yearly([each for each in changes if each.is_ahead is up], years) for up in (False, True)
    ]
    if pair[0] and pair[1]:
        return [pair[0], pair[1]]
    before = datetime(first_year - 1, 1, 1)  # noqa: DTZ001
    single = [_Observance(each.is_ahead, *each) for each in changes]
    return [_Observance(False, before, base, base), *single]


def _yearly(changes: Sequence[_Change], years: range) -> _Observance | None:
    """The one rule by which the clocks change that way every year, if there is one."""
    if [each.wall.year for each in changes] != list(years):
        return None
    alike = {(c.wall.month, c.wall.weekday(), c.wall.time(), c.before, c.after) for c in changes}
    if len(alike) != 1:
        return None
    first = changes[0]
    counts = {(each.wall.day - 1) // 7 + 1 for each in changes}
    if all((each.wall + _WEEK).month != each.wall.month for each in changes):
        counts = {-1}
    if len(counts) != 1:
        return None
    day = f"{counts.pop()}{_DAYS[first.wall.weekday()]}"
    return _Observance(first.is_ahead, *first, (first.wall.month, day))


def _changes(place: ZoneInfo, opens: datetime, closes: datetime) -> Iterator[_Change]:
    at, before = opens, _offset(opens, place)
    while at < closes:
        later = at + _STEP
        after = _offset(later, place)
        if after != before:
            moment = _first_with(after, at, later, place)
            yield _Change((moment + before).replace(tzinfo=None), before, after)
        at, before = later, after


def _first_with(offset: timedelta, early: datetime, late: datetime, place: ZoneInfo) -> datetime:
    """The first second between two moments from which an offset holds."""
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if _offset(middle, place) == offset:
            late = middle
        else:
            early = middle
    return late


def _offset(at: datetime, place: ZoneInfo) -> timedelta:
    return at.astimezone(place).utcoffset() or timedelta()
