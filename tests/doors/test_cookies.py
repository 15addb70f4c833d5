"""Cookies on https: `__Host-` names, Secure, HttpOnly, on every door that sets one."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from helpline.app import create_app
from helpline.config import Config
from helpline.db import db
from helpline.people import Person, passwords
from tests.conftest import Clock, RecordingGateway
from tests.doors.seeking import form
from tests.make import Make

PASSWORD = "wooden kettle sings"
HOST = "https://help.example.org"
PLAIN = {"lang"}  # a language and nothing else: no secret, and no neighbour gains by planting it


@pytest.fixture
def mei(session: Session, make: Make) -> Person:
    person = make.counsellor(name="mei", password_hash=passwords.hashed(PASSWORD))
    session.commit()
    return person


@pytest.fixture
def browser(config: Config, gateway: RecordingGateway, clock: Clock) -> Iterator[FlaskClient]:
    """A browser of an instance that is reached by https."""
    app: Flask = create_app(replace(config, public_base_url=HOST), texts=gateway, now=clock)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def look(browser: FlaskClient, path: str) -> TestResponse:
    return browser.get(path, base_url=HOST)


def fill(browser: FlaskClient, page: TestResponse, action: str, **typed: str) -> TestResponse:
    """Send the page's form to `action`, with what stands in it."""
    fields = {**form(page, action).fields, **typed}
    return browser.post(action, data=fields, base_url=HOST)


def sign_in(browser: FlaskClient) -> TestResponse:
    answer = fill(browser, look(browser, "/sign-in"), "/sign-in", name="mei", password=PASSWORD)
    assert answer.status_code == 303
    return answer


def cookies_of(*answers: TestResponse) -> dict[str, tuple[str, str]]:
    """The cookies that the answers set: value and attributes of each, by its name."""
    found = {}
    for line in (line for each in answers for line in each.headers.getlist("Set-Cookie")):
        name, _, rest = line.partition("=")
        value, _, attributes = rest.partition(";")
        found[name] = value, attributes
    return found


def test_every_cookie_is_for_this_host_and_for_https_only(
    browser: FlaskClient, mei: Person
) -> None:
    first = look(browser, "/ask?lang=ms")
    inside = sign_in(browser)
    out = fill(browser, look(browser, "/account"), "/sign-out")
    found = cookies_of(first, inside) | cookies_of(out)

    assert {"__Host-staff", "__Host-device"} <= found.keys()
    assert {name for name in found if not name.startswith("__Host-")} <= PLAIN
    for name, (_, attributes) in found.items():
        assert "; Secure" in f";{attributes}", name
        assert "HttpOnly" in attributes, name
        assert "SameSite=Lax" in attributes, name
        assert "Domain" not in attributes, name
        assert "Path=/" in attributes, name


def test_a_cookie_without_the_prefix_signs_nobody_in(browser: FlaskClient, mei: Person) -> None:
    token, _ = cookies_of(sign_in(browser))["__Host-staff"]
    stranger = browser.application.test_client()
    stranger.set_cookie("staff", token, domain="help.example.org")
    assert stranger.get("/account", base_url=HOST).status_code == 302

    stranger.set_cookie("__Host-staff", token, domain="help.example.org", secure=True)
    assert stranger.get("/account", base_url=HOST).status_code == 200
