"""Two who choose at once, and a choice beside a claim: one choice stands, and it is settled once.

Ten rounds in `make test`, a hundred with DRILL=long.
"""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import CaseState, ChoiceKind, ChoiceState, WaitChoice
from helpline.errors import WrongMove
from helpline.people import HowToReach
from tests.faults.test_races import ROUNDS, at_once, claiming
from tests.make import NOON, Make

pytestmark = pytest.mark.drill


def choosing(case_id: str, kind: ChoiceKind) -> Callable[[Session], str]:
    def call(session: Session) -> str:
        case = session.get_one(cases.Case, case_id)
        return cases.choose(session, case, kind, by="web", now=NOON).kind.value

    return call


def states(session: Session, case_id: str) -> list[ChoiceState]:
    session.rollback()
    rows = select(WaitChoice.state).where(WaitChoice.case_id == case_id)
    return sorted(session.scalars(rows))


def test_of_two_choices_at_once_one_stands(app: Flask, session: Session, make: Make) -> None:
    make.line(number="+15005550006")
    for _ in range(ROUNDS):
        case = make.case(seeker=make.seeker(how=HowToReach.WEB), how=HowToReach.WEB)
        calls = [
            choosing(case.id, kind) for kind in (ChoiceKind.MESSAGE, ChoiceKind.TEXT) for _ in "ab"
        ]
        at_once(app, session, calls)
        found = states(session, case.id)
        assert found.count(ChoiceState.OPEN) == 1
        assert set(found) <= {ChoiceState.OPEN, ChoiceState.REPLACED}


def test_a_choice_beside_a_claim_is_kept_or_refused_never_left_open(
    app: Flask, session: Session, make: Make
) -> None:
    mei = make.counsellor(load_cap=2 * ROUNDS)
    for _ in range(ROUNDS):
        case = make.case()
        calls = [choosing(case.id, ChoiceKind.MESSAGE), claiming(case.id, mei.id)]
        answers = at_once(app, session, calls)
        found = states(session, case.id)
        session.refresh(case)
        assert case.state is CaseState.ACTIVE
        refused = any(isinstance(each, WrongMove) for each in answers)
        assert found == ([] if refused else [ChoiceState.KEPT])
