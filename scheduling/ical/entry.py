"""One event as we mean it, and what of it no calendar program would read as we mean it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.errors import Refused

_UTC_NAMES = ("UTC", "Etc/UTC")
_UID = re.compile(r"[!-~]{8,255}", re.ASCII)
# C0, DEL, C1 and halves of characters; a line break may stand in a description.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAK = re.compile("[\t\n]")


class Why(StrEnum):
    """What is wrong with an entry."""

    NAIVE = "a time without a zone: every reader would see another moment"
    ZONE = "times take UTC or one IANA zone, the same for start and end"
    ORDER = "it ends before or when it begins"
    UID = "the uid must be 8 to 255 visible ASCII characters, and nobody else's"
    SEQUENCE = "the sequence counts changes from 0"
    CONTROL = "a control character, or half of one"
    RULE = "a rule that cannot be read, or with parts that programs read differently"
    COUNT_AND_UNTIL = "a rule ends by a number or by a day, not by both"
    ENDLESS = "a rule without an end, or with more than a thousand times"
    OFF_RULE = "the first time is not one that the rule gives"
    EXCEPTION = "an exception that is not one of the rule's times"
    GAP = "on one of the days the clocks skip that hour: programs disagree"
    FOLD = "on one of the days that hour comes twice: programs disagree"
    ACROSS = "one of the times lasts over a change of the clocks: programs disagree on its end"
    ADDRESS = "not a mail address, or the one who invites and the one invited are the same"
    METHOD = "this state cannot be told by this method"


class Unwritable(Refused):
    """An entry that programs would read otherwise than we mean it. `why` says what is wrong."""

    code = "unwritable_entry"

    def __init__(self, why: Why, about: object = "") -> None:
        super().__init__(f"{why.value}{f': {about}' if about != '' else ''}")
        self.why = why


class Status(StrEnum):
    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Transparency(StrEnum):
    """Whether others who see the calendar see that time as taken."""

    OPAQUE = "OPAQUE"
    TRANSPARENT = "TRANSPARENT"


class Classification(StrEnum):
    """A hint to the reader's program: hide the words from people they share the calendar with."""

    PRIVATE = "PRIVATE"
    PUBLIC = "PUBLIC"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, or a series of them.

    uid: the same for ever; tells nothing about a person or a host (RFC 7986, 5.3).
    sequence: +1 for each change of times, rule or exceptions, and for the cancellation.
    stamp: when it was last changed, so that the bytes stay the same between two looks.
    start, end: UTC for a single one (the safest), or wall times in one zone.
    rrule: "FREQ=WEEKLY;BYDAY=TH;COUNT=5"; it must end. UNTIL may be local, it is written in UTC.
    exdates: starts that fall out, in the zone of `start`.
    instance: this is one moved time of a series: the start it had before (RECURRENCE-ID).
    """

    uid: str
    sequence: int
    stamp: datetime
    start: datetime
    end: datetime
    summary: str
    description: str = ""
    location: str = ""
    status: Status = Status.CONFIRMED
    transparency: Transparency = Transparency.OPAQUE
    classification: Classification = Classification.PRIVATE
    rrule: str = ""
    exdates: tuple[datetime, ...] = ()
    instance: datetime | None = None


def check(entry: Entry) -> None:
    """Whether an entry may be written, but for its rule (see `series.starts`).

    Raises:
        Unwritable: it may not.
    """
    if not _UID.fullmatch(entry.uid):
        raise Unwritable(Why.UID, entry.uid[:20])
    if entry.sequence < 0:
        raise Unwritable(Why.SEQUENCE, entry.sequence)
    check_line(entry.summary)
    check_line(entry.location)
    if _CONTROL.search(entry.description):
        raise Unwritable(Why.CONTROL)
    zones = {zone_name(each) for each in _times(entry)}
    zone_name(entry.stamp)
    if len(zones) != 1:
        raise Unwritable(Why.ZONE, ", ".join(sorted(zones)))
    if entry.end.astimezone(UTC) <= entry.start.astimezone(UTC):
        raise Unwritable(Why.ORDER)
    if entry.exdates and not entry.rrule:
        raise Unwritable(Why.EXCEPTION)
    if entry.instance and entry.rrule:
        raise Unwritable(Why.RULE, "a moved time has no rule of its own")


def check_line(words: str) -> None:
    """Whether some words may stand on one line.

    Raises:
        Unwritable: they hold control characters or line breaks.
    """
    if _CONTROL.search(words) or _BREAK.search(words):
        raise Unwritable(Why.CONTROL)


def zone_name(at: datetime) -> str:
    """The IANA name of a moment's zone, "UTC" for any spelling of it.

    Raises:
        Unwritable: it has none: it is naive, or has only an offset, which no program can look up.
    """
    if at.tzinfo is None:
        raise Unwritable(Why.NAIVE)
    name = _named(at.tzinfo)
    if not name:
        raise Unwritable(Why.ZONE, at.tzinfo)
    return "UTC" if name in _UTC_NAMES else name


def _named(place: tzinfo) -> str:
    if place is UTC:
        return "UTC"
    key: Any = place.key if isinstance(place, ZoneInfo) else None
    return key or ""


def _times(entry: Entry) -> list[datetime]:
    moved = [entry.instance] if entry.instance else []
    return [entry.start, entry.end, *entry.exdates, *moved]
