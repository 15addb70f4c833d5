"""Stepping out of a shift and coming back, and who is on next."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from scheduling import promises
from scheduling.promises import PauseKind
from scheduling.zones import Window
from tests.make import NOON, Make
from tests.operations.test_promises import HOUR, TUESDAY, on, promise


def test_who_pauses_is_on_but_not_to_be_asked_until_they_resume(
    session: Session, make: Make
) -> None:
    mei = make.counsellor()
    promise(session, mei)
    promises.pause(session, mei.id, now=NOON)
    later = NOON + HOUR

    assert [duty.paused for duty in promises.on_shift(session, later)] == [True]
    assert promises.resume(session, mei.id, now=later) is True
    assert [duty.paused for duty in promises.on_shift(session, later)] == [False]
    assert promises.resume(session, mei.id, now=later) is False


def test_a_forgotten_pause_is_over_when_the_shift_is(session: Session, make: Make) -> None:
    mei = make.counsellor()
    promise(session, mei)
    row = promises.pause(session, mei.id, now=NOON)

    assert (row.kind, row.until_at) == (PauseKind.PAUSED, NOON + 2 * HOUR)
    assert [duty.paused for duty in promises.on_shift(session, NOON + timedelta(days=7))] == [False]


def test_a_break_ends_by_itself(session: Session, make: Make) -> None:
    mei = make.counsellor()
    promise(session, mei)
    row = promises.pause(session, mei.id, now=NOON, until=NOON + HOUR)

    assert row.kind is PauseKind.BREAK
    assert [duty.paused for duty in promises.on_shift(session, NOON + HOUR - HOUR / 60)] == [True]
    assert [duty.paused for duty in promises.on_shift(session, NOON + HOUR)] == [False]


def test_a_break_is_not_longer_than_the_shift_nor_over_before_it_begins(
    session: Session, make: Make
) -> None:
    mei = make.counsellor()
    promise(session, mei)

    assert promises.pause(session, mei.id, now=NOON, until=NOON + 9 * HOUR).until_at == (
        NOON + 2 * HOUR
    )
    with pytest.raises(promises.PauseIsOver):
        promises.pause(session, mei.id, now=NOON, until=NOON)


def test_a_second_pause_takes_the_place_of_the_first(session: Session, make: Make) -> None:
    mei = make.counsellor()
    promise(session, mei)
    promises.pause(session, mei.id, now=NOON)
    promises.pause(session, mei.id, now=NOON + HOUR / 2, until=NOON + HOUR)

    assert [duty.paused for duty in promises.on_shift(session, NOON + HOUR)] == [False]


def test_who_ends_the_shift_is_off_until_the_next_or_until_they_come_back(
    session: Session, make: Make
) -> None:
    mei = make.counsellor()
    promise(session, mei)
    promises.end_shift(session, mei.id, now=NOON)
    promises.end_shift(session, mei.id, now=NOON + HOUR / 60)

    assert on(session, NOON + HOUR) == []
    assert on(session, NOON + timedelta(days=7)) == [mei.id]
    with pytest.raises(promises.NotOnShift):
        promises.pause(session, mei.id, now=NOON + HOUR)
    assert promises.resume(session, mei.id, now=NOON + HOUR)
    assert on(session, NOON + HOUR) == [mei.id]


def test_who_is_not_on_has_nothing_to_step_out_of(session: Session, make: Make) -> None:
    mei = make.counsellor()

    with pytest.raises(promises.NotOnShift):
        promises.pause(session, mei.id, now=NOON)
    with pytest.raises(promises.NotOnShift):
        promises.end_shift(session, mei.id, now=NOON)


def test_the_next_on_shift_is_the_first_of_those_asked_for(session: Session, make: Make) -> None:
    mei, ana, eve = (make.counsellor(alias=alias) for alias in ("Mei", "Ana", "Eve"))
    promise(session, mei, weekday=TUESDAY)
    promise(session, ana, "08:00-12:00", weekday=TUESDAY)
    promise(session, eve)
    nine_on_tuesday = datetime(2026, 4, 7, 1, tzinfo=UTC)

    assert promises.next_on_shift(session, [mei.id, ana.id], NOON) == nine_on_tuesday - HOUR
    assert promises.next_on_shift(session, [mei.id, ana.id], nine_on_tuesday) == nine_on_tuesday
    assert promises.next_on_shift(session, [eve.id, ana.id], NOON) == NOON
    assert promises.next_on_shift(session, [], NOON) is None


def test_the_next_on_shift_may_be_weeks_away_or_not_at_all(session: Session, make: Make) -> None:
    mei = make.counsellor()
    promise(session, mei, first_on=date(2026, 5, 4), last_on=date(2026, 5, 4))
    ten = datetime(2026, 5, 4, 10, tzinfo=UTC)

    assert promises.next_on_shift(session, [mei.id], NOON) == ten
    assert promises.next_on_shift(session, [mei.id], ten + 4 * HOUR) is None


def test_who_pauses_comes_next_after_the_pause_and_who_went_home_next_time(
    session: Session, make: Make
) -> None:
    mei = make.counsellor()
    promise(session, mei)
    promises.pause(session, mei.id, now=NOON, until=NOON + HOUR)
    assert promises.next_on_shift(session, [mei.id], NOON) == NOON + HOUR

    promises.end_shift(session, mei.id, now=NOON)
    assert promises.next_on_shift(session, [mei.id], NOON) == NOON + timedelta(days=7) - 2 * HOUR


def test_the_plan_of_a_week_leaves_out_the_rest_of_a_shift_that_was_ended(
    session: Session, make: Make
) -> None:
    mei = make.counsellor()
    promise(session, mei)
    promise(session, mei, weekday=TUESDAY)
    promises.end_shift(session, mei.id, now=NOON)

    planned = promises.coming(session, Window(NOON - 6 * HOUR, NOON + timedelta(days=6)))

    assert [(each.start.hour, each.end.hour) for each in planned] == [(10, 12), (10, 14)]


def test_one_timetable_answers_many_questions(session: Session, make: Make) -> None:
    mei = make.counsellor()
    promise(session, mei)
    table = promises.timetable(session, Window(NOON - 6 * HOUR, NOON + timedelta(days=8)))

    assert [each.person_id for each in table.on_at(NOON)] == [mei.id]
    assert table.ends_at(mei.id, NOON) == NOON + 2 * HOUR
    assert table.next_on([mei.id], NOON + 3 * HOUR) == NOON + timedelta(days=7) - 2 * HOUR
