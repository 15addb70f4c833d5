"""Parameters as data, and keeping whoever would be missed most."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.matching import (
    PARAMETERS,
    Asked,
    BadParameter,
    Candidate,
    Demand,
    Parameter,
    Parameters,
    Prices,
    Speaks,
    Waiting,
    decide,
    learn,
)

NOW = datetime(2026, 4, 6, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BURMESE = Demand("my")


def log(urgency: int = 3, wanted: Demand = BURMESE, times: int = 14) -> list[Asked]:
    """The same every day at noon for a fortnight."""
    return [Asked(NOW - day * timedelta(days=1), urgency, wanted) for day in range(times)]


def test_every_parameter_is_listed_with_its_default_and_told_in_the_docstring() -> None:
    listed = {each.name: each.default for each in PARAMETERS}
    assert listed == Parameters().to_data()
    assert [each.name for each in PARAMETERS] == [field.name for field in fields(Parameters)]
    for each in PARAMETERS:
        assert each.low <= each.default <= each.high
        assert each.unit
        assert each.group
        numbered = each.name.startswith(("worth_", "fades_"))
        assert numbered or f"`{each.name}`" in (Parameters.__doc__ or "")


@given(st.sampled_from(PARAMETERS), st.floats(0, 1))
def test_parameters_survive_being_kept_as_data(one: Parameter, share: float) -> None:
    parameters = Parameters.from_data({one.name: one.low + (one.high - one.low) * share})
    assert Parameters.from_data(json.loads(json.dumps(parameters.to_data()))) == parameters


@pytest.mark.parametrize(
    "data",
    [
        {"kindness": 3},
        {"night": -1},
        {"night": 10_000},
        {"night": "3"},
        {"night": True},
        {"night": float("nan")},
        {"night": None},
    ],
)
def test_what_is_no_parameter_or_out_of_range_is_refused_by_name(data: dict[str, object]) -> None:
    with pytest.raises(BadParameter) as refused:
        Parameters.from_data(data)
    assert refused.value.args[0] == next(iter(data))


def test_prices_are_what_came_in_an_hour_and_its_neighbours() -> None:
    table = learn(log(), days=14)
    noon = table.at(NOW)[BURMESE]
    assert noon == pytest.approx(2 * (1 - 2.718281828 ** (-40 / 45)) / 3)
    assert table.at(NOW + HOUR)[BURMESE] == table.at(NOW - HOUR)[BURMESE] == noon
    assert BURMESE not in table.at(NOW + 2 * HOUR)


def test_prices_are_higher_where_waiting_costs_more_and_survive_being_kept() -> None:
    high, low = (learn(log(urgency), days=14).at(NOW)[BURMESE] for urgency in (1, 4))
    assert high > 10 * low
    table = learn([*log(), *log(1, Demand("ms", frozenset({"crisis"}), "voice"))], days=14)
    assert Prices.from_data(json.loads(json.dumps(table.to_data()))) == table
    assert learn(reversed(log()), days=14) == learn(log(), days=14)


def bilingual(person_id: str, *others: str) -> Candidate:
    return Candidate(person_id, dict.fromkeys(("en", *others), Speaks.NATIVE))


def test_the_bilingual_is_kept_for_the_language_nobody_else_speaks() -> None:
    case = Waiting("case", ("en",), 3, NOW)
    people = [bilingual("a", "my"), bilingual("b")]
    busy = learn(log(times=140), days=14)
    assert [each.person_id for each in decide(case, people, NOW).chosen] == ["a"]
    decision = decide(case, people, NOW, prices=busy)
    assert [each.person_id for each in decision.chosen] == ["b"]
    assert decision.costs["a"]["scarcity"] > decision.costs["b"]["scarcity"] == 0


def test_nobody_is_kept_back_from_the_only_one_who_waits() -> None:
    case = Waiting("case", ("en",), 4, NOW)
    assert decide(case, [bilingual("a", "my")], NOW, prices=learn(log(1), days=14)).chosen


def test_where_many_could_come_nobody_would_be_missed() -> None:
    case = Waiting("case", ("en",), 3, NOW)
    people = [bilingual(name, "my") for name in "abcdefgh"]
    decision = decide(case, people, NOW, prices=learn(log(times=140), days=14))
    assert {parts["scarcity"] for parts in decision.costs.values()} == {0}


def test_for_the_urgent_the_scarce_one_costs_less() -> None:
    people = [bilingual("a", "my")]
    found = [
        decide(Waiting("case", ("en",), urgency, NOW), people, NOW, prices=learn(log(), days=14))
        for urgency in (1, 4)
    ]
    urgent, patient = (each.costs["a"]["scarcity"] for each in found)
    assert 0 < urgent < patient


def test_each_further_one_who_is_free_halves_what_would_be_missed() -> None:
    case = Waiting("case", ("en",), 3, NOW)
    table = learn(log(times=140), days=14)

    def cost(count: int) -> float:
        people = [
            Candidate(str(number), {"en": Speaks.NATIVE, "my": Speaks.NATIVE}, load=2)
            for number in range(count)
        ]
        return decide(case, people, NOW, prices=table).costs["0"]["scarcity"]

    assert cost(1) == pytest.approx(2 * cost(2), rel=1e-3)
    assert cost(1) == pytest.approx(4 * cost(3), rel=1e-3)


def test_only_what_somebody_could_take_now_makes_them_missed() -> None:
    case = Waiting("case", ("en",), 3, NOW)
    table = learn(log(wanted=Demand("my", channel="voice")), days=14)
    both = frozenset({"text", "voice"})
    speaking = {"en": Speaks.NATIVE, "my": Speaks.NATIVE}
    people = [
        Candidate("free", speaking, channels=both),
        Candidate("writes", speaking),
        Candidate("carries", speaking, load=1, channels=both),
    ]
    costs = decide(case, people, NOW, prices=table).costs
    assert costs["free"]["scarcity"] > 0
    assert costs["writes"]["scarcity"] == costs["carries"]["scarcity"] == 0
