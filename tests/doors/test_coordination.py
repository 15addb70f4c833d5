"""The coordination board: who waits and who is on, never anybody's words; giving cases away."""

import csv
import io
import re
from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import alerts, cases, conversation
from helpline.cases import Case, CaseEvent, CaseState, ChoiceKind
from helpline.people import Account, HowToReach, Person, Place, Role, Team
from scheduling import promises
from tests.conftest import Clock
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]


def on_shift(session: Session, *people: Person) -> None:
    """Mondays 18:00 to 22:00 in Kuala Lumpur; NOON is Monday 20:00 there."""
    for person in people:
        promises.promise(
            session,
            person.id,
            weekday=0,
            start=time(18),
            end=time(22),
            zone="Asia/Kuala_Lumpur",
            first_on=NOON.date() - timedelta(days=30),
            now=NOON,
        )


@pytest.fixture
def coordinator(app: Flask, session: Session, make: Make, sign_in: SignIn) -> FlaskClient:
    person = make.counsellor(alias="Noor", roles=(Role.COORDINATOR,))
    session.commit()
    return sign_in(app.test_client(), person)


@pytest.fixture
def mei(session: Session, make: Make) -> Person:
    person = make.counsellor(alias="Mei", languages=("en", "ms"))
    on_shift(session, person)
    return person


def state_of(session: Session, case: Case) -> tuple[CaseState, str | None]:
    session.rollback()
    session.refresh(case)
    return case.state, case.counsellor_id


def codename(session: Session, case: Case) -> str:
    return session.get_one(Person, case.seeker_id).codename


def test_the_board_says_who_waits_how_long_and_who_is_on(
    coordinator: FlaskClient, session: Session, make: Make, mei: Person
) -> None:
    waiting = make.case(language="ms", urgency=2, waiting_since=NOON - timedelta(minutes=26))
    held = make.case(state=CaseState.ACTIVE, counsellor_id=mei.id)
    session.commit()
    page = coordinator.get("/coordination").text

    assert codename(session, waiting) in page
    assert codename(session, held) in page
    assert "26 mins" in page
    assert "1 of 3" in page
    assert "Mei" in page
    assert "22:00" in page
    assert "Past its limit" in page  # high urgency waits ten minutes at most
    assert re.search(r"<svg[^>]*role=\"img\"", page)


def test_the_board_holds_no_words_of_anybody(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    case = make.case()
    conversation.hear(session, case, "Nobody else may read this.", channel="web", now=NOON)
    session.commit()

    for path in ("/coordination", f"/coordination/case/{case.id}", "/coordination/waiting.csv"):
        assert "Nobody else" not in coordinator.get(path).text
    assert coordinator.get(f"/coordination/review/{case.id}").status_code == 403


def test_the_board_is_sent_again_only_when_it_has_changed(
    coordinator: FlaskClient, session: Session, make: Make, clock: Clock
) -> None:
    session.commit()
    tag = coordinator.get("/coordination/now").headers["ETag"]
    poll = {"If-None-Match": tag, "X-Poll": "1"}
    assert coordinator.get("/coordination/now", headers=poll).status_code == 304

    seeker = make.seeker()
    case = cases.open_case(session, seeker, how=HowToReach.WEB, language="en", now=NOON)
    cases.enter_line(session, case, now=NOON)
    session.commit()
    assert coordinator.get("/coordination/now", headers=poll).status_code == 200

    tag = coordinator.get("/coordination/now").headers["ETag"]
    clock.forward(timedelta(minutes=1))
    assert coordinator.get("/coordination/now", headers={"If-None-Match": tag}).status_code == 200


def test_the_file_holds_nothing_a_spreadsheet_would_run(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    seeker = make.seeker()
    seeker.codename = "=HYPERLINK(1)"
    make.case(seeker=seeker, waiting_since=NOON - timedelta(minutes=5))
    session.commit()
    answer = coordinator.get("/coordination/waiting.csv")
    rows = list(csv.reader(io.StringIO(answer.text)))

    assert answer.mimetype == "text/csv"
    assert rows[0][:3] == ["codename", "language", "urgency"]
    assert rows[1][0] == "'=HYPERLINK(1)"
    assert rows[1][5] == "5"


def test_an_alert_stands_there_until_somebody_has_seen_it(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    case = make.case()
    alerts.raise_alert(session, "attention", case.id, now=NOON)
    alerts.raise_alert(session, "something_new", "x", now=NOON)
    session.commit()
    page = coordinator.get("/coordination").text
    assert "A listed word was seen" in page
    assert "Something needs a look: something_new." in page

    for alert in alerts.unseen(session):
        assert coordinator.post(f"/coordination/alerts/{alert.id}/seen").status_code == 303
    assert "A listed word was seen" not in coordinator.get("/coordination").text


def test_a_coordinator_gives_a_waiting_case_to_somebody(
    coordinator: FlaskClient, session: Session, make: Make, mei: Person
) -> None:
    case = make.case(language="ms")
    make.counsellor(alias="Bo", languages=("ja",))
    session.commit()
    page = coordinator.get(f"/coordination/case/{case.id}").text
    assert page.index("Mei") < page.index("Bo (does not speak Malay)")
    assert "0 of 3 conversations, on until" in page

    answer = coordinator.post(f"/coordination/case/{case.id}/assign", data={"to": mei.id})
    assert answer.status_code == 303
    assert state_of(session, case) == (CaseState.ACTIVE, mei.id)
    assert "Mei has it now" in coordinator.get("/coordination").text


def test_it_asks_before_somebody_carries_more_than_they_may(
    coordinator: FlaskClient, session: Session, make: Make, mei: Person
) -> None:
    session.get_one(Account, mei.id).load_cap = 1
    make.case(state=CaseState.ACTIVE, counsellor_id=mei.id)
    case = make.case()
    session.commit()
    give = f"/coordination/case/{case.id}/assign"

    asked = coordinator.post(give, data={"to": mei.id})
    assert asked.status_code == 409
    assert "Give Mei one more?" in asked.text
    assert state_of(session, case) == (CaseState.WAITING, None)

    assert coordinator.post(give, data={"to": mei.id, "beyond": "1"}).status_code == 303
    assert state_of(session, case) == (CaseState.ACTIVE, mei.id)


def test_a_case_is_given_to_somebody_else_and_taken_back(
    coordinator: FlaskClient, session: Session, make: Make, mei: Person
) -> None:
    bo = make.counsellor(alias="Bo")
    case = make.case(state=CaseState.WAITING_SEEKER, counsellor_id=mei.id)
    session.commit()

    coordinator.post(f"/coordination/case/{case.id}/assign", data={"to": bo.id})
    assert state_of(session, case) == (CaseState.ACTIVE, bo.id)
    coordinator.post(f"/coordination/case/{case.id}/back")
    assert state_of(session, case) == (CaseState.WAITING, None)

    page = coordinator.get(f"/coordination/case/{case.id}").text
    assert "Noor gave it to Bo instead" in page
    assert "Noor took it back into the line" in page
    assert coordinator.post(f"/coordination/case/{case.id}/back").status_code == 409


def test_a_case_goes_to_nobody_who_is_no_counsellor(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    case = make.case()
    admin = make.counsellor(alias="Ilse", roles=(Role.ADMIN,))
    session.commit()
    give = f"/coordination/case/{case.id}/assign"

    assert coordinator.post(give, data={"to": admin.id}).status_code == 409
    assert coordinator.post(give, data={"to": case.seeker_id}).status_code == 409
    nobody = coordinator.post(give, data={})
    assert nobody.status_code == 400
    assert "Choose who is to have it." in nobody.text
    assert state_of(session, case) == (CaseState.WAITING, None)


def test_a_case_tells_why_it_went_where_it_went(
    coordinator: FlaskClient, session: Session, make: Make, mei: Person
) -> None:
    bo = make.counsellor(alias="Bo", languages=("ja",))
    on_shift(session, bo)
    case = make.case(language="ms")
    cases.route(session, now=NOON)
    session.commit()
    page = coordinator.get(f"/coordination/case/{case.id}").text

    assert "Mei was asked, as the best fit on shift." in page
    assert "Bo does not speak it well enough." in page
    assert "Mei: 5 points (how well they speak it 5)" in page


def test_what_was_chosen_and_what_became_of_it_is_told_in_sentences(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    make.line(languages="en,my")
    mei = make.counsellor(alias="Mei", languages=("en",))
    on_shift(session, mei)
    case = make.case(language="my")
    cases.route(session, now=NOON)
    cases.choose(session, case, ChoiceKind.LANGUAGE, language="en", by="text", now=NOON)
    cases.choose(session, case, ChoiceKind.MESSAGE, by="text", now=NOON)
    cases.claim(session, case.id, mei.id, now=NOON)
    session.commit()
    page = coordinator.get(f"/coordination/case/{case.id}").text
    for sentence in (
        "They were asked how to go on",
        "They chose to talk in English too",
        "They chose to leave a message",
        "What they chose was kept",
    ):
        assert sentence in page
    assert "It moved on" not in page


def test_nobody_on_is_told_as_such(coordinator: FlaskClient, session: Session, make: Make) -> None:
    case = make.case(language="ms")
    cases.route(session, now=NOON)
    session.commit()
    page = coordinator.get(f"/coordination/case/{case.id}").text

    assert "Nobody was on shift." in page
    assert session.scalars(select(CaseEvent).where(CaseEvent.kind == "nobody_on")).all()
    assert "They were told that nobody who speaks the language is on" in page


@pytest.fixture
def team(make: Make) -> Team:
    return make.team("Harbour")


@pytest.fixture
def lead(session: Session, make: Make, team: Team) -> Person:
    person = make.counsellor(alias="Aisyah", team=team, place=Place.LEAD)
    on_shift(session, person)
    return person


def test_a_lead_sees_their_own_team_during_their_shift(
    app: Flask, session: Session, make: Make, sign_in: SignIn, lead: Person, team: Team
) -> None:
    ours = make.case(state=CaseState.ACTIVE, counsellor_id=lead.id, team_id=team.id)
    other = make.counsellor(alias="Zoe", team=make.team("Lantern"))
    on_shift(session, other)
    theirs = make.case(state=CaseState.ACTIVE, counsellor_id=other.id)
    alerts.raise_alert(session, "budget_80", "today", now=NOON)
    session.commit()
    browser = sign_in(app.test_client(), lead)
    page = browser.get("/coordination").text

    assert codename(session, ours) in page
    assert codename(session, theirs) not in page
    assert "Aisyah" in page
    assert "Zoe" not in page
    assert "Four fifths" not in page
    assert browser.get(f"/coordination/case/{theirs.id}").status_code == 404
    assert browser.get(f"/coordination/case/{ours.id}").status_code == 200


def test_out_of_their_shift_a_lead_sees_and_moves_nothing(
    app: Flask,
    session: Session,
    make: Make,
    sign_in: SignIn,
    lead: Person,
    team: Team,
    clock: Clock,
) -> None:
    member = make.counsellor(alias="Bo", team=team)
    ours = make.case(state=CaseState.ACTIVE, counsellor_id=lead.id, team_id=team.id)
    session.commit()
    clock.forward(timedelta(hours=3))
    browser = sign_in(app.test_client(), lead)
    page = browser.get("/coordination").text

    assert "while you are on shift: next" in page
    assert codename(session, ours) not in page
    give = browser.post(f"/coordination/case/{ours.id}/assign", data={"to": member.id})
    assert give.status_code == 404


def test_a_lead_gives_their_teams_case_to_their_team_only(
    app: Flask, session: Session, make: Make, sign_in: SignIn, lead: Person, team: Team
) -> None:
    member = make.counsellor(alias="Bo", team=team)
    other = make.counsellor(alias="Zoe")
    ours = make.case(state=CaseState.ACTIVE, counsellor_id=lead.id, team_id=team.id)
    session.commit()
    browser = sign_in(app.test_client(), lead)
    give = f"/coordination/case/{ours.id}/assign"

    assert browser.post(give, data={"to": other.id}).status_code == 409
    assert browser.post(give, data={"to": member.id}).status_code == 303
    assert state_of(session, ours) == (CaseState.ACTIVE, member.id)


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.REVIEWER, Role.ADMIN, Role.AUDITOR])
def test_the_board_is_for_coordinators_and_leads(
    app: Flask, session: Session, make: Make, sign_in: SignIn, role: Role
) -> None:
    case = make.case()
    person = make.counsellor(roles=(role,))
    session.commit()
    browser = sign_in(app.test_client(), person)

    for path in ("/coordination", "/coordination/now", f"/coordination/case/{case.id}"):
        assert browser.get(path).status_code == 403
    assert app.test_client().get("/coordination").status_code == 302
