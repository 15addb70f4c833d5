"""What programs would read in different ways is refused; invitations, changes, cancellations."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from scheduling import zones
from scheduling.ical import (
    Address,
    Entry,
    Method,
    Status,
    Unwritable,
    Why,
    calendar,
    invitation,
    starts,
)
from tests.calendars import kept
from tests.pure.entries import NEW_YORK, UID, parsed, read_back, series, single, utc


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
