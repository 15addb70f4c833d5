"""May this be sent to that number now? One pure function decides; nothing leaves without it.

Held is never dropped: the text waits and is rendered again when it goes. Suppressed is for good:
the person said stop, the number cannot be texted, or it is somewhere we do not send to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpline.messaging.outbox.numbers import unfit
from scheduling.zones import wall_to_utc

FRESH = timedelta(minutes=15)  # how long after a text of theirs an answer is expected
ONE_A_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be said: see `Notice` and `Wording` for the words."""

    channel: str = "text"
    automatic: bool = True
    answers: bool = False
    any_hour: bool = False
    despite_stop: bool = False
    despite_flag: bool = False
    proves: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known about the person's number or address when it would be sent.

    safe_from, safe_until: wall times at `zone`, both or neither; until before from wraps over
    midnight. last_automatic_at: when something automatic last went to the number.
    unproven: unusable only because a colleague typed it and nobody has typed its code yet.
    """

    address: str = field(repr=False)
    zone: str
    is_seeker: bool = True
    country: str = ""
    heard_at: datetime | None = None
    opted_out: bool = False
    unusable: str = ""
    unproven: bool = False
    flagged: bool = False
    safe_from: time | None = None
    safe_until: time | None = None
    last_automatic_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The instance's own rules: quiet wall hours at the person's place, and where texts may go."""

    quiet_from: time = time(21)
    quiet_until: time = time(8)
    countries: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Send:
    """Now."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Not before `until`; `why` is a stable code."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Suppress:
    """Never; `why` is a stable code."""

    why: str


Verdict = Send | Hold | Suppress


def decide(said: Said, reach: Reach, bounds: Bounds, now: datetime) -> Verdict:
    """Send now, hold until a moment, or never.

    A window that the person named stands instead of our quiet hours, for they know better. It
    holds everything, a human's words too, except the direct answer to a text they just sent.
    """
    why = _never(said, reach, bounds)
    if why:
        return Suppress(why)
    holds = (_safe_window(said, reach, now), _quiet(said, reach, bounds, now), _daily(said, reach))
    standing = [hold for hold in holds if hold is not None and hold.until > now]
    return max(standing, key=lambda hold: hold.until) if standing else Send()


def _never(said: Said, reach: Reach, bounds: Bounds) -> str:
    if reach.opted_out and not said.despite_stop:
        return "opted_out"
    if reach.flagged and not said.despite_flag:
        return "flagged"
    if reach.unusable and not (said.proves and reach.unproven):
        return "unusable"
    if said.channel != "text":
        return ""
    return unfit(reach.address) or _abroad(reach, bounds)


def _abroad(reach: Reach, bounds: Bounds) -> str:
    """A number that texted us may be anywhere; one typed on the web only where we allow it."""
    typed = reach.heard_at is None
    return "country" if typed and reach.country not in bounds.countries else ""


def _safe_window(said: Said, reach: Reach, now: datetime) -> Hold | None:
    if reach.safe_from is None or reach.safe_until is None or _just_heard(said, reach, now):
        return None
    until = outside(reach.safe_from, reach.safe_until, reach.zone, now)
    return Hold(until, "safe_window") if until else None


def _just_heard(said: Said, reach: Reach, now: datetime) -> bool:
    return said.answers and reach.heard_at is not None and now - reach.heard_at <= FRESH


def _quiet(said: Said, reach: Reach, bounds: Bounds, now: datetime) -> Hold | None:
    if not said.automatic or said.answers or said.any_hour or reach.safe_from is not None:
        return None
    until = outside(bounds.quiet_until, bounds.quiet_from, reach.zone, now)
    return Hold(until, "quiet_hours") if until else None


def _daily(said: Said, reach: Reach) -> Hold | None:
    """A number typed on the web may be a stranger's: one automatic text a day until it answers."""
    typed = reach.is_seeker and reach.heard_at is None and said.channel == "text"
    if not typed or not said.automatic or reach.last_automatic_at is None:
        return None
    return Hold(reach.last_automatic_at + ONE_A_DAY, "one_a_day")


def outside(opens: time, closes: time, zone: str, now: datetime) -> datetime | None:
    """None while the wall clock at `zone` is between `opens` and `closes`, else when it opens next.

    >>> from datetime import UTC
    >>> night = datetime(2026, 4, 6, 15, 30, tzinfo=UTC)  # 23:30 in Kuala Lumpur
    >>> outside(time(8), time(21), "Asia/Kuala_Lumpur", night)
    datetime.datetime(2026, 4, 7, 0, 0, tzinfo=datetime.timezone.utc)
    >>> outside(time(22), time(1), "Asia/Kuala_Lumpur", night) is None
    True
    """
    there = now.astimezone(ZoneInfo(zone))
    if _within(there.time().replace(tzinfo=None), opens, closes):
        return None
    day = there.date() if there.time() < opens else there.date() + timedelta(days=1)
    reading = wall_to_utc(datetime.combine(day, opens), ZoneInfo(zone))
    return reading.utc if reading.utc > now else reading.second  # the hour that happens twice


def _within(moment: time, opens: time, closes: time) -> bool:
    if opens == closes:
        return True
    if opens < closes:
        return opens <= moment < closes
    return moment >= opens or moment < closes
