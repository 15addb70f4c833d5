"""Going away and coming back, said by oneself: dated, reversible, and nobody is left alone."""

import re
from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from helpline import cases
from helpline.cases import Case, CaseState
from helpline.people import Person, Place, Team
from scheduling import promises
from tests.conftest import Clock
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]


@pytest.fixture
def team(make: Make) -> Team:
    make.line()
    return make.team()


def on_shift(session: Session, person: Person) -> Person:
    for weekday in range(7):
        promises.promise(
            session, person.id, weekday=weekday, start=time(10), end=time(14), zone="UTC", now=NOON
        )
    return person


@pytest.fixture
def mei(make: Make, session: Session, team: Team) -> Person:
    return on_shift(session, make.counsellor(alias="Mei", team=team))


@pytest.fixture
def mine(make: Make, mei: Person, team: Team, session: Session) -> Case:
    """A conversation that Mei holds."""
    case = make.case(team_id=team.id)
    session.commit()
    cases.claim(session, case.id, mei.id, now=NOON)
    session.commit()
    return case


@pytest.fixture
def account(app: Flask, sign_in: SignIn, mei: Person, mine: Case) -> FlaskClient:
    return sign_in(app.test_client(), mei)


def is_on(session: Session, person: Person, clock: Clock) -> bool:
    session.rollback()
    return bool(promises.on_shift(session, clock(), among=[person.id]))


def leave(account: FlaskClient, until: str) -> int:
    return account.post("/account/leave", data={"leave_until": until}).status_code


def test_what_somebody_has_in_hand_goes_to_the_stand_in_when_they_leave(
    account: FlaskClient, mine: Case, make: Make, team: Team, session: Session, mei: Person,
    clock: Clock,
) -> None:  # fmt: skip
    lin = on_shift(session, make.counsellor(alias="Lin", team=team, place=Place.STAND_IN))
    session.commit()
    assert leave(account, "2026-04-08") == 303

    assert not is_on(session, mei, clock)
    session.refresh(mine)
    assert (mine.counsellor_id, mine.state) == (lin.id, CaseState.ACTIVE)


def test_without_a_stand_in_it_goes_to_the_front_of_the_line(
    account: FlaskClient, mine: Case, session: Session
) -> None:
    assert leave(account, "") == 303
    session.rollback()
    session.refresh(mine)
    assert (mine.counsellor_id, mine.state) == (None, CaseState.WAITING)


@pytest.mark.parametrize(("days", "back"), [(1, False), (2, False), (3, True)])
def test_a_leave_ends_by_itself_after_its_last_day(
    account: FlaskClient, session: Session, mei: Person, clock: Clock, days: int, back: bool
) -> None:
    leave(account, "2026-04-08")
    assert "You are away until the end of 2026-04-08." in account.get("/account").text
    clock.forward(timedelta(days=days))
    assert is_on(session, mei, clock) is back


@pytest.mark.parametrize("until", ["2026-04-08", ""])
def test_who_is_back_sooner_says_so(
    account: FlaskClient, session: Session, mei: Person, clock: Clock, until: str
) -> None:
    leave(account, until)
    page = account.get("/account").text
    assert "I am back" in page
    assert "I am away from now on" not in page
    assert account.post("/account/back").status_code == 303
    assert is_on(session, mei, clock)
    assert "I am away from now on" in account.get("/account").text


def test_until_further_notice_is_longer_than_a_year(
    account: FlaskClient, session: Session, mei: Person, clock: Clock
) -> None:
    leave(account, "")
    assert "You are away until you say that you are back." in account.get("/account").text
    clock.forward(timedelta(days=400))
    assert not is_on(session, mei, clock)


def test_days_away_that_lie_ahead_stay_as_they_were_said(
    account: FlaskClient, session: Session, mei: Person
) -> None:
    account.post(
        "/desk/hours/away", data={"away_first": "2026-05-01", "away_zone": "Asia/Kuala_Lumpur"}
    )
    leave(account, "")
    account.post("/account/back")
    found = re.findall(r"Away: (\S+)<", account.get("/desk/hours").text)
    assert found == ["2026-05-01"]


@pytest.mark.parametrize("until", ["2026-04-05", "tomorrow", "3026-01-01", "2026-13-01"])
def test_a_day_that_cannot_be_is_told_and_nothing_is_given_away(
    account: FlaskClient, mine: Case, session: Session, mei: Person, until: str
) -> None:
    answer = account.post("/account/leave", data={"leave_until": until})
    assert answer.status_code == 400
    assert "Choose a day from today on" in answer.text
    session.rollback()
    session.refresh(mine)
    assert mine.counsellor_id == mei.id
