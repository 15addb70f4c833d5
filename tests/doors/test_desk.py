"""The desk by forms and links alone: list, take, answer, and what is refused."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from helpline import cases, conversation
from helpline.cases import Case, CaseState, Handover, Note, Risk
from helpline.conversation import Message
from helpline.people import HowToReach, Person, Role, SafeContact
from helpline.privacy import return_code
from scheduling import promises
from tests.conftest import Clock, RecordingGateway
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]


@pytest.fixture
def mei(make: Make, session: Session) -> Person:
    """On shift from 18:00 to midnight in Kuala Lumpur; NOON is 20:00 there."""
    make.line()
    return on_shift(make.counsellor(alias="Mei"), session)


@pytest.fixture
def desk(app: Flask, sign_in: SignIn, mei: Person, session: Session) -> FlaskClient:
    session.commit()
    return sign_in(app.test_client(), mei)


def on_shift(person: Person, session: Session) -> Person:
    promises.promise(
        session,
        person.id,
        weekday=0,
        start=time(18),
        end=time(23, 30),
        zone="Asia/Kuala_Lumpur",
        now=NOON,
    )
    return person


def said(case: Case, session: Session, body: str = "I cannot sleep") -> None:
    conversation.hear(session, case, body, channel="text", now=NOON)


def test_an_empty_desk_says_what_to_do_first(desk: FlaskClient) -> None:
    page = desk.get("/desk").text
    assert "Nobody needs you just now" in page
    assert "On until 23:30 UTC+8" in page


def test_somebody_who_waits_is_seen_without_a_word_of_theirs(
    desk: FlaskClient, make: Make, session: Session
) -> None:
    case = make.case(topic="alone")
    said(case, session)
    session.commit()
    page = desk.get("/desk/waiting").text
    assert case.seeker.codename in page
    assert "Being alone" in page
    assert "I cannot sleep" not in page
    assert desk.get(f"/desk/cases/{case.id}").status_code == 404


def test_taking_somebody_opens_the_conversation_and_an_answer_reaches_them(
    desk: FlaskClient,
    make: Make,
    session: Session,
    gateway: RecordingGateway,
    work: Callable[[], int],
    clock: Clock,
) -> None:
    seeker = make.seeker(phone="+60123456789")
    case = make.case(seeker=seeker)
    said(case, session)
    session.commit()
    taken = desk.post(f"/desk/cases/{case.id}/claim")
    assert taken.status_code == 303
    page = desk.get(f"/desk/cases/{case.id}").text
    assert "I cannot sleep" in page
    assert "3456789" not in page
    sent = desk.post(
        f"/desk/cases/{case.id}/say", data={"text": "I am here.", "form_key": "k" * 26}
    )
    assert sent.status_code == 303
    for _ in range(2):  # one text at a time goes to a phone: first that Mei answers, then hers
        work()
        clock.forward(timedelta(minutes=10))
    assert "I am here." in gateway.bodies("+60123456789")
    assert ", sent" in desk.get(f"/desk/cases/{case.id}").text
