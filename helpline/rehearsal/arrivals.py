"""People who ask in a rehearsal, drawn from a scenario."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from helpline.matching import TEXT
from helpline.rehearsal.scenario import Asking, Scenario
from scheduling.zones import Window, zone

HOUR = timedelta(hours=1)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody comes into the line. languages: their own first."""

    at: datetime
    languages: tuple[str, ...]
    urgency: int = 4
    channel: str = TEXT
    gender_wish: str = ""
    age_wish: str = ""


def imagined(scenario: Scenario, window: Window) -> list[Arrival]:
    """Everybody who asks in a window, in order; the same for the same seed.

    Each language has dice of its own, so that a change of one leaves the others as they were.
    """
    found = [
        each
        for number, asking in enumerate(scenario.asking)
        for each in _of(asking, window, Random(f"{scenario.seed}:{number}:{asking.language}"))  # noqa: S311
    ]
    return sorted(found, key=lambda each: (each.at, each.languages, each.urgency, each.channel))


def _of(asking: Asking, window: Window, dice: Random) -> Iterator[Arrival]:
    place = zone(asking.zone)
    of_hours, of_days = sum(asking.hours) / 24, sum(asking.days) / 7
    hour = window.start
    while hour < window.end:
        there = hour.astimezone(place)
        share = asking.hours[there.hour] / of_hours * asking.days[there.weekday()] / of_days
        for _ in range(_poisson(asking.per_day / 24 * share, dice)):
            at = hour + dice.random() * HOUR
            if at < window.end:
                yield Arrival(
                    at,
                    (asking.language, *asking.accepts),
                    _drawn(asking.urgency, dice),
                    _drawn(asking.channel, dice),
                )
        hour += HOUR


def _drawn(shares: Mapping[T, float], dice: Random) -> T:
    values = list(shares)
    return dice.choices(values, [shares[each] for each in values])[0]


def _poisson(mean: float, dice: Random) -> int:
    """How many came, when `mean` come on average (Knuth's product of chances; normal when many)."""
    if mean > 200:
        return max(round(dice.gauss(mean, math.sqrt(mean))), 0)
    limit, count, product = math.exp(-mean), 0, dice.random()
    while product > limit:
        count += 1
        product *= dice.random()
    return count
