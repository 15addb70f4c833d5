"""Care at the same moment: a call takes the whole person, each step is told once, one decides.

Ten rounds in `make test`, a hundred with DRILL=long.
"""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState, Debrief, Risk
from helpline.cases.telling_on import KIND
from helpline.errors import AtCapacity, WrongMove
from helpline.instance import set_setting
from helpline.people import HowToReach, Place, Role
from tests.faults.test_races import ROUNDS, at_once, claiming
from tests.make import NOON, Make
from tests.operations.on_the_line import after, happened, shift, told

pytestmark = pytest.mark.drill


def test_calls_and_texts_claimed_at_once_are_one_call_alone_or_texts_up_to_the_cap(
    app: Flask, session: Session, make: Make
) -> None:
    set_setting(session, "voice", True)
    seen = set()
    for _ in range(ROUNDS):
        mei = make.counsellor(load_cap=3)
        calls = [make.case(how=HowToReach.CALL) for _ in range(4)]
        texts = [make.case(how=HowToReach.TEXT) for _ in range(4)]
        mixed = [case.id for pair in zip(calls, texts, strict=True) for case in pair]
        answers = at_once(app, session, [claiming(each, mei.id) for each in mixed])

        session.expire_all()
        held = session.scalars(select(Case).where(Case.counsellor_id == mei.id)).all()
        how = sorted(case.how.value for case in held)
        assert how in (["call"], ["text", "text", "text"])
        assert {type(each) for each in answers if not isinstance(each, str)} == {AtCapacity}
        seen.add(how[0])
    assert seen  # which of both wins is the database's business


def test_where_no_calls_are_taken_who_asked_for_one_counts_as_a_text(
    session: Session, make: Make
) -> None:
    mei = make.counsellor(load_cap=3)
    for how in (HowToReach.CALL, HowToReach.TEXT, HowToReach.CALL):
        cases.claim(session, make.case(how=how).id, mei.id, now=NOON)
    assert cases.load(session, mei.id) == 3


def looking(case_id: str) -> Callable[[Session], int]:
    return lambda session: cases.look_at(session, case_id, now=after(7))


def test_however_many_workers_look_at_once_each_step_is_told_once(
    app: Flask, session: Session, make: Make
) -> None:
    chief = shift(session, make.counsellor(roles=(Role.COORDINATOR,), notice_by="mail"))
    team = make.team()
    lead = shift(session, make.counsellor(team=team, place=Place.LEAD, notice_by="mail"))
    for round_number in range(1, ROUNDS + 1):
        case = make.case()
        cases.set_risk(session, case, Risk.IMMINENT, by_id=lead.id, now=NOON)
        at_once(app, session, [looking(case.id)] * 6)
        session.expire_all()
        steps = [each.reason for each in happened(session, case, KIND)]
        assert steps == ["to_lead", "to_coordinator", "to_coordinator"]  # nobody stands in
        assert told(session, lead).count("attention") == round_number
        cases.leave_line(session, session.get_one(Case, case.id), now=after(8))
    assert told(session, chief).count("attention") == 2 * ROUNDS  # when it was set, too


def test_of_two_who_decide_on_a_rescue_call_one_does(
    app: Flask, session: Session, make: Make
) -> None:
    for _ in range(ROUNDS):
        mei, one, other = (make.counsellor() for _ in range(3))
        case = make.case()
        cases.claim(session, case.id, mei.id, now=NOON)
        cases.set_risk(session, case, Risk.IMMINENT, by_id=mei.id, now=NOON)
        cases.propose_rescue(session, case, mei.id, "why", now=NOON)
        answers = at_once(
            app,
            session,
            [deciding(case.id, one.id, confirm=True), deciding(case.id, other.id, confirm=False)],
        )
        assert sorted(isinstance(each, WrongMove) for each in answers) == [False, True]
        session.expire_all()
        decided = [*happened(session, case, "rescue_confirmed")]
        decided += happened(session, case, "rescue_refused")
        assert len(decided) == 1


def test_of_two_who_decide_whether_danger_is_over_one_does(
    app: Flask, session: Session, make: Make
) -> None:
    for _ in range(ROUNDS):
        mei, one, other = (make.counsellor() for _ in range(3))
        case = make.case()
        cases.claim(session, case.id, mei.id, now=NOON)
        cases.set_risk(session, case, Risk.IMMINENT, by_id=mei.id, now=NOON)
        cases.set_risk(session, case, Risk.HIGH, by_id=mei.id, now=NOON, why="so")
        both = [(one.id, True), (other.id, False)]
        answers = at_once(app, session, [lowering(case.id, by, yes=yes) for by, yes in both])
        assert sorted(isinstance(each, WrongMove) for each in answers) == [False, True]
        session.expire_all()
        confirmed = happened(session, case, "lower_confirmed")
        assert len([*confirmed, *happened(session, case, "lower_refused")]) == 1
        assert case.risk_level is (Risk.HIGH if confirmed else Risk.IMMINENT)


def lowering(case_id: str, by_id: str, *, yes: bool) -> Callable[[Session], str]:
    def decide(session: Session) -> str:
        case = session.get_one(Case, case_id)
        cases.decide_to_lower(session, case, by_id, confirm=yes, why="so", now=after(1))
        return by_id

    return decide


def deciding(case_id: str, by_id: str, *, confirm: bool) -> Callable[[Session], str]:
    def decide(session: Session) -> str:
        case = session.get_one(Case, case_id)
        cases.decide_rescue(session, case, by_id, confirm=confirm, why="so", now=after(1))
        return by_id

    return decide


def test_two_heavy_ones_closed_at_once_open_one_pause(
    app: Flask, session: Session, make: Make
) -> None:
    for _ in range(ROUNDS):
        mei = make.counsellor()
        both = [make.case() for _ in range(2)]
        for case in both:
            cases.claim(session, case.id, mei.id, now=NOON)
            cases.set_risk(session, case, Risk.HIGH, by_id=mei.id, now=NOON)
        at_once(app, session, [closing(case.id, mei.id) for case in both])
        session.expire_all()
        rows = session.scalars(select(Debrief).where(Debrief.person_id == mei.id)).all()
        assert [row.answered_at for row in rows].count(None) == 1
        assert {case.state for case in both} == {CaseState.CLOSED}


def closing(case_id: str, by_id: str) -> Callable[[Session], str]:
    def close(session: Session) -> str:
        case = session.get_one(Case, case_id)
        cases.close(session, case, by_id, disposition="talked", now=after(2))
        return case_id

    return close
