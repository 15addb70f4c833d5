"""Coordinators see whether the waits we told were true, and what to do where nothing is known."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from helpline.alerts import raise_alert
from helpline.cases import CaseState, WaitEstimate
from helpline.cases.wait_fit import refit
from helpline.people import Role
from scheduling.base import new_id
from tests.client import sign_in
from tests.make import NOON, Make


@pytest.fixture
def coordinator(app: Flask, session: Session, make: Make) -> FlaskClient:
    person = make.counsellor(alias="Noor", roles=(Role.COORDINATOR,))
    session.commit()
    return sign_in(app.test_client(), person)


def said(session: Session, make: Make, language: str, real: int, count: int) -> None:
    """Ranges of two to ten minutes, and that it took `real` seconds each time."""
    case = make.case(state=CaseState.CLOSED, language=language)
    facts = {"needed": 0, "on": [[0, 1]], "last": None, "since": 0}
    facts["quantiles"] = [120, 180, 240, 400, 600]
    for number in range(count):
        session.add(
            WaitEstimate(
                id=new_id(),
                case_id=case.id,
                at=NOON - timedelta(hours=5 * number + 1),
                language=language,
                place=1,
                low=120,
                high=600,
                told=True,
                method="queue",
                facts=json.dumps(facts),
                waited=real,
                outcome="claimed",
            )
        )
    session.flush()


def test_before_anybody_waited_the_page_says_what_to_do(coordinator: FlaskClient) -> None:
    page = coordinator.get("/coordination/waiting").text
    assert "Nobody has waited yet" in page
    assert "hours are promised" in page
    assert "heat plot" not in page


def test_the_page_shows_coverage_by_language_with_plots_and_their_tables(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    said(session, make, "en", 300, 45)
    said(session, make, "ja", 1500, 45)
    refit(session, {}, NOON)
    session.commit()
    page = coordinator.get("/coordination/waiting").text.replace("\xa0", " ")

    assert "100 % (34)" in page  # of the last seven days
    assert "100 % (45)" in page
    assert "0 % (45)" in page
    assert "No time is told in Japanese" in page
    assert page.count('<svg class="heat plot"') == 2
    assert "How many waits were as short as we expected" in page
    assert "5 mins to 15 mins" not in page  # all were expected to take four
    assert "Waits by how long we expected them to be" in page


def test_who_got_no_time_is_counted_with_the_reason(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    case = make.case()
    for why in ("nobody", "few", "few"):
        facts = {"needed": 0, "on": [[0, 1]], "last": None, "since": 0, "why": why}
        values = {"case_id": case.id, "at": NOON, "language": "en", "place": 1, "told": False}
        session.add(WaitEstimate(id=new_id(), method=why, facts=json.dumps(facts), **values))
    session.flush()
    refit(session, {}, NOON + timedelta(hours=1))
    session.commit()
    page = coordinator.get("/coordination/waiting").text
    assert "Too few waits were observed yet</th><td>2</td>" in page
    assert "Nobody who could help them was on</th><td>1</td>" in page
    assert "No range has been put to the test yet" in page


def test_the_board_leads_there_and_says_when_times_are_held_back(
    coordinator: FlaskClient, session: Session
) -> None:
    raise_alert(session, "wait_untrue", "ja", now=NOON)
    session.commit()
    page = coordinator.get("/coordination").text
    assert 'href="/coordination/waiting"' in page
    assert "The times we told in ja were not true lately" in page


def test_the_page_reads_what_was_gathered_and_counts_nothing(
    coordinator: FlaskClient, session: Session, make: Make
) -> None:
    said(session, make, "en", 300, 45)
    session.commit()
    assert "Nobody has waited yet" in coordinator.get("/coordination/waiting").text
