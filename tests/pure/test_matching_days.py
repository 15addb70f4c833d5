"""Whole days of a busy line: after every event the pool answers what a look at everybody answers.

Everybody here is nearly right for everything, so that small costs, queues and moments decide; the
wide space of odd facts is `test_matching_pool`'s.
"""

import random
from datetime import UTC, datetime, timedelta

import pytest

from helpline.matching import (
    Candidate,
    Demand,
    Parameters,
    Pool,
    Prices,
    Rung,
    SafeHours,
    Speaks,
    Waiting,
    assign,
    decide,
)

BEGIN = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)  # the night before the clocks change in Europe
MINUTE = timedelta(minutes=1)
BOTH = frozenset({"text", "voice"})
ZONES = ("Asia/Kuala_Lumpur", "Europe/Madrid", "Asia/Kathmandu")
TAGS = ("ms", "id", "en", "es")
TELLING = Parameters(night=7, no_rest=8, overrun=12, text_length=60, one_more=3, whole_person=2)
ASKED = Prices(
    tuple(
        {
            Demand("ms"): 2.0 + hour % 5,
            Demand("en", channel="voice"): 1.0,
            Demand("es", frozenset({"crisis"}), "text"): 6.0,
        }
        for hour in range(24)
    )
)


def somebody(dice: random.Random, now: datetime, number: int) -> Candidate:
    return Candidate(
        person_id=f"p{number:02}",
        speaks={tag: dice.choice((*Speaks,)) for tag in dice.sample(TAGS, dice.choice((1, 2)))},
        load=dice.choice((0, 0, 0, 1, 2, 3)),
        is_offered=dice.random() < 0.1,
        rested_since=dice.choice((None, now - dice.randrange(90) * MINUTE)),
        lapsed_until=dice.choice((None, None, now + dice.randrange(9) * MINUTE)),
        rung=Rung.LEAD if dice.random() < 0.1 else Rung.MATCH,
        channels=BOTH if dice.random() < 0.7 else frozenset({"text"}),
        clearances=frozenset({"crisis"}) if dice.random() < 0.5 else frozenset(),
        zone=dice.choice(ZONES),
        until=dice.choice((None, now + dice.randrange(120) * MINUTE)),
        hours_helped=dice.randrange(4),
    )


def case(dice: random.Random, now: datetime, number: int) -> Waiting:
    wanted = dice.choice((1, 1, 2, 5))
    return Waiting(
        case_id=f"c{number}",
        languages=tuple(dice.sample(TAGS, dice.choice((1, 2, 3)))),
        urgency=dice.choice((1, 2, 3, 4)),
        since=now - dice.randrange(200) * MINUTE,
        wanted=wanted,
        said_no=frozenset({f"p{dice.randrange(20):02}"} if dice.random() < 0.3 else ()),
        prefers=f"p{dice.randrange(20):02}" if dice.random() < 0.2 else None,
        channel="voice" if dice.random() < 0.3 else "text",
        needs=frozenset({"crisis"}) if dice.random() < 0.2 else frozenset(),
        hours=SafeHours(BEGIN.time(), (BEGIN + 600 * MINUTE).time(), "UTC")
        if dice.random() < 0.2
        else None,
    )


@pytest.mark.parametrize("priced", [None, ASKED])
@pytest.mark.parametrize("seed", range(12))
def test_after_every_event_of_a_day_the_pool_answers_as_a_look_at_all(
    seed: int, priced: Prices | None
) -> None:
    dice = random.Random(seed)  # noqa: S311  a small world
    pool, on, now = Pool(TELLING, priced), dict[str, Candidate](), BEGIN
    cases = [case(dice, BEGIN, number) for number in range(12)]
    for _ in range(120):
        now += dice.choice((0, 0, 0, 1, 3, 7, 40)) * MINUTE
        for _ in range(dice.choice((1, 1, 1, 2, 90))):
            number = dice.randrange(20)
            if dice.random() < 0.1:
                on.pop(f"p{number:02}", None)
                pool.remove(f"p{number:02}")
            else:
                who = on[f"p{number:02}"] = somebody(dice, now, number)
                pool.put(who)
        for each in dice.sample(cases, 3):
            alone = decide(each, on.values(), now, parameters=TELLING, prices=priced)
            assert pool.ask(each, now) == alone.chosen
        if dice.random() < 0.2:
            together = assign(cases, list(on.values()), now, TELLING, priced)
            placed = [(each.case_id, chosen) for each, chosen in pool.place(cases, now)]
            assert placed == [(each.case_id, each.chosen) for each in together]


@pytest.mark.parametrize("seed", range(12))
def test_where_nothing_happens_time_alone_changes_whom_the_pool_names(seed: int) -> None:
    """Rest, the end of a shift, a pause after a missed offer, a night: hours of them."""
    dice = random.Random(seed)  # noqa: S311  a small world
    pool, now = Pool(TELLING, ASKED), BEGIN
    on = [somebody(dice, now, number) for number in range(20)]
    cases = [case(dice, now, number) for number in range(6)]
    for who in on:
        pool.put(who)
    named = set()
    while now < BEGIN + timedelta(hours=20):
        for each in cases:
            alone = decide(each, on, now, parameters=TELLING, prices=ASKED)
            assert pool.ask(each, now) == alone.chosen
            named.add(alone.chosen)
        now += dice.choice((1, 2, 11, 29)) * MINUTE
    assert len(named) > len(cases)
