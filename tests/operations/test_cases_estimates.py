"""Every range that is said stands in the log with its truth; news comes at set moments; where our
ranges were not true, no number is said."""

import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.alerts import Alert
from helpline.cases import CaseState, ChoiceKind, WaitEstimate
from helpline.cases.wait_fit import refit
from helpline.cases.wait_log import AT_ONCE, keep_new, say_place
from helpline.instance import setting
from tests.make import NOON, Make
from tests.operations.observed import known, observed, rows, work_until
from tests.operations.on_the_line import HOUR, MINUTE, after, shift

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
