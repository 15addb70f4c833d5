"""Who comes back after the end, and whose counsellor is gone."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState
from helpline.people import AccountState, Person, Place
from helpline.people.account import Account
from tests.make import NOON, Make
from tests.operations.on_the_line import (
    HOUR,
    MINUTE,
    after,
    asked,
    happened,
    reasons,
    shift,
    told,
)
from tests.operations.test_cases_ending import held


def leave(session: Session, who: Person) -> None:
    session.get_one(Account, who.id).state = AccountState.DEACTIVATED
    session.flush()


def closed(session: Session, make: Make, who: Person, seeker: Person) -> Case:
    case = held(session, make, who, seeker)
    cases.close(session, case, who.id, disposition="talked", now=NOON)
    return case


def test_a_text_soon_after_closing_goes_on_with_the_same_counsellor_who_is_on(
    session: Session, make: Make
) -> None:
    mei, seeker = shift(session, make.counsellor()), make.seeker()
    case = closed(session, make, mei, seeker)
    again = cases.reopen_or_new(session, seeker, after(30))

    assert again is case
    assert (case.state, case.counsellor_id, case.closed_at) == (CaseState.ACTIVE, mei.id, None)
    assert case.disposition == ""
    assert reasons(session, case)[-1] == "reopened"


@pytest.mark.parametrize("why", ["off_shift", "paused", "full"])
def test_else_it_waits_anew_and_that_counsellor_is_asked_first(
    session: Session, make: Make, why: str
) -> None:
    mei = make.counsellor(load_cap=1)
    if why != "off_shift":
        shift(session, mei)
    seeker = make.seeker()
    case = closed(session, make, mei, seeker)
    if why == "paused":
        cases.pause(session, mei.id, now=NOON)
    if why == "full":
        held(session, make, mei)
    cases.reopen_or_new(session, seeker, after(30))

    assert (case.state, case.counsellor_id) == (CaseState.WAITING, None)
    assert (case.prefers_id, case.waiting_since) == (mei.id, after(30))


def test_after_two_days_it_starts_anew(session: Session, make: Make) -> None:
    mei, seeker = make.counsellor(), make.seeker()
    case = closed(session, make, mei, seeker)
    late = NOON + timedelta(hours=48) + MINUTE
    fresh = cases.reopen_or_new(session, seeker, late)
    assert fresh is not case
    assert (fresh.state, fresh.language) == (CaseState.INTAKE, case.language)
    assert case.state is CaseState.CLOSED


def test_up_to_two_days_it_goes_on(session: Session, make: Make) -> None:
    mei, seeker = make.counsellor(), make.seeker()
    case = closed(session, make, mei, seeker)
    assert cases.reopen_or_new(session, seeker, NOON + timedelta(hours=48)) is case


def test_who_left_the_line_starts_anew_and_who_has_an_open_case_keeps_it(
    session: Session, make: Make
) -> None:
    seeker = make.seeker()
    left = make.case(seeker=seeker)
    assert cases.reopen_or_new(session, seeker, NOON) is left
    cases.leave_line(session, left, now=NOON)
    fresh = cases.reopen_or_new(session, seeker, after(1))
    assert (fresh is left, fresh.state) == (False, CaseState.INTAKE)


def test_an_ended_abuse_never_comes_back_to_the_same_counsellor_by_itself(
    session: Session, make: Make
) -> None:
    mei, seeker = shift(session, make.counsellor()), make.seeker()
    case = held(session, make, mei, seeker)
    cases.end_abuse(session, case, mei.id, reason="threats", days=1, now=NOON)
    fresh = cases.reopen_or_new(session, seeker, after(5))
    assert (fresh is case, fresh.state, fresh.prefers_id) == (False, CaseState.INTAKE, None)


def test_cases_of_who_leaves_go_to_the_stand_in_who_is_on(session: Session, make: Make) -> None:
    team = make.team()
    mei = make.counsellor(team=team)
    stand_in = shift(session, make.counsellor(team=team, place=Place.STAND_IN, notice_by="mail"))
    case = held(session, make, mei)
    leave(session, mei)
    assert cases.return_cases_of(session, mei.id, reason="left", now=after(1)) == 1
    assert (case.state, case.counsellor_id) == (CaseState.ACTIVE, stand_in.id)
    assert told(session, stand_in) == ["case_given"]
    assert happened(session, case, "reassigned")[0].reason == "left"


@pytest.mark.parametrize("why", ["off_shift", "paused", "full", "language", "other_team"])
def test_else_to_the_front_of_the_line(session: Session, make: Make, why: str) -> None:
    team = make.team()
    mei = make.counsellor(team=team)
    languages = ("ja",) if why == "language" else ("en",)
    of = make.team("Team B") if why == "other_team" else team
    stand_in = make.counsellor(team=of, place=Place.STAND_IN, languages=languages, load_cap=1)
    if why != "off_shift":
        shift(session, stand_in)
    if why == "paused":
        cases.pause(session, stand_in.id, now=NOON)
    if why == "full":
        held(session, make, stand_in)
    seeker = make.seeker()
    case = held(session, make, mei, seeker)
    leave(session, mei)
    cases.return_cases_of(session, mei.id, reason="left", now=after(1))

    assert (case.state, case.counsellor_id) == (CaseState.WAITING, None)
    assert case.waiting_since == NOON - HOUR  # in front of whoever came later
    assert told(session, seeker) == ["claimed", "handed_back"]
    assert reasons(session, case)[-1] == "left"


def test_nothing_of_who_leaves_stays_with_them(session: Session, make: Make) -> None:
    mei, ana = shift(session, make.counsellor(load_cap=9)), make.counsellor()
    talking, quiet, wrapping = (held(session, make, mei) for _ in range(3))
    cases.answered(session, quiet, mei.id, NOON)
    cases.begin_wrap_up(session, wrapping, mei.id, now=NOON)
    proposed = held(session, make, ana)
    cases.hand_over(session, proposed, ana.id, to_id=mei.id, warm=True, note="", now=NOON)
    offered = make.case()
    cases.route(session, now=NOON)
    assert asked(session, offered) == [mei.id]
    leave(session, mei)
    cases.return_cases_of(session, mei.id, reason="left", now=after(1))

    states = [each.state for each in (talking, quiet, wrapping, proposed, offered)]
    assert states == [
        CaseState.WAITING,
        CaseState.WAITING,
        CaseState.CLOSED,
        CaseState.ACTIVE,
        CaseState.WAITING,
    ]
    assert (wrapping.disposition, proposed.counsellor_id) == ("not_recorded", ana.id)


def test_after_a_shift_what_waits_for_an_answer_returns_after_a_grace(
    session: Session, make: Make
) -> None:
    mei = shift(session, make.counsellor(load_cap=9), "18:00-21:00")  # until NOON + 1 h
    unanswered, answered = held(session, make, mei), held(session, make, mei)
    cases.answered(session, answered, mei.id, after(50))
    watch = cases.HANDLERS["case_watch"]
    watch(session, {}, after(59))
    during = unanswered.state
    cases.answered(session, unanswered, mei.id, after(59.5))
    cases.heard(session, unanswered, after(61))
    watch(session, {}, after(75))
    in_grace = unanswered.state
    watch(session, {}, after(76))

    assert (during, in_grace) == (CaseState.ACTIVE, CaseState.ACTIVE)
    assert unanswered.state is CaseState.WAITING
    assert reasons(session, unanswered)[-1] == "shift_over"
    assert answered.state is CaseState.WAITING_SEEKER  # nothing to do until they write
