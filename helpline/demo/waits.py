"""Invented waits of the last weeks, and what was said about them, for the page about waits."""

import json
import math
import random
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline.cases import Case, WaitEstimate
from helpline.cases.expecting import LEVELS
from scheduling.base import new_id

HOW_MANY = {"en": 90, "ms": 70, "zh-Hans": 60}
_DAYS = 26
_ERRORS = (-1.0, -0.5, 0.0, 0.45, 1.0)  # of what was expected, as logarithms
_SPREAD = 0.75
_LEAVES = 0.08


def write(session: Session, *, now: datetime) -> None:
    """Beside one past conversation of each language; the same each time."""
    chance = random.Random(8)  # noqa: S311  invented, and no secret
    past = select(Case).order_by(Case.opened_at, Case.id)
    last = {case.language: case for case in session.scalars(past)}
    for language, count in HOW_MANY.items():
        case = last.get(language)
        if case is None:
            continue
        for number in range(count):
            ago = timedelta(days=_DAYS * (number + 1) / count)
            session.add(_one(chance, case, now - ago))
    session.flush()


def _one(chance: random.Random, case: Case, at: datetime) -> WaitEstimate:
    needed = max(chance.randrange(-3, 6), 0)
    people = chance.randrange(1, 4)
    expected = 90 + 700 * needed / people
    quantiles = [max((expected + 60) * math.exp(error) - 60, 0) for error in _ERRORS]
    real = max((expected + 60) * math.exp(chance.gauss(0.05, _SPREAD)) - 60, 15)
    low = math.floor(quantiles[0] / 60) * 60
    return WaitEstimate(
        id=new_id(),
        case_id=case.id,
        at=at,
        language=case.language,
        place=needed + 1,
        low=low,
        high=max(math.ceil(quantiles[len(LEVELS) - 1] / 60) * 60, low + 60),
        told=True,
        method="queue",
        facts=json.dumps(
            {
                "needed": needed,
                "on": [[0, people]],
                "last": None,
                "since": 0,
                "quantiles": [round(end) for end in quantiles],
            }
        ),
        waited=round(real),
        outcome="left" if chance.random() < _LEAVES else "claimed",
    )
