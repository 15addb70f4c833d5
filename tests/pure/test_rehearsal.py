"""A rehearsal: equal seeds are equal weeks, nobody is asked who may not be, mistakes are told."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpline.cases.offer_rules import OfferRules
from helpline.matching import VOICE, Candidate, Speaks
from helpline.rehearsal import (
    Arrival,
    BadScenario,
    Helper,
    Outcome,
    World,
    example,
    imagined,
    imagined_helpers,
    report,
)
from helpline.rehearsal.scenario import Pace, scenario_from
from scheduling.zones import Window

MONDAY = datetime(2026, 4, 6, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WEEK = Window(MONDAY, MONDAY + 7 * DAY)
ASKING: dict[str, Any] = {"language": "my", "per_day": 20, "zone": "Asia/Yangon"}
QUICK = Pace(reacts=1.0, declines=0.0, answers_after=5)


def helper(name: str, *languages: str, hours: tuple[int, int] = (0, 24), **more: Any) -> Helper:
    """On every day of the week between these hours (UTC)."""
    who = Candidate(name, dict.fromkeys(languages, Speaks.NATIVE), **more)
    days = [MONDAY + number * DAY for number in range(7)]
    return Helper(who, tuple(Window(d + hours[0] * HOUR, d + hours[1] * HOUR) for d in days))


def asks(at: datetime, language: str = "en", **more: Any) -> Arrival:
    return Arrival(at, (language,), **more)


def played(arrivals: list[Arrival], helpers: list[Helper], **more: Any) -> list[Outcome]:
    world = World(arrivals, helpers, seed=more.pop("seed", 1), **more)
    world.run(WEEK)
    return world.outcomes


def busy() -> tuple[list[Arrival], list[Helper]]:
    scenario = scenario_from(
        {
            "asking": [ASKING, {"language": "ms", "per_day": 60, "accepts": ["en"]}],
            "helper": [
                {"languages": {"my": "native"}, "from": "18:00", "until": "23:00", "count": 2},
                {"languages": {"ms": "fluent", "en": "working"}, "from": "08:00", "until": "20:00"},
            ],
        }
    )
    return imagined(scenario, WEEK), imagined_helpers(scenario.helpers, WEEK)


# --- what happens ---


def test_equal_seeds_give_equal_weeks_and_others_others() -> None:
    arrivals, helpers = busy()
    once, again, other = (played(arrivals, helpers, seed=seed) for seed in (3, 3, 4))
    assert once == again
    assert once != other


def test_everybody_who_asks_is_counted_once() -> None:
    arrivals, helpers = busy()
    outcomes = played(arrivals, helpers)
    assert [each.arrival for each in outcomes] == arrivals
    row = report(outcomes, "UTC").everybody
    assert row.asked == row.helped + row.left + row.waiting == len(arrivals)
    assert row.helped > 0


def test_nobody_is_helped_in_a_language_they_did_not_want_or_by_who_is_off() -> None:
    arrivals, helpers = busy()
    known = {each.who.person_id: each for each in helpers}
    for each in played(arrivals, helpers):
        if each.helped:
            who, taken = known[each.by], each.arrival.at + (each.waited or timedelta())
            assert set(each.arrival.languages) & set(who.who.speaks)
            assert any(on.start <= taken <= on.end for on in who.on)


def test_nobody_carries_more_than_they_may() -> None:
    arrivals = [asks(MONDAY + number * MINUTE) for number in range(60)]
    slow = Pace(reacts=1.0, declines=0.0, service={"text": 600.0, "voice": 600.0})
    outcomes = played(arrivals, [helper("mei", "en", load_cap=3)], pace=slow)
    first_hours = [
        each
        for each in outcomes
        if each.helped and each.arrival.at + (each.waited or timedelta()) < MONDAY + 2 * HOUR
    ]
    assert len(first_hours) == 3


def test_somebody_for_whom_nobody_is_on_is_told_apart_and_waits_for_the_shift() -> None:
    (outcome,) = played([asks(MONDAY + HOUR)], [helper("mei", "en", hours=(3, 5))], pace=QUICK)
    assert outcome.nobody_on
    assert outcome.helped
    assert timedelta(hours=2) <= (outcome.waited or timedelta()) < timedelta(hours=2, minutes=2)


def test_somebody_who_waits_too_long_leaves() -> None:
    impatient = Pace(patience={1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0})
    outcomes = played([asks(MONDAY, "my")], [helper("mei", "en")], pace=impatient)
    assert [(each.helped, each.still_waits) for each in outcomes] == [(False, False)]


def test_an_offer_nobody_reacts_to_goes_on_to_the_next() -> None:
    never = Pace(reacts=0.0)
    (outcome,) = played([asks(MONDAY)], [helper("mei", "en"), helper("ana", "en")], pace=never)
    assert outcome.offers > 2  # again, too, after a while
    assert not outcome.helped


def test_who_let_an_offer_run_out_is_not_asked_about_the_same_again_for_a_while() -> None:
    gone_soon = Window(MONDAY, MONDAY + timedelta(minutes=19))  # an offer stands five minutes
    world = World([asks(MONDAY)], [helper("mei", "en")], seed=1, pace=Pace(reacts=0.0))
    world.run(gone_soon)
    assert world.outcomes[0].offers == 1


def test_the_most_urgent_are_shown_to_several_at_once() -> None:
    helpers = [helper(name, "en") for name in ("mei", "ana", "jun")]
    (outcome,) = played([asks(MONDAY, urgency=1)], helpers, pace=QUICK)
    assert outcome.offers == 3
    (outcome,) = played(
        [asks(MONDAY, urgency=1)], helpers, pace=QUICK, offers=OfferRules(at_once_1=1)
    )
    assert outcome.offers == 1


def test_a_call_takes_the_whole_person() -> None:
    both = frozenset({"text", VOICE})
    arrivals = [asks(MONDAY, channel=VOICE), asks(MONDAY + MINUTE)]
    long = Pace(reacts=1.0, declines=0.0, answers_after=5, service={"text": 5, VOICE: 90})
    call, text = played(arrivals, [helper("mei", "en", channels=both)], pace=long)
    assert call.helped
    assert (text.waited or timedelta()) > 20 * MINUTE


# --- who asks ---


def test_people_ask_as_often_and_when_the_scenario_says() -> None:
    evening = [0.0] * 20 + [1.0] * 4
    scenario = scenario_from({"asking": [ASKING | {"hours": evening}], "seed": 5})
    found = imagined(scenario, WEEK)
    assert 100 < len(found) < 180  # 140 on average
    # 20:00 to 24:00 in Yangon is 13:30 to 17:30 UTC; arrivals are drawn by the hour.
    assert {each.at.hour for each in found} <= {13, 14, 15, 16, 17}
    assert found == imagined(scenario, WEEK)


def test_a_change_of_one_language_leaves_the_others_as_they_were() -> None:
    other = {"language": "ms", "per_day": 30}
    one = imagined(scenario_from({"asking": [ASKING, other]}), WEEK)
    two = imagined(scenario_from({"asking": [ASKING | {"per_day": 50}, other]}), WEEK)
    assert [each for each in one if each.languages == ("ms",)] == [
        each for each in two if each.languages == ("ms",)
    ]


def test_shares_of_urgency_and_channel_are_drawn() -> None:
    shares = {"urgency": {"1": 1, "4": 1}, "channel": {"text": 1, "voice": 1}}
    found = imagined(scenario_from({"asking": [ASKING | shares]}), WEEK)
    assert set(Counter(each.urgency for each in found)) == {1, 4}
    assert set(Counter(each.channel for each in found)) == {"text", VOICE}


def test_imagined_helpers_are_on_at_their_wall_clock_hours_over_midnight() -> None:
    scenario = scenario_from(
        {
            "asking": [ASKING],
            "helper": [
                {
                    "languages": {"my": "native"},
                    "days": ["sat"],
                    "from": "22:00",
                    "until": "02:00",
                    "zone": "Asia/Yangon",
                    "count": 2,
                }
            ],
        }
    )
    one, two = imagined_helpers(scenario.helpers, WEEK)
    saturday = datetime(2026, 4, 11, 15, 30, tzinfo=UTC)
    assert one.on == two.on == (Window(saturday, saturday + 4 * HOUR),)
    assert one.who.person_id != two.who.person_id


# --- mistakes in the file ---


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"per_day": "many"}, "per_day: write a number"),
        ({"per_day": -1}, "per_day: from 0"),
        ({"zone": "Atlantis"}, "zone: a place such as"),
        ({"hours": [1, 2]}, "hours: 24 numbers"),
        ({"hours": [0] * 24}, "hours: numbers from 0, one above"),
        ({"urgency": {"5": 1}}, "urgency 5"),
        ({"channel": {"fax": 1}}, "channel fax"),
        ({"perday": 3}, "perday: there is no such entry"),
        ({"language": ""}, "language: write a word"),
    ],
)
def test_a_mistake_in_a_scenario_is_told_with_its_place(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(BadScenario) as refused:
        scenario_from({"asking": [ASKING, ASKING | changed]})
    assert refused.value.args[0] == "asking 2"
    assert told in refused.value.args[1]


@pytest.mark.parametrize(
    "data", [{}, {"asking": {"language": "my"}}, {"asking": [ASKING], "sede": 1}, {"asking": [3]}]
)
def test_a_file_that_is_no_scenario_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(BadScenario):
        scenario_from(data)


def test_the_example_is_a_scenario() -> None:
    import tomllib

    scenario = scenario_from(tomllib.loads(example()))
    assert len(scenario.asking) == 3
    assert len(imagined_helpers(scenario.helpers, WEEK)) == 2


# --- what is counted ---


def test_waits_are_counted_by_language_and_hour_on_the_clock_of_the_line() -> None:
    outcomes = [
        Outcome(asks(MONDAY + number * MINUTE, "my"), False, number * MINUTE, helped=True)
        for number in range(1, 21)
    ]
    outcomes.append(Outcome(asks(MONDAY + 5 * HOUR, "my"), True, HOUR))
    found = report(outcomes, "Asia/Kuala_Lumpur")
    row = found.hours["my"][8]
    assert (row.asked, row.helped, row.p50, row.p95) == (20, 20, 10.0, 19.0)
    late = found.hours["my"][13]
    assert (late.left, late.nobody_on, late.p50) == (1, 1, None)
    assert [(each.day, each.hour, each.nobody_on) for each in found.thin] == [("mon", 13, 1)]
