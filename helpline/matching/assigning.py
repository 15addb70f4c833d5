"""Everybody who waits, matched together; each decision able to say why."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from helpline.matching.decisions import Account, Decision, decide
from helpline.matching.facts import Candidate, Waiting
from helpline.matching.languages import CLOSE, Closeness
from helpline.matching.parameters import Parameters
from helpline.matching.pool import Placed, Pool
from helpline.matching.prices import Prices


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
    pool = Pool(parameters, prices, closeness)
    for who in candidates:
        pool.put(who)
    placed = pool.place(waiting, now)
    why = partial(_account, placed, tuple(candidates), now, pool)
    return [
        Decision(case.case_id, chosen, partial(why, number))
        for number, (case, chosen) in enumerate(placed)
    ]


def _account(
    placed: Sequence[Placed],
    candidates: Sequence[Candidate],
    now: datetime,
    pool: Pool,
    number: int,
) -> Account:
    """Everybody's reasons and costs at the turn of one case: who came before had taken theirs."""
    taken = {each.person_id for _, chosen in placed[:number] for each in chosen}
    decision = decide(
        placed[number][0],
        candidates,
        now,
        parameters=pool.parameters,
        prices=pool.prices,
        taken=taken,
        closeness=pool.closeness,
    )
    return decision.account()
