"""A form's token: nothing is done without it, and nothing typed is lost."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from helpline.people import Person
from helpline.web import csrf
from tests.make import Make

SignIn = Callable[[FlaskClient, Person], FlaskClient]


def token_in(page: str) -> str:
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


@pytest.fixture
def mei(session: Session, make: Make) -> Person:
    person = make.counsellor(alias="Mei", name="mei")
    session.commit()
    return person


def test_the_token_of_a_page_sends_its_form(
    app: Flask, mei: Person, sign_in: SignIn, session: Session
) -> None:
    client = sign_in(app.test_client(), mei)
    token = token_in(client.get("/account").text)

    answer = client.post(
        "/account",
        data={"csrf_token": token, "alias": "Mei Ling", "zone": "Asia/Manila", "language": "en"},
        form_token=False,
    )

    assert answer.status_code == 303
    session.expire_all()
    assert (mei.alias, mei.zone) == ("Mei Ling", "Asia/Manila")


def test_tokens_differ_on_every_page(app: Flask) -> None:
    client = app.test_client()

    assert token_in(client.get("/sign-in").text) != token_in(client.get("/sign-in").text)


@pytest.mark.parametrize("token", ["", "nonsense", "AAAA", "é", "A" * 32])
def test_a_token_that_does_not_fit_changes_nothing_and_keeps_what_was_typed(
    app: Flask, mei: Person, sign_in: SignIn, session: Session, token: str
) -> None:
    client = sign_in(app.test_client(), mei)
    client.get("/account")

    answer = client.post(
        "/account",
        data={"csrf_token": token, "alias": "<b>Anna</b>\nO'Hara", "zone": "UTC"},
        form_token=False,
    )

    assert answer.status_code == 400
    assert "&lt;b&gt;Anna&lt;/b&gt;\nO&#39;Hara" in answer.text
    session.expire_all()
    assert mei.alias == "Mei"


def test_what_was_kept_is_sent_by_one_button(
    app: Flask, mei: Person, sign_in: SignIn, session: Session
) -> None:
    client = sign_in(app.test_client(), mei)
    page = client.post("/account", data={"alias": "Anna", "zone": "UTC"}, form_token=False).text

    client.post(
        "/account",
        data={"csrf_token": token_in(page), "alias": "Anna", "zone": "UTC"},
        form_token=False,
    )

    assert 'action="/account"' in page
    session.expire_all()
    assert mei.alias == "Anna"


def test_passwords_are_never_written_into_a_page(app: Flask, mei: Person, sign_in: SignIn) -> None:
    client = sign_in(app.test_client(), mei)

    page = client.post(
        "/account/password", data={"password_now": "a secret word"}, form_token=False
    ).text

    assert "a secret word" not in page


def test_a_token_of_another_browser_does_not_fit(
    app: Flask, mei: Person, sign_in: SignIn, session: Session
) -> None:
    attackers = token_in(app.test_client().get("/sign-in").text)
    client = sign_in(app.test_client(), mei)
    client.get("/account")

    answer = client.post(
        "/account",
        data={"csrf_token": attackers, "alias": "Anna", "zone": "UTC"},
        form_token=False,
    )

    assert answer.status_code == 400


def test_a_planted_cookie_does_not_help_against_somebody_signed_in(
    app: Flask, mei: Person, sign_in: SignIn
) -> None:
    """The token is bound to the session too, which the attacker does not know."""
    attacker = app.test_client()
    token = token_in(attacker.get("/sign-in").text)
    planted = attacker.get_cookie("form")
    assert planted is not None
    client = sign_in(app.test_client(), mei)
    client.set_cookie("form", planted.value)

    answer = client.post(
        "/account", data={"csrf_token": token, "alias": "A", "zone": "UTC"}, form_token=False
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_sends_is_refused_even_with_a_token(
    app: Flask, mei: Person, sign_in: SignIn, site: str
) -> None:
    client = sign_in(app.test_client(), mei)

    answer = client.post(
        "/account", data={"alias": "A", "zone": "UTC"}, headers={"Sec-Fetch-Site": site}
    )

    assert answer.status_code == 403


def test_a_door_may_show_its_own_form_again(app: Flask) -> None:
    """As the sign-in does: its page, the name still there, and a fresh token that works."""
    client = app.test_client()

    answer = client.post("/sign-in", data={"name": "mei", "password": "x"}, form_token=False)

    assert answer.status_code == 400
    assert 'value="mei"' in answer.text
    assert csrf.FIELD in answer.text


def test_the_forms_cookie_is_only_set_where_there_is_a_form(app: Flask) -> None:
    client = app.test_client()
    client.get("/healthz")
    before = client.get_cookie("form")
    client.get("/sign-in")

    assert before is None
    assert client.get_cookie("form") is not None
