"""When two people in two places can both be reached, whatever their clocks do."""

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.messaging.outbox import gate
from scheduling.overlap import (
    Hours,
    both,
    is_inside,
    joined,
    next_inside,
    reachable,
    slots,
    windows,
)
from scheduling.zones import DAY, Window, local_date, zone

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "time_zones.json").read_text())
HOUR = timedelta(hours=1)


def vectors(kind: str) -> list[Any]:
    found = [case for case in VECTORS["cases"] if case["kind"] == kind]
    assert found, kind
    return [pytest.param(case["input"], case["expected"], id=case["id"]) for case in found]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def hours(span: str, place: str) -> Hours:
    opens, closes = (time.fromisoformat(each) for each in span.split("-"))
    return Hours(opens, closes, zone(place))


def written(found: list[Window]) -> list[str]:
    return [f"{each.start:%dT%H:%M}/{each.end:%dT%H:%M}" for each in found]


@pytest.mark.parametrize(("asked", "expected"), vectors("overlap"))
def test_two_people_share_the_time_of_the_vectors(
    asked: dict[str, dict[str, str]], expected: dict[str, Any]
) -> None:
    walls = [
        (datetime.fromisoformat(who["from_wall"]), datetime.fromisoformat(who["to_wall"]), who)
        for who in asked.values()
    ]
    one, other = (Hours(a.time(), b.time(), zone(who["zone"])) for a, b, who in walls)
    day = datetime.combine(walls[0][0].date(), time(), UTC)

    (shared,) = reachable(one, other, Window(day, day + DAY))

    assert shared == Window(at(expected["start_utc"]), at(expected["end_utc"]))
    assert shared.length == timedelta(minutes=expected["minutes"])


@pytest.mark.parametrize(("asked", "expected"), vectors("next_wall"))
def test_the_next_safe_moment_is_that_of_the_vectors(
    asked: dict[str, str], expected: dict[str, str]
) -> None:
    safe = Hours(time.fromisoformat(asked["local_time"]), time(21), zone(asked["zone"]))

    assert next_inside(safe, at(asked["now_utc"])) == at(expected["utc"])


def test_the_day_after_the_change_they_share_an_hour_more() -> None:
    yangon, dublin = hours("19:00-21:00", "Asia/Yangon"), hours("08:00-14:00", "Europe/Dublin")
    found = reachable(yangon, dublin, Window(at("2026-03-28T00:00Z"), at("2026-03-30T00:00Z")))

    assert written(found) == ["28T12:30/28T14:00", "29T12:30/29T13:00"]


def test_hours_over_midnight_belong_to_the_evening_they_begin_on() -> None:
    night = hours("22:00-03:00", "Asia/Kuala_Lumpur")
    found = windows(night, Window(at("2026-04-06T00:00Z"), at("2026-04-07T00:00Z")))

    assert written(found) == ["06T14:00/06T19:00"]
    assert next_inside(night, at("2026-04-06T18:59Z")) == at("2026-04-06T18:59Z")
    assert next_inside(night, at("2026-04-06T19:00Z")) == at("2026-04-07T14:00Z")


def test_no_hours_in_common_is_an_empty_answer() -> None:
    one, other = hours("09:00-12:00", "Asia/Yangon"), hours("09:00-17:00", "America/Los_Angeles")
    assert reachable(one, other, Window(at("2026-04-06T00:00Z"), at("2026-04-09T00:00Z"))) == []


def test_the_whole_day_is_the_whole_window() -> None:
    window = Window(at("2026-04-06T00:00Z"), at("2026-04-09T00:00Z"))
    assert windows(hours("08:00-08:00", "Asia/Tokyo"), window) == [window]


@pytest.mark.parametrize(
    ("span", "now", "opens"),
    [
        pytest.param("02:30-04:00", "2026-03-08T06:30Z", "2026-03-08T07:30Z", id="skipped"),
        pytest.param("01:30-04:00", "2026-11-01T05:00Z", "2026-11-01T05:30Z", id="repeated"),
    ],
)
def test_an_opening_that_the_clocks_skip_comes_later_and_of_two_the_first_counts(
    span: str, now: str, opens: str
) -> None:
    assert next_inside(hours(span, "America/New_York"), at(now)) == at(opens)


def test_a_talk_fits_where_somebody_is_on_and_it_is_safe_once_a_day() -> None:
    """18:00 to 21:00 in Yangon is 11:30Z to 14:30Z."""
    on = [
        Window(at("2026-04-06T11:00Z"), at("2026-04-06T12:00Z")),
        Window(at("2026-04-06T13:00Z"), at("2026-04-06T20:00Z")),
        Window(at("2026-04-07T14:15Z"), at("2026-04-07T20:00Z")),
        Window(at("2026-04-08T10:00Z"), at("2026-04-08T20:00Z")),
    ]
    week = Window(at("2026-04-06T00:00Z"), at("2026-04-13T00:00Z"))
    safe = hours("18:00-21:00", "Asia/Yangon")

    found = slots(on, safe, week, length=timedelta(minutes=30), at_most=3)

    assert written(found) == ["06T11:30/06T12:00", "08T11:30/08T14:30"]
    assert len(slots(on, safe, week, length=timedelta(minutes=30), at_most=1)) == 1


PLACES = st.sampled_from(
    ["America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Yangon", "Asia/Kathmandu",
     "Africa/Casablanca", "Pacific/Chatham", "America/Havana", "UTC"]
)  # fmt: skip
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis takes naive bounds
WALLS = st.times(max_value=time(23, 59)).map(lambda wall: wall.replace(second=0, microsecond=0))
ANY_HOURS = st.builds(
    lambda opens, closes, name: Hours(opens, closes, zone(name)), WALLS, WALLS, PLACES
)


@given(ANY_HOURS, MOMENTS)
def test_the_next_safe_moment_is_safe_and_none_before_it_is(safe: Hours, now: datetime) -> None:
    found = next_inside(safe, now)

    assert now <= found <= now + timedelta(hours=50)
    assert is_inside(safe, found)
    assert found == now or not is_inside(safe, now)


@given(ANY_HOURS, ANY_HOURS, MOMENTS)
def test_what_two_share_is_the_same_from_either_side_and_inside_both(
    one: Hours, other: Hours, now: datetime
) -> None:
    week = Window(now, now + 7 * DAY)
    found = reachable(one, other, week)

    assert found == reachable(other, one, week) == both(windows(one, week), windows(other, week))
    assert found == joined(found)
    assert all(is_inside(one, each.start) and is_inside(other, each.start) for each in found)


@given(ANY_HOURS, MOMENTS)
def test_the_gate_lets_texts_through_in_the_same_hours(safe: Hours, now: datetime) -> None:
    """On any day without a change of the clocks around it."""
    days = [local_date(now, safe.place) + DAY * ahead for ahead in (-2, -1, 0, 1, 2)]
    offsets = {datetime.combine(day, time(12), safe.place).utcoffset() for day in days}
    if len(offsets) == 1:
        open_now = gate.outside(safe.opens, safe.closes, str(safe.place), now) is None
        assert open_now == is_inside(safe, now)
