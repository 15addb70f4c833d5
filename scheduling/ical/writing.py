"""Bytes. icalendar escapes, folds and orders; what it lets through silently was refused before."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vDuration, vRecur, vText

from scheduling.ical.entry import Entry, Status, Unwritable, Why, check, check_line, zone_name
from scheduling.ical.series import rule_parts, starts
from scheduling.ical.zone import vtimezone
from scheduling.zones import Window

PRODUCER = "-//calendar//1.0//EN"  # names no organisation: a calendar is seen over a shoulder
REFRESH = timedelta(hours=6)
CACHED = 20_000  # events, of about half a kilobyte
_END = b"END:VCALENDAR\r\n"
_MAIL = re.compile(r"[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\]+\.?[A-Za-z0-9-]+")


class Method(StrEnum):
    """What a message asks of its reader (RFC 5546)."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a message is from or for. The organizer's must be the one that the mail comes from."""

    mail: str
    name: str = ""


def calendar(entries: Iterable[Entry], name: str, *, refresh: timedelta = REFRESH) -> bytes:
    """A feed or a file: no METHOD, nobody invited, no UID of its own (vdirsyncer would take it for
    the events'). The same entries give the same bytes; the text of each is kept.

    name: what the reader's program calls it, else it shows the (secret) address.
    refresh: how often to look; a wish that Google does not hear.

    Raises:
        Unwritable: one of the entries.
    """
    check_line(name)
    head = _head()
    head.add("NAME", vText(name))  # icalendar 7.3 does not know that it is text, to be escaped
    head.add("X-WR-CALNAME", vText(name))
    head.add("REFRESH-INTERVAL", vDuration(refresh), parameters={"VALUE": "DURATION"})
    head.add("X-PUBLISHED-TTL", vDuration(refresh))
    return _whole(head, list(entries))


def invitation(entry: Entry, method: Method, organizer: Address, attendee: Address | None) -> bytes:
    """One message about one entry to one person; nobody else is named in it.

    Raises:
        Unwritable: the entry, an address, or a state that this method cannot tell.
    """
    if (method is Method.CANCEL) != (entry.status is Status.CANCELLED):
        raise Unwritable(Why.METHOD, f"{method.value} of {entry.status.value}")
    if (method is Method.PUBLISH) != (attendee is None):
        raise Unwritable(Why.METHOD, f"{method.value} and whom it is for")
    if attendee and attendee.mail.casefold() == organizer.mail.casefold():
        raise Unwritable(Why.ADDRESS)
    head = _head()
    head.add("METHOD", method.value)
    event = _event(entry)
    event.add("ORGANIZER", _address(organizer))
    if attendee:
        guest = _address(attendee)
        guest.params.update(_ASKED)
        event.add("ATTENDEE", guest)
    return _joined(head, [entry], [event.to_ical()])


_ASKED = {
    "CUTYPE": "INDIVIDUAL",
    "ROLE": "REQ-PARTICIPANT",
    "PARTSTAT": "NEEDS-ACTION",
    "RSVP": "TRUE",
}


def _head() -> Calendar:
    head = Calendar()
    head.add("VERSION", "2.0")
    head.add("PRODID", PRODUCER)
    head.add("CALSCALE", "GREGORIAN")
    return head


def _whole(head: Calendar, entries: Sequence[Entry]) -> bytes:
    # Times in two zones may be equal and have one hash: the zone belongs to the key.
    texts = [_text(entry, str(entry.start.tzinfo)) for entry in entries]
    if len({(each.uid, each.instance) for each in entries}) != len(entries):
        raise Unwritable(Why.UID, "twice")
    return _joined(head, entries, texts)


def _joined(head: Calendar, entries: Sequence[Entry], events: Sequence[bytes]) -> bytes:
    """Zones come before the events: some programs read from top to bottom only."""
    top = head.to_ical().removesuffix(_END)
    return b"".join((top, *_zones(entries), *events, _END))


def _zones(entries: Sequence[Entry]) -> list[bytes]:
    """The VTIMEZONE of each zone that is used, for as long as it is used."""
    used: dict[str, tuple[ZoneInfo, list[datetime]]] = {}
    for entry in entries:
        place = entry.start.tzinfo
        if place is UTC or not isinstance(place, ZoneInfo) or zone_name(entry.start) == "UTC":
            continue
        moments = [entry.start, entry.end, *([entry.instance] if entry.instance else [])]
        if entry.rrule:
            moments.append(starts(entry)[-1])
        used.setdefault(place.key, (place, []))[1].extend(moments)
    return [
        vtimezone(place, Window(min(moments), max(moments)))
        for _, (place, moments) in sorted(used.items(), key=lambda each: each[0])
    ]


@lru_cache(maxsize=CACHED)
def _text(entry: Entry, zone: str) -> bytes:
    written: bytes = _event(entry).to_ical()
    return written


def _event(entry: Entry) -> Event:
    check(entry)
    starts(entry)
    event = Event()
    event.add("UID", entry.uid)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", entry.stamp.astimezone(UTC))
    event.add("DTSTART", _plain(entry.start))
    event.add("DTEND", _plain(entry.end))
    event.add("SUMMARY", entry.summary)
    if entry.description:
        event.add("DESCRIPTION", entry.description)
    if entry.location:
        event.add("LOCATION", entry.location)
    event.add("STATUS", entry.status.value)
    event.add("TRANSP", entry.transparency.value)
    event.add("CLASS", entry.classification.value)
    if entry.rrule:
        parts = rule_parts(entry)
        event.add("RRULE", vRecur.from_ical(";".join(f"{n}={v}" for n, v in parts.items())))
    if entry.exdates:
        event.add("EXDATE", [_plain(each) for each in sorted(entry.exdates)])
    if entry.instance:
        event.add("RECURRENCE-ID", _plain(entry.instance))
    return event


def _plain(at: datetime) -> datetime:
    """To the second; every spelling of UTC as `UTC`, which is written with a Z."""
    at = at.replace(microsecond=0)
    return at.astimezone(UTC) if zone_name(at) == "UTC" else at


def _address(whom: Address) -> vCalAddress:
    """Double quotes cannot stand in a name; programs show what stands for them as it is."""
    if not whom.mail.isascii() or not _MAIL.fullmatch(whom.mail):
        raise Unwritable(Why.ADDRESS)
    check_line(whom.name)
    made = vCalAddress(f"mailto:{whom.mail}")
    if name := whom.name.replace('"', "").strip():
        made.params["CN"] = name
    return made
