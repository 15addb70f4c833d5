"""Every range that is said stands in the log with its truth; news comes at set moments; where our
ranges were not true, no number is said."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.alerts import Alert
from helpline.cases import Case, CaseState, ChoiceKind, WaitEstimate
from helpline.cases.wait_fit import refit
from helpline.cases.wait_log import AT_ONCE, keep_new, say_place
from helpline.instance import setting
from helpline.jobs import Job
from helpline.messaging.outbox import OutboxMessage
from helpline.people import HowToReach
from scheduling.base import new_id
from tests.make import NOON, Make
from tests.operations.on_the_line import DAY, HOUR, MINUTE, after, shift, told

VIEW = {
    "needed": 0,
    "on": [[0, 1]],
    "last": None,
    "since": 0,
    "quantiles": [60, 120, 240, 400, 600],
}


def rows(session: Session, case: Case) -> list[WaitEstimate]:
    session.flush()
    order = (WaitEstimate.at, WaitEstimate.id)
    found = select(WaitEstimate).where(WaitEstimate.case_id == case.id).order_by(*order)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def observed(session: Session, make: Make, reals: Sequence[int], **more: Any) -> None:
    """Ranges of one to ten minutes that were said in these last days, and what they became."""
    case = make.case(state=cases.CaseState.CLOSED)
    for number, real in enumerate(reals):
        values = {
            "at": NOON - timedelta(hours=3) * (number + 1),
            "language": "en",
            "place": 1,
            "low": 60,
            "high": 600,
            "told": True,
            "method": "queue",
            "facts": json.dumps(VIEW | more.pop("facts", {})),
            "waited": real,
            "outcome": "claimed",
            **more,
        }
        session.add(WaitEstimate(id=new_id(), case_id=case.id, **values))
    session.flush()


def known(session: Session, make: Make, **more: Any) -> None:
    """A line whose waits are known: from one to ten minutes."""
    reals = [60 + 12 * (number * 7 % 46) for number in range(60)]
    observed(session, make, reals, **more)
    refit(session, {}, NOON)


def work_at(session: Session, moment: datetime) -> None:
    """The updates that are due then, as a worker does them."""
    due = select(Job).where(Job.kind == "wait_update", Job.run_at <= moment)
    for job in session.scalars(due).all():
        payload = json.loads(job.payload)
        session.delete(job)
        session.flush()
        cases.HANDLERS["wait_update"](session, payload, moment)


def work_until(session: Session, minutes: int) -> None:
    for minute in range(minutes + 1):
        work_at(session, after(minute))


# --- the log ---


def test_whoever_enters_the_line_is_logged_once_with_what_was_known(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor(load_cap=1))
    known(session, make)
    case = make.case()
    for _ in range(3):
        cases.HANDLERS["route"](session, {}, NOON)
    (row,) = rows(session, case)
    assert (row.at, row.language, row.place, row.told, row.outcome) == (NOON, "en", 1, True, "")
    assert row.low is not None
    assert row.high is not None
    assert json.loads(row.facts)["needed"] == 0


def test_what_a_page_shows_is_what_was_logged_less_the_time_since(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor())
    known(session, make)
    case = make.case()
    keep_new(session, now=NOON)
    (row,) = rows(session, case)
    assert row.high is not None
    first = cases.place(session, case, now=NOON)
    assert first.high == timedelta(seconds=row.high)
    known(session, make)  # what is learned meanwhile changes nothing that was said
    later = cases.place(session, case, now=after(2))
    assert later.high == timedelta(seconds=row.high) - 2 * MINUTE


def test_the_truth_is_written_down_when_somebody_takes_it(session: Session, make: Make) -> None:
    mei = shift(session, make.counsellor())
    case = make.case()
    keep_new(session, now=NOON)
    work_until(session, 10)
    cases.claim(session, case.id, mei.id, now=after(12))
    assert [(row.waited, row.outcome) for row in rows(session, case)] == [
        (720, "claimed"),
        (120, "claimed"),
    ]


def test_the_truth_is_written_down_when_they_leave_or_erase(session: Session, make: Make) -> None:
    shift(session, make.counsellor())
    left, erased = make.case(), make.case()
    keep_new(session, now=NOON)
    cases.leave_line(session, left, now=after(3))
    cases.close_for_erasure(session, erased, now=after(4))
    found = [(row.waited, row.outcome) for case in (left, erased) for row in rows(session, case)]
    assert found == [(180, "left"), (240, "left")]


def test_who_comes_back_into_the_line_begins_a_new_wait(session: Session, make: Make) -> None:
    mei = shift(session, make.counsellor())
    case = make.case()
    keep_new(session, now=NOON)
    cases.claim(session, case.id, mei.id, now=after(3))
    cases.hand_over(session, case, mei.id, now=after(5), warm=False, note="please")
    keep_new(session, now=after(5))
    assert [row.outcome for row in rows(session, case)] == ["claimed", ""]


def test_nobody_on_is_logged_without_a_number_and_again_once_somebody_is(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor(), "20:05-22:00")
    known(session, make)
    case = make.case()
    for minute in (0, 1, 2, 5, 6):
        keep_new(session, now=after(minute))
    found = [(row.at, row.method, row.high) for row in rows(session, case)]
    assert found == [(NOON, "nobody", None), (after(5), "few", None)]


def test_too_little_observed_is_logged_with_its_reason(session: Session, make: Make) -> None:
    shift(session, make.counsellor())
    case = make.case()
    keep_new(session, now=NOON)
    (row,) = rows(session, case)
    assert (row.low, row.told, row.method, json.loads(row.facts)["why"]) == (
        None,
        False,
        "few",
        "few",
    )


def test_who_chose_an_hour_is_neither_logged_nor_counted_as_late(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor())
    known(session, make)
    case = make.case()
    keep_new(session, now=NOON)
    cases.choose(session, case, ChoiceKind.MESSAGE, by="web", now=after(2))
    work_until(session, 30)
    keep_new(session, now=after(31))
    assert [row.outcome for row in rows(session, case)] == ["chose"]


def test_one_pass_looks_at_so_many_and_the_next_at_the_rest(session: Session, make: Make) -> None:
    seeker = make.counsellor()
    shift(session, seeker)
    for _ in range(AT_ONCE + 1):
        make.case()
    counts = []
    for _ in range(2):
        keep_new(session, now=NOON)
        counts.append(len(session.scalars(select(WaitEstimate.id)).all()))
    assert counts == [AT_ONCE, AT_ONCE + 1]


def test_many_whom_nobody_can_help_now_are_in_nobodys_way(session: Session, make: Make) -> None:
    shift(session, make.counsellor(), "20:05-22:00")
    for _ in range(AT_ONCE + 1):
        make.case(language="ta", urgency=2)
    case = make.case()
    for minute in (0, 1, 6):
        keep_new(session, now=after(minute))
    assert [row.method for row in rows(session, case)] == ["nobody", "few"]


# --- what is learned ---


def test_the_model_speaks_once_enough_days_were_observed(session: Session, make: Make) -> None:
    observed(session, make, [300] * 30)
    refit(session, {}, NOON)
    assert setting(session, "wait_figures", {})["en"]["entry"] is None
    observed(session, make, [300] * 30)
    refit(session, {}, NOON)
    assert setting(session, "wait_figures", {})["en"]["entry"]["count"] == 60
    evening = {"at": NOON - HOUR, "language": "ta"}
    observed(session, make, [300] * 60, **evening)
    refit(session, {}, NOON)
    assert setting(session, "wait_figures", {})["ta"]["entry"] is None


def test_a_line_that_is_longer_than_the_places_free_waits_for_the_rota(
    session: Session, make: Make
) -> None:
    """Three ahead of them, one counsellor now and two from nine: the log tells the pace."""
    shift(session, make.counsellor(load_cap=1))
    shift(session, make.counsellor(load_cap=1), "21:00-22:00")
    busy = make.case()
    cases.claim(session, busy.id, cases.candidates(session, NOON)[0].person_id, now=NOON)
    waiting = [make.case(waiting_since=NOON - number * MINUTE) for number in (3, 2, 1, 0)]
    keep_new(session, now=NOON)
    facts = json.loads(rows(session, waiting[-1])[0].facts)
    assert facts["needed"] == 4
    assert facts["on"] == [[0.0, 1], [3600.0, 2], [7200.0, 0]]


# --- never a false number ---


def test_who_accepted_another_language_stands_in_its_line_with_its_times(
    session: Session, make: Make
) -> None:
    make.line(languages="en,my")
    shift(session, make.counsellor(load_cap=1))
    known(session, make)
    before = [make.case(waiting_since=NOON - number * MINUTE) for number in (3, 2)]
    burmese = make.case(language="my")
    assert cases.place(session, burmese, now=NOON).number == 1
    cases.choose(session, burmese, ChoiceKind.LANGUAGE, language="en", by="text", now=NOON)
    keep_new(session, now=NOON)

    found = cases.place(session, burmese, now=NOON)
    assert (found.number, found.of) == (3, 3)
    (row,) = rows(session, burmese)
    assert (row.language, row.place, json.loads(row.facts)["needed"]) == ("en", 3, 2)
    last = make.case(waiting_since=after(1))
    assert cases.place(session, last, now=after(1)).number == 4, "those who joined a line count"
    assert cases.place(session, before[0], now=NOON).number == 1


def test_who_chose_a_later_hour_goes_before_nobody_until_then(session: Session, make: Make) -> None:
    shift(session, make.counsellor())
    later = make.case(not_before=after(60), waiting_since=after(-9))
    urgent = make.case(not_before=after(60), urgency=2)
    case = make.case()
    assert (cases.place(session, case, now=NOON).number, later.state) == (2, CaseState.WAITING)
    assert cases.place(session, case, now=after(60)).number == 3
    assert cases.place(session, urgent, now=NOON).number == 1


def test_where_our_ranges_became_untrue_no_number_is_said_until_they_are_true_again(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor())
    observed(session, make, [1500] * 60)  # said: at most ten minutes
    refit(session, {}, NOON)
    case = make.case()
    keep_new(session, now=NOON)
    (row,) = rows(session, case)
    assert (row.told, json.loads(row.facts)["why"]) == (False, "check")
    assert row.high is not None  # reckoned all the same, so that it shows when it is mended
    place = cases.place(session, case, now=NOON)
    assert (place.number, place.low, place.high) == (1, None, None)
    assert say_place(session, case, now=NOON).high is None
    assert [(one.kind, one.about) for one in session.scalars(select(Alert))] == [
        ("wait_untrue", "en")
    ]

    observed(session, make, [300] * 50, at=NOON + MINUTE)
    refit(session, {}, after(60))
    mended = make.case(waiting_since=after(60))
    keep_new(session, now=after(60))
    assert rows(session, mended)[0].told


def test_coordinators_hear_of_it_once(session: Session, make: Make) -> None:
    observed(session, make, [1500] * 60)
    for hour in range(4):
        refit(session, {}, NOON + hour * HOUR)
    assert [one.count for one in session.scalars(select(Alert))] == [1]


def test_a_language_answers_for_itself(session: Session, make: Make) -> None:
    observed(session, make, [1500] * 60, language="ja")
    known(session, make)
    figures = setting(session, "wait_figures", {})
    assert (figures["en"]["holds"], figures["ja"]["holds"]) == (True, False)


# --- news ---


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
