"""Who is free for what at this moment, and what would be missed if one of them were not.

For each demand (`prices`): the worth asked for while a conversation lasts, times the chance that
nobody else who is free is left when it comes: a half for each other free place. The sum over what
somebody could be asked for is what taking them costs elsewhere.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from helpline.matching.facts import VOICE, Candidate, Speaks
from helpline.matching.languages import Closeness, can_help_in
from helpline.matching.prices import Demand, Prices
from helpline.matching.rules import is_free
from helpline.matching.weights import Weights

WORTH = 1_000_000  # worth is added up in whole millionths
PLENTY = 8  # from so many free places on, nobody would be missed

Serves = tuple[int, ...]


class Supply:
    """Free places by demand, and what each demand costs by how many there are."""

    def __init__(self, prices: Prices, of: Weights, closeness: Closeness) -> None:
        self._prices, self._of, self._closeness = prices, of, closeness
        self.demands = prices.demands
        self.by_voice = [each.channel == VOICE for each in self.demands]
        self.free = [0] * len(self.demands)
        self.missed: list[tuple[int, ...]] = []
        self._served: dict[object, Serves] = {}

    def turn(self, now: datetime) -> None:
        """What is asked for at this hour."""
        asked = self._prices.at(now)
        self.missed = [
            _missed(asked.get(demand, 0.0) * self._of.missed_hours) for demand in self.demands
        ]

    def serves(self, who: Candidate) -> Serves:
        """For which demands they could be asked, as much as they carry now."""
        whole = not who.load
        kind = (*who.speaks, *map(int, who.speaks.values()), who.channels, who.clearances, whole)
        found = self._served.get(kind)
        if found is None:
            found = self._served[kind] = tuple(
                number
                for number, demand in enumerate(self.demands)
                if (whole or not self.by_voice[number]) and self._fits(demand, who)
            )
        return found

    def places(self, number: int, who: Candidate) -> int:
        """How many more of this demand they could take: a call takes the whole person."""
        return 1 if self.by_voice[number] else who.load_cap - who.load

    def lost(self, serves: Serves) -> int:
        """What would be missed elsewhere, in millionths of worth."""
        return sum(self.missed[number][min(self.free[number], PLENTY)] for number in serves)

    def count(self, candidates: Iterable[Candidate], now: datetime, taken: Collection[str]) -> None:
        """Count everybody who is free and not taken."""
        self.free = [0] * len(self.demands)
        for who in candidates:
            away = who.lapsed_until is not None and now < who.lapsed_until
            if is_free(who) and not away and who.person_id not in taken:
                for number in self.serves(who):
                    self.free[number] += self.places(number, who)

    def _fits(self, demand: Demand, who: Candidate) -> bool:
        if demand.channel not in who.channels or not demand.needs <= who.clearances:
            return False
        needed = self._of.voice_level if demand.channel == VOICE else Speaks.WORKING
        return can_help_in(who.speaks, demand.language, Speaks(needed), self._closeness)


def _missed(worth: float) -> tuple[int, ...]:
    """By how many places are free, the one to be taken among them."""
    return (0, *(round(WORTH * worth / 2**others) for others in range(PLENTY - 1)), 0)
