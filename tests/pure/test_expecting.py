"""What is said about a wait is true four times in five, and where it is not, it is found out."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from helpline.cases.expecting import (
    ENOUGH,
    LEVELS,
    Figures,
    Judged,
    Past,
    View,
    bands,
    calibration,
    expected,
    fit,
    has_changed,
    judge,
    next_moment,
    range_of,
    remaining,
    sketch,
    verdict,
)
from tests.simulation.waiting_line import HOUR, MINUTE, line

ALONE = ((0.0, 1),)


def told(past: Sequence[Past], figures: Figures, *, times: float = 1.0) -> list[Judged]:
    """What became of each range, as it would have been told in whole minutes. times: a broken
    model, which says so many times what it should."""
    found = []
    for each in past:
        ends = range_of(each.view, figures)
        if ends is not None:
            low = math.floor(ends[0] * times / MINUTE) * 60
            high = math.ceil(ends[-1] * times / MINUTE) * 60
            one = judge("en", low, max(high, 120), int(each.real), ends, is_taken=each.is_taken)
            found += [one] if one else []
    return found


def learned(seed: int) -> tuple[Figures, list[Past]]:
    """What three weeks of a line taught, and the week after, of those who had to wait."""
    past = line(seed, days=28)
    cut = len(past) * 3 // 4
    figures = fit(past[:cut])
    assert figures is not None
    return figures, [each for each in past[cut:] if each.view.needed > 0]


def share(judged: Sequence[Judged]) -> float:
    return sum(each.came == "inside" for each in judged) / len(judged)


# --- against a line whose truth is known ---


@pytest.mark.parametrize("seed", range(1, 7))
def test_four_in_five_of_the_ranges_hold(seed: int) -> None:
    figures, later = learned(seed)
    judged = told(later, figures)
    assert len(judged) > 0.8 * sum(each.is_taken for each in later)  # it does not keep silent
    assert 0.7 <= share(judged) <= 0.9
    assert verdict(judged).holds


def test_each_level_is_reached_as_often_as_it_says() -> None:
    found: list[Judged] = []
    for seed in range(1, 5):
        figures, later = learned(seed)
        found += told(later, figures)
    for level, real in calibration(found, LEVELS):
        assert abs(real - level) < 0.1, (level, real)


@pytest.mark.parametrize("times", [0.4, 2.0, 2.5])
def test_a_model_that_is_far_off_is_found_out_by_its_own_log(times: float) -> None:
    figures, later = learned(1)
    assert not verdict(told(later, figures, times=times)).holds


def test_the_queue_is_chosen_where_the_queue_tells_most_and_narrows_the_range() -> None:
    figures, later = learned(3)
    assert figures.method == "queue"
    flat = replace(figures, method="typical")
    errors = {
        one.method: sum(
            abs(math.log((each.real + 60) / ((expected(each.view, one) or 0) + 60)))
            for each in later
            if each.is_taken
        )
        for one in (figures, flat)
    }
    assert errors["queue"] < 0.9 * errors["typical"]


# --- the expected length ---


def figures(**more: object) -> Figures:
    values: dict[str, object] = {
        "method": "queue",
        "pace": 1 / 512,
        "reaction": 60.0,
        "typical": 300.0,
        "errors": (-0.5, -0.2, 0.0, 0.2, 0.5),
        "count": 100,
    }
    return Figures(**values | more)  # type: ignore[arg-type]  # as above


def test_the_queue_takes_as_long_as_those_on_need_for_it() -> None:
    assert expected(View(0, ALONE), figures()) == 60
    assert expected(View(3, ALONE), figures()) == 60 + 3 * 512
    assert expected(View(3, ((0.0, 3),)), figures()) == 60 + 512


def test_who_comes_on_or_goes_by_the_rota_counts_from_then() -> None:
    more = ((0.0, 1), (512.0, 2))
    assert expected(View(3, more), figures()) == 60 + 512 + 512
    fewer = ((0.0, 2), (512.0, 0), (1024.0, 2))
    assert expected(View(3, fewer), figures()) == 60 + 1024 + 256


def test_nothing_is_expected_where_the_rota_leads_nowhere() -> None:
    view = View(3, ((0.0, 1), (512.0, 0)))
    assert expected(view, figures()) is None
    assert range_of(view, figures()) is None


def test_nothing_is_said_where_too_many_left_or_it_lies_too_far() -> None:
    assert range_of(View(0, ALONE), figures(errors=(-0.5, 0.0, 0.0, 0.1, None))) is None
    assert range_of(View(80, ALONE), figures()) is None


def test_too_little_past_teaches_nothing() -> None:
    past = [Past(View(0, ALONE), 60.0 + number) for number in range(ENOUGH)]
    assert fit(past[:-1]) is None
    assert fit(past) is not None


def test_who_left_counts_as_having_waited_at_least_so_long() -> None:
    """Where the impatient leave before the long waits end, the range must not shrink for it."""
    whole = [Past(View(0, ALONE), 60.0 * (1 + number % 20)) for number in range(400)]
    impatient = [
        each if each.real <= 600 or number % 2 else Past(each.view, 600.0, is_taken=False)
        for number, each in enumerate(whole)
    ]
    ends = {}
    for name, past in (("whole", whole), ("impatient", impatient)):
        learned_from = fit(past)
        assert learned_from is not None
        found = range_of(View(0, ALONE), learned_from)
        assert found is not None
        ends[name] = found[-1]
    assert abs(ends["impatient"] - ends["whole"]) < 180


# --- quantiles alone ---


def test_who_has_waited_longer_is_told_what_is_left_and_nothing_past_what_is_known() -> None:
    waits = [minutes * MINUTE for minutes in range(1, 41)]
    first, after_twenty = remaining(waits, 0.0), remaining(waits, 20 * MINUTE)
    assert first is not None
    assert after_twenty is not None
    assert (first[0], first[-1]) == (4 * MINUTE, 36 * MINUTE)
    assert (after_twenty[0], after_twenty[-1]) == (2 * MINUTE, 18 * MINUTE)
    assert remaining(waits, 35 * MINUTE) is None


def test_a_sketch_keeps_the_ends_and_the_middle() -> None:
    kept = sketch([float(number) for number in range(5000)])
    assert len(kept) == 200
    assert (kept[0], kept[100]) == (0, 2500)
    assert kept[-1] > 4900


# --- judging ---


def test_a_range_is_true_in_the_minutes_it_was_said_in() -> None:
    def came(real: int) -> str:
        found = judge("en", 120, 600, real, (), is_taken=True)
        assert found is not None
        return found.came

    assert [came(real) for real in (60, 61, 600, 601)] == ["sooner", "inside", "inside", "later"]


def test_who_left_is_no_proof_before_the_end_and_one_after_it() -> None:
    assert judge("en", 0, 600, 599, (), is_taken=False) is None
    late = judge("en", 0, 600, 700, (), is_taken=False)
    assert late is not None
    assert late.came == "later"


def test_few_ranges_prove_nothing_and_the_newest_fifty_decide() -> None:
    def one(came: str) -> Judged:
        return Judged("en", came, 60, ())

    assert verdict([]).holds
    assert verdict([one("later")] * 19).holds
    assert not verdict([one("later")] * 20).holds
    assert verdict([*[one("inside")] * 50, *[one("later")] * 500]).holds
    assert not verdict([*[one("later")] * 18, *[one("inside")] * 500]).holds


def test_the_truth_is_shown_by_how_long_was_expected() -> None:
    judged = [Judged("en", "inside", 70 * count, (0, 0, 60 * count, 0, 0)) for count in range(1, 9)]
    found = [(one.start, one.end, one.count) for one in bands(judged)]
    assert found == [(0, 300, 4), (300, 900, 4)]


# --- when somebody hears of it ---


def test_news_come_after_ten_and_thirty_minutes_and_then_hourly() -> None:
    heard, waited = [], timedelta()
    while waited < timedelta(seconds=5 * HOUR):
        waited = next_moment(waited)
        heard.append(waited.total_seconds() / MINUTE)
    assert heard == [10, 30, 90, 150, 210, 270, 330]


def test_only_what_is_news_is_worth_a_text() -> None:
    minutes = [timedelta(minutes=number) for number in range(120)]
    assert not has_changed(None, None, places=(2, 2))
    assert has_changed(None, None, places=(2, 1))
    assert not has_changed(minutes[20], None, places=(2, 2))
    assert has_changed(None, minutes[20], places=(2, 2))
    assert not has_changed(minutes[20], minutes[28], places=(2, 2))
    assert has_changed(minutes[20], minutes[31], places=(2, 2))
    assert not has_changed(minutes[100], minutes[80], places=(2, 2))
