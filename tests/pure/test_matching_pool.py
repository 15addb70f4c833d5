"""The pool answers what a look at everybody answers, whatever happened before."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

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

NOW = datetime(2026, 4, 6, 21, 50, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
tags = st.sampled_from(["ms", "id", "en", "zh-Hans", "zh-Hant", "zh", "es-MX", "es"])
ids = st.sampled_from("abcdef")
moments = st.integers(-90, 90).map(lambda minutes: NOW + minutes * MINUTE)
zones = st.sampled_from(["UTC", "Asia/Kolkata", "America/Mexico_City"])
topics = st.sampled_from(["", "grief", "health"])
channels = st.sampled_from(["text", "voice"])
clearances = st.frozensets(st.sampled_from(["youth", "crisis", "grief"]), max_size=2)
people = st.builds(
    Candidate,
    person_id=ids,
    speaks=st.dictionaries(tags, st.sampled_from(Speaks), max_size=3),
    load=st.integers(0, 3),
    load_cap=st.integers(0, 3),
    paused=st.booleans(),
    is_offered=st.booleans(),
    on_voice=st.booleans(),
    rested_since=st.none() | moments,
    lapsed_until=st.none() | moments,
    cooling=st.booleans(),
    rung=st.sampled_from(Rung),
    channels=st.frozensets(channels, min_size=1),
    topics_off=st.frozensets(topics, max_size=1),
    clearances=clearances,
    gender=st.sampled_from(["", "woman", "man"]),
    age_band=st.sampled_from(["", "under30"]),
    team_ids=st.frozensets(st.sampled_from(["t", "u"]), max_size=1),
    zone=zones,
    until=st.none() | moments,
    hours_helped=st.sampled_from([0.0, 1.5, 3.1]),
    answers=st.sampled_from([1.0, 0.8, 0.5]),
)
willing = st.builds(
    Candidate,
    person_id=ids,
    speaks=st.dictionaries(tags, st.sampled_from(Speaks), min_size=1, max_size=3),
    load=st.integers(0, 2),
    rested_since=st.none() | moments,
    lapsed_until=st.none() | moments,
    channels=st.just(frozenset({"text", "voice"})),
    zone=zones,
    until=st.none() | moments,
)
cases = st.builds(
    Waiting,
    case_id=st.uuids().map(str),
    languages=st.lists(tags, min_size=1, max_size=3, unique=True).map(tuple),
    urgency=st.integers(1, 4),
    since=moments,
    wanted=st.integers(1, 3),
    said_no=st.frozensets(ids, max_size=2),
    shown_to=st.frozensets(ids, max_size=1),
    abused=st.frozensets(ids, max_size=1),
    prefers=st.none() | ids,
    channel=channels,
    topic=topics,
    gender_wish=st.sampled_from(["", "", "woman"]),
    age_wish=st.sampled_from(["", "", "", "under30"]),
    needs=clearances,
    team_id=st.sampled_from([None, None, "t"]),
    hours=st.none() | st.just(SafeHours(time(8), time(22), "Asia/Kuala_Lumpur")),
    not_before=st.none() | moments,
)
easy_cases = st.builds(
    Waiting,
    case_id=st.uuids().map(str),
    languages=st.lists(tags, min_size=1, max_size=3, unique=True).map(tuple),
    urgency=st.integers(1, 4),
    since=moments,
    wanted=st.integers(1, 3),
    channel=channels,
)
crowds = st.lists(people | willing, max_size=6, unique_by=lambda each: each.person_id)
lines = st.lists(cases | easy_cases, max_size=5, unique_by=lambda each: each.case_id)
events = st.lists(
    st.tuples(st.integers(0, 25), st.one_of(people, willing, ids, cases, easy_cases)), max_size=25
)
prices = st.none() | st.just(
    Prices(
        tuple(
            {
                Demand("ms"): 0.4 * hour,
                Demand("en", channel="voice"): 3.1,
                Demand("es", frozenset({"crisis"})): 8.0,
            }
            for hour in range(24)
        )
    )
)


@given(events, prices)
@settings(max_examples=300, deadline=None)
def test_the_pool_answers_what_a_look_at_everybody_answers(
    happened: list[tuple[int, Candidate | str | Waiting]], priced: Prices | None
) -> None:
    pool, on, now = Pool(prices=priced), dict[str, Candidate](), NOW
    for minutes, event in happened:
        now += minutes * MINUTE
        if isinstance(event, Candidate):
            on[event.person_id] = event
            pool.put(event)
        elif isinstance(event, str):
            on.pop(event, None)
            pool.remove(event)
        else:
            assert pool.ask(event, now) == decide(event, on.values(), now, prices=priced).chosen
    assert pool.candidates() == on


@given(st.lists(lines, min_size=1, max_size=3), crowds, prices)
@settings(deadline=None)
def test_everybody_together_is_one_after_another_by_a_look_at_all(
    several: list[list[Waiting]], crowd: list[Candidate], priced: Prices | None
) -> None:
    pool = Pool(prices=priced)
    for who in crowd:
        pool.put(who)
    for number, line in enumerate(several):
        now = NOW + 7 * number * MINUTE
        decisions = assign(line, crowd, now, prices=priced)
        taken: set[str] = set()
        by_id = {case.case_id: case for case in line}
        for decision in decisions:
            alone = decide(by_id[decision.case_id], crowd, now, prices=priced, taken=taken)
            assert decision.chosen == alone.chosen
            assert decision.explanation() == alone.explanation()
            taken |= {each.person_id for each in decision.chosen}
        placed = [(case.case_id, chosen) for case, chosen in pool.place(line, now)]
        assert placed == [(each.case_id, each.chosen) for each in decisions]


def test_many_who_come_on_at_once_are_in_the_same_order_as_one_by_one() -> None:
    def somebody(number: int) -> Candidate:
        rested = NOW - (number * 37 % 101) * MINUTE
        tag = ("ms", "en")[number % 2]
        return Candidate(f"p{number:03}", {tag: Speaks.NATIVE}, number % 3, rested_since=rested)

    together, slowly = Pool(Parameters()), Pool()
    case = Waiting("case", ("ms", "en"), 3, NOW, wanted=200)
    for number in range(150):
        together.put(somebody(number))
        slowly.put(somebody(number))
        slowly.ask(case, NOW)
    assert together.ask(case, NOW) == slowly.ask(case, NOW)
    assert len(together.ask(case, NOW)) == 150
