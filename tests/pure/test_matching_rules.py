"""Who may be asked at all: wishes, clearances, channels, teams, hours; and close languages."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from helpline.matching import (
    CLOSE,
    SAME_LANGUAGE_ONLY,
    VOICE,
    Candidate,
    Excluded,
    Parameters,
    SafeHours,
    Speaks,
    Waiting,
    away_until,
    can_help_in,
    decide,
    speaks,
)

NOW = datetime(2026, 4, 6, 12, 0, tzinfo=UTC)  # 20:00 in Kuala Lumpur
MINUTE = timedelta(minutes=1)
BOTH = frozenset({"text", "voice"})


def waiting(**more: Any) -> Waiting:
    return Waiting(**{"case_id": "case", "languages": ("ms",), "urgency": 3, "since": NOW, **more})


def somebody(person_id: str = "mei", **more: Any) -> Candidate:
    return Candidate(**{"person_id": person_id, "speaks": {"ms": Speaks.FLUENT}, **more})


@pytest.mark.parametrize(
    ("candidate", "case", "reason"),
    [
        (somebody(), waiting(channel=VOICE), Excluded.CHANNEL),
        (somebody(channels=frozenset({"voice"})), waiting(), Excluded.CHANNEL),
        (somebody(topics_off=frozenset({"grief"})), waiting(topic="grief"), Excluded.TOPIC_OFF),
        (somebody(gender="man"), waiting(gender_wish="woman"), Excluded.GENDER),
        (somebody(), waiting(gender_wish="woman"), Excluded.GENDER),
        (somebody(age_band="60plus"), waiting(age_wish="under30"), Excluded.AGE),
        (somebody(), waiting(needs=frozenset({"youth"})), Excluded.CLEARANCE),
        (somebody(team_ids=frozenset({"b"})), waiting(team_id="a"), Excluded.TEAM),
        (somebody(spared=True), waiting(urgency=2), Excluded.SPARED),
        (somebody(cooling=True), waiting(), Excluded.COOLING),
        (somebody(on_voice=True), waiting(), Excluded.ON_VOICE),
        (somebody(), waiting(not_before=NOW + MINUTE), Excluded.NOT_YET),
        (
            somebody(channels=BOTH, load=1),
            waiting(channel=VOICE),
            Excluded.NOT_FREE_FOR_VOICE,
        ),
        (
            somebody(channels=BOTH, speaks={"ms": Speaks.WORKING}),
            waiting(channel=VOICE),
            Excluded.LANGUAGE,
        ),
    ],
)
def test_each_rule_leaves_somebody_out_with_its_reason(
    candidate: Candidate, case: Waiting, reason: Excluded
) -> None:
    decision = decide(case, [candidate], NOW)
    assert (decision.chosen, decision.excluded) == ((), {"mei": (reason,)})


def test_who_fits_every_wish_is_asked() -> None:
    case = waiting(
        channel=VOICE,
        topic="grief",
        gender_wish="woman",
        age_wish="under30",
        needs=frozenset({"youth"}),
        team_id="a",
        not_before=NOW,
    )
    who = somebody(
        channels=BOTH,
        gender="woman",
        age_band="under30",
        clearances=frozenset({"youth", "grief"}),
        team_ids=frozenset({"a"}),
    )
    assert decide(case, [who], NOW).chosen


def test_how_well_one_must_speak_to_talk_is_a_parameter() -> None:
    who = somebody(channels=BOTH, speaks={"ms": Speaks.WORKING})
    case = waiting(channel=VOICE)
    assert not decide(case, [who], NOW).chosen
    assert decide(case, [who], NOW, parameters=Parameters(voice_level=2)).chosen


@pytest.mark.parametrize(
    ("hours", "utc_hour", "may"),
    [
        ((9, 21), 12, True),  # 20:00 there
        ((9, 21), 13, False),  # 21:00: the end is not within
        ((9, 21), 1, True),  # 09:00
        ((9, 21), 0, False),
        ((22, 6), 15, True),  # 23:00, over midnight
        ((22, 6), 12, False),
        ((0, 0), 5, True),  # any hour
    ],
)
def test_nobody_is_reached_outside_the_hours_that_are_safe_for_them(
    hours: tuple[int, int], utc_hour: int, may: bool
) -> None:
    safe = SafeHours(time(hours[0]), time(hours[1]), "Asia/Kuala_Lumpur")
    decision = decide(waiting(hours=safe), [somebody()], NOW.replace(hour=utc_hour))
    assert bool(decision.chosen) is may
    assert decision.not_yet is not may
    assert not decision.nobody_is_on


def test_safe_hours_follow_the_clocks_of_their_zone() -> None:
    safe = SafeHours(time(9), time(10), "Europe/Madrid")
    winter = datetime(2026, 3, 28, 8, 30, tzinfo=UTC)
    summer = datetime(2026, 3, 29, 7, 30, tzinfo=UTC)
    for moment in (winter, summer):
        assert decide(waiting(hours=safe), [somebody()], moment).chosen


def test_who_could_never_help_is_not_counted_as_being_on() -> None:
    man = somebody("a", gender="man")
    case = waiting(gender_wish="woman")
    assert decide(case, [man], NOW).nobody_is_on
    assert not decide(case, [man, somebody("b", gender="woman", load=3)], NOW).nobody_is_on


@pytest.mark.parametrize(
    ("spoken", "wanted", "level", "exact"),
    [
        ("zh-Hans", "zh-Hant", Speaks.FLUENT, False),
        ("zh", "zh-Hant", Speaks.NATIVE, True),
        ("zh-Hans", "zh", Speaks.NATIVE, True),
        ("id", "ms", Speaks.FLUENT, False),
        ("ms", "id", Speaks.FLUENT, False),
        ("tl", "fil", Speaks.NATIVE, True),
        ("fil", "tl", Speaks.NATIVE, True),
        ("es-MX", "es", Speaks.FLUENT, False),
        ("es", "es-MX", Speaks.FLUENT, False),
        ("en", "ms", None, False),
        ("zh-Hans", "yue", None, False),
    ],
)
def test_close_languages_count_as_written_down(
    spoken: str, wanted: str, level: Speaks | None, exact: bool
) -> None:
    assert speaks({spoken: Speaks.NATIVE}, wanted) == (level, exact)


def test_what_somebody_says_of_a_language_goes_before_what_follows_from_a_near_one() -> None:
    both = {"es-MX": Speaks.NATIVE, "es": Speaks.WORKING}
    assert speaks(both, "es") == (Speaks.WORKING, True)
    assert not can_help_in({"es-MX": Speaks.WORKING}, "es")


def test_every_closeness_has_its_reason_and_can_be_left_away() -> None:
    assert all(pair.reason for pair in CLOSE.pairs)
    assert speaks({"id": Speaks.NATIVE}, "ms", SAME_LANGUAGE_ONLY).level is None


def test_their_own_language_goes_before_one_they_accept() -> None:
    case = waiting(languages=("ms", "en"))
    malay = somebody("a", speaks={"ms": Speaks.FLUENT}, rested_since=NOW)
    english = somebody("b", speaks={"en": Speaks.NATIVE})
    assert decide(case, [english, malay], NOW).chosen[0].person_id == "a"
    assert decide(case, [english], NOW).chosen
    assert not decide(waiting(), [english], NOW).chosen


def test_where_all_else_is_equal_nobody_is_woken_at_night() -> None:
    at_night = somebody("a", zone="America/Mexico_City")  # 06:00 there
    by_day = somebody("b", zone="Asia/Kuala_Lumpur", rested_since=NOW - 300 * MINUTE)
    assert decide(waiting(), [at_night, by_day], NOW).chosen[0].person_id == "b"


def test_who_goes_soon_is_asked_after_who_stays() -> None:
    going = somebody("a", until=NOW + 5 * MINUTE)
    staying = somebody("b", until=NOW + 90 * MINUTE, rested_since=NOW - 300 * MINUTE)
    assert decide(waiting(), [going, staying], NOW).chosen[0].person_id == "b"
    assert decide(waiting(), [going], NOW).chosen


def test_who_missed_one_offer_is_let_be_briefly_and_longer_each_further_time() -> None:
    pauses = [away_until(NOW, times, Parameters()) - NOW for times in (1, 2, 3, 4, 5, 60)]
    assert [each.total_seconds() for each in pauses] == [30, 60, 120, 240, 300, 300]


def test_they_talk_in_the_language_that_is_best_for_both() -> None:
    case = waiting(languages=("ms", "en"))
    learner = somebody("a", speaks={"ms": Speaks.WORKING, "en": Speaks.NATIVE})
    costs = decide(case, [learner], NOW, parameters=Parameters(working=30)).costs["a"]
    assert (costs["rank"], costs["language"]) == (20, 0)
    costs = decide(case, [learner], NOW, parameters=Parameters(working=10)).costs["a"]
    assert (costs["rank"], costs["language"]) == (0, 10)
