"""What tests of calendars say often: an entry, a series, and what a reader finds in a file."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
from dateutil.rrule import rrulestr

from scheduling import zones
from scheduling.ical import (
    Entry,
)

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
