"""Places and waits are told honestly; whatever passes its limit is seen, with the reason."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.alerts import Alert
from helpline.cases import Case, CaseEvent, CaseState, Risk
from helpline.cases.expecting.model import SKETCHED
from helpline.cases.wait_fit import refit
from helpline.jobs import Job, JobState
from helpline.matching import Rung
from helpline.people import Place as TeamPlace
from helpline.people import Role
from scheduling.base import new_id
from tests.make import NOON, Make
from tests.operations.on_the_line import DAY, HOUR, MINUTE, after, shift, told


def observed(
    session: Session, make: Make, minutes: range, *, language: str = "en", **more: Any
) -> None:
    """People who waited so many minutes each and were then taken."""
    mei = make.counsellor()
    for count in minutes:
        case = make.case(state=CaseState.CLOSED, language=language, counsellor_id=mei.id)
        event = {
            "kind": "moved",
            "from_state": "offered",
            "to_state": "active",
            "at": NOON - HOUR,
            "facts": json.dumps({"waited": count * 60}),
            **more,
        }
        session.add(CaseEvent(id=new_id(), case_id=case.id, **event))
    session.flush()


# --- the place in line ---


def test_the_place_is_known_at_once_by_urgency_then_waiting_among_the_same_language(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor())
    second = make.case(waiting_since=NOON - 2 * MINUTE)
    third = make.case(waiting_since=NOON - MINUTE)
    first = make.case(urgency=2, waiting_since=NOON)
    make.case(language="ja", urgency=1)
    places = [cases.place(session, each, now=NOON) for each in (first, second, third)]

    assert [(each.number, each.of) for each in places] == [(1, 3), (2, 3), (3, 3)]
    assert {(each.low, each.high) for each in places} == {(None, None)}  # nothing was observed


def test_two_who_came_at_the_same_moment_have_two_places(session: Session, make: Make) -> None:
    same = [make.case() for _ in range(3)]
    assert sorted(cases.place(session, each, now=NOON).number for each in same) == [1, 2, 3]


def test_a_range_is_told_once_enough_was_observed(session: Session, make: Make) -> None:
    shift(session, make.counsellor())
    case = make.case()
    observed(session, make, range(1, SKETCHED))
    refit(session, {}, NOON)
    assert cases.place(session, case, now=NOON).low is None
    observed(session, make, range(SKETCHED, SKETCHED + 1))
    refit(session, {}, NOON)
    place = cases.place(session, case, now=NOON)
    assert (place.low, place.high) == (2 * MINUTE, 18 * MINUTE)


def test_other_languages_and_longer_ago_are_no_observation(session: Session, make: Make) -> None:
    shift(session, make.counsellor())
    case = make.case()
    observed(session, make, range(1, 40), language="ja")
    observed(session, make, range(1, 40), at=NOON - 15 * DAY)
    observed(session, make, range(1, 40), from_state="closed")
    refit(session, {}, NOON)
    assert cases.place(session, case, now=NOON).low is None


def test_where_nobody_is_on_no_range_is_told_but_who_comes_next(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor(), "21:00-22:00")
    observed(session, make, range(1, 60))
    refit(session, {}, NOON)
    place = cases.place(session, make.case(), now=NOON)
    assert (place.low, place.is_staffed, place.next_on) == (None, False, NOON + HOUR)


def test_a_break_is_nobody_on_until_it_is_over(session: Session, make: Make) -> None:
    mei = shift(session, make.counsellor())
    cases.pause(session, mei.id, now=NOON, until=after(10))
    place = cases.place(session, make.case(), now=NOON)
    assert (place.is_staffed, place.next_on) == (False, after(10))


def test_who_is_talked_with_has_no_place(session: Session, make: Make) -> None:
    case = make.case()
    cases.claim(session, case.id, make.counsellor().id, now=NOON)
    assert cases.place(session, case, now=NOON).number == 0


# --- past a limit ---


def late(session: Session, now: Any) -> list[tuple[str, str]]:
    return [(each.case_id, each.what) for each in cases.overdue(session, now)]


@pytest.mark.parametrize(
    ("state", "urgency", "limit"),
    [
        (CaseState.IN_REVIEW, 4, 10 * MINUTE),
        (CaseState.WAITING, 1, 5 * MINUTE),
        (CaseState.WAITING, 2, 10 * MINUTE),
        (CaseState.WAITING, 3, 30 * MINUTE),
        (CaseState.WAITING, 4, HOUR),
        (CaseState.OFFERED, 4, HOUR),
        (CaseState.ACTIVE, 4, 30 * MINUTE),
        (CaseState.WAITING_SEEKER, 4, 7 * DAY),
        (CaseState.HANDOVER, 4, 30 * MINUTE),
        (CaseState.WRAP_UP, 4, DAY),
        (CaseState.INTAKE, 4, 3 * DAY),
    ],
)
def test_each_state_has_a_limit_past_which_it_is_listed_with_a_reason(
    session: Session, make: Make, state: CaseState, urgency: int, limit: timedelta
) -> None:
    holder = make.counsellor().id if state in cases.WITH_COUNSELLOR else None
    case = make.case(state=state, urgency=urgency, counsellor_id=holder)
    assert late(session, NOON + limit) == []
    (found,) = cases.overdue(session, NOON + limit + MINUTE)
    assert (found.case_id, found.what, found.since) == (case.id, state, NOON)
    assert found.why


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.DECLINED, CaseState.ERASED])
def test_what_is_over_is_never_overdue(session: Session, make: Make, state: CaseState) -> None:
    make.case(state=state)
    assert late(session, NOON + 99 * DAY) == []


def test_why_somebody_waits_is_told_from_the_last_decision(session: Session, make: Make) -> None:
    mei = shift(session, make.counsellor(load_cap=1))
    shift(session, make.counsellor(languages=("ja",)))
    cases.claim(session, make.case().id, mei.id, now=after(45))
    waiting = make.case()
    cases.route(session, now=after(46))
    found = {each.case_id: each for each in cases.overdue(session, after(70))}[waiting.id]
    assert found.reasons == (("at_capacity", 1), ("language", 1))
    assert found.why == "nobody could be asked: carry as many as they may (1), do not speak it (1)"


def test_nobody_on_is_a_reason_too(session: Session, make: Make) -> None:
    make.case()
    cases.route(session, now=NOON)
    (found,) = cases.overdue(session, after(70))
    assert found.why == "nobody who speaks the language is on"


def test_an_offer_that_ran_out_and_was_not_moved_on_is_listed(session: Session, make: Make) -> None:
    shift(session, make.counsellor())
    case = make.case()
    cases.route(session, now=NOON)
    assert late(session, after(7)) == []
    assert late(session, after(8)) == [(case.id, "offer")]


def test_failed_jobs_and_texts_are_counted(session: Session, make: Make) -> None:
    session.add(Job(id=new_id(), kind="receive", run_at=NOON, state=JobState.FAILED, attempts=12))
    session.flush()
    assert cases.failed_work(session) == [cases.Failed("job", "receive", 1)]


# --- the watch ---


def watch(session: Session, minute: float) -> None:
    cases.HANDLERS["case_watch"](session, {}, after(minute))


def test_the_watch_tells_coordinators_once_of_what_is_overdue(session: Session, make: Make) -> None:
    chief = make.counsellor(roles=(Role.COORDINATOR,), notice_by="mail")
    mei = shift(session, make.counsellor(load_cap=1))
    cases.claim(session, make.case().id, mei.id, now=after(55))
    case = make.case()
    for minute in (60, 61, 62):
        watch(session, minute)

    assert told(session, chief) == ["overdue"]
    assert [(each.kind, each.about) for each in session.scalars(select(Alert))] == [
        ("overdue", case.id)
    ]


def test_who_was_told_an_hour_wakes_nobody_up_but_stands_on_the_board(
    session: Session, make: Make
) -> None:
    chief = make.counsellor(roles=(Role.COORDINATOR,), notice_by="mail")
    shift(session, make.counsellor(), "10:00-12:00", weekday=1)
    case = make.case()
    for minute in (0, 61):
        watch(session, minute)
    assert told(session, chief) == []
    assert [each.about for each in session.scalars(select(Alert))] == [case.id]


def test_what_is_urgent_wakes_coordinators_whatever_was_told(session: Session, make: Make) -> None:
    chief = make.counsellor(roles=(Role.COORDINATOR,), notice_by="mail")
    shift(session, make.counsellor(), "10:00-12:00", weekday=1)
    make.case(urgency=2)
    for minute in (0, 11):
        watch(session, minute)
    assert told(session, chief) == ["overdue"]


def test_the_watch_offers_what_waits_even_if_no_event_asked_for_it(
    session: Session, make: Make
) -> None:
    shift(session, make.counsellor())
    case = make.case()
    watch(session, 0)
    assert case.state is CaseState.OFFERED


def test_the_watch_brings_on_what_nobody_reviews(session: Session, make: Make) -> None:
    case = make.case(state=CaseState.IN_REVIEW)
    watch(session, 10)
    assert case.state is CaseState.WAITING


def test_after_a_silent_week_a_case_is_closed_unless_a_risk_was_seen(
    session: Session, make: Make
) -> None:
    mei = make.counsellor()
    quiet, risky = (
        make.case(state=CaseState.WAITING_SEEKER, counsellor_id=mei.id, urgency=urgency)
        for urgency in (4, 2)
    )
    cases.HANDLERS["case_watch"](session, {}, NOON + 7 * DAY + MINUTE)
    assert (quiet.state, quiet.disposition) == (CaseState.CLOSED, "no_answer")
    assert risky.state is CaseState.WAITING_SEEKER


# --- the board ---


def test_the_board_shows_who_waits_who_is_on_and_what_is_stuck(
    session: Session, make: Make
) -> None:
    team = make.team()
    lead = shift(session, make.counsellor(alias="Lin", team=team, place=TeamPlace.LEAD))
    mei = shift(session, make.counsellor(alias="Mei", languages=("en", "ms")))
    cases.claim(session, make.case().id, mei.id, now=NOON)
    cases.pause(session, lead.id, now=NOON)
    tamil = make.case(language="ta", waiting_since=NOON - 2 * HOUR)
    plain = make.case()
    cases.set_risk(session, plain, Risk.CONCERN, by_id=mei.id, now=NOON)
    board = cases.board(session, NOON)

    assert [each.case_id for each in board.waiting] == [plain.id, tamil.id]
    assert board.waiting[1].waited == 2 * HOUR
    assert board.waiting[0].codename == plain.seeker.codename
    assert [
        (each.language, each.waiting, each.longest, each.on, each.free) for each in board.languages
    ] == [
        ("en", 1, timedelta(), 1, 1),
        ("ms", 0, None, 1, 1),
        ("ta", 1, 2 * HOUR, 0, 0),
    ]
    on = {each.alias: each for each in board.on}
    assert (on["Lin"].is_paused, on["Lin"].rung, on["Lin"].load) == (True, Rung.LEAD, 0)
    assert (on["Mei"].is_paused, on["Mei"].load, on["Mei"].until) == (False, 1, NOON + 2 * HOUR)
    assert [each.case_id for each in board.stuck] == [tamil.id]


def test_an_offered_case_shows_to_how_many(session: Session, make: Make) -> None:
    for _ in range(3):
        shift(session, make.counsellor())
    make.case(urgency=2)
    cases.route(session, now=NOON)
    (row,) = cases.board(session, NOON).waiting
    assert (row.state, row.offered_to) == (CaseState.OFFERED, 2)


def test_nobody_is_forgotten_whatever_state_a_case_is_in(session: Session, make: Make) -> None:
    """Every open state is either left by itself or listed as overdue."""
    mei = make.counsellor()
    made: list[Case] = [
        make.case(
            state=state,
            urgency=1,
            counsellor_id=mei.id if state in cases.WITH_COUNSELLOR else None,
        )
        for state in cases.OPEN
    ]
    listed = {case_id for case_id, _ in late(session, NOON + 30 * DAY)}
    assert listed == {each.id for each in made}
