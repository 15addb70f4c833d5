"""What is asked for at each hour, learned from the line's own log: half of a shadow price.

The other half is who is free at this moment (`supply`): taking the last free speaker of Burmese
costs the help that the next person from Myanmar would not get; taking one of nine costs nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from helpline.matching.facts import TEXT
from helpline.matching.parameters import Parameters
from helpline.matching.priority import missed

HOURS = 24


class Demand(NamedTuple):
    """One kind of what is asked for."""

    language: str
    needs: frozenset[str] = frozenset()
    channel: str = TEXT


class Asked(NamedTuple):
    """One line of the log: who asked for what, and when. `language`: their own."""

    at: datetime
    urgency: int
    wanted: Demand


@dataclass(frozen=True, slots=True)
class Prices:
    """For each hour of the day (UTC) what those who come in an hour would miss, by demand."""

    by_hour: tuple[Mapping[Demand, float], ...] = field(default=({},) * HOURS)

    def at(self, now: datetime) -> Mapping[Demand, float]:
        """In worth per hour, at a moment."""
        return self.by_hour[now.hour]

    @property
    def demands(self) -> tuple[Demand, ...]:
        """Everything that is ever asked for, in a settled order."""
        found = {demand for table in self.by_hour for demand in table}
        return tuple(sorted(found, key=lambda each: (each.language, sorted(each.needs), each[2])))

    def to_data(self) -> list[list[dict[str, Any]]]:
        """As JSON keeps it: for each hour a list."""
        return [
            [
                {**demand._asdict(), "needs": sorted(demand.needs), "worth": table[demand]}
                for demand in self.demands
                if demand in table
            ]
            for table in self.by_hour
        ]

    @classmethod
    def from_data(cls, data: Iterable[Iterable[Mapping[str, Any]]]) -> "Prices":
        """What `to_data` gave."""
        return cls(
            tuple(
                {
                    Demand(row["language"], frozenset(row["needs"]), row["channel"]): row["worth"]
                    for row in table
                }
                for table in data
            )
        )


def learn(log: Iterable[Asked], days: float, parameters: Parameters | None = None) -> Prices:
    """Prices from the log of so many days: each hour is the mean of itself and its neighbours.

    A fortnight is enough for the common languages; the rare ones are few either way.
    """
    parameters = parameters or Parameters()
    asked = defaultdict[tuple[int, Demand], float](float)
    for at, urgency, wanted in log:
        asked[at.hour, wanted] += missed(urgency, parameters)
    tables: list[dict[Demand, float]] = [{} for _ in range(HOURS)]
    for (hour, demand), total in sorted(asked.items(), key=repr):
        for near in (hour - 1, hour, hour + 1):
            table = tables[near % HOURS]
            table[demand] = table.get(demand, 0.0) + total / (3 * days)
    return Prices(tuple(tables))
