"""A range for a wait: one expected length, and how far such lengths were off before.

The expected length is one of three, whichever was nearest to the truth lately:
"queue": how long it takes until enough places are free, at the pace of the line, with as many
people as the rota says are on then (queue-length predictors for staffing that changes: Ibrahim and
Whitt, "Wait-time predictors for customer service systems with time-varying demand and capacity",
Operations Research 59(5), 2011); "last": as long as the last one waited who was taken (LES:
Ibrahim and Whitt, "Real-time delay estimation based on delay history", M&SOM 11(3), 2009);
"typical": the median.

The range is split conformal: figures are fitted on the older half of the past, and the newer half
tells how far off they were (Lei et al., "Distribution-free predictive inference for regression",
JASA 113, 2018). Whoever left before anybody came waited at least that long: their errors are
censored, and quantiles come from the Kaplan-Meier estimate. All lengths here are seconds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

ENOUGH = 40  # waits of one kind in one language before the model speaks
SKETCHED = 20  # waits before the quantiles alone may speak
LEFT = 8  # of them, so many that waited longer than this person already has
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
LOW, HIGH = LEVELS[0], LEVELS[-1]  # what is told lies between these
FURTHEST = 12 * 3600.0  # nothing is said about what lies further ahead
METHODS = ("queue", "last", "typical")
_SOFT = 60.0  # a minute more or less is no error to speak of
_MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class View:
    """What is known at one moment about somebody's place.

    needed: how many places must become free before it is their turn; 0: one is free now.
    on: (seconds from now, people on from then), the first at 0, by the rota. last: how long the
    last one waited who was taken, if that was lately.
    """

    needed: int
    on: tuple[tuple[float, int], ...]
    last: float | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """A view, and how long it then took. is_taken False: so far for nobody."""

    view: View
    real: float
    is_taken: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """What was learned of one language. pace: places that become free, by person on and second.

    reaction: from a free place to the answer. errors: at each of `LEVELS`, the logarithm by which
    the truth differed from what was expected; None where nobody can tell.
    """

    method: str
    pace: float
    reaction: float
    typical: float
    errors: tuple[float | None, ...]
    count: int


def expected(view: View, figures: Figures) -> float | None:
    """The one length that is most likely; None: nothing in the rota leads there."""
    if figures.method == "last" and view.last is not None:
        return view.last
    if figures.method == "queue":
        return _until_turn(view, figures)
    return figures.typical


def range_of(view: View, figures: Figures) -> tuple[float, ...] | None:
    """The length at each of `LEVELS`, the outer two of which are told; None: it is not known."""
    middle = expected(view, figures)
    if middle is None or figures.errors[-1] is None:
        return None
    ends = tuple(
        max((middle + _SOFT) * math.exp(error) - _SOFT, 0.0)
        for error in figures.errors
        if error is not None
    )
    return ends if len(ends) == len(LEVELS) and ends[-1] <= FURTHEST else None


def fit(past: Sequence[Past]) -> Figures | None:
    """Learn from the past, oldest first; None when it is too little."""
    half = len(past) // 2
    older, newer = past[:half], past[half:]
    if len(past) < ENOUGH or not any(each.is_taken for each in older):
        return None
    reaction, typical = _reaction(older), _median([each.real for each in older if each.is_taken])
    pace = _pace(older, reaction)
    found = [Figures(each, pace, reaction, typical, (), len(past)) for each in METHODS]
    best = min(found, key=lambda one: _badness(one, older))
    errors = [
        (_error(middle, each.real), each.is_taken)
        for each in newer
        if (middle := expected(each.view, best)) is not None
    ]
    if len(errors) < ENOUGH // 2:
        return None
    at = tuple(_quantile(errors, level) for level in LEVELS)
    return Figures(best.method, pace, reaction, typical, at, len(past))


def sketch(waits: Sequence[float]) -> list[int]:
    """Waits in order, thinned to what a page may read each time."""
    ordered = sorted(waits)
    step = max(len(ordered) / _MOST_KEPT, 1.0)
    return [round(ordered[int(at * step)]) for at in range(min(len(ordered), _MOST_KEPT))]


def remaining(waits: Sequence[float], waited: float) -> tuple[float, ...] | None:
    """How much longer at each of `LEVELS`, from nothing but what others waited in all.

    Only those count who waited longer than this person already has: who has waited twenty minutes
    is not told what somebody was told who came a minute ago.
    """
    longer = sorted(wait - waited for wait in waits if wait > waited)
    if len(waits) < SKETCHED or len(longer) < LEFT:
        return None
    ends = tuple(longer[max(math.ceil(level * len(longer)) - 1, 0)] for level in LEVELS)
    return ends if ends[-1] <= FURTHEST else None


def _until_turn(view: View, figures: Figures) -> float | None:
    if view.needed <= 0:
        return figures.reaction
    if figures.pace <= 0:
        return None
    left = view.needed / figures.pace  # seconds of one person
    for (start, people), end in zip(view.on, _ends(view), strict=True):
        if people * (end - start) >= left:
            return start + left / people + figures.reaction
        left -= people * (end - start)
    return None


def _worked(view: View, length: float) -> float:
    """How many seconds people were on, together, within a length of time."""
    return sum(
        people * (min(end, length) - start)
        for (start, people), end in zip(view.on, _ends(view), strict=True)
        if start < length
    )


def _ends(view: View) -> list[float]:
    return [start for start, _ in view.on[1:]] + [FURTHEST]


def _reaction(past: Sequence[Past]) -> float:
    return _median([each.real for each in past if each.is_taken and each.view.needed <= 0])


def _pace(past: Sequence[Past], reaction: float) -> float:
    """Places that became free by the seconds people were on: the likeliest rate, if at random."""
    busy = [each for each in past if each.is_taken and each.view.needed > 0]
    worked = sum(_worked(each.view, max(each.real - reaction, _SOFT)) for each in busy)
    return sum(each.view.needed for each in busy) / worked if worked > 0 else 0.0


def _badness(figures: Figures, past: Sequence[Past]) -> float:
    """The median error, with what could not be said as bad as a factor of ten."""
    errors = []
    for each in past:
        if each.is_taken:
            middle = expected(each.view, figures)
            errors.append(math.log(10) if middle is None else abs(_error(middle, each.real)))
    return median(errors)


def _error(middle: float, real: float) -> float:
    return math.log((real + _SOFT) / (middle + _SOFT))


def _quantile(errors: Sequence[tuple[float, bool]], level: float) -> float | None:
    """Of errors some of which are only known to be at least so large (Kaplan and Meier, 1958).

    A little further out than the level itself, as a next one may lie beyond all that were seen.
    None: too many left for anybody to know.
    """
    count = len(errors)
    share = (level * (count + 1) - (level < 1 / 2)) / count
    still = 1.0
    # Of equal errors those that were seen in full come first.
    ordered = sorted(errors, key=lambda one: (one[0], not one[1]))
    for before, (error, is_seen) in enumerate(ordered):
        if is_seen:
            still *= 1 - 1 / (count - before)
            if 1 - still >= share - 1e-9:
                return error
    return None


def _median(lengths: Sequence[float]) -> float:
    return median(lengths) if lengths else 0.0
