"""When the times of a series begin, and which series every program reads alike."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice

from dateutil.rrule import rrulestr

from scheduling.ical.entry import Entry, Unwritable, Why
from scheduling.zones import WallStatus, wall_to_utc

MOST = 1_000
_PARTS = frozenset(
    ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"],
)
_VALUE = re.compile(r"[A-Z0-9,+-]+", re.ASCII)
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_LOCAL = "%Y%m%dT%H%M%S"


def starts(entry: Entry) -> list[datetime]:
    """The starts of an entry in order, on the clock of its zone; a single one has one.

    Every time of a series must begin and end at an hour that comes once, and last as long as the
    first: five libraries were seen to give four different answers otherwise. Except such a day
    (`exdates`) and tell it as an entry of its own, in UTC.

    Raises:
        Unwritable: a rule that cannot be read, never ends, or meets a change of the clocks.
    """
    if not entry.rrule:
        return [entry.start]
    place = entry.start.tzinfo or UTC
    first = entry.start.replace(tzinfo=None)
    walls = _walls(first, rule_parts(entry), place)
    if not walls or walls[0] != first:
        raise Unwritable(Why.OFF_RULE, first)
    left_out = {each.replace(tzinfo=None) for each in entry.exdates}
    if unknown := left_out.difference(walls):
        raise Unwritable(Why.EXCEPTION, min(unknown))
    kept = [wall for wall in walls if wall not in left_out]
    length = entry.end.replace(tzinfo=None) - first
    for wall in kept:
        _check(wall, length, place)
    return [wall.replace(tzinfo=place) for wall in kept]


def rule_parts(entry: Entry) -> dict[str, str]:
    """The parts of the rule in their order, UNTIL in UTC as it is written beside a zone.

    Raises:
        Unwritable: as above.
    """
    parts: dict[str, str] = {}
    for part in entry.rrule.upper().split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS or name in parts or not _VALUE.fullmatch(value):
            raise Unwritable(Why.RULE, part[:40])
        parts[name] = value
    if parts.get("FREQ") not in _FREQUENCIES:
        raise Unwritable(Why.RULE, parts.get("FREQ", "no FREQ"))
    if "COUNT" in parts and "UNTIL" in parts:
        raise Unwritable(Why.COUNT_AND_UNTIL)
    if "COUNT" not in parts and "UNTIL" not in parts:
        raise Unwritable(Why.ENDLESS)
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], entry.start.tzinfo or UTC)
    return parts


def _until(text: str, place: tzinfo) -> str:
    """The end of a rule in UTC."""
    try:
        end = datetime.strptime(text.removesuffix("Z"), _LOCAL)  # noqa: DTZ007  read below
    except ValueError:
        raise Unwritable(Why.RULE, text[:20]) from None
    utc = end if text.endswith("Z") else wall_to_utc(end, place).utc
    return f"{utc:{_LOCAL}}Z"


def _walls(first: datetime, parts: dict[str, str], place: tzinfo) -> list[datetime]:
    """The rule's starts as wall times, which is how a rule counts."""
    local = dict(parts)
    if "UNTIL" in local:
        end = datetime.strptime(local["UNTIL"], f"{_LOCAL}Z").replace(tzinfo=UTC)
        local["UNTIL"] = f"{end.astimezone(place):{_LOCAL}}"
    rule = ";".join(f"{name}={value}" for name, value in local.items())
    try:
        walls: list[datetime] = list(islice(rrulestr(rule, dtstart=first), MOST + 1))
    except (ValueError, TypeError):
        raise Unwritable(Why.RULE, rule[:60]) from None
    if len(walls) > MOST:
        raise Unwritable(Why.ENDLESS)
    return walls


def _check(wall: datetime, length: timedelta, place: tzinfo) -> None:
    begins, ends = wall_to_utc(wall, place), wall_to_utc(wall + length, place)
    for each, at in ((begins, wall), (ends, wall + length)):
        if each.status is not WallStatus.OK:
            raise Unwritable(Why.GAP if each.status is WallStatus.GAP else Why.FOLD, at)
    if ends.utc - begins.utc != length:
        raise Unwritable(Why.ACROSS, wall)
