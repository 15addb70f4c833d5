"""Many at the same moment: one winner, no load beyond its cap, nobody asked twice.

Ten rounds in `make test`, a hundred with DRILL=long.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import CaseEvent, CaseState, Offer, OfferState
from helpline.db import begin_in
from helpline.errors import AtCapacity, CaseTaken, WrongMove
from helpline.people import HowToReach, Person
from scheduling.errors import Refused
from tests.make import NOON, Make
from tests.operations.on_the_line import after, shift

CALLERS = 16
ROUNDS = 100 if os.environ.get("DRILL") == "long" else 10
pytestmark = pytest.mark.drill
Thing = TypeVar("Thing")


def at_once(
    app: Flask, made: Session, calls: Sequence[Callable[[Session], Thing]]
) -> list[Thing | Refused]:
    """Make every call in a thread and transaction of its own, all let go at one moment.

    `made` is committed first, which also ends what it was reading.
    """
    made.commit()
    begin, gate = begin_in(app), threading.Barrier(len(calls))
    answers: list[Thing | Refused] = []
    faults: list[BaseException] = []

    def run(call: Callable[[Session], Thing]) -> None:
        gate.wait(30)
        try:
            with begin() as session:
                answer = call(session)
        except Refused as refusal:
            answers.append(refusal)
        except BaseException as fault:  # a thread would swallow it
            faults.append(fault)
        else:
            answers.append(answer)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if faults:
        raise faults[0]
    assert len(answers) == len(calls)
    return answers


def claiming(case_id: str, counsellor_id: str) -> Callable[[Session], str]:
    def call(session: Session) -> str:
        return cases.claim(session, case_id, counsellor_id, now=NOON).counsellor_id or ""

    return call


def test_of_sixteen_who_claim_a_case_one_wins(app: Flask, session: Session, make: Make) -> None:
    people = [make.counsellor(load_cap=ROUNDS) for _ in range(CALLERS)]
    for _ in range(ROUNDS):
        case = make.case()
        answers = at_once(app, session, [claiming(case.id, each.id) for each in people])
        winners = [each for each in answers if isinstance(each, str)]
        session.refresh(case)

        assert winners == [case.counsellor_id]
        assert [type(each) for each in answers if isinstance(each, Refused)] == [CaseTaken] * 15
    taken = select(func.count()).select_from(CaseEvent).where(CaseEvent.reason == "claimed")
    assert session.scalar(taken) == ROUNDS


def test_of_sixteen_cases_claimed_at_once_by_one_only_as_many_as_they_may(
    app: Flask, session: Session, make: Make
) -> None:
    for _ in range(ROUNDS):
        mei = make.counsellor(load_cap=3)
        waiting = [make.case() for _ in range(CALLERS)]
        answers = at_once(app, session, [claiming(each.id, mei.id) for each in waiting])

        assert sum(isinstance(each, str) for each in answers) == 3
        assert sum(isinstance(each, AtCapacity) for each in answers) == CALLERS - 3
        assert cases.load(session, mei.id) == 3


def test_many_cases_and_many_claimers_never_pass_a_cap_and_never_share_a_case(
    app: Flask, session: Session, make: Make
) -> None:
    for _ in range(ROUNDS):
        people = [make.counsellor(load_cap=2) for _ in range(4)]
        waiting = [make.case() for _ in range(4)]
        calls = [claiming(case.id, who.id) for case in waiting for who in people]
        won = [each for each in at_once(app, session, calls) if isinstance(each, str)]
        assert len(won) == len(waiting)
        assert max(Counter(won).values()) <= 2


def test_two_passes_at_once_ask_nobody_twice_and_nobody_too_many(
    app: Flask, session: Session, make: Make
) -> None:
    for _ in range(ROUNDS):
        people = [shift(session, make.counsellor()) for _ in range(3)]
        waiting = [make.case(urgency=urgency) for urgency in (4, 3, 2)]
        at_once(app, session, [lambda session: cases.route(session, now=NOON)] * 4)
        shown = session.scalars(select(Offer).where(Offer.state == OfferState.OPEN)).all()

        assert len(shown) == len({each.counsellor_id for each in shown})
        most = Counter(each.case_id for each in shown)
        assert all(most[case.id] <= (2 if case.urgency == 2 else 1) for case in waiting)
        for case in waiting:
            session.refresh(case)
            assert (case.state is CaseState.OFFERED) == (case.id in most)
            cases.leave_line(session, case, now=NOON)
        for who in people:
            cases.end_shift(session, who.id, now=NOON)
        session.commit()


def test_a_claim_a_no_a_lapse_and_a_break_at_once_leave_nothing_in_between(
    app: Flask, session: Session, make: Make
) -> None:
    """Whoever wins, the case is with one person or waits, and no offer of it is left open."""
    for _ in range(ROUNDS):
        mei = shift(session, make.counsellor())
        case = make.case()
        cases.route(session, now=NOON)
        (offer,) = cases.open_offers(session, counsellor_id=mei.id)
        answers = at_once(app, session, _contenders(case.id, mei.id, offer.id) * 3)

        assert all(type(each) in (CaseTaken, WrongMove) for each in answers if _refused(each))
        left = session.scalars(select(Offer).where(Offer.state == OfferState.OPEN)).all()
        assert [each for each in left if each.case_id == case.id] == []
        assert case.state in (CaseState.ACTIVE, CaseState.WAITING)
        assert (case.counsellor_id is not None) == (case.state is CaseState.ACTIVE)
        if case.state is CaseState.WAITING:
            cases.leave_line(session, case, now=NOON)
        session.commit()


def _contenders(
    case_id: str, counsellor_id: str, offer_id: str
) -> list[Callable[[Session], object]]:
    return [
        lambda session: cases.claim(session, case_id, counsellor_id, now=after(6)).id,
        lambda session: cases.decline_offer(session, offer_id, counsellor_id, now=after(6)),
        lambda session: cases.HANDLERS["offer_expiry"](session, {}, after(6)),
        lambda session: cases.pause(session, counsellor_id, now=after(6)).id,
    ]


def _refused(answer: object) -> bool:
    return isinstance(answer, Refused)


def test_two_first_texts_at_once_open_one_case(app: Flask, session: Session, make: Make) -> None:
    for _ in range(ROUNDS):
        seeker_id = make.seeker().id

        def opening(session: Session, seeker_id: str = seeker_id) -> str:
            person = session.get_one(Person, seeker_id)
            case = cases.open_case(session, person, how=HowToReach.TEXT, language="en", now=NOON)
            return case.id

        assert len(set(at_once(app, session, [opening] * 8))) == 1
