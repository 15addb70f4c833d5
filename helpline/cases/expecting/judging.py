"""Whether ranges were true, as those who were told them saw it: in whole minutes. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

TARGET = 0.8  # of ranges should hold
FLOOR = 0.65  # so few of the newest, and no number is told any more: 1 in 100 by chance alone
NEWEST = 50
FEWEST = 20
MINUTE = 60
BANDS = (5 * MINUTE, 15 * MINUTE, 60 * MINUTE)


@dataclass(frozen=True, slots=True)
class Judged:
    """A range, in seconds, and what became of it. came: "inside", "sooner" or "later".

    quantiles: what was expected at `model.LEVELS`. real: None for whoever left, or still waits,
    past the end of the range: that it was wrong is known, by how much is not.
    """

    language: str
    came: str
    real: int | None
    quantiles: Sequence[float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """count, inside: of the newest ranges. holds: numbers may be told."""

    count: int
    inside: int

    @property
    def share(self) -> float | None:
        return self.inside / self.count if self.count else None

    @property
    def holds(self) -> bool:
        return self.count < FEWEST or self.inside >= FLOOR * self.count


def is_inside(low: int, high: int, real: float) -> bool:
    return low <= math.ceil(real / MINUTE) * MINUTE <= high


def judge(
    language: str, low: int, high: int, real: int, quantiles: Sequence[float], *, is_taken: bool
) -> Judged | None:
    """What became of a range after so many seconds; None: nobody can tell (yet).

    is_taken False: they left then, or wait still. Past the end of the range it was wrong whatever
    had come; before it, nobody will ever know.
    """
    if not is_taken:
        return Judged(language, "later", None, quantiles) if real > high else None
    if is_inside(low, high, real):
        return Judged(language, "inside", real, quantiles)
    return Judged(language, "sooner" if real < high else "later", real, quantiles)


def verdict(newest_first: Sequence[Judged]) -> Verdict:
    """Over the newest that are known."""
    newest = newest_first[:NEWEST]
    return Verdict(len(newest), sum(each.came == "inside" for each in newest))


def calibration(judged: Sequence[Judged], levels: Sequence[float]) -> list[tuple[float, float]]:
    """For each level, the share of waits that were as short as was expected at that level.

    Expected in four of five cases, it should be so in four of five. Empty when nothing is known.
    """
    known = [each for each in judged if len(each.quantiles) == len(levels)]
    if not known:
        return []
    return [
        (
            level,
            sum(each.real is not None and each.real <= each.quantiles[at] for each in known)
            / len(known),
        )
        for at, level in enumerate(levels)
    ]


@dataclass(frozen=True, slots=True)
class Band:
    """Waits that were expected to be so long, in seconds: how many, and how long at the median."""

    start: int
    end: int | None
    count: int
    expected: float
    real: float


def bands(judged: Sequence[Judged]) -> list[Band]:
    """The truth by how long was expected, for those of whom it is known."""
    pairs = [
        (each.quantiles[len(each.quantiles) // 2], each.real)
        for each in judged
        if each.quantiles and each.real is not None
    ]
    found = []
    for start, end in zip((0, *BANDS), (*BANDS, None), strict=True):
        here = [pair for pair in pairs if start <= pair[0] and (end is None or pair[0] < end)]
        if here:
            expected, real = (median(side) for side in zip(*here, strict=True))
            found.append(Band(start, end, len(here), expected, real))
    return found
