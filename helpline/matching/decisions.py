"""What was decided about one case, able to explain itself; and the plain scan that decides one."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from helpline.matching.costs import (
    RUNGS,
    KindParts,
    Nights,
    continuity,
    named,
    person_parts,
    scarcity,
    stamps,
    talk,
    untrained,
)
from helpline.matching.facts import Candidate, Chosen, Excluded, Waiting
from helpline.matching.languages import CLOSE, Closeness
from helpline.matching.parameters import Parameters
from helpline.matching.prices import Prices
from helpline.matching.rules import ABSENT, reasons
from helpline.matching.supply import Supply
from helpline.matching.weights import stamp, weights

Account = tuple[Mapping[str, tuple[Excluded, ...]], Mapping[str, Mapping[str, float]]]
_TRIED = frozenset({Excluded.SAID_NO, Excluded.LAPSED, Excluded.ENDED_ABUSE})


@dataclass(frozen=True)
class Decision:
    """What was decided about one case.

    Why is worked out when somebody asks, not for every decision: `excluded` has for each person
    left out every reason, `costs` for each other person the parts in points.
    """

    case_id: str
    chosen: tuple[Chosen, ...]
    account: Callable[[], Account] = field(compare=False, repr=False)

    @cached_property
    def _account(self) -> Account:
        return self.account()

    @property
    def excluded(self) -> Mapping[str, tuple[Excluded, ...]]:
        return self._account[0]

    @property
    def costs(self) -> Mapping[str, Mapping[str, float]]:
        return self._account[1]

    @property
    def not_yet(self) -> bool:
        """Whether they are left in peace now, as they wished."""
        return any(Excluded.NOT_YET in why for why in self.excluded.values())

    @property
    def nobody_is_on(self) -> bool:
        """Whether nobody who could help them is here, not even busy."""
        if self.chosen or self.not_yet or self.costs:
            return False
        return all(ABSENT & set(why) for why in self.excluded.values())

    @property
    def all_said_no(self) -> bool:
        """Whether the ones who could were asked and did not take it."""
        if self.chosen or self.not_yet:
            return False
        found = [set(why) for why in self.excluded.values() if not ABSENT & set(why)]
        return bool(found) and all(why & _TRIED for why in found)

    def explanation(self) -> dict[str, Any]:
        """The same as plain data, in a settled order: equal decisions give equal explanations."""
        return {
            "chosen": [{"person_id": each.person_id, "rung": each.rung} for each in self.chosen],
            "excluded": {who: list(why) for who, why in sorted(self.excluded.items())},
            "costs": {who: dict(parts) for who, parts in sorted(self.costs.items())},
        }


def decide(
    case: Waiting,
    candidates: Iterable[Candidate],
    now: datetime,
    *,
    parameters: Parameters | None = None,
    prices: Prices | None = None,
    taken: Collection[str] = (),
    closeness: Closeness = CLOSE,
) -> Decision:
    """Who is asked about one case, by looking at everybody; `taken` are asked about another.

    What `Pool` answers faster, in the plainest way: the two are held against each other in tests.
    """
    excluded: dict[str, tuple[Excluded, ...]] = {}
    costs: dict[str, Mapping[str, float]] = {}
    ranked: list[tuple[int, int, int, str, Chosen]] = []
    of = weights(parameters or Parameters())
    nights, at = Nights(now, of), stamp(now)
    supply = Supply(prices or Prices(), of, closeness)
    supply.turn(now)
    candidates = tuple(candidates)
    supply.count(candidates, now, taken)
    for who in candidates:
        why = reasons(case, who, now, of, closeness, taken)
        spoken = None if why else talk(case, who.speaks, of, closeness)
        if spoken is None:
            excluded[who.person_id] = why
            continue
        kind = KindParts(*spoken, untrained(case, who, of))
        person = person_parts(who, case.channel, at, of, nights.cost(who.zone))
        known = continuity(case, who, of)
        missed = scarcity(supply.lost(supply.serves(who)), case.urgency, of)
        costs[who.person_id] = named(kind, missed, person, known)
        points = sum(kind) + missed + sum(person) + known
        key = (RUNGS[who.rung], points, stamps(who).rested, who.person_id)
        ranked.append((*key, Chosen(who.person_id, who.rung)))
    chosen = tuple(each[-1] for each in sorted(ranked)[: case.wanted])
    return Decision(case.case_id, chosen, lambda: (excluded, costs))
