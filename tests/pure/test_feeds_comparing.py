"""What calendars must be told, from what they were shown and the plan as it is."""

from datetime import timedelta

from helpline.feeds.comparing import Change, Shown, changes
from scheduling.zones import Window
from tests.make import NOON


def hours(start: float, end: float) -> Window:
    return Window(NOON + timedelta(hours=start), NOON + timedelta(hours=end))


def test_what_stays_is_no_change() -> None:
    shown = [Shown("a", hours(0, 2)), Shown("b", hours(24, 26))]

    assert changes([hours(24, 26), hours(0, 2)], shown) == []


def test_what_is_new_has_no_id_yet() -> None:
    assert changes([hours(0, 2)], []) == [Change(None, hours(0, 2))]


def test_what_overlaps_is_the_same_shift_moved() -> None:
    assert changes([hours(1, 4)], [Shown("a", hours(0, 2))]) == [Change("a", hours(1, 4))]


def test_what_only_touches_is_another_shift() -> None:
    found = changes([hours(2, 4)], [Shown("a", hours(0, 2))])

    assert found == [Change(None, hours(2, 4)), Change("a", None)]


def test_what_is_gone_is_cancelled_once() -> None:
    assert changes([], [Shown("a", hours(0, 2))]) == [Change("a", None)]
    assert changes([], [Shown("a", hours(0, 2), cancelled=True)]) == []


def test_what_comes_back_is_the_same_shift_again() -> None:
    shown = [Shown("a", hours(0, 2), cancelled=True)]

    assert changes([hours(0, 2)], shown) == [Change("a", hours(0, 2))]


def test_a_shift_cut_in_two_keeps_its_id_for_one_piece() -> None:
    found = changes([hours(0, 1), hours(2, 3)], [Shown("a", hours(0, 3))])

    assert found == [Change("a", hours(0, 1)), Change(None, hours(2, 3))]


def test_one_that_stands_goes_before_one_that_was_cancelled() -> None:
    shown = [Shown("off", hours(0, 2), cancelled=True), Shown("on", hours(1, 3))]

    assert changes([hours(1, 2)], shown) == [Change("on", hours(1, 2))]


def test_each_id_is_used_once() -> None:
    shown = [Shown("a", hours(0, 10))]
    found = changes([hours(0, 1), hours(2, 3), hours(4, 5)], shown)

    assert [change.id for change in found] == ["a", None, None]
