"""Signing in and out, as a browser sees it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from helpline.people import Account, KnownDevice, LoginSession, Person, passwords
from helpline.people.sign_in import TRIES
from tests.client import Client
from tests.conftest import Clock
from tests.make import Make

PASSWORD = "wooden kettle sings"
SignIn = Callable[[FlaskClient, Person], FlaskClient]


@cache
def hashed() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def mei(session: Session, make: Make) -> Person:
    person = make.counsellor(alias="Mei", name="mei", password_hash=hashed())
    session.commit()
    return person


@pytest.fixture
def browser(app: Flask) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    return client


def enter(
    client: FlaskClient, name: str = "mei", password: str = PASSWORD, **more: Any
) -> TestResponse:
    return client.post("/sign-in", data={"name": name, "password": password, **more})


def test_the_right_password_opens_the_desk(browser: Client, mei: Person) -> None:
    answer = enter(browser)

    assert (answer.status_code, answer.location) == (303, "/account/start")
    assert browser.get("/account").status_code == 200


def test_the_name_is_read_however_it_is_typed(browser: Client, mei: Person) -> None:
    assert enter(browser, name="  MEI ").status_code == 303


def test_an_unknown_name_and_a_wrong_password_answer_the_same(app: Flask, mei: Person) -> None:
    wrong = enter(app.test_client(), password="not the password")
    unknown = enter(app.test_client(), name="meo", password="not the password")

    def told(answer: TestResponse, name: str) -> str:
        lines = answer.text.replace(f'value="{name}"', "").splitlines()
        return "\n".join(line for line in lines if "csrf_token" not in line)

    assert wrong.status_code == unknown.status_code == 401
    assert told(wrong, "mei") == told(unknown, "meo")
    assert dict(wrong.headers).keys() == dict(unknown.headers).keys()


def test_a_deactivated_account_is_told_the_same_as_a_wrong_password(
    browser: Client, session: Session, mei: Person
) -> None:
    account = session.get_one(Account, mei.id)
    account.state = account.state.DEACTIVATED
    session.commit()

    assert enter(browser).status_code == 401


def test_the_cookie_says_nothing_and_scripts_cannot_read_it(browser: Client, mei: Person) -> None:
    cookies = [c for c in enter(browser).headers.getlist("Set-Cookie") if c.startswith("staff=")]

    (cookie,) = cookies
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert mei.id not in cookie


def test_signing_in_ends_the_session_before_and_takes_a_new_token(
    browser: Client, session: Session, mei: Person
) -> None:
    enter(browser)
    before = browser.get_cookie("staff")
    enter(browser)
    after = browser.get_cookie("staff")

    assert before is not None
    assert after is not None
    assert before.value != after.value
    ended = session.scalars(select(LoginSession.ended_at)).all()
    assert sorted(end is None for end in ended) == [False, True]


def test_after_signing_out_the_old_cookie_opens_nothing(
    app: Flask, browser: Client, mei: Person
) -> None:
    enter(browser)
    cookie = browser.get_cookie("staff")
    assert cookie is not None
    answer = browser.post("/sign-out")

    thief = app.test_client()
    thief.set_cookie("staff", cookie.value)

    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert browser.get_cookie("staff") is None
    assert thief.get("/account").status_code == 302


def test_ten_wrong_tries_close_the_door_for_strangers_for_a_while(
    app: Flask, browser: Client, mei: Person, clock: Clock
) -> None:
    for _ in range(TRIES):
        assert enter(app.test_client(), password="guess number one").status_code == 401
    told = enter(browser)
    clock.forward(timedelta(minutes=15))

    assert (told.status_code, "15 min" in told.text) == (429, True)
    assert enter(browser).status_code == 303


def test_five_hundred_wrong_tries_elsewhere_never_stop_the_owner_on_a_known_device(
    app: Flask, browser: Client, mei: Person
) -> None:
    enter(browser)
    browser.post("/sign-out")
    stranger = app.test_client()
    codes = {enter(stranger, password="guess number one").status_code for _ in range(500)}

    assert codes == {401, 429}
    assert enter(browser).status_code == 303


def test_a_device_is_known_to_its_own_account_only(
    app: Flask, browser: Client, session: Session, make: Make, mei: Person
) -> None:
    make.counsellor(alias="Jun", name="jun", password_hash=hashed())
    session.commit()
    enter(browser, name="jun")
    browser.post("/sign-out")
    for _ in range(TRIES):
        enter(app.test_client(), password="guess number one")

    assert enter(browser, name="mei").status_code == 429


def test_the_device_token_is_kept_as_a_hash(browser: Client, session: Session, mei: Person) -> None:
    enter(browser)
    device = browser.get_cookie("device")

    assert device is not None
    assert session.scalars(select(KnownDevice)).one().token_hash != device.value.encode()


def test_a_hash_of_weaker_parameters_is_made_anew_at_sign_in(
    browser: Client, session: Session, mei: Person
) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    session.get_one(Account, mei.id).password_hash = weak
    session.commit()

    assert enter(browser).status_code == 303
    session.expire_all()
    assert "m=19456,t=2,p=1" in session.get_one(Account, mei.id).password_hash
    assert enter(browser).status_code == 303


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "desk", "/\tx"]
)
def test_sign_in_leads_nowhere_but_here(browser: Client, mei: Person, elsewhere: str) -> None:
    assert enter(browser, next=elsewhere).location == "/account/start"


def test_who_was_on_the_way_to_a_page_gets_there(browser: Client, mei: Person) -> None:
    asked = browser.get("/account?tab=1")
    page = browser.get(asked.location)

    assert asked.location == "/sign-in?next=%2Faccount%3Ftab%3D1"
    assert 'name="next" value="/account?tab=1"' in page.text
    assert enter(browser, next="/account?tab=1").location == "/account?tab=1"


def test_a_poll_without_a_session_is_told_so_and_not_sent_anywhere(browser: Client) -> None:
    assert browser.get("/account", headers={"X-Poll": "1"}).status_code == 401


def test_polling_does_not_keep_a_session_awake(browser: Client, mei: Person, clock: Clock) -> None:
    enter(browser)
    for _ in range(14):
        clock.forward(timedelta(minutes=1))
        assert browser.get("/account?poll=1").status_code == 200
    clock.forward(timedelta(minutes=1))

    assert browser.get("/account").status_code == 302


def test_working_keeps_a_session_awake(browser: Client, mei: Person, clock: Clock) -> None:
    enter(browser)
    for _ in range(4):
        clock.forward(timedelta(minutes=10))
        assert browser.get("/account").status_code == 200


def test_what_was_being_sent_when_the_session_ended_is_there_after_signing_in(
    browser: Client, mei: Person, clock: Clock
) -> None:
    enter(browser)
    clock.forward(timedelta(hours=1))
    stopped = browser.post("/account", data={"alias": "Mei the <brave>", "zone": "UTC"})
    kept = dict(hidden(stopped.text))

    back = enter(browser, kept=kept["kept"], kept_action=kept["kept_action"])

    assert stopped.status_code == 401
    assert "brave" not in stopped.text
    assert "Mei the &lt;brave&gt;" in back.text
    assert 'action="/account"' in back.text


def test_kept_words_are_given_back_to_nobody_else(
    app: Flask, browser: Client, session: Session, make: Make, mei: Person, clock: Clock
) -> None:
    make.counsellor(alias="Jun", name="jun", password_hash=hashed())
    session.commit()
    enter(browser)
    clock.forward(timedelta(hours=1))
    stopped = browser.post("/account", data={"alias": "a secret"})
    kept = dict(hidden(stopped.text))

    jun = enter(browser, name="jun", kept=kept["kept"], kept_action=kept["kept_action"])

    assert jun.status_code == 303


def test_a_password_change_signs_every_other_browser_out(
    app: Flask, browser: Client, mei: Person
) -> None:
    enter(browser)
    other = app.test_client()
    enter(other)

    changed = browser.post(
        "/account/password",
        data={
            "password_now": PASSWORD,
            "password": "seven slow buses",
            "password_again": "seven slow buses",
        },
    )

    assert changed.status_code == 303
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert enter(app.test_client()).status_code == 401
    assert enter(app.test_client(), password="seven slow buses").status_code == 303


def test_the_password_of_today_is_needed_to_change_it(browser: Client, mei: Person) -> None:
    enter(browser)

    answer = browser.post(
        "/account/password",
        data={
            "password_now": "not this one",
            "password": "seven slow buses",
            "password_again": "seven slow buses",
        },
    )

    assert answer.status_code == 400
    assert enter(browser).status_code == 303


def test_one_ends_ones_own_other_browser(
    app: Flask, browser: Client, session: Session, mei: Person
) -> None:
    other = app.test_client()
    enter(other)
    other_id = session.scalars(select(LoginSession.id)).one()
    session.rollback()
    enter(browser)

    assert browser.post(f"/account/sessions/{other_id}/end").status_code == 303
    assert other.get("/account").status_code == 302
    assert browser.get("/account").status_code == 200


def hidden(page: str) -> Iterator[tuple[str, str]]:
    import re

    yield from re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
