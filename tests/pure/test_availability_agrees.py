"""The fast expansion of hours agrees with a slow and obvious one."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from scheduling.availability import (
    DayAway,
    DutyRole,
    ExtraHours,
    Promise,
    intervals,
    timetable,
)
from scheduling.zones import Window, wall_to_utc, zone
from tests.pure.test_availability import LATER, hours


class Shift(NamedTuple):
    """As obvious as can be: when it begins and ends, whose, and when it was said."""

    start: datetime
    end: datetime
    duty: tuple[DutyRole, str | None]
    said_at: datetime | None  # None: a weekly promise, which every dated word outdoes


ZONES = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Manila",
         "Africa/Casablanca", "Asia/Kathmandu", "America/Havana", "Pacific/Apia"]  # fmt: skip


# Around clock changes; the last one is the day that Samoa left out.
STARTS = ["2026-03-06", "2026-03-27", "2026-04-03", "2026-10-02", "2026-10-24", "2026-10-30",
          "2026-02-13", "2026-03-20", "2011-12-27"]  # fmt: skip


SPAN = 6


pairs = st.tuples(hours, hours).filter(lambda pair: pair[0] != pair[1])


duties = st.tuples(st.sampled_from(list(DutyRole)[:2]), st.sampled_from([None, "a"]))


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Promise], list[DayAway | ExtraHours], Window]:
    first = date.fromisoformat(draw(st.sampled_from(STARTS)))
    place = zone(draw(st.sampled_from(ZONES)))
    zones = st.sampled_from([place, place, zone("UTC")])
    days = st.integers(-1, SPAN).map(lambda ahead: first + timedelta(days=ahead))
    limits = st.one_of(st.none(), days)
    promises = []
    for _ in range(draw(st.integers(0, 6))):
        (start, end), (role, team) = draw(pairs), draw(duties)
        weekday, where = draw(st.integers(0, 6)), draw(zones)
        limit = (draw(limits), draw(limits))
        promises.append(Promise("mei", weekday, start, end, where, role, team, *limit))
    said: list[DayAway | ExtraHours] = []
    for _ in range(draw(st.integers(0, 4))):
        day, more, where = draw(days), draw(st.integers(0, 2)), draw(zones)
        dates = (day, day + timedelta(days=more))
        at = LATER + timedelta(minutes=len(said))
        start, end = draw(pairs)
        if draw(st.booleans()):
            said.append(ExtraHours("mei", *dates, where, at, start, end, *draw(duties)))
        elif draw(st.booleans()):
            said.append(DayAway("mei", *dates, where, at, start, end))
        else:
            said.append(DayAway("mei", *dates, where, at))
    start_at = datetime.combine(first, time(draw(st.integers(0, 23))), UTC)
    return promises, said, Window(start_at, start_at + timedelta(days=SPAN - 2))


def begins_and_ends(day: date, start: time, end: time, where: Any) -> tuple[datetime, datetime]:
    wall = datetime.combine(day, start)
    last = datetime.combine(day if end > start else day + timedelta(days=1), end)
    begins = wall.replace(tzinfo=where).astimezone(UTC)
    ends = last.replace(tzinfo=where).astimezone(UTC)
    skipped = begins.astimezone(where).replace(tzinfo=None) != wall
    return (begins, begins + (last - wall)) if skipped and ends <= begins else (begins, ends)


def near(window: Window) -> list[date]:
    first = window.start.date() - timedelta(days=6)
    return [first + timedelta(days=count) for count in range((window.end.date() - first).days + 6)]


def all_shifts(
    promises: list[Promise], said: list[DayAway | ExtraHours], window: Window
) -> list[Shift]:
    shifts = [
        Shift(*begins_and_ends(day, p.start, p.end, p.zone), (p.role, p.team_id), None)
        for p in promises
        for day in near(window)
        if day.weekday() == p.weekday
        and (p.first_on is None or day >= p.first_on)
        and (p.last_on is None or day <= p.last_on)
    ]
    for word in said:
        if isinstance(word, ExtraHours):
            shifts += [
                Shift(
                    *begins_and_ends(day, word.start, word.end, word.zone),
                    (word.role, word.team_id),
                    word.said_at,
                )
                for day in near(window)
                if word.first_on <= day <= word.last_on
            ]
    return shifts


def is_gone(shift: Shift, at: datetime, word: DayAway, window: Window) -> bool:
    if shift.said_at is not None and word.said_at < shift.said_at:
        return False
    if word.start is not None and word.end is not None:
        spans = (
            begins_and_ends(day, word.start, word.end, word.zone)
            for day in near(window)
            if word.first_on <= day <= word.last_on
        )
        return any(begins <= at < ends for begins, ends in spans)
    midnights = (word.first_on, word.last_on + timedelta(days=1))
    opens, closes = (wall_to_utc(datetime.combine(day, time()), word.zone).utc for day in midnights)
    return opens <= shift.start < closes


@given(plans())
def test_the_fast_expansion_agrees_with_a_slow_and_obvious_one(
    plan: tuple[list[Promise], list[DayAway | ExtraHours], Window],
) -> None:
    promises, said, span = plan
    shifts = all_shifts(promises, said, span)
    gone = [word for word in said if isinstance(word, DayAway)]
    table = timetable(promises, said, span)

    at = span.start
    while at < span.end:
        expected = {
            shift.duty
            for shift in shifts
            if shift.start <= at < shift.end
            and not any(is_gone(shift, at, word, span) for word in gone)
        }
        found = table.on_at(at)
        assert {(each.role, each.team_id) for each in found} == expected, at
        assert len(found) == len(expected)  # merged: nobody is there twice in one duty
        stays = table.ends_at("mei", at)
        if stays is None:
            assert not found
        else:
            assert stays >= max(each.end for each in found)
            assert stays >= span.end or not table.on_at(stays)
        at += timedelta(minutes=15)


@given(plans())
def test_intervals_are_in_order_apart_and_touch_the_window(
    plan: tuple[list[Promise], list[DayAway | ExtraHours], Window],
) -> None:
    found = intervals(*plan)

    assert [each.start for each in found] == sorted(each.start for each in found)
    for duty in {each[2:] for each in found}:
        own = [each for each in found if each[2:] == duty]
        assert all(before.end < after.start for before, after in pairwise(own))
    assert all(e.start < e.end and e.start < plan[2].end and e.end > plan[2].start for e in found)
