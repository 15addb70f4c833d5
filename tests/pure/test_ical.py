"""iCalendar as we write it: right in every zone, the same bytes each time, and nothing doubtful."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling import zones
from scheduling.ical import (
    Status,
    Transparency,
    Unwritable,
    Why,
    calendar,
    starts,
    vtimezone,
)
from scheduling.zones import Window
from tests.calendars import kept
from tests.pure.entries import (
    ALL_ZONES,
    EXPANDED,
    NEW_YORK,
    REGULAR,
    STEADY,
    UID,
    VECTORS,
    of_vector,
    parsed,
    read_back,
    series,
    single,
    utc,
)


@pytest.mark.parametrize("name", sorted(set(EXPANDED) - {"apia-skipped-day"}))
def test_a_series_is_read_back_at_the_moments_that_other_programs_agree_on(name: str) -> None:
    case = EXPANDED[name]
    entry = of_vector(case["input"])
    expected = utc(*case["expected"]["starts_utc"])

    assert [each.astimezone(UTC) for each in starts(entry)] == expected
    assert read_back(kept(f"vector-{name}.ics", calendar([entry], "Duty"))) == expected


@pytest.mark.parametrize("number", [0, 1])
def test_the_first_day_of_a_week_is_kept_where_it_matters(number: int) -> None:
    (case,) = (each for each in VECTORS["cases"] if each["kind"] == "wkst")
    entry = of_vector(case["input"]["series"][number])
    expected = utc(*case["expected"]["starts_utc"][number])

    written = kept(f"vector-wkst-{number}.ics", calendar([entry], "Duty"))

    assert read_back(written) == expected


def test_a_day_that_a_place_skipped_is_refused() -> None:
    with pytest.raises(Unwritable) as refused:
        calendar([of_vector(EXPANDED["apia-skipped-day"]["input"])], "Duty")
    assert refused.value.why is Why.GAP


@pytest.mark.parametrize("zone", ALL_ZONES)
@pytest.mark.parametrize("year", [2022, 2026])
def test_the_clock_of_a_zone_is_right_all_through_its_range(zone: str, year: int) -> None:
    place = zones.zone(zone)
    window = Window(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    written = vtimezone(place, window)
    (clock,) = parsed(b"BEGIN:VCALENDAR\r\n" + written + b"END:VCALENDAR\r\n").walk("VTIMEZONE")
    read = clock.to_tz(lookup_tzid=False)
    hours = (window.start + hour * timedelta(hours=1) for hour in range(0, 365 * 24, 3))

    wrong = [
        at for at in hours if at.astimezone(read).utcoffset() != at.astimezone(place).utcoffset()
    ]

    assert wrong == []
    assert b"RDATE" not in written
    assert b"COMMENT" not in written


def offset(at: datetime, place: tzinfo) -> timedelta | None:
    return at.astimezone(place).utcoffset()


@pytest.mark.parametrize("zone", REGULAR)
def test_a_zone_with_the_same_two_changes_each_year_is_one_pair_of_rules(zone: str) -> None:
    written = zone_of(zone, 2026)

    assert written.count(b"BEGIN:STANDARD") == written.count(b"BEGIN:DAYLIGHT") == 1
    assert written.count(b"RRULE:FREQ=YEARLY") == 2


@pytest.mark.parametrize("zone", STEADY)
def test_a_zone_without_changes_is_a_single_standard(zone: str) -> None:
    written = zone_of(zone, 2026)

    assert written.count(b"BEGIN:STANDARD") == 1
    assert b"DAYLIGHT" not in written
    assert b"RRULE" not in written


def test_a_zone_that_changed_its_law_has_one_observance_for_each_change() -> None:
    assert b"RRULE" not in zone_of("America/Mexico_City", 2022)
    assert zone_of("America/Mexico_City", 2022).count(b"BEGIN:") == 6


def test_summer_in_dublin_is_what_is_ahead() -> None:
    (clock,) = parsed(
        b"BEGIN:VCALENDAR\r\n" + zone_of("Europe/Dublin", 2026) + b"END:VCALENDAR\r\n"
    ).walk("DAYLIGHT")

    assert clock["DTSTART"].dt == datetime(2025, 3, 30, 1)  # noqa: DTZ001  a wall time
    assert clock["TZOFFSETTO"].td == timedelta(hours=1)


def zone_of(zone: str, year: int) -> bytes:
    at = datetime(year, 6, 1, tzinfo=UTC)
    return vtimezone(zones.zone(zone), Window(at, at))


def test_a_feed_says_what_readers_need_and_nothing_that_hurts() -> None:
    entries = [
        single(uid=UID.format(10), transparency=Transparency.TRANSPARENT),
        single(uid=UID.format(11), sequence=2, status=Status.CANCELLED),
    ]
    written = kept("feed-plain.ics", calendar(entries, "Duty"))
    head = written.partition(b"BEGIN:VEVENT")[0]

    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in head
    assert b"X-PUBLISHED-TTL:PT6H\r\n" in head
    assert b"\r\nNAME:Duty\r\n" in head
    assert b"X-WR-CALNAME:Duty\r\n" in head
    assert b"UID" not in head, "vdirsyncer takes a calendar's UID for its events'"
    assert b"METHOD" not in written
    assert b"ATTENDEE" not in written
    assert b"VTIMEZONE" not in written, "UTC needs none"
    assert b"DTSTART:20260407T120000Z\r\n" in written
    assert b"STATUS:CANCELLED" in written
    assert b"CLASS:PRIVATE" in written


def test_the_same_entries_give_the_same_bytes() -> None:
    entries = [single(uid=UID.format(number)) for number in range(20, 40)]

    assert calendar(entries, "Duty") == calendar([replace(each) for each in entries], "Duty")


def test_what_differs_only_by_its_zone_is_not_taken_for_the_same() -> None:
    start = datetime(2026, 7, 1, 13, tzinfo=UTC)
    in_utc = single(start=start, end=start + timedelta(hours=1))
    start, end = in_utc.start.astimezone(NEW_YORK), in_utc.end.astimezone(NEW_YORK)
    zoned = replace(in_utc, start=start, end=end)
    assert zoned == in_utc

    assert b"DTSTART:20260701T130000Z" in calendar([in_utc], "Duty")
    assert b"DTSTART;TZID=America/New_York:20260701T090000" in calendar([zoned], "Duty")


def test_words_in_every_alphabet_are_folded_between_letters_and_escaped() -> None:
    words = "Tea, bread; and \\ 见面愉快 👩‍👩‍👧 नमस्ते " * 4
    written = kept("words.ics", calendar([single(summary=words, description="a\nb")], words))

    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    for line in written.split(b"\r\n"):
        line.decode()
    (event,) = parsed(written).walk("VEVENT")
    assert (event["SUMMARY"], event["DESCRIPTION"]) == (words, "a\nb")


FORTY = "FREQ=WEEKLY;COUNT=40"


def test_a_name_with_a_comma_is_escaped() -> None:
    written = kept("name.ics", calendar([single()], "Tea, bread; more"))

    assert written.count(b"NAME:Tea\\, bread\\; more\r\n") == 2


def test_zones_stand_before_the_events() -> None:
    entries = [
        replace(
            series(zone, "2026-01-15T09:00", "FREQ=WEEKLY;COUNT=40", 90), uid=UID.format(50 + n)
        )
        for n, zone in enumerate(("America/New_York", "Asia/Kathmandu", "Europe/Dublin"))
    ]
    written = kept("three-zones.ics", calendar([*entries, single()], "Duty"))

    assert written.rindex(b"END:VTIMEZONE") < written.index(b"BEGIN:VEVENT")
    assert written.count(b"BEGIN:VTIMEZONE") == 3


@given(
    words=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=120),
    zone=st.sampled_from(ALL_ZONES),
    day=st.integers(0, 3_000),
    hour=st.integers(0, 23),
)
def test_whatever_is_written_is_read_back(words: str, zone: str, day: int, hour: int) -> None:
    place = ZoneInfo(zone)
    at = datetime(2022, 1, 1, hour, tzinfo=UTC) + timedelta(days=day)
    entry = single(start=at.astimezone(place), end=(at + timedelta(hours=9)).astimezone(place))
    written = calendar([replace(entry, summary=words)], words)
    (event,) = parsed(written).walk("VEVENT")

    assert str(event["SUMMARY"]) == words
    if not at.astimezone(place).fold:
        assert read_back(written) == [at]
