"""How long it takes to decide who is asked, beside how many are on. For information."""

import random
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from helpline.bench.figures import Figure
from helpline.matching import Candidate, Speaks, Waiting, assign
from helpline.runtime import utc_now

HELPERS = (17, 1_000)
LANGUAGES = ("en", "ms", "zh-Hans", "my", "fil", "hi", "ja", "es", "ta")
ROUNDS = 30


def figures() -> Iterator[Figure]:
    for count in HELPERS:
        on = _on_shift(count)
        spent = statistics.median(_decide(on, number) for number in range(ROUNDS))
        yield Figure(f"deciding about one case, {count:,} counsellors on, CPU", "us", spent * 1e6)


def _on_shift(count: int) -> Sequence[Candidate]:
    dice = random.Random(count)  # noqa: S311  a measurement
    return [
        Candidate(
            person_id=f"helper-{number}",
            speaks=dict.fromkeys(dice.sample(LANGUAGES, 2), Speaks.FLUENT),
            load=dice.randrange(3),
        )
        for number in range(count)
    ]


def _decide(on: Sequence[Candidate], number: int) -> float:
    now = utc_now()
    language = LANGUAGES[number % len(LANGUAGES)]
    case = Waiting(f"case-{number}", (language,), urgency=3, since=now - timedelta(minutes=5))
    began = time.process_time()
    assign([case], on, now)
    return time.process_time() - began
