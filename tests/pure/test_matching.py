"""Who is asked: hard rules with reasons, then a cost with parts, everybody together."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.matching import (
    Candidate,
    Chosen,
    Decision,
    Excluded,
    Rung,
    Speaks,
    Waiting,
    assign,
    can_help_in,
    decide,
    speaks,
)

NOW = datetime(2026, 4, 6, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def waiting(case_id: str = "case", **more: Any) -> Waiting:
    return Waiting(**{"languages": ("ms",), "urgency": 4, "since": NOW, "case_id": case_id, **more})


def somebody(person_id: str = "mei", **more: Any) -> Candidate:
    return Candidate(**{"person_id": person_id, "speaks": {"ms": Speaks.FLUENT}, **more})


def chosen(decision: Decision) -> list[str]:
    return [each.person_id for each in decision.chosen]


@pytest.mark.parametrize(
    ("candidate", "case", "reason"),
    [
        (somebody(speaks={"en": Speaks.NATIVE}), waiting(), Excluded.LANGUAGE),
        (somebody(speaks={"ms": Speaks.BASIC}), waiting(), Excluded.LANGUAGE),
        (somebody(paused=True), waiting(), Excluded.PAUSED),
        (somebody(load=3, load_cap=3), waiting(), Excluded.AT_CAPACITY),
        (somebody(lapsed_until=NOW + MINUTE), waiting(), Excluded.LAPSED),
        (somebody(is_offered=True), waiting(), Excluded.OFFERED_ANOTHER),
        (somebody(), waiting(said_no=frozenset({"mei"})), Excluded.SAID_NO),
        (somebody(is_offered=True), waiting(shown_to=frozenset({"mei"})), Excluded.SHOWN),
    ],
)
def test_each_rule_leaves_somebody_out_with_its_reason(
    candidate: Candidate, case: Waiting, reason: Excluded
) -> None:
    decision = decide(case, [candidate], NOW)
    assert (decision.chosen, decision.excluded) == ((), {"mei": (reason,)})


def test_every_reason_is_given_not_the_first_alone() -> None:
    decision = decide(waiting(), [somebody(paused=True, load=3, speaks={})], NOW)
    assert set(decision.excluded["mei"]) == {
        Excluded.LANGUAGE,
        Excluded.PAUSED,
        Excluded.AT_CAPACITY,
    }


def test_an_offer_that_lapsed_long_enough_ago_is_forgiven() -> None:
    assert chosen(decide(waiting(), [somebody(lapsed_until=NOW)], NOW)) == ["mei"]


def test_the_better_speaker_is_asked_before_the_more_rested() -> None:
    tired_native = somebody("aina", speaks={"ms": Speaks.NATIVE}, rested_since=NOW)
    rested_learner = somebody("ben", speaks={"ms": Speaks.WORKING})
    assert chosen(decide(waiting(), [rested_learner, tired_native], NOW)) == ["aina"]


def test_who_carries_less_is_asked_first() -> None:
    assert chosen(decide(waiting(), [somebody("a", load=2), somebody("b", load=1)], NOW)) == ["b"]


def test_among_equals_whoever_rested_longest_is_asked() -> None:
    just_now = somebody("a", rested_since=NOW - MINUTE)
    long_ago = somebody("b", rested_since=NOW - 40 * MINUTE)
    longer = somebody("c", rested_since=NOW - 400 * MINUTE)
    longest = somebody("d", rested_since=NOW - 500 * MINUTE)
    assert chosen(decide(waiting(), [just_now, long_ago], NOW)) == ["b"]
    assert chosen(decide(waiting(), [longer, longest], NOW)) == ["d"]


def test_the_counsellor_they_know_is_asked_first() -> None:
    case = waiting(prefers="b")
    assert chosen(decide(case, [somebody("a"), somebody("b", load=2)], NOW)) == ["b"]


def test_leads_and_stand_ins_are_asked_only_where_nobody_else_can() -> None:
    lead, stand_in = somebody("lead", rung=Rung.LEAD), somebody("b", rung=Rung.STAND_IN)
    member = somebody("zoe", load=2)
    assert chosen(decide(waiting(), [stand_in, lead, member], NOW)) == ["zoe"]
    assert decide(waiting(), [stand_in, lead], NOW).chosen == (Chosen("lead", Rung.LEAD),)
    assert chosen(decide(waiting(), [stand_in], NOW)) == ["b"]


def test_the_most_urgent_is_asked_of_several_at_once() -> None:
    people = [somebody(name) for name in "abcd"]
    assert len(decide(waiting(wanted=3), people, NOW).chosen) == 3


def test_urgency_comes_before_waiting_and_waiting_before_chance() -> None:
    late_but_urgent = waiting("z", urgency=1, since=NOW)
    early = waiting("y", since=NOW - 9 * MINUTE)
    later = waiting("a", since=NOW - 8 * MINUTE)
    decisions = assign([later, early, late_but_urgent], [somebody()], NOW)

    assert [each.case_id for each in decisions] == ["z", "y", "a"]
    assert [chosen(each) for each in decisions] == [["mei"], [], []]
    assert decisions[1].excluded["mei"] == (Excluded.CHOSEN_FOR_ANOTHER,)


def test_nobody_on_is_told_apart_from_everybody_busy_and_everybody_asked() -> None:
    others = somebody("o", speaks={"en": Speaks.NATIVE})
    case = waiting(said_no=frozenset({"said_no"}))
    busy = decide(case, [others, somebody(load=3)], NOW)
    asked = decide(case, [others, somebody("said_no")], NOW)
    absent = decide(case, [others, somebody(paused=True)], NOW)
    empty = decide(case, [], NOW)

    assert [each.nobody_is_on for each in (busy, asked, absent, empty)] == [
        False,
        False,
        True,
        True,
    ]
    assert [each.all_said_no for each in (busy, asked, absent, empty)] == [
        False,
        True,
        False,
        False,
    ]


def test_chinese_of_either_script_is_understood_and_the_right_one_preferred() -> None:
    hans, hant = {"zh-Hans": Speaks.FLUENT}, {"zh-Hant": Speaks.FLUENT}
    case = waiting(languages=("zh-Hans",))
    assert can_help_in(hant, "zh-Hans")
    people = [somebody("a", speaks=hant), somebody("b", speaks=hans)]
    assert chosen(decide(case, people, NOW)) == ["b"]
    both = {"zh-Hant": Speaks.NATIVE, "zh-Hans": Speaks.WORKING}
    assert speaks(both, "zh-Hans") == (Speaks.WORKING, True)


def test_the_explanation_names_everybody_and_does_not_depend_on_their_order() -> None:
    people = [somebody("b"), somebody("a", paused=True), somebody("c", load=1)]
    told = decide(waiting(), people, NOW).explanation()
    assert told == decide(waiting(), people[::-1], NOW).explanation()
    assert told["chosen"] == [{"person_id": "b", "rung": "match"}]
    assert told["excluded"] == {"a": ["paused"]}
    assert set(told["costs"]) == {"b", "c"}
    assert {"rank", "language", "script", "load", "rest"} < set(told["costs"]["b"])


tags = st.sampled_from(["ms", "en", "zh-Hans", "zh-Hant", "zh"])
ids = st.sampled_from("abcdef")
moments = st.integers(-600, 5).map(lambda minutes: NOW + minutes * MINUTE)
people_on = st.lists(
    st.builds(
        Candidate,
        person_id=ids,
        speaks=st.dictionaries(tags, st.sampled_from(Speaks), max_size=3),
        load=st.integers(0, 4),
        load_cap=st.integers(0, 4),
        paused=st.booleans(),
        is_offered=st.booleans(),
        rested_since=st.none() | moments,
        lapsed_until=st.none() | moments,
        rung=st.sampled_from(Rung),
    ),
    unique_by=lambda each: each.person_id,
)
people_waiting = st.lists(
    st.builds(
        Waiting,
        case_id=st.uuids().map(str),
        languages=st.lists(tags, min_size=1, max_size=3, unique=True).map(tuple),
        urgency=st.integers(1, 4),
        since=moments,
        wanted=st.integers(1, 3),
        said_no=st.frozensets(ids, max_size=2),
        prefers=st.none() | ids,
    ),
    max_size=6,
    unique_by=lambda each: each.case_id,
)


@given(people_waiting, people_on)
def test_nobody_is_asked_against_the_rules_or_twice(
    cases: list[Waiting], people: list[Candidate]
) -> None:
    by_id = {each.person_id: each for each in people}
    by_case = {each.case_id: each for each in cases}
    asked: list[str] = []
    for decision in assign(cases, people, NOW):
        case = by_case[decision.case_id]
        assert len(decision.chosen) <= case.wanted
        for person_id in chosen(decision):
            who = by_id[person_id]
            assert any(can_help_in(who.speaks, tag) for tag in case.languages)
            assert not who.paused
            assert not who.is_offered
            assert who.load < who.load_cap
            assert person_id not in case.said_no
            asked.append(person_id)
    assert len(asked) == len(set(asked))


@given(people_waiting, people_on)
def test_nobody_free_is_left_beside_somebody_they_could_help(
    cases: list[Waiting], people: list[Candidate]
) -> None:
    for decision in assign(cases, people, NOW):
        assert decision.chosen or not decision.costs


@given(people_waiting, people_on)
def test_whoever_is_considered_is_explained(cases: list[Waiting], people: list[Candidate]) -> None:
    for decision in assign(cases, people, NOW):
        named = [*decision.excluded, *decision.costs]
        assert sorted(named) == sorted(each.person_id for each in people)
