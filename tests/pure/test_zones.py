"""A wall time means one moment, everywhere the same way; names of zones are few and known."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.zones import (
    UnknownZone,
    WallStatus,
    Window,
    canonical,
    choices,
    city_name,
    clock_label,
    local_date,
    local_day,
    next_wall,
    offset_label,
    overlap,
    version,
    wall_to_utc,
    zone,
)

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "time_zones.json").read_text())


def cases(kind: str) -> list[Any]:
    """The vectors of a kind; there are some, or the file has changed under us."""
    found = [case for case in VECTORS["cases"] if case["kind"] == kind]
    assert found, kind
    return [pytest.param(case["input"], case["expected"], id=case["id"]) for case in found]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_the_zone_data_are_those_of_the_package_and_new_enough_for_the_vectors() -> None:
    assert version() >= VECTORS["tzdata"]


@pytest.mark.parametrize(("asked", "expected"), cases("wall_to_utc"))
def test_a_wall_time_means_the_moment_of_the_vectors(
    asked: dict[str, str], expected: dict[str, str]
) -> None:
    place = zone(asked["zone"])
    reading = wall_to_utc(datetime.fromisoformat(asked["wall"]), place)

    assert (reading.status, reading.utc) == (expected["status"], moment(expected["utc"]))
    second = expected.get("utc_second")
    assert reading.second == (moment(second) if second else None)
    shown = expected.get("wall_shown", asked["wall"])
    assert reading.utc.astimezone(place).replace(tzinfo=None) == datetime.fromisoformat(shown)


@pytest.mark.parametrize(("asked", "expected"), cases("local_day"))
def test_a_local_day_is_as_long_as_in_the_vectors(
    asked: dict[str, str], expected: dict[str, Any]
) -> None:
    day = local_day(date.fromisoformat(asked["date"]), zone(asked["zone"]))

    assert day == Window(moment(expected["start_utc"]), moment(expected["end_utc"]))
    assert day.length == timedelta(minutes=expected["minutes"])


@pytest.mark.parametrize(("asked", "expected"), cases("viewers"))
def test_everybody_sees_a_moment_on_their_own_clock(
    asked: dict[str, Any], expected: dict[str, Any]
) -> None:
    at = wall_to_utc(datetime.fromisoformat(asked["wall"]), zone(asked["zone"])).utc
    shown = {}
    for name in asked["viewers"]:
        day = local_date(at, zone(name))
        shown[name] = f"{day:%a} {day.isoformat()}T{clock_label(at, zone(name))}"

    assert at == moment(expected["utc"])
    assert shown == expected["shown"]


@pytest.mark.parametrize(("asked", "expected"), cases("overlap"))
def test_two_people_in_two_zones_share_the_time_of_the_vectors(
    asked: dict[str, dict[str, str]], expected: dict[str, Any]
) -> None:
    windows = [
        Window(
            wall_to_utc(datetime.fromisoformat(who["from_wall"]), zone(who["zone"])).utc,
            wall_to_utc(datetime.fromisoformat(who["to_wall"]), zone(who["zone"])).utc,
        )
        for who in asked.values()
    ]
    shared = overlap(*windows)

    assert shared == Window(moment(expected["start_utc"]), moment(expected["end_utc"]))
    assert shared.length == timedelta(minutes=expected["minutes"])


def test_windows_that_only_touch_share_nothing() -> None:
    noon, one, two = (datetime(2026, 4, 6, hour, tzinfo=UTC) for hour in (12, 13, 14))

    assert overlap(Window(noon, one), Window(one, two)) is None


@pytest.mark.parametrize(("asked", "expected"), cases("next_wall"))
def test_the_next_morning_is_that_of_the_vectors(
    asked: dict[str, str], expected: dict[str, str]
) -> None:
    hour = time.fromisoformat(asked["local_time"])

    found = next_wall(zone(asked["zone"]), hour, moment(asked["now_utc"]))

    assert found == moment(expected["utc"])


@pytest.mark.parametrize(
    ("name", "after", "expected"),
    [
        pytest.param("Asia/Manila", "2026-04-06T00:00:00Z", "2026-04-06T00:00:00Z", id="now"),
        pytest.param("Asia/Manila", "2026-04-06T00:00:01Z", "2026-04-07T00:00:00Z", id="tomorrow"),
        pytest.param("Asia/Kathmandu", "2026-04-06T12:00:00Z", "2026-04-07T02:15:00Z", id="+5:45"),
        pytest.param(
            "Pacific/Kiritimati", "2026-04-06T12:00:00Z", "2026-04-06T18:00:00Z", id="+14"
        ),
        pytest.param("Pacific/Pago_Pago", "2026-04-06T12:00:00Z", "2026-04-06T19:00:00Z", id="-11"),
    ],
)
def test_the_next_eight_in_the_morning(name: str, after: str, expected: str) -> None:
    assert next_wall(zone(name), time(8), moment(after)) == moment(expected)


def test_the_next_hour_that_the_clocks_skip_comes_later_that_night() -> None:
    found = next_wall(zone("America/New_York"), time(2, 30), moment("2026-03-08T06:00:00Z"))

    assert found == moment("2026-03-08T07:30:00Z")


ZONES = st.sampled_from(
    ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Manila",
     "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Apia", "America/Havana", "Africa/Cairo",
     "Pacific/Chatham", "Europe/Dublin", "UTC"]
)  # fmt: skip
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis takes naive bounds


@given(ZONES, MOMENTS)
def test_a_moment_shown_on_a_clock_and_read_back_is_the_same_or_its_twin(
    name: str, at: datetime
) -> None:
    reading = wall_to_utc(at.astimezone(zone(name)).replace(tzinfo=None, fold=0), zone(name))

    assert at in (reading.utc, reading.second)
    assert reading.status is not WallStatus.GAP


@given(ZONES, MOMENTS)
def test_days_follow_one_another_without_a_hole(name: str, at: datetime) -> None:
    day = local_date(at, zone(name))
    today, tomorrow = local_day(day, zone(name)), local_day(day + timedelta(days=1), zone(name))

    assert today.end == tomorrow.start
    assert today.start <= at < today.end


@given(ZONES, MOMENTS, st.times())
def test_the_next_hour_is_never_past_nor_two_days_off(name: str, at: datetime, hour: time) -> None:
    found = next_wall(zone(name), hour, at)

    assert timedelta() <= found - at <= timedelta(hours=50)  # Samoa once left out a whole day


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Asia/Rangoon", "Asia/Yangon"),
        ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
        ("Asia/Katmandu", "Asia/Kathmandu"),
        ("US/Pacific", "America/Los_Angeles"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Kuala_Lumpur", "Asia/Kuala_Lumpur"),  # a link in the data, a city to its people
        ("Europe/Stockholm", "Europe/Stockholm"),
        (" america/new york ", "America/New_York"),
        ("Etc/UTC", "UTC"),
        ("Zulu", "UTC"),
    ],
)
def test_a_zone_is_kept_under_the_name_its_people_use(said: str, kept: str) -> None:
    assert canonical(said) == str(zone(said)) == kept


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "+08:00", "UTC+8", "Factory", "localtime", "../etc/passwd", "\0"]
)
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone(name)


def test_every_name_the_data_know_opens() -> None:
    names = [city.zone for cities in choices(moment("2026-04-06T12:00:00Z")).values()
             for city in cities]  # fmt: skip

    assert len(names) == len(set(names)) > 400
    assert [name for name in names if zone(name).key != name] == []


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        ("Asia/Kolkata", "2026-04-06T12:00:00Z", "UTC+5:30"),
        ("Asia/Kathmandu", "2026-04-06T12:00:00Z", "UTC+5:45"),
        ("America/St_Johns", "2026-01-06T12:00:00Z", "UTC-3:30"),
        ("America/New_York", "2026-07-06T12:00:00Z", "UTC-4"),
        ("Europe/London", "2026-01-06T12:00:00Z", "UTC"),
        ("Europe/London", "2026-07-06T12:00:00Z", "UTC+1"),
    ],
)
def test_an_offset_is_written_as_people_write_it(name: str, at: str, expected: str) -> None:
    assert offset_label(moment(at), zone(name)) == expected


def test_the_picker_lists_cities_by_region_with_their_present_offset() -> None:
    asia = choices(moment("2026-04-06T12:00:00Z"))["Asia"]

    manila = next(city for city in asia if city.zone == "Asia/Manila")
    assert (manila.name, manila.label, manila.offset) == ("Manila", "UTC+8", timedelta(hours=8))
    assert [city.name for city in asia] == sorted(city.name for city in asia)
    assert city_name("America/Indiana/Knox") == "Knox, Indiana"


def test_a_moment_is_not_taken_for_a_wall_time_nor_the_other_way_round() -> None:
    with pytest.raises(ValueError, match="not a wall time"):
        wall_to_utc(moment("2026-04-06T12:00:00Z"), UTC)
    with pytest.raises(ValueError, match="no time zone"):
        clock_label(datetime(2026, 4, 6, 12), UTC)  # noqa: DTZ001 - naive is the point
