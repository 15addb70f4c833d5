"""The demonstration's pages: there on this machine only, and a way in as anybody."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpline import demo
from helpline.app import create_app
from helpline.config import Config
from helpline.db import db
from helpline.people import LoginSession, Person, Role
from helpline.web import matrix
from helpline.worker import run_due
from tests.calendars import kept
from tests.client import Client
from tests.conftest import Clock
from tests.make import NOON, Make

MakeSite = Callable[..., Flask]
PENANG = demo.PHONES[0]


@pytest.fixture
def make_site(config: Config, clock: Clock) -> Iterator[MakeSite]:
    """Starts an application on this test's database, as a process would; no gateway is set."""
    made: list[Flask] = []

    def start(**settings: object) -> Flask:
        bare = {"twilio_account_sid": "", "twilio_auth_token": "", "twilio_from": ""}
        site = create_app(replace(config, **{**bare, **settings}), now=clock)  # type: ignore[arg-type]  # names of settings
        site.test_client_class = Client
        site.config["PROPAGATE_EXCEPTIONS"] = False
        made.append(site)
        return site

    yield start
    for site in made:
        with site.app_context():
            db.engine.dispose()


@pytest.fixture
def loaded(session: Session) -> Session:
    demo.load(session, sender="+60155500100", now=NOON)
    session.commit()
    return session


@pytest.fixture
def site(loaded: Session, make_site: MakeSite) -> Flask:
    return make_site()


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    return site.test_client()


def named(session: Session, alias: str) -> Person:
    return next(one for one in session.scalars(select(Person)) if one.alias == alias)


def demonstration_doors() -> list[tuple[str, str]]:
    paths = matrix.paths()
    return [
        (method, paths[endpoint, method].replace("<key>", "penang").replace("<token>", "x" * 32))
        for endpoint, method in matrix.rows()
        if endpoint.startswith("demo.")
    ]


def test_a_house_that_is_no_demonstration_has_none_of_it(app: Flask) -> None:
    visitor = app.test_client()

    assert len(demonstration_doors()) >= 6
    for method, path in demonstration_doors():
        assert visitor.open(path, method=method).status_code == 404
        assert visitor.open(path, method=method, form_token=False).status_code == 404


def test_all_of_it_is_gone_once_the_address_is_not_this_machine(
    loaded: Session, make_site: MakeSite
) -> None:
    visitor = make_site(public_base_url="https://help.example.org").test_client()

    for method, path in demonstration_doors():
        assert visitor.open(path, method=method).status_code == 404


def test_the_first_page_says_what_to_do_and_who_is_on(visitor: FlaskClient) -> None:
    page = visitor.get("/demo").text

    assert "What to do first" in page
    assert 'href="/demo/phones"' in page
    assert 'href="/ask"' in page
    for helper in demo.HELPERS:
        assert helper.alias in page
    assert "On until 00:00" in page  # NOON is 20:00 in Kuala Lumpur, and Aisyah is on
    assert "20:00 in Kuala Lumpur, UTC+8" in page
    assert "Sign in as" in page


def test_one_click_signs_in_as_a_counsellor(visitor: FlaskClient, loaded: Session) -> None:
    aisyah = named(loaded, "Aisyah")
    answer = visitor.post("/demo/in", data={"person": aisyah.id})

    assert answer.status_code == 303
    assert visitor.get(answer.location).location == "/desk"
    assert "Aisyah" in visitor.get("/account").text


def test_being_somebody_else_ends_being_the_first(visitor: FlaskClient, loaded: Session) -> None:
    for alias in ("Aisyah", "Ilse"):
        visitor.post("/demo/in", data={"person": named(loaded, alias).id})

    assert "Ilse" in visitor.get("/account").text
    loaded.rollback()  # to see what the door did
    ended = loaded.scalars(select(LoginSession).where(LoginSession.ended_at.is_not(None))).all()
    assert [one.person_id for one in ended] == [named(loaded, "Aisyah").id]


def test_nobody_becomes_a_person_asking_or_nobody(
    visitor: FlaskClient, loaded: Session, make: Make
) -> None:
    seeker = make.seeker()
    loaded.commit()
    for who in (seeker.id, "", "nobody"):
        assert visitor.post("/demo/in", data={"person": who}).status_code == 404
    assert visitor.get("/account").status_code == 302


def test_a_form_of_another_page_signs_nobody_in(visitor: FlaskClient, loaded: Session) -> None:
    form = {"person": named(loaded, "Aisyah").id}

    assert visitor.post("/demo/in", data=form, form_token=False).status_code == 400
    assert visitor.get("/account").status_code == 302


def test_an_address_signs_in_once_and_by_role(site: Flask, clock: Clock) -> None:
    with site.app_context():
        links = demo.make_links("")["people"]
    way = {person["alias"]: person["sign_in"] for person in links}
    roles = {person["alias"]: person["roles"] for person in links}

    first, second = site.test_client(), site.test_client()
    assert roles["Aisyah"] == [Role.COUNSELLOR]
    assert first.get(way["Aisyah"], follow_redirects=False).location == "/account/start"
    again = second.get(way["Aisyah"])
    assert again.status_code == 404
    assert "used already" in again.text
    assert second.get("/account").status_code == 302

    clock.forward(timedelta(days=1, seconds=1))
    assert second.get(way["Lin"]).status_code == 404


def test_whoever_has_hours_has_a_calendar_whose_address_stays(site: Flask) -> None:
    with site.app_context():
        told, again = demo.make_links(""), demo.make_links("")
    program = site.test_client()
    answers = {
        (each["alias"], each["scope"]): program.get(each["address"]) for each in told["feeds"]
    }

    assert told["feeds"] == again["feeds"]
    assert len(answers) >= 14
    for (alias, scope), answer in answers.items():
        kept(f"demonstration-{scope}-{alias}.ics", answer.data)
        assert (alias, answer.status_code) == (alias, 200)
        assert b"BEGIN:VEVENT" in answer.data
    assert {scope for _, scope in answers} == {"mine", "team"}


def test_a_text_from_a_pretend_phone_is_answered_there(site: Flask, visitor: FlaskClient) -> None:
    sent = visitor.post("/demo/phones/penang", data={"text": "Saya takut dan tak boleh tidur"})
    assert sent.status_code == 303
    run_due(site)
    screen = visitor.get("/demo/phones/penang").text

    assert screen.count('class="bub"') >= 2
    assert "Saya takut dan tak boleh tidur" in screen
    assert screen.index("Saya takut") < screen.index("The line")


def test_phones_are_told_apart_and_never_by_number(site: Flask, visitor: FlaskClient) -> None:
    visitor.post("/demo/phones/penang", data={"text": "Only from Penang"})
    page = visitor.get("/demo/phones").text

    assert "Only from Penang" not in visitor.get("/demo/phones/wuhan").text
    for phone in demo.PHONES:
        assert phone.number not in page
        assert phone.number.removeprefix("+") not in page
        assert phone.owner in page
        assert phone.hint in page
    assert visitor.get("/demo/phones/nobody").status_code == 404
    assert visitor.post("/demo/phones/nobody", data={"text": "x"}).status_code == 404


def test_a_screen_is_sent_again_only_when_it_has_changed(visitor: FlaskClient) -> None:
    first = visitor.get("/demo/phones/penang")
    tag = first.headers["ETag"]
    assert json.dumps(tag)[1:-1].replace('\\"', "\\&#34;") in first.text  # what htmx sends back

    same = visitor.get("/demo/phones/penang", headers={"If-None-Match": tag, "X-Poll": "1"})
    assert (same.status_code, same.data) == (304, b"")
    visitor.post("/demo/phones/penang", data={"text": "Hello"})
    other = visitor.get("/demo/phones/penang", headers={"If-None-Match": tag, "X-Poll": "1"})
    assert other.status_code == 200
    assert "Hello" in other.text


@pytest.mark.parametrize("text", ["", "   ", "x" * 1601])
def test_what_cannot_be_a_text_is_told_and_kept(visitor: FlaskClient, text: str) -> None:
    answer = visitor.post("/demo/phones/penang", data={"text": text})

    assert answer.status_code == 400
    assert 'class="err"' in answer.text
    assert text.strip() in answer.text
    assert 'class="bub"' not in visitor.get("/demo/phones/penang").text


def test_with_script_only_the_phone_comes_back(visitor: FlaskClient) -> None:
    headers = {"HX-Request": "true"}
    sent = visitor.post("/demo/phones/penang", data={"text": "Hi"}, headers=headers).text
    wrong = visitor.post("/demo/phones/penang", data={"text": " "}, headers=headers).text

    assert sent.strip().startswith('<section class="phone" id="phone-penang"')
    assert "Send this" not in sent  # the suggestion is for a first text
    assert 'class="err"' in wrong


def test_markup_typed_on_a_phone_stays_words(visitor: FlaskClient) -> None:
    visitor.post("/demo/phones/penang", data={"text": "<b>bold</b> & \0 more"})

    assert "&lt;b&gt;bold&lt;/b&gt; &amp;  more" in visitor.get("/demo/phones/penang").text


def test_where_a_network_is_pretended_elsewhere_the_page_says_so(
    loaded: Session, make_site: MakeSite, config: Config
) -> None:
    site = make_site(
        twilio_account_sid=config.twilio_account_sid,
        twilio_auth_token=config.twilio_auth_token,
        twilio_from=config.twilio_from,
        twilio_api_base="http://127.0.0.1:9999",
    )
    visitor = site.test_client()
    page = visitor.get("/demo/phones")

    assert "http://127.0.0.1:9999" in page.text
    assert "penang" not in page.text
    assert visitor.post("/demo/phones/penang", data={"text": "x"}).status_code == 404
    assert visitor.get("/demo").status_code == 200


def test_another_machine_finds_nothing_even_where_the_server_listens_to_all(
    visitor: FlaskClient,
) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}

    assert visitor.get("/demo").status_code == 200
    assert visitor.get("/demo", environ_overrides=elsewhere).status_code == 404
    assert visitor.get("/demo/phones", environ_overrides=elsewhere).status_code == 404
