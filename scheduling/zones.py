"""Wall clocks and moments: IANA zones from the `tzdata` package. Pure: no database, no clock.

One reading of a wall time holds everywhere (RFC 5545, 3.3.5, which is also PEP 495's `fold=0`):
a time the clocks skip is read with the offset before the change, so it moves later by the gap;
a time that happens twice means the first.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo, reset_tzpath

from scheduling.errors import Refused

# The system's copy may be years old and would win over the package (Vancouver, November 2026).
reset_tzpath(to=())
ZoneInfo.clear_cache()

DAY = timedelta(days=1)


class UnknownZone(Refused):
    """No such time zone. The name asked for is the first argument."""

    code = "unknown_zone"


class WallStatus(StrEnum):
    """Whether a wall time names one moment."""

    OK = "ok"
    GAP = "gap"  # the clocks skip it
    FOLD = "fold"  # it happens twice


class Reading(NamedTuple):
    """What a wall time means. `second` is set only when it happens twice."""

    utc: datetime
    status: WallStatus
    second: datetime | None = None


class Window(NamedTuple):
    """From `start` until just before `end`, both aware UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


class City(NamedTuple):
    """One line of a zone picker: the name to store, what to show, its offset, both ways."""

    zone: str
    name: str
    offset: timedelta
    label: str


def zone(name: str) -> ZoneInfo:
    """The zone called `name`, under its canonical name; case, blanks and old names are forgiven.

    >>> str(zone("asia/calcutta"))
    'Asia/Kolkata'

    Raises:
        UnknownZone: the zone data know no such name.
    """
    return _opened(canonical(name))


def canonical(name: str) -> str:
    """The name by which a zone is stored: a city's own name where it has one.

    Asia/Kuala_Lumpur stays although its rules are kept under Asia/Singapore; Asia/Calcutta
    becomes Asia/Kolkata, and every spelling of UTC becomes UTC.

    Raises:
        UnknownZone: the zone data know no such name.
    """
    known = _names().get(name.strip().replace(" ", "_").casefold())
    if known is None:
        raise UnknownZone(name[:40])
    return known


def wall_to_utc(wall: datetime, place: tzinfo) -> Reading:
    """The moment a wall time (naive) means in a zone, and whether it names exactly one.

    Raises:
        ValueError: `wall` has a zone already.
    """
    if wall.tzinfo is not None:
        raise ValueError(f"{wall!r} is a moment, not a wall time")
    first = wall.replace(tzinfo=place, fold=0)
    second = wall.replace(tzinfo=place, fold=1)
    utc = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return Reading(utc, WallStatus.OK)
    later = second.astimezone(UTC)
    if later > utc:
        return Reading(utc, WallStatus.FOLD, later)
    return Reading(utc, WallStatus.GAP)


def local_day(day: date, place: tzinfo) -> Window:
    """The moments that make up a day somewhere; 23, 24, 24½ or 25 hours long."""
    midnights = (datetime.combine(each, time()) for each in (day, day + DAY))
    start, end = (wall_to_utc(midnight, place).utc for midnight in midnights)
    return Window(start, end)


def local_date(at: datetime, place: tzinfo) -> date:
    """The day it is somewhere at the moment `at` (aware)."""
    return _aware(at).astimezone(place).date()


def next_wall(place: tzinfo, hour: time, after: datetime) -> datetime:
    """The first moment, `after` or later, at which the clocks somewhere show `hour` (aware UTC).

    On a day whose clocks skip it, it comes later by the gap; of two, the first counts.
    """
    today = local_date(after, place)
    days = (today + DAY * ahead for ahead in (-1, 0, 1, 2))
    moments = (wall_to_utc(datetime.combine(day, hour), place).utc for day in days)
    return min(moment for moment in moments if moment >= after)


def overlap(one: Window, other: Window) -> Window | None:
    """What two windows share, or None."""
    both = Window(max(one.start, other.start), min(one.end, other.end))
    return both if both.start < both.end else None


def clock_label(at: datetime, place: tzinfo) -> str:
    """The hour somewhere, as on a 24-hour clock: "20:00". The day is for the caller to say."""
    return _aware(at).astimezone(place).strftime("%H:%M")


def offset_label(at: datetime, place: tzinfo) -> str:
    """How far a zone's clocks are from UTC at a moment; ASCII, so that it can go into a text.

    >>> offset_label(datetime(2026, 1, 6, tzinfo=UTC), zone("Asia/Kolkata"))
    'UTC+5:30'
    """
    return _written(_offset(at, place))


def version() -> str:
    """Which IANA release the zone data are, such as "2026f"."""
    return _data("tzdata.zi").partition("\n")[0].removeprefix("# version ").strip()


def choices(at: datetime) -> dict[str, list[City]]:
    """Every zone a person may pick, by region and then by name, with its offset at `at`."""
    found: dict[str, list[City]] = {}
    for name in sorted(_cities(), key=city_name):
        offset = _offset(at, _opened(name))
        city = City(name, city_name(name), offset, _written(offset))
        found.setdefault(name.partition("/")[0], []).append(city)
    return dict(sorted(found.items()))


def city_name(name: str) -> str:
    """What people call a zone, in English.

    >>> city_name("America/Argentina/Buenos_Aires"), city_name("Asia/Manila")
    ('Buenos Aires, Argentina', 'Manila')
    """
    _region, _, place = name.replace("_", " ").partition("/")
    return ", ".join(reversed(place.split("/"))) if place else name


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone, so it names no moment")
    return at


def _offset(at: datetime, place: tzinfo) -> timedelta:
    return _aware(at).astimezone(place).utcoffset() or timedelta()


def _written(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


@cache
def _opened(name: str) -> ZoneInfo:
    return ZoneInfo(name)  # its own cache holds only eight


@cache
def _names() -> dict[str, str]:
    """Every name the zone data know, in small letters, and the canonical one for each."""
    links = dict(_links())
    known = set(_data("zones").split()) - {"Factory"}  # "Factory" says that no zone was set
    return {name.casefold(): _followed(name, links) for name in known}


def _followed(name: str, links: dict[str, str]) -> str:
    if name == "Etc/UTC":
        return "UTC"
    return name if name in _cities() or name not in links else _followed(links[name], links)


def _links() -> list[tuple[str, str]]:
    """(another name, the name it stands for), from the lines `L <target> <other name>`."""
    lines = (line.split() for line in _data("tzdata.zi").splitlines() if line.startswith("L "))
    return [(other, target) for _, target, other in lines]


@cache
def _cities() -> frozenset[str]:
    """The zones that zone.tab gives a country: those whose people choose them by name."""
    lines = (line.split("\t") for line in _data("zone.tab").splitlines() if line[:1] != "#")
    return frozenset(line[2] for line in lines)


@cache
def _data(name: str) -> str:
    package = resources.files("tzdata")
    folder = package if name == "zones" else package / "zoneinfo"
    return (folder / name).read_text(encoding="utf-8")
