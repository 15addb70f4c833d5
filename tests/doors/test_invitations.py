"""Coming in by a colleague's link, and back in after a forgotten password."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from helpline.db import transaction
from helpline.people import Account, Invitation, Person, Place, Role, TeamMember, invitations
from helpline.people.invitations import DeadLink, Joining
from helpline.people.sign_in import find
from helpline.people.staff import first_invitation
from helpline.runtime import runtime
from tests.conftest import Clock
from tests.make import NOON, Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]
JOINING = {
    "alias": "Bo",
    "name": "Bo.Lin",
    "language": "en",
    "zone": "Asia/Manila",
    "password": "seven slow buses",
    "password_again": "seven slow buses",
}


@pytest.fixture
def admin(app: Flask, session: Session, make: Make, sign_in: SignIn) -> FlaskClient:
    person = make.counsellor(alias="Ada", roles=(Role.ADMIN,))
    session.commit()
    return sign_in(app.test_client(), person)


def link(answer: TestResponse) -> str:
    found = re.search(r"http://127\.0\.0\.1:5000(/invitation/[\w-]{40,})", answer.text)
    assert found, answer.text
    return found.group(1)


def invited(admin: FlaskClient, **more: str) -> str:
    data = {"for_whom": "Bo from the clinic", "roles": ["counsellor", "reviewer"], **more}
    return link(admin.post("/account/staff/invite", data=data))


def test_an_invited_person_joins_and_signs_in(
    app: Flask, admin: FlaskClient, session: Session
) -> None:
    browser, address = app.test_client(), invited(admin)

    page = browser.get(address)
    joined = browser.post(address, data=JOINING)
    entered = browser.post("/sign-in", data={"name": "bo.lin", "password": "seven slow buses"})

    assert "Counsellor" in page.text
    assert (joined.status_code, joined.location, entered.status_code) == (303, "/sign-in", 303)
    account = find(session, "Bo.Lin")
    assert account is not None
    assert {held.role for held in account.roles} == {Role.COUNSELLOR, Role.REVIEWER}
    assert account.endorser_id is not None
    assert (account.person.alias, account.person.zone) == ("Bo", "Asia/Manila")


def test_an_invited_lead_stands_at_the_head_of_the_team(
    app: Flask, admin: FlaskClient, session: Session, make: Make
) -> None:
    team_id = make.team().id
    session.commit()

    app.test_client().post(invited(admin, team=team_id, place="lead"), data=JOINING)

    assert session.scalars(select(TeamMember.place)).all() == [Place.LEAD]


def test_a_link_works_once(app: Flask, admin: FlaskClient) -> None:
    address = invited(admin)
    app.test_client().post(address, data=JOINING)

    again = app.test_client().post(address, data={**JOINING, "name": "other"})

    assert again.status_code == 404
    assert "does not work any more" in again.text


def test_a_link_is_dead_after_72_hours(app: Flask, admin: FlaskClient, clock: Clock) -> None:
    address = invited(admin)
    clock.forward(timedelta(hours=72))

    assert app.test_client().get(address).status_code == 404
    assert app.test_client().post(address, data=JOINING).status_code == 404


def test_a_withdrawn_link_is_dead(app: Flask, admin: FlaskClient, session: Session) -> None:
    address = invited(admin)
    invitation_id = session.scalars(select(Invitation.id)).one()
    session.rollback()

    admin.post(f"/account/staff/invitations/{invitation_id}/withdraw")

    assert app.test_client().get(address).status_code == 404


def test_what_a_deactivated_colleague_endorsed_is_dead(
    app: Flask, admin: FlaskClient, session: Session, make: Make, sign_in: SignIn
) -> None:
    other = make.counsellor(roles=(Role.ADMIN,))
    other_id = other.id
    session.commit()
    address = invited(sign_in(app.test_client(), other))

    admin.post(f"/account/staff/{other_id}/state", data={"state": "deactivated"})

    assert app.test_client().get(address).status_code == 404


def test_looking_at_a_link_does_not_use_it_up(app: Flask, admin: FlaskClient) -> None:
    address = invited(admin)

    assert [app.test_client().get(address).status_code for _ in range(3)] == [200] * 3


def test_roles_come_from_the_link_and_not_from_the_form(
    app: Flask, admin: FlaskClient, session: Session
) -> None:
    app.test_client().post(invited(admin), data={**JOINING, "roles": "admin", "place": "lead"})

    account = find(session, "bo.lin")
    assert account is not None
    assert Role.ADMIN not in {held.role for held in account.roles}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"password": "short", "password_again": "short"}, "at least 12 characters"),
        ({"password": "qwertyqwerty", "password_again": "qwertyqwerty"}, "guessers try"),
        ({"password": "Bo.Lin.Bo.Lin", "password_again": "Bo.Lin.Bo.Lin"}, "your own name"),
        ({"password_again": "seven fast buses"}, "not the same"),
        ({"zone": "Nowhere/Land"}, "whose clock"),
        ({"alias": "  "}, "your colleagues should see"),
        ({"name": ""}, "sign in with"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    app: Flask, admin: FlaskClient, wrong: dict[str, str], told: str
) -> None:
    answer = app.test_client().post(invited(admin), data={**JOINING, **wrong})

    assert answer.status_code == 400
    assert told in answer.text
    assert "seven slow buses" not in answer.text
    for field in {"alias", "name"} - set(wrong):
        assert JOINING[field].casefold() in answer.text.casefold()


def test_a_name_that_is_taken_leaves_the_link_alive(
    app: Flask, admin: FlaskClient, session: Session, make: Make
) -> None:
    make.counsellor(name="bo.lin")
    session.commit()
    address = invited(admin)

    taken = app.test_client().post(address, data=JOINING)
    other = app.test_client().post(address, data={**JOINING, "name": "bo"})

    assert (taken.status_code, "already" in taken.text, other.status_code) == (400, True, 303)


def test_an_invitation_form_that_was_open_too_long_keeps_what_was_typed(
    app: Flask, admin: FlaskClient, session: Session
) -> None:
    browser = app.test_client()

    answer = browser.post(invited(admin), data=JOINING, form_token=False)

    assert answer.status_code == 400
    assert 'value="Bo.Lin"' in answer.text
    assert find(session, "bo.lin") is None


def test_the_first_admin_has_half_an_hour(app: Flask, clock: Clock, session: Session) -> None:
    with app.app_context(), transaction() as own:
        token = first_invitation(own, for_whom="Ada", role="admin", now=runtime().now())
    clock.forward(timedelta(minutes=29))
    assert app.test_client().post(f"/invitation/{token}", data=JOINING).status_code == 303

    with app.app_context(), transaction() as own:
        token = first_invitation(own, for_whom="Ada", role="admin", now=runtime().now())
    clock.forward(timedelta(minutes=30))
    assert app.test_client().get(f"/invitation/{token}").status_code == 404


def test_a_forgotten_password_needs_a_second_person_who_never_sees_the_new_one(
    app: Flask, admin: FlaskClient, session: Session, make: Make, sign_in: SignIn
) -> None:
    mei = make.counsellor(alias="Mei", name="mei")
    mei_id = mei.id
    session.commit()
    inside = sign_in(app.test_client(), mei)
    address = link(admin.post(f"/account/staff/{mei_id}/vouch"))
    browser = app.test_client()

    chosen = browser.post(
        address, data={"password": "seven slow buses", "password_again": "seven slow buses"}
    )
    entered = browser.post("/sign-in", data={"name": "mei", "password": "seven slow buses"})

    assert (chosen.status_code, entered.status_code) == (303, 303)
    assert inside.get("/account").status_code == 302
    assert app.test_client().get(address).status_code == 404


def test_a_second_vouching_ends_the_first_link(
    app: Flask, admin: FlaskClient, session: Session, make: Make
) -> None:
    mei_id = make.counsellor().id
    session.commit()
    first, second = (link(admin.post(f"/account/staff/{mei_id}/vouch")) for _ in range(2))

    assert app.test_client().get(first).status_code == 404
    assert app.test_client().get(second).status_code == 200


def test_no_name_and_no_token_stands_open_in_the_database(
    admin: FlaskClient, session: Session
) -> None:
    address = invited(admin)
    row = session.scalars(select(Invitation)).one()

    assert row.for_whom == "Bo from the clinic"
    assert b"clinic" not in (row.for_whom_sealed or b"")
    assert address.rsplit("/", 1)[1].encode() not in row.token_hash


def test_a_link_used_by_sixteen_at_once_lets_one_in(session: Session) -> None:
    """One hundred links: SQLite's file lock, or PostgreSQL's row lock, decides each."""
    engine_session = sessionmaker(session.get_bind(), info=session.info)
    for number in range(100):
        token = first_invitation(session, for_whom="Bo", role="admin", now=NOON)
        session.commit()
        race(engine_session, token, number)

    accounts = session.scalar(select(func.count()).select_from(Account))
    people = session.scalar(select(func.count()).select_from(Person))
    assert (accounts, people) == (100, 100)


def race(open_session: sessionmaker[Session], token: str, number: int) -> None:
    winners: list[int] = []
    start = threading.Barrier(16)

    def use(caller: int) -> None:
        joining = Joining(f"bo {number} {caller}", "Bo", "en", "UTC", "!")
        start.wait()
        with open_session() as own:
            own.connection(execution_options={"writes": True})
            try:
                invitations.accept(own, token, joining, now=NOON)
            except DeadLink:
                own.rollback()
            else:
                own.commit()
                winners.append(caller)

    threads = [threading.Thread(target=use, args=(caller,)) for caller in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(winners) == 1
