"""iCalendar as we write it: right in every zone, the same bytes each time, and nothing doubtful."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from scheduling import zones
from scheduling.ical import (
    Address,
    Entry,
    Method,
    Status,
    Transparency,
    Unwritable,
    Why,
    calendar,
    invitation,
    starts,
    vtimezone,
)
from scheduling.zones import Window
from tests.calendars import kept

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "time_zones.json").read_text())
EXPANDED = {case["id"]: case for case in VECTORS["cases"] if case["kind"] == "expand"}
STAMP = datetime(2026, 1, 1, tzinfo=UTC)
UID = "5b1c8f9e-0000-4000-8000-{:012}"
NEW_YORK = zones.zone("America/New_York")
REGULAR = (
    "America/New_York",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Jerusalem",
)
STEADY = ("Asia/Kathmandu", "Asia/Yangon", "Asia/Shanghai", "Asia/Tokyo", "Asia/Kolkata")
ALL_ZONES = (*REGULAR, *STEADY, "Africa/Casablanca", "America/Mexico_City", "America/Vancouver")


def single(**more: Any) -> Entry:
    """Two hours in UTC, unless told otherwise."""
    start = datetime(2026, 4, 7, 12, tzinfo=UTC)
    values = {"uid": UID.format(1), "sequence": 0, "stamp": STAMP, "summary": "Duty"}
    return Entry(**{**values, "start": start, "end": start + timedelta(hours=2), **more})


def series(
    zone: str, dtstart: str, rrule: str, minutes: int, exdate: tuple[str, ...] = ()
) -> Entry:
    place = zones.zone(zone)
    start = datetime.fromisoformat(dtstart).replace(tzinfo=place)
    left_out = tuple(datetime.fromisoformat(each).replace(tzinfo=place) for each in exdate)
    end = start + timedelta(minutes=minutes)
    return single(start=start, end=end, rrule=rrule, exdates=left_out)


def of_vector(given: dict[str, Any]) -> Entry:
    return series(
        given["zone"],
        given["dtstart"],
        given["rrule"],
        given["duration_minutes"],
        tuple(given.get("exdate", ())),
    )


def parsed(written: bytes) -> Any:
    """The types of what icalendar gives are of everything that it might give."""
    return icalendar.Calendar.from_ical(written)


def parsed_rule(rule: dict[str, Any]) -> str:
    made: Any = icalendar.vRecur(rule)
    return str(made.to_ical().decode())


def read_back(written: bytes) -> list[datetime]:
    """The starts in UTC as a reader finds them who knows no zones but those in the file."""
    whole = parsed(written)
    clocks = {str(each["TZID"]): each.to_tz(lookup_tzid=False) for each in whole.walk("VTIMEZONE")}
    found = []
    for event in whole.walk("VEVENT"):
        clock = clocks.get(event["DTSTART"].params.get("TZID", ""), UTC)
        walls = {event["DTSTART"].dt.replace(tzinfo=None)}
        if "RRULE" in event:
            rule = dict(event["RRULE"])
            if "UNTIL" in rule:
                (until,) = rule["UNTIL"]
                assert str(until.tzinfo) == "UTC"
                rule["UNTIL"] = [until.astimezone(clock).replace(tzinfo=None)]
            text = parsed_rule(rule)
            walls = set(rrulestr(text, dtstart=min(walls)))
        left_out = event.get("EXDATE")
        walls -= {each.dt.replace(tzinfo=None) for each in (left_out.dts if left_out else ())}
        found += [wall.replace(tzinfo=clock).astimezone(UTC) for wall in walls]
    return sorted(found)


def utc(*texts: str) -> list[datetime]:
    return [datetime.fromisoformat(text) for text in texts]


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


def refusal(entry: Entry) -> Why:
    with pytest.raises(Unwritable) as refused:
        calendar([entry], "Duty")
    return refused.value.why


NAIVE = datetime(2026, 4, 7, 12)  # noqa: DTZ001  what is refused


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"start": NAIVE}, Why.NAIVE),
        ({"end": NAIVE + timedelta(hours=2)}, Why.NAIVE),
        ({"stamp": NAIVE}, Why.NAIVE),
        ({"start": NAIVE.replace(tzinfo=timezone(timedelta(hours=6, minutes=30)))}, Why.ZONE),
        ({"start": NAIVE.replace(tzinfo=NEW_YORK)}, Why.ZONE),
        ({"end": NAIVE.replace(tzinfo=UTC)}, Why.ORDER),
        ({"uid": "short"}, Why.UID),
        ({"uid": "with blank 1"}, Why.UID),
        ({"sequence": -1}, Why.SEQUENCE),
        ({"summary": "Du\x0bty"}, Why.CONTROL),
        ({"summary": "Du\nty"}, Why.CONTROL),
        ({"description": "Du\x00ty"}, Why.CONTROL),
        ({"description": "Du\rty"}, Why.CONTROL),
        ({"location": "\x7f"}, Why.CONTROL),
        ({"summary": "\ud83d"}, Why.CONTROL),
        ({"exdates": (NAIVE.replace(tzinfo=UTC),)}, Why.EXCEPTION),
    ],
)
def test_what_programs_would_read_otherwise_is_refused(more: dict[str, Any], why: Why) -> None:
    assert refusal(single(**more)) is why


@pytest.mark.parametrize(
    ("dtstart", "rrule", "why"),
    [
        ("2026-03-01T02:30", "FREQ=WEEKLY;COUNT=3", Why.GAP),
        ("2026-10-25T01:30", "FREQ=WEEKLY;COUNT=3", Why.FOLD),
        ("2026-03-01T01:30", "FREQ=WEEKLY;COUNT=3", Why.GAP),  # it would end at 02:30
        ("2026-03-06T22:00", "FREQ=DAILY;COUNT=3", Why.ACROSS),
        ("2026-03-05T09:00", "FREQ=WEEKLY;COUNT=3;UNTIL=20260401T000000Z", Why.COUNT_AND_UNTIL),
        ("2026-03-05T09:00", "FREQ=WEEKLY", Why.ENDLESS),
        ("2026-03-05T09:00", "FREQ=DAILY;UNTIL=20990101T000000Z", Why.ENDLESS),
        ("2026-03-05T09:00", "FREQ=DAILY;COUNT=999999999", Why.ENDLESS),
        ("2026-03-05T09:00", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", Why.OFF_RULE),
        ("2026-03-05T09:00", "FREQ=WEEKLY;COUNT=0", Why.OFF_RULE),
        ("2026-03-05T09:00", "FREQ=SECONDLY;COUNT=3", Why.RULE),
        ("2026-03-05T09:00", "FREQ=WEEKLY;COUNT=3;RDATE=20260401T090000", Why.RULE),
        ("2026-03-05T09:00", "FREQ=WEEKLY;COUNT=3\nRDATE:20260401T090000", Why.RULE),
        ("2026-03-05T09:00", "FREQ=WEEKLY;COUNT=three", Why.RULE),
        ("2026-03-05T09:00", "FREQ=WEEKLY;UNTIL=20260401", Why.RULE),
        ("2026-03-05T09:00", "every thursday", Why.RULE),
    ],
)
def test_a_series_that_programs_would_expand_otherwise_is_refused(
    dtstart: str, rrule: str, why: Why
) -> None:
    length = 8 * 60 if "22:00" in dtstart else 60
    assert refusal(series("America/New_York", dtstart, rrule, length)) is why


def test_the_night_on_which_the_clocks_change_can_be_left_out_and_told_by_itself() -> None:
    nights = series(
        "America/New_York", "2026-03-06T22:00", "FREQ=DAILY;COUNT=4", 480, ("2026-03-07T22:00",)
    )
    short = datetime(2026, 3, 8, 3, tzinfo=UTC)
    that_night = single(uid=UID.format(60), start=short, end=short + timedelta(hours=7))

    written = kept("short-night.ics", calendar([nights, that_night], "Duty"))

    assert read_back(written) == utc(
        "2026-03-07T03:00Z", "2026-03-08T03:00Z", "2026-03-09T02:00Z", "2026-03-10T02:00Z"
    )


def test_an_exception_must_be_one_of_the_times() -> None:
    entry = series(
        "America/New_York", "2026-02-26T09:00", "FREQ=WEEKLY;COUNT=5", 60, ("2026-03-12T10:00",)
    )

    assert refusal(entry) is Why.EXCEPTION


def test_a_local_end_of_a_rule_is_written_in_utc() -> None:
    entry = series("America/New_York", "2026-03-05T09:00", "FREQ=WEEKLY;UNTIL=20260319T090000", 60)

    assert b"UNTIL=20260319T130000Z" in calendar([entry], "Duty")
    assert len(starts(entry)) == 3


def test_two_entries_of_one_uid_are_refused() -> None:
    with pytest.raises(Unwritable):
        calendar([single(), single(summary="Other")], "Duty")


DESK = Address("desk@care.example", 'Community, "desk"')
ANA = Address("ana@mail.example", "Ana")


def test_an_invitation_names_one_person_and_asks_for_an_answer() -> None:
    entry = series("Asia/Yangon", "2026-01-15T09:00", "FREQ=WEEKLY;COUNT=4", 90)
    written = kept("request.ics", invitation(entry, Method.REQUEST, DESK, ANA))
    (event,) = parsed(written).walk("VEVENT")

    assert b"\r\nMETHOD:REQUEST\r\n" in written
    assert event["ATTENDEE"] == "mailto:ana@mail.example"
    assert dict(event["ATTENDEE"].params) == {
        "CN": "Ana",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }
    assert event["ORGANIZER"].params["CN"] == "Community, desk"


def test_a_moved_time_of_a_series_is_told_alone() -> None:
    place = zones.zone("Asia/Yangon")
    before = datetime(2026, 1, 22, 9, tzinfo=place)
    moved = single(
        start=before + timedelta(hours=2), end=before + timedelta(hours=3), instance=before
    )
    written = kept("moved.ics", invitation(replace(moved, sequence=1), Method.REQUEST, DESK, ANA))

    assert b"RECURRENCE-ID;TZID=Asia/Yangon:20260122T090000" in written


def test_a_cancellation_is_for_what_is_cancelled() -> None:
    off = single(sequence=1, status=Status.CANCELLED)
    written = kept("cancel.ics", invitation(off, Method.CANCEL, DESK, ANA))

    assert b"STATUS:CANCELLED" in written
    kept("publish.ics", invitation(single(), Method.PUBLISH, DESK, None))


@pytest.mark.parametrize(
    ("entry", "method", "organizer", "attendee"),
    [
        (single(), Method.CANCEL, DESK, ANA),
        (single(status=Status.CANCELLED), Method.REQUEST, DESK, ANA),
        (single(), Method.REQUEST, DESK, None),
        (single(), Method.PUBLISH, DESK, ANA),
        (single(), Method.REQUEST, DESK, Address("DESK@care.example")),
        (single(), Method.REQUEST, DESK, Address("not an address")),
        (single(), Method.REQUEST, DESK, Address("ana@mail.example\r\nX:1")),
        (single(), Method.REQUEST, DESK, Address("ana@mail.example", "An\x00a")),
    ],
)
def test_an_invitation_that_cannot_be_understood_is_refused(
    entry: Entry, method: Method, organizer: Address, attendee: Address | None
) -> None:
    with pytest.raises(Unwritable):
        invitation(entry, method, organizer, attendee)


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
