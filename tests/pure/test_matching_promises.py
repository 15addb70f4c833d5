"""What holds of matching whatever the facts are."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from helpline.matching import (
    VOICE,
    Candidate,
    Parameters,
    Speaks,
    Waiting,
    assign,
    can_help_in,
    order,
    priority,
)
from tests.pure.test_matching_pool import MINUTE, NOW, cases, crowds, lines, prices

waits = st.integers(0, 100_000).map(lambda seconds: timedelta(seconds=seconds))


@given(lines, crowds, prices)
@settings(deadline=None)
def test_nobody_is_asked_against_a_rule(
    line: list[Waiting], crowd: list[Candidate], priced: object
) -> None:
    """The rules said once more, in other words than `helpline.matching.rules`."""
    people = {who.person_id: who for who in crowd}
    by_id = {case.case_id: case for case in line}
    asked: list[str] = []
    for decision in assign(line, crowd, NOW, prices=priced):  # type: ignore[arg-type]
        case = by_id[decision.case_id]
        assert len(decision.chosen) <= case.wanted
        for each in decision.chosen:
            who = people[each.person_id]
            needed = Speaks.FLUENT if case.channel == VOICE else Speaks.WORKING
            assert any(can_help_in(who.speaks, tag, needed) for tag in case.languages)
            assert case.channel in who.channels
            assert who.load == 0 if case.channel == VOICE else who.load < who.load_cap
            assert not any((who.paused, who.cooling, who.on_voice, who.is_offered))
            assert who.lapsed_until is None or who.lapsed_until <= NOW
            assert not case.topic or case.topic not in who.topics_off
            assert case.gender_wish in ("", who.gender)
            assert case.age_wish in ("", who.age_band)
            assert case.needs <= who.clearances
            assert case.team_id is None or case.team_id in who.team_ids
            assert who.person_id not in case.said_no | case.shown_to | case.abused
            assert case.not_before is None or case.not_before <= NOW
            asked.append(who.person_id)
    assert len(asked) == len(set(asked))


@given(cases, waits, waits)
def test_more_waiting_never_lowers_priority(
    case: Waiting, longer: timedelta, shorter: timedelta
) -> None:
    first, second = sorted((NOW - longer, NOW - shorter))
    parameters = Parameters()
    waited = Waiting("a", case.languages, case.urgency, first)
    fresh = Waiting("a", case.languages, case.urgency, second)
    assert priority(waited, NOW, parameters) >= priority(fresh, NOW, parameters)
    assert order(waited, NOW, parameters) <= order(fresh, NOW, parameters)


@given(st.integers(1, 4), st.integers(1, 4))
def test_nobody_starves_however_many_more_urgent_people_keep_coming(
    patient: int, newer: int
) -> None:
    """At some time they come before whoever comes then, and stay there: at the defaults the least
    urgent before a new imminent one after 64 days, before a new concern after 39 hours."""
    case = Waiting("a", ("ms",), patient, NOW)
    for days in (64, 90, 365):
        then = NOW + timedelta(days=days)
        urgent = Waiting("b", ("ms",), newer, then)
        assert order(case, then, Parameters()) < order(urgent, then, Parameters())


@given(lines, crowds)
@settings(deadline=None)
def test_one_free_counsellor_and_one_case_they_could_take_are_always_paired(
    line: list[Waiting], crowd: list[Candidate]
) -> None:
    """After everybody was placed, nobody is left who could take a case that got nobody."""
    decisions = assign(line, crowd, NOW)
    by_id = {case.case_id: case for case in line}
    taken = {each.person_id for decision in decisions for each in decision.chosen}
    left = [who for who in crowd if who.person_id not in taken]
    for decision in decisions:
        if not decision.chosen:
            (alone,) = assign([by_id[decision.case_id]], left, NOW)
            assert not alone.chosen


@given(lines, crowds, st.randoms(), prices)
@settings(deadline=None)
def test_equal_facts_give_equal_decisions_in_whatever_order_they_come(
    line: list[Waiting], crowd: list[Candidate], dice: object, priced: object
) -> None:
    first = assign(line, crowd, NOW, prices=priced)  # type: ignore[arg-type]
    dice.shuffle(line)  # type: ignore[attr-defined]
    dice.shuffle(crowd)  # type: ignore[attr-defined]
    second = assign(line, crowd, NOW, prices=priced)  # type: ignore[arg-type]
    assert first == second
    assert [each.explanation() for each in first] == [each.explanation() for each in second]


def test_the_most_pressing_gets_the_one_who_is_free() -> None:
    def waits(case_id: str, urgency: int, minutes: int) -> Waiting:
        return Waiting(case_id, ("ms",), urgency, NOW - minutes * MINUTE)

    line = [waits("old", 4, 90), waits("new", 3, 1), waits("high", 2, 0), waits("older", 4, 91)]
    mei = Candidate("mei", {"ms": Speaks.NATIVE})
    assert [each.case_id for each in assign(line, [mei], NOW)] == ["high", "new", "older", "old"]
