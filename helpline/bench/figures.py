"""One measured number beside its goal, and how a run of them is printed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`goal` None: for information. `floor`: the least that could be done, in the same unit.

    The ratio is to the floor where there is one, else to the goal. `at_least`: more is better.
    """

    what: str
    unit: str
    measured: float
    goal: float | None = None
    floor: float | None = None
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        beside = self.floor if self.floor is not None else self.goal
        return self.measured / beside if beside else None

    @property
    def reached(self) -> bool | None:
        if self.goal is None:
            return None
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal


Placed = tuple[str, Figure]
"""Where it was measured ("SQLite", "PostgreSQL", "" for what needs no database), and what."""

_WORDS = {True: "reached", False: "MISSED", None: "-"}


def as_rows(figures: Sequence[Placed]) -> list[dict[str, object]]:
    """For programs."""
    return [
        {"where": where, **asdict(one), "ratio": one.ratio, "reached": one.reached}
        for where, one in figures
    ]


def as_table(figures: Sequence[Placed]) -> str:
    """For people: goal, measured, ratio, and whether the goal is reached."""
    head = ("where", "what", "goal", "measured", "ratio", "")
    lines = [head, *(_cells(where, one) for where, one in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 2 <= column <= 4 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _cells(where: str, one: Figure) -> tuple[str, ...]:
    return (
        where,
        one.what,
        "-" if one.goal is None else f"{'>=' if one.at_least else '<='} {_short(one.goal)}",
        f"{_short(one.measured)} {one.unit}",
        _ratio(one),
        _WORDS[one.reached],
    )


def _ratio(one: Figure) -> str:
    if one.ratio is None:
        return "-"
    return f"{one.ratio:.2f} x {'goal' if one.floor is None else 'floor'}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
