"""The gate: what leaves now, what waits until when, and what never leaves."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpline.messaging.outbox.gate import Bounds, Hold, Reach, Said, Send, Suppress, decide

KL = "Asia/Kuala_Lumpur"
NOON_THERE = datetime(2026, 4, 6, 4, tzinfo=UTC)
NIGHT_THERE = datetime(2026, 4, 6, 15, 30, tzinfo=UTC)  # 23:30
MORNING = datetime(2026, 4, 7, 0, 0, tzinfo=UTC)  # 08:00
HEARD = Reach("+60123456789", KL, country="MY", heard_at=NOON_THERE - timedelta(days=3))
TYPED = replace(HEARD, heard_at=None)
BOUNDS = Bounds(countries=("MY",))
AUTOMATIC, HUMAN = Said(), Said(automatic=False)
ANSWER = Said(answers=True)


def _windowed(reach: Reach, opens: int, closes: int) -> Reach:
    return replace(reach, safe_from=time(opens), safe_until=time(closes))


def test_by_day_everything_leaves() -> None:
    assert decide(AUTOMATIC, HEARD, BOUNDS, NOON_THERE) == Send()


def test_quiet_hours_hold_what_is_automatic_until_the_morning_at_the_persons_place() -> None:
    assert decide(AUTOMATIC, HEARD, BOUNDS, NIGHT_THERE) == Hold(MORNING, "quiet_hours")


@pytest.mark.parametrize("said", [HUMAN, ANSWER, Said(any_hour=True)])
def test_quiet_hours_hold_no_human_no_answer_and_nobody_on_shift(said: Said) -> None:
    assert decide(said, HEARD, BOUNDS, NIGHT_THERE) == Send()


@pytest.mark.parametrize("said", [AUTOMATIC, HUMAN, ANSWER, Said(any_hour=True)])
def test_outside_the_safe_window_everything_waits_for_it(said: Said) -> None:
    reach = _windowed(HEARD, 18, 20)
    assert decide(said, reach, BOUNDS, NOON_THERE) == Hold(
        NOON_THERE + timedelta(hours=6), "safe_window"
    )


def test_the_answer_to_a_text_of_this_moment_leaves_outside_the_safe_window() -> None:
    reach = _windowed(replace(HEARD, heard_at=NOON_THERE - timedelta(minutes=14)), 18, 20)
    assert decide(ANSWER, reach, BOUNDS, NOON_THERE) == Send()
    assert isinstance(decide(HUMAN, reach, BOUNDS, NOON_THERE), Hold)
    late = NOON_THERE + timedelta(minutes=2)
    assert isinstance(decide(ANSWER, reach, BOUNDS, late), Hold)


def test_a_window_somebody_named_stands_instead_of_our_quiet_hours() -> None:
    reach = _windowed(HEARD, 22, 1)
    assert decide(AUTOMATIC, reach, BOUNDS, NIGHT_THERE) == Send()
    assert decide(AUTOMATIC, reach, BOUNDS, NOON_THERE) == Hold(
        datetime(2026, 4, 6, 14, tzinfo=UTC), "safe_window"
    )


def test_a_window_in_the_hour_that_the_clocks_skip_opens_when_they_have_skipped_it() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30 in Berlin, an hour before 03:00
    reach = replace(HEARD, zone="Europe/Berlin", safe_from=time(2, 30), safe_until=time(9))
    verdict = decide(HUMAN, reach, BOUNDS, before)
    assert isinstance(verdict, Hold)
    assert verdict.until.astimezone(ZoneInfo("Europe/Berlin")).time() == time(3, 30)


def test_a_window_in_the_hour_that_comes_twice_is_not_open_early() -> None:
    second_two = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 in Berlin for the second time
    reach = replace(HEARD, zone="Europe/Berlin", safe_from=time(2, 30), safe_until=time(9))
    assert decide(HUMAN, reach, BOUNDS, second_two) == Hold(
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "safe_window"
    )


def test_who_said_stop_gets_nothing_but_the_confirmation() -> None:
    stopped = replace(HEARD, opted_out=True)
    for said in (AUTOMATIC, HUMAN, ANSWER):
        assert decide(said, stopped, BOUNDS, NOON_THERE) == Suppress("opted_out")
    confirmation = Said(answers=True, despite_stop=True)
    assert decide(confirmation, stopped, BOUNDS, NOON_THERE) == Send()


def test_a_limited_number_still_gets_the_crisis_resources() -> None:
    limited = replace(HEARD, flagged=True)
    assert decide(HUMAN, limited, BOUNDS, NOON_THERE) == Suppress("flagged")
    assert decide(Said(despite_flag=True), limited, BOUNDS, NOON_THERE) == Send()


def test_a_number_typed_on_the_web_gets_one_automatic_text_a_day() -> None:
    texted = replace(TYPED, last_automatic_at=NOON_THERE - timedelta(hours=1))
    assert decide(AUTOMATIC, TYPED, BOUNDS, NOON_THERE) == Send()
    assert decide(AUTOMATIC, texted, BOUNDS, NOON_THERE) == Hold(
        NOON_THERE + timedelta(hours=23), "one_a_day"
    )
    assert decide(HUMAN, texted, BOUNDS, NOON_THERE) == Send()
    answered = replace(texted, heard_at=NOON_THERE)
    assert decide(AUTOMATIC, answered, BOUNDS, NOON_THERE) == Send()


def test_a_number_typed_on_the_web_must_be_in_an_allowed_country() -> None:
    abroad = replace(TYPED, address="+8801712345678", country="BD")
    assert decide(HUMAN, abroad, BOUNDS, NOON_THERE) == Suppress("country")
    assert decide(HUMAN, replace(abroad, heard_at=NOON_THERE), BOUNDS, NOON_THERE) == Send()


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+266696687", "withheld"),
        ("12345", "not_a_number"),
        ("", "not_a_number"),
        ("+19005551234", "premium"),
    ],
)
def test_a_number_nobody_can_or_should_be_texted_on_is_refused(number: str, why: str) -> None:
    reach = replace(HEARD, address=number)
    assert decide(ANSWER, reach, BOUNDS, NOON_THERE) == Suppress(why)


def test_a_mail_needs_no_number() -> None:
    reach = replace(TYPED, address="someone@example.org", country="")
    assert decide(Said(channel="mail"), reach, BOUNDS, NOON_THERE) == Send()


def test_the_longest_of_several_holds_counts() -> None:
    texted = replace(TYPED, last_automatic_at=NIGHT_THERE - timedelta(hours=1))
    assert decide(AUTOMATIC, texted, BOUNDS, NIGHT_THERE) == Hold(
        NIGHT_THERE + timedelta(hours=23), "one_a_day"
    )
