"""Everybody who waits, matched together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from helpline.matching.decisions import Decision, decide
from helpline.matching.facts import Candidate, Waiting
from helpline.matching.languages import CLOSE, Closeness
from helpline.matching.parameters import Parameters
from helpline.matching.prices import Prices
from helpline.matching.priority import order


def assign(
    waiting: Iterable[Waiting],
    candidates: Sequence[Candidate],
    now: datetime,
    parameters: Parameters | None = None,
    prices: Prices | None = None,
    *,
    closeness: Closeness = CLOSE,
) -> list[Decision]:
    """A decision for everybody who waits, most pressing first; nobody is asked twice at once."""
    parameters = parameters or Parameters()
    taken: set[str] = set()
    decisions = []
    for case in sorted(waiting, key=lambda case: order(case, now, parameters)):
        decision = decide(
            case,
            candidates,
            now,
            parameters=parameters,
            prices=prices,
            taken=frozenset(taken),
            closeness=closeness,
        )
        taken.update(each.person_id for each in decision.chosen)
        decisions.append(decision)
    return decisions
