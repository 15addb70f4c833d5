"""Who is on in a rehearsal: those who promised hours, and those a scenario imagines besides."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from helpline.cases.candidates import roster
from helpline.matching import TEXT, VOICE, Candidate
from helpline.rehearsal.scenario import Imagined
from scheduling import promises
from scheduling.overlap import joined
from scheduling.zones import DAY, Window, local_date, overlap, wall_to_utc, zone


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who helps, free and rested as the window begins, and when they are on."""

    who: Candidate
    on: tuple[Window, ...]


def promised(session: Session, window: Window) -> list[Helper]:
    """Everybody who promised hours in a window, as their accounts say."""
    planned = defaultdict[str, list[Window]](list)
    for each in promises.coming(session, window):
        planned[each.person_id].append(Window(each.start, each.end))
    return [
        Helper(who, _within(planned[who.person_id], window))
        for who in roster(session)
        if who.person_id in planned
    ]


def imagined_helpers(imagined: Iterable[Imagined], window: Window) -> list[Helper]:
    """Those of a scenario; alike ones differ in their number only."""
    return [
        Helper(_who(each, f"imagined-{kind}-{number}"), _hours(each, window))
        for kind, each in enumerate(imagined, start=1)
        for number in range(1, each.count + 1)
    ]


def _who(of: Imagined, name: str) -> Candidate:
    return Candidate(
        person_id=name,
        speaks=dict(of.languages),
        load_cap=of.load_cap,
        zone=of.zone,
        channels=frozenset({TEXT, VOICE} if of.takes_calls else {TEXT}),
        clearances=frozenset({"youth", "crisis"}),
    )


def _hours(of: Imagined, window: Window) -> tuple[Window, ...]:
    place, found = zone(of.zone), []
    day = local_date(window.start, place) - DAY
    while day <= local_date(window.end, place):
        if day.weekday() in of.days:
            last = day if of.start < of.until else day + DAY
            start = wall_to_utc(datetime.combine(day, of.start), place).utc
            end = wall_to_utc(datetime.combine(last, of.until), place).utc
            found.append(Window(start, end))
        day += timedelta(days=1)
    return _within(found, window)


def _within(found: Iterable[Window], window: Window) -> tuple[Window, ...]:
    cut = (overlap(each, window) for each in found)
    return tuple(joined(each for each in cut if each is not None))
