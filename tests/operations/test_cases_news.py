"""What those who wait are told again while they do: at set moments, seldom, and only news."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case
from helpline.cases.wait_fit import refit
from helpline.cases.wait_log import keep_new, say_place
from helpline.instance import setting
from helpline.messaging.outbox import OutboxMessage
from helpline.people import HowToReach
from tests.make import NOON, Make
from tests.operations.observed import known, observed, rows, work_until
from tests.operations.on_the_line import DAY, MINUTE, after, shift, told


@pytest.fixture
def texter(session: Session, make: Make) -> Case:
    """Fourth in a line that one counsellor works on, told so by text."""
    shift(session, make.counsellor(load_cap=1), "18:00-23:59")
    for number in (3, 2, 1):
        make.case(waiting_since=NOON - number * MINUTE)
    case = make.case(how=HowToReach.TEXT)
    say_place(session, case, now=NOON)
    return case


def test_nothing_is_texted_where_nothing_changed(session: Session, texter: Case) -> None:
    work_until(session, 200)
    assert told(session, texter.seeker) == []
    moments = [(row.at - NOON) // MINUTE for row in rows(session, texter)]
    assert moments == [0, 10, 30, 90, 150]


def test_a_place_that_moved_is_texted_at_the_next_set_moment(
    session: Session, texter: Case
) -> None:
    ahead = session.scalars(select(Case).order_by(Case.waiting_since)).first()
    assert ahead is not None
    cases.leave_line(session, ahead, now=after(4))
    work_until(session, 9)
    assert told(session, texter.seeker) == []
    work_until(session, 30)
    assert told(session, texter.seeker) == ["place"]


def test_who_was_promised_a_time_that_passed_hears_that_it_takes_longer(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor())
    known(session, make)
    case = make.case(how=HowToReach.TEXT)
    said = say_place(session, case, now=NOON)
    assert said.high is not None
    assert said.high < 12 * MINUTE
    work_until(session, 9)
    assert told(session, case.seeker) == []
    work_until(session, 30)
    assert told(session, case.seeker) == ["place_later"]
    assert cases.place(session, case, now=after(30)).is_late


def test_the_end_of_what_was_said_is_seen_on_the_page_and_texted_at_the_next_set_moment(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor())
    observed(session, make, [60 + 4 * (number * 7 % 46) for number in range(60)])
    refit(session, {}, NOON)
    case = make.case(how=HowToReach.TEXT)
    assert say_place(session, case, now=NOON).high == 4 * MINUTE
    work_until(session, 9)
    assert [(row.at - NOON) // MINUTE for row in rows(session, case)] == [0, 5]
    assert cases.place(session, case, now=after(9)).is_late
    assert told(session, case.seeker) == []
    work_until(session, 10)
    assert told(session, case.seeker) == ["place_later"]


def test_who_is_on_the_page_gets_no_text_and_sees_it_there(session: Session, make: Make) -> None:
    shift(session, make.counsellor())
    known(session, make)
    case = make.case(how=HowToReach.WEB)
    keep_new(session, now=NOON)
    assert not cases.place(session, case, now=NOON).is_late
    work_until(session, 40)
    assert told(session, case.seeker) == []
    assert cases.place(session, case, now=after(40)).is_late


def test_a_few_texts_a_day_are_enough(session: Session, make: Make) -> None:
    shift(session, make.counsellor(load_cap=1), "18:00-23:59")
    ahead = [make.case(waiting_since=NOON - number * MINUTE) for number in range(9, 0, -1)]
    case = make.case(how=HowToReach.TEXT)
    say_place(session, case, now=NOON)
    for moment, gone in zip((10, 30, 90, 150, 210), ahead, strict=False):
        cases.leave_line(session, gone, now=after(moment - 1))
        work_until(session, moment)
    said = [(row.at - NOON) // MINUTE for row in rows(session, case) if "said" in row.facts]
    assert said == [0, 10, 30, 90]


def test_after_a_claim_nothing_more_is_said_of_places(session: Session, texter: Case) -> None:
    ahead = session.scalars(select(Case).order_by(Case.waiting_since)).first()
    assert ahead is not None
    cases.leave_line(session, ahead, now=after(4))
    work_until(session, 10)
    assert told(session, texter.seeker) == ["place"]
    mei = cases.candidates(session, after(10))[0].person_id
    cases.claim(session, texter.id, mei, now=after(10))
    assert told(session, texter.seeker) == ["claimed"]
    work_until(session, 90)
    assert told(session, texter.seeker) == ["claimed"]


def test_a_text_at_night_waits_for_the_morning_and_is_one(session: Session, make: Make) -> None:
    """NOON is 20:00 there; quiet hours begin at 21:00."""
    shift(session, make.counsellor(load_cap=1), "18:00-23:59")
    ahead = [make.case(waiting_since=NOON - number * MINUTE) for number in range(5, 0, -1)]
    case = make.case(how=HowToReach.TEXT)
    say_place(session, case, now=NOON)
    for moment, gone in zip((90, 150), ahead, strict=False):
        cases.leave_line(session, gone, now=after(moment - 1))
        work_until(session, moment)
    waiting = select(OutboxMessage).where(OutboxMessage.state == "queued")
    assert [row.kind for row in session.scalars(waiting) if row.to_id == case.seeker_id] == [
        "place"
    ]


def test_old_ranges_are_forgotten(session: Session, make: Make) -> None:
    observed(session, make, [1500] * 60, at=NOON - 29 * DAY)
    refit(session, {}, NOON)
    assert setting(session, "wait_figures", {}) == {}
