"""What an open desk hears when it asks whether anything changed, and who hears it no more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from helpline import pulse
from helpline.db import db
from helpline.people import AccountState, Person, Role, sessions
from helpline.people.sessions import SignedIn
from helpline.people.staff import change_roles, change_state
from tests.conftest import Clock
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
PATH = "/desk/live"
POLL = {"X-Poll": "1"}
WHATEVER = {**POLL, "If-None-Match": "*"}  # "whatever it is, I have it"


@pytest.fixture
def mei(make: Make) -> Person:
    make.line()
    return make.counsellor(alias="Mei")


@pytest.fixture
def desk(app: Flask, sign_in: SignIn, mei: Person, session: Session) -> FlaskClient:
    session.commit()
    return sign_in(app.test_client(), mei)


@pytest.fixture
def unchanged(desk: FlaskClient) -> dict[str, str]:
    """The headers of a poll that was just told there is nothing new."""
    tag = desk.get(PATH, headers=POLL).headers["ETag"]
    asks = {**POLL, "If-None-Match": tag}
    assert desk.get(PATH, headers=asks).status_code == 304
    return asks


def admin(make: Make, session: Session) -> SignedIn:
    person = make.counsellor(alias="Ana", roles=(Role.ADMIN,))
    token = sessions.open_session(session, person.id, device="", now=NOON)
    session.flush()
    who = sessions.who_is(session, token, now=NOON)
    assert who is not None
    return who


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Everything that the database is told meanwhile."""
    told: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_c: object, _d: object, statement: str, *_rest: object) -> None:
        told.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield told
    event.remove(engine, "before_cursor_execute", note)


def test_nothing_new_costs_one_statement_and_no_transaction(
    app: Flask, desk: FlaskClient, unchanged: dict[str, str]
) -> None:
    with statements(app) as told:
        answer = desk.get(PATH, headers=unchanged)
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == unchanged["If-None-Match"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(told) == 1, told


@pytest.mark.parametrize("topic", ["desk:waiting", "desk:{mei}"])
def test_whatever_a_desk_watches_is_shown_when_it_changes(
    desk: FlaskClient, unchanged: dict[str, str], session: Session, mei: Person, topic: str
) -> None:
    pulse.beat(session, topic.format(mei=mei.id))
    session.commit()
    assert desk.get(PATH, headers=unchanged).status_code == 200


def test_who_signed_out_elsewhere_is_refused_at_the_next_poll(
    desk: FlaskClient, unchanged: dict[str, str], session: Session, mei: Person
) -> None:
    sessions.end_all(session, mei.id, now=NOON)
    session.commit()
    assert desk.get(PATH, headers=unchanged).status_code == 401


def test_whose_roles_change_is_refused_at_the_next_poll(
    desk: FlaskClient, unchanged: dict[str, str], session: Session, make: Make, mei: Person
) -> None:
    change_roles(session, admin(make, session), mei.id, [Role.REVIEWER], now=NOON)
    session.commit()
    assert desk.get(PATH, headers=unchanged).status_code == 401


def test_whose_account_is_closed_is_refused_at_the_next_poll(
    desk: FlaskClient, unchanged: dict[str, str], session: Session, make: Make, mei: Person
) -> None:
    change_state(session, admin(make, session), mei.id, AccountState.DEACTIVATED, now=NOON)
    session.commit()
    assert desk.get(PATH, headers=unchanged).status_code == 401


def test_who_may_not_use_the_desk_never_hears_that_nothing_is_new(
    app: Flask, sign_in: SignIn, make: Make, session: Session
) -> None:
    make.line()
    ana = make.counsellor(alias="Ana", roles=(Role.ADMIN,))
    session.commit()
    assert sign_in(app.test_client(), ana).get(PATH, headers=WHATEVER).status_code == 403
    assert app.test_client().get(PATH, headers=WHATEVER).status_code == 401


def test_another_language_is_something_new(
    desk: FlaskClient, unchanged: dict[str, str], session: Session, mei: Person
) -> None:
    assert desk.get(f"{PATH}?lang=ms", headers=unchanged).status_code == 200
    session.get_one(Person, mei.id).language = "ms"
    session.commit()
    assert desk.get(PATH, headers=unchanged).status_code == 200


def test_asking_without_doing_anything_keeps_nobody_signed_in(
    desk: FlaskClient, clock: Clock
) -> None:
    for _ in range(4):
        clock.forward(timedelta(minutes=5))
        last = desk.get(PATH, headers=WHATEVER)
    assert last.status_code == 401


def test_a_page_that_somebody_loads_counts_as_doing_something(
    desk: FlaskClient, clock: Clock
) -> None:
    for _ in range(4):
        clock.forward(timedelta(minutes=5))
        last = desk.get(PATH, headers={"If-None-Match": "*"})
    assert last.status_code == 304


def test_shifts_begin_and_end_without_a_word_so_a_tag_grows_old(
    desk: FlaskClient, unchanged: dict[str, str], clock: Clock
) -> None:
    clock.forward(timedelta(minutes=11))
    assert desk.get(PATH, headers=unchanged).status_code == 200
