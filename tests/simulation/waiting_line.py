"""A small line of our own: people come, wait, leave or are answered; the staff follows a rota."""

import random
from collections.abc import Iterator
from heapq import heappop, heappush

from helpline.cases.expecting import Past, View

MINUTE, HOUR = 60.0, 3600.0
ROTA = ((0, 2), (6, 1), (9, 3), (14, 5), (20, 3))  # from which hour of the day how many are on
TALK, PATIENCE, REACTION = 25 * MINUTE, 75 * MINUTE, 1.5 * MINUTE
BUSY = (0.6, 0.6, 1.2, 1.3, 0.9)  # what comes, as a part of what those on can take


def on_at(moment: float) -> int:
    hour = moment / HOUR % 24
    return [people for start, people in ROTA if start <= hour][-1]


def coming(moment: float, ahead: float = 12 * HOUR) -> tuple[tuple[float, int], ...]:
    """The rota from a moment on."""
    day = moment // (24 * HOUR) * 24 * HOUR
    starts = [day + (more * 24 + start) * HOUR for more in (0, 1) for start, _ in ROTA]
    later = [at for at in starts if moment < at < moment + ahead]
    return ((0.0, on_at(moment)), *((at - moment, on_at(at)) for at in later))


def line(seed: int, days: int) -> list[Past]:
    """Everybody who came within so many days, in order, with what was known and what became."""
    chance = random.Random(seed)  # noqa: S311  no secret: the same line each time
    talks: list[float] = []  # when each ends
    waiting: list[tuple[float, float, View]] = []  # came, gives up, what was known
    past: list[tuple[float, Past]] = []
    last: float | None = None
    for moment in _arrivals(chance, days * 24 * HOUR):
        for now in [*_ends(talks, moment), moment]:
            waiting, gone = _without_gone(waiting, now)
            past += gone
            while talks and talks[0] <= now:
                heappop(talks)
            while waiting and len(talks) < on_at(now):
                came, _, view = waiting.pop(0)
                begins = now + chance.expovariate(1 / REACTION)
                last = begins - came
                past.append((came, Past(view, last)))
                heappush(talks, begins + chance.expovariate(1 / TALK))
        free = on_at(moment) - len(talks)
        view = View(max(len(waiting) + 1 - max(free, 0), 0), coming(moment), last)
        waiting.append((moment, moment + chance.expovariate(1 / PATIENCE), view))
        if free > 0:
            came, _, view = waiting.pop(0)
            begins = moment + chance.expovariate(1 / REACTION)
            last = begins - came
            past.append((came, Past(view, last)))
            heappush(talks, begins + chance.expovariate(1 / TALK))
    return [each for _, each in sorted(past, key=lambda one: one[0])]


def _arrivals(chance: random.Random, until: float) -> Iterator[float]:
    moment = 0.0
    while moment < until:
        hour = moment / HOUR % 24
        part = [load for (start, _), load in zip(ROTA, BUSY, strict=True) if start <= hour][-1]
        moment += chance.expovariate(part * on_at(moment) / TALK)
        yield moment


def _ends(talks: list[float], until: float) -> list[float]:
    """When the line may move before the next one comes: talks that end, minutes of the rota."""
    return sorted(end for end in talks if end < until)


def _without_gone(
    waiting: list[tuple[float, float, View]], now: float
) -> tuple[list[tuple[float, float, View]], list[tuple[float, Past]]]:
    still = [one for one in waiting if one[1] > now]
    gone = [
        (came, Past(view, leaves - came, is_taken=False))
        for came, leaves, view in waiting
        if leaves <= now
    ]
    return still, gone
