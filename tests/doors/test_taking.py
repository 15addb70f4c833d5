"""Who may take somebody on: in their languages, on shift, as a counsellor; and what others hear."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from helpline import cases
from helpline.cases import Case, CaseState, Handover
from helpline.people import Person, Place, Role
from helpline.privacy.audit import AuditEntry
from scheduling import promises
from scheduling.base import new_id
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
Claim = Callable[[Person, Case], TestResponse]


@pytest.fixture
def claim(app: Flask, session: Session, make: Make, sign_in: SignIn) -> Claim:
    """What somebody is told who presses the button of a case."""
    make.line()

    def press(person: Person, case: Case) -> TestResponse:
        case_id = case.id
        session.commit()
        return sign_in(app.test_client(), person).post(f"/desk/cases/{case_id}/claim")

    return press


def on_shift(person: Person, session: Session) -> Person:
    promises.promise(
        session, person.id, weekday=0, start=time(10), end=time(14), zone="UTC", now=NOON
    )
    return person


def held_by(session: Session, case: Case) -> str | None:
    session.rollback()
    return session.get_one(Case, case.id, populate_existing=True).counsellor_id


def reached_for(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(
        select(AuditEntry.object_kind, AuditEntry.object_id).where(AuditEntry.act == "refused")
    )
    return [(kind, about) for kind, about in rows]


def test_nobody_takes_a_case_in_a_language_that_they_do_not_help_in(
    claim: Claim, make: Make, session: Session
) -> None:
    case, yuki = make.case(language="ms"), make.counsellor(languages=("ja",))
    case_id = case.id

    assert claim(on_shift(yuki, session), case).status_code == 404
    assert held_by(session, case) is None
    assert reached_for(session) == [("case", case_id)]


def test_a_counsellor_on_shift_takes_one_in_their_language(
    claim: Claim, make: Make, session: Session
) -> None:
    case, siti = make.case(language="ms"), make.counsellor(languages=("ms",))
    siti_id = siti.id

    assert claim(on_shift(siti, session), case).status_code == 303
    assert held_by(session, case) == siti_id
    assert claim(siti, case).status_code == 303  # the same button twice


def test_who_is_not_on_shift_is_told_what_to_do(claim: Claim, make: Make, session: Session) -> None:
    case = make.case()
    told = claim(make.counsellor(), case)

    assert told.status_code == 409
    assert "You are not on shift now" in told.text
    assert held_by(session, case) is None


def test_who_pauses_comes_back_first(claim: Claim, make: Make, session: Session) -> None:
    case, mei = make.case(), on_shift(make.counsellor(), session)
    promises.pause(session, mei.id, until=NOON + timedelta(minutes=10), now=NOON)
    told = claim(mei, case)

    assert told.status_code == 409
    assert held_by(session, case) is None


def test_a_lead_who_is_no_counsellor_takes_nobody_outside_their_team(
    claim: Claim, make: Make, session: Session
) -> None:
    lead = make.counsellor(roles=(), team=make.team(), place=Place.LEAD)
    case = make.case()
    told = claim(on_shift(lead, session), case)

    assert told.status_code == 403
    assert "is for counsellors" in told.text
    assert held_by(session, case) is None


def test_a_lead_takes_their_teams_during_their_shift_only(
    claim: Claim, make: Make, session: Session
) -> None:
    team = make.team()
    lead = make.counsellor(languages=("ja",), roles=(), team=team, place=Place.STAND_IN)
    case, lead_id = make.case(language="ms", team_id=team.id), lead.id

    assert claim(lead, case).status_code == 409
    assert claim(on_shift(lead, session), case).status_code == 303
    assert held_by(session, case) == lead_id


def test_a_coordinator_may_take_somebody_and_becomes_their_reader(
    claim: Claim, make: Make, session: Session
) -> None:
    case = make.case(language="ms")
    noor = make.counsellor(languages=("en",), roles=(Role.COORDINATOR,))
    noor_id = noor.id

    assert claim(noor, case).status_code == 303
    assert held_by(session, case) == noor_id


@pytest.mark.parametrize("state", [CaseState.INTAKE, CaseState.IN_REVIEW])
def test_nobody_takes_what_never_stood_in_the_line(
    claim: Claim, make: Make, session: Session, state: CaseState
) -> None:
    noor = make.counsellor(roles=(Role.COORDINATOR, Role.COUNSELLOR))

    assert claim(on_shift(noor, session), make.case(state=state)).status_code == 404


@pytest.mark.parametrize("answer", ["take", "refuse"])
def test_answering_what_a_colleague_was_asked_is_a_404_and_stands_in_the_audit(
    app: Flask, make: Make, session: Session, sign_in: SignIn, answer: str
) -> None:
    mei, jun, other = make.counsellor(), make.counsellor(), make.counsellor()
    case = make.case()
    session.commit()
    cases.claim(session, case.id, mei.id, now=NOON)
    row = Handover(
        id=new_id(), case_id=case.id, from_id=mei.id, to_id=jun.id, is_warm=True, at=NOON
    )
    session.add(row)
    row_id = row.id
    session.commit()
    client = sign_in(app.test_client(), other)

    assert client.post(f"/desk/handovers/{row_id}/{answer}").status_code == 404
    assert reached_for(session) == [("handover", row_id)]


def test_a_reviewer_begins_at_what_is_to_be_read(
    app: Flask, make: Make, session: Session, sign_in: SignIn
) -> None:
    person = make.counsellor(roles=(Role.REVIEWER,))
    session.commit()
    first = sign_in(app.test_client(), person).get("/account/start")

    assert first.location == "/coordination/review"
