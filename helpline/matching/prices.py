"""What a speaker will be missed for: shadow prices, learned from the line's own log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Prices:
    """For each hour of the week (UTC, Monday 00:00 is 0) and each language a chance, 0 to 1: that
    somebody who wants it comes during a conversation begun then, and finds nobody else."""

    by_hour: Mapping[int, Mapping[str, float]] = field(default_factory=dict)

    def at(self, now: datetime) -> Mapping[str, float]:
        """The chances at a moment, by language."""
        return self.by_hour.get(now.weekday() * 24 + now.hour, {})
