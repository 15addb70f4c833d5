"""A promise means its wall clock, in its own zone, past midnight and across clock changes."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from scheduling.availability import (
    ClockChange,
    DayAway,
    DutyRole,
    ExtraHours,
    Interval,
    Promise,
    Timetable,
    clock_changes,
    intervals,
    shift_window,
    without,
)
from scheduling.zones import WallStatus, Window, zone

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
NY, BERLIN, MANILA = "America/New_York", "Europe/Berlin", "Asia/Manila"
LORD_HOWE = "Australia/Lord_Howe"
LATER = datetime(2026, 1, 1, tzinfo=UTC)
VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "time_zones.json").read_text())
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def window(start: str, days: int) -> Window:
    return Window(moment(f"{start}T00:00Z"), moment(f"{start}T00:00Z") + timedelta(days=days))


def promise(weekday: int, hours: str, where: str, *, who: str = "mei", **more: Any) -> Promise:
    start, end = (time.fromisoformat(hour) for hour in hours.split("-"))
    return Promise(who, weekday, start, end, zone(where), **more)


def away(first_on: str, last_on: str = "", hours: str = "", **more: Any) -> DayAway:
    start, end = (time.fromisoformat(h) for h in hours.split("-")) if hours else (None, None)
    first, last = date.fromisoformat(first_on), date.fromisoformat(last_on or first_on)
    where = zone(more.pop("where", "Asia/Manila"))
    return DayAway("mei", first, last, where, more.pop("said_at", LATER), start, end)


def extra(day: str, hours: str, **more: Any) -> ExtraHours:
    start, end = (time.fromisoformat(hour) for hour in hours.split("-"))
    on, where = date.fromisoformat(day), zone(more.pop("where", "Asia/Manila"))
    return ExtraHours("mei", on, on, where, more.pop("said_at", LATER), start, end, **more)


def told(found: list[Interval]) -> list[str]:
    return [f"{each.start:%a %d %H:%M}-{each.end:%a %d %H:%M}" for each in found]


# --- weekly promises, by the vectors and by hand


def weekly_vectors() -> list[Any]:
    weekly = [
        case
        for case in VECTORS["cases"]
        if case["kind"] == "expand" and case["input"]["rrule"].startswith("FREQ=WEEKLY;BYDAY")
    ]
    assert len(weekly) >= 5
    return [pytest.param(case["input"], case["expected"], id=case["id"]) for case in weekly]


@pytest.mark.parametrize(("asked", "expected"), weekly_vectors())
def test_a_weekly_promise_keeps_its_hour_as_in_the_vectors(
    asked: dict[str, Any], expected: dict[str, list[str]]
) -> None:
    first = datetime.fromisoformat(asked["dtstart"])
    place, rule = zone(asked["zone"]), dict(part.split("=") for part in asked["rrule"].split(";"))
    length = timedelta(minutes=asked["duration_minutes"])
    if "UNTIL" in rule:
        last = moment(rule["UNTIL"]) - timedelta(days=1)  # it ends one second before a shift
    else:
        last = first + timedelta(weeks=int(rule["COUNT"]) - 1)
    stated = Promise(
        "mei",
        WEEKDAYS.index(rule["BYDAY"]),
        first.time(),
        (first + length).time(),
        place,
        first_on=first.date(),
        last_on=last.date(),
    )
    dates = [datetime.fromisoformat(text).date() for text in asked.get("exdate", [])]
    gone = [DayAway("mei", day, day, place, LATER) for day in dates]

    found = intervals([stated], gone, window((first.date() - timedelta(days=1)).isoformat(), 90))

    assert [each.start for each in found] == [moment(text) for text in expected["starts_utc"]]
    assert {each.end - each.start for each in found} == {length}


def test_a_night_shift_is_as_long_as_in_the_vectors() -> None:
    (case,) = (case for case in VECTORS["cases"] if case["kind"] == "shift")
    start, end = (datetime.fromisoformat(case["input"][key]) for key in ("start_wall", "end_wall"))

    found = shift_window(start.date(), start.time(), end.time(), zone(case["input"]["zone"]))

    assert found == Window(
        moment(case["expected"]["start_utc"]), moment(case["expected"]["end_utc"])
    )


@pytest.mark.parametrize(
    ("where", "hours", "day", "expected"),
    [
        pytest.param(MANILA, "22:00-02:00", "2026-04-03", "14:00-18:00", id="past midnight"),
        pytest.param(MANILA, "18:00-00:00", "2026-04-03", "10:00-16:00", id="to midnight"),
        pytest.param("Asia/Kolkata", "09:00-12:00", "2026-04-03", "03:30-06:30", id="+5:30"),
        pytest.param("Asia/Kathmandu", "09:00-12:00", "2026-04-03", "03:15-06:15", id="+5:45"),
        pytest.param("Asia/Yangon", "19:30-21:00", "2026-04-03", "13:00-14:30", id="+6:30"),
        pytest.param(NY, "01:00-04:00", "2026-03-08", "06:00-08:00", id="NY spring"),
        pytest.param(NY, "02:30-06:00", "2026-03-08", "07:30-10:00", id="start skipped"),
        pytest.param(NY, "00:00-02:30", "2026-03-08", "05:00-07:30", id="end skipped"),
        pytest.param(NY, "02:30-03:00", "2026-03-08", "07:30-08:00", id="nearly all skipped"),
        pytest.param(NY, "02:00-02:30", "2026-03-08", "07:00-07:30", id="all skipped"),
        pytest.param(NY, "00:00-04:00", "2026-11-01", "04:00-09:00", id="NY autumn"),
        pytest.param(NY, "01:30-04:00", "2026-11-01", "05:30-09:00", id="start twice: first"),
        pytest.param(NY, "00:00-01:30", "2026-11-01", "04:00-05:30", id="end twice: first"),
        pytest.param(BERLIN, "22:00-06:00", "2026-03-28", "21:00-04:00", id="Berlin spring"),
        pytest.param(BERLIN, "22:00-06:00", "2026-10-24", "20:00-05:00", id="Berlin autumn"),
        pytest.param(LORD_HOWE, "01:00-03:00", "2026-04-05", "14:00-16:30", id="half an hour more"),
        pytest.param(LORD_HOWE, "02:15-03:00", "2026-10-04", "15:45-16:00", id="half an hour less"),
        pytest.param("Africa/Casablanca", "19:00-21:00", "2026-02-16", "19:00-21:00", id="Ramadan"),
        pytest.param(MANILA, "22:00-06:00", "2026-03-28", "14:00-22:00", id="never a change"),
    ],
)  # fmt: skip
def test_a_shift_keeps_its_wall_clock(where: str, hours: str, day: str, expected: str) -> None:
    on = date.fromisoformat(day)
    stated = promise(on.weekday(), hours, where, first_on=on, last_on=on)

    found = intervals([stated], [], window((on - timedelta(days=1)).isoformat(), 4))

    assert [f"{each.start:%H:%M}-{each.end:%H:%M}" for each in found] == [expected]


def test_a_friday_night_shift_belongs_to_friday() -> None:
    night = promise(FRIDAY, "22:00-02:00", "Asia/Manila", last_on=date(2026, 4, 3))

    found = intervals([night], [], window("2026-04-03", 14))

    assert told(found) == ["Fri 03 14:00-Fri 03 18:00"]


def test_a_promise_holds_from_its_first_day_to_its_last() -> None:
    stated = promise(
        MONDAY, "09:00-10:00", "UTC", first_on=date(2026, 4, 6), last_on=date(2026, 4, 20)
    )

    found = intervals([stated], [], window("2026-03-01", 90))

    assert [each.start.day for each in found] == [6, 13, 20]


def test_a_shift_that_a_window_cuts_is_told_whole() -> None:
    night = promise(FRIDAY, "22:00-02:00", "UTC")
    inside = Window(moment("2026-04-03T23:00Z"), moment("2026-04-03T23:01Z"))

    assert told(intervals([night], [], inside)) == ["Fri 03 22:00-Sat 04 02:00"]


@pytest.mark.parametrize(
    ("start", "end", "touches"),
    [
        ("2026-04-04T01:59Z", "2026-04-04T03:00Z", True),
        ("2026-04-04T02:00Z", "2026-04-04T03:00Z", False),
        ("2026-04-03T21:00Z", "2026-04-03T22:00Z", False),
        ("2026-04-03T21:00Z", "2026-04-03T22:01Z", True),
    ],
)
def test_the_start_of_a_shift_is_inside_and_the_end_outside(
    start: str, end: str, touches: bool
) -> None:
    night = promise(FRIDAY, "22:00-02:00", "UTC")

    assert bool(intervals([night], [], Window(moment(start), moment(end)))) is touches


def test_overlapping_and_touching_promises_are_one_time_on() -> None:
    hours = ["08:00-10:00", "09:00-12:00", "12:00-13:00", "14:00-15:00"]

    found = intervals([promise(MONDAY, h, "UTC") for h in hours], [], window("2026-04-06", 1))

    assert told(found) == ["Mon 06 08:00-Mon 06 13:00", "Mon 06 14:00-Mon 06 15:00"]


def test_two_roles_at_once_stay_two() -> None:
    stated = [
        promise(MONDAY, "08:00-10:00", "UTC", role=DutyRole.LEAD, team_id="a"),
        promise(MONDAY, "08:00-10:00", "UTC", team_id="b"),
        promise(MONDAY, "08:00-10:00", "UTC"),
        promise(MONDAY, "08:00-10:00", "UTC", who="ana"),
    ]

    found = intervals(stated, [], window("2026-04-06", 1))

    assert [(each.person_id, each.role, each.team_id) for each in found] == [
        ("ana", "member", None),
        ("mei", "lead", "a"),
        ("mei", "member", None),
        ("mei", "member", "b"),
    ]


# --- words about single days

NIGHTS = [promise(day, "22:00-02:00", "Asia/Manila") for day in range(7)]  # 14:00-18:00 UTC
WEEK = window("2026-04-06", 4)  # Monday to Thursday
ALL = ["Mon 06", "Tue 07", "Wed 08", "Thu 09"]


def test_away_on_a_day_takes_the_night_that_starts_on_it_and_no_other() -> None:
    found = intervals(NIGHTS, [away("2026-04-07", "2026-04-08")], WEEK)

    assert told(found) == ["Mon 06 14:00-Mon 06 18:00", "Thu 09 14:00-Thu 09 18:00"]


def test_away_for_some_hours_takes_only_those() -> None:
    found = intervals(NIGHTS, [away("2026-04-07", hours="23:00-00:30")], WEEK)

    assert told(found)[1:3] == ["Tue 07 14:00-Tue 07 15:00", "Tue 07 16:30-Tue 07 18:00"]
    assert len(found) == 5


def test_what_hours_away_left_of_a_night_still_belongs_to_the_day_it_began() -> None:
    late = away("2026-04-07", hours="23:00-00:30")
    day = away("2026-04-07", said_at=LATER + timedelta(hours=1))
    next_day = away("2026-04-08", said_at=LATER + timedelta(hours=1))

    assert told(intervals(NIGHTS[1:2], [late, day], WEEK)) == []
    assert len(intervals(NIGHTS[1:2], [late, next_day], WEEK)) == 2


def test_away_in_ones_own_zone_while_the_promise_stays_in_its_own() -> None:
    there = away("2026-04-07", hours="10:00-11:00", where="America/New_York")  # 14:00-15:00 UTC

    assert told(intervals(NIGHTS, [there], WEEK))[1] == "Tue 07 15:00-Tue 07 18:00"


def test_extra_hours_are_there_as_well() -> None:
    found = intervals(NIGHTS, [extra("2026-04-07", "20:00-22:00", team_id=None)], WEEK)

    assert told(found)[1] == "Tue 07 12:00-Tue 07 18:00"


def test_of_two_words_the_later_one_holds() -> None:
    gone = away("2026-04-07")
    back = extra("2026-04-07", "23:00-00:00", said_at=LATER + timedelta(hours=1))
    gone_again = away("2026-04-07", said_at=LATER + timedelta(hours=2))

    assert "Tue 07 15:00-Tue 07 16:00" in told(intervals(NIGHTS, [back, gone], WEEK))
    assert len(intervals(NIGHTS, [gone_again, back, gone], WEEK)) == 3


def test_what_one_person_says_changes_nobody_elses_hours() -> None:
    other = promise(TUESDAY, "22:00-02:00", "Asia/Manila", who="ana")

    found = intervals([*NIGHTS, other], [away("2026-04-07")], WEEK)

    assert [each.person_id for each in found].count("ana") == 1


def test_a_promise_in_a_skipped_or_repeated_hour_is_flagged() -> None:
    nights = promise(SUNDAY, "00:30-02:30", "America/New_York")

    flagged = clock_changes(nights, window("2026-01-01", 365))

    assert flagged == [
        ClockChange(
            date(2026, 3, 8),
            datetime(2026, 3, 8, 2, 30),  # noqa: DTZ001 - a wall time
            WallStatus.GAP,
            moment("2026-03-08T07:30Z"),
        )
    ]


def test_a_promise_that_begins_after_a_clock_change_is_not_flagged_for_it() -> None:
    nights = promise(SATURDAY, "22:00-01:30", "America/New_York", first_on=date(2026, 3, 9))

    flagged = clock_changes(nights, window("2026-01-01", 365))

    assert [(each.day, each.status) for each in flagged] == [(date(2026, 10, 31), "fold")]


# --- the fast way and a slow, obvious one


hours = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30, 45])).map(lambda hm: time(*hm))


# --- the timetable

DAY_WINDOW = window("2026-04-06", 2)


def on(who: str, hours: str, role: DutyRole = DutyRole.MEMBER) -> Interval:
    start, end = (moment(f"2026-04-06T{hour}Z") for hour in hours.split("-"))
    return Interval(start, end, who, role, None)


def test_a_timetable_knows_who_is_on_and_until_when() -> None:
    table = Timetable(
        [
            on("ana", "08:00-10:00"),
            on("mei", "09:00-11:00"),
            on("mei", "10:00-12:00", DutyRole.LEAD),
        ],
        DAY_WINDOW,
    )
    half_past_nine = moment("2026-04-06T09:30Z")

    assert [each.person_id for each in table.on_at(half_past_nine)] == ["ana", "mei"]
    assert [each.person_id for each in table.on_at(moment("2026-04-06T10:00Z"))] == ["mei", "mei"]
    assert table.on_at(moment("2026-04-06T12:00Z")) == ()
    assert table.ends_at("mei", half_past_nine) == moment("2026-04-06T12:00Z")
    assert table.ends_at("ana", moment("2026-04-06T10:00Z")) is None
    assert table.ends_at("nobody", half_past_nine) is None


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("07:00", "08:00"),
        ("08:00", "08:00"),
        ("09:59", "09:59"),
        ("10:00", "14:00"),
        ("15:00", None),
    ],
)
def test_a_timetable_knows_when_one_of_several_comes_next(at: str, expected: str | None) -> None:
    table = Timetable(
        [on("ana", "08:00-10:00"), on("eve", "09:00-23:00"), on("mei", "14:00-15:00")], DAY_WINDOW
    )

    found = table.next_on(["mei", "ana", "nobody"], moment(f"2026-04-06T{at}Z"))

    assert found == (moment(f"2026-04-06T{expected}Z") if expected else None)


def test_a_timetable_does_not_answer_for_what_it_has_not_seen() -> None:
    table = Timetable([], DAY_WINDOW)

    with pytest.raises(ValueError, match="outside"):
        table.on_at(DAY_WINDOW.end)
    with pytest.raises(ValueError, match="outside"):
        table.next_on(["mei"], DAY_WINDOW.start - timedelta(seconds=1))


def test_breaks_are_cut_out() -> None:
    breaks = {"mei": [Window(on("", "09:00-09:30").start, on("", "09:00-09:30").end),
                      Window(on("", "11:00-13:00").start, on("", "11:00-13:00").end)]}  # fmt: skip

    found = without([on("mei", "08:00-12:00"), on("ana", "08:30-12:00")], breaks)

    assert [(each.person_id, f"{each.start:%H:%M}-{each.end:%H:%M}") for each in found] == [
        ("mei", "08:00-09:00"),
        ("ana", "08:30-12:00"),
        ("mei", "09:30-11:00"),
    ]
