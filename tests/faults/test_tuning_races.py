"""Figures changed while the line is looked at: each offer is wholly of the old or of the new ones.

Ten rounds in `make test`, a hundred with DRILL=long.
"""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Offer, OfferState, RoutingDecision, RoutingPass
from helpline.cases.snapshots import snapshot_of
from helpline.cases.tuning import ChangedMeanwhile, changes, set_parameters, tuned
from helpline.matching import Parameters, assign
from tests.faults.test_races import ROUNDS, at_once
from tests.make import NOON, Make
from tests.operations.on_the_line import after, shift

pytestmark = pytest.mark.drill
OLD, NEW = {"text_stands_4": 60, "at_once_4": 1}, {"text_stands_4": 600, "at_once_4": 3}


def test_figures_changed_during_a_pass_hold_wholly_or_not_at_all(
    app: Flask, session: Session, make: Make
) -> None:
    people = [shift(session, make.counsellor(load_cap=9)) for _ in range(6)]
    who = people[0].id
    for number in range(ROUNDS):
        set_parameters(session, OLD, who, NOON)
        case_ids = [make.case().id for _ in range(2)]
        at_once(
            app,
            session,
            [
                lambda one: cases.route(one, now=NOON),
                lambda one: set_parameters(one, NEW, who, after(1)),
                lambda one: cases.route(one, now=NOON),
            ],
        )
        made = session.scalars(select(Offer).where(Offer.case_id.in_(case_ids))).all()
        for case_id in case_ids:
            mine = [each for each in made if each.case_id == case_id]
            assert len({each.counsellor_id for each in mine}) == len(mine) <= 3, f"round {number}"
            stands = sorted((each.expires_at - each.offered_at).seconds for each in mine)
            assert set(stands) <= {60, 600}
            assert stands.count(60) <= 1, "the old figures ask one"
        open_now = [each.counsellor_id for each in made if each.state is OfferState.OPEN]
        assert len(set(open_now)) == len(open_now)
        for case_id in case_ids:
            cases.leave_line(session, session.get_one(cases.Case, case_id), now=NOON)
        session.commit()


def test_of_two_who_change_figures_they_both_looked_at_one_is_told(
    app: Flask, session: Session, make: Make
) -> None:
    ana, ben = make.counsellor().id, make.counsellor().id
    for number in range(ROUNDS):
        session.commit()
        seen = tuned(session).mark
        figures = {ana: number % 40, ben: 50 + number % 40}
        answers = at_once(
            app, session, [changing(who, figure, seen) for who, figure in figures.items()]
        )
        won = [each for each in answers if isinstance(each, str)]
        lost = [each for each in answers if isinstance(each, ChangedMeanwhile)]
        assert (len(won), len(lost)) == (1, 1), f"round {number}: {answers}"
        session.expire_all()
        assert tuned(session).parameters.night == figures[won[0]]
        assert changes(session)["night"].by_id == won[0]


def changing(who: str, figure: float, seen: str) -> Callable[[Session], str]:
    def call(session: Session) -> str:
        set_parameters(session, {"night": figure}, who, NOON, seen=seen)
        return who

    return call


def test_what_a_pass_kept_beside_a_change_is_what_it_decided_by(
    app: Flask, session: Session, make: Make
) -> None:
    """The same facts and figures give the decision again, whatever was changed meanwhile."""
    who, *_ = [shift(session, make.counsellor()).id for _ in range(4)]
    case_id = make.case(urgency=2).id
    at_once(
        app,
        session,
        [
            lambda one: cases.route(one, now=NOON),
            lambda one: set_parameters(one, {"no_rest": 50, "at_once_2": 4}, who, NOON),
        ],
    )
    row = session.scalars(select(RoutingDecision).where(RoutingDecision.case_id == case_id)).one()
    known = snapshot_of(session.get_one(RoutingPass, row.pass_id))
    (again,) = assign(known.waiting, known.on, known.at, Parameters(), known.prices)
    assert again.explanation()["chosen"] == row.explained["chosen"]
