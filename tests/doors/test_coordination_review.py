"""Reviewers read what is to be read first, and nothing else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import conversation
from helpline.cases import Case, CaseState, Risk
from helpline.people import Person, Role
from helpline.privacy.audit import AuditEntry
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
WORDS = "I have not slept since they closed our street."


@pytest.fixture
def reviewer(app: Flask, session: Session, make: Make, sign_in: SignIn) -> FlaskClient:
    person = make.counsellor(alias="Rae", roles=(Role.REVIEWER,))
    session.commit()
    return sign_in(app.test_client(), person)


@pytest.fixture
def case(session: Session, make: Make) -> Case:
    made = make.case(state=CaseState.IN_REVIEW, waiting_since=NOON - timedelta(minutes=2))
    conversation.hear(session, made, WORDS, channel="web", now=NOON)
    session.commit()
    return made


def test_a_reviewer_reads_it_and_lets_it_into_the_line_with_a_level(
    reviewer: FlaskClient, session: Session, case: Case
) -> None:
    listed = reviewer.get("/coordination/review").text
    page = reviewer.get(f"/coordination/review/{case.id}").text
    assert f"/coordination/review/{case.id}" in listed
    assert WORDS not in listed
    assert WORDS in page

    answer = {"answer": "accept", "risk": "concern"}
    sent = reviewer.post(f"/coordination/review/{case.id}", data=answer)
    assert sent.status_code == 303
    session.rollback()  # to see what the door did
    session.refresh(case)
    assert (case.state, case.risk_level, case.urgency) == (CaseState.WAITING, Risk.CONCERN, 3)
    assert reviewer.get(f"/coordination/review/{case.id}").status_code == 404


def test_that_it_was_read_is_written_down(
    reviewer: FlaskClient, session: Session, case: Case
) -> None:
    reviewer.get(f"/coordination/review/{case.id}")
    session.rollback()  # to see what the door did
    reads = session.scalars(select(AuditEntry).where(AuditEntry.act == "read")).all()

    assert [read.object_id for read in reads] == [case.id]


def test_a_reviewer_declines_it_and_the_person_is_told(
    reviewer: FlaskClient, session: Session, case: Case
) -> None:
    from helpline.messaging.outbox.row import OutboxMessage

    sent = reviewer.post(f"/coordination/review/{case.id}", data={"answer": "decline"})

    assert sent.status_code == 303
    session.rollback()  # to see what the door did
    session.refresh(case)
    assert case.state is CaseState.DECLINED
    assert "declined" in session.scalars(select(OutboxMessage.kind)).all()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "Choose what is to happen."),
        ({"answer": "accept"}, "Choose a level"),
        ({"answer": "accept", "risk": "terrible"}, "Choose a level"),
    ],
)
def test_a_decision_without_an_answer_decides_nothing(
    reviewer: FlaskClient, session: Session, case: Case, typed: dict[str, str], told: str
) -> None:
    answer = reviewer.post(f"/coordination/review/{case.id}", data=typed)

    assert answer.status_code == 400
    assert told in answer.text
    session.rollback()  # to see what the door did
    session.refresh(case)
    assert case.state is CaseState.IN_REVIEW


def test_two_reviewers_at_once_decide_once(
    reviewer: FlaskClient, session: Session, case: Case
) -> None:
    decide = {"answer": "accept", "risk": "none"}
    codes = [
        reviewer.post(f"/coordination/review/{case.id}", data=decide).status_code for _ in range(2)
    ]

    assert codes == [303, 404]


def test_a_reviewer_reads_nothing_that_is_not_in_review(
    reviewer: FlaskClient, session: Session, make: Make
) -> None:
    waiting = make.case()
    session.commit()

    assert reviewer.get(f"/coordination/review/{waiting.id}").status_code == 404
    assert reviewer.get("/coordination/review/nothing").status_code == 404
    assert "Nothing to read" in reviewer.get("/coordination/review").text


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.COORDINATOR, Role.ADMIN, Role.AUDITOR])
def test_review_is_for_reviewers(
    app: Flask, session: Session, make: Make, sign_in: SignIn, role: Role, case: Case
) -> None:
    person = make.counsellor(roles=(role,))
    session.commit()
    browser = sign_in(app.test_client(), person)

    assert browser.get("/coordination/review").status_code == 403
    assert browser.get(f"/coordination/review/{case.id}").status_code == 403
    assert browser.post(f"/coordination/review/{case.id}", data={}).status_code == 403
