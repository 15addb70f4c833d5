"""How long it takes to decide who is asked: cold, one case after another, and a thousand at once.

A crowd as a large network has it: two of nine languages each, some for calls too, some cleared for
crises, in five zones; prices as learned from a log. All of it CPU of one thread.
"""

import random
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from helpline.bench.figures import Figure
from helpline.matching import (
    TEXT,
    VOICE,
    Candidate,
    Demand,
    Pool,
    Prices,
    Speaks,
    Waiting,
    decide,
)
from helpline.runtime import utc_now

CROWDS = (1_000, 10_000, 100_000)
# The goals, in microseconds and milliseconds, by how many are on.
ONE = {10_000: 50.0, 100_000: 100.0}
THOUSAND = {10_000: 60.0}
COLD = {10_000: 500.0}
ROUNDS = 2_000
SCANS = 5
LANGUAGES = ("en", "ms", "zh-Hans", "my", "fil", "hi", "ja", "es", "ta")
ZONES = ("Asia/Kuala_Lumpur", "Asia/Kolkata", "Asia/Tokyo", "America/Mexico_City", "Europe/Madrid")
BOTH = frozenset({TEXT, VOICE})
CRISIS = frozenset({"crisis"})


def figures() -> Iterator[Figure]:
    for count in CROWDS:
        yield from _among(count)


def _among(count: int) -> Iterator[Figure]:
    dice = random.Random(count)  # noqa: S311  a measurement
    now = utc_now()
    on = {who.person_id: who for who in _crowd(count, now, dice)}
    pool = Pool(prices=_prices())
    named = f"{count:,} counsellors on, CPU"
    cold = _cold(pool, on.values(), now)
    yield Figure(f"from nothing to the first decision, {named}", "ms", cold * 1e3, COLD.get(count))
    rounds = _one_by_one(pool, on, now, dice)
    one, mean = statistics.median(rounds), statistics.mean(rounds)
    yield Figure(f"deciding about one case, {named}", "us", one * 1e6, ONE.get(count))
    yield Figure(f"the same on average, {named}", "us", mean * 1e6)
    together = statistics.median(_together(pool, now, dice) for _ in range(SCANS))
    yield Figure(f"1,000 waiting at once, {named}", "ms", together * 1e3, THOUSAND.get(count))
    if count <= 10_000:
        scan = statistics.median(_scan(list(on.values()), now, dice) for _ in range(SCANS))
        yield Figure(f"one case explained, everybody looked at, {named}", "ms", scan * 1e3)


def _crowd(count: int, now: datetime, dice: random.Random) -> Iterator[Candidate]:
    for number in range(count):
        yield Candidate(
            person_id=f"helper-{number}",
            speaks=dict.fromkeys(dice.sample(LANGUAGES, 2), dice.choice(list(Speaks)[1:])),
            load=dice.randrange(3),
            channels=BOTH if dice.random() < 0.7 else frozenset({TEXT}),
            clearances=CRISIS if dice.random() < 0.5 else frozenset(),
            zone=dice.choice(ZONES),
            rested_since=now - timedelta(minutes=dice.randrange(180)),
            until=now + timedelta(minutes=dice.randrange(1, 240)),
        )


def _prices() -> Prices:
    """Something of everything is asked for at every hour."""
    kinds = [(needs, channel) for needs in (frozenset[str](), CRISIS) for channel in (TEXT, VOICE)]
    asked = {Demand(tag, *kind): 1.0 for tag in LANGUAGES for kind in kinds}
    return Prices((asked,) * 24)


def _cases(count: int, now: datetime, dice: random.Random) -> list[Waiting]:
    return [
        Waiting(
            case_id=f"case-{number}",
            languages=_wanted(dice),
            urgency=dice.choice((1, 2, 3, 3, 3, 4)),
            since=now - timedelta(seconds=dice.randrange(3600)),
            channel=VOICE if dice.random() < 0.15 else TEXT,
            needs=CRISIS if dice.random() < 0.1 else frozenset(),
        )
        for number in range(count)
    ]


def _wanted(dice: random.Random) -> tuple[str, ...]:
    """Their own language; one in three would also take English."""
    own = dice.choice(LANGUAGES)
    return (own, "en") if own != "en" and dice.random() < 1 / 3 else (own,)


def _cold(pool: Pool, crowd: Iterable[Candidate], now: datetime) -> float:
    began = time.process_time()
    for who in crowd:
        pool.put(who)
    pool.ask(Waiting("case", ("my", "en"), 1, now, wanted=3), now)
    return time.process_time() - began


def _one_by_one(
    pool: Pool, on: dict[str, Candidate], now: datetime, dice: random.Random
) -> list[float]:
    """A case comes, somebody is asked, and another conversation ends; what each such round took.

    Every question is answered with everything before it taken in.
    """
    cases = _cases(ROUNDS, now, dice)
    for case in cases:  # every kind of case has come before
        pool.ask(case, now)
    rounds = []
    for number, case in enumerate(cases):
        freed = on[f"helper-{dice.randrange(len(on))}"]
        on[freed.person_id] = freed = replace(freed, load=0, is_offered=False)
        moment = now + number * _apart(len(on))
        began = time.process_time()
        pool.put(freed)
        chosen = pool.ask(case, moment)
        spent = time.process_time() - began
        asked = [replace(on[each.person_id], is_offered=True) for each in chosen]
        on.update((each.person_id, each) for each in asked)
        began = time.process_time()
        for each in asked:
            pool.put(each)
        rounds.append(spent + time.process_time() - began)
    return rounds


def _apart(count: int) -> timedelta:
    """So often somebody comes where so many carry one or two conversations of forty minutes."""
    return timedelta(minutes=40) / (1.5 * count)


def _together(pool: Pool, now: datetime, dice: random.Random) -> float:
    later = now + ROUNDS * _apart(len(pool.candidates()))
    cases = _cases(1_000, later, dice)
    began = time.process_time()
    pool.place(cases, later)
    return time.process_time() - began


def _scan(crowd: Sequence[Candidate], now: datetime, dice: random.Random) -> float:
    case = _cases(1, now, dice)[0]
    began = time.process_time()
    decide(case, crowd, now, prices=_prices())
    return time.process_time() - began
