"""What a rehearsal shows, by language and hour."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from helpline.rehearsal.scenario import DAYS
from helpline.rehearsal.world import Outcome
from scheduling.zones import zone

MOST_THIN = 12


@dataclass(frozen=True, slots=True)
class Row:
    """Some of those who asked. left: stopped waiting; waiting: at the end. p50, p95: minutes until
    somebody took them, of those helped; None: nobody was. nobody_on: how many came while nobody was
    on who could have helped them, not even busy."""

    asked: int
    helped: int
    left: int
    waiting: int
    p50: float | None
    p95: float | None
    nobody_on: int


@dataclass(frozen=True, slots=True)
class Thin:
    """An hour of the week at which people of a language come and nobody is on."""

    language: str
    day: str
    hour: int
    asked: int
    nobody_on: int


@dataclass(frozen=True, slots=True)
class Report:
    """place: whose clock the hours are. languages: in all; hours: by language and hour of the day.
    offers: how many were made for each who was helped."""

    place: str
    everybody: Row
    languages: dict[str, Row]
    hours: dict[str, dict[int, Row]]
    thin: tuple[Thin, ...]
    offers: float | None

    def to_data(self) -> dict[str, Any]:
        """As JSON gives it."""
        return {
            "zone": self.place,
            "everybody": asdict(self.everybody),
            "languages": {
                tag: asdict(row)
                | {"hours": {f"{hour:02}": asdict(of) for hour, of in self.hours[tag].items()}}
                for tag, row in self.languages.items()
            },
            "thin": [asdict(each) for each in self.thin],
            "offers_per_helped": self.offers,
        }


def report(outcomes: Sequence[Outcome], place: str) -> Report:
    """Count what happened, on the clock of a place."""
    there = zone(place)
    by_language = defaultdict[str, list[Outcome]](list)
    by_hour = defaultdict[tuple[str, int], list[Outcome]](list)
    by_week = defaultdict[tuple[str, int, int], list[Outcome]](list)
    for each in outcomes:
        tag, local = each.arrival.languages[0], each.arrival.at.astimezone(there)
        by_language[tag].append(each)
        by_hour[tag, local.hour].append(each)
        by_week[tag, local.weekday(), local.hour].append(each)
    helped = sum(each.helped for each in outcomes)
    return Report(
        place,
        _row(outcomes),
        {tag: _row(by_language[tag]) for tag in sorted(by_language)},
        {
            tag: {hour: _row(by_hour[tag, hour]) for hour in range(24) if (tag, hour) in by_hour}
            for tag in sorted(by_language)
        },
        _thin(by_week),
        round(sum(each.offers for each in outcomes) / helped, 2) if helped else None,
    )


def _row(outcomes: Iterable[Outcome]) -> Row:
    found = list(outcomes)
    waits = sorted(each.waited or timedelta() for each in found if each.helped)
    still = sum(each.still_waits for each in found)
    return Row(
        asked=len(found),
        helped=len(waits),
        left=len(found) - len(waits) - still,
        waiting=still,
        p50=_minutes(waits, 0.5),
        p95=_minutes(waits, 0.95),
        nobody_on=sum(each.nobody_on for each in found),
    )


def _minutes(ordered: Sequence[timedelta], share: float) -> float | None:
    """The smallest wait that this share of them does not exceed."""
    if not ordered:
        return None
    wait = ordered[max(math.ceil(share * len(ordered)) - 1, 0)]
    return round(wait.total_seconds() / 60, 1)


def _thin(by_week: dict[tuple[str, int, int], list[Outcome]]) -> tuple[Thin, ...]:
    found = [
        Thin(tag, DAYS[day], hour, len(several), alone)
        for (tag, day, hour), several in by_week.items()
        if (alone := sum(each.nobody_on for each in several))
    ]
    ordered = sorted(
        found,
        key=lambda each: (-each.nobody_on, each.language, DAYS.index(each.day), each.hour),
    )
    return tuple(ordered[:MOST_THIN])
